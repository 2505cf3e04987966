"""The status page of polling, the same by REST, and the panel that has a GAM read often while somebody looks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.models import ObjectType
from django.core.cache import cache
from django.db import connection
from django.test import SimpleTestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from users.models import ObjectPermission
from utilities.testing import TestCase, disable_warnings
from utilities.testing.api import APITestCase

from netbox_gam.models import DeviceState, GamDevice, PollCycle, PollSchedule, PollWorker
from netbox_gam.ui import polling as picture
from netbox_gam.workflows import polling_health, scheduling

from . import factories

STATUS = "plugins:netbox_gam:polling_status"


def may(user: Any, *actions: str, **constraints: Any) -> None:
    """Give a user some permissions on some GAMs."""
    permission = ObjectPermission.objects.create(
        name=f"{actions} {user.pk} {constraints}", actions=list(actions), constraints=constraints or None
    )
    permission.object_types.add(ObjectType.objects.get_for_model(GamDevice))
    permission.users.add(user)


def fleet_at_work() -> tuple[GamDevice, GamDevice]:
    """One GAM that is read, one that is not, a worker and a cycle."""
    good, bad = factories.gam("good-gam"), factories.gam("bad-gam")
    scheduling.follow_devices()
    now = timezone.now()
    factories.device_state(good)
    factories.device_state(bad, reachable=False, failure_kind="timeout", failure_message="It fell silent.")
    PollWorker.objects.create(name="host:1", started=now - timedelta(hours=1), seen=now, leader_at=now)
    PollCycle.objects.create(
        started=scheduling.cycle_of(now - timedelta(minutes=3)), closed=True, batches=2, read=1, failed={"timeout": 1}, samples=9,
        lateness_p50=0.5, lateness_p99=1.5, lateness_max=1.7, phases={"read": 1.0, "store": 0.5}, slowest=[[good.pk, 1.25]],
        workers=["host:1"],
    )  # fmt: skip
    return good, bad


class StatusPageTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        cache.clear()

    def page(self, **headers: str) -> Any:
        return self.client.get(reverse(STATUS), headers=headers)

    def test_takes_the_permission_to_view_gams(self) -> None:
        with disable_warnings("django.request"):
            self.assertEqual(self.page().status_code, 403)
        self.client.logout()
        self.assertEqual(self.page().status_code, 302)

    def test_shows_how_it_goes(self) -> None:
        _good, bad = fleet_at_work()
        may(self.user, "view")
        page = self.page()
        for words in ("good-gam", "bad-gam", "Timeout", "host:1", "Hands out work", "99 % within 1.5 s", "gam-cycles"):
            self.assertContains(page, words)
        self.assertContains(page, bad.get_absolute_url())
        self.assertNotContains(page, "No worker serves")

    def test_names_only_what_may_be_viewed(self) -> None:
        _good, bad = fleet_at_work()
        may(self.user, "view", device__name="good-gam")
        page = self.page()
        self.assertContains(page, "good-gam")
        self.assertNotContains(page, "bad-gam")
        self.assertNotContains(page, bad.get_absolute_url())

    def test_without_a_worker_says_how_to_start_one(self) -> None:
        fleet_at_work()
        PollWorker.objects.all().delete()
        may(self.user, "view")
        self.assertContains(self.page(), polling_health.START_A_WORKER)

    def test_without_anything_says_what_to_do(self) -> None:
        may(self.user, "view")
        page = self.page()
        self.assertContains(page, "No GAM is read by schedule.")
        self.assertContains(page, "None yet. A cycle is a minute")

    def test_htmx_gets_only_what_changes(self) -> None:
        may(self.user, "view")
        page = self.page(**{"HX-Request": "true"})
        self.assertNotContains(page, "<html")
        self.assertContains(page, "Storage of measurements")

    def test_the_number_of_statements_does_not_grow_with_the_fleet(self) -> None:
        fleet_at_work()
        may(self.user, "view")
        self.page()
        counted = self._queries()
        for number in range(5):
            factories.device_state(factories.gam(f"even-more-{number}"), reachable=False, failure_kind="auth")
        scheduling.follow_devices()
        self.assertLessEqual(self._queries(), counted)

    def _queries(self) -> int:
        with CaptureQueriesContext(connection) as captured:
            self.page()
        return len(captured)


class ProblemTests(TestCase):
    def messages(self) -> str:
        return " ".join(problem.message for problem in polling_health.problems(scheduling.status()))

    def setUp(self) -> None:
        fleet_at_work()
        self.worker = PollWorker.objects.all()

    def test_none(self) -> None:
        self.assertEqual(self.messages(), "")

    def test_silent_workers(self) -> None:
        self.worker.update(seen=timezone.now() - timedelta(minutes=2))
        self.assertIn("No worker serves", self.messages())

    def test_nobody_hands_out_work(self) -> None:
        self.worker.update(leader_at=timezone.now() - timedelta(minutes=2))
        self.assertIn("none of them hands out work", self.messages())
        self.worker.update(started=timezone.now())
        self.assertEqual(self.messages(), "", "it has only just begun")

    def test_backlog(self) -> None:
        PollSchedule.objects.update(next_due=timezone.now() - timedelta(minutes=5))
        self.assertIn("2 GAMs wait to be read", self.messages())

    def test_lateness(self) -> None:
        PollCycle.objects.update(lateness_p99=7.0)
        self.assertIn("more than 7 s late", self.messages())

    def test_no_roll_up(self) -> None:
        PollCycle.objects.update(closed=False, started=timezone.now() - timedelta(minutes=30))
        self.assertIn("not rolled up", self.messages())


class PictureTests(SimpleTestCase):
    def test_an_hour_with_gaps(self) -> None:
        now = timezone.now()
        cycle = PollCycle(started=scheduling.cycle_of(now - timedelta(minutes=59)), read=8, failed={"AUTH": 2}, lateness_p99=2.5)
        bars = picture.last_hour([cycle], now)
        self.assertEqual(len(bars), 60)
        self.assertEqual((bars[0].read, bars[0].failed, bars[1].read), (8, 2, 0))
        drawn = picture.draw(bars)
        self.assertIn("8 read, 2 failed, 2.5 s late", drawn)
        self.assertIn("The last hour: 8 readings, 2 failures", drawn)


class WatchTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.gam, cls.other = factories.gam("watched"), factories.gam("other")
        scheduling.follow_devices()

    def watch(self, gam: GamDevice) -> Any:
        return self.client.post(reverse("plugins:netbox_gam:gamdevice_watch", kwargs={"pk": gam.pk}))

    def watched(self) -> list[int]:
        return list(PollSchedule.objects.exclude(watched_until=None).values_list("gam_id", flat=True))

    def test_takes_the_permission_to_poll_that_gam(self) -> None:
        may(self.user, "view")
        with disable_warnings("django.request"):
            self.assertEqual(self.watch(self.gam).status_code, 403)
            may(self.user, "poll", device__name="other")
            self.assertEqual(self.watch(self.gam).status_code, 404)
        self.assertEqual(self.watched(), [])
        self.assertContains(self.watch(self.other), "read every 10 seconds")
        self.assertEqual(self.watched(), [self.other.pk])

    def test_what_may_not_be_viewed_is_not_there(self) -> None:
        may(self.user, "poll")
        with disable_warnings("django.request"):
            self.assertEqual(self.watch(self.gam).status_code, 404)
        self.assertEqual(self.watched(), [])

    def test_looking_alone_changes_nothing(self) -> None:
        may(self.user, "view", "poll")
        url = reverse("plugins:netbox_gam:gamdevice_watch", kwargs={"pk": self.gam.pk})
        with disable_warnings("django.request"):
            self.assertEqual(self.client.get(url).status_code, 405)
        page = self.client.get(self.gam.get_absolute_url())
        self.assertContains(page, f'hx-post="{url}"')
        self.assertEqual(self.watched(), [])

    def test_without_the_permission_to_poll_the_page_asks_for_nothing(self) -> None:
        may(self.user, "view")
        page = self.client.get(self.gam.get_absolute_url())
        self.assertContains(page, "Next reading")
        self.assertNotContains(page, "hx-post")

    def test_says_why_nothing_is_scheduled(self) -> None:
        may(self.user, "view")
        PollSchedule.objects.all().delete()
        self.assertContains(self.client.get(self.gam.get_absolute_url()), "Not scheduled yet.")
        GamDevice.objects.update(polling_enabled=False)
        self.assertContains(self.client.get(self.gam.get_absolute_url()), "Polling is off for this GAM")

    def test_says_that_it_is_tried_less_often(self) -> None:
        may(self.user, "view")
        PollSchedule.objects.update(failures=4)
        self.assertContains(self.client.get(self.gam.get_absolute_url()), "4 times in a row")


class StatusApiTests(APITestCase):
    view_namespace = "plugins-api:netbox_gam"

    def setUp(self) -> None:
        super().setUp()
        cache.clear()
        self.good, self.bad = fleet_at_work()

    def status(self) -> Any:
        return self.client.get(reverse("plugins-api:netbox_gam-api:polling-status"), **self.header)

    def test_takes_the_permission_to_view_gams(self) -> None:
        with disable_warnings("django.request"):
            self.assertEqual(self.status().status_code, 403)
            self.assertEqual(self.client.get(reverse("plugins-api:netbox_gam-api:polling-status")).status_code, 403)

    def test_the_figures(self) -> None:
        may(self.user, "view", device__name="good-gam")
        found = self.status().json()
        self.assertEqual((found["scheduled"], found["last_cycle"]["read"], found["last_cycle"]["lateness_p99"]), (2, 1, 1.5))
        self.assertEqual([entry["gam"]["id"] for entry in found["slowest"]], [self.good.pk])
        self.assertEqual(found["failing"], [{"kind": "timeout", "count": 1, "gams": []}])
        self.assertEqual([worker["hands_out_work"] for worker in found["workers"]], [True])
        self.assertEqual({row["resolution"] for row in found["storage"]}, {"raw", "5m", "1h", "1d"})
        self.assertNotIn("bad-gam", str(found))

    def test_nothing_can_be_written(self) -> None:
        may(self.user, "view")
        with disable_warnings("django.request"):
            answer = self.client.post(reverse("plugins-api:netbox_gam-api:polling-status"), {}, format="json", **self.header)
        self.assertEqual(answer.status_code, 405)
        self.assertEqual(DeviceState.objects.count(), 2)
