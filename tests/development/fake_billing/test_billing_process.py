"""The server process and its control API, as the demo uses them."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from development.fake_billing.testing import RunningBilling
from development.town import Town

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "development.fake_billing", "--seed", "7", "--shelves", "2"]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any], Path]]:
    state = tmp_path / "run" / "billing.json"
    with subprocess.Popen([*COMMAND, "--state-file", str(state)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        yield child, json.loads(child.stdout.readline()), state
        if child.poll() is None:
            child.kill()


def test_ready_line_state_file_and_clean_end(process: tuple[subprocess.Popen[str], dict[str, Any], Path]) -> None:
    child, ready, state = process
    assert ready["ready"] is True and ready["pid"] == child.pid
    assert json.loads(state.read_text()) == ready
    people = requests.get(f"{ready['control_url']}/people", timeout=30).json()
    assert len(people) == ready["people"] > 10
    assert requests.get(f"{ready['splynx_url']}/api/2.0/admin/api/check", timeout=30).status_code == 401
    child.send_signal(signal.SIGTERM)
    assert child.wait(30) == 0
    assert not state.exists()


def test_the_process_ends_with_its_parent() -> None:
    """A parent that dies without a word takes the server with it."""
    script = (
        "import subprocess, sys, os\n"
        f"child = subprocess.Popen({[*COMMAND, '--exit-with-parent']!r}, stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "os._exit(1)\n"
    )
    parent = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert _gone(int(parent.stdout))


def _gone(pid: int) -> bool:
    """Wait for a process that is not our child to end."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 30)[0])
    finally:
        os.close(handle)


def test_people_over_the_control_api(billing: RunningBilling, town: Town) -> None:
    number = town.people[0].number
    url = f"{billing.control_url}/people/{number}"
    assert requests.post(url, json={"status": "suspended"}, timeout=30).json()["status"] == "suspended"
    assert requests.get(url, timeout=30).json()["status"] == "suspended" == billing.person(number).status
    assert requests.post(url, json={"plan": "home-500"}, timeout=30).json()["plan"] == "home-500"
    systems = {p["system"] for p in requests.get(f"{billing.control_url}/people", params={"system": "sonar"}, timeout=30).json()}
    assert systems == {"sonar"}
    new = requests.post(f"{billing.control_url}/people", json={"system": "sonar", "macs": ["00:0e:d8:ff:00:01"]}, timeout=30)
    assert new.status_code == 201 and new.json()["number"] > town.people[-1].number


@pytest.mark.parametrize(
    ("change", "named"), [({"status": "gone"}, "status 'gone'"), ({"plan": "x"}, "plan 'x'"), ({"number": 1}, "field 'number'")]
)
def test_bad_changes_are_named_and_change_nothing(billing: RunningBilling, town: Town, change: dict[str, Any], named: str) -> None:
    number = town.people[3].number
    before = billing.person(number)
    response = requests.post(f"{billing.control_url}/people/{number}", json=change, timeout=30)
    assert response.status_code == 400 and named in response.json()["error"]
    assert billing.person(number) == before


def test_unknown_person_mode_system_and_body(billing: RunningBilling) -> None:
    assert requests.post(f"{billing.control_url}/people/1", json={}, timeout=30).status_code == 404
    for url, body in (("modes/sonar", {"nonsense": 1}), ("modes/other", {}), ("people", {"system": "other"}), ("hooks", {})):
        assert requests.post(f"{billing.control_url}/{url}", json=body, timeout=30).status_code == 400
    assert requests.post(f"{billing.control_url}/people", data="{", timeout=30).status_code == 400


def test_modes_over_the_control_api(billing: RunningBilling) -> None:
    assert requests.post(f"{billing.control_url}/modes/splynx", json={"types": "string"}, timeout=30).json()["types"] == "string"
    assert requests.get(f"{billing.control_url}/modes", timeout=30).json()["splynx"]["types"] == "string"
    assert requests.delete(f"{billing.control_url}/modes", timeout=30).json()["splynx"]["types"] == "integer"


def test_request_log_over_the_control_api(billing: RunningBilling) -> None:
    requests.get(f"{billing.splynx_url}/api/2.0/admin/api/check", timeout=30)
    log = requests.get(f"{billing.control_url}/requests", params={"system": "splynx"}, timeout=30).json()
    assert [(entry["path"], entry["status"]) for entry in log] == [("/api/2.0/admin/api/check", 401)]
    assert requests.delete(f"{billing.control_url}/requests", timeout=30).status_code == 204
    assert requests.get(f"{billing.control_url}/requests", timeout=30).json() == []
