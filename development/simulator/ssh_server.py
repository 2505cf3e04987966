"""The SSH shell of a shelf: login, pty, per-character echo, pager. Commands themselves are the interpreter's."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque

import asyncssh
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from .cli import CliSession
from .cli_output import Output
from .state import Rebooting, SimShelf

PAGER = "-- more --, next page: Space, continue: g, quit: ^C"
ERASE = "\r" + " " * len(PAGER) + "\r"
GARBAGE = "\x1b[2J\x07#@!~ \xfe\xed\xfa %%FAULT%% 0x00000000 ~~ \x1b[7m"
LEGACY = {
    "kex_algs": ["diffie-hellman-group14-sha1"],
    "encryption_algs": ["aes128-cbc", "3des-cbc"],
    "mac_algs": ["hmac-sha1"],
}


def host_key(shelf: SimShelf) -> asyncssh.SSHKey:
    """The shelf's host key: always the same for the same serial and name, so that known-hosts files stay valid."""
    seed = hashlib.sha256(f"{shelf.identity.serial}/{shelf.name}".encode()).digest()
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return asyncssh.import_private_key(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))


class ShellSession(asyncssh.SSHServerSession[bytes]):
    """One shell. Only with a pty; no exec, no subsystems."""

    def __init__(self, shelf: SimShelf, user: str, connection: asyncssh.SSHServerConnection) -> None:
        self.shelf = shelf
        self.cli = CliSession(shelf, user)
        self._connection = connection
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._pty = False
        self._line = ""
        self._pages: deque[str] = deque()
        self._typed: deque[str] = deque()
        self._busy = False
        self._last = ""

    # ------------------------------------------------------------------------------------------------------ channel

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """Keep the channel to write on."""
        self._channel = chan

    def pty_requested(self, term_type: str, term_size: object, term_modes: object) -> bool:
        """A pty is needed, its kind does not matter."""
        self._pty = True
        return True

    def shell_requested(self) -> bool:
        """A shell, if there is a pty."""
        return self._pty

    def exec_requested(self, command: str) -> bool:
        """Refused, as on the real device."""
        return False

    def session_started(self) -> None:
        """Greet with the prompt."""
        self._later(self._prompt)

    def _later(self, action: object, *arguments: object) -> None:
        delay = self.shelf.faults.slow.get("ssh", 0.0)
        if delay:
            asyncio.get_running_loop().call_later(delay, action, *arguments)  # type: ignore[arg-type]
        else:
            action(*arguments)  # type: ignore[operator]

    def _write(self, text: str) -> None:
        if self._channel is not None and not self._channel.is_closing():
            self._channel.write(text.encode("utf-8", "replace"))

    def _prompt(self) -> None:
        self._write(self.cli.prompt)
        self._busy = False
        self._drain()

    # ------------------------------------------------------------------------------------------------------- typing

    def data_received(self, data: bytes, datatype: object) -> None:
        """Characters typed. What comes while a command runs waits its turn."""
        if "ssh" in self.shelf.faults.dropped:
            return
        self._typed.extend(data.decode("utf-8", "replace"))
        self._drain()

    def eof_received(self) -> bool:
        """The other side stopped typing: the shell ends."""
        return False

    def break_received(self, msec: int) -> bool:
        """A break is a Ctrl-C."""
        self._typed.append("\x03")
        self._drain()
        return True

    def _drain(self) -> None:
        while self._typed and not self._busy:
            character = self._typed.popleft()
            if self._pages:
                self._page_key(character)
            else:
                self._key(character)

    def _key(self, character: str) -> None:
        if character == "\n" and self._last == "\r":
            self._last = ""
            return
        self._last = character
        if character in "\r\n":
            line, self._line = self._line, ""
            self._write("\n\r")
            self._busy = True
            if self.shelf.arriving is not None and line.strip():
                self.shelf.arriving(line)
            self._later(self._run, line)
        elif character in "\x7f\x08":
            if self._line:
                self._line = self._line[:-1]
                self._write("\b \b")
        elif character == "\x03":
            self._line = ""
            self._write("^C\n\r" + self.cli.prompt)
        elif character == "\x15":
            self._write("\b \b" * len(self._line))
            self._line = ""
        elif character == "\t":
            added = self.cli.complete(self._line)
            self._line += added
            self._write(added)
        elif character == "?" and self._line.count('"') % 2 == 0:
            rows = self.cli.help(self._line).replace("\n", "\n\r")
            self._write(f"?\n\r{rows}\n\r{self.cli.prompt}{self._line}")
        elif character >= " ":
            self._line += character
            self._write(character)

    # ------------------------------------------------------------------------------------------------------ running

    def _run(self, line: str) -> None:
        faults = self.shelf.faults
        if not self.shelf.up:
            self._connection.abort()
            return
        if faults.disconnect_after and line.strip():
            faults.disconnect_after -= 1
            if not faults.disconnect_after:
                self._connection.abort()
                return
        try:
            output = self.cli.run(line)
        except Rebooting:
            self._connection.abort()
            return
        if "ssh" in faults.garbage and line.strip():
            output = Output(GARBAGE)
        if "ssh" in faults.half and "show" in line:
            rows = output.text.split("\n")
            output.text = "\n".join(rows[: (len(rows) + 1) // 2])
        self._answer(output)

    def _answer(self, output: Output) -> None:
        rows = output.text.split("\n") if output.text else []
        if output.close:
            self._write("".join(f"{row}\n\r" for row in rows))
            if self._channel is not None:
                self._channel.exit(0)
            if output.then:
                asyncio.get_running_loop().call_later(0.05, output.then)
            return
        if self.cli.length and len(rows) >= self.cli.length:
            self._pages.extend(rows)
            self._busy = False
            self._page(self.cli.length - 1)
            return
        self._write("".join(f"{row}\n\r" for row in rows))
        self._prompt()

    def _page(self, count: int) -> None:
        rows = [self._pages.popleft() for _ in range(min(count, len(self._pages)))]
        self._write("".join(f"{row}\n\r" for row in rows))
        if self._pages:
            self._write(PAGER)
        else:
            self._prompt()

    def _page_key(self, character: str) -> None:
        if character == " ":
            self._write(ERASE)
            self._page(self.cli.length - 1)
        elif character in "gG":
            self._write(ERASE)
            self._page(len(self._pages))
        elif character in "qQ\x03":
            self._pages.clear()
            self._write(ERASE)
            self._prompt()
        elif character in "\r\n":
            self._write(ERASE)
            self._page(1)


class ShelfSshServer(asyncssh.SSHServer):
    """One SSH connection to a shelf."""

    def __init__(self, shelf: SimShelf) -> None:
        self.shelf = shelf
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Watch for reboots; a shelf that is down or silent does not let anybody in."""
        self._connection = conn
        self.shelf.listeners.append(self._cut)
        if not self.shelf.up or "ssh" in self.shelf.faults.dropped:
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching."""
        if self._cut in self.shelf.listeners:
            self.shelf.listeners.remove(self._cut)

    def _cut(self) -> None:
        if self._connection is not None:
            self._connection.abort()

    def begin_auth(self, username: str) -> bool:
        """A password is always asked for, also for a blank one."""
        return True

    def password_auth_supported(self) -> bool:
        """Yes."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Against the shelf's users."""
        return self.shelf.users.get(username) == password

    def session_requested(self) -> ShellSession:
        """A shell of this shelf."""
        assert self._connection is not None
        return ShellSession(self.shelf, self._connection.get_extra_info("username"), self._connection)
