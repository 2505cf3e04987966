"""``netbox gam_tell``: tell people of alarms and send the mails that are due, without a worker that serves the polling queue."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from netbox_gam.workflows import mailing, telling


class Command(BaseCommand):
    """For a timer of the system's own; it may run beside the workers."""

    help = "Tell people of alarms: event rules, notifications, mail groups"

    def handle(self, *args: Any, **options: Any) -> None:
        told = telling.run()
        if told is None:
            self.stdout.write("Another process is telling right now.")
        else:
            self.stdout.write(f"{told.events} events told, {told.notifications} notifications, {told.mail_items} for mail groups.")
        sent = mailing.send_mail()
        self.stdout.write(f"{sent.mails} mails sent with {sent.items} events, {sent.waiting} waiting.")
        if sent.error:
            raise CommandError(f"{sent.failed} mails could not be sent: {sent.error}")
