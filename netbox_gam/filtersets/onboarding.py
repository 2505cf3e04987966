"""Filters of arrivals."""

from __future__ import annotations

import django_filters
from dcim.models import Device, Site
from django.utils.translation import gettext_lazy as _
from users.models import User
from utilities.filters import MultiValueMACAddressFilter
from utilities.filtersets import register_filterset

from ..choices import ArrivalKindChoices, ArrivalStateChoices
from ..models import Arrival, ChangePlan, Endpoint, GamDevice, GamPort, Subscriber
from .base import GamFilterSet


@register_filterset
class ArrivalFilterSet(GamFilterSet):
    endpoint_id = django_filters.ModelMultipleChoiceFilter(
        queryset=Endpoint.objects.all(), distinct=False, label=_("Endpoint (ID)")
    )
    endpoint = MultiValueMACAddressFilter(field_name="endpoint__mac_address", label=_("Endpoint (MAC address)"))
    gam_id = django_filters.ModelMultipleChoiceFilter(queryset=GamDevice.objects.all(), distinct=False, label=_("GAM (ID)"))
    gam = django_filters.ModelMultipleChoiceFilter(
        field_name="gam__device__name", queryset=Device.objects.all(), to_field_name="name", distinct=False, label=_("GAM (name)")
    )
    site_id = django_filters.ModelMultipleChoiceFilter(
        field_name="gam__device__site", queryset=Site.objects.all(), distinct=False, label=_("Site (ID)")
    )
    port_id = django_filters.ModelMultipleChoiceFilter(queryset=GamPort.objects.all(), distinct=False, label=_("G.hn port (ID)"))
    kind = django_filters.MultipleChoiceFilter(choices=ArrivalKindChoices, distinct=False)
    state = django_filters.MultipleChoiceFilter(choices=ArrivalStateChoices, distinct=False)
    decided_by_id = django_filters.ModelMultipleChoiceFilter(
        queryset=User.objects.all(), distinct=False, label=_("Decided by (ID)")
    )
    subscriber_id = django_filters.ModelMultipleChoiceFilter(
        queryset=Subscriber.objects.all(), distinct=False, label=_("Subscriber (ID)")
    )
    change_plan_id = django_filters.ModelMultipleChoiceFilter(
        queryset=ChangePlan.objects.all(), distinct=False, label=_("Change plan (ID)")
    )

    search_fields = ("gam__device__name", "note", "subscriber__name")
    mac_search_fields = ("endpoint__mac_address",)

    class Meta:
        model = Arrival
        fields = ("id", "since", "settled", "note", "description")
