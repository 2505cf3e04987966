"""The shell as a scrapli platform: prompts, host keys, threads."""

from __future__ import annotations

import concurrent.futures
import logging
import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from nornir_tasks.contracts import Transport
from nornir_tasks.drivers.ssh import SshDriver
from nornir_tasks.errors import DeviceError, ErrorKind
from nornir_tasks.gam.platform import CONFIG, EXEC, fingerprint, privilege_levels
from tests.nornir_tasks.drivers.conftest import Bench, make_bench


@pytest.mark.parametrize(
    ("prompt", "level"),
    [("GAM#", EXEC), ("GAM# ", EXEC), ("#", EXEC), ("# ", EXEC), ("site-7.gam_2#", EXEC), ("GAM(config)#", CONFIG),
     ("(config)# ", CONFIG),
     ("GAM(config-if-vlan)#", CONFIG), ("GAM(config-json-noti-host)#", CONFIG), ("GAM>", "exec"), ("% not a prompt", None),
     ("C#x", None), ('ghn subscriber 1 name "C#"', None), ("-- more --", None)],
)  # fmt: skip
def test_prompts(prompt: str, level: str | None) -> None:
    matching = [name for name, item in privilege_levels().items() if re.search(item.pattern, prompt, re.M | re.I)]
    assert matching == ([level] if level else [])


@pytest.fixture
def bench() -> Iterator[Bench]:
    yield from make_bench(Transport.SSH)


def test_first_key_is_accepted_said_and_from_then_on_expected(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "nornir_tasks.gam.platform"), bench.driver() as first:
        key = first.host_key
    assert key.startswith("SHA256:")
    assert key in caplog.text
    with bench.driver(ssh_host_key=key) as again:
        assert again.host_key == key


def test_another_key_is_refused_before_the_password_is_sent(bench: Bench) -> None:
    driver = bench.driver(ssh_host_key=fingerprint(b"another"))
    with pytest.raises(DeviceError, match="host key: expected") as caught:
        driver.open()
    assert caught.value.kind is ErrorKind.AUTH
    reads = bench.on_shelf(lambda shelf: shelf.log.select("read"))
    assert reads == []


def test_an_answer_that_does_not_end_is_a_timeout(bench: Bench) -> None:
    with SshDriver.from_target(bench.target) as driver:
        assert driver._shell is not None
        driver._shell.transport.answer_seconds = -1.0
        with pytest.raises(DeviceError) as caught:
            driver.read_running()
        assert not driver._shell.isalive(), "what is left of the answer would be taken for the next one"
    assert caught.value.kind is ErrorKind.TIMEOUT


def test_silence_in_a_worker_thread_is_a_timeout(bench: Bench) -> None:

    def read() -> DeviceError:
        driver = SshDriver.from_target(replace(bench.target, limits={"connect": 1.0, "operation": 0.4}))
        with driver:
            driver.read_running()
            bench.faults(dropped=["ssh"])
            with pytest.raises(DeviceError) as caught:
                driver.read_running()
            return caught.value

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        assert pool.submit(read).result(20).kind is ErrorKind.TIMEOUT


def test_a_command_without_answer_is_not_waited_for(bench: Bench) -> None:
    driver = SshDriver.from_target(bench.target)
    with driver:
        driver.restart()
        with pytest.raises(DeviceError):
            driver.read_running()
    deadline = time.monotonic() + 5
    while bench.on_shelf(lambda shelf: shelf.boots) == 1 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert bench.on_shelf(lambda shelf: shelf.boots) == 2


def test_long_lines_survive_the_terminal(bench: Bench) -> None:
    allowed = ",".join(str(vlan) for vlan in range(1001, 1013))
    line = f'ghn subscriber 1 description "{"x" * 63}" vid 10 tagged remapped-vid 20 allowed-vlan {allowed} port2-vid 30'
    assert len(line) > 160
    with SshDriver.from_target(bench.target) as driver:
        driver.apply([line])
        subscriber = driver.read_running().subscribers[0]
    assert subscriber.description == "x" * 63
    assert len(subscriber.allowed_vlans) == 12
    assert bench.written() == [line]
