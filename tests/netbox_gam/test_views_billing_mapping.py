"""The pages that say what a billing system's statuses and plans mean, and who may."""

from __future__ import annotations

from datetime import date

from core.models import ObjectChange, ObjectType
from django.urls import reverse
from users.models import ObjectPermission
from utilities.testing import TestCase, disable_warnings

from netbox_gam.models import BandwidthPlan, BillingPlan, Subscriber
from netbox_gam.workflows import status_matrix

from . import factories


def allow(user, model, *actions, **constraints):
    """Permission for actions on objects of a model, some of them only."""
    permission = ObjectPermission.objects.create(
        name=f"{model} {actions} {constraints}"[:100], actions=list(actions), constraints=constraints or None
    )
    permission.object_types.add(ObjectType.objects.get(app_label="netbox_gam", model=model))
    permission.users.add(user)


class StatusMatrixPageTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        secrets = {"token": "", "api_key": "env:GAM_KEY", "api_secret": "env:GAM_SECRET"}
        cls.system = factories.billing_system(name="Splynx", type="splynx", auth="basic", **secrets)
        gam = factories.gam()
        for number in range(20):
            service = factories.billed_service(
                cls.system, entity="internet_service", raw_status="active/active", status_word="active/active", name=f"Ada {number}"
            )
            served = factories.subscriber(status="active", name=f"ada-{number}", gam=gam)
            factories.billing_link(cls.system, entity="internet_service", external_id=service.external_id, subscriber=served)
        cls.blocked = factories.billed_service(
            cls.system, entity="internet_service", raw_status="blocked/active", status_word="blocked/active", state="suspended",
            delinquent=True, delinquent_since=date(2026, 1, 1), name="Bob Blocked",
        )  # fmt: skip
        off = factories.subscriber(status="suspended", name="bob", gam=gam)
        factories.billing_link(cls.system, entity="internet_service", external_id=cls.blocked.external_id, subscriber=off)
        factories.billed_service(cls.system, raw_status="active/frozen", status_word="active/frozen", state="unknown")
        cls.url = reverse("plugins:netbox_gam:billingsystem_statuses", kwargs={"pk": cls.system.pk})

    def asked(self, **states):
        words = [word.replace("__", "/") for word in states]
        return {"word": words, "state": list(states.values()), "debt": "", "days": ""}

    def test_shows_what_is_seen_and_what_it_means(self):
        allow(self.user, "billingsystem", "view")
        with self.assertNumQueries(FuzzyInt(1, 22)):
            page = self.client.get(self.url)
        self.assertContains(page, "active/frozen")
        self.assertContains(page, "1 in debt")
        self.assertNotContains(page, reverse("plugins:netbox_gam:subscriber", kwargs={"pk": factories_pk(self.system)}))
        self.assertNotContains(page, 'name="_preview"')
        allow(self.user, "subscriber", "view")
        self.assertContains(self.client.get(self.url), "/plugins/gam/subscribers/")

    def test_who_may_not_change_the_system_changes_no_matrix(self):
        other = factories.billing_system()
        allow(self.user, "billingsystem", "view")
        allow(self.user, "billingsystem", "change", pk=other.pk)
        with disable_warnings("django.request"):
            self.assertHttpStatus(self.client.post(self.url, {**self.asked(active__frozen="suspended"), "_save": ""}), 403)
        self.system.refresh_from_db()
        self.assertEqual(self.system.options, {})

    def test_a_change_is_shown_before_it_is_saved_and_change_logged(self):
        allow(self.user, "billingsystem", "view", "change")
        asked = self.asked(active__active="suspended", active__frozen="suspended")
        page = self.client.post(self.url, {**asked, "_save": "", "shown": "else"})
        self.assertContains(page, "What this would come to")
        self.assertContains(page, "The guard would hold the next run")
        self.assertEqual((page.context["preview"].suspend, page.context["preview"].changed), (20, 21))
        self.system.refresh_from_db()
        self.assertEqual(self.system.options, {})
        page = self.client.post(self.url, {**asked, "_save": "", "shown": page.context["shown"]}, follow=True)
        self.assertContains(page, "from the next run on")
        self.system.refresh_from_db()
        self.assertEqual(self.system.options["status_map"], {"active/active": "suspended", "active/frozen": "suspended"})
        change = ObjectChange.objects.filter(changed_object_id=self.system.pk, user=self.user).latest("time")
        self.assertIn("status_map", change.postchange_data["options"])
        page = self.client.post(self.url, {"_reset": ""})
        self.assertEqual(page.context["preview"].unknown, 1)
        self.client.post(self.url, {"_save": "", "_reset": "", "shown": page.context["shown"]})
        self.system.refresh_from_db()
        self.assertEqual(self.system.options, {})

    def test_keeping_debtors_in_service_resumes_them(self):
        allow(self.user, "billingsystem", "view", "change")
        page = self.client.post(self.url, {**self.asked(), "debt": "keep", "_preview": ""})
        self.assertEqual((page.context["preview"].resume, page.context["preview"].suspend), (1, 0))
        page = self.client.post(self.url, {**self.asked(), "debt": "grace", "days": "soon", "_preview": ""}, follow=True)
        self.assertContains(page, "days of grace &#x27;soon&#x27;")

    def test_rest_says_and_saves_the_same(self):
        allow(self.user, "billingsystem", "view")
        base = f"/api/plugins/gam/billing-systems/{self.system.pk}/"
        rows = {row["status"]: row for row in self.api("get", base + "status-matrix/").json()["statuses"]}
        self.assertEqual((rows["blocked/active"]["in_debt"], rows["blocked/active"]["default"]), (1, "suspended"))
        body = {"status_map": {"active/frozen": "terminated"}, "debt": {"action": "grace", "days": 9}}
        with disable_warnings("django.request"):
            self.assertEqual(self.api("post", base + "set-statuses/", body).status_code, 403)
            allow(self.user, "billingsystem", "change")
            wrong = self.api("post", base + "set-statuses/", {"status_map": {"active/frozen": "asleep"}})
        self.assertEqual((wrong.status_code, "asleep" in wrong.content.decode()), (400, True))
        self.assertFalse(self.api("post", base + "set-statuses/", {**body, "dry_run": True}).json()["saved"])
        self.assertTrue(self.api("post", base + "set-statuses/", body).json()["saved"])
        self.system.refresh_from_db()
        self.assertEqual(
            self.system.options, {"status_map": {"active/frozen": "terminated"}, "debt": {"action": "grace", "days": 9}}
        )

    def api(self, method, url, body=None):
        return getattr(self.client, method)(url, *([body] if body else []), content_type="application/json")

    def test_rows_stored_before_statuses_were_kept_mean_what_they_meant(self):
        sonar = factories.billing_system()
        for raw, state in (("Active", "in_service"), ("Gone, archived", "terminated"), ("Snowbird", "unknown")):
            factories.billed_service(sonar, raw_status=raw, state=state)
        found = status_matrix.preview(sonar, status_matrix.rules_of(sonar))
        self.assertEqual((found.services, found.changed), (3, 0))
        states = {row.word: dict(row.states) for row in status_matrix.matrix(sonar, Subscriber.objects.all()) if row.services}
        self.assertEqual(states, {"active": {"in_service": 1}, "gone": {"terminated": 1}, "snowbird": {"unknown": 1}})


class PlanMappingPageTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.system = factories.billing_system(name="Sonar")
        cls.fast = factories.plan(name="fast")
        cls.exact = factories.billing_plan(cls.system, name="Fast 100", external_id="1", download_kbps=100_000, upload_kbps=20_000)
        cls.binary = factories.billing_plan(cls.system, name="Binary", external_id="2")
        cls.strange = factories.billing_plan(
            cls.system, name="Très vite!", external_id="3", download_kbps=307_200, upload_kbps=51_200
        )
        cls.flat = factories.billing_plan(
            cls.system, name="Flat", external_id="4", download_kbps=None, upload_kbps=None, recurring=True
        )
        factories.billed_service(cls.system, plan_id="3")
        cls.base = f"/plugins/gam/billing-systems/{cls.system.pk}/"

    def post(self, **data):
        return self.client.post(self.base + "map-plans/", data, follow=True)

    def full(self):
        allow(self.user, "billingsystem", "view", "change")
        allow(self.user, "billingplan", "view", "change")
        allow(self.user, "bandwidthplan", "view", "add")

    def mapped(self):
        return dict(BillingPlan.objects.filter(system=self.system).values_list("name", "bandwidth_plan__name"))

    def test_proposes_unmapped_ones_first_by_use(self):
        self.full()
        page = self.client.get(self.base + "plan-mapping/")
        rows = [(row.plan.name, row.proposal.confidence) for row, _words, _color in page.context["rows"]]
        self.assertEqual(rows, [("Très vite!", "none"), ("Binary", "likely"), ("Fast 100", "exact"), ("Flat", "none")])
        self.assertContains(page, "entered in units of 1024")
        self.assertContains(page, "becomes a finding of the next run")

    def test_accepting_all_sure_ones_maps_them(self):
        self.full()
        self.assertContains(self.post(_accept_all=""), "Mapped 2 plans")
        self.assertEqual(self.mapped(), {"Fast 100": "fast", "Binary": "fast", "Très vite!": None, "Flat": None})
        self.assertContains(
            self.post(**{f"plan-{self.exact.pk}": "", f"plan-{self.binary.pk}": "fast", "_save": ""}), "Mapped 1 plans"
        )
        self.assertIsNone(self.mapped()["Fast 100"])

    def test_a_name_that_is_none_maps_nothing(self):
        self.full()
        page = self.post(**{f"plan-{self.exact.pk}": "fast", f"plan-{self.binary.pk}": "fats", "_save": ""})
        self.assertContains(page, "no bandwidth plan &#x27;fats&#x27;")
        self.assertEqual(set(self.mapped().values()), {None})

    def test_makes_the_plan_that_is_missing_at_the_speed_sold(self):
        self.full()
        self.assertContains(self.post(create=self.strange.pk), "Made the bandwidth plan")
        made = BandwidthPlan.objects.get(billing_plans=self.strange)
        self.assertEqual((made.name, made.downstream_kbps, made.upstream_kbps), ("Tr_s_vite", 300_000, 50_000))

    def test_what_is_billed_as_recurring_is_internet_where_somebody_says_so(self):
        self.full()
        page = self.post(**{"internet": self.flat.pk, f"down-{self.flat.pk}": "50", f"up-{self.flat.pk}": "x"})
        self.assertContains(page, "not a speed in Mbit/s")
        self.post(**{"internet": self.flat.pk, f"down-{self.flat.pk}": "50", f"up-{self.flat.pk}": "12.5"})
        self.system.refresh_from_db()
        self.flat.refresh_from_db()
        self.assertEqual((self.system.options, self.flat.download_kbps), ({"recurring_plans": {"4": [50_000, 12_500]}}, 50_000))
        self.post(not_internet=self.flat.pk)
        self.system.refresh_from_db()
        self.assertEqual(self.system.options, {})

    def test_each_step_needs_its_own_permission(self):
        allow(self.user, "billingsystem", "view")
        allow(self.user, "billingplan", "view")
        allow(self.user, "billingplan", "change", pk=self.exact.pk)
        allow(self.user, "bandwidthplan", "view")
        page = self.client.get(self.base + "plan-mapping/")
        self.assertNotContains(page, 'name="create"')
        with disable_warnings("django.request"):
            for button in ("create", "internet"):
                self.assertHttpStatus(self.post(**{button: self.binary.pk}), 403)
            self.assertHttpStatus(self.post(create=self.exact.pk), 403)
            self.assertHttpStatus(self.post(**{f"plan-{self.binary.pk}": "fast", "_save": ""}), 403)
            self.assertHttpStatus(self.post(pk=self.binary.pk, _accept=""), 403)
        self.assertEqual(set(self.mapped().values()), {None})
        self.post(_accept_all="")
        self.assertEqual(self.mapped(), {"Fast 100": "fast", "Binary": None, "Très vite!": None, "Flat": None})

    def test_an_unseen_bandwidth_plan_is_neither_proposed_nor_taken(self):
        allow(self.user, "billingsystem", "view")
        allow(self.user, "billingplan", "view", "change")
        self.assertNotContains(self.client.get(self.base + "plan-mapping/"), "fast")
        self.post(_accept_all="")
        self.post(**{f"plan-{self.exact.pk}": "fast", "_save": ""})
        self.assertEqual(set(self.mapped().values()), {None})

    def test_rest_maps_all_or_none(self):
        self.full()
        url = f"/api/plugins/gam/billing-systems/{self.system.pk}/"
        rows = self.client.get(url + "plan-mapping/").json()
        self.assertEqual({row["name"]: row["proposed"] for row in rows}["Binary"], self.fast.pk)
        wanted = [{"billing_plan": self.exact.pk, "bandwidth_plan": self.fast.pk}]
        with disable_warnings("django.request"):
            bad = [*wanted, {"billing_plan": self.binary.pk, "bandwidth_plan": 999_999}]
            refused = self.client.post(url + "map-plans/", {"plans": bad}, content_type="application/json")
        self.assertEqual((refused.status_code, set(self.mapped().values())), (400, {None}))
        answer = self.client.post(url + "map-plans/", {"plans": wanted, "accept_sure": True}, content_type="application/json")
        self.assertEqual(answer.json(), {"mapped": 2})
        made = self.client.post(f"/api/plugins/gam/billing-plans/{self.strange.pk}/create-bandwidth-plan/")
        self.assertEqual(made.json()["bandwidth_plan"]["name"], "Tr_s_vite")
        said = {"download_kbps": 5000, "upload_kbps": 1000}
        flat = self.client.post(
            f"/api/plugins/gam/billing-plans/{self.flat.pk}/sell-as-internet/", said, content_type="application/json"
        )
        self.assertEqual(flat.json()["download_kbps"], 5000)

    def test_queries_do_not_grow_with_plans(self):
        self.full()
        BillingPlan.objects.bulk_create(
            BillingPlan(
                system=self.system, external_id=f"x{number}", name=f"X {number}", download_kbps=number * 1000, upload_kbps=1000
            )
            for number in range(1, 200)
        )
        with self.assertNumQueries(FuzzyInt(1, 25)):
            page = self.client.get(self.base + "plan-mapping/")
        self.assertEqual(len(page.context["rows"]), 203)


class FuzzyInt(int):
    """A number between two."""

    def __new__(cls, low, high):
        made = super().__new__(cls, high)
        made.low, made.high = low, high
        return made

    def __eq__(self, other):
        return self.low <= other <= self.high

    __hash__ = int.__hash__


def factories_pk(system):
    """Key of a subscriber linked to a system."""
    return system.links.first().subscriber_id
