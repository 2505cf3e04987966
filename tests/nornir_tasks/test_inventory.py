"""Inventories: from targets and from NetBox, which must make the same hosts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from nornir.core.inventory import Host

from nornir_tasks.contracts import DeviceTarget, Login, SkippedTarget, SnmpCredential, SubscriberModel, Transport
from nornir_tasks.errors import ErrorKind, GamError
from nornir_tasks.inventory import NetBoxInventory, decode_gam_device, targets_inventory
from nornir_tasks.netbox_api import NetBox

from .fake_netbox import TOKEN, FakeNetBox, gam_device, serving

LOGIN = Login("admin", "s3cret")
SNMP = SnmpCredential(community="town-c0mmunity")


def secrets(_row: Mapping[str, Any]) -> tuple[Login, SnmpCredential]:
    return LOGIN, SNMP


@pytest.fixture
def netbox() -> Iterator[FakeNetBox]:
    rows = [gam_device(number, f"gam-{number}", f"127.0.0.{number}") for number in (5, 4, 3, 2, 1)]
    with serving(FakeNetBox(lists={"plugins/gam/gam-devices": rows})) as served:
        yield served


def facts(host: Host) -> dict[str, Any]:
    """Everything about a host that a task could see."""
    options = {
        name: (part.hostname, part.port, part.username, part.password, part.platform, part.extras)
        for name, part in host.connection_options.items()
    }
    return {
        "host": (host.name, host.hostname, host.port, host.username, host.password, host.platform),
        "data": dict(host.data),
        "options": options,
    }


def test_both_inventories_make_the_same_hosts(netbox: FakeNetBox) -> None:
    targets = [
        DeviceTarget(
            name=f"gam-{number}",
            address=f"127.0.0.{number}",
            transport=Transport.SSH,
            ssh_port=2222,
            http_port=8080,
            snmp_port=1161,
            login=LOGIN,
            snmp=SNMP,
            model="GAM-12-C",
            subscriber_model=SubscriberModel.ENDPOINT_AWARE,
            site="North",
            role="GAM",
            device_id=number,
        )
        for number in range(1, 6)
    ]
    plugin = NetBoxInventory(netbox.url, TOKEN, secrets)
    assert plugin.targets() == targets
    from_netbox, from_targets = plugin.load().hosts, targets_inventory(targets).hosts
    assert {name: facts(host) for name, host in from_netbox.items()} == {name: facts(host) for name, host in from_targets.items()}
    assert plugin.skipped == []


def test_a_host_carries_what_each_connection_needs() -> None:
    target = DeviceTarget("gam", "192.0.2.1", ssh_port=22, http_port=443, https=True, snmp_port=162, login=LOGIN, snmp=SNMP,
                          limits={"snmp_timeout": 1.5, "deadline": 9.0})  # fmt: skip
    host = targets_inventory([target]).hosts["gam"]
    ports = {name: host.get_connection_parameters(name).port for name in ("scrapli", "json_rpc", "snmp")}
    assert ports == {"scrapli": 22, "json_rpc": 443, "snmp": 162}
    extras = host.get_connection_parameters("snmp").extras or {}
    assert (extras["credential"], extras["timeout"], extras["deadline"]) == (SNMP, 1.5, 9.0)
    assert host["target"] is target
    for shown in (repr(host), repr(host.data), repr(extras)):
        assert "s3cret" not in shown and "c0mmunity" not in shown


def test_it_reads_page_by_page_with_one_query_and_a_v2_token(netbox: FakeNetBox) -> None:
    NetBoxInventory(netbox.url, TOKEN, secrets, filters={"site": "north"}).targets()
    paths = {request.partition("?")[0] for request in netbox.seen}
    assert paths == {"GET plugins/gam/gam-devices"}
    assert len(netbox.seen) == 3
    assert "site=north" in netbox.seen[0]
    assert set(netbox.headers) == {f"Bearer {TOKEN}"}


def test_v1_tokens_still_work(netbox: FakeNetBox) -> None:
    assert len(NetBoxInventory(netbox.url, "v1token", secrets).targets()) == 5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"management_address": ""}, "No management address"),
        ({"polling_enabled": False}, "Polling is switched off."),
        ({"status": {"value": "decommissioning", "label": "Decommissioning"}}, "status is decommissioning"),
    ],
)
def test_what_cannot_be_read_is_skipped_with_its_reason(changes: dict[str, Any], words: str) -> None:
    decoded = decode_gam_device(gam_device(1, "gam-1", **changes), secrets)
    assert isinstance(decoded, SkippedTarget)
    assert words in decoded.reason


def test_a_shelf_asked_for_by_name_is_read_though_it_is_not_polled() -> None:
    decoded = decode_gam_device(gam_device(1, "gam-1", polling_enabled=False), secrets, only_polled=False)
    assert isinstance(decoded, DeviceTarget)


def test_two_devices_of_one_name_are_not_mixed_up(netbox: FakeNetBox) -> None:
    netbox.lists["plugins/gam/gam-devices"].append(gam_device(9, "gam-1", "127.0.0.9"))
    plugin = NetBoxInventory(netbox.url, TOKEN, secrets)
    assert [target.device_id for target in plugin.targets()] == [1, 2, 3, 4, 5]
    assert [one.name for one in plugin.skipped] == ["gam-1"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda row: row.pop("ssh_port"), "'ssh_port' is missing"),
        (lambda row: row.update(transport={"value": "telnet"}), "'telnet'"),
        (lambda row: row.update(snmp_port="many"), "'many'"),
    ],
)
def test_a_row_that_makes_no_sense_is_named(change: Any, words: str) -> None:
    row = gam_device(7, "gam-7")
    change(row)
    with pytest.raises(GamError, match="gam-device 7") as caught:
        decode_gam_device(row, secrets)
    assert words in str(caught.value)
    assert caught.value.kind is ErrorKind.UNPARSEABLE


@pytest.mark.parametrize(
    ("broken", "kind", "words"),
    [
        ((403, '{"detail": "Invalid token"}'), ErrorKind.AUTH, "HTTP 403: Invalid token"),
        ((404, "<html>"), ErrorKind.UNSUPPORTED, "HTTP 404"),
        ((500, "{}"), ErrorKind.INCOMPLETE, "HTTP 500"),
        ((400, '{"ranges": ["required"]}'), ErrorKind.REJECTED, "ranges: ['required']"),
        ((429, '{"detail": "slow down"}'), ErrorKind.RATE_LIMITED, "slow down"),
        ((200, "<html>login</html>"), ErrorKind.UNPARSEABLE, "check the URL"),
        ((200, '{"results": [], "count": 0}'), ErrorKind.UNPARSEABLE, "check the URL"),
    ],
)
def test_a_netbox_that_cannot_be_read_is_a_typed_error(
    netbox: FakeNetBox, broken: tuple[int, str], kind: ErrorKind, words: str
) -> None:
    netbox.broken = broken
    with pytest.raises(GamError) as caught:
        NetBoxInventory(netbox.url, TOKEN, secrets).targets()
    assert caught.value.kind is kind
    assert words in caught.value.message
    assert caught.value.next_step
    assert TOKEN not in str(caught.value)


def test_no_netbox_there_is_unreachable(netbox: FakeNetBox) -> None:
    url = netbox.url.rpartition(":")[0] + ":1"
    with pytest.raises(GamError) as caught:
        list(NetBox(url, TOKEN, timeout=5).rows("plugins/gam/gam-devices"))
    assert caught.value.kind is ErrorKind.UNREACHABLE
    assert "Check the URL of NetBox" in caught.value.next_step
