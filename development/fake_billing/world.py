"""What both stand-ins share: the people as they are now, the switches for misbehaviour, the request log and the change log."""

from __future__ import annotations

import dataclasses
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from development.town import Town, TownOrphan, TownPerson

SONAR = "sonar"
SPLYNX = "splynx"
SYSTEMS = (SONAR, SPLYNX)
STATUSES = ("active", "suspended", "terminated", "pending", "odd")
CHANGEABLE = ("status", "plan", "macs", "serials", "ipv4", "name", "email", "phone", "street", "city", "trap")
LONG_AGO = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""When everything that has not been changed since the start was last changed."""


FAULTS = ("", "error_page", "html", "truncated", "unauthorized", "rate_limited", "stall", "late", "redirect")


@dataclass
class FaultModes:
    """Faults of the wire, see :mod:`development.fake_billing.faults`.

    ``fault``: one of ``FAULTS``, from the answer after the next ``fault_after`` on, ``fault_times`` times (-1: without end).
    ``stall_seconds``: how long a stalled answer takes. ``redirect_to``: scheme and host of where a redirect leads.
    """

    fault: str = ""
    fault_after: int = 0
    fault_times: int = -1
    stall_seconds: float = 60.0
    redirect_to: str = ""


@dataclass
class Modes(FaultModes):
    """Switches both stand-ins have.

    ``everyone``: the status all people have, whatever is known of them. ``repeating``: every page is the first one.
    ``drifting``: the count of a collection is another one each time.
    ``html``: answer every request with an HTML page and status 200. ``slow_seconds``: wait before answering. ``rate_limited``:
    refuse that many of the next requests (-1: all). ``feed_share``: 1.0 all people, 0.4 a feed that shrank, 0.0 an empty one.
    ``failing_page``: ``{"collection": name, "page": n}`` fails page ``n`` (from 1) of a collection. ``shifting``: after the first
    page of a collection its first row is gone, so that the rows behind it move up by one.
    """

    html: bool = False
    slow_seconds: float = 0.0
    rate_limited: int = 0
    feed_share: float = 1.0
    failing_page: dict[str, Any] | None = None
    shifting: bool = False
    everyone: str = ""
    repeating: bool = False
    drifting: bool = False


@dataclass
class SonarModes(Modes):
    """Switches of the Sonar stand-in.

    ``ids``: ``mixed`` (even ids are strings), ``string`` or ``int``. ``requests_per_minute``: 0 is no limit. ``partial_errors``:
    full data and an error beside it. ``blocked``: the application firewall does not know the caller. ``hidden_collections``: what
    the role cannot see comes back empty. ``without_page_info``: collections that fail when ``page_info`` is selected.
    ``default_page_size``: of connections, nested ones too, without paginator. ``max_page_size``: more is silently reduced.
    """

    ids: str = "mixed"
    requests_per_minute: int = 0
    partial_errors: bool = False
    blocked: bool = False
    hidden_collections: list[str] = field(default_factory=list)
    without_page_info: list[str] = field(default_factory=list)
    default_page_size: int = 25
    max_page_size: int = 500


@dataclass
class SplynxModes(Modes):
    """Switches of the Splynx stand-in.

    ``types``: ``integer`` (2025) or ``string`` (4.0). ``unsecure_access``: Basic authentication is allowed. ``check_nonce``: a
    nonce must be greater than the key's last one. ``acs_module``: off answers 405. ``token_seconds``: life of an access token.
    ``partner_only``: the key sees only this partner's customers, silently. ``maintenance``: every answer is 500.
    """

    types: str = "integer"
    unsecure_access: bool = False
    check_nonce: bool = True
    acs_module: bool = False
    token_seconds: int = 1800
    partner_only: int = 0
    maintenance: bool = False


class ControlError(ValueError):
    """A control call named something that does not exist or cannot be; carries the field and the value."""

    def __init__(self, field: str, value: object, rule: str) -> None:
        super().__init__(f"{field} {value!r}: {rule}")


@dataclass(frozen=True)
class PersonChange:
    """One change of one person: before (None for a new one), after, and when."""

    before: TownPerson | None
    after: TownPerson
    at: datetime


@dataclass(frozen=True)
class LoggedRequest:
    """One request a stand-in answered. ``detail`` is the GraphQL root fields or the query string; no header is kept."""

    at: str
    system: str
    method: str
    path: str
    detail: str
    status: int


class World:
    """The people of the town as they are now.

    ``revision`` grows with everything that changes what the stand-ins have to say, so that they know when to rebuild.
    """

    def __init__(self, town: Town) -> None:
        self.town = town
        self.orphans = list(town.orphans)
        self.people: dict[int, TownPerson] = {person.number: person for person in town.people}
        self.sonar = SonarModes()
        self.splynx = SplynxModes()
        self.requests: deque[LoggedRequest] = deque(maxlen=20_000)
        self.changes: list[PersonChange] = []
        self.changed_at: dict[int, datetime] = {}
        """When a person was last changed, by number; those who were."""
        self.listeners: list[Callable[[PersonChange], None]] = []
        self.revision = 0
        self._drifts = 0

    @property
    def modes(self) -> dict[str, Modes]:
        """The switches by system."""
        return {SONAR: self.sonar, SPLYNX: self.splynx}

    def people_of(self, system: str) -> list[TownPerson]:
        """The people the system's feed has, by number; fewer when the feed shrank."""
        people = sorted((p for p in self.people.values() if p.system == system), key=lambda person: person.number)
        if status := self.modes[system].everyone:
            people = [dataclasses.replace(person, status=status) for person in people]
        return people[: math.ceil(len(people) * self.modes[system].feed_share)]

    def orphans_of(self, system: str) -> list[TownOrphan]:
        """Equipment without an account, unless the feed is empty."""
        return [o for o in self.orphans if o.system == system] if self.modes[system].feed_share > 0 else []

    def drift(self, system: str) -> int:
        """By how much a count is off this time."""
        self._drifts += self.modes[system].drifting
        return self._drifts if self.modes[system].drifting else 0

    def set_mode(self, system: str, /, **changes: Any) -> Modes:
        """Switch modes of one system.

        :raises ControlError: no such system or mode
        """
        if system not in SYSTEMS:
            raise ControlError("system", system, f"one of {', '.join(SYSTEMS)}")
        known = {item.name for item in dataclasses.fields(self.modes[system])}
        for name in changes:
            if name not in known:
                raise ControlError("mode", name, f"one of {', '.join(sorted(known))}")
        if changes.get("fault", "") not in FAULTS:
            raise ControlError("fault", changes["fault"], f"one of {', '.join(FAULTS[1:])}, or empty")
        for name, value in changes.items():
            setattr(self.modes[system], name, value)
        self.revision += 1
        return self.modes[system]

    def reset_modes(self) -> None:
        """Every mode back to how it was at the start."""
        self.sonar = SonarModes()
        self.splynx = SplynxModes()
        self.revision += 1

    def set_person(self, number: int, /, **changes: Any) -> TownPerson:
        """Change fields of a person as a clerk would, and tell the listeners.

        Terminating a Splynx customer also leaves the deactivation twin that Splynx makes, which becomes the service when they
        come back.

        :raises ControlError: no such person, field, status or plan
        """
        before = self.people.get(number)
        if before is None:
            raise ControlError("number", number, "no such person")
        changes = self._checked(changes)
        if before.system == SPLYNX and changes.get("status") == "terminated" and not before.trap:
            changes.setdefault("trap", "twin")
        after = dataclasses.replace(before, **changes)
        if after != before:
            self._record(before, after)
        return after

    def add_person(self, system: str, /, **values: Any) -> TownPerson:
        """A new customer with the next number; ``values`` as for :meth:`set_person`.

        :raises ControlError: no such system, field, status or plan
        """
        if system not in SYSTEMS:
            raise ControlError("system", system, f"one of {', '.join(SYSTEMS)}")
        values = self._checked(values)
        number = max(self.people, default=1000) + 1
        defaults: dict[str, Any] = {
            "name": f"Newcomer {number}",
            "email": f"newcomer.{number}@example.net",
            "phone": f"55501{number % 100_000:05d}",
            "street": "1 Elm Street",
            "city": "Sampleton",
            "status": "active",
            "plan": self.town.plans[0].key,
        }
        person = TownPerson(number=number, system=system, login=f"{number:06d}_1", **{**defaults, **values})
        self._record(None, person)
        return person

    def _checked(self, values: dict[str, Any]) -> dict[str, Any]:
        for name in values:
            if name not in CHANGEABLE:
                raise ControlError("field", name, f"one of {', '.join(CHANGEABLE)}")
        if "status" in values and values["status"] not in STATUSES:
            raise ControlError("status", values["status"], f"one of {', '.join(STATUSES)}")
        plans = [plan.key for plan in self.town.plans]
        if "plan" in values and values["plan"] not in plans:
            raise ControlError("plan", values["plan"], f"one of {', '.join(plans)}")
        return {name: tuple(value) if name in ("macs", "serials") else value for name, value in values.items()}

    def _record(self, before: TownPerson | None, after: TownPerson) -> None:
        self.people[after.number] = after
        change = PersonChange(before, after, datetime.now(UTC))
        self.changes.append(change)
        self.changed_at[after.number] = change.at
        self.revision += 1
        for listener in self.listeners:
            listener(change)

    def remove_orphan(self, mac: str) -> None:
        """Take equipment without an account out of the records."""
        self.orphans = [orphan for orphan in self.orphans if orphan.mac != mac]
        self.revision += 1

    def refused(self, system: str) -> bool:
        """True when the next request is to be refused for its rate; counts it."""
        modes = self.modes[system]
        if modes.rate_limited > 0:
            modes.rate_limited -= 1
            return True
        return modes.rate_limited < 0

    def log(self, system: str, method: str, path: str, detail: str, status: int) -> None:
        """Keep a request for the request log."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self.requests.append(LoggedRequest(at, system, method, path, detail[:400], status))
