"""JSON-RPC: the error table, encoding and tolerant decoding."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from development.simulator.refusals import MESSAGES as SHELF_MESSAGES
from nornir_tasks.contracts import (
    Change,
    ChangeAction,
    ChangeKind,
    EndpointConfig,
    PoeMode,
    ProfileConfig,
    ShelfConfig,
    SubscriberConfig,
    SubscriberModel,
)
from nornir_tasks.errors import DeviceError, ErrorKind
from nornir_tasks.gam import rpc
from tests.nornir_tasks.strategies import rpc_configs

CALL = rpc.RpcCall("ghnAgent.config.userByName.add", ("Unit 7", {}))
S = SubscriberConfig("s", 120, "ep", profile="100M")


def error(number: int, **more: Any) -> dict[str, Any]:
    data = {"vtss-error-code": -9437184 + number, "vtss-failing-module": 143, "vtss-module-code": -number}
    return {"code": -32603, "message": rpc.MESSAGES[number], "data": data} | more


def test_error_table_has_57_rows_and_agrees_with_the_shelf() -> None:
    assert sorted(rpc.MESSAGES) == list(range(1, 58))
    assert rpc.MESSAGES == SHELF_MESSAGES


@pytest.mark.parametrize("number", rpc.MESSAGES)
def test_code_formula(number: int) -> None:
    assert rpc.error_number(error(number)) == number
    assert rpc.error_number({"data": {"vtss-error-code": str(-9437184 + number)}}) == number
    assert rpc.error_number({"data": {"vtss-module-code": -number}}) == number


def test_the_vendors_own_sample() -> None:
    data = {"vtss-error-code": -9437162, "vtss-failing-function-ptr": 67234856, "vtss-failing-module": 143, "vtss-module-code": -22}
    sample = {"code": -32603, "message": "Invalid G.hn bandwidth profile name", "data": data}
    problem = rpc.to_device_error(sample, CALL, "gam-1")
    assert (problem.kind, problem.target) == (ErrorKind.REJECTED, "gam-1")
    assert problem.message == "ghnAgent.config.userByName.add 'Unit 7': Invalid G.hn bandwidth profile name (error 22)"


@pytest.mark.parametrize(
    ("problem", "kind"),
    [(error(3), ErrorKind.UNSUPPORTED), (error(44), ErrorKind.UNSUPPORTED), (error(53), ErrorKind.TIMEOUT),
     (error(13), ErrorKind.REJECTED),
     ({"code": -32601, "message": "Method not found"}, ErrorKind.UNSUPPORTED), ({"code": -32602}, ErrorKind.REJECTED),
     ({"code": -32700}, ErrorKind.UNPARSEABLE), ("boom", ErrorKind.UNPARSEABLE), ({}, ErrorKind.REJECTED),
     ({"code": -32603, "message": "busy", "data": "text"}, ErrorKind.REJECTED)],
)  # fmt: skip
def test_kinds_of_errors(problem: object, kind: ErrorKind) -> None:
    assert rpc.to_device_error(problem, CALL).kind is kind


def change(before: Any, after: Any, kind: ChangeKind = ChangeKind.SUBSCRIBER) -> Change:
    action = ChangeAction.ADD if before is None else ChangeAction.REMOVE if after is None else ChangeAction.SET
    return Change(action, kind, (after or before).name, before, after)


def params(wish: Change) -> list[Any]:
    (text,) = rpc.render(wish, ShelfConfig())
    return list(json.loads(text)["params"])


def test_text_is_compact_deterministic_and_can_be_sent_again() -> None:
    (text,) = rpc.render(change(None, ProfileConfig("1G", 1000, 900), ChangeKind.PROFILE), ShelfConfig())
    assert text == (
        '{"jsonrpc":"2.0","method":"ghnAgent.config.bwProfileByName.add","params":["1G",{"Description":"","DsBw":1000,"UsBw":900}]}'
    )
    assert rpc.RpcCall.from_text(text).text == text
    for wrong in ("", "[]", '{"method":1}'):
        with pytest.raises(DeviceError):
            rpc.RpcCall.from_text(wrong)


def test_add_says_unthrottled_because_the_shelfs_default_is_10_10() -> None:
    name, struct = params(change(None, replace(S, endpoint=None, profile=None)))
    assert name == "s"
    assert struct["BwProfileId"] == 0
    assert not {"BwProfileName", "EndpointName", "EndpointId", "PoeModeCtrl", "Name", "Id", "Uid"} & struct.keys()
    _, struct = params(change(None, S))
    assert (struct["EndpointName"], struct["BwProfileName"], struct["NNIIfIndex"]) == ("ep", "100M", "NONE")


@pytest.mark.parametrize(
    ("fields", "struct"),
    [({"vlan": 9}, {"VlanId": 9}), ({"profile": None}, {"BwProfileId": 0}), ({"endpoint": None}, {"EndpointId": 0}),
     ({"profile": "1G"}, {"BwProfileName": "1G"}), ({"name": "t"}, {"Name": "t"}),
     ({"poe": PoeMode.FORCE}, {"PoeModeCtrl": "force"}),
     ({"double_tag": True, "outer_vlan": 20, "nni": "10GigabitEthernet 1/1"},
      {"DoubleTags": True, "OuterTagVlanId": 20, "NNIIfIndex": "10G 1/1"}),
     ({"allowed_vlans": (5, 6)}, {"AllowedTaggedVlans": [5, 6]})],
)  # fmt: skip
def test_set_sends_only_what_changes(fields: dict[str, Any], struct: dict[str, Any]) -> None:
    assert params(change(S, replace(S, **fields))) == ["s", struct]


def test_endpoint_and_removal() -> None:
    endpoint = EndpointConfig("ep", "00:0e:d8:00:00:01", 3)
    assert params(change(None, endpoint, ChangeKind.ENDPOINT))[1]["PortIfIndex"] == "G.hn 1/3"
    auto = replace(endpoint, port=None, auto_port=True)
    assert params(change(endpoint, auto, ChangeKind.ENDPOINT)) == ["ep", {"PortIfIndex": "NONE", "AutoPort": True}]
    assert json.loads(rpc.render(change(S, None), ShelfConfig())[0])["params"] == ["s"]
    assert rpc.render(change(S, S), ShelfConfig()) == ()


def tables(config: ShelfConfig, texts: bool) -> tuple[Any, ...]:
    """The shelf's answers for a configuration, in one of the two dialects numbers and flags are met in."""
    endpoints = {item.name: item.id for item in config.endpoints}
    profiles = {item.name: item.id for item in config.profiles}

    def row(item: Any) -> dict[str, Any]:
        struct = {key: value for key, value in rpc.encode(item).items() if value is not None} | {"Id": item.id, "Uid": 7, "New": {}}
        if isinstance(item, SubscriberConfig):
            struct |= {"EndpointId": endpoints.get(item.endpoint, 0), "BwProfileId": profiles.get(item.profile, 0)}
            struct["AllowedTaggedVlans"] = ",".join(map(str, item.allowed_vlans)) if texts else list(item.allowed_vlans)
        if texts:
            struct = {key: str(value) if isinstance(value, bool | int) else value for key, value in struct.items()}
        if isinstance(item, EndpointConfig) and texts:
            struct["MacAddress"] = item.mac.upper().replace(":", "-")
        return {"key": item.name, "val": struct}

    shelf = {"SubscriberModel": "0" if texts else "endpointAware", "DefaultNNIIfIndex": config.default_nni or "NONE"}
    return shelf, *([row(item) for item in items] for items in (config.profiles, config.endpoints, config.subscribers))


@settings(max_examples=60, deadline=None)
@given(rpc_configs(), st.booleans())
def test_decoding_undoes_encoding_in_either_dialect(config: ShelfConfig, texts: bool) -> None:
    decoded = rpc.decode_config(*tables(config, texts))
    assert decoded == config
    assert [item.id for item in decoded.subscribers] == [item.id for item in config.subscribers]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["key", "val", "Id", "DsBw", "MacAddress", "VlanId", "Name"]), inner, max_size=4), max_leaves=12
)  # fmt: skip


@given(st.lists(json_values, min_size=4, max_size=4))
def test_garbage_decodes_to_an_error_or_to_what_it_says(answers: list[Any]) -> None:
    try:
        config = rpc.decode_config(*answers)
    except DeviceError as problem:
        assert problem.kind is ErrorKind.UNPARSEABLE
    else:
        assert isinstance(answers[0], dict)
        rows = [row for answer in answers[1:] for row in answer]
        assert len(rows) == len(config.profiles) + len(config.endpoints) + len(config.subscribers)


GOOD_ENDPOINT = {"key": "e", "val": {"Id": 1, "MacAddress": "00:0e:d8:00:00:01", "PortIfIndex": "G.hn 1/1"}}


@pytest.mark.parametrize(
    ("answers", "seen"),
    [(("text", [], [], []), "not an object"), (({}, {}, [], []), "not a list"), (({}, ["x"], [], []), "row 0"),
     (({}, [{"key": "p", "val": {"DsBw": "fast", "UsBw": 1}}], [], []), "DsBw 'fast'"),
     (({}, [], [{"key": "e", "val": {"MacAddress": "?"}}], []), "MacAddress"),
     (({}, [], [{"key": "e", "val": {**GOOD_ENDPOINT["val"], "PortIfIndex": "10G 1/1"}}], []), "PortIfIndex"),
     (({}, [], [], [{"key": "s", "val": {"VlanId": 5, "EndpointId": 9}}]), "EndpointId 9"),
     (({}, [], [], [{"key": "s", "val": {"VlanId": 5, "BwProfileName": "x"}}]), "BwProfileName 'x'"),
     (({}, [], [], [{"key": "s", "val": {"VlanId": 5, "PoeModeCtrl": "maybe"}}]), "PoeModeCtrl"),
     (({}, [], [], [{"key": "s", "val": {"VlanId": 5, "TrunkMode": "perhaps"}}]), "TrunkMode"),
     (({}, [], [], [{"key": "s", "val": {"VlanId": 5, "AllowedTaggedVlans": [1, "x"]}}]), "AllowedTaggedVlans"),
     (({"SubscriberModel": "modern"}, [], [], []), "SubscriberModel")],
)  # fmt: skip
def test_what_cannot_be_decoded_is_named(answers: tuple[Any, ...], seen: str) -> None:
    with pytest.raises(DeviceError, match=seen) as caught:
        rpc.decode_config(*answers)
    assert caught.value.kind is ErrorKind.UNPARSEABLE


def test_port_aware_shelf() -> None:
    row = {"key": "s", "val": {"VlanId": 5, "PortIfIndex": "G.hn 1/7", "EndpointId": 0, "BwProfileId": 0}}
    config = rpc.decode_config({"SubscriberModel": 1, "DefaultNNIIfIndex": "10G 1/2"}, [], [], [row])
    assert config.subscriber_model is SubscriberModel.PORT_AWARE
    assert config.subscribers == (SubscriberConfig("s", 5, port=7),)
    assert config.default_nni == "10G 1/2"
