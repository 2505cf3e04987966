"""JSON-RPC over HTTP(S) with a GAM, as a client and as Nornir connection plugin ``json_rpc``.

The answer of a device is not trusted: redirects are refused (they would carry the password elsewhere), size and total time are
bounded, and whatever is not a JSON-RPC answer is a typed error with the beginning of what was seen. Proxies, ``.netrc`` and other
settings of the environment are ignored.
"""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Mapping
from typing import Any

import requests
import urllib3
from nornir.core.configuration import Config
from nornir.core.plugins.connections import ConnectionPluginRegister
from requests.auth import HTTPBasicAuth

from ..contracts import DeviceTarget
from ..errors import DeviceError, ErrorKind
from ..gam.rpc import RpcCall, to_device_error

CONNECTION = "json_rpc"
MAX_ANSWER_BYTES = 16 * 1024 * 1024
"""A full shelf's subscriber table is a few hundred KB; more than this is not a shelf's answer."""
CONNECT_SECONDS = 10.0
OPERATION_SECONDS = 45.0
"""Shelves answer slowly under load; a third party's manager waits as long."""
_CHUNK = 65_536


class JsonRpcClient:
    """Calls of one shelf over one HTTP session.

    :param url: ``http(s)://host:port``, without path
    :param verify: check the certificate (shelves make their own, so this needs one to have been installed)
    :param name: for messages
    """

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        *,
        verify: bool = True,
        connect_seconds: float = CONNECT_SECONDS,
        operation_seconds: float = OPERATION_SECONDS,
        max_bytes: int = MAX_ANSWER_BYTES,
        name: str = "",
    ) -> None:
        self.url = f"{url}/json_rpc"
        self.name = name
        self._limits = (connect_seconds, operation_seconds)
        self._max_bytes = max_bytes
        self._number = 0
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = verify
        # a blank password is the factory's, so the header is always built here
        self._session.auth = HTTPBasicAuth(username.encode(), password.encode())
        if not verify:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def __repr__(self) -> str:
        return f"JsonRpcClient({self.url!r})"

    def close(self) -> None:
        """Close the HTTP session."""
        self._session.close()

    def call(self, method: str, *params: Any) -> Any:
        """The ``result`` of a call.

        :raises DeviceError: UNREACHABLE, TIMEOUT, AUTH, UNPARSEABLE, or what the shelf's error number maps to
        """
        return self.send(RpcCall(method, params))

    def send(self, call: RpcCall) -> Any:
        """The ``result`` of a call; see :meth:`call`."""
        self._number += 1
        number = str(self._number)
        body = json.dumps({**json.loads(call.text), "id": number}, separators=(",", ":"))
        answer = self._answer(call, self._post(call, body))
        if str(answer.get("id")) != number:
            raise self._error(ErrorKind.UNPARSEABLE, f"{call.method}: the answer's id is {answer.get('id')!r}, not {number!r}")
        if answer.get("error") is not None:
            raise to_device_error(answer["error"], call, self.name)
        return answer["result"]

    def _post(self, call: RpcCall, body: str) -> bytes:
        connect, operation = self._limits
        deadline = time.monotonic() + operation
        try:
            with self._session.post(
                self.url,
                data=body.encode(),
                headers={"Content-Type": "application/json", "Accept": "application/json"},
                timeout=(connect, operation),
                allow_redirects=False,
                stream=True,
            ) as response:
                self._check_status(call, response)
                return self._read(call, response, deadline)
        except requests.exceptions.SSLError as problem:
            raise self._error(ErrorKind.UNREACHABLE, f"{call.method}: the certificate or TLS was refused") from problem
        except requests.exceptions.Timeout as problem:
            raise self._error(ErrorKind.TIMEOUT, f"{call.method}: no answer within the time limit") from problem
        except requests.exceptions.ConnectionError as problem:
            timed_out = "timed out" in str(problem).lower()
            kind, words = (
                (ErrorKind.TIMEOUT, "no answer within the time limit") if timed_out else (ErrorKind.UNREACHABLE, "no connection")
            )
            raise self._error(kind, f"{call.method}: {words}") from problem
        except urllib3.exceptions.ReadTimeoutError as problem:
            raise self._error(ErrorKind.TIMEOUT, f"{call.method}: the answer did not end within the time limit") from problem
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as problem:
            raise self._error(ErrorKind.UNREACHABLE, f"{call.method}: {type(problem).__name__}") from problem

    def _check_status(self, call: RpcCall, response: requests.Response) -> None:
        status = response.status_code
        if status in (401, 403):
            raise self._error(ErrorKind.AUTH, f"{call.method}: the shelf refused user name or password (HTTP {status})")
        if 300 <= status < 400:
            raise self._error(ErrorKind.UNPARSEABLE, f"{call.method}: the shelf redirects (HTTP {status}), which is not followed")
        if status == 404:
            raise self._error(ErrorKind.UNSUPPORTED, f"{call.method}: the shelf has no JSON-RPC interface (HTTP 404)")

    def _read(self, call: RpcCall, response: requests.Response, deadline: float) -> bytes:
        chunks: list[bytes] = []
        size = 0
        # iter_content would wait for a whole chunk, and so for as long as a trickling answer lasts
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > self._max_bytes:
                raise self._error(ErrorKind.UNPARSEABLE, f"{call.method}: the answer is larger than {self._max_bytes} bytes")
            if time.monotonic() > deadline:
                raise self._error(ErrorKind.TIMEOUT, f"{call.method}: the answer did not end within the time limit")
            chunks.append(chunk)
        return b"".join(chunks)

    def _answer(self, call: RpcCall, body: bytes) -> Mapping[str, Any]:
        text = body.decode("utf-8", "replace")
        try:
            answer = json.loads(text)
        except ValueError as problem:
            raise self._error(ErrorKind.UNPARSEABLE, f"{call.method}: the answer is not JSON: {text[:80]!r}") from problem
        if not isinstance(answer, Mapping) or ("result" not in answer and answer.get("error") is None):
            raise self._error(ErrorKind.UNPARSEABLE, f"{call.method}: the answer is no JSON-RPC answer: {text[:80]!r}")
        return answer

    def _error(self, kind: ErrorKind, message: str) -> DeviceError:
        return DeviceError(kind, message, target=self.name)


def base_url(address: str, port: int, https: bool) -> str:
    """``http(s)://address:port``, with brackets around an IPv6 address."""
    try:
        host = f"[{address}]" if ipaddress.ip_address(address).version == 6 else address
    except ValueError:
        host = address
    return f"{'https' if https else 'http'}://{host}:{port}"


def json_rpc_options(target: DeviceTarget) -> dict[str, Any]:
    """Extra connection options for a target (Nornir's ``extras`` of the connection "json_rpc")."""
    return {
        "https": target.https,
        "verify": target.https_verify,
        "connect_seconds": target.limits.get("connect", CONNECT_SECONDS),
        "operation_seconds": target.limits.get("operation", OPERATION_SECONDS),
        "name": target.name,
    }


def client_for(target: DeviceTarget) -> JsonRpcClient:
    """A client for a target, for use outside Nornir."""
    options = json_rpc_options(target)
    url = base_url(target.address, target.http_port, options.pop("https"))
    return JsonRpcClient(url, target.login.username, target.login.password, **options)


class JsonRpcConnection:
    """Nornir connection plugin; ``connection`` is a :class:`JsonRpcClient`. Nothing is sent before the first call."""

    connection: JsonRpcClient

    def open(
        self,
        hostname: str | None,
        username: str | None,
        password: str | None,
        port: int | None,
        platform: str | None,
        extras: dict[str, Any] | None = None,
        configuration: Config | None = None,
    ) -> None:
        """Prepare the client from the host's options; see :func:`json_rpc_options` for ``extras``."""
        options = dict(extras or {})
        https = bool(options.pop("https", False))
        url = base_url(hostname or "", port or (443 if https else 80), https)
        self.connection = JsonRpcClient(url, username or "", password or "", **options)

    def close(self) -> None:
        """Close the HTTP session."""
        self.connection.close()


def register() -> None:
    """Make the plugin known to Nornir. May be called any number of times."""
    if CONNECTION not in ConnectionPluginRegister.available:
        ConnectionPluginRegister.register(CONNECTION, JsonRpcConnection)


register()
