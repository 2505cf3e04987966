"""Small panels on NetBox's own device and interface pages."""

from __future__ import annotations

from netbox.plugins import PluginTemplateExtension

from .models import Endpoint, GamDevice, GamPort


class DeviceGamPanel(PluginTemplateExtension):
    """On a device: the GAM it is, or the endpoint it is."""

    models = ("dcim.device",)

    def right_page(self) -> str:
        user, device = self.context["request"].user, self.context["object"]
        gam = GamDevice.objects.restrict(user, "view").filter(device=device).select_related("observed").first()
        endpoint = Endpoint.objects.restrict(user, "view").filter(device=device).first()
        if not (gam or endpoint):
            return ""
        state = getattr(gam, "observed", None)
        return self.render("netbox_gam/extensions/device.html", {"gam": gam, "endpoint": endpoint, "state": state})


class InterfaceGamPanel(PluginTemplateExtension):
    """On an interface: the G.hn port it is, and whom it serves."""

    models = ("dcim.interface",)

    def right_page(self) -> str:
        user, interface = self.context["request"].user, self.context["object"]
        port = GamPort.objects.restrict(user, "view").filter(interface=interface).select_related("gam__device").first()
        if not port:
            return ""
        endpoints = Endpoint.objects.restrict(user, "view").filter(port=port)
        return self.render("netbox_gam/extensions/interface.html", {"port": port, "endpoints": endpoints[:16]})


template_extensions = [DeviceGamPanel, InterfaceGamPanel]
