"""Rules: what is always done with findings of some kinds. Never more than the guard lets through, never more than its owner may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from netbox.context import current_request

from nornir_tasks.contracts import FindingKind

from ..choices import FindingActionChoices, FindingStateChoices
from ..context import acting_as
from ..exceptions import InvalidState, NotAllowed, WorkflowError
from ..models import BillingSystem, ChangePlan, Finding, FindingRule, GamDevice
from . import findings, rule_guard
from .rule_guard import CUTTING, gam_of, too_many
from .saving import update
from .scope import Place, Scope, places, scope_of

PER = timedelta(hours=1)
AGAIN_AFTER = timedelta(minutes=15)
"""A finding that was taken up and is still open after so long is taken up again: the shelf may have been away."""

PREVIEW = timedelta(days=31)
MOST_SHOWN = 50

Start = Callable[[FindingRule, Finding, Any], object]
"""Starts accepting a finding by a rule in a user's name, :func:`accept`, where it may wait for a shelf."""


@dataclass
class Followed:
    """What following the rules came to: findings by what was begun or done with them, and why others were left."""

    planning: int = 0
    applying: int = 0
    ignored: int = 0
    waiting: int = 0
    held: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass
class Preview:
    """What a rule would have done with findings first seen since ``since``. Nothing is changed by asking."""

    since: Any
    count: int = 0
    cut_offs: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    busiest_day: int = 0
    hold: str = ""
    most: bool = False

    @property
    def keys(self) -> list[int]:
        """Keys of the findings shown."""
        return [finding.pk for finding in self.findings]


def follow_rules(system: BillingSystem, *, start: Start, user: Any = None) -> Followed:
    """Do what the enabled rules say with the open findings of a billing system and with those of nobody's.

    To be called after a reconciliation and after every refresh of single accounts. Each finding is decided by the first rule, by
    name, whose kinds, billing system and scope it is of, and is taken up once, whoever else looks at the same time. A rule:

    * acts as the user who confirmed it, with that user's permissions, and only as it was confirmed. Without such a user accepted
      findings are planned only, as ``user``, and none are ignored;
    * decides at most ``run_limit`` findings now and ``hourly_limit`` in an hour;
    * is held as a whole, with one finding saying so, when the open findings it would cut off are more than the guard lets through
      in the system or at a site. A person then releases exactly those;
    * cuts off, all rules of a system together, no more within an hour than the guard lets pass at once. The others wait.

    Ignoring is done here; accepting waits for shelves, so it is what ``start`` starts.

    :param user: who is named where a rule has no owner
    """
    report, begun = Followed(), []
    with transaction.atomic():
        rules = _rules_for(system)
        rule_guard.settle_switched_off()
        if rules:
            chosen = _assign(rules, open_findings(system))
            cut_offs = rule_guard.CutOffs(system, timezone.now() - PER)
            for rule in rules:
                if hold := rule_guard.hold(rule, system, chosen[rule.pk]):
                    report.held.append(hold)
                else:
                    begun += [(rule, finding) for finding in _take_up(rule, chosen[rule.pk], cut_offs, report)]
            cut_offs.tell()
    for rule, finding in begun:
        start(rule, finding, owner_of(rule) or user)
    return report


def owner_of(rule: FindingRule) -> Any:
    """The user a rule acts as; None while nobody has confirmed it as it stands."""
    return rule.acts_as if rule.is_confirmed else None


def _rules_for(system: BillingSystem) -> list[FindingRule]:
    """Enabled rules of a system, locked: who looks at the same time waits here, and then finds the findings taken up."""
    rules = FindingRule.objects.filter(enabled=True).filter(Q(system=None) | Q(system=system))
    return list(rules.select_for_update(of=("self",)).select_related("acts_as"))


def open_findings(system: BillingSystem) -> list[Finding]:
    """The oldest first, those of nobody's system among them."""
    stored = Finding.objects.filter(Q(system=system) | Q(system=None), state=FindingStateChoices.OPEN)
    related = ("system", "subscriber__gam__device", "endpoint__gam__device")
    return list(stored.exclude(kind=FindingKind.RULE_HELD).select_related(*related).order_by("first_seen", "pk"))


def _assign(rules: Sequence[FindingRule], stored: Iterable[Finding]) -> dict[int, list[Finding]]:
    """Findings by the first rule that is for them."""
    result: dict[int, list[Finding]] = {rule.pk: [] for rule in rules}
    scopes = {rule.pk: scope_of(rule) for rule in rules}
    where = places(GamDevice.objects.all()) if any(scope != Scope() for scope in scopes.values()) else {}
    for finding in stored:
        for rule in rules:
            if _is_for(rule, scopes[rule.pk], finding, where):
                result[rule.pk].append(finding)
                break
    return result


def _is_for(rule: FindingRule, scope: Scope, finding: Finding, where: dict[int, Place]) -> bool:
    if finding.kind not in rule.kinds or (rule.system_id and rule.system_id != finding.system_id):
        return False
    if scope == Scope():
        return True
    gam = gam_of(finding)
    place = where.get(gam.pk) if gam else None
    return place is not None and scope.covers(place)


# ---------------------------------------------------------------------------------------------------------------- confirming


def confirm(rule: FindingRule, *, user: Any) -> None:
    """Let a rule act in the user's own name, as it stands now; whoever changes it afterwards takes that back.

    :raises NotAllowed: the user may not do by hand what the rule is to do
    """
    needed = ["netbox_gam.confirm_findingrule", "netbox_gam.decide_finding"]
    needed += ["netbox_gam.apply_changeplan"] if rule.action == FindingActionChoices.APPLY else []
    for permission in needed:
        if not user.has_perm(permission):
            raise NotAllowed(f"You may not confirm {rule}: you lack the permission {permission}.")
    update(rule, message=f"Confirmed by {user}", acts_as=user, confirmed=rule.digest())


# ---------------------------------------------------------------------------------------------------------------- following


def _take_up(rule: FindingRule, chosen: Sequence[Finding], cut_offs: rule_guard.CutOffs, report: Followed) -> list[Finding]:
    """Ignore, or claim for accepting, what the limits let through; those to accept."""
    if rule.action == FindingActionChoices.IGNORE and owner_of(rule) is None:
        if chosen:
            report.problems.append(f"{rule}: nobody has confirmed it as it stands, so it ignores nothing")
        return []
    now = timezone.now()
    fresh = [item for item in chosen if item.taken_up_at is None or item.taken_up_at < now - AGAIN_AFTER]
    going = _within_limits(rule, fresh, cut_offs, now)
    report.waiting += len(fresh) - len(going)
    if rule.action == FindingActionChoices.IGNORE:
        for finding in going:
            _ignore(rule, finding, report)
        return []
    Finding.objects.filter(pk__in=[finding.pk for finding in going]).update(taken_up_at=now, followed_rule=rule)
    if may_apply(rule):
        report.applying += len(going)
    else:
        report.planning += len(going)
    return going


def _within_limits(rule: FindingRule, fresh: Sequence[Finding], cut_offs: rule_guard.CutOffs, now: datetime) -> list[Finding]:
    """The oldest that may be decided now. One that is taken up again counts already."""
    recent = Q(decided__gte=now - PER) | Q(taken_up_at__gte=now - PER)
    counted = set(Finding.objects.filter(recent, followed_rule=rule).values_list("pk", flat=True))
    room, going = rule.hourly_limit - len(counted), []
    for finding in fresh:
        if len(going) == rule.run_limit:
            break
        if finding.pk not in counted and room <= 0:
            continue
        if rule.action != FindingActionChoices.IGNORE and not cut_offs.may(rule, finding):
            continue
        room -= finding.pk not in counted
        going.append(finding)
    return going


def _ignore(rule: FindingRule, finding: Finding, report: Followed) -> None:
    owner = owner_of(rule)
    try:
        with _as_user(owner):
            _expect_may_decide(owner, finding)
            findings.ignore(finding, user=owner, rule=rule)
        report.ignored += 1
    except WorkflowError as error:
        report.problems.append(f"{rule}: {finding}: {error}")


def _expect_may_decide(owner: Any, finding: Finding) -> None:
    if not owner.has_perm("netbox_gam.decide_finding", finding):
        raise NotAllowed(f"{owner}, as whom the rule acts, may not decide this finding.")


def may_apply(rule: FindingRule) -> bool:
    """Whether what a rule accepts is applied at once."""
    return rule.action == FindingActionChoices.APPLY and owner_of(rule) is not None


def accept(finding: Finding, rule: FindingRule, *, user: Any) -> ChangePlan:
    """Accept a finding that :func:`follow_rules` took up, if the rule still says so; a change plan, which nothing applies yet.

    :raises InvalidState: the rule was switched off, held or changed meanwhile
    :raises NotAllowed: the rule's owner may not decide this finding
    :raises WorkflowError: what stands in the way of the change
    """
    owner = owner_of(rule)
    said = rule.enabled and not rule.held and rule.action != FindingActionChoices.IGNORE and finding.kind in rule.kinds
    if not said or (owner is not None and owner != user):
        raise InvalidState(f"The rule {rule} does not say so any more.", next_step="Decide the finding yourself.")
    if owner is not None:
        _expect_may_decide(owner, finding)
    return findings.accept(finding, user=user, rule=rule)


@contextmanager
def _as_user(user: Any) -> Iterator[None]:
    """Attribute changes to a user inside of what is attributed to another one already."""
    request = current_request.get()
    if request is None:
        with acting_as(user):
            yield
        return
    before, request.user = request.user, user
    try:
        yield
    finally:
        request.user = before


# ------------------------------------------------------------------------------------------------------------------ preview


def preview(rule: FindingRule, *, scope: Scope | None = None, stored: Any = None, since: timedelta = PREVIEW) -> Preview:
    """What a rule, saved or not, would have done with the findings first seen in the last month.

    :param scope: of a rule that is not saved; the stored one otherwise
    :param stored: queryset of the findings the user may see; all of them otherwise
    """
    begin = timezone.now() - since
    scope = scope_of(rule) if scope is None else scope
    rows = (Finding.objects.all() if stored is None else stored).filter(kind__in=rule.kinds, first_seen__gte=begin)
    if rule.system_id:
        rows = rows.filter(system_id=rule.system_id)
    rows = rows.select_related("system", "subscriber__gam__device__site", "endpoint__gam__device__site").order_by(
        "-first_seen", "-pk"
    )
    where = places(GamDevice.objects.all()) if scope != Scope() else {}
    chosen = [finding for finding in rows.iterator(chunk_size=2000) if _is_for(rule, scope, finding, where)]
    days = Counter(finding.first_seen.date() for finding in chosen)
    cut = [] if rule.action == FindingActionChoices.IGNORE else [finding for finding in chosen if finding.kind in CUTTING]
    worst = Counter(finding.first_seen.date() for finding in cut).most_common(1)
    at_once = [finding for finding in cut if worst and finding.first_seen.date() == worst[0][0]]
    kinds = Counter(finding.get_kind_display() for finding in chosen)
    return Preview(
        since=begin,
        count=len(chosen),
        cut_offs=len(cut),
        by_kind=dict(kinds.most_common()),
        findings=chosen[:MOST_SHOWN],
        busiest_day=max(days.values(), default=0),
        hold=too_many(rule.system, at_once),
        most=len(chosen) > MOST_SHOWN,
    )
