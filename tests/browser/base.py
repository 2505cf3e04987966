"""NetBox served to a headless Chromium. Each class has one server, one browser and one town, which its tests share and do not undo.

Jobs run in the test's process, one after the other, when a test says so; they talk to a simulated fleet and to billing stand-ins.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar, Literal
from unittest import SkipTest
from unittest.mock import patch

from core.models import Job
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_rq import get_worker
from playwright.sync_api import Browser, sync_playwright
from rq import SimpleWorker
from rq.timeouts import TimerDeathPenalty

from development.seed import ADMIN, VIEWER

from .watch import HEIGHT, WIDTH, Watched
from .world import World

Theme = Literal["light", "dark"]
QUEUES = ("netbox_gam.provision", "netbox_gam.poll", "netbox_gam.billing", "high", "default", "low")


class ThreadWorker(SimpleWorker):
    """Works outside the main thread, where signals cannot be handled."""

    death_penalty_class = TimerDeathPenalty

    def _install_signal_handlers(self) -> None:
        pass


class CachedStaticFiles(StaticFilesHandler):
    """Lets the browser keep scripts and styles between pages, as a real deployment does."""

    def serve(self, request: HttpRequest) -> HttpResponseBase:
        response = super().serve(request)
        response["Cache-Control"] = "max-age=3600"
        return response


class BrowserTestCase(StaticLiveServerTestCase):
    """Base: ``world`` (None where ``discovered`` is off), :meth:`enter` for a watched page, :meth:`run_jobs`."""

    static_handler = CachedStaticFiles
    discovered = True
    world: ClassVar[World | None] = None
    browser: ClassVar[Browser]

    @classmethod
    def setUpClass(cls) -> None:
        chromium = os.environ.get("NETBOX_GAM_CHROMIUM")
        if not chromium:
            raise SkipTest("NETBOX_GAM_CHROMIUM names no browser; run this with development.test")
        super().setUpClass()
        cls.addClassCleanup(cls._empty_database)
        cls.world = cls.enterClassContext(World.running(discovered=cls.discovered))
        # Playwright's synchronous interface keeps an event loop in this thread, which Django takes for asynchronous code.
        cls.enterClassContext(patch.dict(os.environ, {"DJANGO_ALLOW_ASYNC_UNSAFE": "1"}))
        playwright = cls.enterClassContext(sync_playwright())
        cls.browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        cls.addClassCleanup(cls.browser.close)

    @classmethod
    def _empty_database(cls) -> None:
        in_own_thread(lambda: super(BrowserTestCase, cls("run"))._fixture_teardown())

    def _fixture_teardown(self) -> None:
        """Keep what the class shares; it is emptied at the end of the class."""

    def enter(self, name: str, theme: Theme = "light") -> Watched:
        """A page of a new browser session in which that user is logged in. Its problems fail the test at its end."""
        context = self.browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=theme)
        self.addCleanup(context.close)
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(name), "url": self.live_server_url}])
        watched = Watched(context, self.live_server_url, f"[{name}, {theme}]")
        self.addCleanup(self.report, watched)
        return watched

    def admin(self, theme: Theme = "light") -> Watched:
        """The administrator's page."""
        return self.enter(ADMIN[0], theme)

    def viewer(self, theme: Theme = "light") -> Watched:
        """The page of one who may see everything and change nothing."""
        return self.enter(VIEWER[0], theme)

    def report(self, watched: Watched) -> None:
        """Fail with everything a watched page noted."""
        unique = list(dict.fromkeys(watched.problems))
        if unique:
            self.fail(f"{len(unique)} problems on {len(watched.visited)} pages:\n" + "\n".join(unique))

    def run_jobs(self) -> list[Job]:
        """Run all background jobs that wait, and those they start; returns those that ended, oldest first."""
        waiting = list(Job.objects.filter(status__in=("pending", "scheduled", "running")).values_list("pk", flat=True))
        # Jobs keep their log on their page; the tests' output is for what went wrong.
        with patch.object(logging.getLogger("netbox.jobs"), "propagate", False):
            in_own_thread(lambda: get_worker(*QUEUES, worker_class=ThreadWorker).work(burst=True, logging_level="WARNING"))
        return list(Job.objects.filter(pk__in=waiting).exclude(status__in=("pending", "scheduled", "running")).order_by("pk"))


def in_own_thread[T](work: Callable[[], T]) -> T:
    """Run something that starts an event loop of its own, which cannot be done in the thread of Playwright's."""

    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    assert threading.current_thread() is threading.main_thread()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def session_of(name: str) -> str:
    """Key of a new session in which that user is logged in."""
    user = get_user_model().objects.get(username=name)
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    key: str = store.session_key
    return key
