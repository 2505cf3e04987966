"""Every button's own permission: without it nothing happens, with it only to the objects it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from unittest.mock import patch

from core.models import Job, ObjectType
from django.urls import reverse
from users.models import ObjectPermission
from utilities.testing import TestCase, disable_warnings

from netbox_gam import jobs

from . import factories


class Verb(NamedTuple):
    """A button: model, URL name, permission, what it is pressed on, and the job it starts or the attribute it changes."""

    model: str
    name: str
    permission: str
    make: Callable[[], Any]
    job: str = ""
    becomes: tuple[str, str] = ("", "")
    data: dict[str, Any] = {}


def active() -> Any:
    endpoint = factories.endpoint(factories.port())
    return factories.subscriber(endpoint, status="active", vlan=factories.vlan())


def suspended() -> Any:
    endpoint = factories.endpoint(factories.port())
    return factories.subscriber(endpoint, status="suspended", vlan=factories.vlan())


def stale_batch() -> Any:
    batch = factories.change_batch()
    batch.change_plans.update(status="stale")
    return batch


VERBS = (
    Verb("gamdevice", "poll", "poll", factories.gam, "Poll GAMs"),
    Verb("subscriber", "activate", "provision", factories.subscriber, "Provision subscriber"),
    Verb("subscriber", "suspend", "provision", active, "Provision subscriber"),
    Verb("subscriber", "resume", "provision", suspended, "Provision subscriber"),
    Verb("subscriber", "terminate", "provision", active, "Provision subscriber"),
    Verb("subscriber", "plan", "provision", active, "Provision subscriber"),
    Verb("subscriber", "adopt", "provision", active, "Adopt subscriber"),
    Verb("changeplan", "apply", "apply", factories.change_plan, "Apply change plan"),
    Verb("changeplan", "cancel", "cancel", factories.change_plan, becomes=("status", "cancelled")),
    Verb("changeplan", "release", "release", lambda: factories.change_plan(status="needs_attention"), "Compare GAM"),
    Verb("changeplan", "replan", "apply", lambda: factories.change_plan(status="stale"), "Plan again"),
    Verb("changebatch", "apply", "apply", factories.change_batch, "Apply batch"),
    Verb("changebatch", "replan", "apply", stale_batch, "Plan batch again"),
    Verb("billingsystem", "reconcile", "reconcile", factories.billing_system, "Reconcile billing"),
    Verb("billingsystem", "check_connection", "reconcile", factories.billing_system, "Check billing connection"),
    Verb("billingwrite", "retry", "retry", lambda: factories.billing_write(state="failed"), becomes=("state", "waiting")),
    Verb("billingwrite", "drop", "drop", factories.billing_write, becomes=("state", "dropped")),
    Verb("finding", "accept", "decide", factories.finding, "Accept finding"),
    Verb("finding", "reopen", "decide", lambda: factories.finding(state="ignored"), becomes=("state", "open")),
    Verb("findingrule", "release", "release", lambda: factories.finding_rule(held="too many"), becomes=("held", "")),
    Verb("alarm", "acknowledge", "acknowledge", factories.alarm, becomes=("state", "acknowledged")),
    Verb("gamdevice", "compare", "compare", factories.gam, "Compare GAM"),
    Verb("gamdevice", "backup", "backup", factories.gam, "Back up GAM"),
    Verb("configbackup", "restore", "restore", factories.config_backup, "Restore backup"),
    Verb("drift", "push", "push", factories.drift, "Push drift"),
    Verb("drift", "adopt", "adopt", factories.drift, "Adopt drift"),
    Verb("drift", "reopen", "accept", lambda: factories.drift(state="accepted"), becomes=("state", "open")),
    Verb("arrival", "follow", "follow", lambda: factories.arrival(kind="moved"), "Follow arrival"),
    Verb("arrival", "leave", "leave", factories.arrival, becomes=("state", "left")),
    Verb("arrival", "put_back", "leave", lambda: factories.arrival(kind="moved"), becomes=("state", "left")),
)
BULK_VERBS = (
    Verb("gamdevice", "bulk_poll", "poll", factories.gam, "Poll GAMs"),
    Verb("subscriber", "bulk_suspend", "provision", active, "Plan batch"),
    Verb("subscriber", "bulk_resume", "provision", suspended, "Plan batch"),
    Verb("subscriber", "bulk_activate", "provision", factories.subscriber, "Plan batch"),
    Verb("subscriber", "bulk_terminate", "provision", active, "Plan batch"),
    Verb("subscriber", "bulk_plan", "provision", active, "Plan batch"),
    Verb("subscriber", "bulk_adopt", "provision", active, "Adopt subscriber"),
    Verb("changeplan", "bulk_apply", "apply", factories.change_plan, "Apply change plan"),
    Verb("billingsystem", "bulk_reconcile", "reconcile", factories.billing_system, "Reconcile billing"),
    Verb("billingwrite", "bulk_retry", "retry", lambda: factories.billing_write(state="failed"), becomes=("state", "waiting")),
    Verb("billingwrite", "bulk_drop", "drop", factories.billing_write, becomes=("state", "dropped")),
    Verb("finding", "bulk_accept", "decide", factories.finding, "Accept finding"),
    Verb("finding", "bulk_ignore", "decide", factories.finding, becomes=("state", "ignored")),
    Verb("finding", "bulk_reopen", "decide", lambda: factories.finding(state="ignored"), becomes=("state", "open")),
    Verb("alarm", "bulk_acknowledge", "acknowledge", factories.alarm, becomes=("state", "acknowledged")),
    Verb("drift", "bulk_push", "push", factories.drift, "Push drift"),
    Verb("drift", "bulk_adopt", "adopt", factories.drift, "Adopt drift"),
    Verb("arrival", "bulk_leave", "leave", factories.arrival, becomes=("state", "left")),
)


class VerbCase(TestCase):
    def url(self, verb: Verb, instance: Any = None) -> str:
        kwargs = {"pk": instance.pk} if instance is not None else {}
        return reverse(f"plugins:netbox_gam:{verb.model}_{verb.name}", kwargs=kwargs)

    def allow(self, instance: Any, *actions: str, only_this: bool = False) -> ObjectPermission:
        permission = ObjectPermission(
            name=f"{actions} {instance}"[:100], actions=list(actions), constraints={"pk": instance.pk} if only_this else None
        )
        permission.save()
        permission.users.add(self.user)
        permission.object_types.add(ObjectType.objects.get_for_model(instance))
        return permission

    def assert_untouched(self, verb: Verb, instance: Any) -> None:
        self.assertEqual(Job.objects.count(), 0)
        if verb.becomes[0]:
            before = getattr(instance, verb.becomes[0])
            instance.refresh_from_db()
            self.assertEqual(getattr(instance, verb.becomes[0]), before)

    def assert_done(self, verb: Verb, instance: Any) -> None:
        if verb.job:
            job = Job.objects.get()
            self.assertEqual((job.name, job.user), (verb.job, self.user))
        else:
            instance.refresh_from_db()
            self.assertEqual(getattr(instance, verb.becomes[0]), verb.becomes[1])


class ObjectVerbTest(VerbCase):
    def test_nobody_may_without_the_verbs_own_permission(self):
        for verb in VERBS:
            with self.subTest(verb=f"{verb.model} {verb.name}"), self.cleanupSubTest(), disable_warnings("django.request"):
                instance = verb.make()
                self.allow(instance, "view", "add", "change", "delete")
                self.assertHttpStatus(self.client.post(self.url(verb, instance)), 403)
                self.assert_untouched(verb, instance)

    def test_only_the_objects_the_permission_is_for(self):
        for verb in VERBS:
            with self.subTest(verb=f"{verb.model} {verb.name}"), self.cleanupSubTest(), disable_warnings("django.request"):
                mine, other = verb.make(), verb.make()
                self.allow(mine, verb.permission, only_this=True)
                self.assertHttpStatus(self.client.post(self.url(verb, other)), 404)
                self.assert_untouched(verb, other)
                self.assertHttpStatus(self.client.post(self.url(verb, mine)), 302)
                self.assert_done(verb, mine)

    def test_links_do_nothing(self):
        for verb in VERBS:
            with self.subTest(verb=f"{verb.model} {verb.name}"), self.cleanupSubTest(), disable_warnings("django.request"):
                instance = verb.make()
                self.allow(instance, verb.permission)
                self.assertHttpStatus(self.client.get(self.url(verb, instance)), 405)
                self.assert_untouched(verb, instance)

    def test_buttons_show_to_those_who_may_only(self):
        for verb in VERBS:
            with self.subTest(verb=f"{verb.model} {verb.name}"), self.cleanupSubTest():
                mine, other = verb.make(), verb.make()
                self.allow(mine, "view")
                action = f'action="{self.url(verb, mine)}"'
                self.assertNotContains(self.client.get(mine.get_absolute_url()), action)
                self.allow(mine, verb.permission, only_this=True)
                self.assertContains(self.client.get(mine.get_absolute_url()), action)
                self.assertNotContains(self.client.get(other.get_absolute_url()), self.url(verb, other))

    def test_buttons_show_only_where_the_verb_leads_on(self):
        applied, cleared = factories.change_plan(status="applied"), factories.alarm(state="cleared")
        for instance, action in ((applied, "apply"), (cleared, "acknowledge"), (factories.subscriber(), "provision")):
            self.allow(instance, "view", action)
        for instance, names in ((applied, ("apply", "cancel")), (cleared, ("acknowledge",))):
            page = self.client.get(instance.get_absolute_url()).content.decode()
            for name in names:
                self.assertNotIn(f"{instance.get_absolute_url()}{name}/", page)

    def test_a_state_that_does_not_lead_on_is_a_message(self):
        plan = factories.change_plan(status="applied")
        self.allow(plan, "view", "cancel")
        url = reverse("plugins:netbox_gam:changeplan_cancel", kwargs={"pk": plan.pk})
        self.assertContains(self.client.post(url, follow=True), "not possible any more")


class ApprovalTest(VerbCase):
    def test_approving_takes_its_permission_for_every_plan_and_another_person(self):
        batch = factories.change_batch(plans=2)
        first, second = batch.change_plans.all()
        url = self.url(Verb("changebatch", "approve", "", None), batch)
        self.allow(batch, "view", "apply", "cancel", "change")
        self.allow(first, "view", "apply", "cancel", "change")
        with disable_warnings("django.request"):
            self.assertHttpStatus(self.client.post(url), 403)
            self.allow(batch, "approve")
            self.assertHttpStatus(self.client.post(url), 403)
            self.allow(first, "approve", only_this=True)
            self.assertHttpStatus(self.client.post(url), 403)
            self.assertEqual(batch.change_plans.exclude(approved_digest="").count(), 0)
            self.allow(second, "approve", only_this=True)
            batch.change_plans.update(requested_by=self.user)
            self.assertHttpStatus(self.client.post(url), 403)
        batch.change_plans.update(requested_by=None)
        self.assertContains(self.client.get(batch.get_absolute_url()), f'action="{url}"')
        self.assertHttpStatus(self.client.post(url), 302)
        self.assertEqual(batch.change_plans.filter(approved_by=self.user).count(), 2)
        self.assertNotContains(self.client.get(batch.get_absolute_url()), f'action="{url}"')

    def test_cancelling_a_batch_takes_the_permission_for_every_plan(self):
        batch = factories.change_batch(plans=2)
        first, second = batch.change_plans.all()
        url = self.url(Verb("changebatch", "cancel", "", None), batch)
        self.allow(batch, "cancel")
        self.allow(first, "cancel", only_this=True)
        with disable_warnings("django.request"):
            self.assertHttpStatus(self.client.post(url), 403)
        self.assertEqual(batch.change_plans.filter(status="planned").count(), 2)
        self.allow(second, "cancel", only_this=True)
        self.assertHttpStatus(self.client.post(url), 302)
        self.assertEqual(batch.change_plans.filter(status="cancelled").count(), 2)

    def test_scheduling_takes_the_permission_to_apply(self):
        plan = factories.change_plan()
        url = self.url(Verb("changeplan", "schedule", "", None), plan)
        data = {"when": "at", "at": "2999-01-01 03:00:00"}
        self.allow(plan, "view", "approve", "change")
        with disable_warnings("django.request"):
            self.assertHttpStatus(self.client.get(url), 403)
            self.assertHttpStatus(self.client.post(url, data), 403)
        self.allow(plan, "apply")
        self.assertContains(self.client.get(url), "maintenance window")
        self.assertContains(self.client.post(url, {"when": "at", "at": "2001-01-01 03:00:00"}), "not in the future")
        self.assertContains(self.client.post(url, {"when": "window"}, follow=True), "Not every GAM has a maintenance window")
        self.assertHttpStatus(self.client.post(url, data), 302)
        plan.refresh_from_db()
        self.assertEqual((plan.scheduled_for.year, plan.scheduled_by), (2999, self.user))
        self.client.post(url, {"when": "never"})
        plan.refresh_from_db()
        self.assertIsNone(plan.scheduled_for)


class ApplyAtOnceTest(VerbCase):
    def test_takes_the_permission_to_apply(self):
        subscriber = active()
        self.allow(subscriber, "view", "provision")
        url = reverse("plugins:netbox_gam:subscriber_suspend", kwargs={"pk": subscriber.pk})
        self.assertNotContains(self.client.get(subscriber.get_absolute_url()), "Suspend and apply at once")
        with disable_warnings("django.request"):
            self.assertHttpStatus(self.client.post(url, {"apply": "true"}), 403)
        self.assertEqual(Job.objects.count(), 0)
        self.add_permissions("netbox_gam.apply_changeplan")
        self.assertContains(self.client.get(subscriber.get_absolute_url()), "Suspend and apply at once")
        self.assertHttpStatus(self.client.post(url, {"apply": "true"}), 302)
        self.assertEqual(Job.objects.count(), 1)


class ChangePlanFormTest(VerbCase):
    def test_asks_for_the_plan_then_starts_the_job(self):
        subscriber, plan = active(), factories.plan()
        self.allow(subscriber, "view", "provision")
        self.allow(plan, "view")
        url = reverse("plugins:netbox_gam:subscriber_change_plan", kwargs={"pk": subscriber.pk})
        self.assertContains(self.client.get(subscriber.get_absolute_url()), url)
        response = self.client.get(url)
        self.assertContains(response, "Bandwidth plan")
        self.assertNotContains(response, "Apply at once")
        self.assertHttpStatus(self.client.post(url, {"bandwidth_plan": ""}), 200)
        self.assertEqual(Job.objects.count(), 0)
        self.assertHttpStatus(self.client.post(url, {"bandwidth_plan": plan.pk}), 302)
        self.assertEqual(Job.objects.get().name, "Provision subscriber")

    def test_a_plan_one_may_not_view_cannot_be_chosen(self):
        subscriber, plan = active(), factories.plan()
        self.allow(subscriber, "provision")
        url = reverse("plugins:netbox_gam:subscriber_change_plan", kwargs={"pk": subscriber.pk})
        self.assertHttpStatus(self.client.post(url, {"bandwidth_plan": plan.pk}), 200)
        self.assertEqual(Job.objects.count(), 0)

    def test_only_with_the_permission(self):
        subscriber = active()
        self.allow(subscriber, "view", "change")
        url = reverse("plugins:netbox_gam:subscriber_change_plan", kwargs={"pk": subscriber.pk})
        with disable_warnings("django.request"):
            self.assertHttpStatus(self.client.get(url), 403)


class ServiceFormTest(VerbCase):
    """Verbs that ask for something: the same rules as for the plan's form."""

    def cases(self, subscriber):
        port, endpoint = factories.port(subscriber.gam, 7), factories.endpoint()
        return (
            ("change_vlan", {"tagged": "on"}, {"tagged": True}, None),
            ("move_port", {"port": port.pk}, {"port": port.pk}, port),
            ("replace_endpoint", {"endpoint": endpoint.pk}, {"endpoint": endpoint.pk}, endpoint),
            ("rename", {"name": "New name"}, {"name": "New name"}, None),
        )

    def test_asks_then_starts_the_job_for_those_who_may_and_with_what_they_may_view(self):
        subscriber = active()
        for name, data, given, related in self.cases(subscriber):
            with self.subTest(name), self.cleanupSubTest(), disable_warnings("django.request"):
                url = reverse(f"plugins:netbox_gam:subscriber_{name}", kwargs={"pk": subscriber.pk})
                self.allow(subscriber, "view", "change")
                self.assertNotContains(self.client.get(subscriber.get_absolute_url()), url)
                self.assertHttpStatus(self.client.get(url), 403)
                self.assertHttpStatus(self.client.post(url, data), 403)
                self.allow(subscriber, "provision", only_this=True)
                self.assertContains(self.client.get(subscriber.get_absolute_url()), url)
                self.assertNotContains(self.client.get(url), "Apply at once")
                if name != "change_vlan":
                    self.assertHttpStatus(self.client.post(url, {}), 200)
                if related is not None:
                    self.assertHttpStatus(self.client.post(url, data), 200)
                    self.allow(related, "view")
                self.assertEqual(Job.objects.count(), 0)
                with patch("netbox_gam.jobs.ServiceJob.begin") as begin:
                    begin.return_value = Job(pk=1, name="x")
                    self.client.post(url, data)
                started = begin.call_args.kwargs
                self.assertEqual((started["verb"], started["apply"]), (name, False))
                self.assertEqual({key: started["given"].get(key) for key in given}, given)

    def test_a_plan_for_many_is_asked_for_once(self):
        mine, other, plan = active(), active(), factories.plan()
        self.allow(mine, "view")
        self.allow(mine, "provision", only_this=True)
        self.allow(plan, "view")
        url = reverse("plugins:netbox_gam:subscriber_bulk_change_plan")
        response = self.client.post(url, {"pk": [mine.pk, other.pk]})
        self.assertContains(response, "Change the plan of 1 subscribers")
        self.assertNotContains(response, f'name="pk" value="{other.pk}"')
        self.client.post(url, {"pk": [mine.pk, other.pk], "_chosen": "1", "bandwidth_plan": plan.pk})
        self.assertEqual(Job.objects.get().name, "Plan batch")


class BulkVerbTest(VerbCase):
    def test_nobody_may_without_the_verbs_own_permission(self):
        for verb in BULK_VERBS:
            with self.subTest(verb=f"{verb.model} {verb.name}"), self.cleanupSubTest(), disable_warnings("django.request"):
                instance = verb.make()
                self.allow(instance, "view", "add", "change", "delete")
                self.assertHttpStatus(self.client.post(self.url(verb), {"pk": [instance.pk]}), 403)
                self.assert_untouched(verb, instance)

    def test_leaves_out_what_the_permission_is_not_for(self):
        for verb in BULK_VERBS:
            with self.subTest(verb=f"{verb.model} {verb.name}"), self.cleanupSubTest():
                mine, other = verb.make(), verb.make()
                self.allow(mine, "view")
                self.allow(mine, verb.permission, only_this=True)
                response = self.client.post(self.url(verb), {"pk": [mine.pk, other.pk]}, follow=True)
                self.assertHttpStatus(response, 200)
                self.assert_done(verb, mine)
                if verb.becomes[0]:
                    before = getattr(other, verb.becomes[0])
                    other.refresh_from_db()
                    self.assertEqual(getattr(other, verb.becomes[0]), before)

    def test_all_means_all_that_match_the_filters(self):
        gam = factories.gam()
        wanted, unwanted = factories.alarm(gam, severity="cr"), factories.alarm(gam, severity="mn")
        self.allow(wanted, "view", "acknowledge")
        url = f"{reverse('plugins:netbox_gam:alarm_bulk_acknowledge')}?severity=cr"
        self.assertHttpStatus(self.client.post(url, {"_all": "on"}), 302)
        for alarm, state in ((wanted, "acknowledged"), (unwanted, "raised")):
            alarm.refresh_from_db()
            self.assertEqual(alarm.state, state)

    def test_what_fails_is_named_and_the_rest_is_done(self):
        gam = factories.gam()
        good, bad = factories.alarm(gam), factories.alarm(gam, state="acknowledged", condition="fanFail")
        self.allow(good, "view", "acknowledge")
        url = reverse("plugins:netbox_gam:alarm_bulk_acknowledge")
        response = self.client.post(url, {"pk": [good.pk, bad.pk]}, follow=True)
        self.assertContains(response, "Acknowledged: 1 alarms.")
        self.assertContains(response, "fanFail")
        good.refresh_from_db()
        self.assertEqual(good.state, "acknowledged")

    def test_nothing_selected_is_said(self):
        self.allow(factories.alarm(), "view", "acknowledge")
        response = self.client.post(reverse("plugins:netbox_gam:alarm_bulk_acknowledge"), {}, follow=True)
        self.assertContains(response, "Nothing was selected.")

    def test_buttons_show_to_those_who_may_only(self):
        for verb in BULK_VERBS:
            with self.subTest(verb=f"{verb.model} {verb.name}"), self.cleanupSubTest():
                instance = verb.make()
                self.allow(instance, "view")
                listed = reverse(f"plugins:netbox_gam:{verb.model}_list")
                self.assertNotContains(self.client.get(listed), f'formaction="{self.url(verb)}')
                self.allow(instance, verb.permission)
                self.assertContains(self.client.get(listed), f'formaction="{self.url(verb)}')


class DiscoverTest(TestCase):
    url = "/plugins/gam/gam-devices/discover/"

    def data(self, **changes: Any) -> dict[str, Any]:
        values = {
            "transport": "ssh",
            "ssh_port": 22,
            "http_port": 80,
            "snmp_port": 161,
            "snmp_profile": factories.snmp_profile().pk,
        }
        return {**values, "ranges": "192.0.2.0/29\n192.0.2.17", **changes}

    def test_only_with_the_permission(self):
        self.add_permissions("netbox_gam.view_gamdevice", "netbox_gam.add_gamdevice")
        with disable_warnings("django.request"):
            self.assertHttpStatus(self.client.get(self.url), 403)
            self.assertHttpStatus(self.client.post(self.url, self.data()), 403)
        self.assertNotContains(self.client.get("/plugins/gam/gam-devices/"), self.url)
        self.assertEqual(Job.objects.count(), 0)

    def test_starts_the_job(self):
        self.add_permissions("netbox_gam.view_gamdevice", "netbox_gam.discover_gamdevice", "netbox_gam.view_snmpprofile")
        self.assertContains(self.client.get("/plugins/gam/gam-devices/"), self.url)
        self.assertHttpStatus(self.client.get(self.url), 200)
        self.assertRedirects(self.client.post(self.url, self.data()), "/plugins/gam/gam-devices/")
        self.assertEqual(Job.objects.get().name, "Discover GAMs")

    def test_goes_to_the_job_where_that_may_be_viewed(self):
        self.add_permissions("netbox_gam.discover_gamdevice", "netbox_gam.view_snmpprofile", "core.view_job")
        response = self.client.post(self.url, self.data())
        self.assertRedirects(response, Job.objects.get().get_absolute_url())

    def test_a_range_that_makes_no_sense_is_named(self):
        self.add_permissions("netbox_gam.discover_gamdevice", "netbox_gam.view_snmpprofile")
        for text, said in (
            ("192.0.2.9-3", "192.0.2.9-3"),
            ("10.0.0.0/8", "too many addresses"),
            ("not an address", "not an address"),
        ):
            with self.subTest(text=text):
                self.assertContains(self.client.post(self.url, self.data(ranges=text)), said)
        self.assertEqual(Job.objects.count(), 0)

    def test_a_profile_one_may_not_view_cannot_be_used(self):
        self.add_permissions("netbox_gam.discover_gamdevice")
        self.assertHttpStatus(self.client.post(self.url, self.data()), 200)
        self.assertEqual(Job.objects.count(), 0)

    def test_device_types_take_the_permissions_to_add_them(self):
        from dcim.models import DeviceType

        self.add_permissions("netbox_gam.discover_gamdevice")
        url = "/plugins/gam/gam-devices/install-types/"
        with disable_warnings("django.request"):
            self.assertHttpStatus(self.client.post(url), 403)
        self.assertEqual(DeviceType.objects.count(), 0)
        self.add_permissions("dcim.add_manufacturer", "dcim.add_devicerole", "dcim.add_devicetype", "dcim.add_interfacetemplate")
        self.assertHttpStatus(self.client.post(url), 302)
        installed = DeviceType.objects.count()
        self.assertGreater(installed, 0)
        self.assertHttpStatus(self.client.post(url), 302)
        self.assertEqual(DeviceType.objects.count(), installed)


class PushPlanTest(VerbCase):
    def test_pushing_a_plan_takes_its_permission_and_reaches_only_whom_one_may_provision(self):
        mine, other = active(), active()
        type(mine).objects.filter(pk__in=(mine.pk, other.pk)).update(bandwidth_plan=factories.plan())
        mine.refresh_from_db()
        url = reverse("plugins:netbox_gam:bandwidthplan_push", kwargs={"pk": mine.bandwidth_plan_id})
        self.allow(mine.bandwidth_plan, "view")
        with disable_warnings("django.request"):
            self.assertHttpStatus(self.client.post(url), 403)
        self.allow(mine.bandwidth_plan, "push")
        self.assertHttpStatus(self.client.post(url), 302)
        self.assertFalse(Job.objects.exists(), "nobody one may provision")
        self.allow(mine, "provision", only_this=True)
        with patch.object(jobs.PlanBatchJob, "begin") as begin:
            jobs.PlanBatchJob.push_plan(self.user, mine.bandwidth_plan)
        self.assertEqual(begin.call_args.kwargs["pks"], [mine.pk])
