"""``netbox gam_firmware 3 --user admin --start``: start, resume, pause or cancel a firmware rollout, and show how far it is."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from netbox_gam.context import acting_as
from netbox_gam.exceptions import WorkflowError
from netbox_gam.models import FirmwareRollout
from netbox_gam.workflows import firmware

VERBS = ("start", "resume", "pause", "cancel")


class Command(BaseCommand):
    """Act on a firmware rollout, then print every GAM with its status. Workers carry it on."""

    help = "Start, resume, pause or cancel a firmware rollout; without any of these, print how far it is"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("rollout", type=int, help="number of the rollout")
        parser.add_argument("--user", help="name of the user who does it; needed to do anything")
        chosen = parser.add_mutually_exclusive_group()
        for verb in VERBS:
            chosen.add_argument(f"--{verb}", action="store_const", const=verb, dest="verb", help=f"{verb} it")

    def handle(self, *args: Any, **options: Any) -> None:
        rollout = FirmwareRollout.objects.filter(pk=options["rollout"]).first()
        if rollout is None:
            raise CommandError(f"There is no firmware rollout {options['rollout']}.")
        if options["verb"]:
            self._act(rollout, options["verb"], options["user"])
        self.stdout.write(f"{rollout}: {rollout.get_status_display()}, wave {rollout.wave} {rollout.error}".rstrip())
        for upgrade in rollout.upgrades.select_related("gam__device").order_by("wave", "pk"):
            words = " ".join((upgrade.error or upgrade.last_note, upgrade.next_step)).strip()
            self.stdout.write(f"{upgrade.wave} {upgrade.gam}: {upgrade.get_status_display()} {words}".rstrip())

    def _act(self, rollout: FirmwareRollout, verb: str, name: str | None) -> None:
        user = get_user_model().objects.filter(username=name or "").first()
        if user is None:
            raise CommandError(f"There is no user {name!r}; --user says who does it.")
        try:
            with acting_as(user):
                getattr(firmware, verb)(rollout, user=user)
        except WorkflowError as error:
            raise CommandError(str(error)) from None
