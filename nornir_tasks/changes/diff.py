"""Desired x actual -> the ordered changes that lead from one to the other. Pure.

Desired is partial: only the objects it names are managed, and what it does not name stays. Removing has to be asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..contracts import (
    Change,
    ChangeAction,
    ChangeKind,
    ConfigObject,
    EndpointConfig,
    FieldDiff,
    PoeMode,
    ProfileConfig,
    ShelfConfig,
    SubscriberConfig,
    Violation,
)
from ..errors import RuleViolation
from ..gam.catalog import GamModel
from ..gam.rules import check_config, short_uplink
from .state import apply_to, changed_fields, field_diffs, find, objects

LOCALLY_ADMINISTERED = 0x02
"""The bit in the first octet of a MAC address that says that no manufacturer gave it."""

type Removal = tuple[ChangeKind, str]
"""An object that shall go: its kind and its name."""


def change_diffs(change: Change) -> tuple[FieldDiff, ...]:
    """The fields a change touches, in words."""
    return field_diffs(change.before, change.after)


def compute_changes(
    actual: ShelfConfig,
    desired: ShelfConfig,
    removals: Iterable[Removal] = (),
    *,
    model: GamModel | None = None,
    reason: str = "",
    renames: Mapping[str, str] | None = None,
) -> tuple[Change, ...]:
    """The changes that give ``actual`` what ``desired`` names and take away ``removals``, in an order valid at every step.

    Removals come first (subscriber, endpoint, profile), then profiles, endpoints and subscribers are added and set; a change
    that would break a rule at its place moves behind the one it waits for. Where changes wait for each other (two subscribers
    swapping endpoints) one of them is split in two. An endpoint whose MAC address is on the shelf under another name is renamed.
    What cannot be ordered because the result itself breaks a rule is returned in the plain order; the planner reports why.

    :param removals: objects that are not there are ignored
    :param renames: by a subscriber's wanted name the one the shelf has it under until now; it keeps its id. Nobody's name is
        guessed: a subscriber that is not in here and not on the shelf is a new one
    """
    wanted = _merge_all(actual, desired, renames or {})
    # a renamed object is gone under its old name, which is all that its removal asked for
    renamed = {(kind, before.name) for kind in ChangeKind for before, after in wanted[kind] if before and before.name != after.name}
    pending = [*_removals(actual, set(removals) - renamed, reason), *_additions(wanted, reason)]
    return _ordered(actual, pending, model)


def _merge_all(
    actual: ShelfConfig, desired: ShelfConfig, renames: Mapping[str, str]
) -> dict[ChangeKind, list[tuple[ConfigObject | None, ConfigObject]]]:
    """Per kind, pairs of what is there and what it shall become."""
    pairs: dict[ChangeKind, list[tuple[ConfigObject | None, ConfigObject]]] = {}
    for kind in ChangeKind:
        pairs[kind] = []
        for item in map(canonical, objects(desired, kind)):
            present = find(actual, kind, item.name)
            if present is None and isinstance(item, EndpointConfig):
                present = _by_mac(actual, item, desired)
            if present is None and isinstance(item, SubscriberConfig) and item.name in renames:
                present = find(actual, kind, renames[item.name])
            pairs[kind].append((present, item if present is None else merge(present, item)))
    return pairs


def _by_mac(actual: ShelfConfig, item: EndpointConfig, desired: ShelfConfig) -> EndpointConfig | None:
    """The endpoint that has this MAC address under a name nobody asked to keep."""
    kept = {endpoint.name for endpoint in desired.endpoints}
    return next((e for e in actual.endpoints if e.mac == item.mac and e.name not in kept), None)


def canonical(item: ConfigObject) -> ConfigObject:
    """An object the way a shelf's configuration is read: sorted VLANs, short uplink names, no "auto" beside a port."""
    if isinstance(item, SubscriberConfig):
        return replace(item, allowed_vlans=tuple(sorted(set(item.allowed_vlans))), nni=short_uplink(item.nni) if item.nni else None)
    if isinstance(item, EndpointConfig):
        return replace(item, auto_port=item.auto_port and item.port is None, mac=item.mac.lower())
    return item


def merge(actual: ConfigObject, desired: ConfigObject) -> ConfigObject:
    """``desired`` with the shelf's id and with the shelf's value wherever ``desired`` leaves the choice to the shelf.

    PoE None means "as it is", and "enable" is what a shelf does not print. An endpoint on auto is satisfied with the port it
    locked to.
    """
    if isinstance(actual, SubscriberConfig) and isinstance(desired, SubscriberConfig):
        unprinted = actual.poe is None and desired.poe is PoeMode.ENABLE
        poe = actual.poe if desired.poe is None or unprinted else desired.poe
        return replace(desired, id=actual.id, poe=poe)
    if isinstance(actual, EndpointConfig) and isinstance(desired, EndpointConfig):
        locked = desired.auto_port and actual.port is not None
        return replace(desired, id=actual.id, port=actual.port, auto_port=False) if locked else replace(desired, id=actual.id)
    return replace(desired, id=actual.id)


def _removals(actual: ShelfConfig, removals: Iterable[Removal], reason: str) -> list[Change]:
    asked = set(removals)
    found: list[Change] = []
    for kind in (ChangeKind.SUBSCRIBER, ChangeKind.ENDPOINT, ChangeKind.PROFILE):
        for item in objects(actual, kind):
            if (kind, item.name) in asked:
                found.append(Change(ChangeAction.REMOVE, kind, item.name, before=item, reason=reason))
    return found


def _additions(wanted: dict[ChangeKind, list[tuple[ConfigObject | None, ConfigObject]]], reason: str) -> list[Change]:
    found: list[Change] = []
    renames: dict[tuple[ChangeKind, str], str] = {}
    for kind in ChangeKind:
        for before, after in wanted[kind]:
            if before is not None and before.name != after.name:
                renames[(kind, before.name)] = after.name
            # a rename carries the references to it along, so a reference is compared under its new name
            compared = _follow(before, renames)
            if before is None:
                found.append(Change(ChangeAction.ADD, kind, after.name, after=after, reason=reason))
            elif field_diffs(compared, after):
                found.append(Change(ChangeAction.SET, kind, after.name, before=compared, after=after, reason=reason))
    return found


def _follow(item: ConfigObject | None, renames: dict[tuple[ChangeKind, str], str]) -> ConfigObject | None:
    if not isinstance(item, SubscriberConfig) or not renames:
        return item
    return replace(
        item,
        endpoint=renames.get((ChangeKind.ENDPOINT, item.endpoint), item.endpoint) if item.endpoint else None,
        profile=renames.get((ChangeKind.PROFILE, item.profile), item.profile) if item.profile else None,
    )


# -------------------------------------------------------------------------------------------------------------- ordering


def _ordered(actual: ShelfConfig, pending: Sequence[Change], model: GamModel | None) -> tuple[Change, ...]:
    """The changes so that no step breaks a rule that was not broken before it."""
    waiting, done, config = list(pending), list[Change](), actual
    tolerated = set(check_config(actual, model))
    while waiting:
        step = _first_valid(config, waiting, tolerated, model)
        if step is None:
            step = _split(config, waiting, tolerated, model)
        if step is None:
            return tuple(pending)
        done.append(step)
        config = apply_to(config, step)
    return tuple(done)


def _first_valid(config: ShelfConfig, waiting: list[Change], tolerated: set[Violation], model: GamModel | None) -> Change | None:
    for position, change in enumerate(waiting):
        if _keeps_rules(config, change, tolerated, model):
            return waiting.pop(position)
    return None


def _keeps_rules(config: ShelfConfig, change: Change, tolerated: set[Violation], model: GamModel | None) -> bool:
    try:
        after = apply_to(config, change)
    except (KeyError, RuleViolation):
        return False
    return all(violation in tolerated for violation in check_config(after, model))


def _split(config: ShelfConfig, waiting: list[Change], tolerated: set[Violation], model: GamModel | None) -> Change | None:
    """For changes that wait for each other: a first half of one of them that only lets go of what the other needs.

    One that lets another change be made comes before one that does not yet.
    """
    fallback: tuple[int, Change] | None = None
    for position, half in _halves(waiting):
        if not _keeps_rules(config, half, tolerated, model):
            continue
        after = apply_to(config, half)
        if any(_keeps_rules(after, other, tolerated, model) for other in waiting if other is not waiting[position]):
            return _take_half(waiting, position, half)
        fallback = fallback or (position, half)
    return _take_half(waiting, *fallback) if fallback else None


def _halves(waiting: list[Change]) -> Iterator[tuple[int, Change]]:
    releases: tuple[Callable[[ConfigObject], ConfigObject], ...] = (_without_endpoint, _without_port, _without_mac)
    for position, change in enumerate(waiting):
        if change.action is ChangeAction.SET and change.before is not None:
            for released in (release(change.before) for release in releases):
                if released != change.before:
                    yield position, replace(change, after=released)


def _take_half(waiting: list[Change], position: int, half: Change) -> Change:
    waiting[position] = replace(waiting[position], before=half.after)
    return half


def _without_endpoint(item: ConfigObject) -> ConfigObject:
    return replace(item, endpoint=None, port=None) if isinstance(item, SubscriberConfig) else item


def _without_port(item: ConfigObject) -> ConfigObject:
    return replace(item, port=None, auto_port=False) if isinstance(item, EndpointConfig) else item


def _without_mac(item: ConfigObject) -> ConfigObject:
    """An endpoint cannot be without MAC address: two that swap theirs need one that nothing has, its own marked as local."""
    if not isinstance(item, EndpointConfig):
        return item
    return replace(item, mac=f"{int(item.mac[:2], 16) | LOCALLY_ADMINISTERED:02x}{item.mac[2:]}")


def interrupted(config: ShelfConfig, changes: Iterable[Change]) -> tuple[str, ...]:
    """Names of the subscribers whose service blinks or ends while ``changes`` are made on ``config``.

    A new limit or description does not interrupt; another VLAN, tag, endpoint, port or PoE mode does, and so does what moves
    the endpoint below a subscriber.
    """
    names: set[str] = set()
    quiet = {"description", "profile", "name"}
    for change in changes:
        touched = {name for name, _old, _new in changed_fields(change.before, change.after)}
        if isinstance(change.before, SubscriberConfig) and (change.after is None or touched - quiet):
            names.add(change.before.name)
        if isinstance(change.before, EndpointConfig) and (change.after is None or touched & {"mac", "port", "auto_port"}):
            aliases = {change.before.name, change.after.name if change.after is not None else ""}
            names.update(s.name for s in config.subscribers if s.endpoint in aliases)
    return tuple(sorted(names))


def is_builtin(item: ConfigObject) -> bool:
    """True for the profile every shelf has and nobody may take away."""
    return isinstance(item, ProfileConfig) and item.id == 1
