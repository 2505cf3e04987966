"""``netbox gam_check_billing "Sonar" --user admin``: check the connection to a billing system and every right it needs."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from core.models import Job

from netbox_gam.jobs import CheckConnectionJob
from netbox_gam.models import BillingSystem

from ._base import GamCommand, named


class Command(GamCommand):
    """Check one billing system."""

    help = "Check the connection to a billing system: login, clock, every right that is needed; reads only"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("system", help="name of the billing system")

    def start(self, user: Any, **options: Any) -> Job:
        return CheckConnectionJob.start(user, system=named(BillingSystem, options["system"], "billing system"))
