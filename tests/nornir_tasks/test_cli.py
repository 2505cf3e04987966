"""The command line: what it asks NetBox and the shelves, what it prints, how it exits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pysnmp.proto.api import v2c

from nornir_tasks import cli
from nornir_tasks.cli_output import duration, plain
from nornir_tasks.contracts import ShelfConfig, SnmpCredential, TargetResult
from nornir_tasks.testing import SnmpAgent, recorded_shelf
from nornir_tasks.testing import serving as serving_agent

from .fake_netbox import TOKEN, FakeNetBox, gam_device
from .fake_netbox import serving as serving_netbox

API = "plugins/gam"


def encoded(value: int | bytes | tuple[int, ...]) -> Any:
    if isinstance(value, bytes):
        return v2c.OctetString(value)
    if isinstance(value, tuple):
        return v2c.ObjectIdentifier(value)
    return v2c.Counter64(value) if value >= 2**31 else v2c.Integer32(value)


@pytest.fixture
def shelf() -> Iterator[SnmpAgent]:
    agent = SnmpAgent({oid: encoded(value) for oid, value in recorded_shelf().items()}, community="town")
    with serving_agent(agent) as served:
        yield served


@pytest.fixture
def netbox(shelf: SnmpAgent, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeNetBox]:
    rows = [
        gam_device(1, "gam-1", snmp_port=shelf.port),
        gam_device(2, "gam-2", polling_enabled=False),
        gam_device(3, "gam-3", management_address=""),
    ]
    with serving_netbox(FakeNetBox(lists={f"{API}/gam-devices": rows})) as served:
        monkeypatch.setenv("NETBOX_URL", served.url)
        monkeypatch.setenv("NETBOX_TOKEN", TOKEN)
        monkeypatch.setenv("GAM_SNMP_COMMUNITY", "town")
        monkeypatch.setattr(cli, "FOLLOW_SECONDS", 0.0)
        yield served


def test_discover_needs_no_netbox(shelf: SnmpAgent, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GAM_SNMP_COMMUNITY", "town")
    assert cli.main(["discover", f"127.0.0.1:{shelf.port}", "--ssh-port", "1"]) == 0
    out, err = capsys.readouterr()
    assert "1 GAMs at 1 addresses" in out
    assert all(word in out for word in ("GAM-12-C", "01234567", "GAM-12/24-C_v1.5.4", "shelf-1"))
    assert "the configuration could not be read" in err


def test_discover_as_json(shelf: SnmpAgent, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GAM_SNMP_COMMUNITY", "town")
    assert cli.main(["discover", "--json", f"127.0.0.1:{shelf.port}", "--ssh-port", "1"]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert (result["ok"], result["value"]["outcome"], result["value"]["snmp_used"]) == (True, "gam", 0)
    assert result["value"]["reading"]["system"]["serial"] == "01234567"
    assert len(result["value"]["reading"]["endpoints"]) == 2


def test_a_range_that_makes_no_sense_is_a_wrong_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["discover", "10.0.0.0/8"]) == cli.EXIT_USAGE
    assert "range '10.0.0.0/8': too many addresses" in capsys.readouterr().err


def test_poll_reads_what_is_polled_and_says_what_is_left_out(netbox: FakeNetBox, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["poll"]) == 0
    out, err = capsys.readouterr()
    assert "gam-1" in out and "1/12" in out and "53d 14h" in out
    assert "left out gam-2: Polling is switched off." in err
    assert "left out gam-3: No management address" in err


def test_poll_by_name_fails_with_kind_and_next_step(
    netbox: FakeNetBox, shelf: SnmpAgent, capsys: pytest.CaptureFixture[str]
) -> None:
    shelf.drop = 1000
    assert cli.main(["poll", "gam-1", "--deadline", "0.5"]) == cli.EXIT_FAILED
    err = capsys.readouterr().err
    assert "gam-1: reading took longer than the limit of 0.5 s [timeout]" in err
    assert "next: " in err


@pytest.mark.parametrize(("name", "words"), [("gam-3", "No management address"), ("nobody", "has no GAM of this name")])
def test_poll_of_what_cannot_be_polled_says_why(
    netbox: FakeNetBox, name: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["poll", name]) == cli.EXIT_USAGE
    assert words in capsys.readouterr().err


def test_show_prints_every_section(netbox: FakeNetBox, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", "gam-1"]) == 0
    out = capsys.readouterr().out
    for word in (
        "G.hn ports",
        "Uplinks and management",
        "00:0e:d8:19:97:e6",
        "quarantinedUnknownMAC",
        "G.hn port serves no endpoint",
    ):
        assert word in out


def job(pk: int, status: str, **values: Any) -> dict[str, Any]:
    return {"id": pk, "name": "Service", "status": {"value": status, "label": status}, "log_entries": [], "data": None, **values}


STEP = {
    "id": 1, "index": 0, "action": {"value": "add", "label": "Add"}, "kind": {"value": "subscriber", "label": "Subscriber"},
    "name": "C1001", "sends": ['ghn subscriber 1 name "C1001" vid 100'], "state": {"value": "planned", "label": "Planned"},
    "answer": "", "error": "", "change_plan_id": 8,
}  # fmt: skip
PLAN = {
    "id": 8, "gam": {"display": "gam-1"}, "status": {"value": "planned", "label": "Planned"}, "violations": [],
    "interrupts": ["C1001 is interrupted"], "difference": [], "error": "",
}  # fmt: skip


@pytest.fixture
def planning(netbox: FakeNetBox) -> FakeNetBox:
    log = [{"level": "info", "message": "1/2 reread"}, {"level": "info", "message": "2/2 planned"}]
    netbox.lists[f"{API}/subscribers"] = [{"id": 4, "name": "C1001", "gam": {"name": "gam-1", "display": "gam-1"}}]
    netbox.lists[f"{API}/change-steps"] = [STEP, {**STEP, "id": 2, "change_plan_id": 9}]
    netbox.lists[f"{API}/billing-systems"] = [{"id": 3, "name": "Sonar"}]
    netbox.actions[f"{API}/subscribers/4/plan"] = job(70, "pending")
    netbox.actions[f"{API}/change-plans/8/apply"] = job(70, "pending")
    netbox.actions[f"{API}/billing-systems/3/reconcile"] = job(71, "pending")
    netbox.objects["core/jobs/70"] = [
        job(70, "running", log_entries=log[:1], data={"done": 1, "total": 2}),
        job(70, "completed", log_entries=log, data={"change_plan": 8, "status": "planned"}),
    ]
    netbox.objects["core/jobs/71"] = [job(71, "completed", data={"services": 12, "by_kind": {"mac_mismatch": 2}})]
    netbox.objects[f"{API}/change-plans/8"] = [PLAN]
    return netbox


def test_plan_follows_the_job_and_prints_the_steps(planning: FakeNetBox, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plan", "C1001"]) == 0
    out, err = capsys.readouterr()
    assert "Change plan 8 for gam-1: Planned" in out
    assert 'ghn subscriber 1 name "C1001" vid 100' in out
    assert err.count("1/2 reread") == 1 and err.count("2/2 planned") == 1
    assert "C1001 is interrupted" in err
    assert planning.seen.count("GET core/jobs/70") == 2


def test_a_number_that_is_no_subscriber_shows_that_change_plan(planning: FakeNetBox, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plan", "8", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["id"], [step["id"] for step in shown["steps"]]) == (8, [1])


def test_a_plan_that_breaks_rules_fails(planning: FakeNetBox, capsys: pytest.CaptureFixture[str]) -> None:
    planning.objects[f"{API}/change-plans/8"] = [{**PLAN, "violations": [{"subject": "C1001", "rule": "VLAN 2 is reserved"}]}]
    assert cli.main(["plan", "C1001"]) == cli.EXIT_FAILED
    assert "not possible: C1001 VLAN 2 is reserved" in capsys.readouterr().err


def test_a_plan_tells_what_it_warns_of_and_why_it_goes_another_way(
    planning: FakeNetBox, capsys: pytest.CaptureFixture[str]
) -> None:
    warnings = [{"subject": "C1001", "field": "vlan", "value": "4093", "rule": "4093 is the factory VLAN"}]
    way = {
        "transport": {"value": "jsonrpc", "label": "JSON-RPC"},
        "transport_reason": "The command line cannot express trunk of C1001",
    }
    planning.objects[f"{API}/change-plans/8"] = [{**PLAN, **way, "warnings": warnings}]
    assert cli.main(["plan", "8"]) == 0
    err = capsys.readouterr().err
    assert "warning: C1001 vlan 4093 4093 is the factory VLAN" in err
    assert "over JSON-RPC: The command line cannot express trunk of C1001" in err


def test_a_subscriber_on_two_gams_has_to_be_told_apart(planning: FakeNetBox, capsys: pytest.CaptureFixture[str]) -> None:
    planning.lists[f"{API}/subscribers"].append({"id": 5, "name": "C1001", "gam": {"name": "gam-2", "display": "gam-2"}})
    assert cli.main(["plan", "C1001"]) == cli.EXIT_USAGE
    assert "is on several GAMs (gam-1, gam-2); name one with --gam" in capsys.readouterr().err
    assert cli.main(["plan", "C1001", "--gam", "gam-1"]) == 0


def test_apply_of_a_job_that_fails_says_what_failed(planning: FakeNetBox, capsys: pytest.CaptureFixture[str]) -> None:
    data = {"change_plan": 8, "error": "the shelf refused", "next_step": "Look at the plan."}
    planning.objects["core/jobs/70"] = [job(70, "failed", data=data)]
    assert cli.main(["apply", "8"]) == cli.EXIT_FAILED
    out, err = capsys.readouterr()
    assert "the shelf refused" in err and "next: Look at the plan." in err
    assert "Change plan 8" in out


def test_reconcile_prints_the_counts(planning: FakeNetBox, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["reconcile", "Sonar"]) == 0
    out = capsys.readouterr().out
    assert "12" in out and "mac_mismatch 2" in out


@pytest.mark.parametrize("command", [["plan", "nobody"], ["reconcile", "nobody"]])
def test_what_netbox_does_not_know_is_a_wrong_command(planning: FakeNetBox, command: list[str]) -> None:
    assert cli.main(command) == cli.EXIT_USAGE


def test_a_refused_token_ends_with_its_next_step(netbox: FakeNetBox, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["poll", "--token", "nbt_wrong.token"]) == cli.EXIT_NOTHING_DONE
    err = capsys.readouterr().err
    assert "HTTP 403: Invalid token. [auth]" in err and "next: Check the NetBox token" in err
    assert cli.main(["poll", "--token", "nbt_wrong.token", "--json"]) == cli.EXIT_NOTHING_DONE
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "auth"
    assert "wrong.token" not in err


def test_without_netbox_the_command_says_what_to_give(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("NETBOX_URL", raising=False)
    assert cli.main(["poll"]) == cli.EXIT_USAGE
    assert "set NETBOX_URL" in capsys.readouterr().err


def test_ctrl_c_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nornir_tasks.discover", interrupt)
    assert cli.main(["discover", "10.0.0.1"]) == cli.EXIT_INTERRUPTED
    assert "interrupted" in capsys.readouterr().err


def test_a_bad_credentials_file_is_a_wrong_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.yml").write_text("default: {pass: hunter2}")
    assert cli.main(["discover", "10.0.0.1", "--credentials", str(tmp_path / "c.yml")]) == cli.EXIT_USAGE
    assert "hunter2" not in capsys.readouterr().err


def test_secrets_and_raw_configurations_never_become_json() -> None:
    text = json.dumps(plain([TargetResult("gam", value=ShelfConfig(raw="password s3cret")), SnmpCredential(community="s3cret")]))
    assert "s3cret" not in text


@pytest.mark.parametrize(("seconds", "text"), [(None, None), (59, "0m"), (3600, "1h 0m"), (90_061, "1d 1h")])
def test_durations(seconds: int | None, text: str | None) -> None:
    assert duration(seconds) == text
