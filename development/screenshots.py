"""Pictures for the documentation: ``python -m development.screenshots`` runs the demo's main job once and photographs its pages.

Each page is taken as administrator at 1400 by 900 pixels, in light and in dark, into ``docs/img/NAME-light.png`` and
``NAME-dark.png``, with a palette of 256 colours so that a picture stays well below 200 KB. ``--url`` takes them of a demo that is
already running, and names of pictures after the options take only those.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import requests
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from rich.console import Console

from development import chromium, demo
from development.demo_job import NotHeld
from development.rest import Rest
from development.seed import ADMIN
from development.services import ROOT, STATE

IMAGES = ROOT / "docs" / "img"
WIDTH, HEIGHT = 1400, 900
COLOURS = 256
MAX_BYTES = 200_000
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
API = "plugins/gam"
# Times of day and ages differ from run to run and say nothing in a picture; tooltips come and go with the pointer.
STILL = "*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important }"


class NothingToShow(Exception):
    """The demo's NetBox has no object of the wanted kind; the message says which."""


@dataclass(frozen=True)
class Shot:
    """One picture. ``path`` gives the page's path from the REST API; ``element`` a selector of the part to take."""

    name: str
    path: Callable[[Rest], str]
    element: str = ""
    prepare: Callable[[Page], None] | None = None


def fixed(path: str) -> Callable[[Rest], str]:
    """A path that needs no look-up."""
    return lambda rest: path


def first(kind: str, *choices: dict[str, Any], page: str = f"/{API}") -> Callable[[Rest], str]:
    """The page of the first object that fits the first of some filters that any fits.

    :raises NothingToShow: when the path is asked for
    """

    def path(rest: Rest) -> str:
        for filters in choices:
            if found := rest.get(f"{API}/{kind}/", limit=1, **filters)["results"]:
                return f"{page}/{kind}/{found[0]['id']}/"
        raise NothingToShow(f"No {kind} with any of {choices}")

    return path


def fullest_gam(rest: Rest) -> int:
    """The GAM with the most endpoints among those in service on several ports."""
    gams = list(rest.all(f"{API}/gam-devices/"))
    if not gams:
        raise NothingToShow("No gam-devices")
    counts = {gam["id"]: rest.get(f"{API}/endpoints/", gam_id=gam["id"], limit=1)["count"] for gam in gams}
    return max(counts, key=lambda pk: (counts[pk], -pk))


def device_tab(rest: Rest) -> str:
    """The GAM tab of the device that GAM is."""
    gam = rest.get(f"{API}/gam-devices/{fullest_gam(rest)}/")
    return f"/dcim/devices/{gam['device']['id']}/gam/"


def system_page(type: str, tab: str) -> Callable[[Rest], str]:
    """A tab of the billing system of a type."""
    return lambda rest: f"{first('billing-systems', {'type': type})(rest)}{tab}/"


def planned_batch(rest: Rest) -> str:
    """A batch that suspends some subscribers of several GAMs, made from a file of changes and left waiting."""
    rows = ["verb,name,gam"]
    for gam in list(rest.all(f"{API}/gam-devices/"))[:6]:
        served = rest.get(f"{API}/subscribers/", gam_id=gam["id"], status="active", bandwidth_plan_id__n="null", limit=2)["results"]
        rows += [f"suspend,{item['name']},{gam['device']['name']}" for item in served]
    rest.wait(rest.post(f"{API}/subscribers/upload/", {"csv": "\n".join(rows)}))
    return first("change-batches", {"ordering": "-created"})(rest)


def try_a_status(page: Page) -> None:
    """What it would come to if debtors stayed in service; nothing is saved."""
    page.select_option("#id_debt", "keep")
    page.click("[name=_preview]")
    page.wait_for_selector("#preview")


def fill_discovery(page: Page) -> None:
    """What somebody would enter."""
    page.fill("[name=ranges]", "192.0.2.0/26\n198.51.100.10-20")


def charts(page: Page) -> None:
    """Until they are drawn, below the page's own header."""
    page.locator("#gam-charts").scroll_into_view_if_needed()
    page.wait_for_selector("#gam-charts[data-drawn]:not([aria-busy=true])")
    page.add_style_tag(content="header.navbar { visibility: hidden }")


SHOTS = (
    Shot("gam-devices", fixed(f"/{API}/gam-devices/")),
    Shot("gam-device", lambda rest: f"/{API}/gam-devices/{fullest_gam(rest)}/"),
    Shot("faceplate", lambda rest: f"/{API}/gam-devices/{fullest_gam(rest)}/", element=".card:has(svg.gam-faceplate)"),
    Shot("endpoints", fixed(f"/{API}/endpoints/")),
    Shot("subscribers", fixed(f"/{API}/subscribers/")),
    Shot("subscriber", first("subscribers", {"status": "suspended"}, {"status": "active"})),
    Shot("change-plan", first("change-plans", {"status": "applied", "transport": "ssh", "ordering": "created"})),
    Shot("findings", fixed(f"/{API}/findings/?state=open")),
    Shot("finding", first("findings", {"state": "open", "kind": "active_not_on_network"}, {"state": "open"})),
    Shot("billing-system", first("billing-systems", {"type": "sonar"})),
    Shot("status-matrix", system_page("splynx", "statuses"), prepare=try_a_status),
    Shot("plan-mapping", system_page("sonar", "plan-mapping")),
    Shot("write-back", system_page("sonar", "write-back")),
    Shot("plan-slots", fixed(f"/{API}/plan-slots/")),
    Shot("config-backup", first("config-backups", {})),
    Shot("change-batch", planned_batch),
    Shot("sync-run", first("sync-runs", {"status": "completed"})),
    Shot("alarms", fixed(f"/{API}/alarms/")),
    Shot("polling", fixed(f"/{API}/polling/")),
    Shot("discover", fixed(f"/{API}/gam-devices/discover/"), prepare=fill_discovery),
    Shot("device-tab", device_tab),
    Shot("charts", first("subscribers", {"status": "active", "endpoint_id__n": "null"}), element="#gam-charts", prepare=charts),
)


def log_in(browser: Browser, url: str, theme: Literal["light", "dark"]) -> BrowserContext:
    """A browser session in that theme, logged in by NetBox's own form."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=theme, reduced_motion="reduce", timezone_id="UTC", locale="en-GB"
    )
    page = context.new_page()
    page.goto(f"{url}/login/")
    page.fill("[name=username]", ADMIN[0])
    page.fill("[name=password]", ADMIN[1])
    page.click("button[type=submit]")
    page.wait_for_load_state("networkidle")
    page.close()
    return context


def photograph(page: Page, shot: Shot, url: str) -> bytes:
    """One picture as PNG."""
    response = page.goto(url, wait_until="networkidle")
    if response is None or not response.ok:
        raise NothingToShow(f"{url} answered {response.status if response else 'nothing'}")
    page.add_style_tag(content=STILL)
    if shot.prepare:
        shot.prepare(page)
    page.mouse.move(WIDTH - 1, HEIGHT - 1)
    page.evaluate("document.activeElement && document.activeElement.blur()")
    return page.locator(shot.element).first.screenshot() if shot.element else page.screenshot()


def reduce(png: bytes) -> bytes:
    """The picture with a palette, and with fewer colours if that is not small enough."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    colours = COLOURS
    while True:
        small = BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
        if small.tell() <= MAX_BYTES or colours <= 16:
            return small.getvalue()
        colours //= 2


def take(browser: Browser, rest: Rest, shots: tuple[Shot, ...], folder: Path, console: Console) -> None:
    """Every picture in both themes.

    :raises NothingToShow: a page has nothing to show
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = {shot.name: shot.path(rest) for shot in shots}
    for theme in THEMES:
        context = log_in(browser, rest.url, theme)
        page = context.new_page()
        for shot in shots:
            target = folder / f"{shot.name}-{theme}.png"
            target.write_bytes(reduce(photograph(page, shot, f"{rest.url}{paths[shot.name]}")))
            console.print(f"{target.relative_to(ROOT)} {target.stat().st_size // 1024} KB  {paths[shot.name]}")
        context.close()


def provision_token(url: str) -> str:
    """A REST token of the demo's administrator, from a demo that is running."""
    answer = requests.post(
        f"{url}/api/users/tokens/provision/", json={"username": ADMIN[0], "password": ADMIN[1], "version": 2}, timeout=30
    )
    answer.raise_for_status()
    said = answer.json()
    return f"nbt_{said['key']}.{said['token']}"


@contextmanager
def netbox(url: str, console: Console) -> Iterator[Rest]:
    """REST of the running demo at ``url``, or of one that runs for as long as the context lasts.

    :raises NotHeld: a step of its main job did not hold
    """
    if url:
        yield Rest(url.rstrip("/"), provision_token(url.rstrip("/")))
        return
    state = (STATE / "screenshots").resolve()
    (state / "logs").mkdir(parents=True, exist_ok=True)
    clock = demo.Clock(console)
    with ExitStack() as stack:
        running = demo.start(stack, state, clock)
        facts = demo.main_job(running, clock, console)
        for problem in facts.problems:
            console.print(f"[yellow]{problem}[/yellow]")
        subprocess.run([sys.executable, "-m", "development.history", "--hours", "30"], env=running.services.env, check=True)
        yield running.rest


def main() -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m development.screenshots", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--url", default="", help="of a running demo, instead of starting one")
    parser.add_argument("--folder", type=Path, default=IMAGES, help="where to (default docs/img)")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(shot.name for shot in SHOTS)}")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - {shot.name for shot in SHOTS}:
        parser.error(f"no picture of that name: {', '.join(sorted(unknown))}")
    shots = tuple(shot for shot in SHOTS if not arguments.names or shot.name in arguments.names)
    console = Console()
    path = chromium.ensure()
    if path is None:
        return 1
    try:
        with netbox(arguments.url, console) as rest, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
            take(browser, rest, shots, arguments.folder.resolve(), console)
            browser.close()
    except (NothingToShow, NotHeld) as error:
        console.print(f"[red]✗[/red] {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
