"""Panels of bandwidth plans, VLAN pools and subscribers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from ipam.models import VLAN
from netbox.ui import attrs, panels

from ...choices import PoeModeChoices, SubscriberStatusChoices, SuspensionModeChoices, VlanModeChoices
from ..attrs import DescribedChoiceAttr, WordsAttr
from ..words import garden_in_words, shelf_rates, suspended_in_words, towards_customer, vlan_in_words


class BandwidthPlanPanel(panels.ObjectAttributesPanel):
    name = attrs.TextAttr("name", label=_("Name"))
    downstream = attrs.TextAttr("downstream_kbps", format_string="{:,} kbit/s", label=_("Downstream as sold"))
    upstream = attrs.TextAttr("upstream_kbps", format_string="{:,} kbit/s", label=_("Upstream as sold"))
    overhead = attrs.TextAttr("overhead_percent", format_string="{} %", label=_("Overhead"))
    unthrottled = attrs.BooleanAttr("unthrottled", label=_("Unthrottled"))
    shelf = WordsAttr(shelf_rates, label=_("Limit on the shelf"), style="fw-bold")
    description = attrs.TextAttr("description", label=_("Description"))


class VlanPoolPanel(panels.ObjectAttributesPanel):
    name = attrs.TextAttr("name", label=_("Name"))
    vlan_group = attrs.RelatedObjectAttr("vlan_group", linkify=True, label=_("VLAN group"))
    mode = DescribedChoiceAttr("mode", VlanModeChoices, label=_("Mode"))
    first_vid = attrs.TextAttr("first_vid", label=_("First VLAN ID"))
    last_vid = attrs.TextAttr("last_vid", label=_("Last VLAN ID"))
    shared_vlan = attrs.RelatedObjectAttr("shared_vlan", linkify=True, label=_("Shared VLAN"))
    outer_vlan = attrs.RelatedObjectAttr("outer_vlan", linkify=True, label=_("S-VLAN"))
    description = attrs.TextAttr("description", label=_("Description"))


class VlanPoolUsagePanel(panels.ObjectPanel):
    """How much of a pool that gives each subscriber a VLAN is taken."""

    template_name = "netbox_gam/panels/vlan_pool_usage.html"
    title = _("Usage")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        pool = ctx["object"]
        taken = VLAN.objects.restrict(ctx["request"].user, "view").filter(
            group=pool.vlan_group_id, vid__range=(pool.first_vid, pool.last_vid)
        )
        size, count = pool.last_vid - pool.first_vid + 1, taken.count()
        return {**ctx, "count": count, "size": size, "utilization": 100 * count / size}

    def should_render(self, context: Any) -> bool:
        return context["object"].mode == VlanModeChoices.PER_SUBSCRIBER


class SubscriberPanel(panels.ObjectAttributesPanel):
    name = attrs.TextAttr("name", label=_("Name"), style="font-monospace", copy_button=True)
    full_name = attrs.TextAttr("full_name", label=_("Full name"))
    status = DescribedChoiceAttr("status", SubscriberStatusChoices, label=_("Status"))
    tenant = attrs.RelatedObjectAttr("tenant", linkify=True, grouped_by="group", label=_("Tenant"))
    email = attrs.TextAttr("email", label=_("E-mail"), copy_button=True)
    phone = attrs.TextAttr("phone", label=_("Phone"), copy_button=True)
    service_address = attrs.AddressAttr("service_address", map_url=True, label=_("Service address"))
    description = attrs.TextAttr("description", label=_("Description"))


class ServicePanel(panels.ObjectAttributesPanel):
    title = _("Service")
    suspension = DescribedChoiceAttr("suspension_mode", SuspensionModeChoices, label=_("Suspended by"))
    suspended = WordsAttr(suspended_in_words, label=_("For the time being"), style="fw-bold")
    bandwidth_plan = attrs.RelatedObjectAttr("bandwidth_plan", linkify=True, label=_("Bandwidth plan"))
    limit = WordsAttr(lambda subscriber: shelf_rates(subscriber.bandwidth_plan), label=_("Limit on the shelf"))
    vlans = WordsAttr(vlan_in_words, label=_("VLAN: outer/service/(remapped)"), style="font-monospace fw-bold")
    vlan = attrs.RelatedObjectAttr("vlan", linkify=True, label=_("VLAN"))
    outer_vlan = attrs.RelatedObjectAttr("outer_vlan", linkify=True, label=_("Outer VLAN"))
    customer = WordsAttr(towards_customer, label=_("Towards the customer"))
    allowed_vids = attrs.ArrayAttr("allowed_vids", label=_("Allowed tagged VLAN IDs"))
    port2_vid = attrs.TextAttr("port2_vid", label=_("Second port VLAN ID"))
    double_tagged = attrs.BooleanAttr("double_tagged", label=_("Double tagged"))
    nni = attrs.RelatedObjectAttr("nni", linkify=True, label=_("NNI uplink"))
    poe_mode = DescribedChoiceAttr("poe_mode", PoeModeChoices, label=_("PoE"))


class PlacePanel(panels.ObjectAttributesPanel):
    title = _("Place")
    gam = attrs.RelatedObjectAttr("gam", linkify=True, label=_("GAM"))
    endpoint = attrs.RelatedObjectAttr("endpoint", linkify=True, label=_("Endpoint"))
    assigned = attrs.RelatedObjectAttr("endpoint.port", linkify=True, label=_("Assigned port"))
    port = attrs.RelatedObjectAttr("port", linkify=True, label=_("Port"))


class SuspensionPolicyPanel(panels.ObjectAttributesPanel):
    name = attrs.TextAttr("name", label=_("Name"))
    system = attrs.RelatedObjectAttr("system", linkify=True, label=_("Billing system"))
    site = attrs.RelatedObjectAttr("site", linkify=True, label=_("Site"))
    mode = DescribedChoiceAttr("mode", SuspensionModeChoices, label=_("Mode"))
    garden = WordsAttr(garden_in_words, label=_("Walled-garden VLAN"))
    bandwidth_plan = attrs.RelatedObjectAttr("bandwidth_plan", linkify=True, label=_("Throttle to"))
    description = attrs.TextAttr("description", label=_("Description"))
