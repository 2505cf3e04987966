"""``netbox gam_apply 12 --user admin``: write a change plan to its GAM."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from core.models import Job
from django.core.management.base import CommandError

from netbox_gam.jobs import ApplyJob
from netbox_gam.models import ChangePlan

from ._base import GamCommand


class Command(GamCommand):
    """Write a change plan to its GAM, exactly as shown."""

    help = "Write a change plan to its GAM, read it back and save it"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("change_plan", type=int, help="number of the change plan")

    def start(self, user: Any, **options: Any) -> Job:
        change_plan = ChangePlan.objects.filter(pk=options["change_plan"]).first()
        if change_plan is None:
            raise CommandError(f"There is no change plan {options['change_plan']}.")
        return ApplyJob.start(user, change_plan=change_plan)
