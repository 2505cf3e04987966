"""Forms of bandwidth plans, VLAN pools and subscribers."""

from __future__ import annotations

from typing import Any

from dcim.models import Interface, Site
from django import forms
from django.utils.translation import gettext_lazy as _
from ipam.models import VLAN, VLANGroup
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from tenancy.forms import ContactModelFilterForm, TenancyFilterForm, TenancyForm
from tenancy.models import Tenant
from utilities.forms import add_blank_choice
from utilities.forms.fields import (
    ChoiceField,
    CSVChoiceField,
    CSVModelChoiceField,
    DynamicModelChoiceField,
    DynamicModelMultipleChoiceField,
    MultipleChoiceField,
    NumericArrayField,
    TagFilterField,
)
from utilities.forms.rendering import FieldSet, InlineFields

from ..choices import EndpointStatusChoices, PoeModeChoices, SubscriberStatusChoices, SuspensionModeChoices, VlanModeChoices
from ..models import BandwidthPlan, BillingSystem, Endpoint, GamDevice, GamPort, Subscriber, VlanPool
from .base import OWNERSHIP, SEARCH, GamImportForm, bulk_yes_no, yes_no


class BandwidthPlanForm(PrimaryModelForm):
    fieldsets = (
        FieldSet("name", "description", "tags", name=_("Bandwidth Plan")),
        FieldSet("downstream_kbps", "upstream_kbps", "overhead_percent", "unthrottled", name=_("Speed")),
        FieldSet("downstream_shelf_mbps", "upstream_shelf_mbps", name=_("Exact limit on the shelf")),
    )

    class Meta:
        model = BandwidthPlan
        fields = (
            "name",
            "downstream_kbps",
            "upstream_kbps",
            "overhead_percent",
            "unthrottled",
            "downstream_shelf_mbps",
            "upstream_shelf_mbps",
            "description",
            "owner",
            "comments",
            "tags",
        )


class BandwidthPlanBulkEditForm(PrimaryModelBulkEditForm):
    downstream_kbps = forms.IntegerField(label=_("Downstream"), min_value=0, required=False, help_text=_("kbit/s as sold"))
    upstream_kbps = forms.IntegerField(label=_("Upstream"), min_value=0, required=False, help_text=_("kbit/s as sold"))
    overhead_percent = forms.DecimalField(label=_("Overhead"), min_value=0, max_value=50, required=False)
    unthrottled = bulk_yes_no(_("Unthrottled"))

    model = BandwidthPlan
    fieldsets = (FieldSet("downstream_kbps", "upstream_kbps", "overhead_percent", "unthrottled", "description"),)
    nullable_fields = ("description", "comments")


class BandwidthPlanImportForm(GamImportForm):
    class Meta:
        model = BandwidthPlan
        fields = BandwidthPlanForm.Meta.fields


class BandwidthPlanFilterForm(PrimaryModelFilterSetForm):
    model = BandwidthPlan
    fieldsets = (SEARCH, FieldSet("name", "downstream_kbps", "upstream_kbps", "unthrottled", name=_("Speed")), OWNERSHIP)
    name = forms.CharField(label=_("Name"), required=False)
    downstream_kbps = forms.IntegerField(label=_("Downstream (kbit/s)"), required=False)
    upstream_kbps = forms.IntegerField(label=_("Upstream (kbit/s)"), required=False)
    unthrottled = yes_no(_("Unthrottled"))
    tag = TagFilterField(model)


class VlanPoolForm(PrimaryModelForm):
    vlan_group = DynamicModelChoiceField(label=_("VLAN group"), queryset=VLANGroup.objects.all(), selector=True, quick_add=True)
    mode = ChoiceField(label=_("Mode"), choices=VlanModeChoices)
    shared_vlan = DynamicModelChoiceField(
        label=_("Shared VLAN"),
        queryset=VLAN.objects.all(),
        required=False,
        query_params={"group_id": "$vlan_group"},
        help_text=_("For a shared pool"),
    )
    outer_vlan = DynamicModelChoiceField(
        label=_("S-VLAN"),
        queryset=VLAN.objects.all(),
        required=False,
        selector=True,
        help_text=_("Outer VLAN of subscribers of this pool, when they are double tagged"),
    )

    fieldsets = (
        FieldSet("name", "description", "tags", name=_("VLAN Pool")),
        FieldSet(
            "vlan_group",
            "mode",
            InlineFields("first_vid", "last_vid", label=_("VLAN IDs")),
            "shared_vlan",
            "outer_vlan",
            name=_("VLANs"),
        ),
    )

    class Meta:
        model = VlanPool
        fields = (
            "name",
            "vlan_group",
            "mode",
            "first_vid",
            "last_vid",
            "shared_vlan",
            "outer_vlan",
            "description",
            "owner",
            "comments",
            "tags",
        )


class VlanPoolBulkEditForm(PrimaryModelBulkEditForm):
    vlan_group = DynamicModelChoiceField(label=_("VLAN group"), queryset=VLANGroup.objects.all(), required=False)
    mode = ChoiceField(label=_("Mode"), choices=add_blank_choice(VlanModeChoices), required=False)
    first_vid = forms.IntegerField(label=_("First VLAN ID"), min_value=1, max_value=4094, required=False)
    last_vid = forms.IntegerField(label=_("Last VLAN ID"), min_value=1, max_value=4094, required=False)
    outer_vlan = DynamicModelChoiceField(label=_("S-VLAN"), queryset=VLAN.objects.all(), required=False)

    model = VlanPool
    fieldsets = (FieldSet("vlan_group", "mode", "first_vid", "last_vid", "outer_vlan", "description"),)
    nullable_fields = ("outer_vlan", "description", "comments")


class VlanPoolImportForm(GamImportForm):
    vlan_group = CSVModelChoiceField(label=_("VLAN group"), queryset=VLANGroup.objects.all(), to_field_name="name")
    mode = CSVChoiceField(label=_("Mode"), choices=VlanModeChoices, required=False)
    shared_vlan = CSVModelChoiceField(
        label=_("Shared VLAN"),
        queryset=VLAN.objects.all(),
        to_field_name="vid",
        required=False,
        help_text=_("VLAN ID in the VLAN group"),
    )
    outer_vlan = CSVModelChoiceField(
        label=_("S-VLAN"), queryset=VLAN.objects.all(), to_field_name="vid", required=False, help_text=_("VLAN ID")
    )

    class Meta:
        model = VlanPool
        fields = VlanPoolForm.Meta.fields

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if data and data.get("vlan_group"):
            self.fields["shared_vlan"].queryset = VLAN.objects.filter(group__name=data["vlan_group"])


class VlanPoolFilterForm(PrimaryModelFilterSetForm):
    model = VlanPool
    fieldsets = (SEARCH, FieldSet("vlan_group_id", "mode", "outer_vlan_id", name=_("VLANs")), OWNERSHIP)
    vlan_group_id = DynamicModelMultipleChoiceField(label=_("VLAN group"), queryset=VLANGroup.objects.all(), required=False)
    mode = MultipleChoiceField(label=_("Mode"), choices=VlanModeChoices, required=False)
    outer_vlan_id = DynamicModelMultipleChoiceField(label=_("S-VLAN"), queryset=VLAN.objects.all(), required=False)
    tag = TagFilterField(model)


class SubscriberForm(TenancyForm, PrimaryModelForm):
    status = ChoiceField(label=_("Status"), choices=SubscriberStatusChoices)
    gam = DynamicModelChoiceField(label=_("GAM"), queryset=GamDevice.objects.all(), required=False, selector=True)
    endpoint = DynamicModelChoiceField(
        label=_("Endpoint"),
        queryset=Endpoint.objects.all(),
        required=False,
        selector=True,
        query_params={"gam_id": "$gam", "status__n": EndpointStatusChoices.RETIRED},
    )
    port = DynamicModelChoiceField(
        label=_("Port"),
        queryset=GamPort.objects.all(),
        required=False,
        query_params={"gam_id": "$gam"},
        help_text=_("On port aware shelves only"),
    )
    bandwidth_plan = DynamicModelChoiceField(
        label=_("Bandwidth plan"), queryset=BandwidthPlan.objects.all(), required=False, quick_add=True
    )
    vlan = DynamicModelChoiceField(
        label=_("VLAN"),
        queryset=VLAN.objects.all(),
        required=False,
        selector=True,
        help_text=_("Left empty, activation takes the next free one of the GAM's VLAN pool"),
    )
    allowed_vids = NumericArrayField(
        label=_("Allowed tagged VLAN IDs"),
        base_field=forms.IntegerField(),
        required=False,
        help_text=_("At most 12, such as 10,20-22"),
    )
    outer_vlan = DynamicModelChoiceField(label=_("Outer VLAN"), queryset=VLAN.objects.all(), required=False, selector=True)
    nni = DynamicModelChoiceField(label=_("NNI uplink"), queryset=Interface.objects.all(), required=False, selector=True)
    poe_mode = ChoiceField(label=_("PoE"), choices=add_blank_choice(PoeModeChoices), required=False)

    fieldsets = (
        FieldSet("name", "full_name", "status", "description", "tags", name=_("Subscriber")),
        FieldSet("email", "phone", "service_address", name=_("Contact")),
        FieldSet("gam", "endpoint", "port", name=_("Place")),
        FieldSet("bandwidth_plan", "vlan", "tagged", "remapped_vid", "port2_vid", "allowed_vids", "poe_mode", name=_("Service")),
        FieldSet("trunk", "double_tagged", "outer_vlan", "nni", name=_("Trunk and double tagging (JSON-RPC only)")),
        FieldSet("tenant_group", "tenant", name=_("Tenancy")),
    )

    class Meta:
        model = Subscriber
        fields = (
            "name",
            "full_name",
            "status",
            "email",
            "phone",
            "service_address",
            "gam",
            "endpoint",
            "port",
            "bandwidth_plan",
            "vlan",
            "tagged",
            "remapped_vid",
            "port2_vid",
            "allowed_vids",
            "poe_mode",
            "trunk",
            "double_tagged",
            "outer_vlan",
            "nni",
            "tenant_group",
            "tenant",
            "description",
            "owner",
            "comments",
            "tags",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.gam_id:
            self.fields["nni"].widget.add_query_param("device_id", self.instance.gam.device_id)


class SubscriberBulkEditForm(PrimaryModelBulkEditForm):
    status = ChoiceField(label=_("Status"), choices=add_blank_choice(SubscriberStatusChoices), required=False)
    bandwidth_plan = DynamicModelChoiceField(label=_("Bandwidth plan"), queryset=BandwidthPlan.objects.all(), required=False)
    tenant = DynamicModelChoiceField(label=_("Tenant"), queryset=Tenant.objects.all(), required=False)
    tagged = bulk_yes_no(_("Tagged"))
    trunk = bulk_yes_no(_("Trunk"))
    poe_mode = ChoiceField(label=_("PoE"), choices=add_blank_choice(PoeModeChoices), required=False)

    model = Subscriber
    fieldsets = (
        FieldSet("status", "description", name=_("Subscriber")),
        FieldSet("bandwidth_plan", "tagged", "trunk", "poe_mode", name=_("Service")),
        FieldSet("tenant", name=_("Tenancy")),
    )
    nullable_fields = ("bandwidth_plan", "tenant", "poe_mode", "description", "comments")


class SubscriberImportForm(GamImportForm):
    status = CSVChoiceField(label=_("Status"), choices=SubscriberStatusChoices, required=False)
    tenant = CSVModelChoiceField(label=_("Tenant"), queryset=Tenant.objects.all(), to_field_name="name", required=False)
    gam = CSVModelChoiceField(
        label=_("GAM"),
        queryset=GamDevice.objects.all(),
        to_field_name="device__name",
        required=False,
        help_text=_("Device name of the GAM"),
    )
    endpoint = CSVModelChoiceField(
        label=_("Endpoint"),
        queryset=Endpoint.objects.all(),
        to_field_name="mac_address",
        required=False,
        help_text=_("MAC address"),
    )
    port = CSVModelChoiceField(
        label=_("Port"),
        queryset=GamPort.objects.none(),
        to_field_name="number",
        required=False,
        help_text=_("Number of the GAM's port, on port aware shelves only"),
    )
    bandwidth_plan = CSVModelChoiceField(
        label=_("Bandwidth plan"), queryset=BandwidthPlan.objects.all(), to_field_name="name", required=False
    )
    vlan_group = CSVModelChoiceField(
        label=_("VLAN group"),
        queryset=VLANGroup.objects.all(),
        to_field_name="name",
        required=False,
        help_text=_("The VLAN group of the VLANs, where VLAN IDs are not unique"),
    )
    vlan = CSVModelChoiceField(
        label=_("VLAN"), queryset=VLAN.objects.all(), to_field_name="vid", required=False, help_text=_("VLAN ID")
    )
    allowed_vids = NumericArrayField(
        label=_("Allowed tagged VLAN IDs"), base_field=forms.IntegerField(), required=False, help_text=_("Such as 10,20-22")
    )
    outer_vlan = CSVModelChoiceField(
        label=_("Outer VLAN"), queryset=VLAN.objects.all(), to_field_name="vid", required=False, help_text=_("VLAN ID")
    )
    nni = CSVModelChoiceField(
        label=_("NNI uplink"),
        queryset=Interface.objects.all(),
        to_field_name="name",
        required=False,
        help_text=_("Interface of the GAM's device"),
    )
    poe_mode = CSVChoiceField(label=_("PoE"), choices=PoeModeChoices, required=False)

    class Meta:
        model = Subscriber
        fields = (
            "name",
            "full_name",
            "status",
            "email",
            "phone",
            "service_address",
            "tenant",
            "gam",
            "endpoint",
            "port",
            "bandwidth_plan",
            "vlan_group",
            "vlan",
            "tagged",
            "remapped_vid",
            "port2_vid",
            "allowed_vids",
            "trunk",
            "double_tagged",
            "outer_vlan",
            "nni",
            "poe_mode",
            "description",
            "owner",
            "comments",
            "tags",
        )

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if data and data.get("gam"):
            self.fields["port"].queryset = GamPort.objects.filter(gam__device__name=data["gam"])
            self.fields["nni"].queryset = Interface.objects.filter(device__name=data["gam"])
        if data and data.get("vlan_group"):
            for name in ("vlan", "outer_vlan"):
                self.fields[name].queryset = VLAN.objects.filter(group__name=data["vlan_group"])


class SubscriberFilterForm(TenancyFilterForm, ContactModelFilterForm, PrimaryModelFilterSetForm):
    model = Subscriber
    fieldsets = (
        SEARCH,
        FieldSet("name", "full_name", "status", "service_address", name=_("Subscriber")),
        FieldSet("site_id", "gam_id", "has_endpoint", name=_("Place")),
        FieldSet("bandwidth_plan_id", "vid", "trunk", "double_tagged", "suspension_mode", name=_("Service")),
        FieldSet("billing_system_id", "external_id", name=_("Billing")),
        FieldSet("tenant_group_id", "tenant_id", name=_("Tenancy")),
        OWNERSHIP,
        FieldSet("contact", "contact_role", "contact_group", name=_("Contacts")),
    )
    name = forms.CharField(label=_("Name"), required=False)
    full_name = forms.CharField(label=_("Full name"), required=False)
    status = MultipleChoiceField(label=_("Status"), choices=SubscriberStatusChoices, required=False)
    service_address = forms.CharField(label=_("Service address"), required=False)
    site_id = DynamicModelMultipleChoiceField(label=_("Site"), queryset=Site.objects.all(), required=False)
    gam_id = DynamicModelMultipleChoiceField(
        label=_("GAM"),
        queryset=GamDevice.objects.all(),
        required=False,
        null_option=_("None"),
        query_params={"site_id": "$site_id"},
    )
    has_endpoint = yes_no(_("Has an endpoint"))
    bandwidth_plan_id = DynamicModelMultipleChoiceField(
        label=_("Bandwidth plan"), queryset=BandwidthPlan.objects.all(), required=False, null_option=_("None")
    )
    vid = forms.IntegerField(label=_("VLAN ID"), required=False)
    trunk = yes_no(_("Trunk"))
    double_tagged = yes_no(_("Double tagged"))
    suspension_mode = MultipleChoiceField(label=_("Suspended by"), choices=SuspensionModeChoices, required=False)
    billing_system_id = DynamicModelMultipleChoiceField(
        label=_("Billing system"), queryset=BillingSystem.objects.all(), required=False
    )
    external_id = forms.CharField(label=_("External ID"), required=False)
    tag = TagFilterField(model)
