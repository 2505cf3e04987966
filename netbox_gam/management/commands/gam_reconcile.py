"""``netbox gam_reconcile "Sonar" --user admin``: read a billing system and report every difference."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from core.models import Job

from netbox_gam.jobs import ReconcileJob
from netbox_gam.models import BillingSystem

from ._base import GamCommand, named


class Command(GamCommand):
    """Reconcile with one billing system."""

    help = "Read a billing system, link its customers, report every difference; changes no service"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("system", help="name of the billing system")

    def start(self, user: Any, **options: Any) -> Job:
        return ReconcileJob.start(user, system=named(BillingSystem, options["system"], "billing system"))
