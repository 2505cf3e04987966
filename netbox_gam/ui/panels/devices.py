"""Panels of GAMs, G.hn ports and endpoints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from netbox.ui import attrs, panels

from ...choices import (
    AddressSourceChoices,
    EndpointStateChoices,
    EndpointStatusChoices,
    FailureKindChoices,
    IsolationModeChoices,
    MediumChoices,
    SubscriberModelChoices,
    TransportChoices,
    ZeroTouchChoices,
)
from ...models import DeviceState, Endpoint, EndpointState, EthernetState, GamDevice, GamPort, PortState
from .. import faceplate
from ..annotations import ports_with_state
from ..attrs import DescribedChoiceAttr
from ..words import duration_in_words, rate_in_words

QUARANTINED = (EndpointStateChoices.WRONG_PORT, EndpointStateChoices.UNKNOWN_MAC)


class GamDevicePanel(panels.ObjectAttributesPanel):
    device = attrs.RelatedObjectAttr("device", linkify=True, label=_("Device"))
    hardware_model = attrs.TextAttr("hardware_model", label=_("Hardware model"))
    serial = attrs.TextAttr("device.serial", label=_("Serial number"), style="font-monospace", copy_button=True)
    site = attrs.RelatedObjectAttr("device.site", linkify=True, label=_("Site"))
    location = attrs.NestedObjectAttr("device.location", linkify=True, label=_("Location"))
    status = attrs.ChoiceAttr("device.status", label=_("Status"))
    subscriber_model = DescribedChoiceAttr("subscriber_model", SubscriberModelChoices, label=_("Subscriber model"))
    vlan_pool = attrs.RelatedObjectAttr("vlan_pool", linkify=True, label=_("VLAN pool"))
    management_vlan = attrs.RelatedObjectAttr("management_vlan", linkify=True, label=_("Management VLAN"))
    default_nni = attrs.RelatedObjectAttr("default_nni", linkify=True, label=_("Default NNI uplink"))
    description = attrs.TextAttr("description", label=_("Description"))


class ManagementPanel(panels.ObjectAttributesPanel):
    title = _("Management")
    address = attrs.TextAttr("management_address", label=_("Address"), style="font-monospace", copy_button=True)
    address_source = DescribedChoiceAttr("address_source", AddressSourceChoices, label=_("Address source"))
    transport = DescribedChoiceAttr("transport", TransportChoices, label=_("Transport"))
    ssh_port = attrs.TextAttr("ssh_port", label=_("SSH port"))
    ssh_host_key = attrs.TextAttr("ssh_host_key", label=_("SSH host key"), style="font-monospace")
    http_port = attrs.TextAttr("http_port", label=_("HTTP port"))
    https = attrs.BooleanAttr("https", label=_("HTTPS"))
    json_rpc_fallback = attrs.BooleanAttr("json_rpc_fallback", label=_("Falls back to JSON-RPC"))
    snmp_port = attrs.TextAttr("snmp_port", label=_("SNMP port"))
    credential_profile = attrs.RelatedObjectAttr("credential_profile", linkify=True, label=_("Credential profile"))
    snmp_profile = attrs.RelatedObjectAttr("snmp_profile", linkify=True, label=_("SNMP profile"))
    polling_enabled = attrs.BooleanAttr("polling_enabled", label=_("Polling"))
    polling_interval = attrs.TextAttr("polling_interval", format_string=_("every {} seconds"), label=_("Polling interval"))
    zero_touch = DescribedChoiceAttr("zero_touch", ZeroTouchChoices, label=_("Zero touch"))


class HealthPanel(panels.ObjectPanel):
    """What the last reading of a GAM found, or why there was none and what to do."""

    template_name = "netbox_gam/panels/health.html"
    title = _("Health")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        state: DeviceState | None = getattr(ctx["object"], "observed", None)
        return {**ctx, "state": state, **(self._facts(state) if state else {})}

    @staticmethod
    def _facts(state: DeviceState) -> dict[str, Any]:
        failure = next((choice for choice in FailureKindChoices.CHOICES if choice[0] == state.failure_kind), None)
        return {
            "failure_label": failure[1] if failure else state.failure_kind,
            "failure_color": FailureKindChoices.colors.get(state.failure_kind, "red"),
            "next_step": failure.description if failure else "",
            "uptime": duration_in_words(state.uptime_seconds),
            "took": duration_in_words(state.seconds),
            "temperatures": list(state.temperatures_c.items()),
            "supplies": list(state.power_supplies.items()),
        }


class FaceplatePanel(panels.ObjectPanel):
    """The front of the shelf as it was last seen."""

    template_name = "netbox_gam/panels/faceplate.html"
    title = _("Face plate")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        gam: GamDevice = ctx["object"]
        user = ctx["request"].user
        ports = ports_with_state(GamPort.objects.restrict(user, "view").filter(gam=gam)).select_related("interface")
        seen = EndpointState.objects.filter(gam=gam, present=True)  # unrestricted: readings of a GAM that may be viewed
        checked = set(seen.filter(state__in=QUARANTINED).values_list("detected_port", flat=True))
        drawn = [_drawn(port, checked) for port in ports]
        up = sum(port.state in (faceplate.UP, faceplate.ATTENTION) for port in drawn)
        title = gettext_now("Face plate of %(gam)s: %(up)s of %(all)s G.hn ports up") % {"gam": gam, "up": up, "all": len(drawn)}
        uplinks = EthernetState.objects.filter(gam=gam)  # unrestricted: readings of a GAM that may be viewed
        state = getattr(gam, "observed", None)
        stale_since = state.last_success if state and not state.reachable else None
        return {**ctx, "svg": faceplate.draw(title, drawn, _uplinks(uplinks)), "ports": drawn, "stale_since": stale_since}


def _drawn(port: Any, checked: set[int]) -> faceplate.Port:
    if not port.enabled:
        state = faceplate.DISABLED
    elif port.number in checked:
        state = faceplate.ATTENTION
    elif port.link_up is None:
        state = faceplate.UNKNOWN
    else:
        state = faceplate.UP if port.link_up else faceplate.DOWN
    detail = [port.get_medium_display()]
    if port.detected_count is not None:
        detail.append(gettext_now("%(count)s endpoint(s) seen") % {"count": port.detected_count})
    if state == faceplate.ATTENTION:
        detail.append(gettext_now("an endpoint is quarantined"))
    return faceplate.Port(port.interface.name, state, port.get_absolute_url(), ", ".join(detail), port.detected_count)


def _uplinks(states: Iterable[EthernetState]) -> list[faceplate.Port]:
    links = {True: faceplate.UP, False: faceplate.DOWN}
    return [
        faceplate.Port(
            item.name,
            links.get(item.link_up, faceplate.UNKNOWN),
            detail=f"{item.speed_mbps:,} Mbit/s" if item.speed_mbps else "",
        )
        for item in states
    ]


class GamPortPanel(panels.ObjectAttributesPanel):
    gam = attrs.RelatedObjectAttr("gam", linkify=True, label=_("GAM"))
    interface = attrs.RelatedObjectAttr("interface", linkify=True, label=_("Interface"))
    number = attrs.TextAttr("number", label=_("Number"))
    medium = DescribedChoiceAttr("medium", MediumChoices, label=_("Medium"))
    enabled = attrs.BooleanAttr("enabled", label=_("Enabled"))
    isolation_mode = DescribedChoiceAttr("isolation_mode", IsolationModeChoices, label=_("Isolation mode"))
    subscriber = attrs.RelatedObjectAttr("subscriber", linkify=True, label=_("Subscriber"))
    description = attrs.TextAttr("description", label=_("Description"))


class PortStatePanel(panels.ObjectPanel):
    """What was last read of a port."""

    template_name = "netbox_gam/panels/port_state.html"
    title = _("Last reading")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        port: GamPort = ctx["object"]
        states = PortState.objects  # unrestricted: readings of a port that may be viewed
        return {**ctx, "state": states.filter(gam=port.gam_id, number=port.number).first()}


class EndpointPanel(panels.ObjectAttributesPanel):
    mac_address = attrs.TextAttr("mac_address", label=_("MAC address"), style="font-monospace", copy_button=True)
    name = attrs.TextAttr("name", label=_("Name"))
    status = DescribedChoiceAttr("status", EndpointStatusChoices, label=_("Status"))
    gam = attrs.RelatedObjectAttr("gam", linkify=True, label=_("GAM"))
    port = attrs.RelatedObjectAttr("port", linkify=True, label=_("Assigned port"))
    auto_port = attrs.BooleanAttr("auto_port", label=_("Automatic port"))
    subscriber = attrs.RelatedObjectAttr("subscriber", linkify=True, label=_("Subscriber"))
    model = attrs.TextAttr("model", label=_("Model"))
    serial = attrs.TextAttr("serial", label=_("Serial number"), style="font-monospace", copy_button=True)
    device = attrs.RelatedObjectAttr("device", linkify=True, label=_("CPE device"))
    description = attrs.TextAttr("description", label=_("Description"))


class EndpointStatePanel(panels.ObjectPanel):
    """Where an endpoint should be and where it was seen, with its rates, one block per GAM that knows it.

    :param endpoint: name of the attribute that leads from the page's object to the endpoint; None when it is the object
    """

    template_name = "netbox_gam/panels/endpoint_state.html"
    title = _("Last reading")

    def __init__(self, endpoint: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.endpoint = endpoint

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        endpoint: Endpoint | None = getattr(ctx["object"], self.endpoint) if self.endpoint else ctx["object"]
        viewable = GamDevice.objects.restrict(ctx["request"].user, "view")
        rows = EndpointState.objects.filter(endpoint=endpoint, gam__in=viewable) if endpoint else EndpointState.objects.none()
        readings = [
            {
                "state": row,
                "label": dict(EndpointStateChoices).get(row.state, row.state),
                "color": row.get_state_color() or "secondary",
                "description": _meaning(row.state),
                "misplaced": None not in (row.configured_port, row.detected_port) and row.configured_port != row.detected_port,
                "phy": rate_in_words(row.rx_phy_mbps, row.tx_phy_mbps),
                "maximum": rate_in_words(row.rx_max_mbps, row.tx_max_mbps),
                "uptime": duration_in_words(row.uptime_seconds),
            }
            for row in rows.select_related("gam__device").order_by("-present", "-read_at")
        ]
        return {**ctx, "endpoint": endpoint, "readings": readings}


def _meaning(state: str) -> Any:
    return next((choice.description for choice in EndpointStateChoices.CHOICES if choice[0] == state), "")
