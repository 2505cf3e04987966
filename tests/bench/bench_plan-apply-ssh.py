"""Seconds to plan and apply one change on one shelf over SSH, beside a bare script that sends the same lines and hopes."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import replace

import paramiko

import nornir_tasks
from development.bench import Measurement
from nornir_tasks.contracts import ApplyOutcome, DeviceTarget
from nornir_tasks.gam.catalog import find_model

from .fleet import fleet_process

ROUNDS = 7
VLANS = (701, 702)
SAVE = "copy running-config startup-config"


def measure() -> Measurement:
    """Median seconds of some rounds on each side, taken in turns after one round that is not counted."""
    with fleet_process() as found:
        target = found[0]
        ours, theirs, lines = [], [], 0
        for round_ in range(ROUNDS + 1):
            begin = time.perf_counter()
            sent = plan_and_apply(target, VLANS[round_ % 2])
            middle = time.perf_counter()
            send(target, sent)
            ours.append(middle - begin)
            theirs.append(time.perf_counter() - middle)
            lines = len(sent)
    return Measurement(
        value=statistics.median(ours[1:]),
        unit="seconds",
        peer="bare paramiko script, nothing read and nothing verified",
        peer_value=statistics.median(theirs[1:]),
        conditions=f"one simulated shelf on loopback with {target.model}'s tables, {lines} line(s) of change and the save; ours"
        " reads the configuration and plans in one session, then reads again, writes, reads back, saves and compares the startup"
        f" configuration in a second; the script logs in once; median of {ROUNDS}; {os.cpu_count()} cores",
    )


def plan_and_apply(target: DeviceTarget, vlan: int) -> list[str]:
    """Move the shelf's first subscriber to a VLAN, verified and saved; the lines that took."""
    (reading,) = nornir_tasks.read([target])
    assert reading.value is not None, reading
    actual = reading.value
    subscribers = (replace(actual.subscribers[0], vlan=vlan), *actual.subscribers[1:])
    plan = nornir_tasks.plan(
        target.name, target.transport, actual, replace(actual, subscribers=subscribers), (), find_model(target.model), "bench"
    )
    (result,) = nornir_tasks.apply([(target, plan)], on_event=lambda _: None)
    assert result.value is not None and result.value.outcome is ApplyOutcome.APPLIED and result.value.saved, result
    return list(result.value.sent)


def send(target: DeviceTarget, lines: list[str]) -> None:
    """Log in, type the lines and the save, look at nothing but the prompt."""
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507  a simulated shelf on loopback
    client.connect(
        target.address,
        target.ssh_port,
        target.login.username,
        target.login.password,
        look_for_keys=False,
        allow_agent=False,
    )
    with client:
        shell = client.invoke_shell()
        prompt(shell)
        for line in ("terminal length 0", "configure terminal", *lines, "end", SAVE):
            shell.sendall(f"{line}\n".encode())
            prompt(shell)


def prompt(shell: paramiko.Channel) -> None:
    """Read up to the next prompt."""
    text = b""
    while not text.rstrip(b" ").endswith(b"#"):
        data = shell.recv(65536)
        assert data, text
        text += data
