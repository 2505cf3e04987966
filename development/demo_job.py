"""The main job of the demo, step by step over NetBox's REST API, and the counting afterwards in database and shelves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from development.rest import Rest, RestError
from development.schema import connect

API = "plugins/gam"
PROVISIONED_PER_SYSTEM = 3
SUSPENDED_PER_SYSTEM = 1
SUSPENDED_VLAN = 4094


class NotHeld(Exception):
    """A step of the demo did not hold; the message says which and what to look at."""


@dataclass
class Facts:
    """What is so at the end, counted from the database and the shelves."""

    gams_discovered: int = 0
    models: dict[str, int] = field(default_factory=dict)
    endpoints_seen: int = 0
    endpoints_unknown: int = 0
    samples: int = 0
    subscribers: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    provisioned: int = 0
    suspended: int = 0
    resumed: int = 0
    plans_changed: int = 0
    applied_by_transport: dict[str, int] = field(default_factory=dict)
    verified_on_device: int = 0
    saved_to_startup: int = 0
    writes_of_second_run: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Without the problems."""
        return {name: value for name, value in vars(self).items() if name != "problems"}


@dataclass
class MainJob:
    """The steps in their order; each raises :class:`NotHeld` or notes a problem when something is not as it must be."""

    rest: Rest
    seeded: dict[str, Any]
    fleet: dict[str, Any]
    billing: dict[str, Any]
    database: dict[str, Any]
    log: Callable[[str], None]
    facts: Facts = field(default_factory=Facts)

    # ------------------------------------------------------------------------------------------------ starting and waiting

    def start(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Start a background job by a REST action."""
        job: dict[str, Any] = self.rest.post(f"{API}/{path}", body)
        return job

    def wait_all(self, jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Wait for jobs that run side by side; a failed one is a problem, not the end."""
        ended = []
        for job in jobs:
            try:
                ended.append(self.rest.wait(job))
            except RestError as error:
                self.facts.problems.append(str(error))
        return ended

    def query(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows from the database."""
        with connect(self.database) as connection:
            return connection.execute(text, values).fetchall()  # type: ignore[arg-type]

    def count(self, text: str, *values: Any) -> int:
        """One number from the database."""
        return int(self.query(text, *values)[0][0])

    def shelf(self, name: str, what: str = "", **query: str) -> Any:
        """State or log of a shelf, from the simulator itself."""
        port = self.fleet["ports"]["control"]
        response = requests.get(f"http://127.0.0.1:{port}/shelves/{name}{what}", params=query, timeout=30)
        response.raise_for_status()
        return response.json()

    # -------------------------------------------------------------------------------------------------------------- steps

    def discover(self) -> None:
        """Find the fleet by its address range; shelves that speak SNMP v3 only are found with the second profile."""
        for body in self._discovery_bodies():
            self.wait_all([self.start("gam-devices/discover/", body)])
        facts = self.facts
        facts.gams_discovered = self.count("SELECT count(*) FROM netbox_gam_gamdevice")
        facts.models = {
            str(name): int(n)
            for name, n in self.query("SELECT hardware_model, count(*) FROM netbox_gam_gamdevice GROUP BY 1 ORDER BY 1")
        }
        if facts.gams_discovered != len(self.fleet["shelves"]):
            facts.problems.append(f"{facts.gams_discovered} of {len(self.fleet['shelves'])} shelves were discovered")
        for shelf in self.fleet["shelves"]:
            if shelf["jsonrpc"]:
                gam = next(gam for gam in self.rest.all(f"{API}/gam-devices/", q=shelf["name"]) if gam["name"] == shelf["name"])
                self.rest.patch(f"{API}/gam-devices/{gam['id']}/", {"transport": "jsonrpc"})

    def _discovery_bodies(self) -> list[dict[str, Any]]:
        ports = self.fleet["ports"]
        common = {
            "credential_profile": self.seeded["credential_profile"],
            "vlan_pool": self.seeded["vlan_pool"],
            "ssh_port": ports["ssh"],
            "http_port": ports["http"],
            "snmp_port": ports["snmp"],
        }
        shelves = self.fleet["shelves"]
        everything = [f"{shelves[0]['address']}-{shelves[-1]['address']}"]
        v3_only = [shelf["address"] for shelf in shelves if shelf["snmp_v3"]]
        return [
            {"ranges": v3_only, "snmp_profile": self.seeded["snmp_v3"], **common},
            {"ranges": everything, "snmp_profile": self.seeded["snmp_v2c"], **common},
        ]

    def poll(self) -> None:
        """Read every GAM once more."""
        self.wait_all([self.start("gam-devices/poll/")])
        facts = self.facts
        facts.endpoints_seen = self.count("SELECT count(*) FROM netbox_gam_endpointstate")
        facts.endpoints_unknown = self.count("SELECT count(*) FROM netbox_gam_endpoint WHERE status = 'discovered'")
        facts.samples = self.count("SELECT count(*) FROM netbox_gam_sample")
        unreachable = self.query("SELECT gam_id, failure_message FROM netbox_gam_devicestate WHERE NOT reachable")
        facts.problems += [f"GAM {pk} is unreachable: {message}" for pk, message in unreachable]

    def reconcile(self) -> None:
        """Both billing systems; the second round is what finds services that neither of them knows."""
        for name in ("sonar", "splynx"):
            self.wait_all([self.start(f"billing-systems/{self.seeded[name]}/reconcile/")])
        links = self.query(
            "SELECT s.type, count(DISTINCT l.subscriber_id) FROM netbox_gam_billinglink l"
            " JOIN netbox_gam_billingsystem s ON s.id = l.system_id GROUP BY 1 ORDER BY 1"
        )
        self.facts.subscribers = {str(name): int(n) for name, n in links}
        kinds = self.query("SELECT kind, count(*) FROM netbox_gam_finding GROUP BY 1 ORDER BY 1")
        self.facts.findings = {str(kind): int(n) for kind, n in kinds}

    def provision(self) -> None:
        """Accept findings with their plans applied; then suspend, resume and change the plan of a customer."""
        activate = self._findings("active_not_on_network", PROVISIONED_PER_SYSTEM)
        suspend = self._findings("inactive_on_network", SUSPENDED_PER_SYSTEM)
        jobs = [self.start(f"findings/{finding['id']}/accept/", {"apply": True}) for finding in (*activate, *suspend)]
        self.wait_all(jobs)
        first = self.rest.get(f"{API}/findings/{activate[0]['id']}/")["subscriber"]["id"]
        for verb, body in (("suspend", {}), ("resume", {}), ("change-plan", {"bandwidth_plan": self._plan("500M")})):
            self.wait_all([self.start(f"subscribers/{first}/{verb}/", {**body, "apply": True})])
        by_verb = Counter(
            str(reason).split()[0]
            for (reason,) in self.query("SELECT reason FROM netbox_gam_changeplan WHERE status = 'applied' AND saved")
        )
        facts = self.facts
        facts.provisioned, facts.resumed, facts.plans_changed = by_verb["Activate"], by_verb["Resume"], by_verb["Plan"]
        facts.suspended = by_verb["Suspend"] + by_verb["Terminate"]
        transports = self.query(
            "SELECT transport, count(*) FROM netbox_gam_changeplan WHERE status = 'applied' GROUP BY 1 ORDER BY 1"
        )
        facts.applied_by_transport = {str(name): int(n) for name, n in transports}
        if set(facts.applied_by_transport) != {"ssh", "jsonrpc"}:
            facts.problems.append(f"Change plans were applied over {facts.applied_by_transport}, not over both transports")

    def _findings(self, kind: str, per_system: int) -> list[dict[str, Any]]:
        """Open findings of a kind, some of each billing system; the one on the JSON-RPC shelf is among them."""
        jsonrpc = {shelf["name"] for shelf in self.fleet["shelves"] if shelf["jsonrpc"]}
        chosen: list[dict[str, Any]] = []
        for name in ("sonar", "splynx"):
            found = list(self.rest.all(f"{API}/findings/", kind=kind, state="open", system_id=self.seeded[name]))
            found.sort(key=lambda finding: (finding["actual_values"].get("gam") not in jsonrpc, finding["id"]))
            if len(found) < per_system:
                raise NotHeld(f"Only {len(found)} findings {kind} of {name}")
            chosen += found[:per_system]
        return chosen

    def _plan(self, name: str) -> int:
        plan: int = self.rest.get(f"{API}/bandwidth-plans/", name=name)["results"][0]["id"]
        return plan

    # ----------------------------------------------------------------------------------------------------------- verifying

    def verify(self) -> None:
        """Every subscriber a plan was applied for is on its shelf as NetBox says, running and saved, also after a power cut."""
        touched = {
            int(pk)
            for (pk,) in self.query(
                "SELECT DISTINCT s.subscriber_id FROM netbox_gam_changeplan_subscribers s"
                " JOIN netbox_gam_changeplan p ON p.id = s.changeplan_id WHERE p.status = 'applied'"
            )
        }
        subscribers = [self.rest.get(f"{API}/subscribers/{pk}/") for pk in sorted(touched)]
        if not subscribers:
            raise NotHeld("No change plan was applied")
        for subscriber in subscribers:
            shelf = self.shelf(subscriber["gam"]["display"])
            self.facts.verified_on_device += self._is_on(shelf["running"], subscriber, "running")
            self.facts.saved_to_startup += shelf["saved"] and self._is_on(shelf["startup"], subscriber, "startup")
        name = subscribers[0]["gam"]["display"]
        port = self.fleet["ports"]["control"]
        requests.post(f"http://127.0.0.1:{port}/shelves/{name}/reboot", timeout=30).raise_for_status()
        self._is_on(self.shelf(name)["running"], subscribers[0], "running configuration after a power cut")
        self._compare_lines()

    def _is_on(self, config: dict[str, Any], subscriber: dict[str, Any], which: str) -> bool:
        """Whether a shelf's configuration has the subscriber as NetBox says."""
        row = next((item for item in config["subscribers"] if item["name"] == subscriber["name"]), None)
        status = subscriber["status"]["value"]
        if status == "terminated":
            held = row is None
        else:
            wanted = SUSPENDED_VLAN if status == "suspended" else subscriber["vlan"]["vid"]
            held = row is not None and row["vlan"] == wanted
        if not held:
            self.facts.problems.append(f"{subscriber['name']} is {status}, but the {which} says {row}")
        return held

    def _compare_lines(self) -> None:
        """The lines a shelf received over SSH are the lines the change plans showed, byte for byte and in order."""
        plans = self.query(
            "SELECT d.name, s.sends FROM netbox_gam_changestep s JOIN netbox_gam_changeplan p ON p.id = s.change_plan_id"
            " JOIN netbox_gam_gamdevice g ON g.id = p.gam_id JOIN dcim_device d ON d.id = g.device_id"
            " WHERE p.status = 'applied' AND p.transport = 'ssh' ORDER BY p.started, s.index"
        )
        shown: dict[str, list[str]] = {}
        for name, sends in plans:
            shown.setdefault(str(name), []).extend(sends)
        for name, lines in shown.items():
            received = [entry["command"] for entry in self.shelf(name, "/log", kind="write", via="ssh")]
            if received != lines:
                self.facts.problems.append(f"{name} received {received}, the change plans showed {lines}")

    def again(self) -> None:
        """The same once more must write nothing: not to a shelf, not to NetBox."""
        changes, writes = self._changes(), self._writes()
        self.discover()
        for name in ("sonar", "splynx"):
            self.wait_all([self.start(f"billing-systems/{self.seeded[name]}/reconcile/")])
        pk = self.query("SELECT subscriber_id FROM netbox_gam_changeplan_subscribers ORDER BY id LIMIT 1")[0][0]
        self.wait_all([self.start(f"subscribers/{pk}/plan/", {"apply": True})])
        made = {"netbox": self._changes() - changes, "shelves": self._writes() - writes}
        self.facts.writes_of_second_run = made
        if any(made.values()):
            self.facts.problems.append(f"The second run wrote: {made}")

    def _changes(self) -> int:
        """Change log entries, without those of records that say that something was done (runs, plans), and findings resolved."""
        return self.count(
            "SELECT count(*) FROM core_objectchange c JOIN django_content_type t ON t.id = c.changed_object_type_id"
            " WHERE NOT (t.app_label = 'netbox_gam' AND t.model IN ('syncrun', 'changeplan', 'changestep', 'finding', 'alarm'))"
        )

    def _writes(self) -> int:
        """Commands the shelves took that write or save."""
        return sum(
            len(self.shelf(shelf["name"], "/log", kind=kind)) for shelf in self.fleet["shelves"] for kind in ("write", "save")
        )
