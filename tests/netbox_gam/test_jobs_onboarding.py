"""Jobs of drift and onboarding, run by a real RQ worker: who may, what waits in the queue, and what follows a poll."""

from __future__ import annotations

from unittest.mock import patch

import django_rq
from django.contrib.auth import get_user_model
from django.test import TestCase

from netbox_gam import jobs
from netbox_gam.exceptions import NotAllowed
from netbox_gam.models import Arrival, ChangePlan, Endpoint, Subscriber
from netbox_gam.workflows import drift_decisions, provisioning

from . import factories
from .test_jobs import WorkerMixin
from .workflows.town import SSH_SHELF, TownTestCase

MAC = "00:0e:d8:aa:bb:02"


class WakingTests(WorkerMixin, TestCase):
    def test_one_waits_in_the_queue_however_often_somebody_arrives(self) -> None:
        queue = django_rq.get_queue("netbox_gam.provision")
        self.assertFalse(jobs.wake_onboarding(), "nobody is there")
        endpoint = factories.endpoint(status="discovered")
        factories.arrival(kind="known", endpoint=endpoint, subscriber=factories.subscriber(endpoint))
        with self.captureOnCommitCallbacks(execute=True):
            self.assertTrue(jobs.wake_onboarding())
        self.assertFalse(jobs.wake_onboarding(), "one waits")
        self.assertEqual(queue.job_ids, [jobs.ONBOARDING])

    def test_applying_at_once_takes_the_permission_to_apply(self) -> None:
        user = get_user_model().objects.create_user("clerk")
        arrival = factories.arrival()
        for start in (
            lambda: jobs.PushDriftJob.start(user, records=[factories.drift()], apply=True),
            lambda: jobs.FollowArrivalJob.start(user, arrival=arrival, apply=True),
            lambda: jobs.AssignArrivalJob.start(user, arrival=arrival, subscriber=factories.subscriber(), apply=True),
        ):
            with self.assertRaises(NotAllowed):
                start()


class OnShelvesTests(WorkerMixin, TownTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.operator = get_user_model().objects.create_superuser("operator")

    def test_a_poll_is_followed_by_planning_and_assigning_applies_at_once(self) -> None:
        gam = self.gam(SSH_SHELF)
        endpoint = Endpoint.objects.create(mac_address=MAC, model="G1001-C")
        known = Subscriber.objects.create(name="known", endpoint=endpoint)
        other = Subscriber.objects.create(name="other", gam=gam)
        taken = {cpe.port for cpe in self.shelf(SSH_SHELF).cpes.values()}
        first, second = [number for number in range(1, 13) if number not in taken][:2]
        unknown = "00:0e:d8:aa:bb:03"
        self.fleet.call(lambda: self.shelf(SSH_SHELF).plug(MAC, first))
        self.fleet.call(lambda: self.shelf(SSH_SHELF).plug(unknown, second))
        with patch.object(jobs, "wake_onboarding") as woken:
            poll = self.run_job(jobs.PollJob, self.operator, gams=[gam])
        woken.assert_called_once_with()
        with self.captureOnCommitCallbacks(execute=True):
            jobs.wake_onboarding()
        self.work(poll)
        self.assertEqual(Arrival.objects.get(endpoint=endpoint).state, "planned")
        self.assertEqual(ChangePlan.objects.get(subscribers=known).status, "planned")
        arrival = Arrival.objects.get(endpoint__mac_address=unknown)
        for plan in ChangePlan.objects.filter(status="planned"):
            provisioning.cancel(plan, user=self.user)
        job = self.run_job(jobs.AssignArrivalJob, self.operator, arrival=arrival, subscriber=other, apply=True)
        self.assertEqual((job.status, job.data["status"], job.data["verified"]), ("completed", "applied", True), job.data)
        self.assertIsNotNone(self.running_subscriber(SSH_SHELF, "other"))

    def test_drift_is_compared_pushed_and_adopted_by_jobs(self) -> None:
        gam, subscriber = self.gam(SSH_SHELF), self.active_subscriber(SSH_SHELF)
        subscriber.tagged = not subscriber.tagged
        subscriber.save()
        job = self.run_job(jobs.CompareJob, self.operator, gam=gam)
        self.assertEqual((job.status, job.data["open"]), ("completed", 1), job.data)
        record = gam.drifts.get()
        job = self.run_job(jobs.PushDriftJob, self.operator, records=[record])
        self.assertEqual((job.status, job.data["status"]), ("completed", "planned"), job.data)
        for plan in ChangePlan.objects.filter(status="planned"):
            provisioning.cancel(plan, user=self.user)
        job = self.run_job(jobs.AdoptDriftJob, self.operator, records=[record])
        self.assertEqual((job.status, job.data["adopted"]), ("completed", 1), job.data)
        self.assertEqual(drift_decisions.compare(gam)["open"], 0)
