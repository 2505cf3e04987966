"""Bringing a shelf back to a configuration it had: what is wanted, and what has to go. Pure."""

from __future__ import annotations

from dataclasses import replace

from ..contracts import ChangeKind, ShelfConfig, SubscriberConfig
from .diff import Removal, is_builtin
from .state import objects


def restored(actual: ShelfConfig, saved: ShelfConfig) -> tuple[ShelfConfig, tuple[Removal, ...]]:
    """What a shelf with ``actual`` shall have to be as ``saved``, and the objects that are to be removed for it.

    ``saved`` was read from a text, which has no words for trunk mode, double tagging, uplinks and ports of port-aware services:
    services that are there keep what they have of it. The built-in profile is left alone.
    """
    present = {item.name: item for item in actual.subscribers}
    wanted = ShelfConfig(
        tuple(item for item in saved.profiles if not is_builtin(item)),
        saved.endpoints,
        tuple(_with_unsaid(item, present.get(item.name)) for item in saved.subscribers),
        actual.subscriber_model,
        actual.default_nni,
    )
    removals = [
        (kind, item.name)
        for kind in ChangeKind
        for item in objects(actual, kind)
        if not is_builtin(item) and item.name not in {other.name for other in objects(wanted, kind)}
    ]
    return wanted, tuple(removals)


def _with_unsaid(saved: SubscriberConfig, actual: SubscriberConfig | None) -> SubscriberConfig:
    if actual is None:
        return saved
    return replace(
        saved,
        trunk=saved.trunk or actual.trunk,
        double_tag=saved.double_tag or actual.double_tag,
        outer_vlan=saved.outer_vlan or actual.outer_vlan,
        nni=saved.nni or actual.nni,
        port=saved.port if saved.port is not None or saved.endpoint is not None else actual.port,
    )
