"""The fleet's health on NetBox's home page."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from extras.dashboard.utils import register_widget
from extras.dashboard.widgets import DashboardWidget, WidgetConfigForm

from .choices import AlarmStateChoices, ChangePlanStatusChoices, EndpointStateChoices, FindingStateChoices
from .models import Alarm, ChangePlan, Endpoint, EndpointState, Finding, GamDevice

QUARANTINED = (EndpointStateChoices.WRONG_PORT, EndpointStateChoices.UNKNOWN_MAC)


def fleet_counts(user: Any) -> list[dict[str, Any]]:
    """One entry per figure: ``label``, ``count``, ``url`` of the list that shows them, ``bad`` when any is a reason to look.

    Figures of objects the user may not view at all are left out.
    """
    gams = GamDevice.objects.restrict(user, "view")
    # unrestricted: readings of endpoints, which are restricted
    quarantined = EndpointState.objects.filter(present=True, state__in=QUARANTINED, endpoint__isnull=False)
    figures = (
        ("gamdevice", _("GAMs"), gams, "", False),
        ("gamdevice", _("GAMs unreachable"), gams.filter(observed__reachable=False), "reachable=False", True),
        (
            "endpoint",
            _("Endpoints quarantined"),
            Endpoint.objects.restrict(user, "view").filter(pk__in=quarantined.values("endpoint_id")),
            "&".join(f"state={state}" for state in QUARANTINED),
            True,
        ),
        (
            "alarm",
            _("Alarms standing"),
            Alarm.objects.restrict(user, "view").exclude(state=AlarmStateChoices.CLEARED).filter(suppressed=False),
            "standing=true&suppressed=false",
            True,
        ),
        (
            "finding",
            _("Findings open"),
            Finding.objects.restrict(user, "view").filter(state=FindingStateChoices.OPEN),
            "state=open",
            False,
        ),
        (
            "changeplan",
            _("Change plans waiting"),
            ChangePlan.objects.restrict(user, "view").filter(status=ChangePlanStatusChoices.PLANNED),
            "status=planned",
            False,
        ),
        (
            "changeplan",
            _("Change plans that need attention"),
            ChangePlan.objects.restrict(user, "view").filter(status=ChangePlanStatusChoices.NEEDS_ATTENTION),
            "status=needs_attention",
            True,
        ),
    )
    return [
        {
            "label": label,
            "count": rows.count(),
            "url": f"{reverse(f'plugins:netbox_gam:{model}_list')}{'?' if query else ''}{query}",
            "bad": bad,
        }
        for model, label, rows, query, bad in figures
        if user.has_perm(f"netbox_gam.view_{model}")
    ]


@register_widget
class FleetHealthWidget(DashboardWidget):
    """How the GAMs are."""

    default_title = _("GAM fleet")
    description = _("How many GAMs, endpoints, alarms, findings and change plans need a look.")
    width = 4
    height = 3

    class ConfigForm(WidgetConfigForm):
        """Nothing to configure."""

    def render(self, request: Any) -> str:
        return render_to_string("netbox_gam/fleet_health.html", {"figures": fleet_counts(request.user)})
