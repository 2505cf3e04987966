"""The SSH shell as a client sees it: login, echo, line ends, pager, faults."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import asyncssh
import pytest

from development.simulator.ssh_server import PAGER
from development.simulator.testing import RunningFleet

from .conftest import ACCOUNTS

PROMPT = "gam-1# "


class Shell:
    """A typed-at shell."""

    def __init__(self, process: asyncssh.SSHClientProcess[str]) -> None:
        self.process = process

    async def until(self, text: str = PROMPT) -> str:
        """Read until ``text``."""
        return str(await asyncio.wait_for(self.process.stdout.readuntil(text), 5))

    async def run(self, line: str, prompt: str = PROMPT) -> str:
        """Type a line and read to the prompt."""
        self.process.stdin.write(line + "\r")
        return await self.until(prompt)


def shell[T](fleet: RunningFleet, use: Callable[[Shell], Awaitable[T]], password: str = ACCOUNTS["gam_password"]) -> T:
    """Log in, use a shell, log out."""
    target = fleet.target("gam-1")

    async def main() -> T:
        options = {"username": "admin", "password": password, "known_hosts": None, "client_keys": [], "agent_path": None}
        async with asyncssh.connect(target.address, target.ssh_port, **options) as connection:
            process = await connection.create_process(term_type="vt100", encoding="utf-8")
            opened = Shell(process)
            await opened.until()
            return await use(opened)

    return asyncio.run(main())


def test_echo_and_line_ends(fleet: RunningFleet) -> None:
    async def use(opened: Shell) -> str:
        return await opened.run("show clock")

    text = shell(fleet, use)
    assert text.startswith("show clock\n\rSystem Time: ")
    assert text.endswith("\n\r" + PROMPT)


def test_pager_and_terminal_length(fleet: RunningFleet) -> None:
    async def use(opened: Shell) -> tuple[str, str, str, str]:
        opened.process.stdin.write("show version\r")
        first = await opened.until(PAGER)
        opened.process.stdin.write(" ")
        rest = await opened.until()
        opened.process.stdin.write("show version\r")
        await opened.until(PAGER)
        opened.process.stdin.write("\x03")
        quit_ = await opened.until()
        await opened.run("terminal length 0")
        return first, rest, quit_, await opened.run("show running-config")

    first, rest, quit_, whole = shell(fleet, use)
    assert first.count("\n\r") == 24
    assert "Code Revision" in rest
    assert "Code Revision" not in quit_
    assert PAGER not in whole
    assert "\n\rend\n\r" in whole


def test_editing_keys(fleet: RunningFleet) -> None:
    async def use(opened: Shell) -> tuple[str, str]:
        opened.process.stdin.write("show clocx\x7fk\r")
        corrected = await opened.until()
        opened.process.stdin.write("garbage\x03")
        await opened.until("^C\n\r" + PROMPT)
        opened.process.stdin.write("show ghn ?")
        return corrected, await opened.until(PROMPT + "show ghn ")

    corrected, helped = shell(fleet, use)
    assert "System Time" in corrected
    assert "    discover" in helped


def test_a_change_is_shared_with_the_other_protocols(fleet: RunningFleet) -> None:
    async def use(opened: Shell) -> str:
        await opened.run("configure terminal", "gam-1(config)# ")
        await opened.run('ghn subscriber 3 name "C1003" vid 103 endpoint 3 bw-profile 2', "gam-1(config)# ")
        await opened.run("end")
        return await opened.run("copy running-config startup-config")

    assert "% Saving" in shell(fleet, use)
    log = fleet.shelf("gam-1").log
    assert [entry.command for entry in log.writes] == ['ghn subscriber 3 name "C1003" vid 103 endpoint 3 bw-profile 2']
    assert (log.counts["save"], log.writes[0].user, log.writes[0].via) == (1, "admin", "ssh")
    assert fleet.shelf("gam-1").startup.subscribers[3].name == "C1003"


def test_wrong_password_and_exec_are_refused(fleet: RunningFleet) -> None:
    target = fleet.target("gam-1")

    async def nothing(opened: Shell) -> None:
        return None

    with pytest.raises(asyncssh.PermissionDenied):
        shell(fleet, nothing, password="wrong")

    async def execute() -> None:
        options = {"username": "admin", "password": "shelf-pass", "known_hosts": None, "client_keys": [], "agent_path": None}
        async with asyncssh.connect(target.address, target.ssh_port, **options) as connection:
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.create_process("show version")

    asyncio.run(execute())


def test_blank_password(fleet: RunningFleet) -> None:
    async def use(opened: Shell) -> str:
        return await opened.run("show clock")

    fleet.call(lambda: fleet.shelf("gam-1").users.update(admin=""))
    assert "System Time" in shell(fleet, use, password="")


@pytest.mark.parametrize("fault", [{"reboot_after_writes": 1}, {"disconnect_after": 2}])
def test_connection_is_cut_in_the_middle(fleet: RunningFleet, fault: dict[str, int]) -> None:
    async def use(opened: Shell) -> None:
        await opened.run("configure terminal", "gam-1(config)# ")
        await opened.run("ghn subscriber 1 vid 555", "gam-1(config)# ")

    fleet.call(lambda: fleet.shelf("gam-1").faults.change(fault))
    with pytest.raises((asyncssh.Error, asyncio.IncompleteReadError, ConnectionError)):
        shell(fleet, use)
    assert fleet.shelf("gam-1").running.subscribers[1].vlan == 100


def test_garbage_and_half_answers(fleet: RunningFleet) -> None:
    async def use(opened: Shell) -> tuple[str, str]:
        await opened.run("terminal length 0")
        fleet.call(lambda: fleet.shelf("gam-1").faults.change({"half": "ssh"}))
        half = await opened.run("show running-config")
        fleet.call(lambda: fleet.shelf("gam-1").faults.change({"clear": True, "garbage": "ssh"}))
        return half, await opened.run("show running-config")

    half, garbage = shell(fleet, use)
    assert "\n\rend\n\r" not in half
    assert "Building" not in garbage


def test_a_slow_shelf_answers_late(fleet: RunningFleet) -> None:
    async def use(opened: Shell) -> float:
        fleet.call(lambda: fleet.shelf("gam-1").faults.change({"slow": {"ssh": 0.3}}))
        started = asyncio.get_running_loop().time()
        await opened.run("show clock")
        return asyncio.get_running_loop().time() - started

    assert shell(fleet, use) >= 0.3


def test_empty_hostname_prompt_over_ssh(fleet: RunningFleet) -> None:
    async def use(opened: Shell) -> str:
        fleet.call(lambda: setattr(fleet.shelf("gam-1").variants, "empty_hostname_prompt", True))
        return await opened.run("show clock", "\n\r# ")

    assert "System Time" in shell(fleet, use)
