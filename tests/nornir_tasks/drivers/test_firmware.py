"""One contract for firmware over every transport, on the simulated shelf; and what each transport says of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

import nornir_tasks
from development.simulator.firmware import TEXTS
from nornir_tasks.contracts import FirmwareView, Transport
from nornir_tasks.drivers.firmware import firmware_of, parse_show_version
from nornir_tasks.errors import DeviceError, ErrorKind
from nornir_tasks.gam.firmware import Upload

from .conftest import Bench

URL = "http://192.0.2.1/gam12-24_coax_1_8_2_r28146.mfip"
OLD, NEW = "GAM-12/24-C_v1.5.4", "GAM-12/24-C_v1.8.2"


def settle(bench: Bench, seconds: float) -> None:
    def pass_time(shelf) -> bool:  # type: ignore[no-untyped-def]
        shelf.clock.advance(seconds)
        return shelf.up

    bench.on_shelf(pass_time)


def look(bench: Bench, **how: bool) -> FirmwareView:
    result = nornir_tasks.firmware(bench.target, "look", **how)
    assert result.value is not None, result.failure
    return result.value


def test_images_are_read(bench: Bench) -> None:
    view = look(bench, config=True)
    assert (view.active, view.alternate, view.revision) == (OLD, OLD, "24791")
    assert view.saved is True
    assert view.config is not None
    assert [item.name for item in view.config.subscribers] == ["a"]
    jsonrpc = bench.target.transport is Transport.JSONRPC
    assert (view.upload, view.auto_upgrade) == ((Upload.NONE, True) if jsonrpc else (None, None))


def test_an_unsaved_change_is_seen_and_named(bench: Bench) -> None:
    bench.on_shelf(lambda shelf: shelf.put("subscriber", 1, {"description": "second floor"}))
    view = look(bench, config=True)
    assert view.saved is False
    assert any("second floor" in line for line in view.unsaved)


def test_what_is_shown_is_what_is_sent_and_the_shelf_comes_back_with_it(bench: Bench) -> None:
    lines = nornir_tasks.firmware_lines(bench.target.transport, URL)
    before = look(bench, config=True).config
    if "download" in lines:
        assert nornir_tasks.firmware(bench.target, "download", url=URL).ok
        assert look(bench).upload == Upload.IN_PROGRESS
        settle(bench, 61)
        view = look(bench)
        assert (view.active, view.alternate, view.upload) == (OLD, NEW, Upload.SUCCESS)
        assert nornir_tasks.firmware(bench.target, "swap").ok
    else:
        assert nornir_tasks.firmware(bench.target, "download", url=URL).ok
        wait_for_departure(bench)
    away = nornir_tasks.firmware(bench.target, "look")
    assert away.failure is not None
    assert away.failure.kind in (ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT)
    settle(bench, 481)
    view = look(bench, config=True)
    assert (view.active, view.alternate) == (NEW, OLD)
    assert (view.config, view.saved) == (before, True), "the configuration went with the image"
    shown = [line for phase in ("download", "swap") for line in lines.get(phase, ())]
    assert [spoken(line) for line in shown] == bench.written()


def spoken(line: str) -> str:
    """A request body as the simulator's log has it."""
    if not line.startswith("{"):
        return line
    import json

    body = json.loads(line)
    return f"{body['method']} {json.dumps(body['params'])}"


def wait_for_departure(bench: Bench) -> None:
    """The simulator's command line restarts a moment after its last words."""
    import time

    for _ in range(100):
        if not bench.on_shelf(lambda shelf: shelf.up):
            return
        time.sleep(0.02)
    raise AssertionError("the shelf did not restart")


@pytest.mark.parametrize("status", [item.value for item in Upload if item.failed])
def test_every_way_a_download_can_fail_is_told(bench: Bench, status: str) -> None:
    bench.on_shelf(lambda shelf: setattr(shelf.firmware.faults, "download", status))
    result = nornir_tasks.firmware(bench.target, "download", url=URL)
    if bench.target.transport is Transport.SSH:
        assert result.failure is not None
        assert (result.failure.kind, TEXTS.get(status, status) in result.failure.message) == (ErrorKind.REJECTED, True)
    else:
        settle(bench, 61)
        assert look(bench).upload == status
    assert look(bench).active == OLD


def test_the_other_image_is_booted(bench: Bench) -> None:
    bench.on_shelf(lambda shelf: setattr(shelf.firmware, "alternate", NEW))
    assert nornir_tasks.firmware(bench.target, "swap").ok
    if bench.target.transport is Transport.SSH:
        wait_for_departure(bench)
    settle(bench, 481)
    assert look(bench).active == NEW


def test_an_endpoint_is_told_to_upgrade_and_one_that_is_not_there_refused(bench: Bench) -> None:
    mac = "00:0e:d8:00:00:01"
    bench.on_shelf(lambda shelf: setattr(shelf.cpes[mac], "firmware_mismatch", True))
    asked = [(mac, 1), ("00:0e:d8:00:00:99", 2)]
    result = nornir_tasks.firmware(bench.target, "upgrade_endpoints", endpoints=asked)
    assert result.value is not None, result.failure
    assert not result.value[mac].startswith("refused: ")
    assert result.value["00:0e:d8:00:00:99"].startswith("refused: ")
    settle(bench, 91)
    assert bench.on_shelf(lambda shelf: shelf.cpes[mac].firmware_mismatch) is False


def test_a_closed_session_is_an_error_not_a_guess(bench: Bench) -> None:
    bench.faults(disconnect_after=1 if bench.target.transport is Transport.JSONRPC else 3)
    result = nornir_tasks.firmware(replace(bench.target, limits={"connect": 1.0, "operation": 1.0}), "look")
    assert result.failure is not None


def test_an_answer_without_images_is_unparseable() -> None:
    with pytest.raises(DeviceError) as caught:
        parse_show_version("MAC Address : 00-0e-d8-13-03-38\nUptime : 1d")
    assert caught.value.kind is ErrorKind.UNPARSEABLE


def test_only_json_rpc_downloads_without_booting(bench: Bench) -> None:
    with bench.driver() as driver:
        firmware = firmware_of(driver)
        assert firmware.downloads_only == (bench.target.transport is Transport.JSONRPC)
