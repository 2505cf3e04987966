"""Parameters of JSON-RPC calls, and what more than one area of methods needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .identity import json_name
from .rpc_fields import BadParams, interface
from .state import SimShelf

type Params = list[Any]
type Method = Callable[[SimShelf, Params], Any]

PORT_MODES = ("isolated", "community", "uplink", "stacking", "stackingIsolated")


def exactly(params: Params, count: int = 1) -> Params:
    """The parameters, if there are that many. :raises BadParams:"""
    if len(params) != count:
        raise BadParams(f"{count} parameters expected, not {len(params)}")
    return params


def struct_of(params: Params, known: set[str], at: int = 0) -> dict[str, Any]:
    """Parameter ``at``, the last one, as an object with known members only. :raises BadParams:"""
    struct = exactly(params, at + 1)[at]
    if not isinstance(struct, dict) or not set(struct) <= known:
        raise BadParams(f"object with some of {', '.join(sorted(known))} expected")
    return struct


def fail(problem: Exception) -> Any:
    """Raise inside an expression."""
    raise problem


def per_interface(shelf: SimShelf, params: Params, row: Callable[[str], dict[str, Any]]) -> Any:
    """A struct per interface, or of the one asked for. :raises BadParams: no such interface"""
    if not params:
        return [{"key": json_name(name), "val": row(name)} for name in shelf.identity.interfaces]
    name = interface(exactly(params)[0])
    if name not in shelf.identity.interfaces:
        raise BadParams(f"no interface {name}")
    return row(name)
