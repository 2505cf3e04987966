"""Background jobs: one thin class per workflow. A job restores who asked, reports progress, and fails on typed errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import asdict
from functools import partial
from itertools import groupby
from typing import Any

from core.choices import JobIntervalChoices, JobStatusChoices
from core.exceptions import JobFailed
from core.models import Job
from django_rq import get_queue
from netbox.jobs import JobRunner, system_job
from redis.exceptions import RedisError

from nornir_tasks.contracts import Progress, StepEvent

from .choices import (
    BatchSourceChoices,
    ChangePlanStatusChoices,
    ConfigBackupKindChoices,
    SubscriberStatusChoices,
    SyncRunKindChoices,
    SyncRunStatusChoices,
)
from .context import acting_as
from .exceptions import InvalidState, NotAllowed, WorkflowError
from .models import (
    Arrival,
    BandwidthPlan,
    BillingSystem,
    ChangeBatch,
    ChangePlan,
    ConfigBackup,
    CredentialProfile,
    Drift,
    Finding,
    FindingRule,
    GamDevice,
    SnmpProfile,
    Subscriber,
    SyncRun,
    VlanPool,
)
from .workflows import (
    backups,
    billing_events,
    billing_schedule,
    catching_up,
    change_batches,
    change_files,
    connection_check,
    discovery,
    drift_decisions,
    finding_rules,
    findings,
    onboarding,
    polling,
    provisioning,
    reconciliation,
    release,
    replacement,
    replanning,
    retention,
    revenue,
    services,
    shelf_services,
    sync_runs,
    waiting_plans,
    watchdog,
    write_back,
)

POLL, PROVISION, BILLING = (f"netbox_gam.{name}" for name in ("poll", "provision", "billing"))
SAVE_EVERY_SECONDS = 1.0
WAKE_EVERY_SECONDS = 1.0
PAUSE_WITHOUT_REDIS_SECONDS = 10.0
ENDED_WELL = (ChangePlanStatusChoices.APPLIED, ChangePlanStatusChoices.NOTHING_TO_DO)


class GamJobRunner(JobRunner):
    """Base of the plugin's jobs: queue, time limit, change log, progress that a page can show while the job runs."""

    queue = "default"
    timeout = 900

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._saved_at = 0.0

    @classmethod
    def begin(cls, user: Any, instance: Any = None, **arguments: Any) -> Job:
        """Enqueue the job. ``arguments`` are pickled and shown to administrators: ids and plain values only, no secrets."""
        return cls.enqueue(instance=instance, user=user, queue_name=cls.queue, job_timeout=cls.timeout, **arguments)

    def run(self, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("job_timeout", None)
        # The job was pickled with its user when it was started; their rights may have changed since.
        self.job.refresh_from_db(fields=["user"])
        try:
            with acting_as(self.job.user) if self.job.user else nullcontext():
                data = self.work(**kwargs)
        except WorkflowError as error:
            self.logger.error(str(error))
            self.job.data = {**(self.job.data or {}), "error": error.message, "next_step": error.next_step}
            raise JobFailed() from error
        self.job.data = {**(self.job.data or {}), **data}

    def work(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Do it; what is returned becomes the job's data."""
        raise NotImplementedError

    def progress(self, report: Progress) -> None:
        """Log one step and, at most every second, save it so that the job's page shows it."""
        log = self.logger.info if report.ok else self.logger.warning
        log(f"{report.done}/{report.total} {report.name} {report.message}".rstrip())
        self.job.data = {**(self.job.data or {}), "done": report.done, "total": report.total}
        self.save_progress()

    def save_progress(self, *, now: bool = False) -> None:
        """Write log and data of the running job to the database."""
        if now or time.monotonic() - self._saved_at >= SAVE_EVERY_SECONDS:
            self.job.save(update_fields=["log_entries", "data"])
            self._saved_at = time.monotonic()


def work_off_billing_events() -> dict[str, int]:
    """What :func:`wake_billing_events` enqueues: no row of its own, for there is one per burst of events."""
    return billing_events.process_pending(then=follow_rules)


def follow_rules(system: BillingSystem, user: Any = None) -> dict[str, Any]:
    """Do what the finding rules say with the open findings of a billing system; what that came to.

    :param user: who is named where a rule has no owner
    """
    return asdict(finding_rules.follow_rules(system, start=AcceptFindingJob.start_by_rule, user=user))


def wake_billing_events() -> bool:
    """Wake a worker for waiting events, unless one was woken a moment ago. Without Redis they wait for the sweep.

    :returns: whether somebody was woken
    """
    now = time.monotonic()
    if now < _Woken.not_before:
        return False
    _Woken.not_before = now + WAKE_EVERY_SECONDS
    try:
        get_queue(BILLING).enqueue(work_off_billing_events, job_timeout=900, result_ttl=60, failure_ttl=3600)
    except RedisError:
        _Woken.not_before = now + PAUSE_WITHOUT_REDIS_SECONDS
        return False
    return True


class _Woken:
    """When this process may wake a worker again, in seconds of the monotonic clock."""

    not_before = 0.0


@system_job(interval=JobIntervalChoices.INTERVAL_MINUTELY)
class BillingEventsJob(JobRunner):
    """Every minute: events of billing systems that nobody was woken for, and runs that are due."""

    class Meta:
        name = "Billing events"

    def run(self, *args: Any, **kwargs: Any) -> None:
        self.job.data = {**billing_events.process_pending(then=follow_rules), "started": start_due_reconciliations()}


@system_job(interval=JobIntervalChoices.INTERVAL_DAILY)
class HousekeepingJob(JobRunner):
    """Daily: expired samples, and observed rows whose GAM or billing system is gone."""

    class Meta:
        name = "GAM housekeeping"

    def run(self, *args: Any, **kwargs: Any) -> None:
        self.job.data = {**retention.sweep(), "BillingEvent": billing_events.forget()}
        self.job.data |= {"Reopened": findings.reopen_ignored(), "RevenueDay": revenue.keep_day()}
        self.job.data |= {"Expired": waiting_plans.expire()}
        self.job.data |= shelf_services.forget_gone()
        self.job.data |= {"ConfigBackup": backups.forget()}


def revive_recurring() -> int:
    """Schedule the system jobs again, should a killed worker or a lost queue have ended their schedule; how many runs were lost."""
    lost = watchdog.lost_jobs([HousekeepingJob.name, BillingEventsJob.name])
    for job in lost:
        watchdog.give_up(job)
    HousekeepingJob.enqueue_once(interval=JobIntervalChoices.INTERVAL_DAILY)
    BillingEventsJob.enqueue_once(interval=JobIntervalChoices.INTERVAL_MINUTELY)
    return len(lost)


def _stored[M](model: type[M], pk: int) -> M:
    """The object a job was started for.

    :raises WorkflowError: it was deleted meanwhile
    """
    found: M | None = model.objects.filter(pk=pk).first()  # type: ignore[attr-defined]
    if found is None:
        meta = model._meta  # type: ignore[attr-defined]
        raise WorkflowError(f"The {meta.verbose_name} {pk} this job was started for does not exist any more.")
    return found


class DiscoverJob(GamJobRunner):
    """Look for GAMs at addresses and record them."""

    queue = POLL
    timeout = 3600

    class Meta:
        name = "Discover GAMs"

    @classmethod
    def start(
        cls,
        user: Any,
        *,
        ranges: list[str],
        credential_profile: Any = None,
        snmp_profile: Any = None,
        site: Any = None,
        vlan_pool: Any = None,
        **options: Any,
    ) -> Job:
        """Enqueue. ``options``: transport, ssh_port, http_port, https, snmp_port."""
        chosen = {"credential_profile": credential_profile, "snmp_profile": snmp_profile, "site": site, "vlan_pool": vlan_pool}
        return cls.begin(
            user, ranges=list(ranges), **{f"{name}_id": value.pk if value else None for name, value in chosen.items()}, **options
        )

    def work(self, *, ranges: list[str], **options: Any) -> dict[str, Any]:
        from dcim.models import Site

        for name, model in (
            ("credential_profile", CredentialProfile),
            ("snmp_profile", SnmpProfile),
            ("site", Site),
            ("vlan_pool", VlanPool),
        ):
            pk = options.pop(f"{name}_id", None)
            options[name] = _stored(model, pk) if pk else None
        report = discovery.discover(ranges, discovery.DiscoveryOptions(**options), on_progress=self.progress)
        for address, failure in report.failures.items():
            self.logger.warning(f"{address}: {failure}")
        return report.as_dict()


class PollJob(GamJobRunner):
    """Read GAMs and store what was seen."""

    queue = POLL

    class Meta:
        name = "Poll GAMs"

    @classmethod
    def start(cls, user: Any, *, gams: Iterable[GamDevice] | None = None) -> Job:
        """Enqueue for the given GAMs, or for all with polling on."""
        chosen = list(gams) if gams is not None else None
        instance = chosen[0] if chosen is not None and len(chosen) == 1 else None
        return cls.begin(user, instance, pks=[gam.pk for gam in chosen] if chosen is not None else None)

    def work(self, *, pks: list[int] | None) -> dict[str, Any]:
        gams = None if pks is None else GamDevice.objects.filter(pk__in=pks)
        report = polling.poll(gams, on_progress=self.progress)
        for name, failure in report.failures.items():
            self.logger.warning(f"{name}: {failure}")
        wake_onboarding()
        return report.as_dict()


class ReconcileJob(GamJobRunner):
    """Read a billing system, link its customers, report differences."""

    queue = BILLING
    timeout = 3600

    class Meta:
        name = "Reconcile billing"

    @classmethod
    def start(cls, user: Any, *, system: BillingSystem, kind: str = SyncRunKindChoices.FULL) -> Job:
        """Enqueue for one billing system."""
        return cls.begin(user, system, pk=system.pk, kind=kind)

    def work(self, *, pk: int, kind: str = SyncRunKindChoices.FULL) -> dict[str, Any]:
        system, user = _stored(BillingSystem, pk), self.job.user
        if kind == SyncRunKindChoices.CHANGES:
            report = catching_up.catch_up(system, user=user, on_progress=self.progress)
        else:
            dry = kind == SyncRunKindChoices.DRY_RUN
            report = reconciliation.reconcile(system, user=user, on_progress=self.progress, dry_run=dry)
        believed = report.run.status in (SyncRunStatusChoices.COMPLETED, SyncRunStatusChoices.CAUGHT_UP)
        return {**report.as_dict(), "rules": follow_rules(system, user) if believed else {}}


class CheckConnectionJob(GamJobRunner):
    """Check the connection to a billing system and every right it needs; reads only."""

    queue = BILLING
    timeout = 600

    class Meta:
        name = "Check billing connection"

    @classmethod
    def start(cls, user: Any, *, system: BillingSystem) -> Job:
        """Enqueue for one billing system."""
        return cls.begin(user, system, pk=system.pk)

    def work(self, *, pk: int) -> dict[str, Any]:
        return connection_check.check(_stored(BillingSystem, pk), on_progress=self.progress)


class PreviewWriteBackJob(GamJobRunner):
    """Read a billing system and keep what would be written back to it; writes nothing there."""

    queue = BILLING
    timeout = 3600

    class Meta:
        name = "Preview writing back"

    @classmethod
    def start(cls, user: Any, *, system: BillingSystem) -> Job:
        """Enqueue for one billing system."""
        return cls.begin(user, system, pk=system.pk)

    def work(self, *, pk: int) -> dict[str, Any]:
        return write_back.preview(_stored(BillingSystem, pk))


def start_due_reconciliations() -> int:
    """Start the runs of billing systems that are due, and end those whose worker died; how many were started."""
    sync_runs.end_abandoned()
    for job in watchdog.lost_jobs([ReconcileJob.name]):
        watchdog.give_up(job)
    started = 0
    for system, kind in billing_schedule.due():
        waiting = system.jobs.filter(name=ReconcileJob.name, status__in=JobStatusChoices.ENQUEUED_STATE_CHOICES)
        if not waiting.exists():
            ReconcileJob.start(None, system=system, kind=kind)
            started += 1
    return started


class ReleaseFeedJob(GamJobRunner):
    """Read a billing system again whose feed was held and is to be believed."""

    queue = BILLING
    timeout = 3600

    class Meta:
        name = "Release billing feed"

    @classmethod
    def start(cls, user: Any, *, run: SyncRun) -> Job:
        """Enqueue for one held run."""
        return cls.begin(user, run.system, pk=run.pk)

    def work(self, *, pk: int) -> dict[str, Any]:
        run = _stored(SyncRun, pk)
        report = reconciliation.release_feed(run, user=self.job.user, on_progress=self.progress)
        believed = report.run.status == SyncRunStatusChoices.COMPLETED
        return {**report.as_dict(), "rules": follow_rules(run.system, self.job.user) if believed else {}}


class ReleasePartJob(GamJobRunner):
    """Read some customers of a held feed again and believe what they are now; the rest stays held."""

    queue = BILLING
    timeout = 3600

    class Meta:
        name = "Release part of billing feed"

    @classmethod
    def start(cls, user: Any, *, run: SyncRun, services: Iterable[int] = (), sites: Iterable[int] = ()) -> Job:
        """Enqueue for some held services, or all of some sites."""
        return cls.begin(user, run.system, pk=run.pk, services=list(services), sites=list(sites))

    def work(self, *, pk: int, services: list[int], sites: list[int]) -> dict[str, Any]:
        run = _stored(SyncRun, pk)
        found = release.release_part(run, user=self.job.user, services=services, sites=sites)
        return {**asdict(found), "rules": follow_rules(run.system, self.job.user)}


def require_apply(user: Any, change_plan: ChangePlan | None = None) -> None:
    """Applying at once takes the permission to apply change plans, whoever asks for it.

    :raises NotAllowed: the user lacks it, or lacks it for that plan
    """
    if user is None or not user.has_perm("netbox_gam.apply_changeplan", change_plan):
        raise NotAllowed(
            "Applying at once takes the permission to apply change plans.", next_step="Leave it to somebody who may apply them."
        )


class _ApplyingJob(GamJobRunner):
    """A job that may end in writing to a GAM."""

    queue = PROVISION

    def make(self, gam: GamDevice | None, make: Callable[[], ChangePlan], *, apply: bool) -> dict[str, Any]:
        """Make a change plan and, when asked to, apply it at once, showing each journal entry as it happens."""
        if not apply:
            made = make()
            return {"change_plan": made.pk, "status": made.status}

        def make_allowed() -> ChangePlan:
            change_plan = make()
            require_apply(self.job.user, change_plan)
            return change_plan

        return self.outcome(provisioning.plan_and_apply(gam, make_allowed, user=self.job.user, on_event=self.event))

    def outcome(self, change_plan: ChangePlan) -> dict[str, Any]:
        """The job's data; a plan that did not end well fails the job."""
        data = {
            "change_plan": change_plan.pk,
            "status": change_plan.status,
            "verified": change_plan.verified,
            "saved": change_plan.saved,
        }
        if change_plan.status == ChangePlanStatusChoices.PLANNED:
            self.logger.warning(f"{change_plan} was made and waits: it needs a second person, or a maintenance window.")
            return data
        if change_plan.status not in ENDED_WELL:
            self.job.data = {**(self.job.data or {}), **data}
            words = change_plan.error or "; ".join(change_plan.difference) or change_plan.get_status_display()
            raise WorkflowError(f"{change_plan}: {words}", next_step="See the change plan's page for what was sent and answered.")
        return data

    def event(self, event: StepEvent) -> None:
        words = [event.phase, event.state or "", *event.sent]
        self.logger.info(" ".join(word for word in words if word))
        self.save_progress(now=True)


class ServiceJob(_ApplyingJob):
    """Carry out a verb of a subscriber's service: change intent, make the change plan, apply it when asked to."""

    class Meta:
        name = "Provision subscriber"

    @classmethod
    def start(cls, user: Any, *, subscriber: Subscriber, verb: str, apply: bool = False, **given: Any) -> Job:
        """Enqueue one of ``services.VERBS`` with what it takes.

        :raises InvalidState: it is no verb, or is given what it does not take
        """
        services.check(verb, given)
        if apply:
            require_apply(user)
        return cls.begin(user, subscriber, pk=subscriber.pk, verb=verb, apply=apply, given=services.stored(given))

    def work(self, *, pk: int, verb: str, apply: bool, given: dict[str, Any]) -> dict[str, Any]:
        subscriber = _stored(Subscriber, pk)
        return self.make(
            services.place_of(subscriber),
            lambda: services.run(verb, subscriber, user=self.job.user, **services.loaded(given)),
            apply=apply,
        )


class AdoptServiceJob(GamJobRunner):
    """Take one subscriber into NetBox as its shelf has it."""

    queue = PROVISION

    class Meta:
        name = "Adopt subscriber"

    @classmethod
    def start(cls, user: Any, *, gam: GamDevice, name: str, subscriber: Subscriber | None = None) -> Job:
        """Enqueue for a name on a GAM, whether NetBox has it or not."""
        # A job's own argument is called ``name``.
        return cls.begin(user, subscriber or gam, pk=gam.pk, on_shelf=name)

    @classmethod
    def start_for(cls, user: Any, subscriber: Subscriber) -> Job:
        """Enqueue for a subscriber that NetBox has.

        :raises InvalidState: it is on no GAM
        """
        if subscriber.gam is None:
            raise InvalidState(f"{subscriber} is on no GAM.", next_step="Choose its GAM first.")
        return cls.start(user, gam=subscriber.gam, name=subscriber.name, subscriber=subscriber)

    def work(self, *, pk: int, on_shelf: str) -> dict[str, Any]:
        subscriber = services.adopt(_stored(GamDevice, pk), on_shelf, user=self.job.user)
        return {"subscriber": subscriber.pk, "status": subscriber.status}


class ApplyJob(_ApplyingJob):
    """Write a change plan to its GAM."""

    class Meta:
        name = "Apply change plan"

    @classmethod
    def start(cls, user: Any, *, change_plan: ChangePlan) -> Job:
        """Enqueue for one change plan."""
        return cls.begin(user, change_plan, pk=change_plan.pk)

    def work(self, *, pk: int) -> dict[str, Any]:
        change_plan = _stored(ChangePlan, pk)
        # It may have been scheduled long ago.
        require_apply(self.job.user, change_plan)
        return self.outcome(provisioning.apply_plan(change_plan, user=self.job.user, on_event=self.event))


class ReplanJob(GamJobRunner):
    """Make a change plan again that came to nothing."""

    queue = PROVISION

    class Meta:
        name = "Plan again"

    @classmethod
    def start(cls, user: Any, *, change_plan: ChangePlan) -> Job:
        """Enqueue for one change plan."""
        return cls.begin(user, change_plan, pk=change_plan.pk)

    def work(self, *, pk: int) -> dict[str, Any]:
        made = replanning.replan(_stored(ChangePlan, pk), user=self.job.user)
        return {"change_plan": made.pk, "status": made.status}


class PlanBatchJob(GamJobRunner):
    """Carry out a verb for many subscribers: one change plan per GAM, applied when asked to."""

    queue = PROVISION
    timeout = 3600

    class Meta:
        name = "Plan batch"

    @classmethod
    def start(
        cls,
        user: Any,
        *,
        subscribers: Iterable[Subscriber],
        verb: str,
        apply: bool = False,
        source: str = BatchSourceChoices.SELECTION,
        **given: Any,
    ) -> Job:
        """Enqueue one of ``services.VERBS`` for some subscribers, with what it takes.

        :raises InvalidState: it is no verb, or is given what it does not take
        """
        services.check(verb, given)
        if apply:
            require_apply(user)
        keys = [item.pk for item in subscribers]
        return cls.begin(user, pks=keys, verb=verb, apply=apply, source=str(source), given=services.stored(given))

    @classmethod
    def push_plan(cls, user: Any, bandwidth_plan: BandwidthPlan) -> Job:
        """Enqueue for all who have a bandwidth plan and whom the user may provision, after its speed was changed.

        :raises InvalidState: there is nobody
        """
        served = (SubscriberStatusChoices.ACTIVE, SubscriberStatusChoices.SUSPENDED)
        subscribers = Subscriber.objects.restrict(user, "provision").filter(bandwidth_plan=bandwidth_plan, status__in=served)
        if not subscribers:
            raise InvalidState(
                f"Nobody in service has {bandwidth_plan}, or nobody you may provision.",
                next_step="Give subscribers the plan first, or ask for the permission to provision them.",
            )
        return cls.start(user, subscribers=subscribers, verb="plan", source=BatchSourceChoices.BANDWIDTH_PLAN)

    def work(
        self, *, pks: list[int], verb: str, apply: bool, given: dict[str, Any], source: str = BatchSourceChoices.SELECTION
    ) -> dict[str, Any]:
        subscribers = Subscriber.objects.filter(pk__in=pks).order_by("name")
        wishes, problems = change_batches.wishes_of(verb, subscribers, **services.loaded(given))
        words = verb.replace("_", " ").capitalize()
        batch = change_batches.plan_batch(
            wishes,
            user=self.job.user,
            reason=f"{words} {len(wishes)} subscribers",
            source=source,
            problems=problems,
            on_progress=self.progress,
        )
        data = {"change_batch": batch.pk, "plans": batch.change_plans.count(), "problems": batch.problems}
        if apply:
            data |= apply_batch(batch, self.job.user, self.progress)
        return data


class PlanFileJob(GamJobRunner):
    """Check the rows of an uploaded file and, where all are well, plan them."""

    queue = PROVISION
    timeout = 3600

    class Meta:
        name = "Plan CSV file"

    @classmethod
    def start(cls, user: Any, *, batch: ChangeBatch, leave_out: bool = False) -> Job:
        """Enqueue for a batch that holds the rows of a file; ``leave_out``: without those that were found to be wrong."""
        return cls.begin(user, batch, pk=batch.pk, leave_out=leave_out)

    def work(self, *, pk: int, leave_out: bool) -> dict[str, Any]:
        batch = _stored(ChangeBatch, pk)
        change_files.plan_rows(batch, user=self.job.user, leave_out=leave_out, on_progress=self.progress)
        if batch.rows:
            self.logger.warning(f"{len(batch.problems)} problems: nothing was planned. They are on the page of {batch}.")
        return {"change_batch": batch.pk, "plans": batch.change_plans.count(), "problems": batch.problems}


def apply_batch(batch: ChangeBatch, user: Any, on_progress: Any, plans: list[int] | None = None) -> dict[str, Any]:
    """Apply what waits of a batch, as far as the user may apply its plans."""
    report = change_batches.apply_batch(
        batch,
        user=user,
        only=plans,
        may_apply=lambda change_plan: require_apply(user, change_plan),
        on_progress=on_progress,
    )
    return report.as_dict()


class ApplyBatchJob(GamJobRunner):
    """Write the waiting plans of a batch to their GAMs."""

    queue = PROVISION
    timeout = 7200

    class Meta:
        name = "Apply batch"

    @classmethod
    def start(cls, user: Any, *, batch: ChangeBatch, plans: Iterable[ChangePlan] | None = None) -> Job:
        """Enqueue for one batch, or for some of its plans."""
        return cls.begin(user, batch, pk=batch.pk, plans=None if plans is None else [item.pk for item in plans])

    def work(self, *, pk: int, plans: list[int] | None = None) -> dict[str, Any]:
        return apply_batch(_stored(ChangeBatch, pk), self.job.user, self.progress, plans)


def start_due_plans() -> int:
    """Start applying the change plans whose time has come, those of a batch together; how many were started."""
    due = waiting_plans.take_due()
    for change_plan in due:
        if change_plan.batch_id is None:
            ApplyJob.start(change_plan.scheduled_by, change_plan=change_plan)
    for key, together in groupby(sorted(due, key=_batch_and_user), key=_batch_and_user):
        plans = list(together)
        if key[0]:
            ApplyBatchJob.start(plans[0].scheduled_by, batch=plans[0].batch, plans=plans)
    return len(due)


def _batch_and_user(change_plan: ChangePlan) -> tuple[int, int]:
    return change_plan.batch_id or 0, change_plan.scheduled_by_id or 0


def release_plan(change_plan: ChangePlan, *, user: Any) -> Job:
    """Let a GAM be written to again whose plan needed attention, and look at once where it differs from what NetBox says."""
    provisioning.release(change_plan, user=user)
    return CompareJob.start(user, gam=change_plan.gam)


class ReplanBatchJob(GamJobRunner):
    """Plan again what of a batch came to nothing."""

    queue = PROVISION
    timeout = 3600

    class Meta:
        name = "Plan batch again"

    @classmethod
    def start(cls, user: Any, *, batch: ChangeBatch) -> Job:
        """Enqueue for one batch."""
        return cls.begin(user, batch, pk=batch.pk)

    def work(self, *, pk: int) -> dict[str, Any]:
        batch = change_batches.replan_batch(_stored(ChangeBatch, pk), user=self.job.user, on_progress=self.progress)
        return {"change_batch": batch.pk, "problems": batch.problems}


class AcceptFindingJob(_ApplyingJob):
    """Accept a finding: change intent, make the change plan, apply it when asked to."""

    class Meta:
        name = "Accept finding"

    @classmethod
    def start(cls, user: Any, *, finding: Finding, apply: bool = False) -> Job:
        """Enqueue for one finding."""
        if apply:
            require_apply(user)
        return cls.begin(user, pk=finding.pk, apply=apply)

    @classmethod
    def start_by_rule(cls, rule: FindingRule, finding: Finding, user: Any) -> Job:
        """Enqueue for a finding that a rule took up."""
        return cls.begin(user, pk=finding.pk, rule_pk=rule.pk)

    def work(self, *, pk: int, apply: bool = False, rule_pk: int | None = None) -> dict[str, Any]:
        finding, user = _stored(Finding, pk), self.job.user
        if rule_pk is None:
            return self.make(findings.place_of(finding), lambda: findings.accept(finding, user=user), apply=apply)
        rule = _stored(FindingRule, rule_pk)
        accept = partial(finding_rules.accept, finding, rule, user=user)
        return self.make(findings.place_of(finding), accept, apply=finding_rules.may_apply(rule))


class CompareJob(GamJobRunner):
    """Read the running configuration of a GAM and compare it with intent."""

    queue = PROVISION

    class Meta:
        name = "Compare GAM"

    @classmethod
    def start(cls, user: Any, *, gam: GamDevice) -> Job:
        """Enqueue for one GAM."""
        return cls.begin(user, gam, pk=gam.pk)

    def work(self, *, pk: int) -> dict[str, Any]:
        return drift_decisions.compare(_stored(GamDevice, pk))


class BackupJob(GamJobRunner):
    """Read the running configuration of a GAM and put it into the safe."""

    queue = PROVISION

    class Meta:
        name = "Back up GAM"

    @classmethod
    def start(cls, user: Any, *, gam: GamDevice) -> Job:
        """Enqueue for one GAM."""
        return cls.begin(user, gam, pk=gam.pk)

    def work(self, *, pk: int) -> dict[str, Any]:
        gam = _stored(GamDevice, pk)
        kind = ConfigBackupKindChoices.MANUAL
        backup, new = backups.take(gam, reason=kind, user=self.job.user, wait_seconds=provisioning.WAIT_SECONDS)
        self.logger.info(f"{backup}: {'new content' if new else 'the same content as before'}")
        return {"backup": backup.pk, "new": new}


class RestoreJob(_ApplyingJob):
    """Plan what brings a GAM back to a backup."""

    class Meta:
        name = "Restore backup"

    @classmethod
    def start(cls, user: Any, *, backup: ConfigBackup) -> Job:
        """Enqueue for one backup. What it plans is always shown before it is applied."""
        return cls.begin(user, pk=backup.pk)

    def work(self, *, pk: int) -> dict[str, Any]:
        backup = _stored(ConfigBackup, pk)
        return self.make(backup.gam, lambda: backups.restore(backup, user=self.job.user), apply=False)


class ReplaceJob(_ApplyingJob):
    """Plan what puts a GAM in the place of a dead one."""

    class Meta:
        name = "Replace GAM"

    @classmethod
    def start(cls, user: Any, *, gam: GamDevice, successor: GamDevice, confirmed: bool = False) -> Job:
        """Enqueue for two GAMs. What it plans is always shown before it is applied.

        :raises NotAllowed: the user may not replace one of the two
        """
        replacement.require_replace(user, gam, successor)
        return cls.begin(user, gam, pk=gam.pk, successor_pk=successor.pk, confirmed=confirmed)

    def work(self, *, pk: int, successor_pk: int, confirmed: bool) -> dict[str, Any]:
        old, new = _stored(GamDevice, pk), _stored(GamDevice, successor_pk)
        user = self.job.user
        return self.make(new, lambda: replacement.replace_shelf(old, new, user=user, confirmed=confirmed), apply=False)


class PushDriftJob(_ApplyingJob):
    """Plan what puts a shelf right, and apply it when asked to."""

    class Meta:
        name = "Push drift"

    @classmethod
    def start(cls, user: Any, *, records: Iterable[Drift], apply: bool = False) -> Job:
        """Enqueue for differences of one GAM."""
        if apply:
            require_apply(user)
        return cls.begin(user, pks=[record.pk for record in records], apply=apply)

    def work(self, *, pks: list[int], apply: bool) -> dict[str, Any]:
        records = [_stored(Drift, pk) for pk in pks]
        return self.make(records[0].gam, lambda: drift_decisions.push(records, user=self.job.user), apply=apply)


class AdoptDriftJob(GamJobRunner):
    """Take what a shelf has into NetBox."""

    queue = PROVISION

    class Meta:
        name = "Adopt drift"

    @classmethod
    def start(cls, user: Any, *, records: Iterable[Drift]) -> Job:
        """Enqueue for differences of one GAM."""
        return cls.begin(user, pks=[record.pk for record in records])

    def work(self, *, pks: list[int]) -> dict[str, Any]:
        return drift_decisions.adopt([_stored(Drift, pk) for pk in pks], user=self.job.user)


class AssignArrivalJob(_ApplyingJob):
    """Put a subscriber's service on an endpoint that arrived."""

    class Meta:
        name = "Assign arrival"

    @classmethod
    def start(cls, user: Any, *, arrival: Arrival, subscriber: Subscriber, apply: bool = False) -> Job:
        """Enqueue for one arrival."""
        if apply:
            require_apply(user)
        return cls.begin(user, pk=arrival.pk, subscriber_pk=subscriber.pk, apply=apply)

    def work(self, *, pk: int, subscriber_pk: int, apply: bool) -> dict[str, Any]:
        arrival, subscriber = _stored(Arrival, pk), _stored(Subscriber, subscriber_pk)
        return self.make(arrival.gam, lambda: onboarding.assign(arrival, subscriber, user=self.job.user), apply=apply)


class FollowArrivalJob(_ApplyingJob):
    """Let NetBox and the shelf follow an endpoint that moved."""

    class Meta:
        name = "Follow arrival"

    @classmethod
    def start(cls, user: Any, *, arrival: Arrival, apply: bool = False) -> Job:
        """Enqueue for one arrival."""
        if apply:
            require_apply(user)
        return cls.begin(user, pk=arrival.pk, apply=apply)

    def work(self, *, pk: int, apply: bool) -> dict[str, Any]:
        arrival = _stored(Arrival, pk)
        return self.make(arrival.gam, lambda: onboarding.follow_move(arrival, user=self.job.user), apply=apply)


def onboard() -> dict[str, int]:
    """What :func:`wake_onboarding` enqueues: plan the services of known endpoints that appeared."""
    user = onboarding.zero_touch_user()
    if user is None:
        return onboarding.work_off()
    with acting_as(user):
        return onboarding.work_off()


def wake_onboarding() -> bool:
    """Hand the known endpoints that appeared to a provisioning worker, if there are any; whether it was.

    Nothing is lost where it cannot be handed over: they stand in the database, and the next poll hands them over again.
    """
    if not onboarding.due().exists():
        return False
    try:
        queue = get_queue(PROVISION)
        before = queue.fetch_job(ONBOARDING)
        if before is not None and (before.is_queued or (before.is_started and not watchdog.is_silent(before))):
            return False
        queue.enqueue(onboard, job_id=ONBOARDING, job_timeout=900, ttl=600, result_ttl=0, failure_ttl=3600)
    except RedisError:
        return False
    return True


ONBOARDING = "netbox-gam-onboarding"
"""One waits in the queue at a time, however many polls see somebody arrive."""
