"""Billing systems, runs, findings and their rules."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from ...choices import FindingStateChoices, SyncRunStatusChoices
from .base import BulkVerb, Verb


class Reconcile(Verb):
    name = "reconcile"
    label = _("Reconcile")
    title = _("Read the billing system now and compare")
    permissions_required = {"reconcile"}
    icon = "compare-horizontal"


class DryRun(Verb):
    name = "dry_run"
    label = _("Dry Run")
    title = _("Read the billing system and show what a reconciliation would change, without changing it")
    permissions_required = {"reconcile"}
    icon = "eye-outline"
    color = "secondary"


class CheckConnection(Verb):
    name = "check_connection"
    label = _("Check Connection")
    title = _("Try login, clock and every right that is needed; reads only")
    permissions_required = {"reconcile"}
    icon = "lan-check"
    color = "secondary"


class CancelRun(Verb):
    name = "cancel"
    label = _("Cancel Run")
    title = _("End before the next request; what was read is discarded")
    permissions_required = {"cancel"}
    icon = "stop"
    color = "red"
    states = (SyncRunStatusChoices.RUNNING,)


class BulkReconcile(BulkVerb):
    name = "bulk_reconcile"
    label = _("Reconcile Selected")
    permissions_required = {"reconcile"}
    icon = "compare-horizontal"


class Release(Verb):
    name = "release"
    label = _("Release")
    title = _("Believe this feed: read it again and compare, unless it has become worse")
    permissions_required = {"release"}
    icon = "lock-open-variant"
    color = "orange"
    states = (SyncRunStatusChoices.HELD,)


class Accept(Verb):
    name = "accept"
    label = _("Accept")
    title = _("Billing is right: change NetBox and plan the change of the shelf")
    permissions_required = {"decide"}
    icon = "check"
    color = "green"
    state_field = "state"
    states = (FindingStateChoices.OPEN,)
    apply_label = _("Accept and apply at once")


class Ignore(Verb):
    name = "ignore"
    label = _("Ignore")
    title = _("Do not raise this again while it stays the same")
    permissions_required = {"decide"}
    icon = "eye-off"
    color = "secondary"
    method = "get"
    state_field = "state"
    states = (FindingStateChoices.OPEN,)


class Reopen(Verb):
    name = "reopen"
    label = _("Reopen")
    title = _("Take the decision back")
    permissions_required = {"decide"}
    icon = "undo"
    color = "primary"
    state_field = "state"
    states = (FindingStateChoices.ACCEPTED, FindingStateChoices.IGNORED, FindingStateChoices.RESOLVED)


class BulkAccept(BulkVerb):
    name = "bulk_accept"
    label = _("Accept Selected")
    permissions_required = {"decide"}
    icon = "check"
    color = "green"
    apply_label = _("Accept selected and apply at once")


class BulkIgnore(BulkVerb):
    name = "bulk_ignore"
    label = _("Ignore Selected")
    permissions_required = {"decide"}
    icon = "eye-off"
    color = "secondary"


class BulkReopen(BulkVerb):
    name = "bulk_reopen"
    label = _("Reopen Selected")
    permissions_required = {"decide"}
    icon = "undo"


class ConfirmRule(Verb):
    name = "confirm"
    label = _("Confirm")
    title = _("Let this rule act in your name, as it stands now")
    permissions_required = {"confirm"}
    icon = "account-check"
    color = "green"

    @classmethod
    def leads_on(cls, obj: Any) -> bool:
        return not obj.is_confirmed


class ReleaseRule(Verb):
    name = "release"
    label = _("Release")
    title = _("Let this rule decide what it was held for, within its limits")
    permissions_required = {"release"}
    icon = "lock-open-variant"
    color = "orange"

    @classmethod
    def leads_on(cls, obj: Any) -> bool:
        return bool(obj.held)
