"""Driver over JSON-RPC."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from ..connections.json_rpc import JsonRpcClient, client_for
from ..contracts import Change, DeviceTarget, ShelfConfig, Transport
from ..errors import DeviceError, ErrorKind
from ..gam import parsers, rpc
from .base import open_on_host

_SAVE_POLLS = 20
_SAVE_POLL_SECONDS = 0.5


class JsonRpcDriver:
    """A shelf's JSON-RPC interface. See :class:`~nornir_tasks.drivers.base.GamDriver`.

    :param target: the shelf's name, for messages
    :param connect: makes a client; called again after one was given up
    """

    transport = Transport.JSONRPC
    host_key = ""

    def __init__(self, target: str, connect: Callable[[], JsonRpcClient], disconnect: Callable[[JsonRpcClient], None]) -> None:
        self.target = target
        self._connect = connect
        self._disconnect = disconnect
        self._client: JsonRpcClient | None = None

    @classmethod
    def from_target(cls, target: DeviceTarget) -> Self:
        """A driver with a client of its own, for use outside Nornir."""
        return cls(target.name, lambda: client_for(target), lambda client: client.close())

    @classmethod
    def from_host(cls, host: Any, configuration: Any) -> Self:
        """A driver on a Nornir host's connection "json_rpc"."""

        def disconnect(_client: JsonRpcClient) -> None:
            host.close_connection("json_rpc")

        return cls(str(host.name), lambda: open_on_host(host, "json_rpc", configuration), disconnect)

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def open(self) -> None:
        """Make a client and log in, which for HTTP means: make one cheap call.

        :raises DeviceError: UNREACHABLE, AUTH, TIMEOUT, UNPARSEABLE, UNSUPPORTED
        """
        self.close()
        self._client = self._connect()
        try:
            self._client.call(f"{rpc.GLOBAL}.get")
        except DeviceError:
            self.close()
            raise

    def close(self) -> None:
        """Close the client."""
        client, self._client = self._client, None
        if client is not None:
            self._disconnect(client)

    def read_running(self) -> ShelfConfig:
        """The running configuration, from the tables."""
        tables = [self._call(f"{table}.get") for table in (rpc.PROFILES, rpc.ENDPOINTS, rpc.SUBSCRIBERS)]
        return rpc.decode_config(self._call(f"{rpc.GLOBAL}.get"), *tables)

    def abilities(self) -> frozenset[str]:
        """Method and field names of the firmware's inventory; empty where it does not give one."""
        try:
            return rpc.inventory_words(self._send(rpc.INVENTORY))
        except DeviceError as problem:
            if problem.kind in (ErrorKind.UNSUPPORTED, ErrorKind.REJECTED):
                return frozenset()
            raise

    def read_startup(self) -> ShelfConfig:
        """The startup configuration, from its text: the tables only show what is running.

        What the text has no words for is therefore not part of it; see :func:`nornir_tasks.changes.state.sayable`.

        :raises DeviceError: UNSUPPORTED where the shelf does not give the text
        """
        return parsers.parse_config(self._download("startupConfig"))

    def render(self, change: Change, config: ShelfConfig) -> tuple[str, ...]:
        """The request bodies for a change, without ids; see :func:`nornir_tasks.gam.rpc.render`."""
        return rpc.render(change, config)

    def apply(self, sends: Sequence[str]) -> str:
        """Make calls in order; the first refusal stops."""
        answers = [self._send(rpc.RpcCall.from_text(text)) for text in sends]
        return "\n".join(json.dumps(answer) for answer in answers)

    def save(self) -> str:
        """``icfg.control.copy.set`` from running to startup; waits while the shelf says that it is still copying."""
        answer = json.dumps(self._send(rpc.SAVE))
        for _ in range(_SAVE_POLLS):
            try:
                status = self._send(rpc.SAVE_STATUS)
            except DeviceError as problem:
                if problem.kind is ErrorKind.UNSUPPORTED:
                    return answer
                raise
            word = str(status.get("Status", "")) if isinstance(status, Mapping) else str(status)
            if word.startswith("err"):
                raise DeviceError(ErrorKind.REJECTED, f"{rpc.SAVE.method}: {word}", target=self.target)
            if word != "inProgress":
                return answer
            time.sleep(_SAVE_POLL_SECONDS)
        raise DeviceError(ErrorKind.TIMEOUT, f"{rpc.SAVE.method}: the shelf is still copying", target=self.target)

    def backup(self) -> str:
        """The running configuration's text, checked to be a whole one."""
        text = self._download("runningConfig")
        parsers.parse_config(text)
        return parsers.clean_output(text)

    def send(self, call: rpc.RpcCall) -> Any:
        """The result of any call.

        :raises DeviceError: REJECTED with the shelf's own words, UNSUPPORTED for a method it does not have
        """
        return self._send(call)

    def _download(self, config_type: str) -> str:
        call = rpc.download(config_type)
        try:
            answer = self._send(call)
        except DeviceError as problem:
            if problem.kind is not ErrorKind.REJECTED:
                raise
            words = f"the shelf does not give its {config_type} over JSON-RPC: {problem.message}"
            raise DeviceError(ErrorKind.UNSUPPORTED, words, target=self.target) from problem
        return self._text_of(answer, call)

    def _text_of(self, answer: object, call: rpc.RpcCall) -> str:
        """The text, which comes bare or as the one text member of a struct."""
        if isinstance(answer, str):
            return answer
        members = answer.values() if isinstance(answer, Mapping) else answer if isinstance(answer, list) else ()
        texts = [member for member in members if isinstance(member, str) and "\n" in member]
        if len(texts) != 1:
            words = f"{call.method}: the answer holds no text of a configuration: {str(answer)[:80]!r}"
            raise DeviceError(ErrorKind.UNPARSEABLE, words, target=self.target)
        return texts[0]

    def _call(self, method: str) -> Any:
        return self._send(rpc.RpcCall(method))

    def _send(self, call: rpc.RpcCall) -> Any:
        if self._client is None:
            raise DeviceError(ErrorKind.UNREACHABLE, f"{call.method}: the session is closed", target=self.target)
        return self._client.send(call)
