"""The connection tab of billing systems, and the button that checks it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from netbox.views import generic
from utilities.views import ViewTab, register_model_view

from ..models import BillingSystem
from ..ui import actions
from ..ui.panels.billing_checks import rows_of
from .actions import ObjectVerbView


def to_do(system):
    """How many checks ended otherwise than well; the system is the parent, and it may be viewed."""
    report = system.connection_checks.first()
    return sum(check["state"] != "ok" for check in report.checks) if report else 0


@register_model_view(BillingSystem, "connection", path="connection")
class BillingSystemConnectionView(generic.ObjectView):
    queryset = BillingSystem.objects.all()
    template_name = "netbox_gam/billing_connection.html"
    actions = (actions.CheckConnection,)
    tab = ViewTab(label=_("Connection"), badge=to_do, permission="netbox_gam.view_billingsystem", weight=520)

    def get_extra_context(self, request, instance):
        report = instance.connection_checks.first()
        return {"report": report, "checks": rows_of(report) if report else []}


@register_model_view(BillingSystem, "check_connection", path="check-connection")
class BillingSystemCheckConnectionView(ObjectVerbView):
    queryset = BillingSystem.objects.all()
    permission = "reconcile"

    def get_return_url(self, request, obj=None):
        return f"{obj.get_absolute_url()}connection/"

    def perform(self, request, instance):
        from ..jobs import CheckConnectionJob

        return CheckConnectionJob.start(request.user, system=instance)
