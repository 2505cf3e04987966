"""Splynx' three ways to authenticate: signature with a growing nonce, access token, and Basic where it is allowed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from development.fake_billing.world import World

HEADER = re.compile(r"^Splynx-EA \((?P<body>.*)\)$")
REFRESH_SECONDS = 7 * 24 * 3600


class AuthError(Exception):
    """A request that is not allowed in; ``internal_code`` as Splynx names it."""

    def __init__(self, internal_code: str, message: str, status: int = 401) -> None:
        super().__init__(message)
        self.internal_code = internal_code
        self.message = message
        self.status = status


@dataclass
class Token:
    """A pair of tokens, bound to the client's address and user agent."""

    access: str
    refresh: str
    address: str
    agent: str
    access_until: float
    refresh_until: float

    def body(self) -> dict[str, Any]:
        """What the token endpoint answers."""
        return {
            "access_token": self.access,
            "access_token_expiration": int(self.access_until),
            "refresh_token": self.refresh,
            "refresh_token_expiration": int(self.refresh_until),
            "permissions": {"models\\common\\customers\\Customers": {"index": "allow", "view": "allow"}},
        }


class SplynxAuth:
    """Checks credentials and keeps nonce and tokens."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._last_nonce = 0
        self._tokens: list[Token] = []

    def check(self, request: web.Request) -> str:
        """How the request authenticated: ``signature``, ``token`` or ``basic``.

        :raises AuthError: it did not
        """
        header = request.headers.get("Authorization", "")
        if header.startswith("Basic "):
            self._check_basic(header)
            return "basic"
        match = HEADER.match(header)
        if match is None:
            raise AuthError("UNAUTHORIZED", "Authorization header is missing or not understood")
        given = dict(part.split("=", 1) for part in match["body"].split("&") if "=" in part)
        if "access_token" in given:
            self._check_token(given["access_token"], request)
            return "token"
        self._check_signature(given.get("key", ""), given.get("nonce", ""), given.get("signature", ""))
        return "signature"

    def issue(self, body: dict[str, Any], request: web.Request) -> Token:
        """A new token pair for a signed token request.

        :raises AuthError: wrong kind, key, nonce or signature
        """
        if body.get("auth_type") != "api_key":
            raise AuthError("INVALID_AUTH_TYPE", "auth_type must be api_key here", 400)
        self._check_signature(str(body.get("key", "")), str(body.get("nonce", "")), str(body.get("signature", "")))
        return self._new_token(request)

    def renew(self, refresh: str, request: web.Request) -> Token:
        """A new pair for a refresh token; the old pair ends.

        :raises AuthError: unknown or ended
        """
        token = next((token for token in self._tokens if token.refresh == refresh), None)
        if token is None or token.refresh_until < time.time():
            raise AuthError("EXPIRED_REFRESH_TOKEN", "Refresh token expired")
        self._check_binding(token, request)
        self._tokens.remove(token)
        return self._new_token(request)

    def revoke(self, refresh: str) -> None:
        """Log out."""
        self._tokens = [token for token in self._tokens if token.refresh != refresh]

    def _new_token(self, request: web.Request) -> Token:
        now = time.time()
        token = Token(
            access=secrets.token_hex(16),
            refresh=secrets.token_hex(16),
            address=request.remote or "",
            agent=request.headers.get("User-Agent", ""),
            access_until=now + self.world.splynx.token_seconds,
            refresh_until=now + REFRESH_SECONDS,
        )
        self._tokens.append(token)
        return token

    def _check_token(self, access: str, request: web.Request) -> None:
        token = next((token for token in self._tokens if token.access == access), None)
        if token is None or token.access_until <= time.time():
            raise AuthError("EXPIRED_ACCESS_TOKEN", "Access token expired")
        self._check_binding(token, request)

    def _check_binding(self, token: Token, request: web.Request) -> None:
        if token.address != (request.remote or ""):
            raise AuthError("IP_CHANGED", "IP address changed")
        if token.agent != request.headers.get("User-Agent", ""):
            raise AuthError("USER_AGENT_CHANGED", "User agent changed")

    def _check_basic(self, header: str) -> None:
        if not self.world.splynx.unsecure_access:
            raise AuthError("UNSECURE_ACCESS_DISABLED", "Unsecure access is disabled for this API key")
        try:
            given = base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise AuthError("UNAUTHORIZED", "Basic credentials are not base64") from None
        accounts = self.world.town.accounts
        if not _same(given, f"{accounts['splynx_key']}:{accounts['splynx_secret']}"):
            raise AuthError("API_KEY_NOT_FOUND", "API key not found or wrong secret")

    def _check_signature(self, key: str, nonce: str, signature: str) -> None:
        accounts = self.world.town.accounts
        expected = sign(accounts["splynx_secret"], key, nonce)
        if not _same(key, accounts["splynx_key"]) or not _same(signature, expected):
            raise AuthError("INVALID_SIGNATURE", "API key not found or wrong signature")
        if not nonce.isdigit():
            raise AuthError("INVALID_NONCE", "Nonce must be a number")
        if self.world.splynx.check_nonce and int(nonce) <= self._last_nonce:
            raise AuthError("INVALID_NONCE", "Nonce must be greater than the last one")
        self._last_nonce = max(self._last_nonce, int(nonce))


def sign(secret: str, key: str, nonce: str) -> str:
    """The signature of a request: upper-case hex of HMAC-SHA256 over nonce and key."""
    return hmac.new(secret.encode(), f"{nonce}{key}".encode(), hashlib.sha256).hexdigest().upper()


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
