"""What workers run off the polling queue many times a minute: plain RQ jobs, without a row of NetBox's own for each."""

from __future__ import annotations

import logging
import os
import socket
import uuid

from . import jobs
from .workflows import alarms, billing_events, firmware, mailing, polling, samples, scheduling, telling, write_delivery

log = logging.getLogger("netbox.plugins.netbox_gam.polling")


def worker_name() -> str:
    """The worker process a batch runs for, which is the parent of the one RQ forked."""
    return f"{socket.gethostname()}:{os.getppid()}"


def poll_batch(token: str) -> None:
    """Read the GAMs leased under a token."""
    report = polling.poll_batch(uuid.UUID(token), worker=worker_name())
    if report is None:
        log.info("Batch %s has nothing left to do", token)
    jobs.wake_onboarding()


def roll_up() -> None:
    """Roll measurements up, close cycles that are over, do what time alone does to alarms, see that the daily job goes on."""
    scheduling.close_cycles()
    alarms.sweep()
    samples.roll_up()
    jobs.revive_recurring()


def look_after_billing() -> None:
    """Start reconciliations that are due, and wake a worker for events that nobody was woken for."""
    jobs.start_due_reconciliations()
    if billing_events.is_due():
        jobs.wake_billing_events()


def write_back() -> None:
    """Look for what billing systems are to be told, and tell them."""
    write_delivery.run()


def tell() -> None:
    """Tell people of alarms, and send the mails that are due."""
    try:
        telling.run()
    finally:
        mailing.send_mail()


def upgrade_firmware(pk: int) -> None:
    """Look at one GAM's firmware upgrade and do the next thing."""
    firmware.carry_on(pk)
