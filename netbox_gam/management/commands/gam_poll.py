"""``netbox gam_poll --user admin [NAME …]``: read GAMs and store what was seen."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from core.models import Job
from django.core.management.base import CommandError

from netbox_gam.jobs import PollJob
from netbox_gam.models import GamDevice

from ._base import GamCommand


class Command(GamCommand):
    """Read GAMs and store what was seen."""

    help = "Read GAMs, all with polling on or the ones named, and store what was seen"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("names", nargs="*")

    def start(self, user: Any, **options: Any) -> Job:
        if not options["names"]:
            return PollJob.start(user)
        gams = list(GamDevice.objects.filter(device__name__in=options["names"]).select_related("device"))
        missing = set(options["names"]) - {gam.device.name for gam in gams}
        if missing:
            raise CommandError(f"There is no GAM {', '.join(sorted(missing))}.")
        return PollJob.start(user, gams=gams)
