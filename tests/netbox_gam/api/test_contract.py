"""The command line's side of REST: what it reads from a GAM is what the API shows."""

from __future__ import annotations

import json

from django.urls import reverse
from utilities.testing import APITestCase

from netbox_gam import models, targets
from nornir_tasks.contracts import DeviceTarget, Login, SkippedTarget, SnmpCredential
from nornir_tasks.inventory import decode_gam_device
from tests.netbox_gam.api import builders


class InventoryTest(APITestCase):
    """Rows of the real API, decoded by the inventory of ``nornir_tasks``."""

    def rows(self) -> list[dict[str, object]]:
        builders.permit(self.user, models.GamDevice, "view")
        response = self.client.get(reverse("plugins-api:netbox_gam-api:gamdevice-list"), **self.header)
        rows: list[dict[str, object]] = json.loads(response.content)["results"]
        return rows

    def test_the_same_target_over_rest_and_inside_netbox(self) -> None:
        builders.gam(1, transport="jsonrpc", ssh_port=2201, http_port=8443, https=True, https_verify=False, snmp_port=1161)
        login, snmp = Login("field", "secret"), SnmpCredential(community="private")
        decoded = decode_gam_device(self.rows()[0], lambda row: (login, snmp))
        inside = targets.device_target(models.GamDevice.objects.get())
        assert isinstance(decoded, DeviceTarget) and isinstance(inside, DeviceTarget)
        for name in (
            "name",
            "address",
            "transport",
            "ssh_port",
            "http_port",
            "https",
            "https_verify",
            "snmp_port",
            "model",
            "subscriber_model",
            "site",
            "role",
        ):
            with self.subTest(name):
                self.assertEqual(getattr(decoded, name), getattr(inside, name))
        self.assertEqual((decoded.login, decoded.snmp), (login, snmp))

    def test_why_a_gam_is_skipped(self) -> None:
        builders.gam(1, polling_enabled=False)
        builders.gam(2, address_source="oob")
        offline = builders.gam(3).device
        offline.status = "offline"
        offline.save()
        reasons = []
        for row in self.rows():
            skipped = decode_gam_device(row, lambda row: (Login(), SnmpCredential()))
            assert isinstance(skipped, SkippedTarget)
            reasons.append((skipped.name, skipped.reason.split(":")[0]))
        self.assertEqual(
            sorted(reasons),
            [
                ("gam-1", "Polling is switched off."),
                ("gam-2", "No management address"),
                ("gam-3", "The device's status is offline."),
            ],
        )
