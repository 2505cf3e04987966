"""``netbox gam_rotate_secrets --user admin``: every stored secret under the newest encryption key."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from netbox_gam.context import acting_as
from netbox_gam.exceptions import SecretError
from netbox_gam.workflows import secrets


class Command(BaseCommand):
    """Encrypt every stored secret anew."""

    help = "Encrypt every stored secret anew under the first of encryption_keys; afterwards older keys may go"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, help="name of the user the changes are attributed to")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        try:
            with acting_as(user):
                self.stdout.write(json.dumps(secrets.rotate_all()))
        except SecretError as error:
            raise CommandError(str(error)) from None
