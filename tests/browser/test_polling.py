"""The status page of polling in both themes, and that looking at a GAM has it read often."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from django.urls import reverse
from django.utils import timezone

from netbox_gam.models import GamDevice, PollCycle, PollSchedule, PollWorker
from netbox_gam.workflows import scheduling

from .base import BrowserTestCase

PICTURES = os.environ.get("NETBOX_GAM_PICTURES")
"""Folder for pictures of what was tested, for somebody who wants to look; none unless named."""


class PollingTests(BrowserTestCase):
    def setUp(self) -> None:
        now = timezone.now()
        scheduling.follow_devices()
        PollWorker.objects.update_or_create(name="netbox-1:4711", defaults={"started": now, "seen": now, "leader_at": now})
        gams = list(GamDevice.objects.order_by("pk").values_list("pk", flat=True))
        for minutes in range(1, 50):
            PollCycle.objects.update_or_create(
                started=scheduling.cycle_of(now - timedelta(minutes=minutes)),
                defaults={
                    "closed": minutes > 2,
                    "batches": 3,
                    "read": 100 - minutes % 7,
                    "failed": {"timeout": minutes % 7},
                    "samples": 2400,
                    "lateness_p50": 0.4,
                    "lateness_p99": 1 + minutes % 5 / 2 if minutes > 2 else None,
                    "lateness_max": 4.0,
                    "phases": {"read": 4.2, "store": 2.1},
                    "slowest": [[pk, 1.0 + pk % 3] for pk in gams],
                },
            )

    def picture(self, page, name: str) -> None:
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)

    def test_the_status_page_refreshes_itself(self) -> None:
        for theme in ("light", "dark"):
            watched = self.admin(theme)
            watched.visit(reverse("plugins:netbox_gam:polling_status"))
            page = watched.page
            page.wait_for_selector("svg.gam-cycles")
            self.picture(page, f"polling-{theme}")
            with page.expect_response(lambda answer: answer.url.endswith("/polling/"), timeout=20_000) as refreshed:
                pass
            self.assertEqual(refreshed.value.status, 200)
            page.wait_for_timeout(300)
            self.assertEqual(page.locator("#polling-status svg.gam-cycles").count(), 1)
            self.assertEqual(page.locator("#polling-status nav, #polling-status header").count(), 0, "only what changes")

    def test_looking_has_it_read_often_and_only_for_those_who_may(self) -> None:
        gam = GamDevice.objects.order_by("pk").first()
        viewer = self.viewer()
        viewer.visit(gam.get_absolute_url())
        viewer.page.wait_for_timeout(1500)
        self.assertIsNone(PollSchedule.objects.get(gam=gam).watched_until)
        watched = self.admin()
        watched.visit(gam.get_absolute_url())
        watched.page.get_by_text("read every 10 seconds").wait_for(timeout=10_000)
        self.picture(watched.page, "gam")
        self.assertGreater(PollSchedule.objects.get(gam=gam).watched_until, timezone.now())
