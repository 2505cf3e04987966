"""HTTP of a shelf and of the control interface, over the wire."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from http.client import RemoteDisconnected
from pathlib import Path
from typing import Any

import pytest

from development.simulator.fleet import Fleet
from development.simulator.ports import NoPort
from development.simulator.testing import RunningFleet, running_fleet

from .conftest import copper_shelf, town_shelf

ROOT = Path(__file__).parents[3]


def fetch(url: str, body: object = None, *, user: str = "", timeout: float = 5) -> tuple[int, dict[str, str], bytes]:
    """(status, headers, body) of a GET, or of a POST when there is a body."""
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode())  # noqa: S310 - loopback
    if user:
        request.add_header("Authorization", "Basic " + b64encode(user.encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 - loopback
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as problem:
        return problem.code, dict(problem.headers), problem.read()


def rpc(fleet: RunningFleet, method: str, *params: object, user: str = "admin:shelf-pass", timeout: float = 5) -> Any:
    """Call a method of the copper shelf."""
    target = fleet.target("gam-2")
    body = {"jsonrpc": "2.0", "id": "1", "method": method, "params": list(params)}
    status, _, text = fetch(f"http://{target.address}:{target.http_port}/json_rpc", body, user=user, timeout=timeout)
    assert status == 200
    return json.loads(text)


def control(fleet: RunningFleet, path: str, body: object = None) -> Any:
    """Ask the control interface."""
    return json.loads(fetch(f"http://127.0.0.1:{fleet.ports.control}{path}", body)[2])


def test_unauthenticated_is_401_with_the_realm(fleet: RunningFleet) -> None:
    target = fleet.target("gam-2")
    for user in ("", "admin:wrong", "nobody:shelf-pass"):
        status, headers, _ = fetch(f"http://{target.address}:{target.http_port}/json_rpc", {}, user=user)
        assert (status, headers["WWW-Authenticate"]) == (401, 'Basic realm="PositronGAM"')


def test_call_and_parse_error(fleet: RunningFleet) -> None:
    assert rpc(fleet, "ghnAgent.config.userByName.get", "C2001")["result"]["VlanId"] == 200
    target = fleet.target("gam-2")
    request = urllib.request.Request(f"http://{target.address}:{target.http_port}/json_rpc", b"{nonsense")
    request.add_header("Authorization", "Basic " + b64encode(b"admin:shelf-pass").decode())
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
        assert json.loads(answer.read())["error"]["code"] == -32700


def test_faults_of_http(fleet: RunningFleet) -> None:
    shelf, target = fleet.shelf("gam-2"), fleet.target("gam-2")
    body = {"jsonrpc": "2.0", "id": "1", "method": "ghnAgent.config.user.get", "params": []}
    url = f"http://{target.address}:{target.http_port}/json_rpc"
    fleet.call(lambda: shelf.faults.change({"garbage": "jsonrpc"}))
    status, headers, text = fetch(url, body, user="admin:shelf-pass")
    assert (status, headers["Content-Type"].split(";")[0], text[:6]) == (200, "text/html", b"<html>")
    fleet.call(lambda: shelf.faults.change({"clear": True, "half": "jsonrpc"}))
    with pytest.raises(json.JSONDecodeError):
        rpc(fleet, "ghnAgent.config.user.get")
    fleet.call(lambda: shelf.faults.change({"clear": True, "dropped": "jsonrpc"}))
    with pytest.raises(TimeoutError):
        rpc(fleet, "ghnAgent.config.user.get", timeout=0.3)
    fleet.call(lambda: shelf.faults.change({"clear": True, "reboot_after_writes": 1}))
    with pytest.raises((RemoteDisconnected, ConnectionError, urllib.error.URLError)):
        rpc(fleet, "ghnAgent.config.userByName.set", "C2001", {"VlanId": 201})
    assert shelf.running.subscribers[1].vlan == 200


def test_control_shows_and_turns(fleet: RunningFleet) -> None:
    assert [row["name"] for row in control(fleet, "/shelves")] == ["gam-1", "gam-2"]
    before = control(fleet, "/shelves/gam-2")
    assert before["saved"] is True
    assert before["running"]["subscribers"][0]["name"] == "C2001"
    rpc(fleet, "ghnAgent.config.userByName.set", "C2001", {"VlanId": 201})
    after = control(fleet, "/shelves/gam-2")
    assert (after["saved"], after["running"]["subscribers"][0]["vlan"], after["startup"]["subscribers"][0]["vlan"]) == (
        False,
        201,
        200,
    )
    assert [row["kind"] for row in control(fleet, "/shelves/gam-2/log?kind=write")] == ["write"]
    assert control(fleet, "/shelves/gam-1/log?kind=change") == []
    mac = "00:0e:d8:19:97:01"
    assert control(fleet, "/shelves/gam-2/endpoints", {"action": "move", "mac": mac, "port": 5}) == {"ok": True}
    assert control(fleet, "/shelves/gam-2")["endpoints"][0]["state"] == "quarantinedWrongPort"
    assert control(fleet, "/shelves/gam-2/endpoints", {"action": "wrong_port", "mac": mac}) == {"ok": True}
    assert control(fleet, "/shelves/gam-2")["endpoints"][0]["port"] == 2
    assert control(fleet, "/shelves/gam-2/faults", {"busy_saves": 3})["busy_saves"] == 3
    assert control(fleet, "/shelves/gam-2/reboot", {}) == {"ok": True}
    assert control(fleet, "/advance", {"seconds": 3600}) == {"ok": True}
    assert control(fleet, "/shelves/gam-2")["uptime_seconds"] >= 3599
    assert control(fleet, "/shelves/gam-2")["running"]["subscribers"][0]["vlan"] == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/shelves/nothing", None, 404),
        ("/nothing", None, 404),
        ("/shelves/gam-1/endpoints", {"action": "fly", "mac": "00:0e:d8:19:97:01"}, 400),
        ("/shelves/gam-1/endpoints", {"action": "move", "mac": "00:0e:d8:ff:ff:ff", "port": 1}, 400),
        ("/shelves/gam-1/faults", {"nonsense": 1}, 400),
        ("/advance", {"seconds": -1}, 400),
    ],
)
def test_control_refuses_nonsense(fleet: RunningFleet, path: str, body: object, status: int) -> None:
    found, _, text = fetch(f"http://127.0.0.1:{fleet.ports.control}{path}", body)
    assert found == status
    assert json.loads(text)["error"]


def test_targets_carry_what_a_client_needs(fleet: RunningFleet) -> None:
    first, second = fleet.targets
    assert (first.transport, first.snmp.version, first.model) == ("ssh", "2c", "GAM-12-C")
    assert (second.transport, second.snmp.version, second.snmp.auth_protocol) == ("jsonrpc", "3", "SHA256")
    assert "shelf-pass" not in repr(fleet.targets)


def test_two_fleets_side_by_side_and_a_taken_port() -> None:
    with running_fleet([town_shelf()]) as one, running_fleet([town_shelf()]) as two:
        assert one.ports != two.ports
        with pytest.raises(NoPort, match=str(one.ports.ssh)), running_fleet([copper_shelf(1)], ssh=one.ports.ssh):
            pass


def test_base_address_replaces_the_towns() -> None:
    fleet = Fleet.from_shelves([town_shelf(1), copper_shelf(2)], base="127.0.42.250")
    assert [shelf.identity.address for shelf in fleet.shelves.values()] == ["127.0.42.250", "127.0.42.251"]


def launch(*options: str) -> subprocess.Popen[str]:
    """Start the command line."""
    command = [sys.executable, "-m", "development.simulator", "--shelves", "10", "--base", "127.0.77.1", *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_command_line_says_when_it_is_ready_and_ends_on_sigterm(tmp_path: Path) -> None:
    process = launch("--seed", "3", "--state-file", str(tmp_path / "deep" / "state.json"))
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready == json.loads((tmp_path / "deep" / "state.json").read_text())
        assert (ready["ready"], len(ready["shelves"]), ready["shelves"][9]["address"]) == (True, 10, "127.0.77.10")
        shelves = json.loads(fetch(f"http://127.0.0.1:{ready['ports']['control']}/shelves")[2])
        assert shelves == ready["shelves"]
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0


def test_command_line_ends_with_its_parent() -> None:
    script = (
        "import subprocess, sys; p = subprocess.Popen([sys.executable, '-m', 'development.simulator', '--base', '127.0.78.1',"
        " '--exit-with-parent'], stdout=subprocess.PIPE, text=True); p.stdout.readline(); print(p.pid)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)
    pid = int(done.stdout)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _alive(pid):
        time.sleep(0.1)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_serving_inside_ones_own_loop() -> None:
    async def main() -> int:
        fleet = Fleet.from_shelves([town_shelf()])
        async with fleet.serve(control=0) as ports:
            reader, writer = await asyncio.open_connection("127.0.9.1", ports.ssh)
            line = await reader.readline()
            writer.close()
            return len(line)

    assert asyncio.run(main()) > 5
