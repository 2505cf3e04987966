"""``netbox gam_reconcile "Sonar" --user admin``: read a billing system and report every difference."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from core.models import Job

from netbox_gam.choices import SyncRunKindChoices
from netbox_gam.jobs import ReconcileJob
from netbox_gam.models import BillingSystem

from ._base import GamCommand, named


class Command(GamCommand):
    """Reconcile with one billing system."""

    help = "Read a billing system, link its customers, report every difference; changes no service"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("system", help="name of the billing system")
        kinds = parser.add_mutually_exclusive_group()
        kinds.add_argument("--dry-run", action="store_true", help="store nothing but a record of what would change")
        kinds.add_argument("--changes", action="store_true", help="read only what changed since the last run")

    def start(self, user: Any, **options: Any) -> Job:
        kind = SyncRunKindChoices.DRY_RUN if options["dry_run"] else SyncRunKindChoices.FULL
        kind = SyncRunKindChoices.CHANGES if options["changes"] else kind
        return ReconcileJob.start(user, system=named(BillingSystem, options["system"], "billing system"), kind=kind)
