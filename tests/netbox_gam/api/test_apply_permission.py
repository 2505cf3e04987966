"""Applying at once over REST takes the permission to apply change plans, beside the verb's own."""

from __future__ import annotations

from core.models import Job
from utilities.testing import APITestCase

from .. import factories


class ApplyAtOnceTests(APITestCase):
    def post(self, path: str) -> int:
        response = self.client.post(f"/api/plugins/gam/{path}", {"apply": True}, format="json", **self.header)
        return int(response.status_code)

    def test_it_is_refused_without_and_started_with_the_permission(self) -> None:
        subscriber, finding = factories.subscriber(), factories.finding()
        paths = (f"subscribers/{subscriber.pk}/suspend/", f"findings/{finding.pk}/accept/")
        self.add_permissions("netbox_gam.provision_subscriber", "netbox_gam.decide_finding")
        self.assertEqual([self.post(path) for path in paths], [403, 403])
        self.assertFalse(Job.objects.exists())
        self.add_permissions("netbox_gam.apply_changeplan")
        self.assertEqual([self.post(path) for path in paths], [202, 202])
