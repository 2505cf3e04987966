"""The HTTP client against a server that answers whatever the test says."""

from __future__ import annotations

import json
import logging
import pickle
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.billing.http import Answer, AnswerError, HttpClient, HttpLimits, TokenBucket, base_url, php_query, scrub
from nornir_tasks.billing.options import debt_option, names_option, number_option, recurring_plans_option, status_map_option
from nornir_tasks.billing.splynx_auth import next_nonce, signature
from nornir_tasks.contracts import BillingTarget, ServiceState
from nornir_tasks.errors import BillingError, ErrorKind
from tests.nornir_tasks.billing.support import FakeClock, sonar_target, splynx_target

type Reply = Callable[[BaseHTTPRequestHandler], None]


class ScriptedServer:
    """Answers requests with the replies given, the last one again and again."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                script.seen.append((self.command, self.path, dict(self.headers)))
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                reply = script.replies.pop(0) if len(script.replies) > 1 else script.replies[0]
                reply(self)

            do_POST = do_HEAD = do_DELETE = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                """Keep the test's output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture(scope="module")
def running() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.stop()


@pytest.fixture
def server(running: ScriptedServer) -> ScriptedServer:
    running.replies.clear()
    running.seen.clear()
    return running


def reply(status: int = 200, body: object = None, **headers: str) -> Reply:
    """A reply with a JSON body, or with text as it is."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        raw = body if isinstance(body, str) else json.dumps(body)
        handler.send_response(status)
        for name, value in {"Content_Type": "application/json", **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(raw.encode())))
        handler.end_headers()
        handler.wfile.write(raw.encode())

    return answer


def break_off(handler: BaseHTTPRequestHandler) -> None:
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.wfile.flush()


def client(url: str, clock: FakeClock | None = None, **options: Any) -> HttpClient:
    """A client with a bearer token whose judge finds no fault."""
    target = sonar_target(url, "tok-secret-1234", **options)
    limits = HttpLimits.from_target(target, requests_per_minute=600)
    header = {"Authorization": "Bearer tok-secret-1234"}
    return HttpClient(target, limits, authorize=lambda: header, judge=lambda answer, label: None, clock=clock or FakeClock())


def failure(http: HttpClient, method: str = "GET", **more: Any) -> AnswerError:
    with pytest.raises(AnswerError) as caught:
        http.send(method, "x", label="thing", **more)
    http.close()
    return caught.value


@pytest.mark.parametrize("first", [reply(503, {}), reply(429, {}), reply(500, "oops", Content_Type="text/html"), break_off])
def test_reads_are_tried_again(server: ScriptedServer, first: Reply) -> None:
    server.replies = [first, first, reply(200, {"fine": True})]
    clock = FakeClock()
    assert client(server.url, clock).send("GET", "x", label="thing").decoded() == {"fine": True}
    assert len(server.seen) == 3
    assert sum(clock.slept) > 1


def test_what_is_no_read_is_sent_once(server: ScriptedServer) -> None:
    server.replies = [reply(503, {})]
    failure(client(server.url), "POST", payload={}, read=False)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("status", "kind", "requests"),
    [
        (400, ErrorKind.REJECTED, 1),
        (401, ErrorKind.AUTH, 1),
        (403, ErrorKind.AUTH, 1),
        (404, ErrorKind.REJECTED, 1),
        (405, ErrorKind.UNSUPPORTED, 1),
        (429, ErrorKind.RATE_LIMITED, 3),
        (500, ErrorKind.REJECTED, 3),
        (503, ErrorKind.REJECTED, 3),
    ],
)
def test_statuses_are_typed(server: ScriptedServer, status: int, kind: ErrorKind, requests: int) -> None:
    server.replies = [reply(status, {"message": "no"})]
    error = failure(client(server.url, retries=2))
    assert (error.kind, error.status, len(server.seen)) == (kind, status, requests)
    assert f"HTTP {status}" in error.message
    assert error.next_step


def test_html_is_named_with_status_type_and_a_scrubbed_beginning(server: ScriptedServer) -> None:
    page = (
        "<html><style>x{}</style><body>Sign in as ann@example.org password=hunter2 tok-secret-1234 "
        + "word " * 200
        + "</body></html>"
    )
    server.replies = [reply(404, page, Content_Type="text/html; charset=utf-8")]
    error = failure(client(server.url))
    assert error.kind is ErrorKind.UNPARSEABLE
    assert "HTTP 404, text/html" in error.message
    assert "Sign in as" in error.message
    assert not [secret for secret in ("ann@", "hunter2", "tok-secret", "<") if secret in error.message]
    assert len(error.message) < 200


def test_a_redirect_to_another_host_is_not_followed(server: ScriptedServer) -> None:
    server.replies = [reply(302, {}, Location="http://evil.example.net/x?y=1")]
    error = failure(client(server.url))
    assert error.kind is ErrorKind.REJECTED
    assert "http://evil.example.net" in error.message
    assert len(server.seen) == 1


def test_a_redirect_on_the_same_host_is_followed(server: ScriptedServer) -> None:
    server.replies = [reply(301, {}, Location="/y"), reply(200, [1])]
    assert client(server.url).send("GET", "x", label="thing").decoded() == [1]
    assert [path for _, path, _ in server.seen] == ["/x", "/y"]


def test_a_redirect_that_would_lose_the_body_is_not_followed(server: ScriptedServer) -> None:
    server.replies = [reply(301, {}, Location="/y")]
    assert failure(client(server.url), "POST", payload={"query": "q"}).kind is ErrorKind.REJECTED


def test_redirects_without_end_are_refused(server: ScriptedServer) -> None:
    server.replies = [reply(302, {}, Location="/x")]
    assert "more than 3 times" in failure(client(server.url)).message


def test_an_answer_that_is_too_large_is_refused(server: ScriptedServer) -> None:
    server.replies = [reply(200, "x" * 5000)]
    error = failure(client(server.url, max_response_bytes=2048))
    assert "larger than 2048 bytes" in error.message
    assert len(server.seen) == 1


def test_an_answer_that_trickles_in_cannot_outlast_the_deadline(server: ScriptedServer) -> None:
    clock, sent = FakeClock(), threading.Event()

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        clock.now += 100
        handler.wfile.write(b"a")
        handler.wfile.flush()
        sent.wait(5)

    server.replies = [trickle]
    error = failure(client(server.url, clock, deadline_seconds=50))
    sent.set()
    assert error.kind is ErrorKind.TIMEOUT
    assert "50 seconds" in error.message


def test_nobody_listening_is_unreachable_at_once() -> None:
    clock = FakeClock()
    error = failure(client("http://127.0.0.1:1", clock))
    assert error.kind is ErrorKind.UNREACHABLE
    assert clock.slept == []


def test_a_login_in_netrc_is_not_taken(server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.replies = [reply(200, {})]
    client(server.url).send("GET", "x", label="thing")
    headers = server.seen[0][2]
    assert headers["Authorization"] == "Bearer tok-secret-1234"
    assert headers["User-Agent"] == "netbox-gam"


def test_refresh_tokens_stay_out_of_debug_logs(server: ScriptedServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.replies = [reply(200, {})]
    client(server.url).send("GET", "api/2.0/admin/auth/tokens/deadbeefcafe", label="token renewal")
    assert "auth/tokens/…" in caplog.text
    assert "deadbeefcafe" not in caplog.text


def test_errors_survive_pickling(server: ScriptedServer) -> None:
    server.replies = [reply(403, {})]
    error = pickle.loads(pickle.dumps(failure(client(server.url))))  # noqa: S301 - made here
    assert isinstance(error, BillingError)
    assert error.kind is ErrorKind.AUTH


def test_the_bucket_spreads_requests() -> None:
    clock = FakeClock()
    bucket = TokenBucket(60, clock)
    for _ in range(66):
        clock.sleep(bucket.wait_seconds())
    assert 59 <= sum(clock.slept) <= 61


def test_answers_hide_their_body() -> None:
    assert "secret" not in repr(Answer(200, {}, b"secret"))


@pytest.mark.parametrize(
    "url", ["", "isp.example.net", "ftp://isp.example.net", "https://u:p@isp.example.net", "https://isp.example.net/?a=1"]
)
def test_bad_urls_are_refused(url: str) -> None:
    with pytest.raises(BillingError) as caught:
        base_url(sonar_target(url, "t"))
    assert caught.value.kind is ErrorKind.REJECTED
    assert "u:p" not in str(caught.value)


def test_php_query_is_flat() -> None:
    query = {"main_attributes": {"status": ["IN", ["active", "new"]], "x": None, "y": True}, "limit": 5}
    assert list(php_query(query)) == [
        ("main_attributes[status][0]", "IN"),
        ("main_attributes[status][1][0]", "active"),
        ("main_attributes[status][1][1]", "new"),
        ("main_attributes[y]", "1"),
        ("limit", "5"),
    ]


@given(st.text(max_size=400))
def test_scrubbed_text_is_short_and_on_one_line(text: str) -> None:
    scrubbed = scrub(text)
    assert len(scrubbed) <= 120
    assert "\n" not in scrubbed


@given(st.sampled_from(["password", "api_token", "radius_secret"]), st.from_regex(r"[A-Za-z0-9]{6,20}", fullmatch=True))
def test_scrubbed_json_has_no_secret(name: str, value: str) -> None:
    assert value not in scrub(json.dumps({"id": 7, name: f"S{value}Z"}))


def test_signature_is_as_documented() -> None:
    # HMAC-SHA256 of "1234" + "key" under "secret", computed with openssl.
    assert signature(1234, "key", "secret") == "9FF74843D22E075F3EB9BF6A6F3B75AD7189CA03FF61E2C46C62037E528F1FB3"


def test_nonces_only_grow() -> None:
    clock, target = FakeClock(), splynx_target("https://isp.example.net", "k", "s")
    first = [next_nonce(target, clock) for _ in range(5)]
    clock.now -= 60
    assert (nonces := [*first, next_nonce(target, clock)]) == sorted(set(nonces))


def options(**given: Any) -> BillingTarget:
    return sonar_target("https://isp.example.net", "t", **given)


@pytest.mark.parametrize(
    ("read", "given_options", "said"),
    [
        (lambda t: number_option(t, "page_size", 5, least=1, most=10), {"page_size": 0}, "option page_size 0"),
        (lambda t: number_option(t, "page_size", 5, least=1, most=10), {"page_size": "7"}, "option page_size '7'"),
        (lambda t: number_option(t, "page_size", 5, least=1, most=10), {"page_size": True}, "option page_size True"),
        (lambda t: names_option(t, "skip_collections", ("a",)), {"skip_collections": "a"}, "list of names"),
        (lambda t: names_option(t, "skip_collections", ("a",)), {"skip_collections": ["b"]}, "option skip_collections 'b'"),
        (status_map_option, {"status_map": {"Seasonal": "asleep"}}, "option status_map[Seasonal] 'asleep'"),
        (status_map_option, {"status_map": ["x"]}, "must map"),
        (debt_option, {"debt": {"action": "forgive"}}, "option debt[action] 'forgive'"),
        (debt_option, {"debt": {"action": "grace"}}, "option debt[days] 0"),
        (debt_option, {"debt": "keep"}, "option debt 'keep'"),
        (recurring_plans_option, {"recurring_plans": {"Flat": [100]}}, "option recurring_plans[Flat] [100]"),
        (recurring_plans_option, {"recurring_plans": {"Flat": [100, 0]}}, "whole kbit/s"),
    ],
)
def test_wrong_options_are_refused_by_name_and_value(
    read: Callable[[BillingTarget], Any], given_options: dict[str, Any], said: str
) -> None:
    with pytest.raises(BillingError) as caught:
        read(options(**given_options))
    assert caught.value.kind is ErrorKind.REJECTED
    assert said in caught.value.message


def test_options_are_read_without_regard_to_case() -> None:
    target = options(status_map={" Seasonal ": "suspended"}, recurring_plans={"Flat Internet": [100_000, 50_000]})
    assert status_map_option(target) == {"seasonal": ServiceState.SUSPENDED}
    assert recurring_plans_option(target) == {"flat internet": (100_000, 50_000)}
