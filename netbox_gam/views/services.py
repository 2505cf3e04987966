"""Verbs of a subscriber's service: buttons, the forms of those that ask for something, and bulk actions. Jobs carry them out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from utilities.forms import restrict_form_fields
from utilities.views import register_model_view

from .. import filtersets, forms
from ..models import Subscriber
from .actions import BulkVerbView, ObjectVerbView, tell, wants_apply


def service_form(form_class: type[forms.ServiceForm], user: Any, *args: Any, **kwargs: Any) -> forms.ServiceForm:
    """A form that offers only what the user may view, and applying only to those who may."""
    form = form_class(*args, **kwargs)
    restrict_form_fields(form, user)
    if not user.has_perm("netbox_gam.apply_changeplan"):
        del form.fields["apply"]
    return form


class ServiceVerbView(ObjectVerbView):
    """A verb of the service, carried out by a job."""

    queryset = Subscriber.objects.all()
    permission = "provision"
    verb = ""

    def given(self) -> dict[str, Any]:
        """What the verb is given."""
        return {}

    def perform(self, request, instance):
        from ..jobs import ServiceJob

        return ServiceJob.start(request.user, subscriber=instance, verb=self.verb, apply=wants_apply(request), **self.given())


@register_model_view(Subscriber, "activate")
class SubscriberActivateView(ServiceVerbView):
    verb = "activate"


@register_model_view(Subscriber, "suspend")
class SubscriberSuspendView(ServiceVerbView):
    verb = "suspend"


@register_model_view(Subscriber, "resume")
class SubscriberResumeView(ServiceVerbView):
    verb = "resume"


@register_model_view(Subscriber, "terminate")
class SubscriberTerminateView(ServiceVerbView):
    verb = "terminate"


@register_model_view(Subscriber, "plan")
class SubscriberPlanView(ServiceVerbView):
    verb = "plan"


@register_model_view(Subscriber, "adopt")
class SubscriberAdoptView(ObjectVerbView):
    queryset = Subscriber.objects.all()
    permission = "provision"

    def perform(self, request, instance):
        from ..jobs import AdoptServiceJob

        return AdoptServiceJob.start_for(request.user, instance)


class ServiceFormView(ServiceVerbView):
    """A verb that asks for something first. ``title``: with the subscriber in it."""

    http_method_names = ("get", "post")
    form_class: type[forms.ServiceForm] = forms.ServiceForm
    title: Any = ""
    button: Any = ""
    icon = "check"

    def get(self, request, pk):
        subscriber = get_object_or_404(self.queryset, pk=pk)
        return self._show(request, subscriber, service_form(self.form_class, request.user, subscriber=subscriber))

    def post(self, request, pk):
        subscriber = get_object_or_404(self.queryset, pk=pk)
        self.form = service_form(self.form_class, request.user, request.POST, subscriber=subscriber)
        if not self.form.is_valid():
            return self._show(request, subscriber, self.form)
        return super().post(request, pk)

    def given(self):
        return self.form.given()

    def _show(self, request, subscriber, form):
        context = {
            "object": subscriber,
            "form": form,
            "heading": self.title % {"subscriber": subscriber},
            "button": self.button,
            "icon": self.icon,
            "return_url": subscriber.get_absolute_url(),
        }
        return render(request, "netbox_gam/service_form.html", context)


@register_model_view(Subscriber, "change_plan", path="change-plan")
class SubscriberChangePlanView(ServiceFormView):
    verb = "change_plan"
    form_class = forms.ServicePlanForm
    title = _("Change the plan of %(subscriber)s")
    button = _("Change Plan")
    icon = "speedometer"


@register_model_view(Subscriber, "change_vlan", path="change-vlan")
class SubscriberChangeVlanView(ServiceFormView):
    verb = "change_vlan"
    form_class = forms.ServiceVlanForm
    title = _("Change the VLAN settings of %(subscriber)s")
    button = _("Change VLAN")
    icon = "lan"


@register_model_view(Subscriber, "move_port", path="move-port")
class SubscriberMovePortView(ServiceFormView):
    verb = "move_port"
    form_class = forms.ServicePortForm
    title = _("Move %(subscriber)s to another port")
    button = _("Move")
    icon = "swap-horizontal"


@register_model_view(Subscriber, "replace_endpoint", path="replace-endpoint")
class SubscriberReplaceEndpointView(ServiceFormView):
    verb = "replace_endpoint"
    form_class = forms.ServiceEndpointForm
    title = _("Replace the endpoint of %(subscriber)s")
    button = _("Replace Endpoint")
    icon = "router-network"


@register_model_view(Subscriber, "rename")
class SubscriberRenameView(ServiceFormView):
    verb = "rename"
    form_class = forms.ServiceNameForm
    title = _("Rename %(subscriber)s")
    button = _("Rename")
    icon = "rename-box"


# ------------------------------------------------------------------------------------------------------------------------ bulk


class BulkServiceVerbView(BulkVerbView):
    """A verb for the selected subscribers: one job makes a batch of one change plan per GAM."""

    queryset = Subscriber.objects.all()
    filterset = filtersets.SubscriberFilterSet
    permission = "provision"
    service_verb = ""

    def post(self, request):
        self.apply = wants_apply(request)
        return super().post(request)

    def given(self) -> dict[str, Any]:
        """What the verb is given for each."""
        return {}

    def perform_all(self, request, instances):
        from ..jobs import PlanBatchJob

        chosen = {"subscribers": instances, "verb": self.service_verb}
        tell(request, PlanBatchJob.start(request.user, **chosen, apply=self.apply, **self.given()))
        return 0, []


@register_model_view(Subscriber, "bulk_activate", path="activate", detail=False)
class SubscriberBulkActivateView(BulkServiceVerbView):
    service_verb = "activate"
    verb = _("Activating")


@register_model_view(Subscriber, "bulk_suspend", path="suspend", detail=False)
class SubscriberBulkSuspendView(BulkServiceVerbView):
    service_verb = "suspend"
    verb = _("Suspending")


@register_model_view(Subscriber, "bulk_resume", path="resume", detail=False)
class SubscriberBulkResumeView(BulkServiceVerbView):
    service_verb = "resume"
    verb = _("Resuming")


@register_model_view(Subscriber, "bulk_terminate", path="terminate", detail=False)
class SubscriberBulkTerminateView(BulkServiceVerbView):
    service_verb = "terminate"
    verb = _("Terminating")


@register_model_view(Subscriber, "bulk_plan", path="plan", detail=False)
class SubscriberBulkPlanView(BulkServiceVerbView):
    service_verb = "plan"
    verb = _("Planning")


@register_model_view(Subscriber, "bulk_adopt", path="adopt", detail=False)
class SubscriberBulkAdoptView(BulkVerbView):
    queryset = Subscriber.objects.all()
    filterset = filtersets.SubscriberFilterSet
    permission = "provision"
    verb = _("Adopting")

    def perform(self, request, instance):
        from ..jobs import AdoptServiceJob

        return AdoptServiceJob.start_for(request.user, instance)


@register_model_view(Subscriber, "bulk_change_plan", path="change-plan", detail=False)
class SubscriberBulkChangePlanView(BulkServiceVerbView):
    """Ask for the plan, with the chosen subscribers kept in the form."""

    service_verb = "change_plan"
    verb = _("Changing the plan")

    def post(self, request):
        chosen = self.selected(request)
        if not chosen:
            messages.warning(request, _("Nothing was selected."))
            return redirect(self.get_return_url(request))
        self.form = service_form(forms.ServicePlanForm, request.user, request.POST if "_chosen" in request.POST else None)
        if self.form.is_bound and self.form.is_valid():
            return super().post(request)
        context = {
            "form": self.form,
            "model": Subscriber,
            "heading": _("Change the plan of %(count)s subscribers") % {"count": len(chosen)},
            "chosen": chosen,
            "button": _("Change Plan"),
            "icon": "speedometer",
            "return_url": self.get_return_url(request),
        }
        return render(request, "netbox_gam/service_form.html", context)

    def given(self):
        return self.form.given()
