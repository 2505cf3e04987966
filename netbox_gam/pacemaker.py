"""The pacemaker: a thread in every worker that serves the polling queue, which hands out what is due.

One of all of them leads at a time, by an advisory lock of PostgreSQL, for as long as one tick; if it dies another takes over. There
is nothing more to install or to supervise than the workers themselves.

RQ forks a process per job from the one this thread lives in. A fork waits for the end of a tick, so that no connection or lock of
this thread is ever copied in the middle of its use, and a tick is short, even where PostgreSQL hangs.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import sys
import threading
import time
from datetime import datetime

import django_rq
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone
from redis.exceptions import RedisError

from . import batches, settings
from .workflows import billing_events, billing_schedule, firmware, mailing, scheduling, telling, write_delivery
from .workflows.locks import try_exclusive

log = logging.getLogger("netbox.plugins.netbox_gam.pacemaker")

QUEUE = "netbox_gam.poll"
WRITING_QUEUE = "netbox_gam.provision"
TICK_SECONDS = 1.0
STATEMENT_SECONDS = 5
CONNECT_SECONDS = 3
FOLLOW_EVERY_SECONDS = 10.0
ROLL_UP_EVERY_SECONDS = 60.0
TELL_EVERY_SECONDS = 10.0
BILLING_EVERY_SECONDS = 10.0
WRITE_BACK_EVERY_SECONDS = 10.0
UPGRADE_EVERY_SECONDS = 5.0
QUEUED_PER_WORKER = 2
"""Batches that may wait for each worker: more would only grow old in the queue."""
BATCH_SECONDS_OVER_LEASE = 30


class Pacemaker:
    """Ticks once a second until told to stop."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.started: datetime = timezone.now()
        self.busy = threading.Lock()
        self._stop = threading.Event()
        self._seen = self._followed = self._rolled_up = self._told = self._billed = self._wrote = self._upgraded = -1e9
        self._thread = threading.Thread(target=self._run, name="gam-pacemaker", daemon=True)

    def start(self) -> None:
        """Begin ticking."""
        os.register_at_fork(before=self.busy.acquire, after_in_parent=self.busy.release, after_in_child=self._forked)
        self._thread.start()

    def stop(self) -> None:
        """Stop ticking; returns when the last tick has ended."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _forked(self) -> None:
        self.busy = threading.Lock()

    def _run(self) -> None:
        while not self._stop.wait(TICK_SECONDS * random.uniform(0.8, 1.2)):
            with self.busy:
                try:
                    self.tick()
                except (DatabaseError, InterfaceError, RedisError, OSError) as error:
                    # Whichever server is away comes back; until then there is nothing to hand out.
                    log.warning("Pacemaker: %s: %s", type(error).__name__, str(error).splitlines()[0] if str(error) else "")
                    connection.close()
        connection.close()

    def tick(self) -> int:
        """One look at what is due; how many batches were handed out."""
        limit_statements()
        now = time.monotonic()
        with try_exclusive("pacemaker", 0) as leader:
            if now - self._seen >= FOLLOW_EVERY_SECONDS / 2:
                scheduling.worker_seen(self.name, self.started, leader=leader)
                self._seen = now
            if not leader:
                return 0
            if now - self._followed >= FOLLOW_EVERY_SECONDS:
                scheduling.follow_devices()
                self._followed = now
            return self._hand_out() + self._look_after(now)

    def _hand_out(self) -> int:
        queue = django_rq.get_queue(QUEUE)
        workers = scheduling.workers_alive()
        leased = scheduling.lease(max(0, workers * QUEUED_PER_WORKER - queue.count), doubtful_limit=max(1, workers // 2))
        for handed, batch in enumerate(leased):
            try:
                queue.enqueue(
                    batches.poll_batch,
                    str(batch.token),
                    job_timeout=int(settings.lease_seconds()) + BATCH_SECONDS_OVER_LEASE,
                    ttl=int(settings.lease_seconds()),
                    result_ttl=0,
                    failure_ttl=600,
                    description=f"{len(batch.gams)} GAMs",
                )
            except (RedisError, OSError):
                for left in leased[handed:]:
                    scheduling.release(left)
                raise
        return len(leased)

    def _look_after(self, now: float) -> int:
        """What has to be done every now and then."""
        handed = 0
        if now - self._rolled_up >= ROLL_UP_EVERY_SECONDS:
            django_rq.get_queue(QUEUE).enqueue(batches.roll_up, job_timeout=600, ttl=120, result_ttl=0, failure_ttl=600)
            self._rolled_up = now
            handed += 1
        if now - self._told >= TELL_EVERY_SECONDS:
            self._told = now
            if telling.is_due() or mailing.is_due():
                django_rq.get_queue(QUEUE).enqueue(batches.tell, job_timeout=300, ttl=60, result_ttl=0, failure_ttl=600)
                handed += 1
        if now - self._billed >= BILLING_EVERY_SECONDS:
            self._billed = now
            if billing_schedule.is_due() or billing_events.is_due():
                look = batches.look_after_billing
                django_rq.get_queue(QUEUE).enqueue(look, job_timeout=120, ttl=60, result_ttl=0, failure_ttl=600)
                handed += 1
        if now - self._wrote >= WRITE_BACK_EVERY_SECONDS:
            self._wrote = now
            if write_delivery.is_due():
                django_rq.get_queue(QUEUE).enqueue(batches.write_back, job_timeout=900, ttl=60, result_ttl=0, failure_ttl=600)
                handed += 1
        if now - self._upgraded >= UPGRADE_EVERY_SECONDS:
            self._upgraded = now
            handed += _hand_out_upgrades()
        return handed


def _hand_out_upgrades() -> int:
    """A job for each GAM whose firmware upgrade has to be looked at."""
    due = firmware.due()
    firmware.claim(due)
    for pk in due:
        django_rq.get_queue(WRITING_QUEUE).enqueue(
            batches.upgrade_firmware, pk, job_timeout=2400, ttl=60, result_ttl=0, failure_ttl=600
        )
    return len(due)


def limit_statements() -> None:
    """Let neither connecting nor a statement of this thread hang, so that nobody waits for a tick for long."""
    if connection.connection is None:
        connection.settings_dict["OPTIONS"] = {**connection.settings_dict.get("OPTIONS", {}), "connect_timeout": CONNECT_SECONDS}
        connection.ensure_connection()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET SESSION statement_timeout = '{STATEMENT_SECONDS}s'")


_pacemaker: Pacemaker | None = None


def start_in_worker() -> None:
    """Start the pacemaker, if this process is a worker that serves the polling queue."""
    global _pacemaker
    if _pacemaker is None and "rqworker" in sys.argv and QUEUE in sys.argv:
        _pacemaker = Pacemaker()
        _pacemaker.start()
