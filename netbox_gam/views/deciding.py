"""Deciding several findings at once: every row's own result is said, on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.models import Job
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _

from ..choices import FindingKindChoices
from ..exceptions import WorkflowError
from ..filtersets.billing import SITE_OF_FINDING
from .actions import BulkVerbView

MOST_GROUPS = 12


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row."""

    finding: Any
    ok: bool
    words: str = ""
    job: Job | None = None


class DecideView(BulkVerbView):
    """A decision on the selected findings. ``verb`` heads the page that says what became of each."""

    permission = "decide"

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = self.selected(request)
        if not chosen:
            messages.warning(request, gettext_now("Nothing was selected."))
            return redirect(self.get_return_url(request))
        try:
            self.prepare(request)
        except WorkflowError as error:
            messages.error(request, str(error))
            return redirect(self.get_return_url(request))
        outcomes = self.outcomes(request, chosen)
        context = {
            "verb": self.verb,
            "outcomes": outcomes,
            "done": sum(outcome.ok for outcome in outcomes),
            "return_url": self.get_return_url(request),
        }
        return render(request, "netbox_gam/finding_results.html", context)

    def prepare(self, request: HttpRequest) -> None:
        """Read what the decision needs, once for all rows.

        :raises WorkflowError: it makes no sense
        """

    def outcomes(self, request: HttpRequest, chosen: Sequence[Any]) -> list[Outcome]:
        """One after the other."""
        found = []
        for finding in chosen:
            try:
                done = self.attempt(request, finding)
            except WorkflowError as error:
                found.append(Outcome(finding, False, str(error)))
            else:
                found.append(Outcome(finding, True, *((str(_("Started:")), done) if isinstance(done, Job) else (done,))))
        return found


def groups(rows: Any, params: Any) -> list[dict[str, Any]]:
    """How many findings there are by kind, site and billing system, each leading to those alone.

    :param rows: the findings of the list as it is filtered
    :param params: the query string of the list
    """
    plain = rows.order_by()
    kinds = dict(FindingKindChoices)
    dimensions = (
        (_("Kind"), "kind", plain.values_list("kind").annotate(many=Count("pk", distinct=True)), kinds.get),
        (_("Site"), "site_id", _sites(plain), None),
        (_("Billing system"), "system_id", _systems(plain), None),
    )
    return [{"label": label, "items": _items(name, counted, params, words)} for label, name, counted, words in dimensions]


def _sites(rows: Any) -> list[tuple[Any, int, str]]:
    counted = rows.annotate(at=SITE_OF_FINDING["pk"], named=SITE_OF_FINDING["name"]).values_list("at", "named")
    return [(pk, many, name) for pk, name, many in counted.annotate(many=Count("pk", distinct=True))]


def _systems(rows: Any) -> list[tuple[Any, int, str]]:
    counted = rows.values_list("system_id", "system__name").annotate(many=Count("pk", distinct=True))
    return [(pk, many, name) for pk, name, many in counted]


def _items(name: str, counted: Any, params: Any, words: Any) -> list[dict[str, Any]]:
    chosen = set(params.getlist(name))
    items = []
    for value, many, *label in counted:
        query = params.copy()
        query.pop("page", None)
        text = str(value) if value is not None else "null"
        if text in chosen:
            query.setlist(name, [one for one in query.getlist(name) if one != text])
        else:
            query.setlist(name, [text])
        shown = words(value, value) if words else (label[0] or _("none"))
        items.append({"label": shown, "count": many, "query": query.urlencode(), "active": text in chosen})
    return sorted(items, key=lambda item: (-item["count"], str(item["label"])))[:MOST_GROUPS]
