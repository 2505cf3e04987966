"""Billed plans to bandwidth plans: what each could be, accepting that, making what is missing, and what is billed as recurring.

A mapping changes no subscriber. Where it makes a subscriber's speed wrong, the next run finds that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count

from nornir_tasks import contracts
from nornir_tasks.contracts import Confidence, IntentPlan, PlanProposal

from .. import gateway
from ..choices import SubscriberStatusChoices
from ..exceptions import InvalidState, NotAllowed, WorkflowError
from ..models import BandwidthPlan, BilledService, BillingLink, BillingPlan, BillingSystem
from .saving import create, in_words, update

NAME_LENGTH = 31
NONE = PlanProposal(None, Confidence.NONE, "mapped")


@dataclass
class PlanRow:
    """A billed plan, how many services have it, on how many GAMs its subscribers are, and what it could be."""

    plan: BillingPlan
    services: int
    gams: int
    proposal: PlanProposal
    proposed: BandwidthPlan | None = None

    @property
    def is_internet(self) -> bool:
        """Not so for what is billed as recurring until somebody says how fast it is."""
        return not self.plan.recurring or self.plan.download_kbps is not None

    @property
    def acceptable(self) -> bool:
        """Whether the proposal may be accepted together with others."""
        return self.proposed is not None and self.proposal.confidence in (Confidence.EXACT, Confidence.LIKELY)


def overview(system: BillingSystem, plans: Any, visible: Any) -> list[PlanRow]:
    """Billed plans with what each could be; unmapped ones first, of these the most used.

    :param plans: queryset of the system's billed plans the user may view
    :param visible: queryset of the bandwidth plans the user may view
    """
    offered = {plan.pk: plan for plan in visible}
    intents = [as_intent(plan) for plan in offered.values()]
    services = dict(BilledService.objects.filter(system=system).values_list("plan_id").annotate(Count("pk")).order_by())
    gams = _gams_by_plan(system)
    rows: list[PlanRow] = []
    for plan in plans.filter(system=system).select_related("bandwidth_plan"):
        proposal = NONE if plan.bandwidth_plan_id else gateway.propose_plan(as_billed(plan), intents)
        count = services.get(plan.external_id, 0)
        rows.append(PlanRow(plan, count, gams[plan.external_id], proposal, offered.get(proposal.key or 0)))
    return sorted(
        rows, key=lambda row: (bool(row.plan.bandwidth_plan_id), not row.is_internet, -row.services, row.plan.name, row.plan.pk)
    )


def map_plans(plans: Sequence[BillingPlan], chosen: Mapping[int, BandwidthPlan | None], *, user: Any) -> int:
    """Say which bandwidth plan each billed plan is: all of them or, when one may not be changed, none.

    :param chosen: by key of the billed plan; None takes a mapping back
    :returns: how many are mapped differently now
    :raises NotAllowed: the user may not change one of them
    """
    with transaction.atomic():
        return sum(_map(plan, chosen[plan.pk], user) for plan in plans if plan.pk in chosen)


def accept(rows: Iterable[PlanRow], *, user: Any) -> int:
    """Accept what is proposed for some rows; those without a proposal, or mapped meanwhile, are left.

    :raises NotAllowed: as :func:`map_plans`
    """
    open_rows = [row for row in rows if row.proposed is not None and row.plan.bandwidth_plan_id is None]
    return map_plans([row.plan for row in open_rows], {row.plan.pk: row.proposed for row in open_rows}, user=user)


def create_plan(plan: BillingPlan, *, user: Any) -> BandwidthPlan:
    """Make the bandwidth plan a billed plan lacks, at the speed it is sold at, and map it.

    :raises NotAllowed: the user may not add that plan, or not change the billed one
    :raises InvalidState: it is mapped already, or no speed is billed
    :raises WorkflowError: a shelf cannot limit to that speed
    """
    if plan.bandwidth_plan_id is not None:
        raise InvalidState(f"{plan} is mapped to {plan.bandwidth_plan} already.")
    if not plan.download_kbps or not plan.upload_kbps:
        raise InvalidState(f"No speed is billed for {plan}.", next_step="Choose a bandwidth plan for it.")
    if not user.has_perm("netbox_gam.add_bandwidthplan"):
        raise NotAllowed("You may not add bandwidth plans.")
    rates = {"downstream_kbps": gateway.sold_kbps(plan.download_kbps), "upstream_kbps": gateway.sold_kbps(plan.upload_kbps)}
    with transaction.atomic():
        try:
            made = create(BandwidthPlan, message=f"For {plan} of {plan.system}", name=_free_name(plan.name, rates), **rates)
        except ValidationError as error:
            words = f"No bandwidth plan could be made for {plan}: {in_words(error)}"
            raise WorkflowError(words, next_step="Make it by hand, then choose it here.") from None
        if not user.has_perm("netbox_gam.add_bandwidthplan", made):
            raise NotAllowed(f"You may not add {made}.")
        _map(plan, made, user)
    return made


def sell_as_internet(plan: BillingPlan, *, user: Any, download_kbps: int | None, upload_kbps: int | None) -> None:
    """Say that a service billed as recurring is Internet access of a speed, or with None that it is none.

    Its customers are read as services from the next run on.

    :raises NotAllowed: the user may not change the billing system
    :raises InvalidState: it is not billed as recurring
    :raises WorkflowError: naming what is wrong, and the value
    """
    system = plan.system
    if not user.has_perm("netbox_gam.change_billingsystem", system) or not user.has_perm("netbox_gam.change_billingplan", plan):
        raise NotAllowed(f"You may not say what {plan} of {system} is.")
    if not plan.recurring:
        raise InvalidState(f"{plan} is not billed as recurring; its speed comes from {system}.")
    if bool(download_kbps) != bool(upload_kbps):
        raise WorkflowError(f"Speeds {download_kbps!r} and {upload_kbps!r}: both are needed, or none.")
    for name, rate in (("downstream", download_kbps), ("upstream", upload_kbps)):
        if rate is not None and not 0 < rate < 2**31:
            raise WorkflowError(f"{name} {rate!r}: not a speed in kbit/s.")
    names = {plan.external_id, plan.name.lower()}
    stored = system.options.get("recurring_plans", {})
    recurring = {key: rates for key, rates in stored.items() if str(key).strip().lower() not in names}
    if download_kbps and upload_kbps:
        recurring[plan.external_id] = [download_kbps, upload_kbps]
    options = {**system.options, "recurring_plans": recurring}
    if not recurring:
        del options["recurring_plans"]
    with transaction.atomic():
        update(system, message=f"What {plan} is", options=options)
        update(
            plan,
            message="Sold as Internet access" if download_kbps else "No Internet access",
            download_kbps=download_kbps,
            upload_kbps=upload_kbps,
        )


def as_intent(plan: BandwidthPlan) -> IntentPlan:
    """A bandwidth plan for a proposal, with what shelves limit it to."""
    shelf = (plan.downstream_rate_mbps or 0, plan.upstream_rate_mbps or 0)
    rates = (plan.downstream_kbps, plan.upstream_kbps)
    return IntentPlan(plan.pk, plan.name, *rates, plan.unthrottled, shelf[0] * 1000, shelf[1] * 1000)


def as_billed(plan: BillingPlan) -> contracts.BillingPlan:
    """A stored plan as it was read."""
    return contracts.BillingPlan(plan.external_id, plan.name, plan.download_kbps, plan.upload_kbps, recurring=plan.recurring)


def _map(plan: BillingPlan, bandwidth_plan: BandwidthPlan | None, user: Any) -> bool:
    if not user.has_perm("netbox_gam.change_billingplan", plan):
        raise NotAllowed(f"You may not change {plan}.")
    words = f"Mapped by {user}" if bandwidth_plan else f"Mapping taken back by {user}"
    return update(plan, message=words, bandwidth_plan=bandwidth_plan)


def _gams_by_plan(system: BillingSystem) -> Counter[str]:
    """On how many GAMs a plan's subscribers are: each takes a profile slot for it."""
    links = BillingLink.objects.filter(system=system, subscriber__gam__isnull=False)
    gam_of = dict(
        links.exclude(subscriber__status=SubscriberStatusChoices.TERMINATED).values_list("external_id", "subscriber__gam")
    )
    plans = BilledService.objects.filter(system=system).values_list("plan_id", "external_id")
    return Counter(plan for plan, _gam in {(plan, gam_of[id]) for plan, id in plans if id in gam_of})


def _free_name(name: str, rates: Mapping[str, int]) -> str:
    """A name a shelf takes, like the billed one, that no bandwidth plan has."""
    kept = "_".join(re.findall(r"[A-Za-z0-9.-]+", name)) or f"{rates['downstream_kbps'] // 1000}-{rates['upstream_kbps'] // 1000}"
    taken = set(BandwidthPlan.objects.values_list("name", flat=True))
    numbered = (f"{kept[: NAME_LENGTH - 4]}_{number}" for number in range(2, 999))
    return next(candidate for candidate in (kept[:NAME_LENGTH], *numbered) if candidate not in taken)
