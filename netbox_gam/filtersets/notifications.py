"""Filters of mail groups."""

from __future__ import annotations

import django_filters
from dcim.models import DeviceRole, Site
from django.utils.translation import gettext_lazy as _
from extras.models import Tag
from utilities.filters import MultiValueArrayFilter
from utilities.filtersets import register_filterset

from ..choices import AlarmSeverityChoices
from ..models import MailGroup
from .base import GamFilterSet


@register_filterset
class MailGroupFilterSet(GamFilterSet):
    addresses = MultiValueArrayFilter(label=_("Address"))
    address = django_filters.CharFilter(field_name="addresses", lookup_expr="icontains", label=_("Part of an address"))
    quiet_days = MultiValueArrayFilter(label=_("Quiet day"))
    minimum_severity = django_filters.MultipleChoiceFilter(choices=AlarmSeverityChoices, distinct=False)
    breakthrough_severity = django_filters.MultipleChoiceFilter(choices=AlarmSeverityChoices, distinct=False)
    site_id = django_filters.ModelMultipleChoiceFilter(field_name="sites", queryset=Site.objects.all(), label=_("Site (ID)"))
    device_role_id = django_filters.ModelMultipleChoiceFilter(
        field_name="roles", queryset=DeviceRole.objects.all(), label=_("Device role (ID)")
    )
    scope_tag_id = django_filters.ModelMultipleChoiceFilter(
        field_name="scope_tags", queryset=Tag.objects.all(), label=_("GAM tag (ID)")
    )

    search_fields = ("name", "addresses")

    class Meta:
        model = MailGroup
        fields = (
            "id", "name", "enabled", "only_service_affecting", "tell_raised", "tell_changed", "tell_cleared", "time_zone",
            "quiet_from", "quiet_to", "digest_minutes", "hourly_limit", "subject_prefix", "description",
        )  # fmt: skip
