"""Advisory locks over all workers: one writer per GAM, one reconciliation per billing system, one allocation per VLAN group."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from ..exceptions import Busy

RETRY_SECONDS = 0.2
_NAMESPACE = zlib.crc32(b"netbox_gam") & 0x7FFFFFFF


def _key(what: str, pk: int) -> int:
    return zlib.crc32(f"{what}:{pk}".encode()) - 0x80000000


@contextmanager
def exclusive(what: str, pk: int, *, label: str, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the lock of one object for the block, for the whole database session: it ends with a killed worker.

    The holder may take it again inside the block.

    :param what: ``gam`` or ``billing_system``
    :param label: the object in words, for the message
    :param wait_seconds: how long to wait for somebody else who holds it
    :raises Busy: somebody else holds it
    """
    deadline = time.monotonic() + wait_seconds
    while not _try_lock(what, pk):
        if time.monotonic() >= deadline:
            raise Busy(f"{label} is being worked on by another job.", next_step="Wait for it to end, then try again.")
        time.sleep(RETRY_SECONDS)
    try:
        yield
    finally:
        _unlock(what, pk)


@contextmanager
def try_exclusive(what: str, pk: int) -> Iterator[bool]:
    """Hold the lock of one object for the block if it is free; whether it was."""
    free = _try_lock(what, pk)
    try:
        yield free
    finally:
        if free:
            _unlock(what, pk)


def _unlock(what: str, pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", (_NAMESPACE, _key(what, pk)))


def _try_lock(what: str, pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", (_NAMESPACE, _key(what, pk)))
        return bool(cursor.fetchone()[0])


def hold_until_commit(what: str, pk: int) -> None:
    """Wait for the lock of one object and keep it until the surrounding transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_NAMESPACE, _key(what, pk)))
