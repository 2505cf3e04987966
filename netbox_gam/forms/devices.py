"""Forms of GAMs, G.hn ports and endpoints."""

from __future__ import annotations

from typing import Any

from dcim.models import Device, Interface, Location, Region, Site
from django import forms
from django.utils.translation import gettext_lazy as _
from ipam.models import VLAN
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from tenancy.forms import ContactModelFilterForm
from utilities.forms import add_blank_choice
from utilities.forms.fields import (
    ChoiceField,
    CSVChoiceField,
    CSVModelChoiceField,
    DynamicModelChoiceField,
    DynamicModelMultipleChoiceField,
    MultipleChoiceField,
    TagFilterField,
)
from utilities.forms.rendering import FieldSet, InlineFields

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
from ..models import CredentialProfile, Endpoint, GamDevice, GamPort, SnmpProfile, VlanPool
from .base import OWNERSHIP, SEARCH, GamImportForm, bulk_yes_no, yes_no


class GamDeviceForm(PrimaryModelForm):
    device = DynamicModelChoiceField(
        label=_("Device"),
        queryset=Device.objects.all(),
        selector=True,
        help_text=_("Holds name, serial number, site and addresses"),
    )
    hardware_model = ChoiceField(label=_("Hardware model"), choices=add_blank_choice(HardwareModelChoices))
    transport = ChoiceField(label=_("Transport"), choices=TransportChoices)
    address_source = ChoiceField(label=_("Address source"), choices=AddressSourceChoices)
    subscriber_model = ChoiceField(label=_("Subscriber model"), choices=SubscriberModelChoices)
    zero_touch = ChoiceField(label=_("Zero touch"), choices=ZeroTouchChoices)
    credential_profile = DynamicModelChoiceField(
        label=_("Credential profile"), queryset=CredentialProfile.objects.all(), required=False, quick_add=True
    )
    snmp_profile = DynamicModelChoiceField(
        label=_("SNMP profile"), queryset=SnmpProfile.objects.all(), required=False, quick_add=True
    )
    management_vlan = DynamicModelChoiceField(
        label=_("Management VLAN"),
        queryset=VLAN.objects.all(),
        required=False,
        selector=True,
        query_params={"available_on_device": "$device"},
    )
    default_nni = DynamicModelChoiceField(
        label=_("Default NNI uplink"),
        queryset=Interface.objects.all(),
        required=False,
        query_params={"device_id": "$device"},
    )
    vlan_pool = DynamicModelChoiceField(label=_("VLAN pool"), queryset=VlanPool.objects.all(), required=False, quick_add=True)

    fieldsets = (
        FieldSet("device", "hardware_model", "subscriber_model", "description", "tags", name=_("GAM")),
        FieldSet(
            "transport",
            "address_source",
            "address_override",
            InlineFields("ssh_port", "http_port", "snmp_port", label=_("Ports")),
            "https",
            "https_verify",
            "json_rpc_fallback",
            name=_("Management"),
        ),
        FieldSet("credential_profile", "snmp_profile", name=_("Access")),
        FieldSet("vlan_pool", "management_vlan", "default_nni", name=_("Service")),
        FieldSet("polling_enabled", "polling_interval", "zero_touch", name=_("Polling")),
    )

    class Meta:
        model = GamDevice
        fields = (
            "device",
            "hardware_model",
            "subscriber_model",
            "transport",
            "address_source",
            "address_override",
            "ssh_port",
            "http_port",
            "snmp_port",
            "ssh_host_key",
            "https",
            "https_verify",
            "json_rpc_fallback",
            "credential_profile",
            "snmp_profile",
            "vlan_pool",
            "management_vlan",
            "default_nni",
            "polling_enabled",
            "polling_interval",
            "zero_touch",
            "description",
            "owner",
            "comments",
            "tags",
        )


class GamDeviceBulkEditForm(PrimaryModelBulkEditForm):
    transport = ChoiceField(label=_("Transport"), choices=add_blank_choice(TransportChoices), required=False)
    address_source = ChoiceField(label=_("Address source"), choices=add_blank_choice(AddressSourceChoices), required=False)
    subscriber_model = ChoiceField(label=_("Subscriber model"), choices=add_blank_choice(SubscriberModelChoices), required=False)
    ssh_port = forms.IntegerField(label=_("SSH port"), min_value=1, max_value=65535, required=False)
    http_port = forms.IntegerField(label=_("HTTP port"), min_value=1, max_value=65535, required=False)
    snmp_port = forms.IntegerField(label=_("SNMP port"), min_value=1, max_value=65535, required=False)
    https = bulk_yes_no(_("HTTPS"))
    https_verify = bulk_yes_no(_("Verify certificate"))
    json_rpc_fallback = bulk_yes_no(_("Fall back to JSON-RPC"))
    credential_profile = DynamicModelChoiceField(
        label=_("Credential profile"), queryset=CredentialProfile.objects.all(), required=False
    )
    snmp_profile = DynamicModelChoiceField(label=_("SNMP profile"), queryset=SnmpProfile.objects.all(), required=False)
    management_vlan = DynamicModelChoiceField(label=_("Management VLAN"), queryset=VLAN.objects.all(), required=False)
    vlan_pool = DynamicModelChoiceField(label=_("VLAN pool"), queryset=VlanPool.objects.all(), required=False)
    polling_enabled = bulk_yes_no(_("Polling"))
    polling_interval = forms.IntegerField(label=_("Polling interval"), min_value=10, max_value=86400, required=False)
    zero_touch = ChoiceField(label=_("Zero touch"), choices=add_blank_choice(ZeroTouchChoices), required=False)

    model = GamDevice
    fieldsets = (
        FieldSet("subscriber_model", "description", name=_("GAM")),
        FieldSet(
            "transport",
            "json_rpc_fallback",
            "address_source",
            "ssh_port",
            "http_port",
            "snmp_port",
            "https",
            "https_verify",
            name=_("Management"),
        ),
        FieldSet("credential_profile", "snmp_profile", name=_("Access")),
        FieldSet("vlan_pool", "management_vlan", name=_("Service")),
        FieldSet("polling_enabled", "polling_interval", "zero_touch", name=_("Polling")),
    )
    nullable_fields = ("credential_profile", "snmp_profile", "management_vlan", "vlan_pool", "description", "comments")


class GamDeviceImportForm(GamImportForm):
    device = CSVModelChoiceField(label=_("Device"), queryset=Device.objects.all(), to_field_name="name", help_text=_("Device name"))
    hardware_model = CSVChoiceField(label=_("Hardware model"), choices=HardwareModelChoices)
    transport = CSVChoiceField(label=_("Transport"), choices=TransportChoices, required=False)
    address_source = CSVChoiceField(label=_("Address source"), choices=AddressSourceChoices, required=False)
    subscriber_model = CSVChoiceField(label=_("Subscriber model"), choices=SubscriberModelChoices, required=False)
    zero_touch = CSVChoiceField(label=_("Zero touch"), choices=ZeroTouchChoices, required=False)
    credential_profile = CSVModelChoiceField(
        label=_("Credential profile"), queryset=CredentialProfile.objects.all(), to_field_name="name", required=False
    )
    snmp_profile = CSVModelChoiceField(
        label=_("SNMP profile"), queryset=SnmpProfile.objects.all(), to_field_name="name", required=False
    )
    vlan_pool = CSVModelChoiceField(label=_("VLAN pool"), queryset=VlanPool.objects.all(), to_field_name="name", required=False)
    management_vlan = CSVModelChoiceField(
        label=_("Management VLAN"), queryset=VLAN.objects.all(), to_field_name="vid", required=False, help_text=_("VLAN ID")
    )
    default_nni = CSVModelChoiceField(
        label=_("Default NNI uplink"),
        queryset=Interface.objects.all(),
        to_field_name="name",
        required=False,
        help_text=_("Interface of the device"),
    )

    class Meta:
        model = GamDevice
        fields = GamDeviceForm.Meta.fields

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if data and data.get("device"):
            self.fields["default_nni"].queryset = Interface.objects.filter(device__name=data["device"])


class GamDeviceFilterForm(ContactModelFilterForm, PrimaryModelFilterSetForm):
    model = GamDevice
    fieldsets = (
        SEARCH,
        FieldSet("hardware_model", "subscriber_model", "reachable", "firmware", name=_("GAM")),
        FieldSet("region_id", "site_id", "location_id", "device_id", name=_("Location")),
        FieldSet("transport", "address_source", "credential_profile_id", "snmp_profile_id", name=_("Access")),
        FieldSet("vlan_pool_id", "polling_enabled", "zero_touch", name=_("Service")),
        OWNERSHIP,
        FieldSet("contact", "contact_role", "contact_group", name=_("Contacts")),
    )
    hardware_model = MultipleChoiceField(label=_("Hardware model"), choices=HardwareModelChoices, required=False)
    subscriber_model = MultipleChoiceField(label=_("Subscriber model"), choices=SubscriberModelChoices, required=False)
    reachable = yes_no(_("Reachable"))
    firmware = forms.CharField(label=_("Firmware"), required=False)
    region_id = DynamicModelMultipleChoiceField(label=_("Region"), queryset=Region.objects.all(), required=False)
    site_id = DynamicModelMultipleChoiceField(
        label=_("Site"), queryset=Site.objects.all(), required=False, query_params={"region_id": "$region_id"}
    )
    location_id = DynamicModelMultipleChoiceField(
        label=_("Location"), queryset=Location.objects.all(), required=False, query_params={"site_id": "$site_id"}
    )
    device_id = DynamicModelMultipleChoiceField(
        label=_("Device"), queryset=Device.objects.all(), required=False, query_params={"site_id": "$site_id"}
    )
    transport = MultipleChoiceField(label=_("Transport"), choices=TransportChoices, required=False)
    address_source = MultipleChoiceField(label=_("Address source"), choices=AddressSourceChoices, required=False)
    credential_profile_id = DynamicModelMultipleChoiceField(
        label=_("Credential profile"), queryset=CredentialProfile.objects.all(), required=False, null_option=_("None")
    )
    snmp_profile_id = DynamicModelMultipleChoiceField(
        label=_("SNMP profile"), queryset=SnmpProfile.objects.all(), required=False, null_option=_("None")
    )
    vlan_pool_id = DynamicModelMultipleChoiceField(
        label=_("VLAN pool"), queryset=VlanPool.objects.all(), required=False, null_option=_("None")
    )
    polling_enabled = yes_no(_("Polling"))
    zero_touch = MultipleChoiceField(label=_("Zero touch"), choices=ZeroTouchChoices, required=False)
    tag = TagFilterField(model)


class GamPortForm(PrimaryModelForm):
    device = DynamicModelChoiceField(
        label=_("Device"), queryset=Device.objects.all(), required=False, selector=True, initial_params={"interfaces": "$interface"}
    )
    gam = DynamicModelChoiceField(label=_("GAM"), queryset=GamDevice.objects.all(), query_params={"device_id": "$device"})
    interface = DynamicModelChoiceField(
        label=_("Interface"), queryset=Interface.objects.all(), query_params={"device_id": "$device"}
    )
    medium = ChoiceField(label=_("Medium"), choices=add_blank_choice(MediumChoices))
    isolation_mode = ChoiceField(label=_("Isolation mode"), choices=IsolationModeChoices)

    fieldsets = (
        FieldSet("device", "gam", "interface", "number", "description", "tags", name=_("G.hn Port")),
        FieldSet("medium", "enabled", "isolation_mode", name=_("Configuration")),
    )

    class Meta:
        model = GamPort
        fields = (
            "gam",
            "interface",
            "number",
            "medium",
            "enabled",
            "isolation_mode",
            "description",
            "owner",
            "comments",
            "tags",
        )


class GamPortBulkEditForm(PrimaryModelBulkEditForm):
    medium = ChoiceField(label=_("Medium"), choices=add_blank_choice(MediumChoices), required=False)
    enabled = bulk_yes_no(_("Enabled"))
    isolation_mode = ChoiceField(label=_("Isolation mode"), choices=add_blank_choice(IsolationModeChoices), required=False)

    model = GamPort
    fieldsets = (FieldSet("medium", "enabled", "isolation_mode", "description"),)
    nullable_fields = ("description", "comments")


class GamPortImportForm(GamImportForm):
    gam = CSVModelChoiceField(
        label=_("GAM"), queryset=GamDevice.objects.all(), to_field_name="device__name", help_text=_("Device name of the GAM")
    )
    interface = CSVModelChoiceField(
        label=_("Interface"), queryset=Interface.objects.all(), to_field_name="name", help_text=_("Interface of the GAM's device")
    )
    medium = CSVChoiceField(label=_("Medium"), choices=MediumChoices)
    isolation_mode = CSVChoiceField(label=_("Isolation mode"), choices=IsolationModeChoices, required=False)

    class Meta:
        model = GamPort
        fields = GamPortForm.Meta.fields

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if data and data.get("gam"):
            self.fields["interface"].queryset = Interface.objects.filter(device__name=data["gam"])


class GamPortFilterForm(PrimaryModelFilterSetForm):
    model = GamPort
    fieldsets = (SEARCH, FieldSet("gam_id", "number", "medium", "enabled", "isolation_mode", name=_("G.hn Port")), OWNERSHIP)
    gam_id = DynamicModelMultipleChoiceField(label=_("GAM"), queryset=GamDevice.objects.all(), required=False)
    number = forms.IntegerField(label=_("Number"), required=False)
    medium = MultipleChoiceField(label=_("Medium"), choices=MediumChoices, required=False)
    enabled = yes_no(_("Enabled"))
    isolation_mode = MultipleChoiceField(label=_("Isolation mode"), choices=IsolationModeChoices, required=False)
    tag = TagFilterField(model)


class EndpointForm(PrimaryModelForm):
    status = ChoiceField(label=_("Status"), choices=EndpointStatusChoices)
    gam = DynamicModelChoiceField(label=_("GAM"), queryset=GamDevice.objects.all(), required=False, selector=True)
    port = DynamicModelChoiceField(
        label=_("Assigned port"), queryset=GamPort.objects.all(), required=False, query_params={"gam_id": "$gam"}
    )
    device = DynamicModelChoiceField(
        label=_("CPE device"),
        queryset=Device.objects.all(),
        required=False,
        selector=True,
        help_text=_("The NetBox device that is this endpoint, if there is one"),
    )

    fieldsets = (
        FieldSet("mac_address", "name", "status", "description", "tags", name=_("Endpoint")),
        FieldSet("gam", "port", "auto_port", name=_("Place")),
        FieldSet("model", "serial", "device", name=_("Hardware")),
    )

    class Meta:
        model = Endpoint
        fields = (
            "mac_address",
            "name",
            "status",
            "gam",
            "port",
            "auto_port",
            "model",
            "serial",
            "device",
            "description",
            "owner",
            "comments",
            "tags",
        )


class EndpointBulkEditForm(PrimaryModelBulkEditForm):
    status = ChoiceField(label=_("Status"), choices=add_blank_choice(EndpointStatusChoices), required=False)
    auto_port = bulk_yes_no(_("Automatic port"))
    port = DynamicModelChoiceField(label=_("Assigned port"), queryset=GamPort.objects.all(), required=False, selector=True)

    model = Endpoint
    fieldsets = (FieldSet("status", "port", "auto_port", "description"),)
    nullable_fields = ("port", "description", "comments")


class EndpointImportForm(GamImportForm):
    status = CSVChoiceField(label=_("Status"), choices=EndpointStatusChoices, required=False)
    gam = CSVModelChoiceField(
        label=_("GAM"),
        queryset=GamDevice.objects.all(),
        to_field_name="device__name",
        required=False,
        help_text=_("Device name of the GAM"),
    )
    port = CSVModelChoiceField(
        label=_("Assigned port"),
        queryset=GamPort.objects.none(),
        to_field_name="number",
        required=False,
        help_text=_("Number of the GAM's port"),
    )
    device = CSVModelChoiceField(
        label=_("CPE device"), queryset=Device.objects.all(), to_field_name="name", required=False, help_text=_("Device name")
    )

    class Meta:
        model = Endpoint
        fields = EndpointForm.Meta.fields

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if data and data.get("gam"):
            self.fields["port"].queryset = GamPort.objects.filter(gam__device__name=data["gam"])


class EndpointFilterForm(PrimaryModelFilterSetForm):
    model = Endpoint
    fieldsets = (
        SEARCH,
        FieldSet("mac_address", "name", "serial", "status", name=_("Endpoint")),
        FieldSet("gam_id", "port_id", "device_id", name=_("Place")),
        FieldSet("state", "present", "has_subscriber", name=_("State")),
        OWNERSHIP,
    )
    mac_address = forms.CharField(label=_("MAC address"), required=False)
    name = forms.CharField(label=_("Name"), required=False)
    serial = forms.CharField(label=_("Serial number"), required=False)
    status = MultipleChoiceField(label=_("Status"), choices=EndpointStatusChoices, required=False)
    gam_id = DynamicModelMultipleChoiceField(
        label=_("GAM"), queryset=GamDevice.objects.all(), required=False, null_option=_("None")
    )
    port_id = DynamicModelMultipleChoiceField(
        label=_("Assigned port"),
        queryset=GamPort.objects.all(),
        required=False,
        null_option=_("None"),
        query_params={"gam_id": "$gam_id"},
    )
    device_id = DynamicModelMultipleChoiceField(label=_("CPE device"), queryset=Device.objects.all(), required=False)
    state = MultipleChoiceField(label=_("State at the last reading"), choices=EndpointStateChoices, required=False)
    present = yes_no(_("Seen at the last reading"))
    has_subscriber = yes_no(_("Has a subscriber"))
    tag = TagFilterField(model)
