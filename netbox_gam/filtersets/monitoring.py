"""Filters of alarms."""

from __future__ import annotations

import django_filters
from dcim.models import Device, Site
from django.utils.translation import gettext_lazy as _
from users.models import User
from utilities.filters import MultiValueMACAddressFilter
from utilities.filtersets import register_filterset

from ..choices import AlarmSeverityChoices, AlarmSourceChoices, AlarmStateChoices
from ..models import Alarm, Endpoint, GamDevice
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
        fields = ("id", "key", "entity", "condition", "service_affecting", "text", "raised", "cleared", "description")
