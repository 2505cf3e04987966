"""How the 15 bandwidth profile slots of shelves are used, by what is known of the shelves. Nothing is asked of a shelf."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from nornir_tasks.contracts import ProfileConfig, SlotMerge, SlotUse

from .. import gateway
from ..models import BandwidthPlan, GamDevice, ShelfProfileState, ShelfServiceState

SLOTS = gateway.SLOTS
type Rates = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ShelfSlots:
    """The slots of one GAM. ``read_at`` None: its configuration was never read. ``counted``: profiles the last poll counted."""

    gam: GamDevice
    use: SlotUse
    read_at: datetime | None
    counted: int | None

    @property
    def outdated(self) -> bool:
        """The shelf was changed by somebody else since its configuration was read."""
        return self.read_at is not None and self.counted is not None and self.counted != len(self.use.profiles)


@dataclass(frozen=True, slots=True)
class FleetMerge:
    """One speed that another could serve on several GAMs: each gains a slot, ``moves`` subscribers move in all."""

    leave: Rates
    into: Rates
    gams: tuple[GamDevice, ...]
    moves: int
    leave_plans: tuple[BandwidthPlan, ...] = ()
    into_plans: tuple[BandwidthPlan, ...] = ()

    @property
    def equal(self) -> bool:
        """Nobody's speed changes."""
        return self.leave == self.into


def with_slots(gams: QuerySet) -> QuerySet:
    """GAMs with what :func:`of` needs, in two statements more however many they are, and with the counts a list is ordered by.

    Adds ``slots_taken`` and ``slots_read``; both are None or 0 where the configuration was never read.
    """
    profiles = ShelfProfileState.objects.filter(gam=OuterRef("pk")).order_by().values("gam")
    return gams.select_related("observed").annotate(
        slots_taken=Coalesce(Subquery(profiles.annotate(c=Count("pk")).values("c"), output_field=IntegerField()), 0),
        slots_read=Subquery(ShelfProfileState.objects.filter(gam=OuterRef("pk")).order_by("-read_at").values("read_at")[:1]),
    ).prefetch_related(Prefetch("observed_profiles", queryset=_with_users()))  # fmt: skip


def _with_users() -> QuerySet:
    services = ShelfServiceState.objects.filter(gam=OuterRef("gam"), profile=OuterRef("name")).order_by().values("gam")
    users = Subquery(services.annotate(c=Count("pk")).values("c"), output_field=IntegerField())
    return ShelfProfileState.objects.annotate(users=Coalesce(users, 0))


def of(gam: Any) -> ShelfSlots:
    """The slots of a GAM that came from :func:`with_slots`."""
    rows = list(gam.observed_profiles.all())
    profiles = [ProfileConfig(row.name, row.downstream_mbps, row.upstream_mbps, id=row.slot) for row in rows]
    observed = getattr(gam, "observed", None)
    return ShelfSlots(
        gam=gam,
        use=gateway.slot_use(profiles, {row.name: row.users for row in rows}),
        read_at=min((row.read_at for row in rows), default=None),
        counted=observed.profiles_used if observed else None,
    )


def words_of(merge: SlotMerge) -> str:
    """What to do for a merge of two profiles of a shelf, and whom it touches."""
    return gateway.merge_in_words(merge)


def fleet_merges(gams: QuerySet, plans: QuerySet) -> list[FleetMerge]:
    """Speeds that could become one on these GAMs, those that move fewest subscribers per slot first; three statements.

    :param plans: the bandwidth plans that may be named
    """
    found: dict[tuple[Rates, Rates], dict[int, int]] = defaultdict(dict)
    for gam, use in _uses(gams).items():
        for merge in use.merges:
            places = found[_rates(merge.leave), _rates(merge.into)]
            places[gam] = places.get(gam, 0) + merge.moves
    if not found:
        return []
    by_pk = gams.select_related("device").in_bulk({gam for places in found.values() for gam in places})
    names = plans_by_rates(plans)
    merges = [
        FleetMerge(
            leave, into, tuple(by_pk[gam] for gam in places), sum(places.values()), names.get(leave, ()), names.get(into, ())
        )
        for (leave, into), places in found.items()
    ]
    return sorted(merges, key=lambda one: (one.moves / len(one.gams), -len(one.gams), one.leave, one.into))


def _uses(gams: QuerySet) -> dict[int, SlotUse]:
    """By GAM, without building a record for each of a fleet's profiles."""
    profiles: dict[int, list[ProfileConfig]] = defaultdict(list)
    users: dict[int, dict[str, int]] = defaultdict(dict)
    rows = _with_users().filter(gam__in=gams.order_by().values("pk"))
    for gam, name, slot, down, up, count in rows.values_list("gam_id", "name", "slot", "downstream_mbps", "upstream_mbps", "users"):
        profiles[gam].append(ProfileConfig(name, down, up, id=slot))
        users[gam][name] = count
    return {gam: gateway.slot_use(items, users[gam]) for gam, items in profiles.items()}


def _rates(profile: ProfileConfig) -> Rates:
    return profile.downstream_mbps, profile.upstream_mbps


def plans_by_rates(plans: QuerySet) -> dict[Rates, tuple[BandwidthPlan, ...]]:
    """Bandwidth plans by the rates they have on a shelf, after overhead and rounding."""
    found: dict[Rates, list[BandwidthPlan]] = defaultdict(list)
    for plan in plans.filter(unthrottled=False).order_by("name"):
        found[plan.downstream_rate_mbps or 0, plan.upstream_rate_mbps or 0].append(plan)
    return {rates: tuple(items) for rates, items in found.items()}
