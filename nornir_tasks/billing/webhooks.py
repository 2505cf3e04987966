"""Webhooks of billing systems: checked over the raw body, and read as hints what to read again. Pure.

Sonar signs nothing (schema introspection), so an unguessable part of the path stands in for a signature. Splynx signs the raw body
with HMAC-SHA1 in ``X-Splynx-Signature`` and sends JSON or a form with bracketed names (vendor manual).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from ..errors import BillingError, ErrorKind
from .fields import ident, words

MAX_BODY_BYTES = 1024 * 1024
DIGESTS = ("sha1", "sha256")
PING = "ping"
KEPT_LENGTH = 100
KEPT = (
    "id", "customer_id", "account_id", "service_id", "account_status_id", "tariff_id", "status", "status_new", "start_date",
    "end_date", "created_at", "updated_at", "archived_at",
)  # fmt: skip
"""Members of an object in a webhook that are kept."""

READ_ACTIONS = frozenset({"get", "get_list", "list", "view", "read", "search", "export"})
SPLYNX_ENTITIES = {
    "customer": "customer",
    "customers": "customer",
    "servicesinternet": "internet_service",
    "internetservices": "internet_service",
    "tariffsinternet": "tariff",
}
SIGN_STEP = "Check that the secret of the hook in Splynx is the one entered here."
PATH_STEP = "Enter the webhook address shown on the billing system's page, with its secret part, in Sonar."


@dataclass(frozen=True, slots=True)
class WebhookHint:
    """Something changed over there; what exactly is to be read again.

    ``entity`` is ``account``, ``account_service``, ``customer``, ``internet_service`` or the system's own word in lower case.
    ``external_id`` is in the form snapshots use (``account.service`` where both are known). ``action`` ``ping`` is a test.
    ``relevant`` false: nothing changed (a ping, or a read that was logged). ``digest`` identifies equal deliveries.
    """

    entity: str
    external_id: str
    action: str
    account_id: str = ""
    relevant: bool = True
    digest: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """What of the body may be stored and shown: known names with short plain values, so that no password can be among them."""

    @property
    def stamped(self) -> bool:
        """Whether it says when the change was: an equal body then is the same change, or one of the same second."""
        current = self.kept.get("current")
        return bool(self.kept.get("time") or (isinstance(current, Mapping) and current.get("updated_at")))


def read_sonar_hook(body: bytes, presented: str, expected: str) -> WebhookHint:
    """Check and read a Sonar webhook.

    :param presented: the secret part of the path it was sent to
    :param expected: the one it should be
    :raises BillingError: AUTH for another secret, UNPARSEABLE for another shape
    """
    if not expected or not hmac.compare_digest(presented.encode(), expected.encode()):
        raise BillingError(ErrorKind.AUTH, "webhook: not sent to the secret address", next_step=PATH_STEP)
    data = _object(_json(body), "body")
    event, object_id = words(data.get("event")), ident(data.get("object_id"))
    if not event.strip(".: ") or not object_id:
        raise BillingError(ErrorKind.UNPARSEABLE, f"webhook: event {event!r} with object_id {object_id!r}, both are needed")
    current = data.get("current")
    entity, action = _sonar_event(event)
    account_id = object_id if entity == "account" else ident(current.get("account_id")) if isinstance(current, dict) else ""
    external_id = f"{account_id}.{object_id}" if entity == "account_service" and account_id else object_id
    kept = {**_kept(data, ("event", "object_id")), "current": _kept(current, KEPT)}
    return WebhookHint(entity, external_id, action, account_id, digest=_digest(body), kept=kept)


def read_splynx_hook(
    body: bytes, signature: str, secret: str, *, content_type: str = "application/json", digest: str = "sha1"
) -> WebhookHint:
    """Check and read a Splynx hook.

    :param body: the raw bytes as received
    :param signature: header ``X-Splynx-Signature``: hex HMAC of the body
    :param digest: ``sha1``, or ``sha256``, which newer versions are said to use
    :raises BillingError: AUTH for a wrong signature, UNPARSEABLE for another shape
    """
    if digest not in DIGESTS:
        raise BillingError(ErrorKind.REJECTED, f"digest {digest!r}: must be one of {', '.join(DIGESTS)}")
    right = hmac.new(secret.encode(), body, digest).hexdigest()
    if not secret or not hmac.compare_digest(right.encode(), signature.strip().lower().encode()):
        raise BillingError(ErrorKind.AUTH, "webhook: the signature does not fit the body", next_step=SIGN_STEP)
    form = content_type.split(";")[0].strip().lower() == "application/x-www-form-urlencoded"
    envelope = _object(_form(body) if form else _json(body), "body")
    kind = words(envelope.get("type"))
    if kind == PING:
        return WebhookHint("", "", PING, relevant=False, digest=_digest(body))
    if kind != "event":
        raise BillingError(ErrorKind.UNPARSEABLE, f"webhook: type {kind!r} is neither event nor ping")
    return _splynx_event(_object(envelope.get("data"), "data"), _digest(body))


def _splynx_event(data: Mapping[str, Any], digest: str) -> WebhookHint:
    model, action = words(data.get("model")), words(data.get("action")).lower()
    attributes = data.get("attributes") if isinstance(data.get("attributes"), dict) else {}
    attributes = _object(attributes, "attributes")
    if not model or not action:
        raise BillingError(ErrorKind.UNPARSEABLE, f"webhook: model {model!r} with action {action!r}, both are needed")
    name = re.split(r"[\\/]", model)[-1].lower()
    entity, id = SPLYNX_ENTITIES.get(name, name), ident(attributes.get("id"))
    customer_id = ident(attributes.get("customer_id")) or ident(data.get("customer_id"))
    customer_id = customer_id or (id if entity == "customer" else "")
    external_id = f"{customer_id}.{id}" if entity == "internet_service" and customer_id and id else id or customer_id
    relevant = action not in READ_ACTIONS and bool(external_id)
    kept = {
        **_kept(data, ("source", "model", "action", "date", "time", "customer_id", "result")),
        "attributes": _kept(attributes, KEPT),
        "changed_attributes": _kept(data.get("changed_attributes"), KEPT),
    }
    return WebhookHint(entity, external_id, action, customer_id, relevant, digest, kept)


def _kept(values: object, names: tuple[str, ...]) -> dict[str, Any]:
    """The named members that are plain and short."""
    found = values if isinstance(values, dict) else {}
    plain = {name: found[name] for name in names if isinstance(found.get(name), (str, int, float, bool))}
    return {name: value[:KEPT_LENGTH] if isinstance(value, str) else value for name, value in plain.items()}


def _sonar_event(event: str) -> tuple[str, str]:
    """Entity and action of an event: ``account.service.add`` is (account_service, add), ``Account CREATED`` (account, created)."""
    parts = [part for part in re.split(r"[.\s:]+", event.lower()) if part]
    if len(parts) > 2 and parts[:2] == ["account", "service"]:
        return "account_service", ".".join(parts[2:])
    return parts[0], ".".join(parts[1:]) or "changed"


def _json(body: bytes) -> Any:
    if len(body) > MAX_BODY_BYTES:
        raise BillingError(ErrorKind.UNPARSEABLE, f"webhook: {len(body)} bytes, at most {MAX_BODY_BYTES} are read")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise BillingError(ErrorKind.UNPARSEABLE, "webhook: the body is not JSON") from None


def _form(body: bytes) -> dict[str, Any]:
    """A form with bracketed names (``data[attributes][id]=7``) as nested objects."""
    if len(body) > MAX_BODY_BYTES:
        raise BillingError(ErrorKind.UNPARSEABLE, f"webhook: {len(body)} bytes, at most {MAX_BODY_BYTES} are read")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=10_000)
    except ValueError:
        raise BillingError(ErrorKind.UNPARSEABLE, "webhook: the body is not a form") from None
    result: dict[str, Any] = {}
    for name, value in pairs:
        steps = [step.rstrip("]") for step in name.split("[")]
        here = result
        for step in steps[:-1]:
            deeper = here.setdefault(step, {})
            if not isinstance(deeper, dict):
                raise BillingError(ErrorKind.UNPARSEABLE, f"webhook: form field {steps[0]} is text and an object")
            here = deeper
        here[steps[-1]] = value
    return result


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BillingError(ErrorKind.UNPARSEABLE, f"webhook: {what} is {type(value).__name__}, not an object")
    return value


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
