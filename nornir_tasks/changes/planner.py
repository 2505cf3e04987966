"""What will be written to one shelf: validated, placed, ordered, and rendered to the exact text. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from ..contracts import (
    Change,
    ChangeKind,
    ConfigObject,
    PlannedStep,
    ShelfConfig,
    ShelfPlan,
    Transport,
    Violation,
)
from ..errors import DeviceError, RuleViolation
from ..gam import commands, parsers, rpc
from ..gam.catalog import GamModel
from ..gam.rules import check_config
from .diff import Removal, change_diffs, compute_changes, interrupted, is_builtin, name_warnings
from .slots import plan_slots
from .state import apply_all, apply_to, find, objects
from .state_hash import state_hash

type Renderer = Callable[[Change, ShelfConfig], tuple[str, ...]]

RENDERERS: Mapping[Transport, Renderer] = {Transport.SSH: commands.render, Transport.JSONRPC: rpc.render}


def plan_shelf(
    target: str,
    transport: Transport,
    actual: ShelfConfig,
    desired: ShelfConfig,
    removals: Iterable[Removal] = (),
    model: GamModel | None = None,
    reason: str = "",
    renames: Mapping[str, str] | None = None,
) -> ShelfPlan:
    """The plan that gives the shelf ``target`` what ``desired`` names and takes away ``removals``.

    ``sends`` and ``undo_sends`` are the exact text, rendered against the ids the shelf will have at that step. A plan with
    violations has no steps. Rules that objects nobody asked about already break do not stop a plan.

    :param desired: partial; what it does not name stays as it is
    :param renames: by a subscriber's wanted name the one the shelf has it under until now
    """
    removals = tuple(removals)
    slots = plan_slots(actual, desired, removals)
    changes = compute_changes(actual, slots.desired, removals, model=model, reason=reason, renames=renames)
    violations = [*_protected(actual, slots.desired, removals), *slots.violations]
    if not violations:
        violations += _broken_rules(actual, changes, slots.desired, model)
    if not violations:
        steps, unsayable = _steps(transport, actual, changes)
        if not unsayable:
            return ShelfPlan(target, transport, state_hash(actual), steps, (), interrupted(actual, changes), name_warnings(changes))
        violations += unsayable
    return ShelfPlan(target, transport, state_hash(actual), (), tuple(dict.fromkeys(violations)))


def _protected(actual: ShelfConfig, desired: ShelfConfig, removals: tuple[Removal, ...]) -> list[Violation]:
    """Profile 1 keeps its identity; what is wanted and removed at once is a contradiction."""
    rule = "the built-in profile of a shelf is left alone"
    builtin = {profile.name for profile in actual.profiles if is_builtin(profile)}
    found = [Violation(name, "profile", name, rule) for kind, name in removals if kind is ChangeKind.PROFILE and name in builtin]
    for profile in desired.profiles:
        present = find(actual, ChangeKind.PROFILE, profile.name)
        if profile.name in builtin and present != profile:
            found.append(Violation(profile.name, "profile", profile.name, rule))
    for kind, name in removals:
        if find(desired, kind, name) is not None:
            found.append(Violation(name, kind, name, "it is to be removed and to be there at the same time"))
    return found


def _broken_rules(actual: ShelfConfig, changes: Sequence[Change], desired: ShelfConfig, model: GamModel | None) -> list[Violation]:
    """Rules the result breaks and that are this plan's business: new ones, and those about objects it names."""
    try:
        final = apply_all(actual, changes)
    except RuleViolation as problem:
        return [Violation("shelf", problem.field, str(problem.value), problem.rule)]
    before = set(check_config(actual, model))
    named = {item.name for kind in ChangeKind for item in objects(desired, kind)}
    return [violation for violation in check_config(final, model) if violation not in before or violation.subject in named]


def _steps(transport: Transport, actual: ShelfConfig, changes: Iterable[Change]) -> tuple[tuple[PlannedStep, ...], list[Violation]]:
    render = RENDERERS[transport]
    steps: list[PlannedStep] = []
    problems: list[Violation] = []
    config = actual
    unknown = parsers.unknown_words(actual.raw) if transport is Transport.SSH and actual.raw else {}
    for index, change in enumerate(changes):
        after = apply_to(config, change)
        if transport is Transport.SSH:
            problems += [*commands.unsayable(change), *commands.unsayable(change.inverse()), *_not_undoable(change, unknown)]
        if not problems:
            try:
                sends = render(change, config)
                undo = render(known_inverse(change, config, after), after)
            except (DeviceError, RuleViolation) as problem:
                problems.append(Violation(change.name, change.kind, change.name, str(problem)))
            else:
                steps.append(PlannedStep(index, change, sends, undo, change_diffs(change)))
        config = after
    return tuple(steps), problems


def _not_undoable(change: Change, unknown: Mapping[tuple[str, int], tuple[str, ...]]) -> list[Violation]:
    """A removal that could not be undone, because the object's line has words that no contract holds."""
    if change.after is not None or change.before is None:
        return []
    what = {ChangeKind.PROFILE: "bw-profile", ChangeKind.ENDPOINT: "endpoint", ChangeKind.SUBSCRIBER: "subscriber"}[change.kind]
    words = unknown.get((what, change.before.id), ())
    rule = "its line has words this version does not know, so removing it could not be undone; choose JSON-RPC"
    return [Violation(change.name, change.kind, " ".join(words), rule)] if words else []


def known_inverse(change: Change, before: ShelfConfig, after: ShelfConfig) -> Change:
    """The inverse of ``change``, with the ids both objects have on the shelf, so that an undone removal gets its id back."""
    inverse = change.inverse()
    return replace(inverse, before=_as_on_shelf(after, change.after), after=_as_on_shelf(before, change.before))


def _as_on_shelf(config: ShelfConfig, item: ConfigObject | None) -> ConfigObject | None:
    if item is None:
        return None
    for kind in ChangeKind:
        present = find(config, kind, item.name)
        if present is not None and type(present) is type(item):
            return replace(item, id=present.id)
    return item
