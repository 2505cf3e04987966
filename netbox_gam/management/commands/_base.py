"""What the plugin's commands share: who acts, following a background job, and printing what it came to."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from core.models import Job
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from netbox_gam.exceptions import WorkflowError
from netbox_gam.models import GamDevice

POLL_SECONDS = 0.3


class GamCommand(BaseCommand):
    """Starts one background job and, unless told otherwise, shows it to its end. Needs a worker on the plugin's queues."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, help="name of the user the changes are attributed to")
        parser.add_argument("--no-wait", action="store_true", help="only start the job and print its number")
        parser.add_argument("--timeout", type=float, default=900, help="seconds to wait for the job (default 900)")

    def start(self, user: Any, **options: Any) -> Job:
        """Start the job."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        name = options.pop("user")
        user = get_user_model().objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"There is no user {name!r}.")
        try:
            job = self.start(user, **options)
        except WorkflowError as error:
            raise CommandError(str(error)) from None
        if options["no_wait"]:
            self.stdout.write(f"Job {job.pk} started.")
            return
        self.follow(job, options["timeout"])

    def follow(self, job: Job, timeout: float) -> None:
        """Print the job's log as it grows, then its data; a job that did not complete is an error."""
        shown, deadline = 0, time.monotonic() + timeout
        while True:
            job.refresh_from_db()
            for entry in job.log_entries[shown:]:
                self.stdout.write(entry["message"])
            shown = len(job.log_entries)
            if job.completed:
                break
            if time.monotonic() > deadline:
                raise CommandError(f"Job {job.pk} is still {job.status}. Does a worker listen on the queue {job.queue_name}?")
            time.sleep(POLL_SECONDS)
        self.stdout.write(json.dumps(job.data, indent=2, default=str))
        if job.status != "completed":
            raise CommandError(f"Job {job.pk} {job.status}: {(job.data or {}).get('error') or job.error}")


def named(model: Any, name: str | None, what: str) -> Any:
    """The object of that name, or None where no name was given.

    :raises CommandError: there is none
    """
    if name is None:
        return None
    found = model.objects.filter(name=name).first()
    if found is None:
        raise CommandError(f"There is no {what} {name!r}.")
    return found


def gam_named(name: str) -> GamDevice:
    """The GAM whose device has that name.

    :raises CommandError: there is none, or more than one
    """
    found = list(GamDevice.objects.filter(device__name=name)[:2])
    if len(found) != 1:
        raise CommandError(f"There {'are several GAMs' if found else 'is no GAM'} {name!r}.")
    return found[0]
