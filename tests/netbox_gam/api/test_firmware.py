"""Firmware over REST and GraphQL."""

from __future__ import annotations

from django.urls import reverse

from netbox_gam.models import FirmwareImage, FirmwareRollout, FirmwareUpgrade, GamDevice
from tests.netbox_gam import factories
from tests.netbox_gam.api import builders
from tests.netbox_gam.api.cases import RecordTestCases
from tests.netbox_gam.base import PluginAPIViewTestCases


class FirmwareImageTest(PluginAPIViewTestCases.APIViewTestCase):
    model = FirmwareImage
    brief_fields = ["description", "display", "family", "id", "url", "version"]
    create_data = [
        {
            "family": "GAM-4/8-C", "version": version, "file_name": f"{version}.mfip",
            "source_url": f"https://files.example.org/{version}.mfip", "hardware_models": ["GAM-4-CX"],
        }
        for version in ("1.7.1", "1.7.2", "1.7.3")
    ]  # fmt: skip
    bulk_update_data = {"minimum_version": "1.5.1", "description": "x"}
    bulk_update_invalid_data = {"source_url": "http://user:secret@host/x.mfip"}

    @classmethod
    def setUpTestData(cls) -> None:
        for minor in (5, 6, 7):
            factories.firmware_image(version=f"1.{minor}.0")

    def test_a_rollout_is_planned_started_paused_resumed_and_cancelled(self) -> None:
        gam = factories.gam(address="192.0.2.9", transport="jsonrpc")
        factories.device_state(gam, firmware="GAM-12/24-C_v1.5.4")
        image = FirmwareImage.objects.get(version="1.7.0")
        plan = reverse("plugins-api:netbox_gam-api:firmwareimage-roll-out", kwargs={"pk": image.pk})
        builders.permit(self.user, FirmwareImage, "view", "add", "change")
        builders.permit(self.user, GamDevice, "view")
        body = {"gams": [gam.pk], "wave_sizes": [1], "reason": "Spring"}
        self.assertEqual(self.post(plan, body).status_code, 403)
        builders.permit(self.user, FirmwareImage, "upgrade")
        self.assertIn("may not upgrade", self.post(plan, body).data["detail"])
        builders.permit(self.user, GamDevice, "upgrade")
        self.assertEqual(self.post(plan, {**body, "wave_sizes": [0]}).status_code, 400)
        answer = self.post(plan, body)
        self.assertEqual((answer.status_code, answer.data["status"]["value"]), (200, "planned"))
        again = self.post(plan, body)
        self.assertEqual(again.status_code, 409)
        self.assertIn("is part of rollout", again.data["detail"])
        pk = answer.data["id"]
        for verb in ("start", "pause", "resume", "cancel"):
            self.assertEqual(self.post(self.verb("firmwarerollout", verb, pk)).status_code, 403)
        builders.permit(self.user, FirmwareRollout, "upgrade", "view")
        for verb, status in (("start", "running"), ("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
            answer = self.post(self.verb("firmwarerollout", verb, pk))
            self.assertEqual((answer.status_code, answer.data["status"]["value"]), (200, status))
        self.assertEqual(self.post(self.verb("firmwarerollout", "start", pk)).status_code, 409)

    def test_release_and_retry(self) -> None:
        gam = factories.gam()
        upgrade = factories.firmware_upgrade(factories.firmware_rollout(status="paused", upgrades=0), gam, status="needs_attention")
        for verb in ("release", "retry"):
            self.assertEqual(self.post(self.verb("firmwareupgrade", verb, upgrade.pk)).status_code, 403)
        builders.permit(self.user, FirmwareUpgrade, "upgrade", "view")
        self.assertEqual(self.post(self.verb("firmwareupgrade", "release", upgrade.pk)).status_code, 403)
        builders.permit(self.user, GamDevice, "upgrade")
        for verb, status in (("release", "failed"), ("retry", "planned")):
            self.assertEqual(self.post(self.verb("firmwareupgrade", verb, upgrade.pk)).data["status"]["value"], status)

    def verb(self, model: str, verb: str, pk: int) -> str:
        return reverse(f"plugins-api:netbox_gam-api:{model}-{verb}", kwargs={"pk": pk})

    def post(self, url: str, body: object = None) -> object:
        return self.client.post(url, body or {}, format="json", **self.header)


class FirmwareRolloutTest(RecordTestCases.RecordAPITestCase):
    model = FirmwareRollout
    brief_fields = ["description", "display", "id", "reason", "status", "url"]
    written_by_plugin = {"status": "completed", "reason": "Mine", "wave": 3}

    @classmethod
    def setUpTestData(cls) -> None:
        for _ in range(3):
            factories.firmware_rollout()


class FirmwareUpgradeTest(RecordTestCases.RecordAPITestCase):
    model = FirmwareUpgrade
    brief_fields = ["description", "display", "id", "status", "url", "wave"]
    written_by_plugin = {"status": "done", "sends": {}, "error": "x"}

    @classmethod
    def setUpTestData(cls) -> None:
        factories.firmware_rollout(upgrades=3)
