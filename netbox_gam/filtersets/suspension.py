"""Filters of suspension policies."""

from __future__ import annotations

import django_filters
from dcim.models import Site
from django.utils.translation import gettext_lazy as _
from utilities.filtersets import register_filterset

from ..choices import SuspensionModeChoices
from ..models import BandwidthPlan, BillingSystem, SuspensionPolicy
from .base import GamFilterSet


@register_filterset
class SuspensionPolicyFilterSet(GamFilterSet):
    system_id = django_filters.ModelMultipleChoiceFilter(
        queryset=BillingSystem.objects.all(), distinct=False, label=_("Billing system (ID)")
    )
    site_id = django_filters.ModelMultipleChoiceFilter(queryset=Site.objects.all(), distinct=False, label=_("Site (ID)"))
    mode = django_filters.MultipleChoiceFilter(choices=SuspensionModeChoices, distinct=False)
    bandwidth_plan_id = django_filters.ModelMultipleChoiceFilter(
        queryset=BandwidthPlan.objects.all(), distinct=False, label=_("Bandwidth plan (ID)")
    )

    search_fields = ("name",)

    class Meta:
        model = SuspensionPolicy
        fields = ("id", "name", "vid", "description")
