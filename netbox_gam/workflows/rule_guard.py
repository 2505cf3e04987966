"""What keeps rules from cutting off many: a rule is held for a person, and a system's cut-offs within an hour are counted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from nornir_tasks.contracts import FindingKind

from .. import gateway, settings
from ..choices import FindingActionChoices, FindingStateChoices, SubscriberStatusChoices
from ..exceptions import InvalidState, NotAllowed
from ..models import BilledService, BillingSystem, Finding, FindingRule, GamDevice, Subscriber
from .saving import create, update

CUTTING = (FindingKind.INACTIVE_ON_NETWORK, FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER, FindingKind.LIVE_WHILE_OFF)
"""Kinds whose acceptance takes a service away."""

CUT_TOLERATED = 5
"""Up to this many cut-offs at once are no mass, whatever their share."""

HOURLY = hashlib.sha256(f"{FindingKind.RULE_HELD}:hourly".encode()).hexdigest()
"""Of the finding that says that cut-offs of a system wait for the next hour."""


def gam_of(finding: Finding) -> GamDevice | None:
    """The GAM a finding is about."""
    for one in (finding.endpoint, finding.subscriber):
        if one is not None and one.gam is not None:
            return one.gam  # type: ignore[no-any-return]
    return None


def hold(rule: FindingRule, system: BillingSystem, chosen: Sequence[Finding]) -> str:
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


def settle_switched_off() -> None:
    """A rule that is off or gone holds nothing any more."""
    stale = (
        Finding.objects.filter(kind=FindingKind.RULE_HELD).exclude(fingerprint=HOURLY).exclude(state=FindingStateChoices.RESOLVED)
    )
    for finding in stale.exclude(followed_rule__enabled=True):
        update(finding, message="Its rule is off or gone", state=FindingStateChoices.RESOLVED)


def settle_held(rule: FindingRule, message: str) -> None:
    """Resolve the finding that said a rule is held."""
    for finding in Finding.objects.filter(fingerprint=held_fingerprint(rule)).exclude(state=FindingStateChoices.RESOLVED):
        update(finding, message=message, state=FindingStateChoices.RESOLVED)


class CutOffs:
    """How many services of a system rules may still cut off: within an hour so many as the guard lets pass at once."""

    def __init__(self, system: BillingSystem, since: datetime) -> None:
        self.system, self.waiting = system, 0
        about = Finding.objects.filter(Q(system=system) | Q(system=None), kind__in=CUTTING, taken_up_at__gte=since)
        self._counted = set(about.values_list("pk", flat=True))
        services = BilledService.objects.filter(system=system).count()
        self._left = gateway.most_cut_offs(services) - len(self._counted)

    def may(self, rule: FindingRule, finding: Finding) -> bool:
        """Whether this one may go on now. What a person released for the rule may; it counts nevertheless."""
        if finding.kind not in CUTTING or finding.pk in self._counted:
            return True
        if self._left <= 0 and finding.pk not in rule.held_findings:
            self.waiting += 1
            return False
        self._counted.add(finding.pk)
        self._left -= 1
        return True

    def tell(self) -> None:
        """Keep the one finding that says that cut-offs wait; it is resolved once none does."""
        finding = Finding.objects.filter(system=self.system, fingerprint=HOURLY).first()
        if not self.waiting:
            if finding is not None and finding.state == FindingStateChoices.OPEN:
                update(finding, message="Nothing waits any more", state=FindingStateChoices.RESOLVED)
            return
        now = timezone.now()
        values: dict[str, Any] = {
            "title": f"{self.waiting} services of {self.system} are to be cut off by rule, more than may be within an hour",
            "billing_values": {"waiting": self.waiting},
            "last_seen": now,
            "state": FindingStateChoices.OPEN,
        }
        if finding is None:
            first = {"kind": FindingKind.RULE_HELD, "fingerprint": HOURLY, "first_seen": now, "system": self.system}
            words = "Rules cut off no more within an hour than the guard lets pass at once."
            create(Finding, message="Waiting", rule=words, **first, **values)
        elif finding.state != FindingStateChoices.IGNORED:
            update(finding, message="Waiting", **values)
