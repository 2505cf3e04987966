"""The command line ``gam``: look for, read and back up GAMs directly; plan, apply and reconcile through NetBox's jobs.

Exit codes: 0 everything went well; 1 something did not, and it says what; 2 the command was wrong; 3 nothing could be done;
130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import nornir_tasks

from . import cli_output
from .cli_output import Output
from .contracts import DeviceTarget, Failure, Login, Progress, SnmpCredential, TargetResult, Transport
from .credentials import load_credentials
from .errors import ErrorKind, GamError, RuleViolation

if TYPE_CHECKING:
    from .netbox_api import NetBox

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_NOTHING_DONE, EXIT_INTERRUPTED = 0, 1, 2, 3, 130
API = "plugins/gam"
FOLLOW_SECONDS = 1.0
JOB_DONE = {"completed": True, "errored": False, "failed": False}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    output = Output(as_json=arguments.json)
    try:
        code: int = arguments.command(arguments, output)
        return code
    except KeyboardInterrupt:
        output.note("interrupted")
        return EXIT_INTERRUPTED
    except RuleViolation as error:
        return _give_up(output, arguments, Failure(ErrorKind.REJECTED, str(error)), EXIT_USAGE)
    except GamError as error:
        return _give_up(output, arguments, Failure(error.kind, str(error), error.next_step), EXIT_NOTHING_DONE)


def _give_up(output: Output, arguments: argparse.Namespace, failure: Failure, code: int) -> int:
    if output.as_json:
        output.json({"error": failure})
    else:
        output.failure(f"gam {arguments.name}", failure)
    return code


# ------------------------------------------------------------------------------------------------- commands that talk to GAMs


def discover(arguments: argparse.Namespace, output: Output) -> int:
    """``gam discover RANGE…``: what is at these addresses. Needs no NetBox."""
    logins, snmp = load_credentials(arguments.credentials, os.environ).candidates()
    template = DeviceTarget(
        name="",
        address="",
        transport=Transport(arguments.transport),
        ssh_port=arguments.ssh_port,
        http_port=arguments.http_port,
        https=arguments.https,
        snmp_port=arguments.snmp_port,
    )
    with _progress(output, "Looking") as on_progress:
        results = nornir_tasks.discover(
            arguments.ranges, template, snmp=snmp, logins=logins, deadline=arguments.deadline, on_progress=on_progress
        )
    return _finish(output, results, lambda: cli_output.show_discovered(output, results))


def poll(arguments: argparse.Namespace, output: Output) -> int:
    """``gam poll [NAME…]``: read the shelves of NetBox's inventory now; or one by ``--address``, without a NetBox."""
    targets = _addressed(arguments) if arguments.address else _targets(arguments, output, arguments.names)
    with _progress(output, "Reading") as on_progress:
        results = nornir_tasks.poll(
            targets,
            workers=arguments.workers,
            deadline=arguments.deadline,
            on_progress=on_progress,
            reader=arguments.reader,
            alarm_log=bool(arguments.address),
            snr=arguments.snr,
        )
    return _finish(output, results, lambda: cli_output.show_readings(output, results))


def show(arguments: argparse.Namespace, output: Output) -> int:
    """``gam show NAME``: everything one shelf says about itself."""
    results = nornir_tasks.poll(_targets(arguments, output, [arguments.device]), deadline=arguments.deadline)

    def tables() -> None:
        if results[0].value is not None:
            cli_output.show_shelf(output, results[0].value)

    return _finish(output, results, tables)


def backup(arguments: argparse.Namespace, output: Output) -> int:
    """``gam backup NAME``: the running configuration, passwords blanked out."""
    from .gam.redaction import redact

    (result,) = nornir_tasks.backup(_targets(arguments, output, [arguments.device]), deadline=arguments.deadline)
    if result.value is not None:
        result = TargetResult(result.name, value=redact(result.value), seconds=result.seconds)
    return _finish(output, [result], lambda: output.text(result.value or ""))


def _addressed(arguments: argparse.Namespace) -> list[DeviceTarget]:
    """The one shelf at ``--address``: nothing but that and a credential is needed.

    :raises RuleViolation: names are given, too, or the port is none
    """
    if arguments.names:
        raise RuleViolation("--address", arguments.address, "give either an address or names of NetBox's devices, not both")
    if not 0 < arguments.port < 65_536:
        raise RuleViolation("--port", arguments.port, "a UDP port is from 1 to 65535")
    logins, snmp = load_credentials(arguments.credentials, os.environ).candidates()
    credential = SnmpCredential(community=arguments.community) if arguments.community else next(iter(snmp), SnmpCredential())
    return [
        DeviceTarget(
            name=arguments.address,
            address=arguments.address,
            snmp_port=arguments.port,
            snmp=credential,
            login=next(iter(logins), Login()),
        )
    ]


def _targets(arguments: argparse.Namespace, output: Output, names: Sequence[str]) -> list[DeviceTarget]:
    """The shelves named, or all that are polled.

    :raises RuleViolation: a name that NetBox has no GAM for, or one that cannot be talked to, with the reason
    """
    from .inventory import NetBoxInventory

    url, token = _netbox_login(arguments)
    credentials = load_credentials(arguments.credentials, os.environ)
    inventory = NetBoxInventory(url, token, credentials.for_device, only_polled=not names, verify=_verify(arguments))
    found = {target.name: target for target in inventory.targets()}
    skipped = {one.name: one.reason for one in inventory.skipped}
    for name in names:
        if name not in found:
            raise RuleViolation("name", name, skipped.get(name, f"{url} has no GAM of this name"))
    if not names:
        output.skipped(inventory.skipped)
    return [found[name] for name in dict.fromkeys(names)] if names else list(found.values())


def _finish(output: Output, results: Sequence[TargetResult[Any]], tables: Callable[[], None]) -> int:
    if output.as_json:
        output.json(list(results))
    else:
        if any(result.ok for result in results):
            tables()
        output.failures(results)
    return EXIT_OK if all(result.ok for result in results) else EXIT_FAILED


# ----------------------------------------------------------------------------------------------- commands that ask NetBox to do it


def plan(arguments: argparse.Namespace, output: Output) -> int:
    """``gam plan SUBSCRIBER``: have NetBox plan what the subscriber needs on its GAM; ``gam plan ID``: show a change plan."""
    netbox = _netbox(arguments)
    found = list(netbox.rows(f"{API}/subscribers", name=arguments.subject))
    if arguments.gam:
        found = [one for one in found if (one.get("gam") or {}).get("name") == arguments.gam]
    if len(found) > 1:
        gams = ", ".join(str((one.get("gam") or {}).get("display")) for one in found)
        raise RuleViolation("subscriber", arguments.subject, f"is on several GAMs ({gams}); name one with --gam")
    if found:
        return _run_job(netbox, output, f"{API}/subscribers/{found[0]['id']}/plan")
    if arguments.subject.isdigit():
        return _show_plan(netbox, output, int(arguments.subject), ok=True)
    raise RuleViolation("subscriber", arguments.subject, "there is no subscriber of this name")


def apply(arguments: argparse.Namespace, output: Output) -> int:
    """``gam apply ID``: have NetBox write a change plan to its GAM, and watch."""
    return _run_job(_netbox(arguments), output, f"{API}/change-plans/{arguments.id}/apply", plan_id=arguments.id)


def reconcile(arguments: argparse.Namespace, output: Output) -> int:
    """``gam reconcile SYSTEM``: have NetBox read a billing system and compare."""
    netbox = _netbox(arguments)
    found = list(netbox.rows(f"{API}/billing-systems", name=arguments.system))
    if not found and arguments.system.isdigit():
        found = [netbox.one(f"{API}/billing-systems/{arguments.system}")]
    if not found:
        raise RuleViolation("billing system", arguments.system, "there is no billing system of this name")
    return _run_job(netbox, output, f"{API}/billing-systems/{found[0]['id']}/reconcile")


def _run_job(netbox: NetBox, output: Output, action: str, plan_id: int | None = None) -> int:
    job = follow(netbox, netbox.post(action), output)
    ok = JOB_DONE[_status(job)]
    data: Mapping[str, Any] = job.get("data") or {}
    if not ok and not output.as_json:
        words = str(data.get("error") or job.get("error") or "the job failed; its log in NetBox says why")
        output.failure(str(job.get("name")), Failure(ErrorKind.REJECTED, words, str(data.get("next_step") or "")))
    plan_id = data.get("change_plan") or plan_id
    if plan_id:
        return _show_plan(netbox, output, int(plan_id), ok=ok)
    if output.as_json:
        output.json(job)
    else:
        shown = [(key.replace("_", " "), _in_words(value)) for key, value in data.items() if key not in ("done", "total")]
        output.table(("", str(job.get("name"))), shown)
    return EXIT_OK if ok else EXIT_FAILED


def follow(
    netbox: NetBox, job: Mapping[str, Any], output: Output, sleep: Callable[[float], None] = time.sleep
) -> Mapping[str, Any]:
    """Show a NetBox job's log and progress until it has ended; returns the job as it is then."""
    seen = 0
    with output.progress() as bar:
        task = bar.add_task(str(job.get("name") or "Job"), total=None)
        while True:
            entries = job.get("log_entries") or []
            for entry in entries[seen:]:
                output.note(str(entry.get("message", "")))
            seen = len(entries)
            data = job.get("data") or {}
            bar.update(task, completed=data.get("done", 0), total=data.get("total"))
            if _status(job) in JOB_DONE:
                return job
            sleep(FOLLOW_SECONDS)
            job = netbox.one(f"core/jobs/{job['id']}")


def _show_plan(netbox: NetBox, output: Output, plan_id: int, *, ok: bool) -> int:
    change_plan = netbox.one(f"{API}/change-plans/{plan_id}")
    steps = sorted(netbox.rows(f"{API}/change-steps", change_plan_id=plan_id), key=lambda step: int(step["index"]))
    if output.as_json:
        output.json({**change_plan, "steps": steps})
    else:
        cli_output.show_change_plan(output, change_plan, steps)
    return EXIT_OK if ok and not change_plan.get("violations") else EXIT_FAILED


def _status(job: Mapping[str, Any]) -> str:
    status = job.get("status")
    return str(status.get("value") if isinstance(status, Mapping) else status)


def _in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


# ------------------------------------------------------------------------------------------------------------------ arguments


@contextmanager
def _progress(output: Output, what: str) -> Iterator[Callable[[Progress], None]]:
    with output.progress() as bar:
        task = bar.add_task(what, total=None)

        def on_progress(report: Progress) -> None:
            bar.update(task, completed=report.done, total=report.total, description=f"{what} {report.name}")

        yield on_progress


def _netbox_login(arguments: argparse.Namespace) -> tuple[str, str]:
    url = arguments.netbox or os.environ.get("NETBOX_URL", "")
    token = arguments.token or os.environ.get("NETBOX_TOKEN", "")
    if not url:
        raise RuleViolation("--netbox", "", "give NetBox's URL, or set NETBOX_URL")
    if not token:
        raise RuleViolation("--token", "", "give a REST token, or set NETBOX_TOKEN")
    return url, token


def _netbox(arguments: argparse.Namespace) -> NetBox:
    from .netbox_api import NetBox

    return NetBox(*_netbox_login(arguments), verify=_verify(arguments))


def _verify(arguments: argparse.Namespace) -> bool | str:
    return False if arguments.insecure else arguments.ca or True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gam", description="Positron GAM shelves: discover, read, provision, reconcile.")
    commands = parser.add_subparsers(title="commands", dest="name", required=True, metavar="COMMAND")
    common, direct, netbox = (argparse.ArgumentParser(add_help=False) for _ in range(3))
    common.add_argument("--json", action="store_true", help="print JSON instead of tables")
    direct.add_argument("--credentials", metavar="FILE", help="YAML file of logins and SNMP credentials (else GAM_* variables)")
    direct.add_argument("--deadline", type=float, default=120.0, metavar="SECONDS", help="longest time for one shelf")
    netbox.add_argument("--netbox", metavar="URL", help="NetBox's URL (else NETBOX_URL)")
    netbox.add_argument("--token", metavar="TOKEN", help="REST token (better NETBOX_TOKEN: arguments can be seen by others)")
    netbox.add_argument("--ca", metavar="FILE", help="certificate authority of NetBox")
    netbox.add_argument("--insecure", action="store_true", help="do not check NetBox's certificate")

    def command(run: Callable[[argparse.Namespace, Output], int], *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        words = (run.__doc__ or "").partition(": ")[2]
        added = commands.add_parser(run.__name__, parents=[common, *parents], help=words, description=words)
        added.set_defaults(command=run)
        return added

    looking = command(discover, direct)
    looking.add_argument("ranges", nargs="+", metavar="RANGE", help="10.0.0.0/24, 10.0.0.1-10.0.0.9, 10.0.0.5:161, host")
    looking.add_argument("--transport", choices=[transport.value for transport in Transport], default=Transport.SSH.value)
    looking.add_argument("--snmp-port", type=int, default=161)
    looking.add_argument("--ssh-port", type=int, default=22)
    looking.add_argument("--http-port", type=int, default=80)
    looking.add_argument("--https", action="store_true")
    polling = command(poll, direct, netbox)
    polling.add_argument("names", nargs="*", metavar="NAME", help="devices; all that are polled when none is given")
    polling.add_argument("--workers", type=int, default=nornir_tasks.WORKERS, help="shelves read at the same time")
    polling.add_argument("--address", metavar="ADDRESS", help="read the shelf at this address; no NetBox is needed")
    polling.add_argument(
        "--community", metavar="TEXT", help="SNMP v2c community for --address (else --credentials or GAM_* variables)"
    )
    polling.add_argument("--port", type=int, default=161, help="SNMP port for --address")
    polling.add_argument("--reader", choices=["auto", "gufo", "pysnmp"], default="auto", help="SNMP implementation")
    polling.add_argument("--snr", action="store_true", help="measure signal-to-noise ratios, too (JSON-RPC, seconds per port)")
    for run in (show, backup):
        command(run, direct, netbox).add_argument("device", metavar="NAME", help="a device that is a GAM")
    planning = command(plan, netbox)
    planning.add_argument("subject", metavar="SUBSCRIBER_OR_PLAN", help="name of a subscriber, or id of a change plan")
    planning.add_argument("--gam", metavar="NAME", help="the subscriber's GAM, where the name is on several")
    command(apply, netbox).add_argument("id", type=int, metavar="PLAN_ID", help="id of a change plan")
    command(reconcile, netbox).add_argument("system", metavar="SYSTEM", help="name or id of a billing system")
    return parser


if __name__ == "__main__":
    sys.exit(main())
