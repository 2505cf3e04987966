"""HTTP to billing systems: the only module of billing that imports ``requests``.

Time-outs for connecting, reading and the whole reading, TLS verification with a private CA, no redirects to another host, a bound
on the size of an answer, retries of reads only, a request rate that spares the box the ISP also bills from, and typed errors.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import SystemRandom
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError

from ..contracts import BillingTarget
from ..errors import BillingError, ErrorKind
from .options import number_option

USER_AGENT = "netbox-gam"
"""Pinned: a Splynx access token is bound to the user agent it was issued to."""

CHUNK_BYTES = 65_536
MAX_REDIRECTS = 3
MAX_PAUSE_SECONDS = 60.0
CANCEL_CHECK_SECONDS = 1.0
PREVIEW_LENGTH = 120
RETRY_STATUSES = frozenset({429, 500, 502, 503, 504})

REDIRECT_STEP = "Enter the address the billing system redirects to, with https, as its URL."
TLS_STEP = "Give the CA file that signed the billing system's certificate, or correct the host name in the URL."
REACH_STEP = "Check the URL, name resolution and that a firewall lets this machine reach the billing system."
AUTH_STEP = "Check the key or token, its permissions, and that the billing system's allow-list has this machine's address."
HTML_STEP = "Something else than the API answered (a proxy, a login page, a firewall): check the URL and the IP allow-list."
SLOW_STEP = "The billing system is up but slow; try again, then raise read_seconds or deadline_seconds in its options."


class Clock(Protocol):
    """Time as seen by a client; a test replaces it so that nothing sleeps."""

    def monotonic(self) -> float:
        """Seconds since some moment, never going back."""

    def time(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Wait that long."""


class SystemClock:
    """The real clock."""

    def monotonic(self) -> float:
        """Seconds since some moment, never going back."""
        return time.monotonic()

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait that long."""
        time.sleep(seconds)


class _HideTokens(logging.Filter):
    """Takes refresh tokens, which Splynx wants in the path, out of urllib3's debug lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record's arguments; every record passes."""
        if isinstance(record.args, tuple):
            record.args = tuple(TOKEN_IN_PATH.sub(r"\1…", item) if isinstance(item, str) else item for item in record.args)
        return True


TOKEN_IN_PATH = re.compile(r"(auth/tokens/)[^\s?\"]+")
logging.getLogger("urllib3.connectionpool").addFilter(_HideTokens())


class ReadCancelledError(BillingError):
    """The caller asked to stop; nothing was concluded from what had been read."""


class AnswerError(BillingError):
    """A billing system answered with an error. ``status`` is the HTTP status, ``code`` its own code (Splynx ``internal_code``)."""

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        *,
        target: str = "",
        next_step: str = "",
        status: int = 0,
        code: str = "",
        retry: bool = False,
    ) -> None:
        super().__init__(kind, message, target=target, next_step=next_step)
        self.status = status
        self.code = code
        self.retry = retry


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. ``headers`` have lower-case names; the body may hold personal data and is not shown."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """Media type without parameters."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    def decoded(self) -> Any:
        """The body as JSON.

        :raises ValueError: it is not JSON
        """
        return json.loads(self.body)


@dataclass(frozen=True)
class HttpLimits:
    """Limits in seconds, requests and bytes; each is an option of the billing system by the same name.

    ``deadline_seconds`` is for everything one client does.
    """

    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    deadline_seconds: float = 1800.0
    requests_per_minute: float = 200.0
    retries: int = 4
    max_response_bytes: int = 64 * 1024 * 1024

    @classmethod
    def from_target(cls, target: BillingTarget, *, requests_per_minute: float) -> HttpLimits:
        """The limits ``target.options`` ask for.

        :raises BillingError: REJECTED, an option is not a number in its range
        """
        return cls(
            connect_seconds=number_option(target, "connect_seconds", cls.connect_seconds, least=0.05, most=600),
            read_seconds=number_option(target, "read_seconds", cls.read_seconds, least=0.05, most=600),
            deadline_seconds=number_option(target, "deadline_seconds", cls.deadline_seconds, least=0.1, most=86_400),
            requests_per_minute=number_option(target, "requests_per_minute", requests_per_minute, least=1, most=100_000),
            retries=int(number_option(target, "retries", cls.retries, least=0, most=20)),
            max_response_bytes=int(number_option(target, "max_response_bytes", cls.max_response_bytes, least=1024, most=2**31)),
        )


class TokenBucket:
    """Spreads requests: at most ``per_minute`` in any minute, a tenth of it at once."""

    def __init__(self, per_minute: float, clock: Clock) -> None:
        self._rate = per_minute / 60.0
        self._size = max(1.0, per_minute / 10.0)
        self._tokens = self._size
        self._clock = clock
        self._at = clock.monotonic()

    def wait_seconds(self) -> float:
        """Take one token and return how long to wait before using it."""
        now = self._clock.monotonic()
        self._tokens = min(self._size, self._tokens + (now - self._at) * self._rate)
        self._at = now
        self._tokens -= 1.0
        return max(0.0, -self._tokens / self._rate)


class _HeaderAuth(requests.auth.AuthBase):
    """Sets the given headers. Being an auth object keeps requests from taking a login from ``~/.netrc`` instead."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        r.headers.update(self._headers)
        return r


class HttpClient:
    """Requests to one billing system.

    :param authorize: gives the authorization headers, asked anew for every attempt
    :param judge: gets an answer and its label and returns the error it is, or None; ``error.retry`` says whether to try again
    :param cancelled: asked before every request and while waiting
    """

    def __init__(
        self,
        target: BillingTarget,
        limits: HttpLimits,
        *,
        authorize: Callable[[], Mapping[str, str]],
        judge: Callable[[Answer, str], AnswerError | None],
        clock: Clock,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self._name = target.name
        self._base = base_url(target)
        self._verify: bool | str = (target.ca_file or True) if target.verify_tls else False
        self._secrets = tuple(
            sorted(
                {s for s in (target.credential.token, target.credential.key, target.credential.secret) if s}, key=len, reverse=True
            )
        )
        self._limits = limits
        self._authorize = authorize
        self._judge = judge
        self._clock = clock
        self._cancelled = cancelled or (lambda: False)
        self._bucket = TokenBucket(limits.requests_per_minute, clock)
        self._deadline = clock.monotonic() + limits.deadline_seconds
        self._random = SystemRandom()
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT
        self._session.headers["Accept"] = "application/json"

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        label: str,
        query: Sequence[tuple[str, str]] = (),
        payload: Mapping[str, Any] | None = None,
        read: bool = True,
        authorize: Callable[[], Mapping[str, str]] | None = None,
    ) -> Answer:
        """Send a request and return its answer, which the judge found no fault with.

        :param path: below the base URL
        :param label: what the request is about, for messages; paths can hold tokens and are never shown
        :param payload: sent as JSON
        :param read: changes nothing over there, so it may be tried again
        :raises BillingError: after the last attempt
        """
        attempts = self._limits.retries + 1 if read else 1
        for attempt in range(attempts):
            self._pause(self._bucket.wait_seconds(), label)
            try:
                return self._attempt(method, path, query, payload, label, authorize or self._authorize)
            except AnswerError as error:
                if not error.retry or attempt == attempts - 1:
                    raise
                self._pause(self._back_off(attempt, error), label)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def problem(
        self, kind: ErrorKind, message: str, *, next_step: str = "", answer: Answer | None = None, **more: Any
    ) -> AnswerError:
        """A typed error on this system, with status, media type and a scrubbed beginning of ``answer`` when given."""
        if answer is not None:
            message += f" (HTTP {answer.status}, {answer.content_type or 'no content type'}): {self.preview(answer.body)!r}"
        return AnswerError(kind, message, target=self._name, next_step=next_step, status=answer.status if answer else 0, **more)

    def preview(self, body: bytes) -> str:
        """At most 120 characters of a body for a message, without markup, secrets, mail addresses and anything like a token."""
        text = body[:4096].decode("utf-8", "replace")
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return scrub(text)

    # --------------------------------------------------------------------------------------------------- one attempt

    def _attempt(
        self,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]],
        payload: Mapping[str, Any] | None,
        label: str,
        authorize: Callable[[], Mapping[str, str]],
    ) -> Answer:
        url = self._base + path
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._exchange(method, url, query, payload, label, authorize())
            location = answer.headers.get("location", "")
            if answer.status not in (301, 302, 303, 307, 308) or not location:
                break
            url, query = self._follow(method, url, location, answer.status, label), ()
        else:
            raise self.problem(ErrorKind.REJECTED, f"{label}: redirected more than {MAX_REDIRECTS} times", next_step=REDIRECT_STEP)
        error = self._judge(answer, label) or self._judge_status(answer, label)
        if error is not None:
            raise error
        return answer

    def _exchange(
        self,
        method: str,
        url: str,
        query: Sequence[tuple[str, str]],
        payload: Mapping[str, Any] | None,
        label: str,
        headers: Mapping[str, str],
    ) -> Answer:
        left = self._seconds_left(label)
        try:
            response = self._session.request(
                method,
                url,
                params=list(query) or None,
                json=payload,
                auth=_HeaderAuth(headers),
                timeout=(min(self._limits.connect_seconds, left), min(self._limits.read_seconds, left)),
                verify=self._verify,
                allow_redirects=False,
                stream=True,
            )
            with response:
                body = b"".join(self._body(response, label))
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._broken(error, label) from None
        return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)

    def _body(self, response: requests.Response, label: str) -> Iterator[bytes]:
        size = 0
        # read1 returns what has arrived, so that an answer trickling in cannot outlast the deadline.
        while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
            size += len(chunk)
            if size > self._limits.max_response_bytes:
                raise self.problem(
                    ErrorKind.REJECTED,
                    f"{label}: the answer is larger than {self._limits.max_response_bytes} bytes",
                    next_step="Lower page_size, or raise max_response_bytes, in the billing system's options.",
                )
            self._seconds_left(label)
            yield chunk

    def _follow(self, method: str, url: str, location: str, status: int, label: str) -> str:
        there = urljoin(url, location)
        old, new = urlsplit(url), urlsplit(there)
        same = (old.scheme, old.hostname, old.port) == (new.scheme, new.hostname, new.port)
        to_tls = (old.scheme, new.scheme) == ("http", "https") and old.hostname == new.hostname
        keeps_body = method in ("GET", "HEAD") or status in (307, 308)
        if not (same or to_tls) or not keeps_body:
            shown = f"{new.scheme}://{new.netloc.rpartition('@')[2]}"
            raise self.problem(
                ErrorKind.REJECTED, f"{label}: redirects to {shown}, which was not followed", next_step=REDIRECT_STEP
            )
        return there

    def _judge_status(self, answer: Answer, label: str) -> AnswerError | None:
        status = answer.status
        if 200 <= status < 300:
            return None
        if status in (401, 403):
            return self.problem(ErrorKind.AUTH, f"{label}: not allowed", next_step=AUTH_STEP, answer=answer)
        if status == 405:
            return self.problem(ErrorKind.UNSUPPORTED, f"{label}: switched off there", next_step=MODULE_STEP, answer=answer)
        if status == 429:
            return self.problem(ErrorKind.RATE_LIMITED, f"{label}: too many requests", answer=answer, retry=True)
        kind = ErrorKind.REJECTED if "json" in answer.content_type else ErrorKind.UNPARSEABLE
        step = "" if kind is ErrorKind.REJECTED else HTML_STEP
        return self.problem(kind, f"{label}: failed", next_step=step, answer=answer, retry=status in RETRY_STATUSES)

    def _broken(self, error: Exception, label: str) -> BillingError:
        if isinstance(error, requests.exceptions.SSLError):
            return self.problem(ErrorKind.UNREACHABLE, f"{label}: the TLS certificate was not accepted", next_step=TLS_STEP)
        if isinstance(error, requests.ConnectTimeout):
            return self.problem(ErrorKind.UNREACHABLE, f"{label}: no connection in time", next_step=REACH_STEP, retry=True)
        if isinstance(error, (requests.Timeout, ReadTimeoutError, TimeoutError)):
            return self.problem(ErrorKind.TIMEOUT, f"{label}: no answer in time", next_step=SLOW_STEP, retry=True)
        if isinstance(
            error, (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema)
        ):
            return self.problem(ErrorKind.REJECTED, f"{label}: the URL is not valid", next_step=REACH_STEP)
        reason = getattr(error.args[0], "reason", None) if error.args else None
        refused = isinstance(reason, (NewConnectionError, NameResolutionError))
        words = "no connection" if refused else "the connection broke off"
        return self.problem(ErrorKind.UNREACHABLE, f"{label}: {words}", next_step=REACH_STEP, retry=not refused)

    # ------------------------------------------------------------------------------------------------------- waiting

    def _seconds_left(self, label: str) -> float:
        left = self._deadline - self._clock.monotonic()
        if left <= 0:
            message = f"{label}: not finished within {self._limits.deadline_seconds:g} seconds"
            raise self.problem(ErrorKind.TIMEOUT, message, next_step=SLOW_STEP)
        return left

    def _back_off(self, attempt: int, error: AnswerError) -> float:
        if error.kind is ErrorKind.RATE_LIMITED:
            # Sonar's window is a minute (vendor knowledge base); jitter keeps several clients from coming back at once.
            return min(MAX_PAUSE_SECONDS, 60.0 - self._clock.time() % 60.0) + self._random.uniform(0.5, 2.0)
        return float(min(MAX_PAUSE_SECONDS, 2.0**attempt) * self._random.uniform(0.5, 1.5))

    def _pause(self, seconds: float, label: str) -> None:
        """Wait, but neither past the deadline nor past a cancellation."""
        while True:
            if self._cancelled():
                raise ReadCancelledError(ErrorKind.INCOMPLETE, f"{label}: reading was cancelled", target=self._name)
            left = self._seconds_left(label)
            if seconds <= 0:
                return
            step = min(seconds, left, CANCEL_CHECK_SECONDS)
            self._clock.sleep(step)
            seconds -= step


MODULE_STEP = "Switch the module on in the billing system, or list the collection in the option skip_collections."


def base_url(target: BillingTarget) -> str:
    """The target's URL with one slash at its end.

    :raises BillingError: REJECTED, it is not an http or https URL, or carries a login
    """
    parts = urlsplit(target.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BillingError(
            ErrorKind.REJECTED,
            "url: not an http or https address",
            target=target.name,
            next_step="Enter it like https://isp.example.net.",
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BillingError(
            ErrorKind.REJECTED,
            "url: holds more than scheme, host and path",
            target=target.name,
            next_step="Put keys and tokens into the credential, not into the URL.",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/"


def scrub(text: str) -> str:
    """``text`` on one line and at most 120 characters, without markup, quoted secrets, mail addresses or long tokens."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    text = re.sub(
        r"(?i)(\w*(?:password|passwd|secret|token|community|signature|authorization)\w*\W{1,4})[^\s,;&}\"']+", r"\1…", text
    )
    text = re.sub(r"[\w.+-]+@[\w-]+\.[\w.-]+", "…", text)
    text = re.sub(r"[A-Za-z0-9+/_=-]{24,}", "…", text)
    return " ".join(text.split())[:PREVIEW_LENGTH]


def php_query(parameters: Mapping[str, Any] | Sequence[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Flatten as PHP's ``http_build_query`` does, which is the query language of Splynx.

    ``{"main_attributes": {"status": ["IN", ["active"]]}}`` gives ``main_attributes[status][0]=IN`` and
    ``main_attributes[status][1][0]=active``. ``None`` is left out, booleans are 1 and 0.
    """
    pairs: Iterable[tuple[Any, Any]] = parameters.items() if isinstance(parameters, Mapping) else enumerate(parameters)
    for key, value in pairs:
        name = f"{prefix}[{key}]" if prefix else str(key)
        if isinstance(value, (Mapping, list, tuple)):
            yield from php_query(value, name)
        elif isinstance(value, bool):
            yield name, "1" if value else "0"
        elif value is not None:
            yield name, str(value)
