"""One contract for every driver, run against the simulated shelf over each transport."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from development.simulator.state import SimShelf
from development.simulator.testing import running_fleet
from development.simulator.variants import Variants
from nornir_tasks.changes.planner import plan_shelf
from nornir_tasks.changes.state import apply_to, differences, sayable
from nornir_tasks.contracts import (
    Change,
    ChangeAction,
    ChangeKind,
    EndpointConfig,
    Login,
    PoeMode,
    ProfileConfig,
    ShelfConfig,
    SubscriberConfig,
    Transport,
)
from nornir_tasks.drivers.base import GamDriver
from nornir_tasks.drivers.choose import driver_for_target
from nornir_tasks.errors import DeviceError, ErrorKind
from nornir_tasks.gam.catalog import BY_NAME
from nornir_tasks.gam.rules import BUILTIN_PROFILE

from .conftest import TOWN_SHELF, Bench, make_bench

MODEL = BY_NAME["GAM-12-C"]
EP3 = EndpointConfig("ep3", "00:0e:d8:00:00:03", 3)
FULL = SubscriberConfig(
    "O'Brien & Sons #2", 200, "ep3", profile="1G", description="50% | of it! (C#)", tagged=True, remapped_vlan=300, port2_vlan=400,
    allowed_vlans=(301, 302, 310), poe=PoeMode.DISABLE,
)  # fmt: skip
WISH = ShelfConfig((ProfileConfig("1G", 1080, 1080, "gold"),), (EP3,), (FULL,))


def refused(kind: ErrorKind, driver_call) -> DeviceError:  # type: ignore[no-untyped-def]
    with pytest.raises(DeviceError) as caught:
        driver_call()
    assert caught.value.kind is kind, caught.value
    return caught.value


def test_reads_what_is_configured(driver: GamDriver) -> None:
    config = driver.read_running()
    assert config.profiles == (ProfileConfig("100M", 108, 54), BUILTIN_PROFILE)
    assert config.endpoints == (EndpointConfig("ep1", "00:0e:d8:00:00:01", 1), EndpointConfig("ep2", "00:0e:d8:00:00:02", 2))
    assert config.subscribers == (
        SubscriberConfig("a", 100, "ep1", profile="100M", description="first floor", poe=PoeMode.DISABLE),
    )
    assert [item.id for item in (*config.profiles, *config.endpoints, *config.subscribers)] == [2, 1, 1, 2, 1]
    assert differences(sayable(config), driver.read_startup()) == ()


def test_everything_can_be_added_set_removed_and_undone(bench: Bench, driver: GamDriver) -> None:
    """Each step takes effect exactly as planned, each undo restores, ids included."""
    start = driver.read_running()
    second = replace(FULL, vlan=4094, profile=None, tagged=False, remapped_vlan=None, port2_vlan=None, allowed_vlans=(),
                     description="", endpoint=None, poe=PoeMode.FORCE)  # fmt: skip
    third = ShelfConfig(
        (replace(WISH.profiles[0], upstream_mbps=20, description=""),), (replace(EP3, port=None, name="Haus 3"),), (second,)
    )
    removals = ((ChangeKind.SUBSCRIBER, FULL.name), (ChangeKind.ENDPOINT, "Haus 3"), (ChangeKind.PROFILE, "1G"))
    config = start
    for wish, gone in ((WISH, ()), (third, ()), (ShelfConfig(), removals)):
        plan = plan_shelf("gam-1", driver.transport, config, wish, gone, MODEL)
        assert plan.violations == ()
        assert plan.steps
        for step in plan.steps:
            assert driver.render(step.change, config) == step.sends
            driver.apply(step.sends)
            after = apply_to(config, step.change)
            assert differences(after, driver.read_running()) == ()
            driver.apply(step.undo_sends)
            assert differences(config, driver.read_running()) == ()
            driver.apply(step.sends)
            config = driver.read_running()
            assert differences(after, config) == ()
    assert differences(start, config) == ()
    assert all(item.id for item in config.subscribers)


def test_shelf_receives_exactly_what_was_rendered(bench: Bench, driver: GamDriver) -> None:
    plan = plan_shelf("gam-1", driver.transport, driver.read_running(), WISH, (), MODEL)
    for step in plan.steps:
        driver.apply(step.sends)
    received = bench.written()
    sent = [text for step in plan.steps for text in step.sends]
    if bench.target.transport is Transport.SSH:
        assert received == sent
    else:
        assert [line.split(" ", 1)[0] for line in received] == [
            "ghnAgent.config.bwProfileByName.add", "ghnAgent.config.endpointByName.add", "ghnAgent.config.userByName.add"
        ]  # fmt: skip
        assert all("add" in text for text in sent)


def test_nothing_persists_until_saved(bench: Bench, driver: GamDriver) -> None:
    before = driver.read_startup()
    plan = plan_shelf("gam-1", driver.transport, driver.read_running(), WISH, (), MODEL)
    for step in plan.steps:
        driver.apply(step.sends)
    assert differences(before, driver.read_startup()) == ()
    driver.save()
    assert differences(sayable(driver.read_running()), driver.read_startup()) == ()
    assert driver.read_startup() != before


def test_refusals_carry_the_shelfs_words(bench: Bench, driver: GamDriver) -> None:
    start = driver.read_running()
    plan = plan_shelf("gam-1", driver.transport, start, WISH, (), MODEL)
    driver.apply(plan.steps[0].sends)
    driver.apply(plan.steps[1].sends)
    bench.faults(refuse={"O'Brien": "Database is locked"})
    error = refused(ErrorKind.REJECTED, lambda: driver.apply(plan.steps[2].sends))
    assert "Database is locked" in error.message
    bench.faults(clear=True)
    driver.apply(plan.steps[2].sends)
    taken = Change(ChangeAction.ADD, ChangeKind.SUBSCRIBER, "b", after=SubscriberConfig("b", 10, "ep3"))
    error = refused(ErrorKind.REJECTED, lambda: driver.apply(driver.render(taken, driver.read_running())))
    assert "already assigned" in error.message
    assert error.target == "gam-1"


def test_busy_save_is_a_refusal(bench: Bench, driver: GamDriver) -> None:
    bench.faults(busy_saves=1)
    assert "in progress" in refused(ErrorKind.REJECTED, driver.save).message
    driver.save()


def test_wrong_password(bench: Bench) -> None:
    error = refused(ErrorKind.AUTH, bench.driver(login=Login("admin", "wrong-secret")).open)
    assert "wrong-secret" not in f"{error}{error!r}"


def test_nobody_there(bench: Bench) -> None:
    driver = bench.driver(ssh_port=1, http_port=1)
    refused(ErrorKind.UNREACHABLE, driver.open)
    refused(ErrorKind.UNREACHABLE, driver.read_running)
    driver.close()


def test_silence_is_a_timeout(bench: Bench) -> None:
    protocol = str(bench.target.transport)
    with bench.driver(limits={"connect": 1.0, "operation": 1.0}) as driver:
        driver.read_running()
        bench.faults(dropped=[protocol])
        refused(ErrorKind.TIMEOUT, driver.read_running)
    bench.faults(clear=True)


def test_garbage_is_never_a_configuration(bench: Bench, driver: GamDriver) -> None:
    bench.faults(garbage=[str(bench.target.transport)])
    for read in (driver.read_running, driver.read_startup, driver.backup):
        refused(ErrorKind.UNPARSEABLE, read)


def test_half_an_answer_is_never_a_configuration(bench: Bench, driver: GamDriver) -> None:
    bench.faults(half=[str(bench.target.transport)])
    for read in (driver.read_running, driver.read_startup, driver.backup):
        refused(ErrorKind.UNPARSEABLE, read)


def test_dropped_session_is_noticed_and_can_be_opened_again(bench: Bench, driver: GamDriver) -> None:
    bench.on_shelf(lambda shelf: shelf.reboot())
    assert refused_kind(driver.read_running) in (ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT)
    bench.on_shelf(lambda shelf: setattr(shelf, "down_until", 0.0))
    driver.open()
    assert driver.read_running().subscribers[0].name == "a"


def refused_kind(call) -> ErrorKind:  # type: ignore[no-untyped-def]
    with pytest.raises(DeviceError) as caught:
        call()
    return caught.value.kind


def test_uplinks_and_abilities_are_what_the_transport_can_tell(bench: Bench, driver: GamDriver) -> None:
    """SSH reads the text and so the uplinks, JSON-RPC the firmware's inventory; neither makes up what it cannot read."""

    def narrow(shelf: SimShelf) -> None:
        for port in shelf.running.switchports.values():
            port.mode, port.allowed = "trunk", "100-199"

    bench.on_shelf(narrow)
    config = replace(driver.read_running(), knows=driver.abilities())
    wish = ShelfConfig(subscribers=(replace(config.subscribers[0], vlan=200),))
    found = plan_shelf("gam-1", driver.transport, config, wish, (), MODEL).violations
    if driver.transport is Transport.SSH:
        assert ([one.field for one in found], config.knows) == (["vlan"], frozenset())
    else:
        assert found == ()
        assert {"ghnAgent.config.userByName.set", "VlanId", "TrunkMode"} <= config.knows
        without = replace(config, knows=config.knows - {"TrunkMode", "ghnAgent.config.endpointByName.add"})
        trunk = ShelfConfig((), (EP3,), (replace(config.subscribers[0], trunk=True),))
        lacked = plan_shelf("gam-1", driver.transport, without, trunk, (), MODEL).violations
        assert [(one.subject, one.field, one.value) for one in lacked] == [
            ("ep3", "method", "ghnAgent.config.endpointByName.add"),
            ("a", "TrunkMode", "True"),
        ]
        untyped = replace(without, knows=without.knows - {"VlanId"})
        assert plan_shelf("gam-1", driver.transport, untyped, replace(trunk, endpoints=()), (), MODEL).violations == ()


@pytest.mark.parametrize(
    ("field", "value"), [("trunk", True), ("outer_vlan", 20), ("nni", "10G 1/1"), ("double_tag", True), ("allow_management", True)]
)
def test_a_feature_of_one_transport_is_written_by_it_or_refused_before_anything_is_sent(
    bench: Bench, driver: GamDriver, field: str, value: object
) -> None:
    start = driver.read_running()
    more = {"outer_vlan": 20} if field == "double_tag" else {}
    if field == "allow_management":
        wish = ShelfConfig((), (replace(start.endpoints[0], allow_management=True),))
    else:
        wish = ShelfConfig(subscribers=(replace(start.subscribers[0], **{field: value}, **more),))
    written = len(bench.written())
    plan = plan_shelf("gam-1", driver.transport, start, wish, (), MODEL)
    if driver.transport is Transport.SSH:
        assert plan.steps == ()
        assert field in {one.field for one in plan.lacking}
        assert plan.lacking == plan.violations
        assert len(bench.written()) == written
        return
    for step in plan.steps:
        driver.apply(step.sends)
    assert differences(apply_to(start, plan.steps[0].change), driver.read_running()) == ()


def test_backup_is_the_whole_text(driver: GamDriver) -> None:
    text = driver.backup()
    assert 'ghn endpoint 1 name "ep1" mac-address 00:0e:d8:00:00:01 port 1' in text
    assert text.rstrip().endswith("end")


def test_nothing_read_counts_as_written(bench: Bench, driver: GamDriver) -> None:
    driver.read_running()
    driver.read_startup()
    driver.backup()
    assert bench.written() == []


VARIANTS = {
    "empty hostname": Variants(empty_hostname_prompt=True),
    "poe only where changed": Variants(poe_lines="changed", building_dots=True),
    "other notations": Variants(mac_style="lower-dash", set_result="list", http_status_on_error=500),
    "unknown keywords": Variants(unknown_keywords=True),
    "legacy ssh": Variants(legacy_ssh=True),
}


@pytest.fixture(params=[(name, transport) for name in VARIANTS for transport in Transport], ids=str)
def odd_bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    name, transport = request.param
    yield from make_bench(transport, replace(VARIANTS[name]))


def test_what_nobody_knows_for_sure_makes_no_difference(odd_bench: Bench) -> None:
    with odd_bench.driver() as driver:
        start = driver.read_running()
        wish = replace(WISH, subscribers=(replace(FULL, poe=PoeMode.ENABLE),))
        plan = plan_shelf("gam-1", driver.transport, start, wish, (), MODEL)
        for step in plan.steps:
            driver.apply(step.sends)
        config = driver.read_running()
        assert plan_shelf("gam-1", driver.transport, config, wish, (), MODEL).steps == ()
        driver.save()
        assert differences(sayable(config), sayable(driver.read_startup())) == ()
        for step in reversed(plan.steps):
            driver.apply(step.undo_sends)
        assert differences(start, driver.read_running()) == ()


@pytest.mark.parametrize("transport", Transport)
def test_blank_password_of_the_factory(transport: Transport) -> None:
    shelf = SimShelf(TOWN_SHELF)
    with running_fleet([shelf]) as fleet, driver_for_target(replace(fleet.targets[0], transport=transport)) as driver:
        assert driver.read_running().subscribers[0].name == "a"
