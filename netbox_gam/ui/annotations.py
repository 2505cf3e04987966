"""Annotations of lists: observed state and counts beside intent, in one query however many rows there are.

Counts are of what the user may see; readings belong to the row they stand beside.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Func, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ..models import EndpointState, PortState


def with_counts(queryset: QuerySet, user: Any, **counts: tuple[QuerySet, str]) -> QuerySet:
    """Adds one number per keyword: of the related rows that the user may view.

    :param counts: related rows, unrestricted, and their field that leads to a row of ``queryset``
    """
    for name, (related, field) in counts.items():
        rows = related.restrict(user, "view").filter(**{field: OuterRef("pk")}).order_by().values(field)
        queryset = queryset.annotate(**{name: Coalesce(Subquery(rows.annotate(c=Count("pk")).values("c")), 0)})
    return queryset


def _first(states: QuerySet, field: str) -> Subquery:
    return Subquery(states.values(field)[:1])


def ports_with_state(queryset: QuerySet) -> QuerySet:
    """Adds ``link_up``, ``detected_count`` (endpoints seen on the port) and ``read_at``; None where it was never read."""
    states = PortState.objects  # unrestricted: a reading belongs to the row it stands beside
    states = states.filter(gam=OuterRef("gam"), number=OuterRef("number"))
    return queryset.annotate(
        link_up=_first(states, "link_up"), detected_count=_first(states, "endpoint_count"), read_at=_first(states, "read_at")
    )


def endpoints_with_state(queryset: QuerySet, endpoint: str = "pk") -> QuerySet:
    """Adds ``observed_state``, ``read_at``, ``detected_port``, ``rx_phy_mbps`` and ``tx_phy_mbps``; None where it was never read.

    An endpoint seen on a GAM counts before the same one missing where it is configured.

    :param endpoint: field of the rows that leads to the endpoint
    """
    states = EndpointState.objects  # unrestricted: a reading belongs to the row it stands beside
    states = states.filter(endpoint=OuterRef(endpoint)).order_by("-present", "-read_at")
    return queryset.annotate(
        observed_state=_first(states, "state"),
        read_at=_first(states, "read_at"),
        detected_port=_first(states, "detected_port"),
        rx_phy_mbps=_first(states, "rx_phy_mbps"),
        tx_phy_mbps=_first(states, "tx_phy_mbps"),
    )


def arrivals_with_signal(queryset: QuerySet) -> QuerySet:
    """Adds ``signal_mbps``, the downstream rate of the line as last read; None where it was never read."""
    states = EndpointState.objects  # unrestricted: a reading belongs to the row it stands beside
    states = states.filter(endpoint=OuterRef("endpoint")).order_by("-present", "-read_at")
    return queryset.annotate(signal_mbps=_first(states, "rx_phy_mbps"))


def runs_with_duration(queryset: QuerySet) -> QuerySet:
    """Adds ``duration`` (None while running) and ``problem_count`` to sync runs."""
    length = Func(F("problems"), function="jsonb_array_length", output_field=IntegerField())
    return queryset.annotate(duration=F("finished") - F("started"), problem_count=length)
