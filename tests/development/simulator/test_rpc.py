"""JSON-RPC: methods, encodings, and error objects with the vendor's numbers."""

from __future__ import annotations

from typing import Any

import pytest

from development.simulator import rpc
from development.simulator.state import SimShelf


def ask(shelf: SimShelf, method: str, *params: object) -> dict[str, Any]:
    """Call a method."""
    return rpc.call(shelf, "admin", {"jsonrpc": "2.0", "id": "7", "method": method, "params": list(params)})


def ok(shelf: SimShelf, method: str, *params: object) -> Any:
    """Call a method that must succeed."""
    answer = ask(shelf, method, *params)
    assert answer["error"] is None, answer
    assert answer["id"] == "7"
    return answer["result"]


def refused(shelf: SimShelf, method: str, *params: object) -> int:
    """Call a method that must be refused and give the vendor's number."""
    answer = ask(shelf, method, *params)
    data = answer["error"]["data"]
    assert answer["result"] is None
    assert answer["error"]["code"] == -32603
    assert data["vtss-error-code"] == -9437184 - data["vtss-module-code"]
    assert data["vtss-failing-module"] == 143
    return -int(data["vtss-module-code"])


def test_the_guides_error_example(shelf: SimShelf) -> None:
    answer = ask(shelf, "ghnAgent.config.bwProfileByName.add", "x" * 32, {"DsBw": 10})
    assert answer["error"]["message"] == "Invalid G.hn bandwidth profile name"
    assert answer["error"]["data"]["vtss-error-code"] == -9437162


@pytest.mark.parametrize(
    ("method", "params", "number"),
    [
        ("ghnAgent.config.userByName.get", ["nobody"], 7),
        ("ghnAgent.config.userByName.set", ["nobody", {"VlanId": 5}], 7),
        ("ghnAgent.config.userByName.add", ["C1001", {}], 47),
        ("ghnAgent.config.userByName.add", ["new", {"VlanId": 3841}], 25),
        ("ghnAgent.config.userByName.add", ["new", {"EndpointName": "ep1"}], 13),
        ("ghnAgent.config.userByName.add", ["new", {"EndpointName": "nothing"}], 9),
        ("ghnAgent.config.userByName.add", ["new", {"BwProfileName": "nothing"}], 21),
        ("ghnAgent.config.userByName.add", ["new", {"NNIIfIndex": "G.hn 1/1"}], 43),
        ("ghnAgent.config.userByName.add", ["new", {"DoubleTags": True}], 42),
        ("ghnAgent.config.endpointByName.add", ["new", {"MacAddress": "nonsense"}], 31),
        ("ghnAgent.config.endpointByName.add", ["new", {"MacAddress": "00:0E:D8:19:97:01"}], 32),
        ("ghnAgent.config.endpointByName.set", ["ep1", {"PortIfIndex": "G.hn 1/77"}], 5),
        ("ghnAgent.config.endpoint.add", [1, {"MacAddress": "00:0E:D8:00:00:01"}], 45),
        ("ghnAgent.config.endpoint.del", [99], 9),
        ("ghnAgent.config.bwProfileByName.del", ["Default BW Profile"], 20),
        ("ghnAgent.config.global.set", [{"SubscriberModel": "portAware"}], 57),
        ("ghnAgent.config.global.set", [{"DefaultNNIIfIndex": "10G 1/9"}], 41),
        ("ghnAgent.status.endpoint.link.get", [4, 1], 53),
        ("ghnAgent.control.endpoint.system.set", [4, {"Reboot": True}], 53),
        ("ghnAgent.control.endpoint.poe.set", [1, {"CyclePower": True}], 54),
    ],
)
def test_refusals(shelf: SimShelf, method: str, params: list[object], number: int) -> None:
    before = shelf.running.copy()
    assert refused(shelf, method, *params) == number
    assert shelf.running == before


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("ghnAgent.config.port.get", [1000001]),
        ("ghnAgent.config.endpointByName.set", ["ep1", {"PortIfIndex": 1000001}]),
        ("ghnAgent.config.userByName.set", ["C1001", {"VlanIsTagged": 1}]),
        ("ghnAgent.config.userByName.set", ["C1001", {"NoSuchMember": 1}]),
        ("ghnAgent.config.userByName.set", ["C1001", {"AllowedTaggedVlans": "5,6"}]),
        ("ghnAgent.config.userByName.set", ["C1001", {"Port2VlanIsTagged": True}]),
        ("ghnAgent.config.userByName.set", ["C1001"]),
    ],
)
def test_wrong_types_are_invalid_params(shelf: SimShelf, method: str, params: list[object]) -> None:
    assert ask(shelf, method, *params)["error"]["code"] == -32602


def test_unknown_method_and_bad_request(shelf: SimShelf) -> None:
    assert ask(shelf, "ghnAgent.config.nothing.get")["error"]["code"] == -32601
    assert rpc.call(shelf, "admin", ["not an object"])["error"]["code"] == -32600
    assert rpc.call(shelf, "admin", {"method": 5, "id": 1})["error"]["code"] == -32600


def test_the_guides_example_says_what_the_command_line_cannot(copper: SimShelf) -> None:
    ok(copper, "ghnAgent.config.global.set", {"SubscriberModel": "portAware", "DefaultNNIIfIndex": "10G 1/2"})
    struct = {
        "PortIfIndex": "G.hn 1/2",
        "BwProfileId": 2,
        "DoubleTags": True,
        "OuterTagVlanId": 2800,
        "VlanId": 1111,
        "VlanIsTagged": True,
        "RemappedVlanId": 201,
        "AllowedTaggedVlans": [301, 302, 310],
        "NNIIfIndex": "10G 1/1",
    }
    assert ok(copper, "ghnAgent.config.userByName.add", "Subscriber 2", struct) is None
    read = ok(copper, "ghnAgent.config.userByName.get", "Subscriber 2")
    assert {name: read[name] for name in struct} == struct
    assert read["BwProfileName"] == "100M"


def test_partial_set_keeps_the_rest(shelf: SimShelf) -> None:
    before = ok(shelf, "ghnAgent.config.userByName.get", "C1001")
    ok(shelf, "ghnAgent.config.userByName.set", "C1001", {"BwProfileName": "500M"})
    after = ok(shelf, "ghnAgent.config.userByName.get", "C1001")
    assert {name for name in after if after[name] != before[name]} == {"BwProfileName", "BwProfileId", "BwProfileUid"}


def test_key_zero_takes_the_next_free_id(shelf: SimShelf) -> None:
    ok(shelf, "ghnAgent.config.endpoint.add", 0, {"MacAddress": "00-0E-D8-00-00-06", "PortIfIndex": "G.hn 1/6"})
    assert ok(shelf, "ghnAgent.config.endpoint.get", 6)["Name"] == "Positron_000006"
    ok(shelf, "ghnAgent.config.bwProfile.add", 0, {"Name": "strings", "DsBw": "50", "UsBw": "20"})
    assert ok(shelf, "ghnAgent.config.bwProfile.get", 4)["DsBw"] == 50


def test_brief_status_lists_known_and_unknown(shelf: SimShelf) -> None:
    rows = {row["key"]: row["val"] for row in ok(shelf, "ghnAgent.status.endpointByMac.brief.get")}
    assert rows["00:0E:D8:19:97:06"]["State"] == "quarantinedUnknownMAC"
    assert rows["00:0E:D8:19:97:06"]["ConfEndpointId"] == 0
    assert rows["00:0E:D8:19:97:05"]["DetectedPortIfIndex"] == "G.hn 1/7"
    assert rows["00:0E:D8:19:97:04"]["DetectedPortIfIndex"] == "NONE"
    assert rows["00:0E:D8:19:97:01"]["ConfBwProfileName"] == "100M"
    assert ok(shelf, "ghnAgent.status.endpointByMac.brief.get", "00:0e:d8:19:97:01") == rows["00:0E:D8:19:97:01"]
    shelf.variants.mac_style = "lower-dash"
    assert ok(shelf, "ghnAgent.status.endpointByMac.brief.get")[0]["key"] == "00-0e-d8-19-97-01"


def test_detailed_status_of_an_absent_endpoint_says_nothing(shelf: SimShelf) -> None:
    rows = {row["key"]: row["val"] for row in ok(shelf, "ghnAgent.status.endpointByMac.detailed.get")}
    assert (rows["00:0E:D8:19:97:04"]["Alive"], rows["00:0E:D8:19:97:04"]["SerialNumber"]) == (False, "0" * 63)
    assert rows["00:0E:D8:19:97:01"]["SerialNumber"] == "ASY-2103-20,R12,01124901,23284"


SAVE = {
    "Copy": True,
    "SourceConfigType": "runningConfig",
    "SourceConfigFile": "runningConfig",
    "DestinationConfigType": "startupConfig",
    "DestinationConfigFile": "startupConfig",
    "Merge": False,
}


def test_save_and_busy_save(shelf: SimShelf) -> None:
    ok(shelf, "ghnAgent.config.userByName.set", "C1001", {"VlanId": 444})
    shelf.faults.change({"busy_saves": 1})
    assert "in progress" in ask(shelf, "icfg.control.copy.set", SAVE)["error"]["message"]
    assert shelf.startup.subscribers[1].vlan == 100
    ok(shelf, "icfg.control.copy.set", SAVE)
    assert shelf.startup.subscribers[1].vlan == 444
    assert [entry.kind for entry in shelf.log.entries] == ["write", "save", "save"]


def test_double_tagging_survives_a_reboot_once_saved(shelf: SimShelf) -> None:
    ok(shelf, "ghnAgent.config.userByName.set", "C1001", {"DoubleTags": True, "OuterTagVlanId": 120, "TrunkMode": True})
    ok(shelf, "icfg.control.copy.set", SAVE)
    shelf.reboot()
    read = ok(shelf, "ghnAgent.config.userByName.get", "C1001")
    assert (read["DoubleTags"], read["OuterTagVlanId"], read["TrunkMode"]) == (True, 120, True)


def test_configuration_down_and_up(shelf: SimShelf) -> None:
    text = ok(shelf, "icfg.control.download.get", {"SourceConfigType": "runningConfig", "SourceConfigFile": "runningConfig"})
    ok(shelf, "ghnAgent.config.user.del", 1)
    ok(shelf, "icfg.control.upload.set", text)
    assert shelf.running.subscribers[1].name == "C1001"
    assert "error" in ask(shelf, "icfg.control.upload.set", "nonsense line")
    files = ok(shelf, "icfg.status.file.get")
    assert [row["val"]["FileName"] for row in files] == ["default-config", "startup-config"]


def test_reads_are_reads_and_sets_are_writes(shelf: SimShelf) -> None:
    for method in rpc.METHODS:
        if method.endswith(".get"):
            ask(shelf, method)
    assert shelf.log.counts["write"] == shelf.log.counts["save"] == 0
    ask(shelf, "ghnAgent.config.userByName.set", "C1001", {"VlanId": 100})
    assert shelf.log.counts["write"] == 1


def test_inventory_names_methods_and_members(shelf: SimShelf) -> None:
    found = ok(shelf, "jsonRpc.status.introspection.generic.inventory.get", "")
    assert {row["method-name"] for row in found["methods"]} == set(rpc.METHODS)
    user = next(row for row in found["types"] if row["type-name"] == "vtss_appl_ghn_agent_user_config_t")
    assert "Port2VlanIsTagged" not in {member["name"] for member in user["encoding"]}
    assert "PoeModeCtrl" in {member["name"] for member in user["encoding"]}


def test_active_alarms_have_uuids(shelf: SimShelf) -> None:
    rows = ok(shelf, "alarm.status.active.get")
    assert {len(row["val"]["UUID"]) for row in rows} == {32}
    assert {(row["val"]["IfDescr"], row["val"]["CondType"]) for row in rows} >= {("CPE-4", "los"), ("CPE-2", "swrevmismat")}


def test_a_lost_write_answers_as_if_done(shelf: SimShelf) -> None:
    shelf.faults.change({"lose": True})
    assert ok(shelf, "ghnAgent.config.userByName.set", "C1001", {"VlanId": 444}) is None
    assert shelf.running.subscribers[1].vlan == 100
