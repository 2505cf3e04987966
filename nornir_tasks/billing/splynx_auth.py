"""The three ways to log in to Splynx: Basic, a signature per request, and access tokens (API blueprint of the vendor)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Mapping
from typing import Any

from ..contracts import BillingTarget
from ..errors import BillingError, ErrorKind
from .http import AUTH_STEP, Answer, AnswerError, Clock, HttpClient

TOKEN_PATH = "api/2.0/admin/auth/tokens"  # noqa: S105 - a path
TOKEN_SECONDS = 25 * 60
"""A token lives 30 minutes; it is renewed a little earlier."""

BASIC_STEP = "Tick 'Unsecure access' on the API key in Splynx, or choose the signature or token authentication."
METHODS = ("basic", "signature", "token")

_nonces: dict[tuple[str, str], int] = {}
_nonce_lock = threading.Lock()


def next_nonce(target: BillingTarget, clock: Clock) -> int:
    """A nonce greater than every one before of this key in this process: hundredths of seconds since the epoch, or one more."""
    key = (target.url, target.credential.key)
    with _nonce_lock:
        _nonces[key] = nonce = max(_nonces.get(key, 0) + 1, round(clock.time() * 100))
    return nonce


def signature(nonce: int, key: str, secret: str) -> str:
    """Upper-case hex HMAC-SHA256 of nonce and key under the secret."""
    return hmac.new(secret.encode(), f"{nonce}{key}".encode(), hashlib.sha256).hexdigest().upper()


class SplynxAuth:
    """Authorization headers of one API key; holds the access token, which is bound to this address and user agent."""

    def __init__(self, target: BillingTarget, clock: Clock) -> None:
        credential = target.credential
        if credential.auth not in METHODS:
            raise BillingError(
                ErrorKind.REJECTED,
                f"auth {credential.auth!r}: must be one of {', '.join(METHODS)}",
                target=target.name,
                next_step=AUTH_STEP,
            )
        if not credential.key or not credential.secret:
            raise BillingError(
                ErrorKind.AUTH, "the credential lacks the key or the secret", target=target.name, next_step=AUTH_STEP
            )
        self._target = target
        self._clock = clock
        self._access = ""
        self._refresh = ""
        self._renew_at = 0.0

    @property
    def uses_tokens(self) -> bool:
        """Whether requests need an access token."""
        return self._target.credential.auth == "token"

    @property
    def next_step(self) -> str:
        """What to do when the key is not accepted."""
        return BASIC_STEP if self._target.credential.auth == "basic" else AUTH_STEP

    def headers(self) -> Mapping[str, str]:
        """Headers for the next request; with a signature every call gives new ones."""
        credential = self._target.credential
        if credential.auth == "basic":
            pair = base64.b64encode(f"{credential.key}:{credential.secret}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        if credential.auth == "token":
            return {"Authorization": f"Splynx-EA (access_token={self._access})"}
        nonce = next_nonce(self._target, self._clock)
        signed = signature(nonce, credential.key, credential.secret)
        return {"Authorization": f"Splynx-EA (key={credential.key}&nonce={nonce}&signature={signed})"}

    def prepare(self, http: HttpClient) -> None:
        """Get or renew the access token if one is needed and missing or old.

        :raises BillingError: AUTH
        """
        if self.uses_tokens and (not self._access or self._clock.monotonic() >= self._renew_at):
            self.renew(http)

    def renew(self, http: HttpClient) -> None:
        """A new access token: by the refresh token, or by the key when there is none or it is not accepted any more."""
        if self._refresh:
            path = f"{TOKEN_PATH}/{self._refresh}"
            try:
                self._take(http, http.send("GET", path, label="token renewal", authorize=_nothing, read=False))
                return
            except AnswerError as error:
                if error.kind not in (ErrorKind.AUTH, ErrorKind.REJECTED):
                    raise
        credential = self._target.credential
        nonce = next_nonce(self._target, self._clock)
        payload = {
            "auth_type": "api_key",
            "key": credential.key,
            "nonce": nonce,
            "signature": signature(nonce, credential.key, credential.secret),
        }
        self._take(http, http.send("POST", TOKEN_PATH, label="login", payload=payload, authorize=_nothing, read=False))

    def log_out(self, http: HttpClient) -> None:
        """Give the access token back, as well as that goes."""
        if self._refresh:
            path, self._access, self._refresh = f"{TOKEN_PATH}/{self._refresh}", "", ""
            try:
                http.send("DELETE", path, label="logout", authorize=_nothing, read=False)
            except BillingError:
                # It expires by itself in half an hour, and the reading is already done.
                return

    def _take(self, http: HttpClient, answer: Answer) -> None:
        body: Any = answer.decoded()
        access = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(access, str) or not access:
            raise http.problem(ErrorKind.UNPARSEABLE, "login: no access token in the answer")
        self._access = access
        self._refresh = str(body.get("refresh_token") or "")
        self._renew_at = self._clock.monotonic() + TOKEN_SECONDS


def _nothing() -> Mapping[str, str]:
    return {}
