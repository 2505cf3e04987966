"""Webhooks out, received by a real HTTP server."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from development.fake_billing.hooks import php_pairs
from development.fake_billing.testing import RunningBilling, running_billing
from development.town import Town
from nornir_tasks.billing import read_sonar_hook, read_splynx_hook


@dataclass
class Receiver:
    """What arrived: (method, headers, body); ``status`` is what is answered."""

    url: str
    status: int = 200
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def posts(self) -> list[tuple[dict[str, str], bytes]]:
        return [(headers, body) for method, headers, body in self.got if method == "POST"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            inbox.got.append((self.command, dict(self.headers), body))
            self.send_response(inbox.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_POST = answer

        def log_message(self, *_: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    inbox = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield inbox
    server.shutdown()
    server.server_close()


@pytest.fixture
def fresh(town: Town) -> Iterator[RunningBilling]:
    with running_billing(town) as billing:
        yield billing


def active(town: Town, system: str) -> int:
    return next(p.number for p in town.people if p.system == system and p.status == "active" and not p.trap)


def test_sonar_asks_with_head_then_posts_unsigned_json(fresh: RunningBilling, receiver: Receiver, town: Town) -> None:
    fresh.register_hook("sonar", receiver.url)
    number = active(town, "sonar")
    fresh.set_person(number, status="suspended")
    fresh.flush_hooks()
    assert [method for method, _, _ in receiver.got] == ["HEAD", "POST"]
    headers, body = receiver.posts()[0]
    event = json.loads(body)
    assert (event["event"], event["object_id"]) == ("account.status", number)
    assert not any("signature" in name.lower() for name in headers)
    hint = read_sonar_hook(body, "secret", "secret")
    assert (hint.entity, hint.external_id) == ("account", str(number))


def test_sonar_names_the_service_when_the_plan_changes(fresh: RunningBilling, receiver: Receiver, town: Town) -> None:
    fresh.register_hook("sonar", receiver.url)
    number = active(town, "sonar")
    fresh.set_person(number, plan="home-500" if fresh.person(number).plan != "home-500" else "home-250")
    fresh.flush_hooks()
    ((_, body),) = receiver.posts()
    hint = read_sonar_hook(body, "secret", "secret")
    assert (hint.entity, hint.external_id, hint.account_id) == ("account_service", f"{number}.{number * 10 + 1}", str(number))


def test_sonar_keeps_failed_dispatches_and_sends_them_again(fresh: RunningBilling, receiver: Receiver, town: Town) -> None:
    fresh.register_hook("sonar", receiver.url)
    receiver.status = 503
    fresh.set_person(active(town, "sonar"), status="suspended")
    fresh.flush_hooks()
    assert receiver.posts() == []
    headers = {"Authorization": f"Bearer {town.accounts['sonar_token']}"}
    query = """{ webhook_endpoint_event_dispatches { entities { payload last_status test
        webhook_endpoint_event_dispatch_attempts { entities { response_code } } } } }"""

    def dispatches() -> list[dict[str, Any]]:
        answer = requests.post(f"{fresh.sonar_url}/api/graphql", json={"query": query}, headers=headers, timeout=30).json()
        rows: list[dict[str, Any]] = answer["data"]["webhook_endpoint_event_dispatches"]["entities"]
        return rows

    assert dispatches()[0]["last_status"] == 503
    receiver.status = 200
    assert requests.post(f"{fresh.control_url}/hooks/retry", timeout=30).json() == {"sent": 1}
    (dispatch,) = dispatches()
    assert dispatch["last_status"] == 200 and len(receiver.posts()) == 1
    codes = [row["response_code"] for row in dispatch["webhook_endpoint_event_dispatch_attempts"]["entities"]]
    assert codes == [503, 200]
    assert requests.post(f"{fresh.control_url}/hooks/retry", timeout=30).json() == {"sent": 0}


def test_sonar_test_webhook_by_mutation(fresh: RunningBilling, receiver: Receiver, town: Town) -> None:
    headers = {"Authorization": f"Bearer {town.accounts['sonar_token']}"}

    def ask(query: str) -> dict[str, Any]:
        answer = requests.post(f"{fresh.sonar_url}/api/graphql", json={"query": query}, headers=headers, timeout=30).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    created = ask(
        f'mutation {{ createWebhookEndpoint(input: {{name: "NetBox", endpoint: "{receiver.url}", enabled: true}}) {{ id }} }}'
    )
    id = created["createWebhookEndpoint"]["id"]
    tested = ask(f"mutation {{ generateTestWebhook(webhook_endpoint_id: {id}) {{ success status_code }} }}")
    assert tested["generateTestWebhook"] == {"success": True, "status_code": 200}
    assert ask(f"mutation {{ deleteWebhookEndpoint(id: {id}) {{ success }} }}")["deleteWebhookEndpoint"]["success"]
    fresh.set_person(active(town, "sonar"), status="suspended")
    fresh.flush_hooks()
    assert len(receiver.posts()) == 1


@pytest.mark.parametrize("form", [False, True])
def test_splynx_signs_the_raw_body(fresh: RunningBilling, receiver: Receiver, town: Town, form: bool) -> None:
    fresh.register_hook("splynx", receiver.url, "form" if form else "json")
    number = active(town, "splynx")
    fresh.set_person(number, status="suspended")
    fresh.flush_hooks()
    assert len(receiver.posts()) == 3
    for headers, body in receiver.posts():
        expected = hmac.new(town.accounts["splynx_hook_secret"].encode(), body, hashlib.sha1).hexdigest()
        assert headers["X-Splynx-Signature"] == expected
    secret = town.accounts["splynx_hook_secret"]
    read = [read_splynx_hook(body, h["X-Splynx-Signature"], secret, content_type=h["Content-Type"]) for h, body in receiver.posts()]
    assert {(hint.entity, hint.account_id) for hint in read if hint.relevant} == {
        ("customer", str(number)),
        ("internet_service", str(number)),
    }
    bodies = [body for _, body in receiver.posts()]
    if form:
        fields = [parse_qs(body.decode()) for body in bodies]
        seen = {(one["type"][0], one.get("data[model]", [""])[0], one.get("data[attributes][status]", [""])[0]) for one in fields}
    else:
        events = [json.loads(body) for body in bodies]
        data = [(event["type"], event.get("data", {})) for event in events]
        seen = {(type, one.get("model", ""), one.get("attributes", {}).get("status", "")) for type, one in data}
        assert all(one["attributes"]["id"].isdigit() for _, one in data if one)
    assert ("ping", "", "") in seen
    assert ("event", "models\\common\\customers\\Customers", "blocked") in seen
    assert ("event", "models\\common\\customers\\ServicesInternet", "active") in seen


def test_any_body_can_be_sent_through_the_control_api(fresh: RunningBilling, receiver: Receiver) -> None:
    fresh.register_hook("splynx", receiver.url)
    fresh.flush_hooks()
    body = {"type": "event", "data": {"action": "get_list", "model": "models\\common\\customers\\Customers"}}
    for _ in range(2):
        assert (
            requests.post(f"{fresh.control_url}/hooks/send", json={"system": "splynx", "body": body}, timeout=30).status_code == 202
        )
    assert requests.post(f"{fresh.control_url}/hooks/flush", timeout=30).json()["delivered"] == 3
    assert [json.loads(raw) for _, raw in receiver.posts()][1:] == [body, body]


def test_an_unreachable_receiver_harms_nobody(fresh: RunningBilling, town: Town) -> None:
    fresh.register_hook("sonar", "http://127.0.0.1:9/hook")
    fresh.register_hook("splynx", "http://127.0.0.1:9/hook")
    fresh.set_person(active(town, "sonar"), status="suspended")
    fresh.set_person(active(town, "splynx"), status="suspended")
    fresh.flush_hooks()
    assert {entry["status"] for entry in requests.get(f"{fresh.control_url}/hooks", timeout=30).json()} == {None}


def test_php_pairs_bracket_and_drop_nulls() -> None:
    assert list(php_pairs({"a": {"b": [1, {"c": True}], "d": None}})) == [("a[b][0]", "1"), ("a[b][1][c]", "1")]
