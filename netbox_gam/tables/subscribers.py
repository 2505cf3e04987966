"""Lists of bandwidth plans, VLAN pools and subscribers."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import PrimaryModelTable, columns
from tenancy.tables import ContactsColumnMixin, TenancyColumnsMixin

from ..choices import EndpointStateChoices
from ..models import BandwidthPlan, Subscriber, VlanPool
from .access import COMMON
from .columns import RIGHT, ChoiceSetColumn, GamColumn, QuantityColumn, RelativeTimeColumn


class BandwidthPlanTable(PrimaryModelTable):
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    downstream_kbps = QuantityColumn(unit="kbit/s", verbose_name=_("Downstream"))
    upstream_kbps = QuantityColumn(unit="kbit/s", verbose_name=_("Upstream"))
    overhead_percent = QuantityColumn(unit="%", verbose_name=_("Overhead"))
    unthrottled = columns.BooleanColumn(verbose_name=_("Unthrottled"), false_mark=None)
    downstream_rate_mbps = QuantityColumn(unit="Mbit/s", verbose_name=_("Downstream on the shelf"), orderable=False)
    upstream_rate_mbps = QuantityColumn(unit="Mbit/s", verbose_name=_("Upstream on the shelf"), orderable=False)
    subscriber_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:subscriber_list", url_params={"bandwidth_plan_id": "pk"}, verbose_name=_("Subscribers")
    )
    tags = columns.TagColumn(url_name="plugins:netbox_gam:bandwidthplan_list")

    class Meta(PrimaryModelTable.Meta):
        model = BandwidthPlan
        fields = (
            "pk",
            "id",
            "name",
            "downstream_kbps",
            "upstream_kbps",
            "overhead_percent",
            "unthrottled",
            "downstream_rate_mbps",
            "upstream_rate_mbps",
            "subscriber_count",
            *COMMON,
        )
        default_columns = (
            "pk",
            "name",
            "downstream_kbps",
            "upstream_kbps",
            "downstream_rate_mbps",
            "upstream_rate_mbps",
            "unthrottled",
            "subscriber_count",
        )
        empty_text = _("No bandwidth plans. Add the speeds you sell; reconciliation maps the billing system's plans to them.")


class VlanPoolTable(PrimaryModelTable):
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    vlan_group = tables.Column(verbose_name=_("VLAN group"), linkify=True)
    mode = columns.ChoiceFieldColumn(verbose_name=_("Mode"))
    first_vid = tables.Column(verbose_name=_("First VLAN ID"), attrs=RIGHT)
    last_vid = tables.Column(verbose_name=_("Last VLAN ID"), attrs=RIGHT)
    shared_vlan = tables.Column(verbose_name=_("Shared VLAN"), linkify=True)
    outer_vlan = tables.Column(verbose_name=_("S-VLAN"), linkify=True)
    gam_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:gamdevice_list", url_params={"vlan_pool_id": "pk"}, verbose_name=_("GAMs")
    )
    tags = columns.TagColumn(url_name="plugins:netbox_gam:vlanpool_list")

    class Meta(PrimaryModelTable.Meta):
        model = VlanPool
        fields = (
            "pk",
            "id",
            "name",
            "vlan_group",
            "mode",
            "first_vid",
            "last_vid",
            "shared_vlan",
            "outer_vlan",
            "gam_count",
            *COMMON,
        )
        default_columns = ("pk", "name", "vlan_group", "mode", "first_vid", "last_vid", "shared_vlan", "outer_vlan", "gam_count")
        empty_text = _("No VLAN pools. Add one over a VLAN group and assign it to GAMs, so that new subscribers get their VLAN.")


class SubscriberTable(TenancyColumnsMixin, ContactsColumnMixin, PrimaryModelTable):
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    full_name = tables.Column(verbose_name=_("Full name"))
    status = columns.ChoiceFieldColumn(verbose_name=_("Status"))
    gam = GamColumn()
    port = tables.Column(
        accessor="port__interface",
        order_by="port__number",
        verbose_name=_("Port"),
        linkify=lambda record: record.port.get_absolute_url(),
    )
    endpoint = tables.Column(verbose_name=_("Endpoint"), linkify=True)
    bandwidth_plan = tables.Column(verbose_name=_("Plan"), linkify=True)
    vlan = tables.Column(verbose_name=_("VLAN"), linkify=True)
    tagged = columns.BooleanColumn(verbose_name=_("Tagged"))
    trunk = columns.BooleanColumn(verbose_name=_("Trunk"))
    double_tagged = columns.BooleanColumn(verbose_name=_("Double tagged"))
    outer_vlan = tables.Column(verbose_name=_("Outer VLAN"), linkify=True)
    allowed_vids = columns.ArrayColumn(verbose_name=_("Allowed tagged VLAN IDs"))
    poe_mode = columns.ChoiceFieldColumn(verbose_name=_("PoE"))
    suspension_mode = columns.ChoiceFieldColumn(verbose_name=_("Suspended by"))
    suspended_vid = tables.Column(verbose_name=_("Walled-garden VLAN ID"), attrs=RIGHT)
    throttle_plan = tables.Column(verbose_name=_("Throttled to"), linkify=True)
    observed_state = ChoiceSetColumn(EndpointStateChoices, verbose_name=_("State"))
    rx_phy_mbps = QuantityColumn(unit="Mbit/s", verbose_name=_("Rx PHY (down)"))
    tx_phy_mbps = QuantityColumn(unit="Mbit/s", verbose_name=_("Tx PHY (up)"))
    read_at = RelativeTimeColumn(verbose_name=_("Last read"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:subscriber_list")

    class Meta(PrimaryModelTable.Meta):
        model = Subscriber
        fields = (
            "pk",
            "id",
            "name",
            "full_name",
            "status",
            "email",
            "phone",
            "service_address",
            "tenant",
            "tenant_group",
            "gam",
            "port",
            "endpoint",
            "bandwidth_plan",
            "vlan",
            "tagged",
            "remapped_vid",
            "port2_vid",
            "allowed_vids",
            "trunk",
            "double_tagged",
            "outer_vlan",
            "poe_mode",
            "suspension_mode",
            "suspended_vid",
            "throttle_plan",
            "observed_state",
            "rx_phy_mbps",
            "tx_phy_mbps",
            "read_at",
            "contacts",
            *COMMON,
        )
        default_columns = (
            "pk",
            "name",
            "full_name",
            "status",
            "gam",
            "endpoint",
            "bandwidth_plan",
            "vlan",
            "observed_state",
            "rx_phy_mbps",
            "read_at",
        )
        empty_text = _("No subscribers. Reconcile with a billing system and accept its findings, import a CSV, or add one.")
