"""Filters of GAMs, G.hn ports and endpoints."""

from __future__ import annotations

from typing import Any

import django_filters
from dcim.models import Device, Interface, Location, Region, Site
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from ipam.models import VLAN
from tenancy.filtersets import ContactModelFilterSet
from utilities.filters import MultiValueMACAddressFilter, TreeNodeMultipleChoiceFilter
from utilities.filtersets import register_filterset

from ..choices import (
    AddressSourceChoices,
    EndpointStateChoices,
    EndpointStatusChoices,
    HardwareModelChoices,
    IsolationModeChoices,
    MediumChoices,
    SubscriberModelChoices,
    TransportChoices,
    ZeroTouchChoices,
)
from ..models import CredentialProfile, Endpoint, EndpointState, GamDevice, GamPort, SnmpProfile, Subscriber, VlanPool
from .base import GamFilterSet


@register_filterset
class GamDeviceFilterSet(GamFilterSet, ContactModelFilterSet):
    device_id = django_filters.ModelMultipleChoiceFilter(queryset=Device.objects.all(), distinct=False, label=_("Device (ID)"))
    device = django_filters.ModelMultipleChoiceFilter(
        field_name="device__name", queryset=Device.objects.all(), to_field_name="name", distinct=False, label=_("Device (name)")
    )
    region_id = TreeNodeMultipleChoiceFilter(
        field_name="device__site__region", queryset=Region.objects.all(), lookup_expr="in", label=_("Region (ID)")
    )
    site_id = django_filters.ModelMultipleChoiceFilter(
        field_name="device__site", queryset=Site.objects.all(), distinct=False, label=_("Site (ID)")
    )
    site = django_filters.ModelMultipleChoiceFilter(
        field_name="device__site__slug", queryset=Site.objects.all(), to_field_name="slug", distinct=False, label=_("Site (slug)")
    )
    location_id = TreeNodeMultipleChoiceFilter(
        field_name="device__location", queryset=Location.objects.all(), lookup_expr="in", label=_("Location (ID)")
    )
    serial = django_filters.CharFilter(field_name="device__serial", lookup_expr="iexact", label=_("Serial number"))
    hardware_model = django_filters.MultipleChoiceFilter(choices=HardwareModelChoices, distinct=False)
    transport = django_filters.MultipleChoiceFilter(choices=TransportChoices, distinct=False)
    address_source = django_filters.MultipleChoiceFilter(choices=AddressSourceChoices, distinct=False)
    subscriber_model = django_filters.MultipleChoiceFilter(choices=SubscriberModelChoices, distinct=False)
    credential_profile_id = django_filters.ModelMultipleChoiceFilter(
        queryset=CredentialProfile.objects.all(), distinct=False, label=_("Credential profile (ID)")
    )
    credential_profile = django_filters.ModelMultipleChoiceFilter(
        field_name="credential_profile__name",
        queryset=CredentialProfile.objects.all(),
        to_field_name="name",
        distinct=False,
        label=_("Credential profile (name)"),
    )
    snmp_profile_id = django_filters.ModelMultipleChoiceFilter(
        queryset=SnmpProfile.objects.all(), distinct=False, label=_("SNMP profile (ID)")
    )
    snmp_profile = django_filters.ModelMultipleChoiceFilter(
        field_name="snmp_profile__name",
        queryset=SnmpProfile.objects.all(),
        to_field_name="name",
        distinct=False,
        label=_("SNMP profile (name)"),
    )
    management_vlan_id = django_filters.ModelMultipleChoiceFilter(
        queryset=VLAN.objects.all(), distinct=False, label=_("Management VLAN (ID)")
    )
    default_nni_id = django_filters.ModelMultipleChoiceFilter(
        queryset=Interface.objects.all(), distinct=False, label=_("Default NNI uplink (ID)")
    )
    vlan_pool_id = django_filters.ModelMultipleChoiceFilter(
        queryset=VlanPool.objects.all(), distinct=False, label=_("VLAN pool (ID)")
    )
    vlan_pool = django_filters.ModelMultipleChoiceFilter(
        field_name="vlan_pool__name",
        queryset=VlanPool.objects.all(),
        to_field_name="name",
        distinct=False,
        label=_("VLAN pool (name)"),
    )
    zero_touch = django_filters.MultipleChoiceFilter(choices=ZeroTouchChoices, distinct=False)
    reachable = django_filters.BooleanFilter(field_name="observed__reachable", label=_("Reachable at the last reading"))
    firmware = django_filters.CharFilter(field_name="observed__firmware", lookup_expr="icontains", label=_("Firmware"))

    search_fields = ("device__name", "device__serial", "device__asset_tag", "address_override", "hardware_model")

    class Meta:
        model = GamDevice
        fields = (
            "id",
            "address_override",
            "ssh_port",
            "ssh_host_key",
            "http_port",
            "https",
            "https_verify",
            "json_rpc_fallback",
            "snmp_port",
            "polling_enabled",
            "polling_interval",
            "description",
        )


@register_filterset
class GamPortFilterSet(GamFilterSet):
    gam_id = django_filters.ModelMultipleChoiceFilter(queryset=GamDevice.objects.all(), distinct=False, label=_("GAM (ID)"))
    gam = django_filters.ModelMultipleChoiceFilter(
        field_name="gam__device__name", queryset=Device.objects.all(), to_field_name="name", distinct=False, label=_("GAM (name)")
    )
    device_id = django_filters.ModelMultipleChoiceFilter(
        field_name="interface__device", queryset=Device.objects.all(), distinct=False, label=_("Device (ID)")
    )
    interface_id = django_filters.ModelMultipleChoiceFilter(
        queryset=Interface.objects.all(), distinct=False, label=_("Interface (ID)")
    )
    interface = django_filters.CharFilter(field_name="interface__name", label=_("Interface (name)"))
    subscriber_id = django_filters.ModelMultipleChoiceFilter(
        field_name="subscriber", queryset=Subscriber.objects.all(), distinct=False, label=_("Subscriber (ID)")
    )
    medium = django_filters.MultipleChoiceFilter(choices=MediumChoices, distinct=False)
    isolation_mode = django_filters.MultipleChoiceFilter(choices=IsolationModeChoices, distinct=False)

    search_fields = ("gam__device__name", "interface__name", "interface__label")

    class Meta:
        model = GamPort
        fields = ("id", "number", "enabled", "description")


@register_filterset
class EndpointFilterSet(GamFilterSet):
    mac_address = MultiValueMACAddressFilter()
    status = django_filters.MultipleChoiceFilter(choices=EndpointStatusChoices, distinct=False)
    gam_id = django_filters.ModelMultipleChoiceFilter(queryset=GamDevice.objects.all(), distinct=False, label=_("GAM (ID)"))
    gam = django_filters.ModelMultipleChoiceFilter(
        field_name="gam__device__name", queryset=Device.objects.all(), to_field_name="name", distinct=False, label=_("GAM (name)")
    )
    port_id = django_filters.ModelMultipleChoiceFilter(
        queryset=GamPort.objects.all(), distinct=False, label=_("Assigned port (ID)")
    )
    port = django_filters.NumberFilter(field_name="port__number", label=_("Assigned port (number)"))
    device_id = django_filters.ModelMultipleChoiceFilter(queryset=Device.objects.all(), distinct=False, label=_("CPE device (ID)"))
    device = django_filters.ModelMultipleChoiceFilter(
        field_name="device__name", queryset=Device.objects.all(), to_field_name="name", distinct=False, label=_("CPE device (name)")
    )
    subscriber_id = django_filters.ModelMultipleChoiceFilter(
        field_name="subscriber", queryset=Subscriber.objects.all(), distinct=False, label=_("Subscriber (ID)")
    )
    has_subscriber = django_filters.BooleanFilter(
        field_name="subscriber", lookup_expr="isnull", exclude=True, label=_("Has a subscriber")
    )
    state = django_filters.MultipleChoiceFilter(
        choices=EndpointStateChoices, method="filter_state", label=_("State at the last reading")
    )
    present = django_filters.BooleanFilter(method="filter_present", label=_("Seen at the last reading"))

    search_fields = ("name", "model", "serial", "subscriber__name", "subscriber__full_name")
    mac_search_fields = ("mac_address",)

    class Meta:
        model = Endpoint
        fields = ("id", "name", "model", "serial", "auto_port", "description")

    def filter_state(self, queryset: QuerySet, name: str, value: list[str]) -> QuerySet[Any]:
        """Endpoints that some GAM reported in one of the states."""
        if not value:
            return queryset
        return queryset.filter(pk__in=EndpointState.objects.filter(state__in=value, endpoint__isnull=False).values("endpoint_id"))

    def filter_present(self, queryset: QuerySet, name: str, value: bool) -> QuerySet[Any]:
        """Endpoints that were, or were not, detected on a port."""
        seen = EndpointState.objects.filter(present=True, endpoint__isnull=False).values("endpoint_id")
        return queryset.filter(pk__in=seen) if value else queryset.exclude(pk__in=seen)
