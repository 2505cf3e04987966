"""Bandwidth profile slots: a shelf has 15, one of them built in, so equal rates share a slot. Pure.

Two questions are answered here and nowhere else: where a wanted profile goes (:func:`plan_slots`), and what would make room on a
shelf (:func:`look`, whose answer the pages show and a refused plan names).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import permutations

from ..contracts import ChangeKind, ProfileConfig, ShelfConfig, SlotMerge, SlotUse, Violation
from ..gam.catalog import MAX_PROFILES
from .diff import Removal, is_builtin

NEAR_PERCENT = 5.0
"""Rates that differ by no more than this may be sold as one plan: within what billing tolerates as the same speed."""


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """``desired`` with its profiles placed.

    ``reused`` maps a wanted profile's name to the existing one that serves it; ``freed`` are unused profiles that go to make room.
    """

    desired: ShelfConfig
    reused: Mapping[str, str] = field(default_factory=dict)
    violations: tuple[Violation, ...] = ()
    freed: tuple[str, ...] = ()


# -------------------------------------------------------------------------------------------------------- placing profiles


def plan_slots(actual: ShelfConfig, desired: ShelfConfig, removals: Iterable[Removal] = ()) -> SlotPlan:
    """Give every wanted profile a slot.

    A profile of the wanted name is used (and set to the wanted rates). Else one with the same rates, whatever its name. Else a
    free slot from 2 to 15. Else the slot of a profile nobody uses. Else a violation that names the cheapest way out. Profile 1 is
    never used for a plan.
    """
    removals = tuple(removals)
    removed = {name for kind, name in removals if kind is ChangeKind.PROFILE}
    staying = [profile for profile in actual.profiles if profile.name not in removed]
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
    subscribers = tuple(replace(s, profile=reused.get(s.profile, s.profile)) if s.profile else s for s in desired.subscribers)
    placed = replace(desired, profiles=tuple(kept), subscribers=subscribers)
    needed = max(0, len(added) - max(0, MAX_PROFILES - len(staying)))
    held = {profile.name for profile in kept} | {s.profile for s in subscribers if s.profile}
    spare = [name for name in look(_without(actual, removals)).unused if name not in held]
    freed = tuple(spare[:needed])
    violations = _full(actual, tuple(added.values()), needed - len(freed), removals) if needed > len(freed) else ()
    return SlotPlan(placed, reused, violations, () if violations else freed)


def _without(actual: ShelfConfig, removals: Iterable[Removal]) -> ShelfConfig:
    """What stays of profiles and of subscribers, who are what holds a profile."""
    gone = set(removals)
    return replace(
        actual,
        profiles=tuple(item for item in actual.profiles if (ChangeKind.PROFILE, item.name) not in gone),
        subscribers=tuple(item for item in actual.subscribers if (ChangeKind.SUBSCRIBER, item.name) not in gone),
    )


def _rates(profile: ProfileConfig) -> tuple[int, int]:
    return profile.downstream_mbps, profile.upstream_mbps


def _full(actual: ShelfConfig, added: tuple[str, ...], over: int, removals: Iterable[Removal]) -> tuple[Violation, ...]:
    rule = f"all {MAX_PROFILES} profile slots of the shelf are used; {look(_without(actual, removals)).way_out}"
    return tuple(Violation(name, "profile", name, rule) for name in added[-over:])


# ------------------------------------------------------------------------------------------------------------- making room


def look(config: ShelfConfig) -> SlotUse:
    """How the slots of a shelf are used, by its configuration."""
    return use_of(config.profiles, Counter(s.profile for s in config.subscribers if s.profile))


def use_of(profiles: Iterable[ProfileConfig], users: Mapping[str, int]) -> SlotUse:
    """How slots are used, from what is known of a shelf.

    :param users: subscribers by profile name; a profile that is not in it has none
    """
    ordered = tuple(sorted(profiles, key=lambda item: (item.id or MAX_PROFILES + 1, item.name)))
    own = [profile for profile in ordered if not is_builtin(profile)]
    counts = {profile.name: users.get(profile.name, 0) for profile in ordered}
    unused = tuple(sorted(profile.name for profile in own if not counts[profile.name]))
    merges = tuple(sorted(_merges(own, counts), key=lambda one: (one.moves, not one.equal, one.leave.name, one.into.name)))
    free = max(0, MAX_PROFILES - len(ordered))
    return SlotUse(ordered, counts, free, unused, merges, _way_out(own, counts, unused, merges))


def _merges(own: Iterable[ProfileConfig], users: Mapping[str, int]) -> Iterator[SlotMerge]:
    """Every pair, once, the way it moves fewer; unused profiles need no merging."""
    used = [profile for profile in own if users[profile.name]]
    for leave, into in permutations(used, 2):
        if _rates(leave) == _rates(into):
            if (users[leave.name], leave.name) < (users[into.name], into.name):
                yield SlotMerge(leave, into, users[leave.name], equal=True)
        elif is_near(_rates(leave), _rates(into)):
            yield SlotMerge(leave, into, users[leave.name])


def is_near(leave: tuple[int, int], into: tuple[int, int]) -> bool:
    """True when rates may go over into others: none of them is lower, and none more than :data:`NEAR_PERCENT` higher."""
    return all(old <= new <= old * (1 + NEAR_PERCENT / 100) for old, new in zip(leave, into, strict=True))


def cheapest_way_out(actual: ShelfConfig) -> str:
    """What would free a slot: an unused profile, else the merge that moves fewest, else the least used profile. In words."""
    return look(actual).way_out


def _way_out(own: list[ProfileConfig], users: Mapping[str, int], unused: tuple[str, ...], merges: tuple[SlotMerge, ...]) -> str:
    if unused:
        return f"remove an unused one: {', '.join(unused)}"
    if merges:
        return in_words(merges[0])
    if not own:
        return "no profile can be freed"
    few = min(own, key=lambda profile: (users[profile.name], profile.name)).name
    return f"move the {_people(users[few])} of {few} to another plan and remove it"


def in_words(merge: SlotMerge) -> str:
    """What to do for a merge and whom it touches."""
    speed = "the same rates" if merge.equal else f"{_text(merge.into)} instead of {_text(merge.leave)} Mbit/s"
    moves = "moves" if merge.moves == 1 else "move"
    return f"merge {merge.leave.name} into {merge.into.name}, which has {speed} ({_people(merge.moves)} {moves})"


def _people(count: int) -> str:
    return f"{count} subscriber" if count == 1 else f"{count} subscribers"


def _text(profile: ProfileConfig) -> str:
    return f"{profile.downstream_mbps}/{profile.upstream_mbps}"
