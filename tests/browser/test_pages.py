"""Every page, for an administrator and for one who may only look, light and dark: it renders, quietly, from this server alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dcim.models import Interface
from django.apps import apps
from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from tenancy.models import Tenant

from netbox_gam.choices import AlarmStateChoices, ChangePlanStatusChoices, FindingKindChoices
from netbox_gam.models import Alarm, ChangePlan, Endpoint, Finding, GamDevice, GamPort, Subscriber, SyncRun
from netbox_gam.navigation import menu
from netbox_gam.urls import PATHS

from .base import BrowserTestCase, Theme
from .watch import Look, Watched, path_of
from .world import SSH_SHELF

PLUGIN = "/plugins/gam/"
# Words that stand in a URL where something is changed; one who may only look must not be led there.
CHANGING = ("add", "edit", "delete", "import", "rename", "discover", "install-types", "poll", "apply", "accept", "change-plan")
RECORDS = {
    "syncrun", "finding", "changebatch", "changeplan", "changestep", "alarm", "drift", "arrival",
    "firmwarerollout", "firmwareupgrade",
    "billingwrite",
}  # fmt: skip
# Links that NetBox itself shows to people without the permission they take.
OFFERED_BY_NETBOX = {"extras:tableconfig_add", "dcim:device_render-config"}
NAMELESS = RECORDS | {"gamdevice", "gamport", "billinglink", "firmwareimage"}


def url_of(model: str, view: str = "list", pk: int | None = None) -> str:
    """Path of a view of one of the plugin's models; without a view's name, of the object."""
    name = f"plugins:netbox_gam:{model}" + (f"_{view}" if view else "")
    return reverse(name, kwargs={"pk": pk} if pk else None)


class PageTestCase(BrowserTestCase):
    """What the crawls share. Each crawls with one page and reports all that is wrong at its end."""

    def one_of_each(self) -> list[Any]:
        """An object of every model, with as much on its page as there is."""
        gam = self.world.gam(SSH_SHELF)
        served = Subscriber.objects.get(tenant__isnull=False)
        chosen = {
            "gamdevice": gam,
            "gamport": served.endpoint.port or GamPort.objects.filter(gam=gam).first(),
            "endpoint": served.endpoint,
            "subscriber": served,
            "bandwidthplan": served.bandwidth_plan,
            "changeplan": ChangePlan.objects.filter(status="applied").first(),
            "changestep": ChangePlan.objects.filter(status="applied").first().steps.first(),
            "syncrun": SyncRun.objects.filter(status="completed").first(),
        }
        objects = [chosen.get(name) or apps.get_model("netbox_gam", name).objects.first() for name in PATHS]
        self.assertNotIn(None, objects, dict(zip(PATHS, objects, strict=True)))
        return objects

    def other_states(self) -> Iterator[Any]:
        """Objects whose pages look different: plans of every outcome, findings of every kind, alarms, endpoints nobody knows."""
        for statuses, model, field in (
            (ChangePlanStatusChoices.values(), ChangePlan, "status"),
            (FindingKindChoices.values(), Finding, "kind"),
            (AlarmStateChoices.values(), Alarm, "state"),
        ):
            for value in statuses:
                if found := model.objects.filter(**{field: value}).first():
                    yield found
        yield GamDevice.objects.filter(observed__reachable=False).first()
        yield Endpoint.objects.filter(status="discovered").first()
        yield Subscriber.objects.filter(gam__isnull=True).first()

    def crawl(self, watched: Watched, *, may_change: bool = True) -> None:
        """The menu, lists, objects with all tabs, what the plugin adds to NetBox's pages, and then every link seen on them."""
        links: dict[str, str] = {}

        def visit(path: str) -> Look:
            look = watched.visit(path)
            for link in look.links:
                if link.startswith(watched.origin):
                    links.setdefault(self.kind_of(path_of(link)), link)
            if not may_change:
                self.check_offers_nothing(watched, look)
            return look

        self.check_menu(watched, visit, may_change=may_change)
        for item in self.one_of_each():
            for tab in visit(item.get_absolute_url()).tabs[1:]:
                visit(tab)
        for item in self.other_states():
            visit(item.get_absolute_url())
        self.check_core_pages(watched, visit)
        for kind, link in links.items():
            own_documentation = path_of(link).startswith(settings.STATIC_URL)
            if path_of(link) not in watched.visited and not own_documentation and (may_change or kind not in OFFERED_BY_NETBOX):
                self.check_link(watched, link)

    def kind_of(self, path: str) -> str:
        """What distinguishes links that lead to pages of different kinds."""
        try:
            return resolve(path).view_name
        except Resolver404:
            return path

    def check_menu(self, watched: Watched, visit: Any, *, may_change: bool) -> None:
        """Items and buttons lead somewhere; the user sees all, or those that show without changing."""
        visit(url_of("gamdevice"))
        shown = watched.page.evaluate(
            "[...document.querySelectorAll('#sidebar-menu a[href]')].map(node => node.getAttribute('href'))"
        )
        shown = {path for path in shown if path.startswith(PLUGIN)}
        items = [item for group in menu.groups for item in group.items]
        lists = {url_of(name) for name in PATHS}
        self.assertEqual(lists - {reverse(item.link) for item in items}, set(), "every model is in the menu")
        everything = {reverse(item.link) for item in items} | {reverse(button.link) for item in items for button in item.buttons}
        expected = (
            everything
            if may_change
            else lists
            | {reverse(f"plugins:netbox_gam:{name}") for name in ("polling_status", "firmware_fleet", "plan_slots", "revenue")}
        )
        if shown != expected:
            watched.note(f"menu shows {sorted(shown - expected)} too much, lacks {sorted(expected - shown)}")
        for path in sorted(shown):
            visit(path)

    def check_core_pages(self, watched: Watched, visit: Any) -> None:
        """NetBox's own pages with the plugin's tab, panel, widget and search results on them."""
        gam = self.world.gam(SSH_SHELF)
        interface = GamPort.objects.filter(gam=gam, endpoints__isnull=False).first().interface
        tenant = Tenant.objects.get(slug="lakeside")
        for item, tab in ((gam.device, "device_gam"), (interface, "interface_gam"), (tenant, "tenant_gam")):
            prefix = "tenancy" if isinstance(item, Tenant) else "dcim"
            path = reverse(f"{prefix}:{tab}", kwargs={"pk": item.pk})
            look = visit(item.get_absolute_url())
            if path not in map(path_of, look.tabs):
                watched.note(f"no GAM tab among {look.tabs}")
            if not isinstance(item, Tenant) and not any(path_of(link).startswith(PLUGIN) for link in look.links):
                watched.note("no GAM panel")
            visit(path)
        visit(Endpoint.objects.get(device__isnull=False).device.get_absolute_url())
        plain = Interface.objects.filter(device=gam.device, mgmt_only=True).first()
        visit(plain.get_absolute_url())
        visit("/")
        for text in (gam.device.name, Subscriber.objects.get(tenant=tenant).name):
            look = visit(f"/search/?q={text}")
            if not any(path_of(link).startswith(PLUGIN) for link in look.links):
                watched.note("search finds nothing of the plugin")

    def check_offers_nothing(self, watched: Watched, look: Look) -> None:
        """No link and no button to anything this user may not do."""
        for link in (*look.links, *look.targets):
            path = path_of(link)
            if path.startswith(PLUGIN) and path.rstrip("/").rpartition("/")[2] in CHANGING:
                watched.note(f"offers {path} to one who may only look")

    def check_link(self, watched: Watched, link: str) -> None:
        """A link that was shown leads to a page. Asked without rendering it."""
        answer = watched.context.request.get(link)
        if answer.status != 200:
            watched.problems.append(f"{watched.who} a link to {link.removeprefix(watched.origin)} answers {answer.status}")

    # -------------------------------------------------------------------------------------------------------------- forms

    def check_forms(self, watched: Watched) -> None:
        """Edit and delete pages of every model, and the confirmation of a plan change."""
        for item in self.one_of_each():
            for view in ("edit", "delete"):
                look = watched.visit(url_of(item._meta.model_name, view, item.pk))
                if not any(path_of(target) == path_of(look.url) for target in look.targets):
                    watched.note("has no form of its own")
        watched.visit(url_of("subscriber", "change_plan", Subscriber.objects.filter(status="active").first().pk))

    def check_bulk_forms(self, watched: Watched) -> None:
        """Select the first row of every list and press each bulk button that leads to a form."""
        page = watched.page
        for name in PATHS:
            views = ["bulk_edit", "bulk_delete", *([] if name in NAMELESS else ["bulk_rename"])]
            for view in views:
                watched.visit(url_of(name))
                path = url_of(name, view)
                page.locator("tbody input[name=pk]").first.check()
                button = page.locator(f"button[formaction^='{path}'], input[formaction^='{path}']")
                if not button.count():
                    watched.note(f"has no button to {path}")
                    continue
                button.first.click()
                watched.settle()
                look = watched.look()
                if path_of(look.url) != path:
                    watched.note(f"pressing the button to {path} led to {look.url}")
                watched.check(look)


class AdministratorPageTests(PageTestCase):
    """Everything there is, with forms and bulk forms."""

    def test_administrator(self) -> None:
        watched = self.admin("light")
        self.crawl(watched)
        self.check_forms(watched)
        self.check_bulk_forms(watched)

    def test_face_plate_is_spoken_and_reached_by_keyboard(self) -> None:
        watched, gam = self.admin(), self.world.gam(SSH_SHELF)
        look = watched.visit(gam.get_absolute_url())
        names = [port.interface.name for port in gam.ports.order_by("number").select_related("interface")]
        spoken = look.ports[: len(names)]
        self.assertEqual([label.partition(",")[0] for label in spoken], names)
        for label in spoken:
            self.assertRegex(label, r", (up|down|disabled|needs attention|not read)")
        page = watched.page
        self.assertTrue(page.locator("svg.gam-faceplate").first.get_attribute("aria-label"))
        page.locator("svg.gam-faceplate a").first.focus()
        reached = []
        for _ in names:
            reached.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
            page.keyboard.press("Tab")
        self.assertEqual(reached, spoken)
        page.locator("svg.gam-faceplate a").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{gam.ports.get(number=1).get_absolute_url()}")
        watched.settle()


class ViewerPageTests(PageTestCase):
    """What one who may only look sees; and the main pages loaded in the theme that the crawls only switch to."""

    def test_one_who_may_only_look(self) -> None:
        watched = self.viewer("dark")
        self.crawl(watched, may_change=False)

    def test_the_main_pages_loaded_in_the_other_theme(self) -> None:
        themes: tuple[tuple[Any, Theme], ...] = ((self.admin, "dark"), (self.viewer, "light"))
        for enter, theme in themes:
            watched = enter(theme)
            for path in [url_of(name) for name in PATHS] + [item.get_absolute_url() for item in self.one_of_each()]:
                watched.visit(path)

    def test_the_town_has_what_the_pages_are_to_show(self) -> None:
        self.assertLessEqual(
            {"applied", "planned", "stale", "rolled_back", "invalid", "nothing_to_do", "cancelled", "needs_attention"},
            set(ChangePlan.objects.values_list("status", flat=True)),
        )
        self.assertEqual(set(Alarm.objects.values_list("state", flat=True)), set(AlarmStateChoices.values()))
        self.assertGreaterEqual(len(set(Finding.objects.values_list("kind", flat=True))), 6)
        self.assertNotIn(None, list(self.other_states()))
