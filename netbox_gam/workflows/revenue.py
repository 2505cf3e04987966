"""Revenue assurance: where billing and the network disagree about money, by site, and how that changed over time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, DecimalField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from nornir_tasks.contracts import FindingKind, ServiceState

from ..choices import FindingStateChoices, RevenueClassChoices, SubscriberStatusChoices
from ..models import BilledService, BillingLink, BillingPlan, EndpointState, Finding, RevenueDay, Subscriber

TRAFFIC_MBPS = 1
"""More than this, in either direction, is traffic: in the walled garden somebody opens a page now and then."""
KEEP_DAYS = 800
MOST_SHOWN = 100
ZERO = Value(Decimal(0), output_field=DecimalField(max_digits=14, decimal_places=2))
PAYING = (ServiceState.IN_SERVICE,)
FINDINGS = {
    RevenueClassChoices.SPEED: (FindingKind.PLAN_MISMATCH, FindingKind.SPEED_ON_SHELF),
    RevenueClassChoices.VLAN: (FindingKind.VLAN_MISMATCH,),
}
COLUMNS = ("subscriber", "subscriber_name", "site", "site_name", "gam", "monthly")


@dataclass
class SiteRevenue:
    """One site: number and monthly value by class."""

    site: int | None
    name: str
    counts: dict[str, int] = field(default_factory=dict)
    monthly: Decimal = Decimal(0)


@dataclass
class Report:
    """Numbers by class and by site. ``monthly`` is what the tariffs concerned are worth a month; those without a price count 0."""

    counts: dict[str, int]
    monthly: dict[str, Decimal]
    sites: list[SiteRevenue]

    @property
    def total(self) -> int:
        """Services concerned, all classes."""
        return sum(self.counts.values())

    @property
    def total_monthly(self) -> Decimal:
        """What they are worth a month."""
        return sum(self.monthly.values(), Decimal(0))


def report(subscribers: Any = None) -> Report:
    """Everything of now, in one query per class.

    :param subscribers: queryset of the subscribers the user may see; all of them otherwise
    """
    found = Report({}, {}, [])
    sites: dict[int | None, SiteRevenue] = {}
    for kind in RevenueClassChoices.values():
        found.counts[kind], found.monthly[kind] = 0, Decimal(0)
        for site, name, count, monthly in _by_site(kind, subscribers):
            one = sites.setdefault(site, SiteRevenue(site, name or ""))
            one.counts[kind] = count
            one.monthly += monthly
            found.counts[kind] += count
            found.monthly[kind] += monthly
    found.sites = sorted(sites.values(), key=lambda one: (-one.monthly, -sum(one.counts.values()), one.name))
    return found


def _by_site(kind: str, subscribers: Any) -> Iterator[tuple[int | None, str | None, int, Decimal]]:
    grouped = rows(kind, subscribers).order_by().values("site", "site_name")
    for row in grouped.annotate(many=Count("pk"), worth=Coalesce(Sum("monthly"), ZERO)):
        yield row["site"], row["site_name"], row["many"], row["worth"].quantize(Decimal("0.01"))


def rows(kind: str, subscribers: Any = None, *, site: int | None = None) -> QuerySet[Any, Any]:
    """The services of a class, as dictionaries of :data:`COLUMNS`.

    :param subscribers: queryset of the subscribers the user may see; all of them otherwise
    :param site: only of this site
    """
    visible = Subscriber.objects.all() if subscribers is None else subscribers
    makers = {
        RevenueClassChoices.UNPAID: _unpaid,
        RevenueClassChoices.UNSERVED: _unserved,
        RevenueClassChoices.SUSPENDED_TRAFFIC: _suspended_traffic,
    }
    chosen, prefix = makers[kind](visible) if kind in makers else _found(kind, visible)
    chosen = chosen.annotate(
        **({} if prefix == "" else {"subscriber_name": F(f"{prefix}name")}),
        site=F(f"{prefix}gam__device__site_id"),
        site_name=F(f"{prefix}gam__device__site__name"),
    )
    return chosen if site is None else chosen.filter(site=site)


def lines(kind: str, subscribers: Any = None, *, site: int | None = None) -> Iterator[dict[str, Any]]:
    """The services of a class in plain types, dearest first."""
    chosen = rows(kind, subscribers, site=site).order_by(F("monthly").desc(nulls_last=True), "pk")
    names = ("pk", "name") if chosen.model is Subscriber else ("subscriber_id", "subscriber_name")
    prefix = "" if chosen.model is Subscriber else "subscriber__"
    for pk, name, where, place, gam, monthly in chosen.values_list(
        *names, "site", "site_name", f"{prefix}gam__device__name", "monthly"
    ).iterator(chunk_size=2000):
        yield dict(zip(COLUMNS, (pk, name, where, place or "", gam or "", monthly), strict=True))


def _live(endpoint: str) -> Exists:
    return Exists(EndpointState.objects.filter(endpoint_id=OuterRef(endpoint), present=True))


def _billed(link: str, **more: Any) -> QuerySet[Any, Any]:
    """The billed service of a link; ``link`` is where the link is, seen from the row in question."""
    keys = {name: OuterRef(f"{link}{name}") for name in ("system_id", "entity", "external_id")}
    return BilledService.objects.filter(**keys, **more)


def _price(system: str, plan: str) -> Subquery:
    """Price of a tariff."""
    return Subquery(BillingPlan.objects.filter(system_id=OuterRef(system), external_id=OuterRef(plan)).values("price")[:1])


def _price_of_subscriber() -> Subquery:
    """Price of what a subscriber is billed for, whatever its state."""
    plans = BillingLink.objects.filter(subscriber_id=OuterRef("pk")).annotate(plan=Subquery(_billed("").values("plan_id")[:1]))
    return Subquery(
        plans.annotate(price=_price("system_id", "plan")).order_by(F("price").desc(nulls_last=True)).values("price")[:1]
    )


def _price_of_speed() -> Subquery:
    """The least that is paid anywhere for the bandwidth plan a subscriber has."""
    plans = BillingPlan.objects.filter(bandwidth_plan_id=OuterRef("bandwidth_plan_id"), price__gt=0)
    return Subquery(plans.order_by().values("bandwidth_plan_id").annotate(least=Min("price")).values("least")[:1])


def _unpaid(visible: Any) -> tuple[QuerySet[Any, Any], str]:
    """Active, on a live endpoint, and nobody pays: worth what its speed costs at least."""
    links = BillingLink.objects.filter(subscriber_id=OuterRef("pk"))
    paid = links.filter(Exists(_billed("", state__in=PAYING)))
    chosen = visible.filter(status=SubscriberStatusChoices.ACTIVE).filter(_live("endpoint_id"), ~Exists(paid))
    return chosen.annotate(monthly=_price_of_speed()), ""


def _unserved(visible: Any) -> tuple[QuerySet[Any, Any], str]:
    """Paid for, and its endpoint is not on the network: worth what is paid."""
    links = BillingLink.objects.filter(subscriber__in=visible).filter(~_live("subscriber__endpoint_id"))
    # In one subquery each, so that only links that are left are looked up.
    chosen = links.filter(Exists(_billed("", state__in=PAYING))).annotate(plan=Subquery(_billed("").values("plan_id")[:1]))
    return chosen.annotate(monthly=_price("system_id", "plan")), "subscriber__"


def _suspended_traffic(visible: Any) -> tuple[QuerySet[Any, Any], str]:
    """Suspended or terminated, and its endpoint carries traffic, or its shelf is known to serve it still."""
    busy = EndpointState.objects.filter(endpoint_id=OuterRef("endpoint_id"), present=True)
    busy = busy.filter(Q(rx_usage_mbps__gt=TRAFFIC_MBPS) | Q(tx_usage_mbps__gt=TRAFFIC_MBPS))
    served = _open_findings((FindingKind.LIVE_WHILE_OFF,)).filter(subscriber_id=OuterRef("pk"))
    off = (SubscriberStatusChoices.SUSPENDED, SubscriberStatusChoices.TERMINATED)
    chosen = visible.filter(status__in=off).filter(Exists(busy) | Exists(served))
    return chosen.annotate(monthly=_price_of_subscriber()), ""


def _open_findings(kinds: tuple[FindingKind, ...]) -> QuerySet[Finding]:
    return Finding.objects.filter(kind__in=kinds, state__in=(FindingStateChoices.OPEN, FindingStateChoices.ACCEPTED))


def _found(kind: str, visible: Any) -> tuple[QuerySet[Any, Any], str]:
    """What reconciliation found and nobody has put right or ignored: worth what is paid."""
    chosen = _open_findings(FINDINGS[kind]).filter(subscriber__in=visible)
    return chosen.annotate(plan=Subquery(_billed("").values("plan_id")[:1])).annotate(
        monthly=_price("system_id", "plan")
    ), "subscriber__"


# -------------------------------------------------------------------------------------------------------------------- trend


def keep_day(day: date | None = None) -> int:
    """Store today's numbers by site, once more if they are there already; drop those of long ago.

    :returns: rows written
    """
    day = day or timezone.localdate()
    found = report()
    written = []
    with transaction.atomic():
        RevenueDay.objects.filter(day=day).delete()
        RevenueDay.objects.filter(day__lt=day - timedelta(days=KEEP_DAYS)).delete()
        for kind in RevenueClassChoices.values():
            for site, _name, count, monthly in _by_site(kind, None):
                written.append(RevenueDay(day=day, site_id=site, kind=kind, count=count, monthly=monthly))
            if not found.counts[kind]:
                # A day without any is a point of the trend, too.
                written.append(RevenueDay(day=day, site_id=None, kind=kind, count=0, monthly=Decimal(0)))
        RevenueDay.objects.bulk_create(written)
    return len(written)


def trend(days: int = 90, *, sites: Any = None) -> dict[str, list[tuple[date, int, Decimal]]]:
    """Day, number and monthly value by class.

    :param sites: keys of the sites the user may see; all, and what has no site, otherwise
    """
    stored = RevenueDay.objects.filter(day__gte=timezone.localdate() - timedelta(days=days))
    if sites is not None:
        stored = stored.filter(Q(site_id__in=sites) | Q(count=0))
    summed = stored.order_by("day").values("day", "kind").annotate(many=Sum("count"), worth=Sum("monthly"))
    result: dict[str, list[tuple[date, int, Decimal]]] = {kind: [] for kind in RevenueClassChoices.values()}
    for row in summed:
        result[row["kind"]].append((row["day"], row["many"], row["worth"]))
    return result
