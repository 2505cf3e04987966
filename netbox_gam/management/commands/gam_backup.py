"""``netbox gam_backup shelf-1 --user admin``: put a GAM's configuration into the safe."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from core.models import Job

from netbox_gam.jobs import BackupJob

from ._base import GamCommand, gam_named


class Command(GamCommand):
    """Read the running configuration of a GAM and put it into the safe."""

    help = "Read the running configuration of a GAM and put it into the configuration safe"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("gam", help="name of the GAM's device")

    def start(self, user: Any, **options: Any) -> Job:
        return BackupJob.start(user, gam=gam_named(options["gam"]))
