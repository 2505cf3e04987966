"""The JSON-RPC client against servers that answer anything but JSON-RPC."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nornir_tasks.connections.json_rpc import JsonRpcClient, base_url
from nornir_tasks.errors import DeviceError, ErrorKind

type Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """A web server with one answer to everything, and what it was asked."""

    def __init__(self) -> None:
        self.answer: Answer = plain(200, b"{}")
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.requests.append((self.path, dict(self.headers), body))
                outer.answer(self)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.httpd.server_port}"
        threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


def plain(status: int, body: bytes, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def rpc(**answer: object) -> Answer:
    return plain(200, json.dumps(answer).encode())


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.httpd.shutdown()
    started.httpd.server_close()


@pytest.fixture
def client(server: Server) -> Iterator[JsonRpcClient]:
    made = JsonRpcClient(
        server.url, "admin", "pass w\u00f6rd", connect_seconds=1, operation_seconds=1, max_bytes=10_000, name="gam-1"
    )
    yield made
    made.close()


def problem(client: JsonRpcClient) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        client.call("ghnAgent.config.global.get")
    assert caught.value.target == "gam-1"
    return caught.value


def test_request_and_result(server: Server, client: JsonRpcClient) -> None:
    server.answer = rpc(id="1", error=None, result=[1])
    assert client.call("a.get", "key", {"x": True}) == [1]
    path, headers, body = server.requests[0]
    assert path == "/json_rpc"
    assert json.loads(body) == {"jsonrpc": "2.0", "id": "1", "method": "a.get", "params": ["key", {"x": True}]}
    assert base64.b64decode(headers["Authorization"].split()[1]).decode() == "admin:pass w\u00f6rd"
    server.answer = rpc(id=2, error=None, result=None)
    assert client.call("a.set") is None


@pytest.mark.parametrize(
    ("answer", "kind", "seen"),
    [(plain(401, b"Unauthorized"), ErrorKind.AUTH, "401"), (plain(403, b""), ErrorKind.AUTH, "403"),
     (plain(302, b"", Location="http://127.0.0.1:1/elsewhere"), ErrorKind.UNPARSEABLE, "redirects"),
     (plain(404, b"Not Found"), ErrorKind.UNSUPPORTED, "404"),
     (plain(200, b"<html><h1>502 Bad Gateway</h1></html>"), ErrorKind.UNPARSEABLE, "<html>"),
     (plain(500, b"boom"), ErrorKind.UNPARSEABLE, "boom"), (plain(200, b""), ErrorKind.UNPARSEABLE, "not JSON"),
     (plain(200, b'{"id":"1","error":null,"resu'), ErrorKind.UNPARSEABLE, "not JSON"),
     (plain(200, b"[1]"), ErrorKind.UNPARSEABLE, "no JSON-RPC"),
     (rpc(id="1", error=None), ErrorKind.UNPARSEABLE, "no JSON-RPC"),
     (rpc(id="7", error=None, result=[]), ErrorKind.UNPARSEABLE, "id is '7'"),
     (plain(200, b"x" * 20_000), ErrorKind.UNPARSEABLE, "larger than 10000"),
     (rpc(id="1", result=None, error={"code": -32601, "message": "Method not found"}), ErrorKind.UNSUPPORTED, "Method not found")],
)  # fmt: skip
def test_answers_that_are_none(server: Server, client: JsonRpcClient, answer: Answer, kind: ErrorKind, seen: str) -> None:
    server.answer = answer
    error = problem(client)
    assert error.kind is kind
    assert seen in error.message
    assert "pass w" not in f"{error!r}{client!r}"
    assert len(server.requests) == 1


def test_time_is_bounded_also_for_an_answer_that_trickles(server: Server, client: JsonRpcClient) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            try:
                handler.wfile.write(b" ")
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    server.answer = trickle
    started = time.monotonic()
    assert problem(client).kind is ErrorKind.TIMEOUT
    assert time.monotonic() - started < 3


def test_nobody_there() -> None:
    client = JsonRpcClient("http://127.0.0.1:1", "admin", "", name="gam-1")
    assert problem(client).kind is ErrorKind.UNREACHABLE


def test_proxies_and_netrc_of_the_environment_are_ignored(
    server: Server, client: JsonRpcClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.answer = rpc(id="1", error=None, result=[])
    assert client.call("a.get") == []


def test_addresses() -> None:
    assert base_url("10.0.0.1", 80, False) == "http://10.0.0.1:80"
    assert base_url("fd00::1", 443, True) == "https://[fd00::1]:443"
    assert base_url("gam.example", 8443, True) == "https://gam.example:8443"
