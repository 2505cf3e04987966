"""Charts in the browser: drawn in both themes, ranges by mouse and keyboard, what an empty page says, marks and zoom."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from development.history import fill
from netbox_gam.models import Alarm, GamDevice, Subscriber
from netbox_gam.ui import assets
from netbox_gam.ui.charts import CHARTS

from .base import BrowserTestCase, Theme
from .watch import Watched
from .world import OTHER_SHELF, SILENT_SHELF, SSH_SHELF

DRAWN = "#gam-charts[data-drawn]:not([aria-busy=true])"
# One path per run without a gap; that of the band between low and high has no width.
CPU_LINES = (
    """[...document.querySelectorAll("[aria-label='CPU load'] .js-line")].filter(node => parseFloat(node.style.strokeWidth))"""
)
PRESSED = "[data-charts-range][aria-pressed=true]"


class ChartsTest(BrowserTestCase):
    """A day and a half of measurements of one GAM; another has none."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.now = timezone.now()
        cls.gam = cls.world.gam(SSH_SHELF)
        fill([cls.gam], cls.now - timedelta(hours=36), cls.now, timedelta(minutes=2))
        gone = cls.now - timedelta(hours=9)
        Alarm.objects.create(
            gam=cls.gam,
            key="noise",
            condition="hightemp",
            severity="mj",
            entity="System",
            text="Too warm",
            state="cleared",
            raised=gone,
            cleared=gone + timedelta(hours=1),
        )

    def open(self, watched: Watched, path: str, fragment: str = "") -> None:
        """A page, down to its charts, when they are drawn."""
        watched.visit(path + fragment)
        watched.page.locator("#gam-charts").scroll_into_view_if_needed()
        watched.page.wait_for_selector(DRAWN)

    def picture(self, watched: Watched, name: str) -> None:
        """Kept where ``NETBOX_GAM_PICTURES`` says, to be looked at."""
        if folder := os.environ.get("NETBOX_GAM_PICTURES"):
            # The page's header stays on top, also of a picture.
            watched.page.add_style_tag(content="header.navbar { visibility: hidden }")
            watched.page.locator("#gam-charts").screenshot(path=Path(folder) / f"{name}.png")

    def pages(self) -> dict[str, str]:
        """Every kind of page with charts."""
        served = Subscriber.objects.filter(gam=self.gam, endpoint__gam=self.gam, endpoint__port__isnull=False).first()
        return {
            "gam": self.gam.get_absolute_url(),
            "port": served.endpoint.port.get_absolute_url(),
            "endpoint": served.endpoint.get_absolute_url(),
            "subscriber": served.get_absolute_url(),
            "device": reverse("dcim:device_gam", kwargs={"pk": self.gam.device_id}),
        }

    def test_drawn_in_both_themes(self) -> None:
        themes: tuple[Theme, ...] = ("light", "dark")
        for theme in themes:
            watched = self.viewer(theme)
            for name, path in self.pages().items():
                with self.subTest(theme=theme, page=name):
                    self.open(watched, path)
                    page = watched.page
                    drawn = page.locator(".gam-chart").count()
                    self.assertGreaterEqual(drawn, 2)
                    self.assertEqual(page.locator(".gam-chart .scatterlayer .js-line").count() >= drawn, True)
                    self.assertEqual(page.locator(".gam-chart-now time").first.inner_text() != "", True)
                    self.picture(watched, f"{name}-{theme}")

    def test_theme_is_followed(self) -> None:
        watched = self.viewer("light")
        self.open(watched, self.gam.get_absolute_url())
        before = watched.page.evaluate(f"{CPU_LINES}[0].style.stroke")
        watched.page.get_by_role("button", name="Enable dark mode").locator("visible=true").first.click()
        watched.page.wait_for_function(f"before => {CPU_LINES}[0].style.stroke !== before", arg=before)

    def test_range_by_mouse_and_keyboard(self) -> None:
        watched = self.viewer()
        page = watched.page
        self.open(watched, self.gam.get_absolute_url())
        self.assertEqual(page.locator(PRESSED).inner_text(), "24 h")
        self.assertEqual(page.locator("[data-charts-status]").inner_text(), "5-minute values")
        with page.expect_response(lambda answer: "measurements" in answer.url):
            page.locator("[data-charts-range='1h']").click()
        page.wait_for_function("document.querySelector('[data-charts-status]').textContent === 'every sample'")
        self.assertTrue(page.url.endswith("#range=1h"))
        page.keyboard.press("Tab")
        with page.expect_response(lambda answer: "measurements" in answer.url):
            page.keyboard.press("Enter")
        self.assertEqual(page.locator(PRESSED).inner_text(), "6 h")
        page.reload()
        page.locator("#gam-charts").scroll_into_view_if_needed()
        page.wait_for_selector(DRAWN)
        self.assertEqual(page.locator(PRESSED).inner_text(), "6 h")

    def test_from_to_by_keyboard(self) -> None:
        watched = self.viewer()
        page = watched.page
        self.open(watched, self.gam.get_absolute_url())
        page.locator("[data-charts-custom]").press("Enter")
        self.assertEqual(page.evaluate("document.activeElement.name"), "from")
        page.fill("[name=from]", f"{self.now - timedelta(hours=5):%Y-%m-%dT%H:00}")
        page.fill("[name=to]", f"{self.now - timedelta(hours=6):%Y-%m-%dT%H:00}")
        page.locator("[name=to]").press("Enter")
        self.assertEqual(page.locator("[data-charts-complaint]").inner_text(), "The end must be after the start.")
        page.fill("[name=to]", f"{self.now - timedelta(hours=3):%Y-%m-%dT%H:00}")
        with page.expect_response(lambda answer: "measurements" in answer.url) as waiting:
            page.locator("[name=to]").press("Enter")
        asked = parse_qs(urlsplit(waiting.value.url).query)
        self.assertEqual(asked["start"], [f"{self.now - timedelta(hours=5):%Y-%m-%dT%H:00:00.000Z}"])
        self.assertEqual(asked["end"], [f"{self.now - timedelta(hours=3):%Y-%m-%dT%H:00:00.000Z}"])
        self.assertIn("#from=", page.url)
        self.assertIn("start=", page.locator("[data-charts-csv]").get_attribute("href"))

    def test_drag_zooms_and_double_click_goes_back(self) -> None:
        watched = self.viewer()
        page = watched.page
        self.open(watched, self.gam.get_absolute_url())
        plot = page.locator(".gam-chart-plot .nsewdrag").first
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        with page.expect_response(lambda answer: "measurements" in answer.url):
            page.mouse.move(box["x"] + 100, box["y"] + 80)
            page.mouse.down()
            page.mouse.move(box["x"] + 200, box["y"] + 82, steps=5)
            page.mouse.up()
        self.assertIn("#from=", page.url)
        page.wait_for_selector(DRAWN)
        with page.expect_response(lambda answer: "measurements" in answer.url):
            page.locator(".gam-chart-plot .nsewdrag").first.dblclick()
        self.assertTrue(page.url.endswith("#range=24h"))

    def test_gap_is_a_gap(self) -> None:
        watched = self.viewer()
        self.open(watched, self.gam.get_absolute_url())
        watched.page.wait_for_selector(".gam-chart .js-line")
        self.assertEqual(watched.page.evaluate(f"{CPU_LINES}.length"), 2)

    def test_alarm_is_marked_and_listed(self) -> None:
        watched = self.viewer()
        page = watched.page
        self.open(watched, self.gam.get_absolute_url())
        page.locator("[data-charts-marks] summary").press("Enter")
        page.locator("[data-charts-marks] a", has_text="Too warm").click()
        page.wait_for_url("**/alarms/**")

    def test_hover_tells_value_and_time(self) -> None:
        watched = self.viewer()
        page = watched.page
        self.open(watched, self.gam.get_absolute_url())
        plot = page.locator("[aria-label='CPU load'] .nsewdrag")
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        page.mouse.move(box["x"] + box["width"] - 60, box["y"] + 60)
        page.wait_for_function(
            "[...document.querySelectorAll('.hoverlayer')].some(node => node.textContent.includes('CPU load over 10 s'))"
        )
        told = page.evaluate("[...document.querySelectorAll('.hoverlayer')].map(node => node.textContent).join('')")
        self.assertRegex(told, r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
        self.assertRegex(told, r"CPU load over 10 s: [\d.]+ %\s+\([\d.]+ – [\d.]+, 95 % [\d.]+\)")
        self.picture(watched, "hover")

    def test_empty_says_what_to_do(self) -> None:
        watched = self.viewer()
        other = self.world.gam(OTHER_SHELF)
        GamDevice.objects.filter(pk=self.world.gam(SILENT_SHELF).pk).update(polling_enabled=False)
        for index, said in ((OTHER_SHELF, f"Poll {other}"), (SILENT_SHELF, "edit the GAM to turn it on")):
            with self.subTest(said):
                self.open(watched, self.world.gam(index).get_absolute_url(), "#from=2020-01-01T00:00:00Z&to=2020-01-01T01:00:00Z")
                self.assertIn(said, watched.page.locator("[data-charts-notice]").inner_text())
                self.assertEqual(watched.page.locator(".gam-chart").count(), 0)

    def test_library_is_not_fetched_without_anything_to_draw(self) -> None:
        watched = self.viewer()
        asked: list[str] = []
        watched.page.on("request", lambda request: asked.append(request.url))
        path = self.world.gam(SILENT_SHELF).get_absolute_url()
        self.open(watched, path, "#from=2020-01-01T00:00:00Z&to=2020-01-01T01:00:00Z")
        self.assertTrue(any("measurements" in url for url in asked))
        self.assertFalse(any(assets.library_hash() in url for url in asked))

    def test_page_of_charts_is_drawn_within_a_second(self) -> None:
        """From the answer of REST to the last of a GAM's charts, the library being in the browser's cache."""
        watched = self.viewer()
        self.open(watched, self.gam.get_absolute_url())
        took = watched.page.evaluate(
            """async () => {
              const root = document.querySelector('#gam-charts');
              const begin = performance.now();
              setMode('dark');
              await new Promise(resolve => setTimeout(resolve, 0));
              while (root.getAttribute('aria-busy') === 'true') await new Promise(resolve => setTimeout(resolve, 5));
              return performance.now() - begin;
            }"""
        )
        print(f"{watched.page.locator('.gam-chart').count()} charts drawn again in {took:.0f} ms")
        self.assertLess(took, 3000)


class DeclarationTest(TestCase):
    """What needs no browser."""

    def test_every_chart_has_a_name_of_its_own(self) -> None:
        for model, charts in CHARTS.items():
            with self.subTest(model.__name__):
                self.assertEqual(len({chart.name for chart in charts}), len(charts))
