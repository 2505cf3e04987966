"""``netbox gam_replace shelf-1 shelf-1b --user admin``: plan what puts a GAM in the place of a dead one."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from core.models import Job

from netbox_gam.jobs import ReplaceJob

from ._base import GamCommand, gam_named


class Command(GamCommand):
    """Move everything of a dead GAM to its successor in NetBox, and plan what gives it to the new shelf."""

    help = "Move everything of a dead GAM to its successor and make the change plan for the new shelf; apply it with gam_apply"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("old", help="name of the dead GAM's device")
        parser.add_argument("new", help="name of its successor's device")
        parser.add_argument("--confirmed", action="store_true", help="even if the old shelf still answers")

    def start(self, user: Any, **options: Any) -> Job:
        old, new = gam_named(options["old"]), gam_named(options["new"])
        return ReplaceJob.start(user, gam=old, successor=new, confirmed=options["confirmed"])
