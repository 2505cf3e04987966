"""Events of billing systems against real processes: NetBox behind gunicorn, RQ workers, Valkey, PostgreSQL and both stand-ins.

Clerks change customers' records; what the stand-ins send about it is caught. In the ordered stream each event is delivered at once,
once. In the storm each is delivered several times in any order, forged ones among them, while workers and Valkey are killed. What
was not answered as it should be is sent again later, as billing systems do. Both streams begin with a copy of one database.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import aiohttp
from aiohttp import web
from psycopg import sql

from development import postgres, schema
from development.demo import await_file, free_port
from development.processes import Guarded
from development.services import Services
from development.town import Town
from development.town_builder import build_town

from .event_world import SEED
from .killable import Servers, Supervised, children

QUEUES = ("netbox_gam.provision", "netbox_gam.poll", "netbox_gam.billing", "high", "default", "low")
STATUSES = ("active", "suspended", "terminated", "pending")
AGAIN_SECONDS = 1.0
"""After so long a delivery that failed is sent again; Sonar takes a minute."""

WORLD_BASE, ORDERED, STORM = "events_base", "events_ordered", "events_storm"


@dataclass(frozen=True)
class Size:
    """How large a campaign is. ``rate``: deliveries a second; ``pool``: how many wait at a time, of which any is the next."""

    events: int
    rate: float
    shelves: int = 10
    copies: int = 3
    forged_share: float = 0.25
    pool: int = 600
    kills: tuple[tuple[float, str], ...] = ((0.2, "worker"), (0.4, "valkey"), (0.6, "both"), (0.8, "worker"))
    away_seconds: float = 5.0
    drain_seconds: float = 300.0
    seed: int = SEED
    """Of what clerks do and of the order of deliveries; the town is always the same."""


@dataclass(frozen=True)
class Event:
    """A webhook as it came: the system's kind, body and headers. ``forged``: it is none."""

    system: str
    body: bytes
    kind: str
    signature: str = ""
    forged: bool = False


@dataclass
class Stream:
    """What one stream came to. ``seconds``: of every answer as it should be; ``again``: deliveries that had to be repeated."""

    events: list[Event] = field(default_factory=list)
    order: list[Event] = field(default_factory=list)
    taken: int = 0
    refused: int = 0
    forged_taken: int = 0
    again: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    took: float = 0.0
    cpu_ms: float = 0.0
    """What NetBox's processes worked for each answer; other than the time of an answer it does not depend on who else works."""

    picture: dict[str, Counter[Any]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share was answered."""
        ranked = sorted(self.seconds)
        return round(ranked[min(len(ranked) - 1, int(len(ranked) * share))] * 1000, 1) if ranked else 0.0


@dataclass
class Result:
    """Both streams, and what went wrong with the second, by kind and number."""

    ordered: Stream
    storm: Stream
    wrong: dict[str, int]
    naive: int
    """Services that end otherwise where the content of events is believed as it comes, the last one last."""

    kills: list[str]
    differences: dict[str, list[str]] = field(default_factory=dict)
    """Rows that only one of the streams ended with, by what they are of."""


# ------------------------------------------------------------------------------------------------------------------ processes


class Place:
    """Databases, Valkey and the stand-ins' address; starts NetBox and workers for one of the databases."""

    def __init__(self, stack: ExitStack, folder: Path, size: Size) -> None:
        self.size, self.logs = size, folder / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        scratch = postgres.scratch_directory(None)
        self.servers = Servers(scratch, self.logs)
        stack.callback(lambda: [server.stop() for server in self.servers.running.values()])
        self.servers.start("valkey")
        with patch.dict(os.environ, {"NETBOX_GAM_REDIS_URL": f"unix://{scratch / 'redis.sock'}?db=0"}):
            self.services = stack.enter_context(Services.start(folder / "state", share_database=True))
        self.folder = folder
        self.billing_port = free_port()
        self.billing_url = f"http://127.0.0.1:{self.billing_port}"

    def database(self, name: str, template: str) -> Services:
        """A new database, copied from another."""
        with schema.connect(self.services.database, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            words = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            connection.execute(words)
        return self.services.using(name)

    def drop(self, *names: str) -> None:
        """Remove databases, for the server may be somebody's who goes on with it."""
        with schema.connect(self.services.database, autocommit=True) as connection:
            for name in names:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextlib.contextmanager
    def billing(self) -> Iterator[None]:
        """Both stand-ins, as they are before anything was changed."""
        state = self.folder / "billing.json"
        state.unlink(missing_ok=True)
        words = ("--seed", str(SEED), "--shelves", str(self.size.shelves), "--port", str(self.billing_port))
        command = [sys.executable, "-m", "development.fake_billing", *words, "--state-file", str(state)]
        with Guarded(command, log=self.logs / "billing.log", grace=1) as process:
            await_file(state, process, "The billing stand-ins")
            yield

    @contextlib.contextmanager
    def netbox(self, services: Services) -> Iterator[tuple[str, int, list[Supervised]]]:
        """NetBox behind gunicorn and two workers on one of the databases: its address, its process, and the workers."""
        port = free_port()
        words = ("netbox.wsgi:application", "--bind", f"127.0.0.1:{port}", "--preload", "--workers", "2", "--threads", "4")
        command = [sys.executable, "-m", "gunicorn", *words, "--no-control-socket"]
        with ExitStack() as stack:
            netbox = stack.enter_context(Guarded(command, env=services.env, log=self.logs / "netbox.log", grace=1))
            workers = [Supervised(services.env, self.logs / f"worker-{number}.log", QUEUES) for number in range(2)]
            for worker in workers:
                stack.callback(worker.stop)
            yield f"http://127.0.0.1:{port}", netbox.pid, workers

    def prepare(self) -> dict[str, int]:
        """The database both streams begin with; the keys of the billing systems."""
        base = self.database(WORLD_BASE, schema.template(self.services))
        out = self.folder / "world.json"
        urls = ("--sonar", self.billing_url, "--splynx", self.billing_url)
        command = [sys.executable, "-m", "tests.e2e.event_world", "--shelves", str(self.size.shelves), *urls, "--out", str(out)]
        with self.billing():
            subprocess.run(command, env=base.env, check=True)
        keys: dict[str, int] = json.loads(out.read_text())
        return keys


# -------------------------------------------------------------------------------------------------------------------- a stream


def changes(town: Town, seed: int) -> Iterator[tuple[int, dict[str, str]]]:
    """What clerks do to customers' records, without end."""
    pick = random.Random(seed)
    people = [person.number for person in town.people if not person.trap]
    plans = [plan.key for plan in town.plans if plan.key.startswith("home")]
    while True:
        change = {"status": pick.choice(STATUSES)} if pick.random() < 0.5 else {"plan": pick.choice(plans)}
        yield pick.choice(people), change


class Post:
    """Between the stand-ins and NetBox: catches what the ones send, and delivers it to the other."""

    def __init__(self, size: Size, town: Town, billing_url: str, netbox_url: str, keys: dict[str, int]) -> None:
        self.size, self.town, self.billing_url, self.netbox_url, self.keys = size, town, billing_url, netbox_url, keys
        self.stream = Stream()
        self.secret = town.accounts["sonar_webhook_path_secret"]
        self.session: aiohttp.ClientSession
        self._flights: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Listening, and subscribed to both stand-ins."""
        app = web.Application()
        app.router.add_route("*", "/{system}", self._caught)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as self.session:
            await self._netbox_answers()
            for system, form in (("sonar", "json"), ("splynx", "form")):
                await self._control("hooks", {"system": system, "url": f"{url}/{system}", "format": form})
            await self._control("hooks/flush", {})
            self.stream.events.clear()
            try:
                yield
            finally:
                await runner.cleanup()

    async def _netbox_answers(self) -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with self.session.head(self._url(Event("splynx", b"", ""))) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.2)
        raise TimeoutError("NetBox did not answer")

    async def _control(self, path: str, body: dict[str, Any]) -> None:
        async with self.session.post(f"{self.billing_url}/control/{path}", json=body) as answer:
            answer.raise_for_status()
            await answer.read()

    async def change(self, number: int, values: dict[str, str]) -> list[Event]:
        """Change a person's record; what was sent about it."""
        before = len(self.stream.events)
        await self._control(f"people/{number}", values)
        await self._control("hooks/flush", {})
        return self.stream.events[before:]

    async def _caught(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            event = Event(
                request.match_info["system"],
                await request.read(),
                request.headers["Content-Type"],
                request.headers.get("X-Splynx-Signature", ""),
            )
            self.stream.events.append(event)
        return web.Response()

    def forge(self, event: Event) -> Event:
        """Somebody who does not know the secret says the same, or signs with another."""
        signature = "guessed" if event.system == "sonar" else hmac.new(b"guessed", event.body, "sha1").hexdigest()
        return Event(event.system, event.body, event.kind, signature, forged=True)

    def _url(self, event: Event) -> str:
        base = f"{self.netbox_url}/api/plugins/gam/webhooks/{self.keys[event.system]}/"
        if event.system == "splynx":
            return base
        return f"{base}{event.signature or self.secret}/"

    async def deliver(self, event: Event) -> None:
        """Until it is answered as it should be. Only the first attempt's answer counts for the time unless it failed."""
        headers = {"Content-Type": event.kind}
        if event.system == "splynx":
            headers["X-Splynx-Signature"] = event.signature
        wanted = 403 if event.forged else 200
        while True:
            begin, status = time.perf_counter(), 0
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with self.session.post(self._url(event), data=event.body, headers=headers) as answer:
                    await answer.read()
                    status = answer.status
            self.stream.seconds.append(time.perf_counter() - begin)
            self.stream.taken += status == 200
            self.stream.refused += status == 403
            self.stream.forged_taken += event.forged and status == 200
            if status in (200, 403):
                assert status == wanted or event.forged, f"{status} for {event}"
                return
            self.stream.again[status] += 1
            await asyncio.sleep(AGAIN_SECONDS)

    def take_off(self, event: Event) -> None:
        """Deliver in the background."""
        self.stream.order.append(event)
        task = asyncio.get_running_loop().create_task(self.deliver(event))
        self._flights.add(task)
        task.add_done_callback(self._flights.discard)

    async def landed(self) -> None:
        """Wait until every delivery was answered as it should be."""
        while flights := list(self._flights):
            await asyncio.gather(*flights)
            # gather() of what has ended does not let the callbacks run that would discard it.
            self._flights.difference_update(flights)

    async def in_order(self, count: int) -> None:
        """One after the other, as fast as it goes."""
        begin = time.perf_counter()
        work = changes(self.town, self.size.seed)
        while len(self.stream.events) < count:
            for event in await self.change(*next(work)):
                self.stream.order.append(event)
                await self.deliver(event)
        self.stream.took = time.perf_counter() - begin

    async def in_a_storm(self, count: int, happen: Callable[[float], None]) -> None:
        """Any of those that wait is the next one, at the rate of the campaign. ``happen``: told how far it is, by share."""
        pick = random.Random(self.size.seed)
        pool: list[Event] = []
        # On its own, so that stand-ins that are busy answering NetBox do not hold up what is sent, and then let it come in bursts.
        clerks = asyncio.create_task(self._fill(pool, count, pick))
        while len(pool) < self.size.pool and not clerks.done():
            await asyncio.sleep(0.05)
        begin = due = time.perf_counter()
        sent, step = 0, 1 / self.size.rate
        while pool or not clerks.done():
            if pool:
                at = pick.randrange(len(pool))
                pool[at], pool[-1] = pool[-1], pool[at]
                self.take_off(pool.pop())
                sent += 1
                happen(sent / (count * (self.size.copies + self.size.forged_share)))
            due = max(due + step, time.perf_counter())
            await asyncio.sleep(due - time.perf_counter())
        await clerks
        await self.landed()
        self.stream.took = time.perf_counter() - begin

    async def _fill(self, pool: list[Event], count: int, pick: random.Random) -> None:
        """Clerks change records until there are enough events; each is put into the pool several times."""
        work = changes(self.town, self.size.seed)
        while len(self.stream.events) < count:
            for event in await self.change(*next(work)):
                pool += [event] * self.size.copies
                if pick.random() < self.size.forged_share:
                    pool.append(self.forge(event))
            while len(pool) >= self.size.pool:
                await asyncio.sleep(0.02)


# ------------------------------------------------------------------------------------------------------------------- afterwards

PICTURES = {
    "services": "SELECT system_id, entity, external_id, account_id, name, state, raw_status, plan_id, macs::text"
    " FROM netbox_gam_billedservice",
    "findings": "SELECT f.system_id, f.kind, f.fingerprint, f.state, f.external_id, s.name FROM netbox_gam_finding f"
    " LEFT JOIN netbox_gam_subscriber s ON s.id = f.subscriber_id WHERE f.state <> 'resolved'",
    "links": "SELECT l.system_id, l.entity, l.external_id, l.match_reason, s.name FROM netbox_gam_billinglink l"
    " JOIN netbox_gam_subscriber s ON s.id = l.subscriber_id",
    "subscribers": "SELECT name, status, full_name, email FROM netbox_gam_subscriber",
    "change plans": "SELECT status, reason FROM netbox_gam_changeplan",
}
"""What events may lead to. Findings that came and went in between are no part of it: when they are looked at decides about them."""


def look(services: Services) -> dict[str, Counter[Any]]:
    """Everything events may lead to."""
    with schema.connect(services.database) as connection:
        return {name: Counter(connection.execute(text).fetchall()) for name, text in PICTURES.items()}


def tally(services: Services) -> dict[str, int]:
    """Stored events: rows, deliveries, those that still wait, and refused deliveries."""
    text = (
        "SELECT count(*) FILTER (WHERE state <> 'refused'), coalesce(sum(deliveries) FILTER (WHERE state <> 'refused'), 0),"
        " count(*) FILTER (WHERE state = 'waiting'), coalesce(sum(deliveries) FILTER (WHERE state = 'refused'), 0)"
        " FROM netbox_gam_billingevent"
    )
    with schema.connect(services.database) as connection:
        row = connection.execute(text).fetchone()  # type: ignore[call-overload]
    return dict(zip(("rows", "deliveries", "waiting", "refused"), map(int, row), strict=True))


def drain(services: Services, seconds: float) -> None:
    """Wait until no event waits, without waking anybody."""
    deadline = time.monotonic() + seconds
    while tally(services)["waiting"] and time.monotonic() < deadline:
        time.sleep(0.5)


def compare(ordered: Stream, storm: Stream) -> dict[str, int]:
    """What went wrong in the storm, by kind; nothing is left out, so that a sum of 0 means that all went well."""
    bodies = len({(event.system, event.body) for event in storm.events})
    wrong = {
        f"other {name}": sum(((ordered.picture[name] - found) + (found - ordered.picture[name])).values())
        for name, found in storm.picture.items()
    }
    wrong |= {
        "events not stored": abs(bodies - storm.rows["rows"]),
        "events never worked off": storm.rows["waiting"],
        "deliveries not counted": max(0, storm.taken - storm.rows["deliveries"]),
        "forged and taken": storm.forged_taken,
        "forged and not counted": max(0, storm.refused - storm.rows["refused"]),
    }
    return wrong


def differences(ordered: Stream, storm: Stream) -> dict[str, list[str]]:
    """Rows that only one stream ended with; none where the streams ended alike."""
    found: dict[str, list[str]] = {}
    for name, rows in storm.picture.items():
        for stream, only in ((ORDERED, ordered.picture[name] - rows), (STORM, rows - ordered.picture[name])):
            if only:
                found[f"{name}, {stream} only"] = sorted(map(str, only.elements()))
    return found


def naive(storm: Stream) -> int:
    """Services of Splynx that are wrong where each event's content is believed as it comes."""
    from urllib.parse import parse_qs

    def content(event: Event) -> tuple[str, str] | None:
        form = {name: values[0] for name, values in parse_qs(event.body.decode()).items()}
        if not form.get("data[model]", "").endswith("ServicesInternet"):
            return None
        return form["data[attributes][id]"], form["data[attributes][status]"] + form["data[attributes][tariff_id]"]

    def believed(events: Sequence[Event]) -> dict[str, str]:
        return dict(filter(None, (content(event) for event in events if event.system == "splynx")))

    truth, taken = believed(storm.events), believed(storm.order)
    return sum(taken.get(id) != value for id, value in truth.items())


# ------------------------------------------------------------------------------------------------------------------ the campaign


class Killer:
    """Kills what is to be killed when the stream is that far, and lets it come back."""

    def __init__(self, place: Place, workers: list[Supervised]) -> None:
        self.place, self.workers = place, workers
        self.left = list(place.size.kills)
        self.done: list[str] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._one_at_a_time = asyncio.Lock()

    def __call__(self, share: float) -> None:
        while self.left and share >= self.left[0][0]:
            self._tasks.append(asyncio.get_running_loop().create_task(self._kill(self.left.pop(0)[1])))

    async def _kill(self, what: str) -> None:
        async with self._one_at_a_time:
            self.done.append(what)
            if what in ("worker", "both"):
                for worker in self.workers:
                    worker.kill(whole=True)
            if what in ("valkey", "both"):
                self.place.servers.kill("valkey")
                await asyncio.sleep(self.place.size.away_seconds)
                await asyncio.to_thread(self.place.servers.start, "valkey")

    async def finish(self) -> None:
        """Wait until everything is back."""
        await asyncio.gather(*self._tasks)


def cpu_seconds(pid: int) -> float:
    """What the processes that this one started have worked; 0 where the system does not tell."""
    ticks = 0
    for child in children(pid):
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def _stream(place: Place, town: Town, name: str, keys: dict[str, int]) -> tuple[Stream, list[str]]:
    services = place.database(name, WORLD_BASE)
    with place.billing(), place.netbox(services) as (url, netbox, workers):
        post = Post(place.size, town, place.billing_url, url, keys)
        killer = Killer(place, workers)
        async with post.opened():
            before = cpu_seconds(netbox)
            if name == ORDERED:
                await post.in_order(place.size.events)
            else:
                await post.in_a_storm(place.size.events, killer)
                await killer.finish()
            post.stream.cpu_ms = round((cpu_seconds(netbox) - before) * 1000 / max(1, len(post.stream.seconds)), 2)
            await asyncio.to_thread(drain, services, place.size.drain_seconds)
        post.stream.picture, post.stream.rows = look(services), tally(services)
    return post.stream, killer.done


def run(folder: Path, size: Size) -> Result:
    """Both streams, one after the other.

    :param folder: for state and logs
    """
    town = build_town(SEED, size.shelves)
    with ExitStack() as stack:
        place = Place(stack, folder, size)
        stack.callback(place.drop, WORLD_BASE, ORDERED, STORM)
        keys = place.prepare()
        ordered, _ = asyncio.run(_stream(place, town, ORDERED, keys))
        storm, kills = asyncio.run(_stream(place, town, STORM, keys))
    return Result(ordered, storm, compare(ordered, storm), naive(storm), kills, differences(ordered, storm))
