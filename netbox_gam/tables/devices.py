"""Lists of GAMs, G.hn ports and endpoints, with what was last observed."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import PrimaryModelTable, columns
from tenancy.tables import ContactsColumnMixin

from ..choices import EndpointStateChoices
from ..models import DeviceState, Endpoint, GamDevice, GamPort
from .access import COMMON
from .columns import ChoiceSetColumn, FilteredCountColumn, GamColumn, LinkColumn, QuantityColumn, RelativeTimeColumn, badge


class ReachableColumn(tables.Column):
    """Whether the last reading of a GAM worked."""

    empty_values = ()

    def render(self, value: DeviceState | None) -> str:
        if value is None:
            return badge(_("Not read"), "secondary")
        return badge(_("Reachable"), "green") if value.reachable else badge(_("Unreachable"), "red")

    def value(self, value: DeviceState | None) -> str:
        return "" if value is None else ("reachable" if value.reachable else "unreachable")


class GamDeviceTable(ContactsColumnMixin, PrimaryModelTable):
    gam = tables.Column(
        accessor="device", order_by="device", verbose_name=_("GAM"), linkify=lambda record: record.get_absolute_url()
    )
    device = tables.Column(verbose_name=_("Device"), linkify=True)
    hardware_model = tables.Column(verbose_name=_("Model"))
    site = tables.Column(accessor="device__site", verbose_name=_("Site"), linkify=True)
    location = tables.Column(accessor="device__location", verbose_name=_("Location"), linkify=True)
    serial = tables.Column(accessor="device__serial", verbose_name=_("Serial number"))
    transport = columns.ChoiceFieldColumn(verbose_name=_("Transport"))
    subscriber_model = columns.ChoiceFieldColumn(verbose_name=_("Subscriber model"))
    credential_profile = tables.Column(verbose_name=_("Credential profile"), linkify=True)
    snmp_profile = tables.Column(verbose_name=_("SNMP profile"), linkify=True)
    management_vlan = tables.Column(verbose_name=_("Management VLAN"), linkify=True)
    vlan_pool = tables.Column(verbose_name=_("VLAN pool"), linkify=True)
    reachable = ReachableColumn(accessor="observed", order_by="observed__reachable", verbose_name=_("State"))
    last_seen = RelativeTimeColumn(accessor="observed__last_success", verbose_name=_("Last seen"))
    firmware = tables.Column(accessor="observed__firmware", verbose_name=_("Firmware"))
    cpu = QuantityColumn(unit="%", accessor="observed__cpu_percent", verbose_name=_("CPU"))
    endpoint_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:endpoint_list", url_params={"gam_id": "pk"}, verbose_name=_("Endpoints")
    )
    subscriber_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:subscriber_list", url_params={"gam_id": "pk"}, verbose_name=_("Subscribers")
    )
    alarm_count = FilteredCountColumn(
        viewname="plugins:netbox_gam:alarm_list",
        url_params={"gam_id": "pk"},
        query="state=raised&state=acknowledged",
        verbose_name=_("Alarms"),
    )
    zero_touch = columns.ChoiceFieldColumn(verbose_name=_("Zero touch"))
    polling_enabled = columns.BooleanColumn(verbose_name=_("Polling"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:gamdevice_list")

    class Meta(PrimaryModelTable.Meta):
        model = GamDevice
        fields = (
            "pk",
            "id",
            "gam",
            "device",
            "hardware_model",
            "site",
            "location",
            "serial",
            "transport",
            "subscriber_model",
            "credential_profile",
            "snmp_profile",
            "management_vlan",
            "vlan_pool",
            "reachable",
            "last_seen",
            "firmware",
            "cpu",
            "endpoint_count",
            "subscriber_count",
            "alarm_count",
            "polling_enabled",
            "polling_interval",
            "zero_touch",
            "contacts",
            *COMMON,
        )
        default_columns = (
            "pk",
            "gam",
            "hardware_model",
            "site",
            "reachable",
            "last_seen",
            "firmware",
            "endpoint_count",
            "subscriber_count",
            "alarm_count",
        )
        empty_text = _("No GAMs yet. Discover an address range, or add one for a device that exists.")


class GamPortTable(PrimaryModelTable):
    interface = tables.Column(verbose_name=_("Port"), order_by="interface", linkify=lambda record: record.get_absolute_url())
    gam = GamColumn()
    number = tables.Column(verbose_name=_("Number"))
    medium = columns.ChoiceFieldColumn(verbose_name=_("Medium"))
    enabled = columns.BooleanColumn(verbose_name=_("Enabled"))
    isolation_mode = columns.ChoiceFieldColumn(verbose_name=_("Isolation"))
    link_up = LinkColumn(verbose_name=_("Link"))
    detected_count = tables.Column(verbose_name=_("Endpoints seen"))
    endpoint_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:endpoint_list", url_params={"port_id": "pk"}, verbose_name=_("Endpoints assigned")
    )
    read_at = RelativeTimeColumn(verbose_name=_("Last read"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:gamport_list")

    class Meta(PrimaryModelTable.Meta):
        model = GamPort
        fields = (
            "pk",
            "id",
            "interface",
            "gam",
            "number",
            "medium",
            "enabled",
            "isolation_mode",
            "link_up",
            "detected_count",
            "endpoint_count",
            "read_at",
            *COMMON,
        )
        default_columns = ("pk", "gam", "interface", "medium", "enabled", "link_up", "detected_count", "endpoint_count", "read_at")
        empty_text = _("No G.hn ports yet. They come with discovery.")


class EndpointTable(PrimaryModelTable):
    mac_address = tables.Column(verbose_name=_("MAC address"), linkify=True, attrs={"td": {"class": "font-monospace text-nowrap"}})
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    status = columns.ChoiceFieldColumn(verbose_name=_("Status"))
    gam = GamColumn()
    port = tables.Column(
        accessor="port__interface",
        order_by="port__number",
        verbose_name=_("Assigned port"),
        linkify=lambda record: record.port.get_absolute_url(),
    )
    auto_port = columns.BooleanColumn(verbose_name=_("Automatic port"))
    device = tables.Column(verbose_name=_("CPE device"), linkify=True)
    subscriber = tables.Column(verbose_name=_("Subscriber"), linkify=True)
    observed_state = ChoiceSetColumn(EndpointStateChoices, verbose_name=_("State"))
    detected_port = tables.Column(verbose_name=_("Seen on port"))
    rx_phy_mbps = QuantityColumn(unit="Mbit/s", verbose_name=_("Rx PHY (down)"))
    tx_phy_mbps = QuantityColumn(unit="Mbit/s", verbose_name=_("Tx PHY (up)"))
    read_at = RelativeTimeColumn(verbose_name=_("Last read"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:endpoint_list")

    class Meta(PrimaryModelTable.Meta):
        model = Endpoint
        fields = (
            "pk",
            "id",
            "mac_address",
            "name",
            "model",
            "serial",
            "status",
            "gam",
            "port",
            "auto_port",
            "device",
            "subscriber",
            "observed_state",
            "detected_port",
            "rx_phy_mbps",
            "tx_phy_mbps",
            "read_at",
            *COMMON,
        )
        default_columns = (
            "pk",
            "mac_address",
            "model",
            "status",
            "gam",
            "port",
            "subscriber",
            "observed_state",
            "rx_phy_mbps",
            "read_at",
        )
        empty_text = _("No endpoints. They come with discovery and polling; seen but unknown ones are listed here, too.")
