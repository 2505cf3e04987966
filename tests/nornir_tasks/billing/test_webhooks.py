"""Webhooks: signatures over the raw body, shapes, hints."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from development.fake_billing.testing import running_billing
from development.town_builder import SONAR, SPLYNX, build_town
from nornir_tasks.billing import WebhookHint, fetch_snapshot, read_sonar_hook, read_splynx_hook
from nornir_tasks.billing.http import php_query
from nornir_tasks.errors import BillingError, ErrorKind
from tests.nornir_tasks.billing.support import FakeClock, town_target

SECRET = "demo-hook-secret"
EVENT: dict[str, Any] = {
    "type": "event",
    "call": "",
    "data": {
        "source": "admin",
        "model": "models\\common\\customers\\ServicesInternet",
        "action": "edit",
        "customer_id": "3261",
        "attributes": {"id": "9120", "customer_id": "3261", "status": "stopped", "password": "hunter2"},
        "changed_attributes": {"status": "active"},
    },
}
FORM = "application/x-www-form-urlencoded"


def signed(body: bytes, digest: str = "sha1") -> str:
    return hmac.new(SECRET.encode(), body, digest).hexdigest()


def splynx(body: object, **more: Any) -> WebhookHint:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_splynx_hook(raw, signed(raw), SECRET, **more)


def test_splynx_event_is_a_hint_in_the_snapshots_own_ids() -> None:
    raw = json.dumps(EVENT).encode()
    hint = splynx(EVENT)
    wanted = WebhookHint("internet_service", "3261.9120", "edit", "3261", True, hashlib.sha256(raw).hexdigest())
    assert replace(hint, kept={}) == wanted
    assert hint.kept["attributes"]["status"] == "stopped"
    assert "hunter2" not in repr(hint)


def test_splynx_form_says_the_same_as_json() -> None:
    raw = urlencode(list(php_query(EVENT))).encode()
    form, plain = splynx(raw, content_type=f"{FORM}; charset=utf-8"), splynx(EVENT)
    assert (form.entity, form.external_id, form.action) == (plain.entity, plain.external_id, plain.action)


def test_splynx_customer_event() -> None:
    data = {"model": "models\\common\\customers\\Customers", "action": "create", "attributes": {"id": 7}}
    hint = splynx({"type": "event", "data": data})
    assert (hint.entity, hint.external_id, hint.account_id, hint.relevant) == ("customer", "7", "7", True)


def test_splynx_ping_and_reads_are_not_relevant() -> None:
    assert not splynx({"type": "ping"}).relevant
    assert splynx({"type": "ping"}).action == "ping"
    data = {"model": "models\\admin\\administration\\Locations", "action": "get_list", "attributes": []}
    assert not splynx({"type": "event", "data": data}).relevant


def test_splynx_sha256_by_choice() -> None:
    raw = json.dumps(EVENT).encode()
    assert read_splynx_hook(raw, signed(raw, "sha256"), SECRET, digest="sha256").relevant
    with pytest.raises(BillingError):
        read_splynx_hook(raw, signed(raw, "sha256"), SECRET)


@pytest.mark.parametrize("signature", ["", "0" * 40, "ü", signed(b"other")])
def test_splynx_wrong_signatures_are_refused(signature: str) -> None:
    with pytest.raises(BillingError) as caught:
        read_splynx_hook(json.dumps(EVENT).encode(), signature, SECRET)
    assert caught.value.kind is ErrorKind.AUTH


def test_an_empty_secret_never_fits() -> None:
    raw = b"{}"
    with pytest.raises(BillingError):
        read_splynx_hook(raw, hmac.new(b"", raw, "sha1").hexdigest(), "")
    with pytest.raises(BillingError):
        read_sonar_hook(raw, "", "")


@given(st.binary(max_size=200), st.binary(min_size=1, max_size=3), st.integers(0, 200))
def test_a_changed_body_never_passes(body: bytes, change: bytes, at: int) -> None:
    other = body[:at] + change + body[at:]
    with pytest.raises(BillingError) as caught:
        read_splynx_hook(other, signed(body), SECRET)
    assert caught.value.kind is ErrorKind.AUTH


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b'"x"', b'{"type": "other"}', b'{"type": "event"}', b'{"type":"event","data":{}}', b"[" * 20_000],
)
def test_splynx_bad_shapes_are_named(body: bytes) -> None:
    with pytest.raises(BillingError) as caught:
        splynx(body)
    assert caught.value.kind is ErrorKind.UNPARSEABLE


@given(st.binary(max_size=300), st.sampled_from([FORM, "application/json"]))
def test_any_signed_body_gives_a_hint_or_a_named_error(body: bytes, content_type: str) -> None:
    kind = ErrorKind.UNPARSEABLE
    try:
        hint: WebhookHint | None = splynx(body, content_type=content_type)
    except BillingError as error:
        hint, kind = None, error.kind
    assert kind is ErrorKind.UNPARSEABLE
    assert hint is None or len(hint.digest) == 64


@pytest.mark.parametrize(
    ("event", "current", "expected"),
    [
        ("account.status", {"id": 1042}, ("account", "1042", "status", "1042")),
        ("account.service.add", {"account_id": 7}, ("account_service", "7.1042", "add", "7")),
        ("account.service.add", {}, ("account_service", "1042", "add", "")),
        ("Account UPDATED", None, ("account", "1042", "updated", "1042")),
        ("inventory_item.created", {"account_id": None}, ("inventory_item", "1042", "created", "")),
        ("ping", {}, ("ping", "1042", "changed", "")),
    ],
)
def test_sonar_events(event: str, current: object, expected: tuple[str, str, str, str]) -> None:
    raw = json.dumps({"event": event, "object_id": 1042, "current": current}).encode()
    hint = read_sonar_hook(raw, "path", "path")
    assert (hint.entity, hint.external_id, hint.action, hint.account_id) == expected


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"event": "account.status"}', b'{"event": "...", "object_id": 1}'])
def test_sonar_bad_shapes_are_named(body: bytes) -> None:
    with pytest.raises(BillingError) as caught:
        read_sonar_hook(body, "path", "path")
    assert caught.value.kind is ErrorKind.UNPARSEABLE


def test_sonar_to_another_path_is_refused() -> None:
    with pytest.raises(BillingError) as caught:
        read_sonar_hook(b"{}", "guess", "path")
    assert caught.value.kind is ErrorKind.AUTH


class Receiver(BaseHTTPRequestHandler):
    """Keeps what was POSTed and answers 200 to everything."""

    received: ClassVar[list[tuple[str, bytes, str, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.command == "POST":
            kind = self.headers.get("Content-Type", "")
            self.received.append((self.path, body, kind, self.headers.get("X-Splynx-Signature", "")))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output clean."""


@pytest.mark.parametrize("form", ["json", "form"])
def test_hooks_of_the_stand_ins_name_services_as_snapshots_do(form: str) -> None:
    Receiver.received.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    town = build_town(5)
    sonar_person = next(p for p in town.people if p.system == SONAR and p.status == "active" and not p.trap)
    splynx_person = next(p for p in town.people if p.system == SPLYNX and p.status == "active" and not p.trap)
    with running_billing(town) as billing:
        billing.register_hook(SONAR, f"{url}/sonar")
        billing.register_hook(SPLYNX, f"{url}/splynx", form)
        for person in (sonar_person, splynx_person):
            billing.set_person(person.number, status="suspended")
        billing.flush_hooks()
        known = {
            system: {service.external_id for service in fetch_snapshot(town_target(billing, system), clock=FakeClock()).services}
            for system in (SONAR, SPLYNX)
        }
    server.shutdown()
    server.server_close()
    sonar_hints = [read_sonar_hook(body, "x", "x") for path, body, _, _ in Receiver.received if path == "/sonar"]
    secret = town.accounts["splynx_hook_secret"]
    hints = [
        read_splynx_hook(body, sign, secret, content_type=kind) for path, body, kind, sign in Receiver.received if path == "/splynx"
    ]
    assert str(sonar_person.number) in {hint.account_id for hint in sonar_hints}
    assert [hint.action for hint in hints if not hint.relevant] == ["ping"]
    assert {hint.external_id for hint in hints if hint.entity == "customer"} == {str(splynx_person.number)}
    services = {hint.external_id for hint in hints if hint.entity == "internet_service"}
    assert services
    assert services <= known[SPLYNX]
