"""How bandwidth profile slots are used: a tab of a GAM, and a page of all GAMs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from netbox.object_actions import BulkExport
from netbox.views import generic
from utilities.views import ViewTab, register_model_view

from .. import filtersets, forms, tables
from ..models import BandwidthPlan, GamDevice
from ..ui import slots as picture
from ..workflows import profile_slots

MERGES_SHOWN = 10
GAMS_NAMED = 5


@register_model_view(GamDevice, "slots", path="plan-slots")
class GamDeviceSlotsView(generic.ObjectView):
    """The 15 slots of one GAM, what is in them, and what would make room."""

    queryset = GamDevice.objects.all()
    template_name = "netbox_gam/slots.html"
    tab = ViewTab(label=_("Plan Slots"), permission="netbox_gam.view_gamdevice", weight=600)

    def get_queryset(self, request):
        return profile_slots.with_slots(super().get_queryset(request))

    def get_extra_context(self, request, instance):
        found = profile_slots.of(instance)
        plans = profile_slots.plans_by_rates(BandwidthPlan.objects.restrict(request.user, "view"))
        cells = picture.cells(found.use)
        return {
            "slots": found,
            "cells": cells,
            "picture": picture.draw(cells),
            "rows": [(cell, _plans_of(cell, plans)) for cell in cells],
            "merges": [profile_slots.words_of(merge) for merge in found.use.merges],
            "may_compare": request.user.has_perm("netbox_gam.poll_gamdevice", instance),
        }


def _plans_of(cell: picture.Cell, plans: dict[Any, Any]) -> tuple[BandwidthPlan, ...]:
    if cell.profile is None or cell.state == "builtin":
        return ()
    return plans.get((cell.profile.downstream_mbps, cell.profile.upstream_mbps), ())


class PlanSlotsView(generic.ObjectListView):
    """Slots of every GAM the user may view, and which speeds could become one."""

    queryset = GamDevice.objects.select_related("device__site")
    filterset = filtersets.GamDeviceFilterSet
    filterset_form = forms.GamDeviceFilterForm
    table = tables.PlanSlotsTable
    template_name = "netbox_gam/plan_slots.html"
    actions = (BulkExport,)

    def get_queryset(self, request):
        return profile_slots.with_slots(super().get_queryset(request))

    def get_extra_context(self, request):
        visible = GamDevice.objects.restrict(request.user, "view")
        merges = profile_slots.fleet_merges(visible, BandwidthPlan.objects.restrict(request.user, "view"))
        shown = [(merge, merge.gams[:GAMS_NAMED], len(merge.gams) - GAMS_NAMED) for merge in merges[:MERGES_SHOWN]]
        return {"merges": shown, "more_merges": len(merges) - MERGES_SHOWN}
