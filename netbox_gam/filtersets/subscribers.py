"""Filters of bandwidth plans, VLAN pools and subscribers."""

from __future__ import annotations

import django_filters
from dcim.models import Device, Interface, Site
from django.utils.translation import gettext_lazy as _
from ipam.models import VLAN, VLANGroup
from tenancy.filtersets import ContactModelFilterSet, TenancyFilterSet
from utilities.filters import MultiValueMACAddressFilter, NumericArrayFilter
from utilities.filtersets import register_filterset

from ..choices import PoeModeChoices, SubscriberStatusChoices, SuspensionModeChoices, VlanModeChoices
from ..models import BandwidthPlan, BillingSystem, ChangePlan, Endpoint, GamDevice, GamPort, Subscriber, VlanPool
from .base import GamFilterSet


@register_filterset
class BandwidthPlanFilterSet(GamFilterSet):
    search_fields = ("name",)

    class Meta:
        model = BandwidthPlan
        fields = (
            "id",
            "name",
            "downstream_kbps",
            "upstream_kbps",
            "overhead_percent",
            "downstream_shelf_mbps",
            "upstream_shelf_mbps",
            "unthrottled",
            "description",
        )


@register_filterset
class VlanPoolFilterSet(GamFilterSet):
    mode = django_filters.MultipleChoiceFilter(choices=VlanModeChoices, distinct=False)
    vlan_group_id = django_filters.ModelMultipleChoiceFilter(
        queryset=VLANGroup.objects.all(), distinct=False, label=_("VLAN group (ID)")
    )
    vlan_group = django_filters.ModelMultipleChoiceFilter(
        field_name="vlan_group__slug",
        queryset=VLANGroup.objects.all(),
        to_field_name="slug",
        distinct=False,
        label=_("VLAN group (slug)"),
    )
    shared_vlan_id = django_filters.ModelMultipleChoiceFilter(
        queryset=VLAN.objects.all(), distinct=False, label=_("Shared VLAN (ID)")
    )
    outer_vlan_id = django_filters.ModelMultipleChoiceFilter(queryset=VLAN.objects.all(), distinct=False, label=_("S-VLAN (ID)"))

    search_fields = ("name", "vlan_group__name")

    class Meta:
        model = VlanPool
        fields = ("id", "name", "first_vid", "last_vid", "description")


@register_filterset
class SubscriberFilterSet(GamFilterSet, TenancyFilterSet, ContactModelFilterSet):
    status = django_filters.MultipleChoiceFilter(choices=SubscriberStatusChoices, distinct=False)
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
    has_endpoint = django_filters.BooleanFilter(
        field_name="endpoint", lookup_expr="isnull", exclude=True, label=_("Has an endpoint")
    )
    port_id = django_filters.ModelMultipleChoiceFilter(queryset=GamPort.objects.all(), distinct=False, label=_("Port (ID)"))
    bandwidth_plan_id = django_filters.ModelMultipleChoiceFilter(
        queryset=BandwidthPlan.objects.all(), distinct=False, label=_("Bandwidth plan (ID)")
    )
    bandwidth_plan = django_filters.ModelMultipleChoiceFilter(
        field_name="bandwidth_plan__name",
        queryset=BandwidthPlan.objects.all(),
        to_field_name="name",
        distinct=False,
        label=_("Bandwidth plan (name)"),
    )
    vlan_id = django_filters.ModelMultipleChoiceFilter(queryset=VLAN.objects.all(), distinct=False, label=_("VLAN (ID)"))
    vid = django_filters.NumberFilter(field_name="vlan__vid", label=_("VLAN (number)"))
    outer_vlan_id = django_filters.ModelMultipleChoiceFilter(
        queryset=VLAN.objects.all(), distinct=False, label=_("Outer VLAN (ID)")
    )
    allowed_vids = NumericArrayFilter(lookup_expr="contains", label=_("Allowed tagged VLAN (number)"))
    nni_id = django_filters.ModelMultipleChoiceFilter(queryset=Interface.objects.all(), distinct=False, label=_("NNI uplink (ID)"))
    poe_mode = django_filters.MultipleChoiceFilter(choices=PoeModeChoices, distinct=False)
    suspension_mode = django_filters.MultipleChoiceFilter(choices=SuspensionModeChoices, distinct=False)
    throttle_plan_id = django_filters.ModelMultipleChoiceFilter(
        queryset=BandwidthPlan.objects.all(), distinct=False, label=_("Throttled to (ID)")
    )
    billing_system_id = django_filters.ModelMultipleChoiceFilter(
        field_name="billing_links__system", queryset=BillingSystem.objects.all(), label=_("Billing system (ID)")
    )
    external_id = django_filters.CharFilter(field_name="billing_links__external_id", label=_("ID in a billing system"))
    change_plan_id = django_filters.ModelMultipleChoiceFilter(
        field_name="change_plans", queryset=ChangePlan.objects.all(), label=_("Change plan (ID)")
    )

    search_fields = ("name", "full_name", "email", "phone", "service_address", "endpoint__name")
    mac_search_fields = ("endpoint__mac_address",)

    class Meta:
        model = Subscriber
        fields = (
            "id",
            "name",
            "full_name",
            "email",
            "phone",
            "service_address",
            "tagged",
            "remapped_vid",
            "port2_vid",
            "trunk",
            "double_tagged",
            "suspended_vid",
            "description",
        )
