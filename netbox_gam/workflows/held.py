"""What a held feed would come to, service by service, so that somebody can look at it and let a part of it through."""

from __future__ import annotations

from collections.abc import Iterator

from nornir_tasks.contracts import BillingService, BillingSnapshot, FindingKind, ServiceState

from ..choices import FindingStateChoices, HeldChangeChoices, SubscriberStatusChoices
from ..models import BilledService, BillingLink, Finding, HeldService, SyncRun

CHANGES = {ServiceState.SUSPENDED: HeldChangeChoices.SUSPEND, ServiceState.TERMINATED: HeldChangeChoices.TERMINATE}


def remember(run: SyncRun, snapshot: BillingSnapshot) -> int:
    """Keep what a held reading would cut off or lacks, of active subscribers. What was kept of earlier runs is dropped.

    :returns: how many services
    """
    HeldService.objects.filter(run__system=run.system).exclude(run=run).delete()
    rows = HeldService.objects.bulk_create(_rows(run, snapshot), batch_size=2000)
    return len(rows)


def _rows(run: SyncRun, snapshot: BillingSnapshot) -> Iterator[HeldService]:
    found: dict[tuple[str, str], BillingService] = {}
    for service in snapshot.services:
        for id in (service.external_id, *service.replaces):
            found.setdefault((service.entity, id), service)
    before = {
        (entity, id): (name, status)
        for entity, id, name, status in BilledService.objects.filter(system=run.system).values_list(
            "entity", "external_id", "name", "raw_status"
        )
    }
    standing = Finding.objects.filter(system=run.system, kind__in=(FindingKind.INACTIVE_ON_NETWORK, FindingKind.STALE_LINK))
    known = set(standing.exclude(state=FindingStateChoices.RESOLVED).values_list("subscriber_id", flat=True))
    links = BillingLink.objects.filter(system=run.system, subscriber__status=SubscriberStatusChoices.ACTIVE)
    for entity, id, account, subscriber, full_name, site in links.values_list(
        "entity", "external_id", "account_id", "subscriber_id", "subscriber__full_name", "subscriber__gam__device__site_id"
    ).iterator(chunk_size=5000):
        service = found.get((entity, id))
        change = HeldChangeChoices.MISSING if service is None else CHANGES.get(service.state)
        if change is None or subscriber in known:
            continue
        name, was = before.get((entity, id), (full_name, ""))
        yield HeldService(
            run=run,
            subscriber_id=subscriber,
            site_id=site,
            change=change,
            entity=entity,
            external_id=id,
            account_id=account or id.split(".")[0],
            name=name[:200],
            was=was,
            now=service.raw_status[:200] if service else "",
        )
