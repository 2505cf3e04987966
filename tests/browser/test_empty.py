"""The first day: NetBox with the plugin and nothing in it yet."""

from __future__ import annotations

from dcim.models import Device, DeviceRole, DeviceType, Manufacturer, Site
from django.urls import reverse

from netbox_gam.urls import PATHS

from .base import BrowserTestCase

# Alarm rules come with the plugin.
NEVER_EMPTY = {"alarmrule"}


class EmptyPageTests(BrowserTestCase):
    discovered = False

    def test_lists_say_that_there_is_nothing(self) -> None:
        for watched in (self.admin("light"), self.viewer("dark")):
            for name in PATHS.keys() - NEVER_EMPTY:
                look = watched.visit(reverse(f"plugins:netbox_gam:{name}_list"))
                if not watched.page.locator("tbody td.text-muted, tbody td.text-center, .table td[colspan]").count():
                    watched.note(f"does not say that it is empty: {look.text[-200:]!r}")

    def test_forms_open_with_nothing_to_choose(self) -> None:
        watched = self.admin("dark")
        for name in ("gamdevice", "endpoint", "subscriber", "vlanpool", "billingsystem"):
            watched.visit(reverse(f"plugins:netbox_gam:{name}_add"))
        watched.visit(reverse("plugins:netbox_gam:gamdevice_discover"))
        watched.visit("/")

    def test_a_device_that_is_no_gam_has_no_tab_and_its_page_renders(self) -> None:
        maker = Manufacturer.objects.create(name="Other", slug="other")
        device = Device.objects.create(
            name="switch-1",
            device_type=DeviceType.objects.create(manufacturer=maker, model="Switch", slug="switch"),
            role=DeviceRole.objects.create(name="Switch", slug="switch"),
            site=Site.objects.create(name="Depot", slug="depot"),
        )
        path = reverse("dcim:device_gam", kwargs={"pk": device.pk})
        for watched in (self.admin(), self.viewer()):
            look = watched.visit(device.get_absolute_url())
            self.assertNotIn(path, [tab.removeprefix(watched.origin) for tab in look.tabs])
            watched.visit(path)
