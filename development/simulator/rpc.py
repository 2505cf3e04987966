"""JSON-RPC of a shelf: a request object in, an answer object out. HTTP is somewhere else."""

from __future__ import annotations

import json
from typing import Any

from . import rpc_config, rpc_status, rpc_system
from .config import Kind
from .refusals import MODULE_GHN, MODULE_ICFG, Refused, RefusedText
from .rpc_config import TABLES
from .rpc_fields import STRUCTS, BadParams, members
from .rpc_params import Method, Params
from .state import SimShelf

PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS, INTERNAL = -32700, -32600, -32601, -32602, -32603
STANDARD = {
    PARSE_ERROR: "Parse error",
    INVALID_REQUEST: "Invalid Request",
    NO_METHOD: "Method not found",
    INVALID_PARAMS: "Invalid params",
}
READS = {"get"}


def error(code: int, message: str = "", data: object = None) -> dict[str, Any]:
    """An error object."""
    out: dict[str, Any] = {"code": code, "message": message or STANDARD[code]}
    if data is not None:
        out["data"] = data
    return out


def refusal(problem: Refused) -> dict[str, Any]:
    """The error object of a refused change, with the vendor's codes."""
    data = {
        "vtss-error-code": problem.vtss_code,
        "vtss-failing-function-ptr": 67_234_856,
        "vtss-failing-module": MODULE_GHN,
        "vtss-module-code": -problem.number,
    }
    return error(INTERNAL, str(problem), data)


METHODS: dict[str, Method] = {**rpc_config.METHODS, **rpc_status.METHODS, **rpc_system.METHODS}


def inventory(shelf: SimShelf, params: Params) -> dict[str, Any]:
    """What this firmware offers. The real document's shape was never captured; this is the one of sibling products."""
    kinds: dict[str, Kind] = {f"ghnAgent.config.{word}": kind for word, kind in TABLES.items()}
    methods = []
    for name in sorted(METHODS):
        base = name.rpartition(".")[0].removesuffix("ByName")
        kind = kinds.get(base)
        result = [{"name": "Argument2", "type": STRUCTS[kind]}] if kind else []
        methods.append({"method-name": name, "params": [], "result": result, "web-privilege": {"id": "GhnAgent"}})
    types = [
        {
            "type-name": STRUCTS[kind],
            "encoding-type": "Object",
            "encoding": [{"name": member.name, "type": member.type} for member in members(shelf, kind)],
        }
        for kind in TABLES.values()
    ]
    return {"groups": [], "types": types, "methods": methods}


METHODS["jsonRpc.status.introspection.generic.inventory.get"] = inventory
SAVES = {"icfg.control.copy.set"}


def call(shelf: SimShelf, user: str, request: object) -> dict[str, Any]:
    """Answer a request object. Every call is recorded; sets go through the shelf's gate.

    :returns: ``id``, ``error``, ``result``
    :raises Rebooting: the shelf went down instead of answering
    """
    if (
        not isinstance(request, dict)
        or not isinstance(request.get("method"), str)
        or not isinstance(request.get("params", []), list)
    ):
        return {"id": request.get("id") if isinstance(request, dict) else None, "error": error(INVALID_REQUEST), "result": None}
    method, params, ident = request["method"], request.get("params", []), request.get("id")
    command = f"{method} {json.dumps(params)}"
    run = METHODS.get(method)
    if run is None:
        shelf.note("jsonrpc", user, command, STANDARD[NO_METHOD])
        return {"id": ident, "error": error(NO_METHOD), "result": None}
    problem, result = None, None
    try:
        if method.rpartition(".")[2] in READS:
            shelf.note("jsonrpc", user, command)
            result = run(shelf, params)
        else:
            shelf.execute("jsonrpc", user, command, lambda: run(shelf, params), "save" if method in SAVES else "write")
            result = [] if shelf.variants.set_result == "list" else None
    except BadParams:
        problem = error(INVALID_PARAMS)
    except Refused as refused:
        problem = refusal(refused)
    except RefusedText as refused:
        problem = error(INTERNAL, str(refused), {"vtss-failing-module": MODULE_ICFG} if refused.status else None)
    return {"id": ident, "error": problem, "result": result}
