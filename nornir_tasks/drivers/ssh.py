"""Driver over the shell, on a scrapli connection of the platform ``positron_gam``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

from paramiko.ssh_exception import SSHException
from scrapli.exceptions import (
    ScrapliAuthenticationFailed,
    ScrapliConnectionError,
    ScrapliConnectionNotOpened,
    ScrapliException,
    ScrapliPrivilegeError,
    ScrapliTimeout,
)

from ..contracts import Change, DeviceTarget, ShelfConfig, Transport
from ..errors import DeviceError, ErrorKind
from ..gam import commands, parsers
from ..gam.platform import CONFIG, EXEC, HOST_KEY_REFUSED, GamShell, scrapli_options
from .base import open_on_host

_PARTING_SECONDS = 2.0
_PROMPT_AFTER = re.compile(rb"\n[^\r\n]*#[ \t]*$")


class SshDriver:
    """A shelf's shell. See :class:`~nornir_tasks.drivers.base.GamDriver`.

    :param target: the shelf's name, for messages
    :param connect: opens a session; called again after one was lost
    :param disconnect: closes it
    """

    transport = Transport.SSH

    def __init__(self, target: str, connect: Callable[[], GamShell], disconnect: Callable[[GamShell], None]) -> None:
        self.target = target
        self._connect = connect
        self._disconnect = disconnect
        self._shell: GamShell | None = None
        self._read: dict[str, ShelfConfig] = {}

    @classmethod
    def from_target(cls, target: DeviceTarget) -> Self:
        """A driver with a session of its own, for use outside Nornir."""

        def connect() -> GamShell:
            shell = GamShell(
                target.address,
                port=target.ssh_port,
                auth_username=target.login.username,
                auth_password=target.login.password,
                **scrapli_options(target),
            )
            shell.open()
            return shell

        return cls(target.name, connect, lambda shell: shell.close())

    @classmethod
    def from_host(cls, host: Any, configuration: Any) -> Self:
        """A driver on a Nornir host's connection "scrapli" (nornir_scrapli's own plugin)."""

        def disconnect(_shell: GamShell) -> None:
            host.close_connection("scrapli")

        return cls(str(host.name), lambda: open_on_host(host, "scrapli", configuration), disconnect)

    @property
    def host_key(self) -> str:
        """Fingerprint of the key the shelf showed."""
        return self._shell.host_key if self._shell is not None else ""

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def open(self) -> None:
        """Connect and log in; a session that is left over is closed first.

        :raises DeviceError: UNREACHABLE, AUTH (also for an unexpected host key), TIMEOUT
        """
        self.close()
        with self._typed_errors("open a session"):
            self._shell = self._connect()

    def close(self) -> None:
        """Disconnect; never raises."""
        shell, self._shell = self._shell, None
        if shell is None:
            return
        # whatever is wrong with a session that is being given up no longer matters
        with suppress(ScrapliException, SSHException, OSError, EOFError):
            self._disconnect(shell)

    def read_running(self) -> ShelfConfig:
        """The running configuration."""
        return self._parsed(self._show(commands.RUNNING_COMMAND))

    def read_startup(self) -> ShelfConfig:
        """The startup configuration."""
        return self._parsed(self._show(commands.STARTUP_COMMAND))

    def _parsed(self, text: str) -> ShelfConfig:
        """What a configuration says. A change reads the same text several times."""
        if text not in self._read:
            self._read[text] = parsers.parse_config(text)
        return self._read[text]

    def render(self, change: Change, config: ShelfConfig) -> tuple[str, ...]:
        """The lines for a change; see :func:`nornir_tasks.gam.commands.render`."""
        return commands.render(change, config)

    def apply(self, sends: Sequence[str]) -> str:
        """Type lines in configuration mode; the first refusal stops."""
        answers: list[str] = []
        for line in sends:
            with self._typed_errors(line):
                shell = self._open_shell()
                self._enter(shell, CONFIG)
                answer = str(shell.channel.send_input(line)[1].decode("utf-8", "replace"))
            answers.append(self._accepted(line, answer))
        return "\n".join(text for text in answers if text)

    def save(self) -> str:
        """``copy running-config startup-config``."""
        answer = self._show(commands.SAVE_COMMAND)
        if not answer.lstrip().startswith(("%", "Building")) and answer.strip():
            raise self._error(ErrorKind.UNPARSEABLE, f"{commands.SAVE_COMMAND!r} was answered with {answer.strip()[:80]!r}")
        return answer

    def abilities(self) -> frozenset[str]:
        """Nothing: the command line has no inventory. What it lacks is a refused line, and undone."""
        return frozenset()

    def backup(self) -> str:
        """The running configuration's text, checked to be a whole one."""
        text = parsers.clean_output(self._show(commands.RUNNING_COMMAND))
        parsers.parse_config(text)
        return text

    def show(self, command: str) -> str:
        """The answer to any command that only reads.

        :raises DeviceError: REJECTED when the shelf refuses it
        """
        return self._show(command)

    def restart(self, command: str = "reload cold") -> None:
        """Send a command after which the shelf goes down, without waiting for a prompt; the session is given up.

        :raises DeviceError: when it could not even be sent
        """
        with self._typed_errors(command):
            shell = self._open_shell()
            shell.acquire_priv(EXEC)
            shell.channel.write(command)
            shell.channel.send_return()
            # closing at once could overtake the command
            shell.transport._set_timeout(_PARTING_SECONDS)
            with suppress(ScrapliConnectionError):
                while True:
                    shell.channel.read()
        self.close()

    def depart(self, command: str, *, seconds: float = _PARTING_SECONDS) -> str:
        """Send a command after which the shelf goes down; what it said before. The session is given up.

        :param seconds: how long it may stay silent before it goes down
        :raises DeviceError: REJECTED when it answers with a refusal; when it could not be sent; TIMEOUT when neither came
        """
        said = b""
        with self._typed_errors(command):
            shell = self._open_shell()
            shell.acquire_priv(EXEC)
            shell.channel.write(command)
            shell.channel.send_return()
            shell.transport._set_timeout(seconds)
            with suppress(ScrapliConnectionError):
                while not _PROMPT_AFTER.search(said):
                    said += shell.channel.read()
        self.close()
        text = said.decode("utf-8", "replace").replace("\r", "").partition("\n")[2]
        return self._accepted(command, _PROMPT_AFTER.sub(b"", text.encode()).decode())

    def _show(self, command: str) -> str:
        with self._typed_errors(command):
            shell = self._open_shell()
            self._enter(shell, EXEC)
            answer = str(shell.send_command(command).result)
        return self._accepted(command, answer)

    @staticmethod
    def _enter(shell: GamShell, mode: str) -> None:
        """Change to a mode unless the last prompt was that mode's: asking for another prompt costs as much as a command."""
        if shell._current_priv_level.name != mode:
            shell.acquire_priv(mode)

    def _accepted(self, command: str, answer: str) -> str:
        cleaned = parsers.clean_output(answer).strip("\n")
        refused = parsers.refusal(cleaned)
        if refused:
            raise self._error(ErrorKind.REJECTED, f"{command!r}: {refused}")
        return cleaned

    def _open_shell(self) -> GamShell:
        if self._shell is None or not self._shell.isalive():
            raise ScrapliConnectionNotOpened("the session is closed")
        return self._shell

    def _error(self, kind: ErrorKind, message: str) -> DeviceError:
        return DeviceError(kind, message, target=self.target)

    @contextmanager
    def _typed_errors(self, doing: str) -> Iterator[None]:
        """scrapli's, paramiko's and the socket's errors as typed ones; ``doing`` names the command."""
        try:
            yield
        except ScrapliAuthenticationFailed as problem:
            words = str(problem) if HOST_KEY_REFUSED in str(problem) else "the shelf refused user name or password"
            raise self._error(ErrorKind.AUTH, words) from problem
        except ScrapliTimeout as problem:
            raise self._error(ErrorKind.TIMEOUT, f"{doing!r}: no answer within the time limit") from problem
        except ScrapliPrivilegeError as problem:
            raise self._error(ErrorKind.UNPARSEABLE, f"{doing!r}: the prompt is not a GAM's: {problem}") from problem
        except (ScrapliConnectionError, ScrapliConnectionNotOpened) as problem:
            raise self._lost(doing, problem) from problem
        except (ScrapliException, SSHException, OSError, EOFError) as problem:
            raise self._error(ErrorKind.UNREACHABLE, f"{doing!r}: {problem or type(problem).__name__}") from problem

    def _lost(self, doing: str, problem: Exception) -> DeviceError:
        cause = problem.__cause__
        # scrapli's own time limit surfaces as a lost connection when it strikes inside a read
        if isinstance(cause, TimeoutError | ScrapliTimeout):
            return self._error(ErrorKind.TIMEOUT, f"{doing!r}: no answer within the time limit")
        reason = f" ({cause})" if isinstance(cause, SSHException | OSError) and str(cause) else ""
        return self._error(ErrorKind.UNREACHABLE, f"{doing!r}: the session was lost or could not be opened{reason}")
