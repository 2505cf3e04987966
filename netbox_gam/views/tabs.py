"""The GAM tab on NetBox's own devices, interfaces and tenants; there only where it has something to show."""

from __future__ import annotations

from dcim.models import Device, Interface
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from netbox.views import generic
from tenancy.models import Tenant
from utilities.views import ViewTab, register_model_view

from .. import filtersets, tables
from ..models import Endpoint, GamDevice, Subscriber
from ..ui.annotations import endpoints_with_state
from ..ui.assets import library_url
from ..ui.charts import panel_of
from ..ui.panels.charts import ChartsPanel
from ..ui.tabs import restricted_count

WEIGHT = 2200


def endpoints_of_device(device):
    """Endpoints on a GAM, and the endpoint that is the device itself; for a restricted badge."""
    return Endpoint.objects.filter(Q(gam__device=device) | Q(device=device))  # unrestricted: restricted by the caller


def endpoints_of_interface(interface):
    """Endpoints assigned to a G.hn port; for a restricted badge."""
    return Endpoint.objects.filter(port__interface=interface)  # unrestricted: restricted by the caller


def subscribers_of_tenant(tenant):
    """Services of a tenant; for a restricted badge."""
    return Subscriber.objects.filter(tenant=tenant)  # unrestricted: restricted by the caller


@register_model_view(Device, "gam", path="gam")
class DeviceGamView(generic.ObjectChildrenView):
    queryset = Device.objects.all()
    child_model = Endpoint
    table = tables.EndpointTable
    filterset = filtersets.EndpointFilterSet
    template_name = "netbox_gam/device_gam.html"
    actions = ()
    tab = ViewTab(
        label=_("GAM"),
        badge=restricted_count(endpoints_of_device),
        permission="netbox_gam.view_endpoint",
        weight=WEIGHT,
        hide_if_empty=True,
    )

    def get_children(self, request, parent):
        return endpoints_with_state(endpoints_of_device(parent).restrict(request.user, "view"))

    def get_extra_context(self, request, instance):
        gam = GamDevice.objects.restrict(request.user, "view").filter(device=instance).first()
        return {"title": ChartsPanel.title, "charts": panel_of(gam, library_url())} if gam else {}


@register_model_view(Interface, "gam", path="gam")
class InterfaceGamView(generic.ObjectChildrenView):
    queryset = Interface.objects.all()
    child_model = Endpoint
    table = tables.EndpointTable
    filterset = filtersets.EndpointFilterSet
    actions = ()
    tab = ViewTab(
        label=_("GAM"),
        badge=restricted_count(endpoints_of_interface),
        permission="netbox_gam.view_endpoint",
        weight=WEIGHT,
        hide_if_empty=True,
    )

    def get_children(self, request, parent):
        return endpoints_with_state(endpoints_of_interface(parent).restrict(request.user, "view"))


@register_model_view(Tenant, "gam", path="gam")
class TenantGamView(generic.ObjectChildrenView):
    queryset = Tenant.objects.all()
    child_model = Subscriber
    table = tables.SubscriberTable
    filterset = filtersets.SubscriberFilterSet
    actions = ()
    tab = ViewTab(
        label=_("GAM"),
        badge=restricted_count(subscribers_of_tenant),
        permission="netbox_gam.view_subscriber",
        weight=WEIGHT,
        hide_if_empty=True,
    )

    def get_children(self, request, parent):
        return endpoints_with_state(subscribers_of_tenant(parent).restrict(request.user, "view"), "endpoint")
