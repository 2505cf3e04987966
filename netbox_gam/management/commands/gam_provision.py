"""``netbox gam_provision suspend C1042 --user admin --apply``: a verb of a subscriber's service."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from core.models import Job
from django.core.management.base import CommandError

from netbox_gam.jobs import ServiceJob
from netbox_gam.models import BandwidthPlan, Subscriber
from netbox_gam.workflows.services import VERBS

from ._base import GamCommand, named


class Command(GamCommand):
    """Make a subscriber's change plan, and apply it when asked to."""

    help = "Activate, suspend, resume, terminate or change the plan of a subscriber: makes the change plan, --apply writes it"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("verb", choices=VERBS)
        parser.add_argument("subscriber", help="name of the subscriber")
        parser.add_argument("--gam", help="name of its GAM, where the name is not unique")
        parser.add_argument("--bandwidth-plan", help="name of a bandwidth plan")
        parser.add_argument("--apply", action="store_true", help="write the plan to the GAM")

    def start(self, user: Any, **options: Any) -> Job:
        found = Subscriber.objects.filter(name=options["subscriber"])
        if options["gam"]:
            found = found.filter(gam__device__name=options["gam"])
        if found.count() != 1:
            place = f" on GAM {options['gam']!r}" if options["gam"] else "; name the GAM with --gam"
            raise CommandError(f"{found.count()} subscribers are named {options['subscriber']!r}{place}.")
        plan = named(BandwidthPlan, options["bandwidth_plan"], "bandwidth plan")
        return ServiceJob.start(user, subscriber=found.get(), verb=options["verb"], apply=options["apply"], bandwidth_plan=plan)
