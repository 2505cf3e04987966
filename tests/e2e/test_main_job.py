"""The whole demo, as a person starts it at a terminal: the main job, the command line against its NetBox, and Ctrl-C."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar
from unittest import TestCase, skipUnless

import requests

from development.demo import SEED, SHELVES
from development.demo_job import PROVISIONED_PER_SYSTEM, SUSPENDED_PER_SYSTEM
from development.rest import Rest
from development.town_builder import build_town

from .demos import ROOT, Demo, clean_environment, wait_until

SECONDS = 300
PHASES = ("servers", "netbox", "discover", "poll", "reconcile", "provision", "verify", "again")


@skipUnless(sys.platform == "linux", "processes are looked for in /proc")
class MainJobTests(TestCase):
    """One demo for all tests of the class; the last thing done to it is Ctrl-C."""

    demo: ClassVar[Demo]
    summary: ClassVar[dict[str, Any]]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.town = build_town(SEED, SHELVES)
        cls.demo = Demo(terminal=True)
        cls.addClassCleanup(cls.demo.close)
        cls.summary = cls.demo.file("summary.json", SECONDS)
        assert cls.summary["ok"], f"{cls.summary['problems']}\n{cls.demo.plain[-3000:]}"
        wait_until(lambda: "Up until Ctrl-C" in cls.demo.plain, 20, "the demo to say that it is up")
        cls.fleet, cls.seeded = cls.demo.file("fleet.json", 1), cls.demo.file("seeded.json", 1)
        address = re.search(r"NetBox: (http://127\.0\.0\.1:\d+)/", cls.demo.plain)
        assert address, cls.demo.plain[-2000:]
        cls.rest = Rest(address[1], cls.seeded["token"])
        cls.credentials = cls.demo.state / "credentials.yaml"
        cls.write_credentials(cls.credentials)

    @classmethod
    def write_credentials(cls, path: Path) -> None:
        """The town's logins as an operator would write them down, secrets in the environment."""
        v2c = '{version: "2c", community: "env:COMMUNITY"}'
        v3 = (
            f'{{version: "3", username: {cls.town.accounts["snmp_v3_user"]}, auth_protocol: SHA256, auth_key: "env:AUTH",'
            ' priv_protocol: AES, priv_key: "env:PRIV"}'
        )
        path.write_text(
            f'default: {{username: {cls.town.accounts["gam_username"]}, password: "env:PASSWORD", snmp: {v2c}}}\n'
            f"profiles: {{v3 netops: {{snmp: {v3}}}}}\n"
        )

    @classmethod
    def tearDownClass(cls) -> None:
        cls.demo.type(b"\x03")
        status = cls.demo.wait(60)
        left = cls.demo.left_behind()
        super().tearDownClass()
        assert status == 130, f"Ctrl-C ended it with {status}: {cls.demo.plain[-800:]}"
        assert not left, left

    # ------------------------------------------------------------------------------------------------------------- the job

    def test_the_summary_is_what_the_town_must_lead_to(self) -> None:
        summary = self.summary
        self.assertEqual((summary["problems"], summary["ok"]), ([], True))
        self.assertEqual(summary["gams_discovered"], SHELVES)
        self.assertEqual(summary["models"], dict(Counter(shelf.model for shelf in self.town.shelves)))
        self.assertEqual(summary["findings"], dict(Counter(item.kind for item in self.town.expectations)))
        unknown = [item for shelf in self.town.shelves for item in shelf.endpoints if not item.configured and item.plugged_port]
        self.assertEqual(summary["endpoints_unknown"], len(unknown))
        self.assertEqual(set(summary["subscribers"]), {"sonar", "splynx"})
        for system, count in summary["subscribers"].items():
            people = [person for person in self.town.people if person.system == system]
            self.assertTrue(0 < count <= 2 * len(people), (system, count, len(people)))
        self.assertEqual(list(summary["seconds"]), list(PHASES))

    def test_everything_provisioned_is_on_its_shelf_and_saved_and_nothing_was_written_twice(self) -> None:
        summary = self.summary
        self.assertEqual(summary["provisioned"], 2 * PROVISIONED_PER_SYSTEM)
        self.assertEqual(summary["suspended"], 2 * SUSPENDED_PER_SYSTEM + 1)
        self.assertEqual((summary["resumed"], summary["plans_changed"]), (1, 1))
        touched = 2 * (PROVISIONED_PER_SYSTEM + SUSPENDED_PER_SYSTEM)
        self.assertEqual((summary["verified_on_device"], summary["saved_to_startup"]), (touched, touched))
        self.assertEqual(summary["writes_of_second_run"], {"netbox": 0, "shelves": 0})

    def test_the_logs_of_all_its_processes_hold_no_secret(self) -> None:
        secrets = [value for name, value in self.town.accounts.items() if not name.endswith(("username", "user"))]
        files = list((self.demo.state / "logs").glob("*.log"))
        self.assertGreater(len(files), 5)
        for path in files:
            text = path.read_text(errors="replace")
            for secret in secrets:
                self.assertNotIn(secret, text, path.name)

    # -------------------------------------------------------------------------------------------------------- command line

    def gam(self, *words: str, status: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
        """The command line, with the secrets and NetBox's token in its environment."""
        accounts = self.town.accounts
        secrets = {
            "PASSWORD": accounts["gam_password"],
            "COMMUNITY": accounts["snmp_community"],
            "AUTH": accounts["snmp_v3_auth_key"],
            "PRIV": accounts["snmp_v3_priv_key"],
        }
        known = {"NETBOX_URL": self.rest.url, "NETBOX_TOKEN": self.rest.token, **secrets}
        done = subprocess.run(
            [sys.executable, "-m", "nornir_tasks.cli", *words],
            cwd=ROOT,
            env=clean_environment() | known | env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(done.returncode, status, f"{done.stdout[-1500:]}\n{done.stderr[-1500:]}")
        self.assertNotIn("Traceback", done.stderr)
        for secret in secrets.values():
            self.assertNotIn(secret, done.stdout + done.stderr)
        return done

    def gam_json(self, *words: str, status: int = 0, **env: str) -> Any:
        """What the command line says with ``--json``."""
        return json.loads(self.gam(*words, "--json", status=status, **env).stdout)

    def log_of(self, name: str, kind: str) -> list[str]:
        """Commands of a kind that a shelf received."""
        url = f"http://127.0.0.1:{self.fleet['ports']['control']}/shelves/{name}/log"
        return [entry["command"] for entry in requests.get(url, params={"kind": kind}, timeout=10).json()]

    def test_discover_finds_the_fleet_without_netbox(self) -> None:
        ports = self.fleet["ports"]
        words = [
            "discover",
            f"{self.town.shelves[0].address}-{self.town.shelves[-1].address}",
            "--credentials",
            str(self.credentials),
        ]
        words += [f"--{name}-port={ports[name]}" for name in ("ssh", "http", "snmp")]
        results = self.gam_json(*words, NETBOX_URL="", NETBOX_TOKEN="")
        found = {
            item["value"]["address"]: item["value"]["reading"]["system"] for item in results if item["value"]["outcome"] == "gam"
        }
        self.assertEqual(
            {address: (system["model"], system["serial"]) for address, system in found.items()},
            {shelf.address: (shelf.model, shelf.serial) for shelf in self.town.shelves},
        )
        table = self.gam(*words, NETBOX_URL="", NETBOX_TOKEN="").stdout
        for shelf in self.town.shelves:
            self.assertIn(shelf.serial, table)

    def test_discover_names_a_range_that_is_none(self) -> None:
        self.assertIn("10.0.0.300", self.gam("discover", "10.0.0.300", status=2).stderr)

    def test_poll_reads_the_shelves_of_netbox(self) -> None:
        results = self.gam_json("poll", "--credentials", str(self.credentials))
        self.assertEqual({item["name"] for item in results}, {shelf.name for shelf in self.town.shelves})
        self.assertTrue(all(item["ok"] for item in results))
        name = self.town.shelves[0].name
        self.assertIn(name, self.gam("poll", name, "--credentials", str(self.credentials)).stdout)

    def test_a_shelf_that_cannot_be_read_is_said_and_ends_with_1(self) -> None:
        name = self.town.shelves[0].name
        words = ("poll", name, "--credentials", str(self.credentials), "--deadline", "4")
        (result,) = self.gam_json(*words, status=1, COMMUNITY="wrong")
        self.assertFalse(result["ok"])
        self.assertTrue(result["error"]["message"] and result["error"]["next_step"], result)

    def test_show_shows_one_shelf(self) -> None:
        shelf = self.town.shelves[0]
        shown = self.gam("show", shelf.name, "--credentials", str(self.credentials)).stdout
        for wanted in (shelf.serial, shelf.model, *(item.mac for item in shelf.endpoints if item.plugged_port)):
            self.assertIn(wanted, shown)
        self.assertIn("no GAM of this name", self.gam("show", "nowhere", status=2).stderr)

    def test_plan_and_apply(self) -> None:
        found = self.rest.get("plugins/gam/subscribers/", status="active", limit=200)["results"]
        ssh = {gam["id"] for gam in self.rest.get("plugins/gam/gam-devices/", transport="ssh", limit=50)["results"]}
        subscriber = next(item for item in found if item["gam"]["id"] in ssh and item["bandwidth_plan"])
        gam, path = subscriber["gam"]["display"], f"plugins/gam/subscribers/{subscriber['id']}/"
        words = (subscriber["name"], "--gam", gam)
        writes = self.log_of(gam, "write")

        unchanged = self.gam_json("plan", *words)
        self.assertEqual((unchanged["status"]["value"], unchanged["steps"]), ("nothing_to_do", []))

        other = next(
            plan
            for plan in self.rest.all("plugins/gam/bandwidth-plans/")
            if plan["id"] != subscriber["bandwidth_plan"]["id"] and not plan["unthrottled"]
        )
        self.rest.patch(path, {"bandwidth_plan": other["id"]})
        plan = self.gam_json("plan", *words)
        lines = [line for step in plan["steps"] for line in step["sends"]]
        self.assertEqual(plan["status"]["value"], "planned")
        self.assertTrue(lines)
        self.assertEqual(self.log_of(gam, "write"), writes, "a plan sends nothing")
        shown = self.gam("plan", str(plan["id"])).stdout
        for line in lines:
            self.assertIn(line, shown)

        applied = self.gam_json("apply", str(plan["id"]))
        self.assertEqual((applied["status"]["value"], applied["verified"], applied["saved"]), ("applied", True, True))
        self.assertEqual(self.log_of(gam, "write"), writes + lines)
        again = self.gam("apply", str(plan["id"]), status=1)
        self.assertIn("cannot be applied", again.stderr)
        self.assertIn("Make a new plan", again.stderr)
        self.assertEqual(self.log_of(gam, "write"), writes + lines)

        self.assertIn("no subscriber of this name", self.gam("plan", "nobody", status=2).stderr)

    def test_reconcile(self) -> None:
        job = self.gam_json("reconcile", "Sonar")
        self.assertEqual((job["status"]["value"], job["data"]["opened"]), ("completed", 0))
        self.assertIn("services", self.gam("reconcile", "Splynx").stdout)
        self.assertIn("no billing system of this name", self.gam("reconcile", "Stripe", status=2).stderr)

    def test_netbox_that_is_not_there_or_does_not_know_us(self) -> None:
        self.assertIn("NETBOX_URL", self.gam("plan", "x", status=2, NETBOX_URL="").stderr)
        refused = self.gam_json("reconcile", "Sonar", status=3, NETBOX_TOKEN="nbt_wrong.token")
        self.assertTrue(refused["error"]["next_step"], refused)
        gone = self.gam_json("reconcile", "Sonar", status=3, NETBOX_URL="http://127.0.0.1:9")
        self.assertEqual(gone["error"]["kind"], "unreachable")
