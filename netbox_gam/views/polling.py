"""The status page of polling, and the small panel that says when a GAM is read next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from utilities.views import ContentTypePermissionRequiredMixin, register_model_view

from ..choices import FailureKindChoices
from ..models import GamDevice, PollCycle
from ..ui import polling as picture
from ..ui.panels.polling import schedule_context
from ..ui.words import duration_in_words
from ..workflows import polling_health, scheduling

NAMES_SHOWN = 20


class PollingStatusView(ContentTypePermissionRequiredMixin, View):
    """How polling of the whole fleet goes. Numbers are of the fleet, names only those the user may view."""

    def get_required_permission(self) -> str:
        return "netbox_gam.view_gamdevice"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page, or for HTMX what changes on it."""
        refreshed = request.headers.get("HX-Request") == "true"
        template = "netbox_gam/polling_status_body.html" if refreshed else "netbox_gam/polling_status.html"
        return render(request, template, self._context(request.user))

    def _context(self, user: Any) -> dict[str, Any]:
        now = timezone.now()
        status = scheduling.status(cycles=picture.MINUTES + 1)
        cycle = status.last_cycle
        slowest = cycle.slowest if cycle else []
        shown = [gam for gams in status.failing.values() for gam in gams] + [gam for gam, _seconds in slowest]
        names = viewable(user, shown)
        bars = picture.last_hour(status.cycles, now)
        return {
            "status": status,
            "now": now,
            "oldest_waits": duration_in_words((now - status.oldest_due).total_seconds()) if status.oldest_due else "",
            "problems": polling_health.problems(status, now),
            "cycle": cycle,
            "cycle_failed": sum(cycle.failed.values()) if cycle else 0,
            "phases": _phases(cycle),
            "picture": picture.draw(bars) if any(bar.read or bar.failed for bar in bars) else "",
            "slowest": [(names[gam], seconds) for gam, seconds in slowest if gam in names],
            "failing": [_failing(kind, gams, names) for kind, gams in status.failing.items()],
            "workers": [
                {"worker": item, "alive": polling_health.is_alive(item, now), "leads": polling_health.leads(item, now)}
                for item in status.workers
            ],
            "storage": polling_health.storage(),
        }


def viewable(user: Any, gams: Iterable[int]) -> dict[int, GamDevice]:
    """Those of some GAMs that the user may view, by id."""
    return GamDevice.objects.restrict(user, "view").select_related("device").in_bulk(set(gams))


def _failing(kind: str, gams: tuple[int, ...], names: dict[int, GamDevice]) -> dict[str, Any]:
    choice = next((choice for choice in FailureKindChoices.CHOICES if choice[0] == kind), None)
    seen = [names[gam] for gam in gams if gam in names]
    return {
        "kind": kind,
        "label": choice[1] if choice else kind or _("Not told"),
        "color": FailureKindChoices.colors.get(kind, "red"),
        "next_step": choice.description if choice else "",
        "count": len(gams),
        "gams": seen[:NAMES_SHOWN],
        "more": len(seen) - NAMES_SHOWN,
    }


def _phases(cycle: PollCycle | None) -> list[tuple[Any, float]]:
    words = {"read": _("reading"), "store": _("storing")}
    return [(words.get(name, name), seconds) for name, seconds in (cycle.phases if cycle else {}).items()]


@register_model_view(GamDevice, "watch")
class GamDeviceWatchView(ContentTypePermissionRequiredMixin, View):
    """Asked by an open page of a GAM every few seconds: keeps it read often meanwhile, and answers when it is read next."""

    queryset = GamDevice.objects.all()
    http_method_names = ("post",)

    def get_required_permission(self) -> str:
        return "netbox_gam.poll_gamdevice"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Watch, and the panel's content anew."""
        visible = GamDevice.objects.restrict(request.user, "view")
        gam = get_object_or_404(visible, pk=pk)
        if not request.user.has_perm("netbox_gam.poll_gamdevice", gam):
            raise Http404
        scheduling.watch(gam)
        gam = visible.select_related("poll_schedule").get(pk=pk)
        return render(request, "netbox_gam/panels/schedule_rows.html", schedule_context(gam, request.user))
