"""Plan slots: what is remembered of shelves, the pages, REST, and that a fleet costs no more queries than a GAM."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from users.models import ObjectPermission
from utilities.testing import APITestCase, TestCase

from netbox_gam.models import BandwidthPlan, GamDevice, ShelfProfileState
from netbox_gam.workflows import profile_slots, shelf_services
from nornir_tasks.contracts import ProfileConfig, ShelfConfig, SubscriberConfig
from nornir_tasks.gam.rules import BUILTIN_PROFILE

from . import factories

FULL = tuple(ProfileConfig(f"p{n:02}", 40 * n, 20, id=n) for n in range(2, 16))


def config(*profiles: ProfileConfig, users: dict[str, int]) -> ShelfConfig:
    names = [name for name, count in users.items() for _ in range(count)]
    return ShelfConfig(
        (BUILTIN_PROFILE, *profiles), (), tuple(SubscriberConfig(f"s{n}", 100, profile=name) for n, name in enumerate(names))
    )


def crowded(name: str) -> GamDevice:
    """A shelf without a free slot, of which two speeds are near each other and one serves nobody."""
    gam = factories.gam(name)
    near = (ProfileConfig("old 100", 108, 20, id=2), ProfileConfig("new 100", 110, 20, id=3), *FULL[2:])
    shelf_services.remember({gam: config(*near, users={"old 100": 3, "new 100": 5} | {p.name: 1 for p in FULL[3:]})})
    return gam


class RememberedTest(TestCase):
    def test_a_configuration_replaces_what_was_known(self) -> None:
        gam = factories.gam()
        shelf_services.remember({gam: config(*FULL, users={"p02": 2, "p15": 1})})
        found = profile_slots.of(profile_slots.with_slots(GamDevice.objects.all()).get(pk=gam.pk))
        self.assertEqual((len(found.use.profiles), found.use.free, found.use.headroom), (15, 0, 12))
        self.assertEqual({name: count for name, count in found.use.users.items() if count}, {"p02": 2, "p15": 1})
        shelf_services.remember({gam: config(FULL[0], users={"p02": 1})}, at=timezone.now())
        found = profile_slots.of(profile_slots.with_slots(GamDevice.objects.all()).get(pk=gam.pk))
        self.assertEqual([p.name for p in found.use.profiles], ["Default BW Profile", "p02"])
        self.assertFalse(found.outdated)
        factories.device_state(gam, profiles_used=4)
        found = profile_slots.of(profile_slots.with_slots(GamDevice.objects.all()).get(pk=gam.pk))
        self.assertTrue(found.outdated)

    def test_rows_of_a_gam_that_is_gone_are_swept(self) -> None:
        gam = crowded("gone")
        gam.delete()
        self.assertEqual(shelf_services.forget_gone()["ShelfProfileState"], 15)
        self.assertFalse(ShelfProfileState.objects.exists())


class PlanSlotsPagesTest(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.gams = [crowded("gam-a"), crowded("gam-b")]
        cls.unread = factories.gam("gam-unread")
        cls.plan = factories.plan(name="Old hundred", downstream_kbps=100_000, upstream_kbps=18_500, overhead_percent=8)

    fleet = "/plugins/gam/plan-slots/"

    def page_of(self, gam: GamDevice) -> str:
        return reverse("plugins:netbox_gam:gamdevice_slots", kwargs={"pk": gam.pk})

    def test_a_gam_shows_its_slots_who_uses_them_and_the_way_out(self) -> None:
        self.assertHttpStatus(self.client.get(self.page_of(self.gams[0])), 403)
        self.add_permissions("netbox_gam.view_gamdevice")
        page = self.client.get(self.page_of(self.gams[0]))
        self.assertContains(page, "13 slots used, 1 unused, 0 free")
        self.assertContains(page, "old 100: 108/20 Mbit/s, 3 subscribers")
        self.assertContains(page, "Remove an unused one: p04")
        self.assertContains(page, "Merge old 100 into new 100, which has 110/20 instead of 108/20 Mbit/s (3 subscribers move)")
        self.assertNotContains(page, "Old hundred", msg_prefix="a plan the user may not view")
        self.add_permissions("netbox_gam.view_bandwidthplan")
        self.assertContains(self.client.get(self.page_of(self.gams[0])), "Old hundred")
        self.assertContains(self.client.get(self.page_of(self.unread)), "was never read")

    def test_the_fleet_shows_only_gams_the_user_may_view(self) -> None:
        url = reverse("plugins:netbox_gam:plan_slots")
        self.assertHttpStatus(self.client.get(url), 403)
        allowed = ObjectPermission.objects.create(name="one", actions=["view"], constraints={"pk": self.gams[0].pk})
        allowed.object_types.add(ObjectPermission.object_types.rel.model.objects.get_for_model(GamDevice))
        allowed.users.add(self.user)
        page = self.client.get(url)
        self.assertContains(page, "gam-a")
        self.assertNotContains(page, "gam-b")
        self.assertContains(page, "Speeds that could become one")
        self.assertContains(self.client.get(url, {"export": "table"}), "builtin merge used")

    def test_a_fleet_costs_no_more_queries(self) -> None:
        self.add_permissions("netbox_gam.view_gamdevice", "netbox_gam.view_bandwidthplan")
        url = reverse("plugins:netbox_gam:plan_slots")
        counts = []
        for _ in range(2):
            self.client.get(url)
            with CaptureQueriesContext(connection) as captured:
                self.client.get(url)
            counts.append(len(captured))
            for number in range(4):
                crowded(f"more-{len(counts)}-{number}")
        self.assertEqual(counts[0], counts[1])


class PlanSlotsApiTest(APITestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.gams = [crowded("gam-a"), crowded("gam-b")]
        cls.unread = factories.gam("gam-unread")

    def ask(self, name: str, status: int = 200, **kwargs: int) -> dict:
        answer = self.client.get(reverse(f"plugins-api:netbox_gam-api:gamdevice-{name}", kwargs=kwargs), **self.header)
        self.assertHttpStatus(answer, status)
        return answer.data

    def test_one_all_and_merges(self) -> None:
        for name, kwargs in (("plan-slots-list", {}), ("plan-slots", {"pk": self.gams[0].pk}), ("plan-merges", {})):
            self.ask(name, 403, **kwargs)
        self.add_permissions("netbox_gam.view_gamdevice")
        one = self.ask("plan-slots", pk=self.gams[0].pk)
        self.assertEqual((one["free"], one["unused"], one["headroom"]), (0, ["p04"], 1))
        self.assertEqual(one["merges"], [{"leave": "old 100", "into": "new 100", "subscribers": 3, "equal": False}])
        self.assertIn(
            {"slot": 3, "name": "new 100", "downstream_mbps": 110, "upstream_mbps": 20, "subscribers": 5}, one["profiles"]
        )
        listed = self.ask("plan-slots-list")
        self.assertEqual([item["read_at"] is None for item in listed["results"]], [False, False, True])
        (merge,) = self.ask("plan-merges")
        self.assertEqual((merge["leave"], merge["into"], merge["subscribers"], len(merge["gams"])), ([108, 20], [110, 20], 6, 2))

    def test_who_could_go_into_two_equal_profiles_moves_once(self) -> None:
        gam = factories.gam()
        profiles = (ProfileConfig("a", 108, 20, id=2), ProfileConfig("b", 110, 20, id=3), ProfileConfig("c", 110, 20, id=4))
        shelf_services.remember({gam: config(*profiles, users={"a": 2, "b": 5, "c": 7})})
        merges = profile_slots.fleet_merges(GamDevice.objects.filter(pk=gam.pk), BandwidthPlan.objects.all())
        self.assertEqual(
            [(one.leave, one.into, one.moves) for one in merges], [((108, 20), (110, 20), 2), ((110, 20), (110, 20), 5)]
        )

    def test_a_list_costs_no_more_queries(self) -> None:
        self.add_permissions("netbox_gam.view_gamdevice")
        counts = []
        for round_ in range(2):
            for name in ("plan-slots-list", "plan-merges"):
                self.ask(name)
                with CaptureQueriesContext(connection) as captured:
                    self.ask(name)
                counts.append(len(captured))
            for number in range(4):
                crowded(f"more-{round_}-{number}")
        self.assertEqual(counts[:2], counts[2:])
