"""Bandwidth profile slots: a shelf has 15, one of them built in, so equal rates share a slot. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..contracts import ChangeKind, ProfileConfig, ShelfConfig, Violation
from ..gam.catalog import MAX_PROFILES
from .diff import Removal, is_builtin


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """``desired`` with its profiles placed: ``reused`` maps a wanted profile's name to the existing one that serves it."""

    desired: ShelfConfig
    reused: Mapping[str, str] = field(default_factory=dict)
    violations: tuple[Violation, ...] = ()


def plan_slots(actual: ShelfConfig, desired: ShelfConfig, removals: Iterable[Removal] = ()) -> SlotPlan:
    """Give every wanted profile a slot.

    A profile of the wanted name is used (and set to the wanted rates). Else one with the same rates, whatever its name. Else a
    free slot from 2 to 15. Else a violation that names the cheapest way out. Profile 1 is never used for a plan.
    """
    removed = {name for kind, name in removals if kind is ChangeKind.PROFILE}
    staying = [profile for profile in actual.profiles if profile.name not in removed]
    # the slot of a profile that is being removed is free again only if nothing needs it until then, so it is not counted on
    by_name = {profile.name for profile in actual.profiles}
    wanted = {profile.name: _rates(profile) for profile in desired.profiles}
    by_rates = {wanted.get(p.name, _rates(p)): p.name for p in reversed(staying) if not is_builtin(p)}
    reused: dict[str, str] = {}
    kept: list[ProfileConfig] = []
    added: dict[tuple[int, int], str] = {}
    for profile in desired.profiles:
        if profile.name in by_name:
            kept.append(profile)
        elif same := by_rates.get(_rates(profile)) or added.get(_rates(profile)):
            reused[profile.name] = same
        else:
            added[_rates(profile)] = profile.name
            kept.append(profile)
    free = MAX_PROFILES - len(staying)
    violations = () if len(added) <= free else _full(actual, tuple(added.values()), free, removed)
    subscribers = tuple(replace(s, profile=reused.get(s.profile, s.profile)) if s.profile else s for s in desired.subscribers)
    return SlotPlan(replace(desired, profiles=tuple(kept), subscribers=subscribers), reused, violations)


def _rates(profile: ProfileConfig) -> tuple[int, int]:
    return profile.downstream_mbps, profile.upstream_mbps


def _full(actual: ShelfConfig, added: tuple[str, ...], free: int, removed: Collection[str]) -> tuple[Violation, ...]:
    way_out = cheapest_way_out(actual, removed)
    rule = f"all {MAX_PROFILES} profile slots of the shelf are used; {way_out}"
    return tuple(Violation(name, "profile", name, rule) for name in added[free:])


def cheapest_way_out(actual: ShelfConfig, removed: Collection[str] = ()) -> str:
    """What would free a slot, cheapest first: an unused profile, two with equal rates, the least used one. In words."""
    own = [profile for profile in actual.profiles if not is_builtin(profile) and profile.name not in removed]
    users = {profile.name: sum(s.profile == profile.name for s in actual.subscribers) for profile in own}
    unused = sorted(name for name, count in users.items() if not count)
    if unused:
        return f"remove an unused one: {', '.join(unused)}"
    same: dict[tuple[int, int], list[str]] = {}
    for profile in own:
        same.setdefault(_rates(profile), []).append(profile.name)
    pairs = [names for names in same.values() if len(names) > 1]
    if pairs:
        pair = min(pairs, key=lambda names: min(users[name] for name in names))
        few = min(pair, key=lambda name: (users[name], name))
        other = next(name for name in pair if name != few)
        return f"merge {few} into {other}, which has the same rates ({users[few]} subscribers move)"
    if not own:
        return "no profile can be freed"
    few = min(own, key=lambda profile: (users[profile.name], profile.name)).name
    return f"move the {users[few]} subscribers of {few} to another plan and remove it"
