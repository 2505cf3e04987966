"""A small REST client for NetBox, as a program of an operator would use it: a v2 token, pages followed, jobs waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import requests

POLL_SECONDS = 0.2


class RestError(Exception):
    """NetBox refused; the message holds its words."""


@dataclass
class Rest:
    """NetBox at ``url`` with a v2 ``token``."""

    url: str
    token: str

    def __post_init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {self.token}"

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """One request below ``/api/``; returns the decoded body, None for 204."""
        response = self.session.request(method, f"{self.url}/api/{path}", json=body, params=query, timeout=60)
        if not response.ok:
            raise RestError(f"{method} {path}: {response.status_code} {response.text[:600]}")
        return response.json() if response.content else None

    def get(self, path: str, **query: Any) -> Any:
        """GET one object or page."""
        return self.call("GET", path, **query)

    def post(self, path: str, body: Any = None) -> Any:
        """POST."""
        return self.call("POST", path, body or {})

    def patch(self, path: str, body: Any) -> Any:
        """PATCH."""
        return self.call("PATCH", path, body)

    def all(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every object of a list."""
        offset = 0
        while True:
            page = self.get(path, limit=200, offset=offset, **query)
            yield from page["results"]
            offset += len(page["results"])
            if not page["next"]:
                return

    def wait(self, job: dict[str, Any], on_log: Callable[[str], None] | None = None, timeout: float = 300) -> dict[str, Any]:
        """Wait for a job to end; returns it.

        :raises RestError: it did not complete, with the last line of its log
        """
        deadline, shown = time.monotonic() + timeout, 0
        while True:
            now: dict[str, Any] = self.get(f"core/jobs/{job['id']}/")
            entries = now.get("log_entries") or []
            for entry in entries[shown:]:
                if on_log:
                    on_log(entry["message"])
            shown = len(entries)
            status = now["status"]["value"]
            if status == "completed":
                return now
            if status in ("failed", "errored"):
                last = entries[-1]["message"] if entries else now.get("error")
                raise RestError(f"Job {now['id']} {now['name']} {status}: {last}")
            if time.monotonic() > deadline:
                raise RestError(f"Job {now['id']} {now['name']} is {status} after {timeout:.0f} s; no worker?")
            time.sleep(POLL_SECONDS)
