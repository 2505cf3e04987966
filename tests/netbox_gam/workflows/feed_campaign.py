"""Everything a billing feed can do wrong, case by case: what is switched on in the stand-in, and how the run must end."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import requests

HELD, INCOMPLETE, FAILED = "held", "incomplete", "failed"
VOID = (INCOMPLETE, FAILED)
PAGE_SIZE = 4
MIDDLE = 7
"""Answers that are right before a fault in the middle."""

QUICK: Mapping[str, Any] = {"page_size": PAGE_SIZE, "retries": 0, "read_seconds": 0.3, "requests_per_minute": 100_000}
REAL: Mapping[str, Any] = {"page_size": PAGE_SIZE, "retries": 1, "requests_per_minute": 100_000, "read_seconds": 25}
"""Options of the system: in the test suite, and with waiting times as of a real installation: a stall outlasts two attempts."""


@dataclass(frozen=True)
class Case:
    """A misbehaviour. ``ends``: the statuses the run may have."""

    name: str
    modes: Mapping[str, Any] = field(default_factory=dict)
    ends: tuple[str, ...] = VOID
    slow: bool = False


def _middle(fault: str, **more: Any) -> dict[str, Any]:
    return {"fault": fault, "fault_after": MIDDLE, **more}


CASES = (
    Case("0 rows", {"feed_share": 0.0}, (HELD, *VOID)),
    Case("half the rows", {"feed_share": 0.5}, (HELD,)),
    Case("error page", {"fault": "error_page"}),
    Case("error page in the middle", _middle("error_page")),
    Case("HTML with 200", {"fault": "html"}),
    Case("HTML with 200 in the middle", _middle("html")),
    Case("truncated JSON", {"fault": "truncated"}),
    Case("truncated JSON in the middle", _middle("truncated")),
    Case("truncated JSON once, late", {"fault": "truncated", "fault_after": 2 * MIDDLE, "fault_times": 1}),
    Case("page that repeats", {"repeating": True}),
    Case("count drifting", {"drifting": True}),
    Case("rows that move between pages", {"shifting": True}),
    Case("401 in the middle", _middle("unauthorized")),
    Case("rate-limited", {"fault": "rate_limited"}, slow=True),
    Case("rate-limited in the middle", _middle("rate_limited"), slow=True),
    Case("60-second stall", {"fault": "stall"}, slow=True),
    Case("60-second stall in the middle", _middle("stall"), slow=True),
    Case("redirect to another host", {"fault": "redirect"}),
    Case("redirect to another host in the middle", _middle("redirect")),
    Case("unknown status of everybody", {"everyone": "odd"}, (HELD,)),
    Case("all customers blocked", {"everyone": "suspended"}, (HELD,)),
    Case("all customers terminated", {"everyone": "terminated"}, (HELD,)),
)


class OtherHost:
    """Where a redirect leads: counts who comes, and whether they bring a key along."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.visits: list[bool] = []


@contextmanager
def other_host() -> Iterator[OtherHost]:
    """Another host on loopback, under another name than the stand-ins'."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            host.visits.append("Authorization" in self.headers)
            self.send_response(200)
            self.end_headers()

        do_GET = do_POST = do_HEAD = answer

        def log_message(self, *arguments: object) -> None:
            """Nothing is logged."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = OtherHost(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def naive_cut_offs(kind: str, url: str, token: str, known: set[str]) -> int:
    """Whom a script cuts off that reads page after page, passes over a page that fails, and believes what is left.

    That is how published integration scripts do it: who is not in the answer, or not active there, has no service.
    """
    return len(known - (_naive_sonar if kind == "sonar" else _naive_splynx)(url, token))


def _naive_sonar(url: str, token: str) -> set[str]:
    active: set[str] = set()
    page = pages = 1
    while page <= min(pages, 100):
        query = (
            f"{{ accounts(paginator: {{page: {page}, records_per_page: {PAGE_SIZE}}}) "
            "{ entities { id account_status { activates_account } } page_info { total_pages } } }"
        )
        with suppress(requests.RequestException, ValueError, KeyError, TypeError, AttributeError):
            answer = requests.post(
                f"{url}/api/graphql", json={"query": query}, headers={"Authorization": f"Bearer {token}"}, timeout=2
            )
            block = answer.json()["data"]["accounts"]
            pages = block["page_info"]["total_pages"]
            active |= {str(row["id"]) for row in block["entities"] if row["account_status"]["activates_account"]}
        page += 1
    return active


def _naive_splynx(url: str, token: str) -> set[str]:
    active: set[str] = set()
    blocked: set[str] = set()
    key, _, secret = token.partition(":")
    for path, query, into, wanted in (
        ("customer", {}, blocked, lambda row: row["status"] in ("blocked", "disabled")),
        ("customer/0/internet-services", {"main_attributes[status]": "active"}, active, lambda row: True),
    ):
        with suppress(requests.RequestException, ValueError, KeyError, TypeError, AttributeError):
            rows = requests.get(f"{url}/api/2.0/admin/customers/{path}", params=query, auth=(key, secret), timeout=2).json()
            into |= {str(row.get("customer_id", row["id"])) for row in rows if wanted(row)}
    return active - blocked
