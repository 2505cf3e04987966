"""Talking to a NetBox with this plugin over REST, by pynetbox: timeouts, paging, and errors with a kind and a next step."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pynetbox
from pynetbox.core.query import AllocationError, ContentError, Request, RequestError

from .errors import ErrorKind, GamError

TIMEOUT = 30.0
PAGE_SIZE = 250
_KINDS = {
    400: ErrorKind.REJECTED,
    401: ErrorKind.AUTH,
    403: ErrorKind.AUTH,
    404: ErrorKind.UNSUPPORTED,
    409: ErrorKind.REJECTED,
    412: ErrorKind.REJECTED,
    429: ErrorKind.RATE_LIMITED,
}
_NEXT_STEPS = {
    ErrorKind.AUTH: "Check the NetBox token and what its user may do.",
    ErrorKind.UNSUPPORTED: "Check the id, the URL, and that this plugin is installed there.",
    ErrorKind.UNREACHABLE: "Check the URL of NetBox and that it runs.",
    ErrorKind.INCOMPLETE: "NetBox failed; look into its log.",
}


class NetBox:
    """A NetBox by URL and token (v2 ``nbt_…`` or v1). Every method raises :class:`GamError`.

    :param verify: False, or the path of a CA bundle, for certificates nobody public signed
    """

    def __init__(self, url: str, token: str, *, timeout: float = TIMEOUT, verify: bool | str = True) -> None:
        self.url = url.rstrip("/")
        self._api = pynetbox.api(self.url, token=token)
        session = self._api.http_session
        session.verify = verify
        session.request = functools.partial(session.request, timeout=timeout)

    def rows(self, path: str, **filters: Any) -> Iterator[dict[str, Any]]:
        """All objects of a list, e.g. ``plugins/gam/gam-devices``, page by page."""
        with self._errors():
            yield from self._request(path, filters).get()

    def one(self, path: str) -> dict[str, Any]:
        """One object, e.g. ``core/jobs/5``."""
        with self._errors():
            found: dict[str, Any] = next(iter(self._request(path).get()))
            return found

    def post(self, path: str, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer to an action, e.g. ``plugins/gam/change-plans/3/apply``."""
        with self._errors():
            answer: dict[str, Any] = self._request(path).post(dict(data or {}))
            return answer

    def _request(self, path: str, filters: Mapping[str, Any] | None = None) -> Request:
        return Request(
            base=f"{self._api.base_url}/{path}/",
            token=self._api.token,
            http_session=self._api.http_session,
            filters=dict(filters or {}),
            limit=None if filters is None else PAGE_SIZE,
        )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except RequestError as error:
            status = error.req.status_code
            kind = _KINDS.get(status, ErrorKind.INCOMPLETE)
            raise self._error(kind, f"HTTP {status}: {_words(error)}") from error
        except AllocationError as error:
            raise self._error(ErrorKind.REJECTED, f"HTTP 409: {error.error}") from error
        except (ContentError, KeyError, TypeError) as error:
            raise self._error(ErrorKind.UNPARSEABLE, "the answer is not what NetBox sends; check the URL") from error
        except OSError as error:
            # Everything requests raises is an OSError; its text repeats URLs, never headers.
            raise self._error(ErrorKind.UNREACHABLE, f"{type(error).__name__}: {error}"[:300]) from error

    def _error(self, kind: ErrorKind, message: str) -> GamError:
        return GamError(kind, message, target=self.url, next_step=_NEXT_STEPS.get(kind, ""))


def _words(error: RequestError) -> str:
    """What NetBox says is wrong: ``detail``, or its messages by field."""
    try:
        body = error.req.json()
    except ValueError:
        return str(error.req.reason)
    if isinstance(body, dict):
        return "; ".join(str(value) if key == "detail" else f"{key}: {value}" for key, value in body.items())[:300]
    return str(body)[:300]
