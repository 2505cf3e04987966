"""Filters of alarms and alarm rules."""

from __future__ import annotations

import django_filters
from dcim.models import Device, DeviceRole, Site
from django.utils.translation import gettext_lazy as _
from extras.models import Tag
from users.models import User
from utilities.filters import MultiValueMACAddressFilter
from utilities.filtersets import register_filterset

from ..choices import AlarmSeverityChoices, AlarmSourceChoices, AlarmStateChoices, RuleOperatorChoices, RuleWatchChoices
from ..models import Alarm, AlarmRule, Endpoint, GamDevice, GamPort
from .base import GamFilterSet


@register_filterset
class AlarmFilterSet(GamFilterSet):
    gam_id = django_filters.ModelMultipleChoiceFilter(queryset=GamDevice.objects.all(), distinct=False, label=_("GAM (ID)"))
    gam = django_filters.ModelMultipleChoiceFilter(
        field_name="gam__device__name", queryset=Device.objects.all(), to_field_name="name", distinct=False, label=_("GAM (name)")
    )
    site_id = django_filters.ModelMultipleChoiceFilter(
        field_name="gam__device__site", queryset=Site.objects.all(), distinct=False, label=_("Site (ID)")
    )
    endpoint_id = django_filters.ModelMultipleChoiceFilter(
        queryset=Endpoint.objects.all(), distinct=False, label=_("Endpoint (ID)")
    )
    endpoint = MultiValueMACAddressFilter(field_name="endpoint__mac_address", label=_("Endpoint (MAC address)"))
    port_id = django_filters.ModelMultipleChoiceFilter(queryset=GamPort.objects.all(), distinct=False, label=_("G.hn port (ID)"))
    rule_id = django_filters.ModelMultipleChoiceFilter(queryset=AlarmRule.objects.all(), distinct=False, label=_("Rule (ID)"))
    rule = django_filters.ModelMultipleChoiceFilter(
        field_name="rule__name", queryset=AlarmRule.objects.all(), to_field_name="name", distinct=False, label=_("Rule (name)")
    )
    suppressed_by_id = django_filters.ModelMultipleChoiceFilter(
        queryset=Alarm.objects.all(), distinct=False, label=_("Suppressed by (ID)")
    )
    standing = django_filters.BooleanFilter(field_name="state", method="filter_standing", label=_("Standing"))
    source = django_filters.MultipleChoiceFilter(choices=AlarmSourceChoices, distinct=False)
    severity = django_filters.MultipleChoiceFilter(choices=AlarmSeverityChoices, distinct=False)
    state = django_filters.MultipleChoiceFilter(choices=AlarmStateChoices, distinct=False)
    acknowledged_by_id = django_filters.ModelMultipleChoiceFilter(
        queryset=User.objects.all(), distinct=False, label=_("Acknowledged by (ID)")
    )

    search_fields = ("gam__device__name", "entity", "condition", "text")
    mac_search_fields = ("endpoint__mac_address",)

    class Meta:
        model = Alarm
        fields = (
            "id", "key", "entity", "condition", "service_affecting", "text", "raised", "cleared", "last_change", "count",
            "shelved_until", "suppressed", "flapping", "announced", "description",
        )  # fmt: skip

    def filter_standing(self, queryset, name, value):
        """Alarms that are not cleared, or those that are."""
        cleared = queryset.filter(state=AlarmStateChoices.CLEARED)
        return queryset.exclude(state=AlarmStateChoices.CLEARED) if value else cleared


@register_filterset
class AlarmRuleFilterSet(GamFilterSet):
    watches = django_filters.MultipleChoiceFilter(choices=RuleWatchChoices, distinct=False)
    operator = django_filters.MultipleChoiceFilter(choices=RuleOperatorChoices, distinct=False)
    severity = django_filters.MultipleChoiceFilter(choices=AlarmSeverityChoices, distinct=False)
    site_id = django_filters.ModelMultipleChoiceFilter(field_name="sites", queryset=Site.objects.all(), label=_("Site (ID)"))
    device_role_id = django_filters.ModelMultipleChoiceFilter(
        field_name="roles", queryset=DeviceRole.objects.all(), label=_("Device role (ID)")
    )
    scope_tag_id = django_filters.ModelMultipleChoiceFilter(
        field_name="scope_tags", queryset=Tag.objects.all(), label=_("GAM tag (ID)")
    )

    search_fields = ("name", "watches")

    class Meta:
        model = AlarmRule
        fields = (
            "id", "name", "enabled", "threshold", "clear_threshold", "raise_seconds", "clear_seconds", "service_affecting",
            "description",
        )  # fmt: skip
