"""The configuration safe over REST and GraphQL: text only masked, and only where it is asked for."""

from __future__ import annotations

from core.models import Job
from django.urls import reverse
from utilities.testing import disable_warnings

from netbox_gam.models import ConfigBackup, GamDevice
from tests.netbox_gam import factories
from tests.netbox_gam.api import builders
from tests.netbox_gam.api.cases import RecordTestCases


class ConfigBackupTest(RecordTestCases.RecordAPITestCase):
    model = ConfigBackup
    brief_fields = ["description", "display", "id", "kind", "last_seen", "taken", "url"]
    written_by_plugin = {"kind": "scheduled", "lines": 7}

    @classmethod
    def setUpTestData(cls) -> None:
        cls.gam = builders.gam(1)
        cls.rows = [factories.config_backup(cls.gam) for _ in range(3)]

    def url(self, verb: str, pk: int) -> str:
        return reverse(f"plugins-api:netbox_gam-api:configbackup-{verb}", args=[pk])

    def test_text_and_diff_are_masked_and_of_backups_one_may_view(self) -> None:
        builders.permit(self.user, ConfigBackup, "view", constraints={"pk__in": [self.rows[0].pk, self.rows[1].pk]})
        text = self.client.get(self.url("text", self.rows[0].pk), **self.header).json()["text"]
        self.assertIn("********", text)
        answer = self.client.get(self.url("diff", self.rows[0].pk) + f"?against={self.rows[1].pk}", **self.header)
        found = answer.json()
        self.assertEqual((found["older"], found["newer"]), (self.rows[0].pk, self.rows[1].pk))
        self.assertIn("changed", [row["kind"] for row in found["rows"]])
        self.assertIn("-hostname", found["unified"])
        listed = self.client.get(reverse("plugins-api:netbox_gam-api:configbackup-list"), **self.header)
        query = "{configuration_backup_list{id display lines}}"
        graph = self.client.post(reverse("graphql"), {"query": query}, format="json", **self.header)
        for content in (answer.content, listed.content, graph.content, text.encode()):
            self.assertNotIn(factories.BACKUP_SECRET.encode(), content)
        self.assertNotIn(b"hostname", listed.content)
        with disable_warnings("django.request"):
            for other in (self.rows[2].pk, "x", ""):
                url = self.url("diff", self.rows[0].pk) + f"?against={other}"
                self.assertHttpStatus(self.client.get(url, **self.header), 400)
            self.assertHttpStatus(self.client.get(self.url("text", self.rows[2].pk), **self.header), 404)

    def test_graphql_has_no_text(self) -> None:
        builders.permit(self.user, ConfigBackup, "view")
        for field in ("text{masked}", "text{sealed}", "digest"):
            query = f"{{configuration_backup_list{{id {field}}}}}"
            answer = self.client.post(reverse("graphql"), {"query": query}, format="json", **self.header)
            self.assertIn("errors", answer.json(), field)

    def test_replacing_takes_the_permission_on_both(self) -> None:
        other = factories.gam()
        url = reverse("plugins-api:netbox_gam-api:gamdevice-replace", args=[self.gam.pk])
        builders.permit(self.user, GamDevice, "view")
        with disable_warnings("django.request"):
            self.assertHttpStatus(self.client.post(url, {"successor": other.pk}, format="json", **self.header), 403)
            builders.permit(self.user, GamDevice, "replace", constraints={"pk": self.gam.pk})
            self.assertHttpStatus(self.client.post(url, {"successor": other.pk}, format="json", **self.header), 403)
            self.assertHttpStatus(self.client.post(url, {}, format="json", **self.header), 400)
        self.assertEqual(Job.objects.count(), 0)
        builders.permit(self.user, GamDevice, "replace", constraints={"pk": other.pk})
        self.assertHttpStatus(self.client.post(url, {"successor": other.pk}, format="json", **self.header), 202)
        self.assertEqual(Job.objects.get().name, "Replace GAM")
