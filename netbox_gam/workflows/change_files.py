"""A CSV file of changes: every row that cannot be is named before anything is written, then all is planned as one batch.

Each row is a verb for one subscriber. Rows are checked against NetBox's records, then their GAMs are read and everything is made as
it would be, rules of the shelves included. One bad row keeps all from being written, until the file is mended or the bad rows are
left out.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from nornir_tasks.contracts import Progress, ShelfConfig

from ..choices import BatchSourceChoices
from ..exceptions import InvalidState, NotAllowed, WorkflowError
from ..models import BandwidthPlan, ChangeBatch, Endpoint, GamDevice, GamPort, Subscriber
from ..targets import RELATED
from . import change_batches, intent, provisioning, services, vlans
from .change_log import isolated, together
from .drift import SUBSCRIBER_RELATED
from .saving import create, update

COLUMNS = ("verb", "name", "gam", "endpoint", "port", "plan", "vlan")
"""``name`` and ``gam`` say which subscriber; an unknown one of ``activate`` is made. ``endpoint``: MAC or serial."""
NEEDED = ("verb", "name")
PLACE = ("endpoint", "port", "vlan")
MOST_ROWS = 2000

type Row = dict[str, str]
type OnProgress = Callable[[Progress], None]


@dataclass
class Problems:
    """What is wrong, by row."""

    found: list[dict[str, Any]] = field(default_factory=list)

    def add(self, rows: Iterable[Row], name: str, value: Any, rule: str, *, subject: str = "") -> None:
        """One rule that one row, or several together, break. Lists count from 2, as the lines of the file do."""
        rows = list(rows)
        lines = [int(row["row"]) for row in rows]
        subject = subject or f"Row {lines[0]} ({rows[0]['name']})"
        words = f"{name} “{value}”: {rule}" if value != "" else f"{name}: {rule}"
        self.found.append({"subject": subject, "problem": words, "rows": lines, "field": name, "value": str(value), "rule": rule})

    def lines(self) -> set[int]:
        """Rows that something is wrong with."""
        return {line for item in self.found for line in item["rows"]}


@dataclass
class _Change:
    """A row whose names were found in NetBox."""

    row: Row
    gam: GamDevice
    subscriber: Subscriber | None
    endpoint: Endpoint | None = None
    port: GamPort | None = None
    plan: BandwidthPlan | None = None
    vid: int | None = None


def parse(text: str) -> list[Row]:
    """Rows of a CSV file with a header, separated by commas or semicolons; each with its line in ``row``.

    :raises WorkflowError: a column is missing or unknown, or there are no rows, or too many
    """
    first = text.lstrip("\ufeff").partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";" if first.count(";") > first.count(",") else ",")
    columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    unknown = [name for name in columns if name not in COLUMNS]
    missing = [name for name in NEEDED if name not in columns]
    if unknown or missing:
        words = [*(f"column “{name}” is unknown" for name in unknown), *(f"column “{name}” is missing" for name in missing)]
        raise WorkflowError(f"The file cannot be read: {', '.join(words)}.", next_step=f"Use the columns {', '.join(COLUMNS)}.")
    reader.fieldnames = columns
    rows = []
    for values in reader:
        row = {name: (values.get(name) or "").strip() for name in COLUMNS}
        if any(row.values()):
            rows.append({"row": str(reader.line_num), **row})
    if not rows or len(rows) > MOST_ROWS:
        raise WorkflowError(f"The file has {len(rows)} rows.", next_step=f"Between 1 and {MOST_ROWS} are taken at once.")
    return rows


def receive(text: str, *, user: Any) -> ChangeBatch:
    """Keep the rows of a file, to be checked and planned. Nothing else is written.

    :raises NotAllowed: the user may not plan changes of services
    :raises WorkflowError: the file cannot be read
    """
    _may(user)
    rows = parse(text)
    values = {"source": BatchSourceChoices.CSV, "requested_by": user, "rows": rows}
    return create(ChangeBatch, message=f"Uploaded by {user}", reason=f"CSV file of {len(rows)} changes", **values)


def _may(user: Any) -> None:
    if user is None or not user.has_perm("netbox_gam.provision_subscriber"):
        raise NotAllowed("You may not plan changes of services.")


def plan_rows(batch: ChangeBatch, *, user: Any, leave_out: bool = False, on_progress: OnProgress | None = None) -> ChangeBatch:
    """Check the rows of a batch and, where all are well, plan them: one change plan per GAM. Sends nothing.

    What is wrong with any row is in the batch's ``problems``, and nothing was planned then.

    :param leave_out: forget the rows that were found to be wrong before
    :raises NotAllowed: the user may not plan changes of services
    :raises InvalidState: there is nothing left to plan
    """
    _may(user)
    batch.refresh_from_db()
    if not batch.rows:
        raise InvalidState(f"Batch {batch} has no rows that wait to be planned.")
    bad = {line for item in batch.problems for line in item.get("rows", ())} if leave_out else set()
    rows = [row for row in batch.rows if int(row["row"]) not in bad]
    if not rows:
        raise InvalidState("No row is left.", next_step="Mend the file and upload it again.")
    problems = Problems()
    changes = check(rows, user, problems)
    _make(changes, batch, user, problems, on_progress)
    if problems.found:
        found = sorted(problems.found, key=lambda item: item["rows"])
        update(batch, message="Rows are wrong: nothing was planned", rows=rows, problems=found)
    else:
        left = [{**item, "problem": f"left out: {item['problem']}"} for item in batch.problems] if leave_out else []
        update(batch, message=f"Planned by {user}", rows=[], problems=left)
    return batch


# ------------------------------------------------------------------------------------------------------ against NetBox's records


@dataclass
class _Records:
    """What the rows may refer to, as far as the user may see it."""

    gams: Mapping[str, GamDevice]
    subscribers: Mapping[str, list[Subscriber]]
    hidden: set[tuple[int | None, str]]
    endpoints: Mapping[str, Endpoint]
    plans: Mapping[str, BandwidthPlan]
    ports: Mapping[tuple[int, str], GamPort]

    @classmethod
    def load(cls, rows: Sequence[Row], user: Any) -> _Records:
        gams = {str(gam.device): gam for gam in GamDevice.objects.restrict(user, "view").select_related(*RELATED)}
        names = {row["name"] for row in rows}
        subscribers: dict[str, list[Subscriber]] = defaultdict(list)
        known = Subscriber.objects.filter(name__in=names)
        for item in known.restrict(user, "provision").select_related(*SUBSCRIBER_RELATED, "gam__device", "endpoint__gam"):
            subscribers[item.name].append(item)
        mine = {item.pk for items in subscribers.values() for item in items}
        endpoints: dict[str, Endpoint] = {}
        for one in _named(rows, Endpoint.objects.restrict(user, "view")).select_related("gam", "port"):
            endpoints[one.mac.lower()] = one
            if one.serial:
                endpoints.setdefault(one.serial.lower(), one)
        ports = GamPort.objects.restrict(user, "view").select_related("interface")
        ports = ports if any(row["port"] for row in rows) else ports.none()
        return cls(
            gams,
            subscribers,
            set(known.exclude(pk__in=mine).values_list("gam_id", "name")),
            endpoints,
            {plan.name: plan for plan in BandwidthPlan.objects.restrict(user, "view")},
            {(port.gam_id, name): port for port in ports for name in (str(port.number), str(port.interface))},
        )


def _named(rows: Sequence[Row], endpoints: QuerySet[Endpoint]) -> QuerySet[Endpoint]:
    """Those endpoints that rows name, by MAC address or serial."""
    words = {_mac(row["endpoint"]) for row in rows if row["endpoint"]}
    macs = [word for word in words if word.count(":") == 5]
    return endpoints.annotate(lower_serial=Lower("serial")).filter(Q(mac_address__in=macs) | Q(lower_serial__in=words))


def check(rows: Sequence[Row], user: Any, problems: Problems) -> list[_Change]:
    """Rows that NetBox's records allow; what is wrong with the others goes to ``problems``, everything at once."""
    records = _Records.load(rows, user)
    _check_twice(rows, problems)
    may_add = user.has_perm("netbox_gam.add_subscriber")
    changes = [_check_row(row, records, problems, may_add=may_add) for row in rows]
    wrong = problems.lines()
    return [item for item in changes if item is not None and int(item.row["row"]) not in wrong]


def _check_twice(rows: Sequence[Row], problems: Problems) -> None:
    for column, key in (("name", lambda row: (row["gam"], row["name"])), ("endpoint", lambda row: row["endpoint"].lower())):
        first: dict[Any, Row] = {}
        for row in rows:
            if row[column] and first.setdefault(key(row), row) is not row:
                problems.add([row], column, row[column], f"is in row {first[key(row)]['row']} too")


def _check_row(row: Row, records: _Records, problems: Problems, *, may_add: bool) -> _Change | None:
    verb = row["verb"].replace(" ", "_").replace("-", "_").lower()
    if verb not in services.VERBS:
        problems.add([row], "verb", row["verb"], f"is none of {', '.join(services.VERBS)}")
    if not row["name"]:
        problems.add([row], "name", "", "is empty")
        return None
    gam = records.gams.get(row["gam"]) if row["gam"] else None
    if row["gam"] and gam is None:
        problems.add([row], "gam", row["gam"], "there is no such GAM")
    endpoint = records.endpoints.get(_mac(row["endpoint"])) if row["endpoint"] else None
    if row["endpoint"] and endpoint is None:
        problems.add([row], "endpoint", row["endpoint"], "there is no endpoint of that MAC or serial")
    plan = records.plans.get(row["plan"]) if row["plan"] else None
    if row["plan"] and plan is None:
        problems.add([row], "plan", row["plan"], "there is no such bandwidth plan")
    if verb == "change_plan" and not row["plan"]:
        problems.add([row], "plan", "", "is needed to change the plan")
    for column in PLACE if verb != "activate" else ():
        if row[column]:
            problems.add([row], column, row[column], "goes with activate only")
    vid = _vid(row, problems)
    subscriber = _find(row, gam, verb, records, problems, may_add=may_add)
    gam = gam or (services.place_of(subscriber, endpoint) if subscriber else endpoint.gam if endpoint else None)
    if gam is None:
        if not (row["gam"] or any(item["rows"] == [int(row["row"])] for item in problems.found)):
            problems.add([row], "gam", "", "is needed: neither the subscriber nor its endpoint is on one")
        return None
    if endpoint is not None and endpoint.gam_id not in (None, gam.pk):
        problems.add([row], "endpoint", row["endpoint"], f"is on {endpoint.gam}, not on {gam}")
    port = records.ports.get((gam.pk, row["port"])) if row["port"] else None
    if row["port"] and port is None:
        problems.add([row], "port", row["port"], f"{gam} has no such port")
    return _Change({**row, "verb": verb}, records.gams.get(str(gam.device), gam), subscriber, endpoint, port, plan, vid)


def _mac(text: str) -> str:
    digits = "".join(character for character in text.lower() if character not in ":-. ")
    is_mac = len(digits) == 12 and all(character in "0123456789abcdef" for character in digits)
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)) if is_mac else text.lower()


def _vid(row: Row, problems: Problems) -> int | None:
    if not row["vlan"]:
        return None
    if row["vlan"].isdigit() and 1 <= int(row["vlan"]) <= 4094:
        return int(row["vlan"])
    problems.add([row], "vlan", row["vlan"], "is not a VLAN ID from 1 to 4094")
    return None


def _find(row: Row, gam: GamDevice | None, verb: str, records: _Records, problems: Problems, *, may_add: bool) -> Subscriber | None:
    """The row's subscriber; None where it is to be made, or could not be told."""
    found = [item for item in records.subscribers.get(row["name"], ()) if gam is None or item.gam_id in (None, gam.pk)]
    if len(found) > 1:
        problems.add([row], "name", row["name"], "is on several GAMs: say which in the column gam")
    elif found:
        return found[0]
    elif any(name == row["name"] and (gam is None or pk in (None, gam.pk)) for pk, name in records.hidden):
        problems.add([row], "name", row["name"], "is a subscriber whose service you may not change")
    elif verb != "activate":
        problems.add([row], "name", row["name"], "there is no such subscriber" + (f" on {gam}" if gam else ""))
    elif not may_add:
        problems.add([row], "name", row["name"], "there is no such subscriber, and you may not add one")
    return None


# ------------------------------------------------------------------------------------------------------------ against the shelves


class _Refused(Exception):
    """Something is wrong with the file, so nothing of it is kept."""


def _make(changes: list[_Change], batch: ChangeBatch, user: Any, problems: Problems, on_progress: OnProgress | None) -> None:
    """Read the GAMs and make everything, in a transaction that is taken back when anything is wrong, here or before."""
    by_gam: dict[int, list[_Change]] = defaultdict(list)
    for item in changes:
        by_gam[item.gam.pk].append(item)
    readings = change_batches.read_gams([items[0].gam for items in by_gam.values()], on_progress)
    with suppress(_Refused), together(), isolated():
        held = services.hold([item.subscriber for item in changes if item.subscriber is not None])
        for reading in readings:
            _make_one(reading, by_gam[reading.gam.pk], batch, user, problems, held)
        if problems.found:
            raise _Refused


def _make_one(
    reading: change_batches.Read,
    changes: list[_Change],
    batch: ChangeBatch,
    user: Any,
    problems: Problems,
    held: services.Held,
) -> None:
    rows = [item.row for item in changes]
    try:
        actual = reading.config()
    except WorkflowError as error:
        problems.add(rows, "gam", reading.gam, str(error), subject=f"{reading.gam}, {len(rows)} rows")
        return
    entries: list[intent.Entry] = []
    made: dict[str, _Change] = {}
    subscribers = []
    for item in changes:
        try:
            with isolated():
                subscriber, more = _change(item, actual, held)
        except ValidationError as error:
            for name, texts in _by_field(error):
                problems.add([item.row], name, item.row.get(name, ""), texts)
        except WorkflowError as error:
            problems.add([item.row], "verb", item.row["verb"], str(error))
        else:
            entries += more
            subscribers.append(subscriber)
            made |= {name: item for name in (subscriber.name, subscriber.endpoint.name if subscriber.endpoint else "") if name}
    _plan(reading.gam, subscribers, actual, entries, made, rows, batch, user, problems, held)


def _change(item: _Change, actual: ShelfConfig, held: services.Held) -> tuple[Subscriber, list[intent.Entry]]:
    """Change intent as a row says; a subscriber that is new is pending before, and stays so should its plan come to nothing."""
    verb, subscriber = item.row["verb"], item.subscriber
    vlan = vlans.find_or_create(item.vid, item.gam.vlan_pool) if item.vid else None
    if subscriber is None:
        values = {"name": item.row["name"], "gam": item.gam, "port": item.port, "vlan": vlan}
        subscriber = create(Subscriber, message="From a CSV file", **values)
    given = {name: value for name, value in (("endpoint", item.endpoint), ("bandwidth_plan", item.plan)) if value is not None}
    wish = services.wish(verb, subscriber, refresh=False, **given)
    extra = {name: value for name, value in (("vlan", vlan), ("port", item.port)) if value is not None}
    wish = replace(wish, values=lambda config, before=wish.values: {**before(config), **extra})
    if item.subscriber is not None:
        held.expect_unchanged([wish])
    return subscriber, services.change_intent(wish, actual)


def _by_field(error: ValidationError) -> Iterable[tuple[str, str]]:
    if not hasattr(error, "message_dict"):
        return [("row", " ".join(error.messages))]
    return [("row" if name == "__all__" else name, " ".join(texts)) for name, texts in error.message_dict.items()]


def _plan(
    gam: GamDevice,
    subscribers: list[Subscriber],
    actual: ShelfConfig,
    entries: list[intent.Entry],
    made: Mapping[str, _Change],
    rows: list[Row],
    batch: ChangeBatch,
    user: Any,
    problems: Problems,
    held: services.Held,
) -> None:
    facts: dict[str, Any] = {"intent": entries, "waiting": held.waiting}
    shelf_plan = provisioning.compute(gam, subscribers, actual, reason=batch.reason, **facts)
    for violation in shelf_plan.violations:
        item = made.get(violation.subject)
        if item:
            problems.add([item.row], violation.field, violation.value, violation.rule)
        else:
            words = f"{violation.subject}: {violation.rule}"
            problems.add(rows, violation.field, violation.value, words, subject=f"{gam}, {len(rows)} rows")
    if problems.found:
        return
    try:
        provisioning.store_plan(gam, shelf_plan, subscribers, user=user, reason=batch.reason, batch=batch, **facts)
    except WorkflowError as error:
        problems.add(rows, "gam", gam, str(error), subject=f"{gam}, {len(rows)} rows")
