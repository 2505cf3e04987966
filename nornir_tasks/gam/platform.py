"""The GAM's shell as a scrapli platform: prompts, modes, pager, host key.

The shell is that of the IStaX family: ``NAME#``, ``NAME(config)#``, ``NAME(config-if-vlan)#``, a bare ``#`` where the host name is
empty, messages that begin with ``%``. :func:`register` makes the platform known under :data:`PLATFORM`, the name Nornir hosts
carry, so that nornir_scrapli's own connection plugin and tasks work unchanged.

Host keys: a target may name the fingerprint it expects (:attr:`DeviceTarget.ssh_host_key`). It is compared before the password is
sent, and a shelf with another key is refused. Without one the first key is accepted, logged at level INFO and kept on the driver
(``host_key``), so that the caller can store it and expect it from then on. A shelf makes its key when it is first started and has
no certificate, so there is nothing better to check the first time.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import socket
import sys
import time
import types
from typing import Any

import paramiko
from paramiko.ssh_exception import SSHException
from scrapli.driver.network import AsyncNetworkDriver, NetworkDriver
from scrapli.driver.network.base_driver import PrivilegeLevel
from scrapli.exceptions import (
    ScrapliAuthenticationFailed,
    ScrapliConnectionError,
    ScrapliConnectionNotOpened,
    ScrapliTimeout,
)
from scrapli.transport.base.base_socket import Socket
from scrapli.transport.plugins.paramiko.transport import ParamikoTransport

from ..contracts import DeviceTarget

PLATFORM = "positron_gam"
"""Nornir's and scrapli's name of the platform. The underscore becomes the dot of a module path in scrapli."""

EXEC = "privilege_exec"
CONFIG = "configuration"
HOST_KEY_REFUSED = "host key"
_HOST = r"[A-Za-z0-9.\-_@/:]{0,63}"
_TERMINAL_WIDTH = 512
_READ_AHEAD = 65536

logger = logging.getLogger(__name__)


def privilege_levels() -> dict[str, PrivilegeLevel]:
    """The modes of the shell and how to get from one to the other."""
    return {
        "exec": PrivilegeLevel(rf"^{_HOST}>[ \t]?$", "exec", "", "", "", False, ""),
        EXEC: PrivilegeLevel(rf"^{_HOST}#[ \t]?$", EXEC, "exec", "disable", "enable", True, r"^[Pp]assword:\s?$"),
        CONFIG: PrivilegeLevel(
            rf"^{_HOST}\(config[A-Za-z0-9.\-/:_]{{0,32}}\)#[ \t]?$", CONFIG, EXEC, "end", "configure terminal", False, ""
        ),
    }


def fingerprint(key: bytes) -> str:
    """``SHA256:…`` of a public key, as ssh-keygen prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


class _ReadAhead:
    """A socket that takes in all there is at once. paramiko asks for a few bytes at a time, twice for each message.

    A shelf echoes every character as a message of its own, so that would be most of what talking to it costs.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._data, self._at = b"", 0

    def recv(self, count: int) -> bytes:
        """As a socket's."""
        if self._at == len(self._data):
            self._data, self._at = self._sock.recv(_READ_AHEAD), 0
        data = self._data[self._at : self._at + count]
        self._at += len(data)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class GamTransport(ParamikoTransport):
    """paramiko, with the host key compared to a fingerprint, a wide terminal, and an end of the session that is noticed.

    It also bounds how long an answer may take: scrapli's own limit starts a thread for every command, which costs more than the
    command.
    """

    expected_host_key = ""
    host_key = ""
    answer_seconds = 60.0
    """How long an answer may take in all, however short its silences are."""
    _until = 0.0

    def open(self) -> None:
        self._until = time.monotonic() + self.answer_seconds
        arguments = self._base_transport_args
        self.socket = Socket(host=arguments.host, port=arguments.port, timeout=arguments.timeout_socket)
        self.socket.open()
        if self.socket.sock is None:
            raise ScrapliConnectionNotOpened
        # A login is many small messages; held back until the one before is confirmed, each may wait for 40 ms.
        self.socket.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.session = paramiko.Transport(_ReadAhead(self.socket.sock))  # type: ignore[arg-type]  # any socket-like object
        _prefer_whole_ciphers(self.session)
        try:
            self.session.start_client()
        except (SSHException, OSError, EOFError) as problem:
            raise ScrapliConnectionNotOpened from problem
        self._verify_key()
        self._authenticate()
        if not self.session.is_authenticated():
            raise ScrapliAuthenticationFailed("all authentication methods failed")
        self._open_channel()

    def _verify_key(self) -> None:
        if self.session is None:
            raise ScrapliConnectionNotOpened
        self.host_key = fingerprint(self.session.get_remote_server_key().asbytes())
        if not self.expected_host_key:
            logger.info("first contact, accepted host key %s of %s", self.host_key, self._base_transport_args.host)
        elif self.host_key != self.expected_host_key:
            raise ScrapliAuthenticationFailed(
                f"{HOST_KEY_REFUSED}: expected {self.expected_host_key}, the shelf has {self.host_key}"
            )

    def _open_channel(self) -> None:
        if self.session is None:
            raise ScrapliConnectionNotOpened
        self.session_channel = self.session.open_session()
        self._set_timeout(self._base_transport_args.timeout_transport)
        # a line longer than the terminal would come back scrolled, and the echo would never be recognised
        self.session_channel.get_pty(width=_TERMINAL_WIDTH)
        self.session_channel.invoke_shell()

    def close(self) -> None:
        session = self.session
        super().close()
        if session is not None:
            # scrapli only closes the socket; without this paramiko's thread goes on until it notices
            session.close()

    def write(self, channel_input: bytes) -> None:
        self._until = time.monotonic() + self.answer_seconds
        super().write(channel_input)

    def read(self) -> bytes:
        if time.monotonic() > self._until:
            # What is still to come must not be taken for the answer to another command.
            self.close()
            raise ScrapliTimeout(f"the answer is not at its end after {self.answer_seconds:g} s")
        data: bytes = super().read()
        if not data:
            # paramiko answers a closed channel with nothing, for ever; scrapli would spin until its time limit
            raise ScrapliConnectionError("the shelf closed the session")
        return data


def _prefer_whole_ciphers(session: paramiko.Transport) -> None:
    """Prefer ciphers that check integrity themselves, where the shelf has one: paramiko compares a separate check in Python.

    That is a quarter of what talking to a shelf costs.
    """
    options = session.get_security_options()
    options.ciphers = sorted(options.ciphers, key=lambda name: "gcm" not in name)


class GamShell(NetworkDriver):
    """A session with a GAM's shell. ``host_key`` is the fingerprint the shelf showed, empty before opening."""

    def __init__(self, host: str, *, ssh_host_key: str = "", answer_seconds: float = 60.0, **options: Any) -> None:
        defaults: dict[str, Any] = {
            "privilege_levels": privilege_levels(),
            "default_desired_privilege_level": EXEC,
            "on_open": prepare,
            "transport": "paramiko",
            "comms_return_char": "\r",
            "auth_strict_key": True,
            "timeout_ops": 0,
        }
        super().__init__(host=host, **{**defaults, **options})
        transport = GamTransport(self.transport._base_transport_args, self.transport.plugin_transport_args)
        transport.expected_host_key = ssh_host_key
        transport.answer_seconds = answer_seconds
        self.transport = transport
        self.channel.transport = transport

    @property
    def host_key(self) -> str:
        """Fingerprint of the key the shelf showed."""
        return str(self.transport.host_key)

    def _abort_config(self) -> None:
        self.acquire_priv(EXEC)


def prepare(shell: NetworkDriver) -> None:
    """After login: privileged mode, no pager (it would wait for a key for ever), a line as wide as the terminal."""
    shell.acquire_priv(EXEC)
    shell.send_command("terminal length 0")
    shell.send_command(f"terminal width {_TERMINAL_WIDTH}")


def register() -> None:
    """Make the platform known to scrapli, and so to nornir_scrapli. May be called any number of times."""
    name = f"scrapli_community.{PLATFORM.replace('_', '.')}"
    if name in sys.modules:
        return
    module: Any = types.ModuleType(name)
    module.SCRAPLI_PLATFORM = {
        "driver_type": {"sync": GamShell, "async": AsyncNetworkDriver},
        "defaults": {
            "privilege_levels": privilege_levels(),
            "default_desired_privilege_level": EXEC,
            "sync_on_open": prepare,
            "sync_on_close": None,
            "async_on_open": None,
            "async_on_close": None,
            "textfsm_platform": "",
            "genie_platform": "",
        },
    }
    sys.modules[name] = module
    # paramiko reports every closed socket as an error of its own; the driver reports what matters
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    logging.getLogger("scrapli").setLevel(logging.CRITICAL)


def scrapli_options(target: DeviceTarget) -> dict[str, Any]:
    """Extra connection options for a target (Nornir's ``extras`` of the connection "scrapli"): time limits and host key."""
    silence = target.limits.get("operation", 30.0)
    return {
        "timeout_socket": target.limits.get("connect", 10.0),
        "timeout_transport": silence,
        # a long answer may take longer than the longest silence in it
        "answer_seconds": 2 * silence,
        "ssh_host_key": target.ssh_host_key,
    }


register()
