"""Rules: what is always done with findings of some kinds. Never more than the guard lets through, never more than its owner may."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from netbox.context import current_request

from nornir_tasks.contracts import FindingKind

from .. import settings
from ..choices import FindingActionChoices, FindingStateChoices, SubscriberStatusChoices
from ..context import acting_as
from ..exceptions import InvalidState, NotAllowed, WorkflowError
from ..models import BillingSystem, Finding, FindingRule, GamDevice, Subscriber
from . import findings, provisioning
from .saving import create, update
from .scope import Place, Scope, places, scope_of

CUTTING = (FindingKind.INACTIVE_ON_NETWORK, FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER, FindingKind.LIVE_WHILE_OFF)
"""Kinds whose acceptance takes a service away."""

CUT_TOLERATED = 5
"""Up to this many cut-offs at once are no mass, whatever their share."""

PREVIEW = timedelta(days=31)
MOST_SHOWN = 50


@dataclass
class Followed:
    """What following the rules came to: findings by what was done, and why others were left."""

    planned: int = 0
    applied: int = 0
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


def follow_rules(system: BillingSystem, *, user: Any = None) -> Followed:
    """Do what the enabled rules say with the open findings of a billing system and with those of nobody's.

    To be called after a reconciliation or a refresh of single accounts, outside of their transaction and lock, because applying
    waits for shelves. Each finding is decided by the first rule, by name, whose kinds, billing system and scope it is of. A rule:

    * acts as the user who confirmed it, with that user's permissions, and only as it was confirmed. Without such a user accepted
      findings are planned only, as ``user``, and none are ignored;
    * decides at most ``run_limit`` findings now and ``hourly_limit`` in an hour;
    * is held as a whole, with one finding saying so, when the open findings it would cut off are more than the guard lets through
      in the system or at a site. A person then releases exactly those.

    What could not be done stays open and is named in ``problems``; nothing is raised for it.

    :param user: who is named where a rule has no owner
    """
    report = Followed()
    _settle_switched_off()
    rules = list(FindingRule.objects.filter(enabled=True).filter(Q(system=None) | Q(system=system)).select_related("acts_as"))
    if not rules:
        return report
    chosen = _assign(rules, open_findings(system))
    for rule in rules:
        if hold := _hold(rule, system, chosen[rule.pk]):
            report.held.append(hold)
        else:
            _follow(rule, chosen[rule.pk], user, report)
    return report


def open_findings(system: BillingSystem) -> list[Finding]:
    """The oldest first, those of nobody's system among them."""
    stored = Finding.objects.filter(Q(system=system) | Q(system=None), state=FindingStateChoices.OPEN)
    related = ("system", "subscriber__gam__device", "endpoint__gam__device")
    return list(stored.exclude(kind=FindingKind.RULE_HELD).select_related(*related).order_by("first_seen", "pk"))


def gam_of(finding: Finding) -> GamDevice | None:
    """The GAM a finding is about."""
    for one in (finding.endpoint, finding.subscriber):
        if one is not None and one.gam is not None:
            return one.gam  # type: ignore[no-any-return]
    return None


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


# ------------------------------------------------------------------------------------------------------------------ holding


def _hold(rule: FindingRule, system: BillingSystem, chosen: Sequence[Finding]) -> str:
    """Hold a rule that would cut off too many; why, or empty where it may go on. What a person released is let through."""
    if rule.action == FindingActionChoices.IGNORE:
        return ""
    cut = [finding for finding in chosen if finding.kind in CUTTING and finding.pk not in rule.held_findings]
    reason = rule.held or too_many(system, cut)
    if not reason:
        return ""
    if not rule.held:
        pks = [finding.pk for finding in chosen if finding.kind in CUTTING]
        update(rule, message="Held by the guard", held=reason[:300], held_findings=pks)
    _say_held(rule, reason)
    return f"{rule}: {reason}"


def too_many(system: BillingSystem | None, cut: Sequence[Finding]) -> str:
    """Why these cut-offs are too many at once, by the guard's limits for the whole and for each site; empty when they are not."""
    limits = settings.guard_limits()
    active = Subscriber.objects.filter(status=SubscriberStatusChoices.ACTIVE)
    if system is not None:
        active = active.filter(Q(billing_links__system=system) | Q(billing_links=None)).distinct()
    if len(cut) <= CUT_TOLERATED:
        return ""
    everyone = active.count()
    percent = len(cut) * 100.0 / everyone if everyone else 100.0
    if len(cut) > limits.cut_count or percent > limits.cut_percent:
        return _too_many(len(cut), everyone, percent, "", limits)
    sites = Counter(gam.device.site for finding in cut if (gam := gam_of(finding)) is not None)
    for site, count in sites.most_common():
        everyone = active.filter(gam__device__site=site).count()
        percent = count * 100.0 / everyone if everyone else 100.0
        if count > CUT_TOLERATED and percent > limits.cut_percent:
            return _too_many(count, everyone, percent, f" at {site}", limits)
    return ""


def _too_many(count: int, everyone: int, percent: float, where: str, limits: Any) -> str:
    return (
        f"it would cut off {count} of {everyone} active subscribers{where} at once, {percent:.1f} % "
        f"(at most {limits.cut_percent:g} % or {limits.cut_count})"
    )


def _say_held(rule: FindingRule, reason: str) -> None:
    """The one finding that says a rule is held; it stays until the rule is released."""
    now = timezone.now()
    values = {
        "title": f"Rule {rule} is held: {reason}. Look at its findings, then release the rule or switch it off."[:300],
        "state": FindingStateChoices.OPEN,
        "last_seen": now,
        "intent_values": {"rule": rule.name, "findings": len(rule.held_findings)},
    }
    mark = held_fingerprint(rule)
    finding = Finding.objects.filter(system=rule.system, fingerprint=mark).first()
    if finding is None:
        first = {
            "kind": FindingKind.RULE_HELD,
            "fingerprint": mark,
            "first_seen": now,
            "followed_rule": rule,
            "system": rule.system,
        }
        create(
            Finding,
            message="Held by the guard",
            rule="A rule must not cut off more at once than the guard allows.",
            **first,
            **values,
        )
    elif finding.state != FindingStateChoices.OPEN:
        update(finding, message="Held by the guard", **values)
    else:
        Finding.objects.filter(pk=finding.pk).update(last_seen=now)


def held_fingerprint(rule: FindingRule) -> str:
    """Of the finding that says the rule is held."""
    return hashlib.sha256(f"{FindingKind.RULE_HELD}:{rule.pk}".encode()).hexdigest()


def release(rule: FindingRule, *, user: Any) -> int:
    """Let a held rule decide what it was held for, within its limits; what comes up later is judged anew.

    :returns: how many findings it may cut off now
    :raises NotAllowed: the user may not
    :raises InvalidState: the rule is not held
    """
    if not user.has_perm("netbox_gam.release_findingrule", rule):
        raise NotAllowed(f"You may not release {rule}.")
    if not rule.held:
        raise InvalidState(f"The rule {rule} is not held.")
    update(rule, message=f"Released by {user}", held="")
    settle_held(rule, f"Released by {user}")
    return len(rule.held_findings)


def _settle_switched_off() -> None:
    """A rule that is off or gone holds nothing any more."""
    stale = Finding.objects.filter(kind=FindingKind.RULE_HELD).exclude(state=FindingStateChoices.RESOLVED)
    for finding in stale.exclude(followed_rule__enabled=True):
        update(finding, message="Its rule is off or gone", state=FindingStateChoices.RESOLVED)


def settle_held(rule: FindingRule, message: str) -> None:
    """Resolve the finding that said a rule is held."""
    for finding in Finding.objects.filter(fingerprint=held_fingerprint(rule)).exclude(state=FindingStateChoices.RESOLVED):
        update(finding, message=message, state=FindingStateChoices.RESOLVED)


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


def _follow(rule: FindingRule, chosen: Sequence[Finding], user: Any, report: Followed) -> None:
    """Decide within the limits, one finding after the other; what fails stays open."""
    owner = rule.acts_as if rule.is_confirmed else None
    if owner is None and rule.action == FindingActionChoices.IGNORE:
        if chosen:
            report.problems.append(f"{rule}: nobody has confirmed it as it stands, so it ignores nothing")
        return
    recent = Finding.objects.filter(followed_rule=rule, decided__gte=timezone.now() - timedelta(hours=1))
    room = max(min(rule.run_limit, rule.hourly_limit - recent.count()), 0)
    report.waiting += max(len(chosen) - room, 0)
    for finding in chosen[:room]:
        try:
            with _as_user(owner or user):
                _decide(rule, finding, owner, user, report)
        except WorkflowError as error:
            report.problems.append(f"{rule}: {finding}: {error}")


def _decide(rule: FindingRule, finding: Finding, owner: Any, user: Any, report: Followed) -> None:
    if owner is not None and not owner.has_perm("netbox_gam.decide_finding", finding):
        raise NotAllowed(f"{owner}, as whom the rule acts, may not decide this finding.")
    if rule.action == FindingActionChoices.IGNORE:
        findings.ignore(finding, user=owner, rule=rule)
        report.ignored += 1
    elif rule.action == FindingActionChoices.APPLY and owner is not None:
        provisioning.plan_and_apply(findings.place_of(finding), lambda: _accept_to_apply(rule, finding, owner), user=owner)
        report.applied += 1
    else:
        findings.accept(finding, user=owner or user, rule=rule)
        report.planned += 1


def _accept_to_apply(rule: FindingRule, finding: Finding, owner: Any) -> Any:
    made = findings.accept(finding, user=owner, rule=rule)
    if not owner.has_perm("netbox_gam.apply_changeplan", made):
        raise NotAllowed(f"{owner}, as whom the rule acts, may not apply {made}; it waits.")
    return made


@contextmanager
def _as_user(user: Any) -> Iterator[None]:
    """Attribute changes to a user inside of what is attributed to another one already."""
    request = current_request.get()
    if user is None:
        yield
        return
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
