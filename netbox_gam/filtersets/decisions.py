"""Filters of finding rules."""

from __future__ import annotations

import django_filters
from dcim.models import DeviceRole, Site
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from extras.models import Tag
from utilities.filters import MultiValueCharFilter
from utilities.filtersets import register_filterset

from ..choices import FindingActionChoices
from ..models import BillingSystem, FindingRule
from .base import GamFilterSet


@register_filterset
class FindingRuleFilterSet(GamFilterSet):
    kinds = MultiValueCharFilter(method="filter_any_of", label=_("Kind"))
    action = django_filters.MultipleChoiceFilter(choices=FindingActionChoices, distinct=False)
    is_held = django_filters.BooleanFilter(method="filter_held", label=_("Held"))
    system_id = django_filters.ModelMultipleChoiceFilter(
        queryset=BillingSystem.objects.all(), distinct=False, label=_("Billing system (ID)")
    )
    system = django_filters.ModelMultipleChoiceFilter(
        field_name="system__name",
        queryset=BillingSystem.objects.all(),
        to_field_name="name",
        distinct=False,
        label=_("Billing system"),
    )
    acts_as_id = django_filters.ModelMultipleChoiceFilter(
        queryset=get_user_model().objects.all(), distinct=False, label=_("Acts as (ID)")
    )
    site_id = django_filters.ModelMultipleChoiceFilter(field_name="sites", queryset=Site.objects.all(), label=_("Site (ID)"))
    device_role_id = django_filters.ModelMultipleChoiceFilter(
        field_name="roles", queryset=DeviceRole.objects.all(), label=_("Device role (ID)")
    )
    scope_tag_id = django_filters.ModelMultipleChoiceFilter(
        field_name="scope_tags", queryset=Tag.objects.all(), label=_("GAM tag (ID)")
    )

    search_fields = ("name",)

    class Meta:
        model = FindingRule
        fields = ("id", "name", "enabled", "run_limit", "hourly_limit", "held", "description")

    def filter_any_of(self, queryset, name, value):
        """Rules for one of these kinds."""
        return queryset.filter(**{f"{name}__overlap": value})

    def filter_held(self, queryset, name, value):
        """Rules that wait for a person, or that do not."""
        return queryset.exclude(held="") if value else queryset.filter(held="")
