"""Filters of drift."""

from __future__ import annotations

import django_filters
from dcim.models import Device, Site
from django.utils.translation import gettext_lazy as _
from users.models import User
from utilities.filtersets import register_filterset

from ..choices import DriftKindChoices, DriftObjectChoices, DriftStateChoices
from ..models import ChangePlan, Drift, GamDevice, GamPort
from .base import GamFilterSet


@register_filterset
class DriftFilterSet(GamFilterSet):
    gam_id = django_filters.ModelMultipleChoiceFilter(queryset=GamDevice.objects.all(), distinct=False, label=_("GAM (ID)"))
    gam = django_filters.ModelMultipleChoiceFilter(
        field_name="gam__device__name", queryset=Device.objects.all(), to_field_name="name", distinct=False, label=_("GAM (name)")
    )
    site_id = django_filters.ModelMultipleChoiceFilter(
        field_name="gam__device__site", queryset=Site.objects.all(), distinct=False, label=_("Site (ID)")
    )
    port_id = django_filters.ModelMultipleChoiceFilter(queryset=GamPort.objects.all(), distinct=False, label=_("G.hn port (ID)"))
    kind = django_filters.MultipleChoiceFilter(choices=DriftKindChoices, distinct=False)
    object_kind = django_filters.MultipleChoiceFilter(choices=DriftObjectChoices, distinct=False)
    state = django_filters.MultipleChoiceFilter(choices=DriftStateChoices, distinct=False)
    standing = django_filters.BooleanFilter(field_name="state", method="filter_standing", label=_("Standing"))
    accepted_by_id = django_filters.ModelMultipleChoiceFilter(
        queryset=User.objects.all(), distinct=False, label=_("Accepted by (ID)")
    )
    change_plan_id = django_filters.ModelMultipleChoiceFilter(
        queryset=ChangePlan.objects.all(), distinct=False, label=_("Change plan (ID)")
    )

    search_fields = ("gam__device__name", "name", "field", "intent_value", "actual_value", "reason")

    class Meta:
        model = Drift
        fields = (
            "id", "name", "field", "intent_value", "actual_value", "key", "first_seen", "last_seen", "resolved", "reason",
            "accepted_until", "description",
        )  # fmt: skip

    def filter_standing(self, queryset, name, value):
        """Differences that are there, or those that are resolved."""
        resolved = queryset.filter(state=DriftStateChoices.RESOLVED)
        return queryset.exclude(state=DriftStateChoices.RESOLVED) if value else resolved
