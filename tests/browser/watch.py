"""A browser page that notices what a person would not want to see, and says it all at once at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

WIDTH, HEIGHT = 1400, 900
SETTLE_SECONDS = 10

# What a look at the loaded page tells: run in the page, answered as JSON.
LOOK = r"""() => {
  const content = document.querySelector('#page-content') || document.body;
  const visible = node => node.checkVisibility() && node.getBoundingClientRect().height > 0;
  const controls = [...content.querySelectorAll('a[href], button, [role=button]')].filter(visible);
  const named = node => (node.getAttribute('aria-label') || node.textContent.trim() || node.title
    || node.getAttribute('data-bs-original-title') || node.querySelector('img[alt]:not([alt=""]), [title]'));
  return {
    title: document.title,
    headings: [...document.querySelectorAll('h1, h2')].filter(visible).map(node => node.textContent.trim()).filter(Boolean),
    width: document.documentElement.scrollWidth,
    text: content.innerText,
    links: [...content.querySelectorAll('a[href]')].map(node => new URL(node.getAttribute('href'), location).href),
    tabs: [...content.querySelectorAll('ul.nav-tabs a.nav-link[href]')].map(node => node.href),
    targets: [...content.querySelectorAll('form[method=post] button[type=submit], form[method=post] input[type=submit]')]
      .map(node => node.formAction || node.form.action),
    nameless: controls.filter(node => !named(node)).map(node => node.outerHTML.slice(0, 160)),
    ports: [...content.querySelectorAll('svg.gam-faceplate a')].map(node => node.getAttribute('aria-label')),
  };
}"""

ERROR_WORDS = (
    "Traceback",
    "Server Error",
    "Page Not Found",
    "TemplateSyntaxError",
    "There was a problem with your request",
    "{{",
    "{%",
    "<bound method",
    "object at 0x",
)


@dataclass(frozen=True)
class Look:
    """What was on a page."""

    url: str
    status: int
    title: str
    headings: list[str]
    width: int
    text: str
    links: list[str]
    tabs: list[str]
    targets: list[str]
    nameless: list[str]
    ports: list[str]


@dataclass
class Watched:
    """A page of a logged-in browser context; ``problems`` collects ``who url: reason``."""

    context: BrowserContext
    origin: str
    who: str
    problems: list[str] = field(default_factory=list)
    visited: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._in_flight: set[Request] = set()
        self._at = ""
        self.page: Page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.note(f"script error: {error.message}"))
        self.page.on("request", self._requested)
        self.page.on("requestfinished", lambda request: self._in_flight.discard(request))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def note(self, reason: str) -> None:
        """Something is wrong with the page of now."""
        self.problems.append(f"{self.who} {self._at or self.page.url}: {reason}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "assert"):
            self.note(f"console: {message.text}")

    def _requested(self, request: Request) -> None:
        self._in_flight.add(request)
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.note(f"request to another host: {request.url}")

    def _failed(self, request: Request) -> None:
        self._in_flight.discard(request)
        # Leaving a page abandons what it was still loading.
        if request.failure != "net::ERR_ABORTED":
            self.note(f"request failed: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.note(f"{response.status} {response.request.method} {response.url.removeprefix(self.origin)}")

    def settle(self) -> None:
        """Wait until the page and what it loads by itself are there."""
        self.page.wait_for_load_state("load")
        for _ in range(SETTLE_SECONDS * 50):
            if not self._in_flight:
                return
            self.page.wait_for_timeout(20)
        self.note(f"still loading after {SETTLE_SECONDS} s: {[request.url for request in self._in_flight]}")
        self._in_flight.clear()

    def visit(self, path: str) -> Look:
        """Open a page in the theme of the context, check it, switch to the other theme and check again."""
        url = path if path.startswith("http") else f"{self.origin}{path}"
        self._at = url.removeprefix(self.origin)
        self._in_flight.clear()
        response = self.page.goto(url, wait_until="load")
        self.settle()
        look = self.look(response.status if response else 0)
        self.visited.append(self._at)
        self.check(look)
        if look.status == 200:
            self.switch_theme()
        return look

    def look(self, status: int = 200) -> Look:
        """What is on the page now."""
        return Look(url=self.page.url, status=status, **self.page.evaluate(LOOK))

    def check(self, look: Look) -> None:
        """Note what is wrong with any page, whatever it is about."""
        if look.status != 200:
            self.note(f"status {look.status}, {look.title!r}")
            return
        if not look.title.removesuffix("| NetBox").strip() or not look.headings:
            self.note(f"no title or heading: {look.title!r} {look.headings}")
        for word in ERROR_WORDS:
            if word in look.text:
                at = look.text.index(word)
                self.note(f"says {look.text[max(0, at - 40) : at + 80]!r}")
        if look.width > WIDTH:
            self.note(f"scrolls sideways: {look.width} px wide")
        for html in look.nameless:
            self.note(f"a control without a name: {html}")

    def switch_theme(self) -> None:
        """To the other theme as NetBox's own button does, and back; what it breaks is noted as anything else."""
        other = "light" if self.page.evaluate("document.documentElement.dataset.bsTheme") == "dark" else "dark"
        back = "dark" if other == "light" else "light"
        self.page.evaluate("mode => setMode(mode)", other)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        if width > WIDTH:
            self.note(f"scrolls sideways in {other}: {width} px wide")
        self.page.evaluate("mode => setMode(mode)", back)


def path_of(url: str) -> str:
    """Path of a URL, without query and fragment."""
    return urlsplit(url).path
