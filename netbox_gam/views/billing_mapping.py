"""The tabs of a billing system that say what its statuses and its plans mean here."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from netbox.views import generic
from utilities.views import ViewTab, register_model_view

from ..choices import ServiceStateChoices
from ..exceptions import InvalidState, NotAllowed, WorkflowError
from ..models import BandwidthPlan, BillingPlan, BillingSystem, Subscriber
from ..ui.billing_words import CONFIDENCE, DEBT_ACTIONS, DEBT_HELP, SOURCES, state_badge
from .actions import ObjectVerbView

MOST_PLANS = 300


@register_model_view(BillingSystem, "statuses", path="statuses")
class BillingSystemStatusesView(generic.ObjectView):
    """The matrix of statuses: shown, tried, and only then saved."""

    queryset = BillingSystem.objects.all()
    template_name = "netbox_gam/billing_statuses.html"
    actions = ()
    tab = ViewTab(label=_("Status Matrix"), permission="netbox_gam.view_billingsystem", weight=503)

    def get_extra_context(self, request, instance):
        from ..workflows import status_matrix

        context = {"may_change": request.user.has_perm("netbox_gam.change_billingsystem", instance), "tab": self.tab}
        context |= {"states": list(ServiceStateChoices), "debt_actions": DEBT_ACTIONS, "debt_help": DEBT_HELP[instance.type]}
        try:
            rows = status_matrix.matrix(instance, Subscriber.objects.restrict(request.user, "view"))
            rules = status_matrix.rules_of(instance)
        except WorkflowError as error:
            return {**context, "problem": str(error)}
        debt = {"debt": status_matrix.policy_option(rules.debt), "by_default": not instance.options.get("debt")}
        return {**context, **_seen_and_not(rows), **debt}

    def post(self, request, **kwargs):
        from ..workflows import status_matrix

        instance = self.get_object(**kwargs)
        if not request.user.has_perm("netbox_gam.change_billingsystem", instance):
            raise PermissionDenied(gettext_now("This takes the permission to change this billing system."))
        try:
            status_map, debt = self._asked(request, instance)
            rules = status_matrix.rules_of(instance, status_map, debt or None)
            shown = status_matrix.fingerprint(rules)
            if "_save" in request.POST and request.POST.get("shown") == shown:
                changed = status_matrix.save(instance, user=request.user, status_map=status_map, debt=debt)
                messages.success(request, SAVED if changed else gettext_now("Nothing was changed."))
                return redirect(request.path)
            tried = status_matrix.preview(instance, rules)
        except WorkflowError as error:
            messages.error(request, str(error))
            return redirect(request.path)
        context = {"object": instance, **self.get_extra_context(request, instance), "preview": tried, "shown": shown}
        for row in (*context["seen"], *context["unseen"]):
            row.picked = rules.status_map.get(row.word, "")
        context |= {"changes": [(state_badge(a), state_badge(b), n) for (a, b), n in tried.by_change.items()]}
        context |= {"debt": status_matrix.policy_option(rules.debt), "by_default": not debt}
        return render(request, self.template_name, context)

    @staticmethod
    def _asked(request, instance):
        """The matrix and policy a form asks for; all by default to reset.

        :raises WorkflowError: the days are no number
        """
        from ..workflows import status_matrix

        if "_reset" in request.POST:
            return {}, {}
        chosen = dict(zip(request.POST.getlist("word"), request.POST.getlist("state"), strict=False))
        status_map = status_matrix.chosen_map(chosen, instance.options.get("status_map", {}))
        action, days = request.POST.get("debt", ""), request.POST.get("days", "").strip()
        if not action:
            return status_map, {}
        if action == "grace" and not days.isdigit():
            raise WorkflowError(f"days of grace {days!r}: a whole number is needed.")
        return status_map, {"action": action, **({"days": int(days)} if action == "grace" else {})}


SAVED = _("Saved. It acts from the next run on: services stay as they are until somebody accepts its findings.")


def _seen_and_not(rows):
    """Rows with what the template shows of them; those that no service has now apart."""
    for row in rows:
        row.default_words, row.default_color = state_badge(row.default)
        row.state_words, row.state_color = state_badge(row.state)
        row.picked = row.said if row.source == "operator" else ""
        row.source_words = SOURCES[row.source]
        row.state_counts = [(*state_badge(state), count) for state, count in row.states.items()]
    return {"seen": [row for row in rows if row.services], "unseen": [row for row in rows if not row.services]}


@register_model_view(BillingSystem, "plan_mapping", path="plan-mapping")
class BillingSystemPlanMappingView(generic.ObjectView):
    """Billed plans, what each could be, and the buttons to say so."""

    queryset = BillingSystem.objects.all()
    template_name = "netbox_gam/billing_plan_mapping.html"
    actions = ()
    tab = ViewTab(
        label=_("Plan Mapping"),
        badge=lambda system: system.billing_plans.filter(bandwidth_plan=None).exclude(recurring=True, download_kbps=None).count(),
        permission="netbox_gam.view_billingplan",
        weight=504,
    )

    def get_extra_context(self, request, instance):
        from ..workflows import plan_mapping

        may = request.user.has_perm
        visible = BandwidthPlan.objects.restrict(request.user, "view")
        rows = plan_mapping.overview(instance, BillingPlan.objects.restrict(request.user, "view"), visible)
        return {
            "rows": [(row, *CONFIDENCE[row.proposal.confidence]) for row in rows[:MOST_PLANS]],
            "left_out": max(len(rows) - MOST_PLANS, 0),
            "unmapped": sum(row.plan.bandwidth_plan_id is None and row.is_internet for row in rows),
            "sure": sum(row.acceptable for row in rows),
            "bandwidth_plans": visible,
            "may_map": may("netbox_gam.change_billingplan"),
            "may_create": may("netbox_gam.change_billingplan") and may("netbox_gam.add_bandwidthplan"),
            "may_say": may("netbox_gam.change_billingplan") and may("netbox_gam.change_billingsystem", instance),
            "action": f"{instance.get_absolute_url()}map-plans/",
        }


@register_model_view(BillingSystem, "map_plans", path="map-plans")
class BillingSystemMapPlansView(ObjectVerbView):
    """One form, several buttons: what a row's field says, proposals, a plan that is missing, what is billed as recurring."""

    queryset = BillingSystem.objects.all()
    permission = "view"

    def get_return_url(self, request, obj=None):
        return f"{obj.get_absolute_url()}plan-mapping/"

    def perform(self, request, instance):

        plans = BillingPlan.objects.restrict(request.user, "view").filter(system=instance)
        plans = plans.select_related("system", "bandwidth_plan")
        for name, verb in (("create", self._create), ("internet", self._internet), ("not_internet", self._not_internet)):
            if name in request.POST:
                return verb(request, _one(plans.restrict(request.user, "change"), request.POST[name]))
        if "_accept" in request.POST or "_accept_all" in request.POST:
            return MAPPED % {"count": self._accept(request, instance, plans)}
        return MAPPED % {"count": self._save(request, plans)}

    @staticmethod
    def _accept(request, system, plans):
        """Accept the proposals chosen, or all sure ones of plans the user may change."""
        from ..workflows import plan_mapping

        visible = BandwidthPlan.objects.restrict(request.user, "view")
        if "_accept_all" in request.POST:
            rows = plan_mapping.overview(system, plans.restrict(request.user, "change"), visible)
            return plan_mapping.accept([row for row in rows if row.acceptable], user=request.user)
        chosen = set(request.POST.getlist("pk"))
        rows = [row for row in plan_mapping.overview(system, plans, visible) if str(row.plan.pk) in chosen]
        return plan_mapping.accept(rows, user=request.user)

    @staticmethod
    def _save(request, plans):
        """Map what the fields name; an emptied field takes a mapping back."""
        from ..workflows import plan_mapping

        named = {plan.name: plan for plan in BandwidthPlan.objects.restrict(request.user, "view")}
        asked = [(plan, request.POST[f"plan-{plan.pk}"].strip()) for plan in plans if f"plan-{plan.pk}" in request.POST]
        for plan, name in asked:
            if name and name not in named and name != str(plan.bandwidth_plan or ""):
                raise WorkflowError(
                    f"{plan}: there is no bandwidth plan {name!r}.", next_step="Choose one of the list, or make it."
                )
        chosen = {plan.pk: named.get(name) for plan, name in asked if name != str(plan.bandwidth_plan or "")}
        return plan_mapping.map_plans(list(plans), chosen, user=request.user)

    @staticmethod
    def _create(request, plan):
        from ..workflows import plan_mapping

        made = plan_mapping.create_plan(plan, user=request.user)
        return gettext_now("Made the bandwidth plan %(made)s, and mapped %(plan)s to it.") % {"made": made, "plan": plan}

    @staticmethod
    def _internet(request, plan):
        from ..workflows import plan_mapping

        rates = {
            f"{name}load_kbps": _kbps(request.POST.get(f"{name}-{plan.pk}", ""), f"{plan}, {name}load") for name in ("down", "up")
        }
        plan_mapping.sell_as_internet(plan, user=request.user, **rates)
        return gettext_now("%(plan)s is Internet access. Its customers are read from the next run on.") % {"plan": plan}

    @staticmethod
    def _not_internet(request, plan):
        from ..workflows import plan_mapping

        plan_mapping.sell_as_internet(plan, user=request.user, download_kbps=None, upload_kbps=None)
        return gettext_now("%(plan)s is no Internet access any more, from the next run on.") % {"plan": plan}


MAPPED = _("Mapped %(count)s plans. Subscribers whose speed differs become findings of the next run.")


def _one(plans, text):
    """One of the plans the user may change.

    :raises NotAllowed: it is none of them
    """
    plan = plans.filter(pk=int(text)).first() if text.isdigit() else None
    if plan is None:
        raise NotAllowed(f"You may not change the billing plan {text!r}.")
    return plan


def _kbps(text, name):
    """Mbit/s as typed, in kbit/s.

    :raises InvalidState: it is no speed
    """
    try:
        return round(float(text.replace(",", ".")) * 1000)
    except (ValueError, OverflowError):
        raise InvalidState(f"{name} {text!r}: not a speed in Mbit/s.") from None
