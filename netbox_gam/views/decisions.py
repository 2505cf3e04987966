"""Pages of finding rules, of what a held feed would come to, and of revenue assurance."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.object_actions import CloneObject, DeleteObject, EditObject
from netbox.ui import layout
from netbox.ui.panels import CommentsPanel, ObjectsTablePanel
from netbox.views import generic
from utilities.forms import restrict_form_fields
from utilities.views import ContentTypePermissionRequiredMixin, ObjectPermissionRequiredMixin, ViewTab, register_model_view

from .. import filtersets, forms, tables
from ..choices import HeldChangeChoices, RevenueClassChoices
from ..models import Finding, FindingRule, HeldService, Subscriber, SyncRun
from ..ui import actions
from ..ui.panels.decisions import FindingRuleActionPanel, FindingRulePanel
from ..ui.panels.monitoring import RuleScopePanel
from .actions import ObjectVerbView
from .base import DETAIL, Counted
from .deciding import DecideView

# ------------------------------------------------------------------------------------------------------------------- findings


@register_model_view(Finding, "bulk_reopen", path="reopen", detail=False)
class FindingBulkReopenView(DecideView):
    queryset = Finding.objects.all()
    filterset = filtersets.FindingFilterSet
    verb = _("Reopen findings")

    def perform(self, request, instance):
        from ..workflows import findings

        findings.reopen(instance, user=request.user)
        return gettext_now("Open again")


# ------------------------------------------------------------------------------------------------------------------------ rules


class FindingRuleCounts(Counted):
    counts = {"finding_count": (Finding.objects.all(), "followed_rule")}


@register_model_view(FindingRule, "list", path="", detail=False)
class FindingRuleListView(FindingRuleCounts, generic.ObjectListView):
    queryset = FindingRule.objects.all()
    filterset = filtersets.FindingRuleFilterSet
    filterset_form = forms.FindingRuleFilterForm
    table = tables.FindingRuleTable


@register_model_view(FindingRule)
class FindingRuleView(generic.ObjectView):
    queryset = FindingRule.objects.select_related("system", "acts_as")
    template_name = DETAIL
    actions = (actions.ConfirmRule, actions.ReleaseRule, CloneObject, EditObject, DeleteObject)
    layout = layout.SimpleLayout(
        left_panels=[FindingRulePanel(), TagsPanel()],
        right_panels=[FindingRuleActionPanel(), RuleScopePanel(), CustomFieldsPanel(), CommentsPanel()],
        bottom_panels=[
            ObjectsTablePanel(
                "netbox_gam.finding", filters={"followed_rule_id": lambda ctx: ctx["object"].pk}, title=_("Findings it decided")
            )
        ],
    )


@register_model_view(FindingRule, "preview")
class FindingRulePreviewView(generic.ObjectView):
    """What it would have done over the last month."""

    queryset = FindingRule.objects.all()
    template_name = "netbox_gam/finding_rule_preview.html"
    tab = ViewTab(label=_("Preview"), permission="netbox_gam.view_findingrule", weight=500)

    def get_extra_context(self, request, instance):
        from ..workflows import finding_rules

        return {"preview": finding_rules.preview(instance, stored=Finding.objects.restrict(request.user, "view"))}


@register_model_view(FindingRule, "try", path="try", detail=False)
class FindingRuleTryView(ObjectPermissionRequiredMixin, View):
    """The preview of a form that is not saved; part of the edit page."""

    queryset = FindingRule.objects.all()

    def get_required_permission(self):
        return "netbox_gam.view_findingrule"

    def post(self, request):
        from ..workflows import finding_rules
        from ..workflows.scope import Scope

        form = forms.FindingRuleForm(request.POST)
        restrict_form_fields(form, request.user)
        form.is_valid()
        # Its name is taken while it is being edited; what it would do does not depend on it.
        errors = {name: lines for name, lines in form.errors.items() if name not in ("name", "__all__")}
        if errors:
            return render(request, "netbox_gam/panels/finding_preview.html", {"errors": errors})
        chosen = form.cleaned_data
        scope = Scope(*(frozenset(item.pk for item in chosen[name]) for name in ("sites", "roles", "scope_tags")))
        rule = FindingRule(kinds=chosen["kinds"], system=chosen["system"], action=chosen["action"])
        found = finding_rules.preview(rule, scope=scope, stored=Finding.objects.restrict(request.user, "view"))
        return render(request, "netbox_gam/panels/finding_preview.html", {"preview": found})


@register_model_view(FindingRule, "confirm")
class FindingRuleConfirmView(ObjectVerbView):
    queryset = FindingRule.objects.all()
    permission = "confirm"

    def perform(self, request, instance):
        from ..workflows import finding_rules

        finding_rules.confirm(instance, user=request.user)
        return gettext_now("%(rule)s acts in your name now, as it stands.") % {"rule": instance}


@register_model_view(FindingRule, "release")
class FindingRuleReleaseView(ObjectVerbView):
    queryset = FindingRule.objects.all()
    permission = "release"

    def perform(self, request, instance):
        from ..workflows import rule_guard

        count = rule_guard.release(instance, user=request.user)
        words = gettext_now("Released %(rule)s: it may cut off the %(count)s it was held for, within its limits.")
        return words % {"rule": instance, "count": count}


@register_model_view(FindingRule, "add", detail=False)
@register_model_view(FindingRule, "edit")
class FindingRuleEditView(generic.ObjectEditView):
    queryset = FindingRule.objects.all()
    form = forms.FindingRuleForm
    template_name = "netbox_gam/finding_rule_edit.html"


@register_model_view(FindingRule, "delete")
class FindingRuleDeleteView(generic.ObjectDeleteView):
    queryset = FindingRule.objects.all()


@register_model_view(FindingRule, "bulk_import", path="import", detail=False)
class FindingRuleBulkImportView(generic.BulkImportView):
    queryset = FindingRule.objects.all()
    model_form = forms.FindingRuleImportForm


@register_model_view(FindingRule, "bulk_edit", path="edit", detail=False)
class FindingRuleBulkEditView(FindingRuleCounts, generic.BulkEditView):
    queryset = FindingRule.objects.all()
    filterset = filtersets.FindingRuleFilterSet
    table = tables.FindingRuleTable
    form = forms.FindingRuleBulkEditForm


@register_model_view(FindingRule, "bulk_rename", path="rename", detail=False)
class FindingRuleBulkRenameView(generic.BulkRenameView):
    queryset = FindingRule.objects.all()
    filterset = filtersets.FindingRuleFilterSet


@register_model_view(FindingRule, "bulk_delete", path="delete", detail=False)
class FindingRuleBulkDeleteView(FindingRuleCounts, generic.BulkDeleteView):
    queryset = FindingRule.objects.all()
    filterset = filtersets.FindingRuleFilterSet
    table = tables.FindingRuleTable


# ------------------------------------------------------------------------------------------------------------------- held feeds


def held_badge(run: Any) -> int | None:
    """How many services are still held; none for a run that was not held."""
    return HeldService.objects.filter(run=run, released=None).count() or None  # unrestricted: a number, of a run that is restricted


@register_model_view(SyncRun, "held")
class SyncRunHeldView(generic.ObjectChildrenView):
    """What a held feed would come to, and letting a part of it through."""

    queryset = SyncRun.objects.select_related("system")
    child_model = HeldService
    table = tables.HeldServiceTable
    template_name = "netbox_gam/sync_run_held.html"
    actions = ()
    tab = ViewTab(label=_("Held"), badge=held_badge, permission="netbox_gam.view_syncrun", weight=510, hide_if_empty=True)

    def get_children(self, request, parent):
        rows = HeldService.objects.filter(run=parent).select_related("subscriber", "site")
        return rows.filter(subscriber__in=Subscriber.objects.restrict(request.user, "view"))

    def get_extra_context(self, request, instance):
        counted = self.get_children(request, instance).order_by().values("site", "site__name")
        numbers = {change: Count("pk", filter=Q(change=change)) for change in HeldChangeChoices.values()}
        by_site = counted.annotate(waiting=Count("pk", filter=Q(released=None)), **numbers).order_by("-waiting", "site__name")
        return {
            "sites": [{**row, "name": row["site__name"]} for row in by_site],
            "may_release": instance.status == "held" and request.user.has_perm("netbox_gam.release_syncrun", instance),
            "release_url": instance.get_absolute_url() + "release-part/",
        }


@register_model_view(SyncRun, "release_part", path="release-part")
class SyncRunReleasePartView(ObjectVerbView):
    queryset = SyncRun.objects.all()
    permission = "release"

    def get_return_url(self, request, obj=None):
        return f"{obj.get_absolute_url()}held/"

    def perform(self, request, instance):
        from ..jobs import ReleasePartJob

        chosen = {name: [int(pk) for pk in request.POST.getlist(key) if pk.isdigit()] for name, key in CHOSEN}
        return ReleasePartJob.start(request.user, run=instance, **chosen)


CHOSEN = (("services", "pk"), ("sites", "site"))

# ---------------------------------------------------------------------------------------------------------------------- revenue


class RevenueView(ContentTypePermissionRequiredMixin, View):
    """Where billing and the network disagree about money: of the subscribers the user may view."""

    additional_permissions = ("netbox_gam.view_finding", "netbox_gam.view_billingsystem")

    def get_required_permission(self) -> str:
        return "netbox_gam.view_subscriber"

    def has_permission(self) -> bool:
        return super().has_permission() and self.request.user.has_perms(self.additional_permissions)

    def get(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """The page, or with ``?export`` every service of it as CSV."""
        from ..ui import revenue as pictures
        from ..workflows import revenue

        visible = Subscriber.objects.restrict(request.user, "view")
        kind = request.GET.get("class", "")
        kind = kind if kind in RevenueClassChoices.values() else ""
        site = int(request.GET["site"]) if request.GET.get("site", "").isdigit() else None
        if "export" in request.GET:
            return self._export([kind] if kind else RevenueClassChoices.values(), visible, site)
        found = revenue.report(visible)
        shown = [] if not kind else list(zip(range(revenue.MOST_SHOWN), revenue.lines(kind, visible, site=site), strict=False))
        labels = dict(RevenueClassChoices)
        context = {
            "report": found,
            "classes": [(value, words, found.counts[value], found.monthly[value]) for value, words in labels.items()],
            "sites": [(one, [one.counts.get(value, 0) for value in RevenueClassChoices.values()]) for one in found.sites],
            "kind": kind,
            "kind_label": labels.get(kind, ""),
            "site": site,
            "lines": [line for _number, line in shown],
            "most_shown": revenue.MOST_SHOWN,
            **pictures.trend_context(request.user),
        }
        return render(request, "netbox_gam/revenue.html", context)

    @staticmethod
    def _export(kinds: list[str], visible: Any, site: int | None) -> StreamingHttpResponse:
        from ..workflows import revenue

        class Echo:
            def write(self, line: str) -> str:
                return line

        def rows() -> Iterator[str]:
            writer = csv.writer(Echo())
            yield writer.writerow(["class", "subscriber", "site", "gam", "monthly"])
            for kind in kinds:
                for line in revenue.lines(kind, visible, site=site):
                    values = (kind, *(line[name] for name in ("subscriber_name", "site_name", "gam", "monthly")))
                    # A spreadsheet takes what begins so for a formula.
                    yield writer.writerow([f"'{value}" if str(value)[:1] in "=+-@" and str(value) else value for value in values])

        name = {"Content-Disposition": 'attachment; filename="revenue.csv"'}
        return StreamingHttpResponse(rows(), content_type="text/csv", headers=name)
