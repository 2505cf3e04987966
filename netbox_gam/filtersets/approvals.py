"""Filters of approval rules and maintenance windows."""

from __future__ import annotations

import django_filters
from dcim.models import DeviceRole, Site
from django.utils.translation import gettext_lazy as _
from extras.models import Tag
from utilities.filters import MultiValueCharFilter
from utilities.filtersets import register_filterset

from ..models import ApprovalRule, MaintenanceWindow
from .base import GamFilterSet


class ScopedFilterSet(GamFilterSet):
    """Of something that is for some GAMs only."""

    site_id = django_filters.ModelMultipleChoiceFilter(field_name="sites", queryset=Site.objects.all(), label=_("Site (ID)"))
    device_role_id = django_filters.ModelMultipleChoiceFilter(
        field_name="roles", queryset=DeviceRole.objects.all(), label=_("Device role (ID)")
    )
    scope_tag_id = django_filters.ModelMultipleChoiceFilter(
        field_name="scope_tags", queryset=Tag.objects.all(), label=_("GAM tag (ID)")
    )

    search_fields = ("name",)

    def filter_any_of(self, queryset, name, value):
        """Those that name one of these."""
        return queryset.filter(**{f"{name}__overlap": value})


@register_filterset
class ApprovalRuleFilterSet(ScopedFilterSet):
    actions = MultiValueCharFilter(method="filter_any_of", label=_("Action"))
    kinds = MultiValueCharFilter(method="filter_any_of", label=_("Kind"))

    class Meta:
        model = ApprovalRule
        fields = (
            "id", "name", "enabled", "min_subscribers", "min_gams", "min_interrupted", "outside_windows", "second_person",
            "needs_window", "description",
        )  # fmt: skip


@register_filterset
class MaintenanceWindowFilterSet(ScopedFilterSet):
    days = MultiValueCharFilter(method="filter_any_of", label=_("Day"))

    class Meta:
        model = MaintenanceWindow
        fields = ("id", "name", "enabled", "opens", "closes", "time_zone", "description")
