"""One event loop thread and its SNMP engines per process, for pysnmp.

An engine belongs to the loop it first ran on and costs a fifth of a second to build, so both are kept for the life of the
process. A loop thread does not survive a fork (RQ forks a work-horse per job), so the hub is made lazily and anew after one.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import os
import threading
from collections.abc import Coroutine
from typing import Any

from pysnmp.entity.engine import SnmpEngine
from pysnmp.hlapi.v3arch.asyncio import (
    USM_AUTH_HMAC96_MD5,
    USM_AUTH_HMAC96_SHA,
    USM_AUTH_HMAC128_SHA224,
    USM_AUTH_HMAC192_SHA256,
    USM_AUTH_HMAC256_SHA384,
    USM_AUTH_HMAC384_SHA512,
    USM_AUTH_NONE,
    USM_PRIV_CBC56_DES,
    USM_PRIV_CFB128_AES,
    USM_PRIV_CFB192_AES,
    USM_PRIV_CFB256_AES,
    USM_PRIV_NONE,
    CommunityData,
    UsmUserData,
)

from ..contracts import SnmpCredential
from ..errors import DeviceError, ErrorKind

MAX_IN_FLIGHT = 32
"""Requests in flight per process. 400 at once overflow the client's socket buffer and show up as false timeouts; 32 never did."""

RETIRED_ENGINE_SECONDS = 60.0

AUTH_PROTOCOLS = {
    "": USM_AUTH_NONE,
    "MD5": USM_AUTH_HMAC96_MD5,
    "SHA": USM_AUTH_HMAC96_SHA,
    "SHA224": USM_AUTH_HMAC128_SHA224,
    "SHA256": USM_AUTH_HMAC192_SHA256,
    "SHA384": USM_AUTH_HMAC256_SHA384,
    "SHA512": USM_AUTH_HMAC384_SHA512,
}
PRIV_PROTOCOLS = {
    "": USM_PRIV_NONE,
    "DES": USM_PRIV_CBC56_DES,
    "AES": USM_PRIV_CFB128_AES,
    "AES192": USM_PRIV_CFB192_AES,
    "AES256": USM_PRIV_CFB256_AES,
}
SHORTEST_KEY = 8
"""RFC 3414 11.2: a USM pass phrase has at least eight characters."""


class _NoMibCompiler:
    """Stands in for pysmi, which every engine would otherwise load for over a second, though OIDs are never resolved here."""

    def compile(self, *_names: str, **_options: object) -> dict[str, str]:
        return {}


class SnmpHub:
    """The loop thread, the engines by credential, and the limit on requests in flight."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        self.slots = asyncio.Semaphore(MAX_IN_FLIGHT)
        self._engines: dict[tuple[str, ...], SnmpEngine] = {}
        self._thread = threading.Thread(target=self.loop.run_forever, name="snmp-hub", daemon=True)
        self._thread.start()

    def run[T](self, work: Coroutine[Any, Any, T], timeout: float) -> T:
        """Run a coroutine on the loop from any other thread and wait for its result.

        :raises TimeoutError: it took longer than ``timeout`` seconds; it is cancelled
        """
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        try:
            return future.result(timeout)
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise

    def engine(self, credential: SnmpCredential) -> SnmpEngine:
        """The engine for a credential; only called on the loop.

        v3 users get an engine per key, because two users of one name with different keys on one engine answer for each other.
        """
        key = _engine_key(credential)
        if key not in self._engines:
            engine = SnmpEngine()
            engine.get_mib_builder().set_mib_compiler(_NoMibCompiler(), "/nonexistent")
            self._engines[key] = engine
        return self._engines[key]

    def renew_engine(self, credential: SnmpCredential) -> SnmpEngine:
        """A fresh engine for a credential; the old one is closed once its requests have ended. Only called on the loop.

        An engine remembers the engine id behind an address for five minutes, so a replaced shelf needs a new one.
        """
        retired = self._engines.pop(_engine_key(credential), None)
        if retired is not None:
            self.loop.call_later(RETIRED_ENGINE_SECONDS, retired.close_dispatcher)
        return self.engine(credential)

    def retire_engines(self) -> None:
        """Give up every engine, and with it what it remembers of addresses; new requests get new ones. From any thread."""

        def retire() -> None:
            for engine in self._engines.values():
                self.loop.call_later(RETIRED_ENGINE_SECONDS, engine.close_dispatcher)
            self._engines.clear()

        self.loop.call_soon_threadsafe(retire)

    def close(self) -> None:
        """Close the engines inside their loop and end the thread. Called on exit; harmless in a forked child."""
        if self.pid != os.getpid() or not self._thread.is_alive():
            return

        def stop() -> None:
            for engine in self._engines.values():
                engine.close_dispatcher()
            self._engines.clear()
            self.loop.call_soon(self.loop.stop)

        self.loop.call_soon_threadsafe(stop)
        self._thread.join(timeout=2)


_hub: SnmpHub | None = None
_lock = threading.Lock()


def get_hub() -> SnmpHub:
    """The hub of this process, made on first use."""
    global _hub
    with _lock:
        if _hub is None or _hub.pid != os.getpid():
            _hub = SnmpHub()
            atexit.register(_hub.close)
        return _hub


def _after_fork() -> None:
    global _hub, _lock
    _hub = None
    # The parent may have held the lock at the moment of the fork; nobody would ever release the child's copy.
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)


def _engine_key(credential: SnmpCredential) -> tuple[str, ...]:
    if credential.version != "3":
        return ("community",)
    return (
        credential.username,
        credential.auth_protocol,
        credential.auth_key,
        credential.priv_protocol,
        credential.priv_key,
    )


def auth_data(credential: SnmpCredential) -> CommunityData | UsmUserData:
    """pysnmp's form of a credential.

    :raises DeviceError: AUTH, naming the field that cannot be used
    """
    if credential.version == "2c":
        return CommunityData(credential.community, mpModel=1)  # noqa: S508 - what shelves ship with
    if credential.version != "3":
        raise DeviceError(ErrorKind.AUTH, f"SNMP version {credential.version!r} is not supported; use 2c or 3")
    auth = credential.auth_protocol.upper()
    priv = credential.priv_protocol.upper()
    if auth not in AUTH_PROTOCOLS:
        raise DeviceError(ErrorKind.AUTH, f"auth_protocol {credential.auth_protocol!r} is not one of {_names(AUTH_PROTOCOLS)}")
    if priv not in PRIV_PROTOCOLS:
        raise DeviceError(ErrorKind.AUTH, f"priv_protocol {credential.priv_protocol!r} is not one of {_names(PRIV_PROTOCOLS)}")
    if priv and not auth:
        raise DeviceError(
            ErrorKind.AUTH, "priv_protocol is set without auth_protocol; SNMPv3 has no privacy without authentication"
        )
    for field, protocol, key in (("auth_key", auth, credential.auth_key), ("priv_key", priv, credential.priv_key)):
        if protocol and len(key) < SHORTEST_KEY:
            raise DeviceError(ErrorKind.AUTH, f"{field} is shorter than {SHORTEST_KEY} characters")
    return UsmUserData(
        credential.username,
        authKey=credential.auth_key if auth else None,
        privKey=credential.priv_key if priv else None,
        authProtocol=AUTH_PROTOCOLS[auth],
        privProtocol=PRIV_PROTOCOLS[priv],
    )


def _names(protocols: dict[str, tuple[int, ...]]) -> str:
    return ", ".join(name for name in protocols if name)
