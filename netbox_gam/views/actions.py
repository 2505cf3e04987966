"""Buttons' other end: one POST, restricted to the objects of its permission, handed to a job or a workflow, then a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.models import Job
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.generic import View
from utilities.permissions import get_permission_for_model
from utilities.views import GetReturnURLMixin, ObjectPermissionRequiredMixin

from ..exceptions import NotAllowed, WorkflowError

MAX_MESSAGES = 5


def wants_apply(request: HttpRequest) -> bool:
    """Whether what is planned is to be applied at once, which takes the permission to apply change plans.

    :raises PermissionDenied: without it
    """
    if not request.POST.get("apply"):
        return False
    if not request.user.has_perm("netbox_gam.apply_changeplan"):
        raise PermissionDenied(_("Applying at once takes the permission to apply change plans."))
    return True


def tell(request: HttpRequest, job: Job) -> None:
    """Say that a job was started, and where to watch it."""
    messages.success(request, format_html('{} <a href="{}">{}</a>', _("Started:"), job.get_absolute_url(), job))


class VerbView(GetReturnURLMixin, ObjectPermissionRequiredMixin, View):
    """Base of the views behind buttons. Subclasses name the permission and carry out the verb."""

    http_method_names = ("post",)
    queryset: Any = None
    permission = ""

    def get_required_permission(self) -> str:
        return get_permission_for_model(self.queryset.model, self.permission)

    def perform(self, request: HttpRequest, instance: Any) -> Job | str:
        """Carry it out.

        :returns: the job that was started, or what was done in words
        :raises WorkflowError: why it was not done
        """
        raise NotImplementedError

    def attempt(self, request: HttpRequest, instance: Any) -> Job | str:
        """As :meth:`perform`, where a missing permission is the request's end.

        :raises PermissionDenied: the workflow says that the user may not
        """
        try:
            return self.perform(request, instance)
        except NotAllowed as error:
            raise PermissionDenied(str(error)) from error


class ObjectVerbView(VerbView):
    """A verb of one object; back to its page, where the message is."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        instance = get_object_or_404(self.queryset, pk=pk)
        try:
            done = self.attempt(request, instance)
        except WorkflowError as error:
            messages.error(request, str(error))
        else:
            if isinstance(done, Job):
                tell(request, done)
            else:
                messages.success(request, done)
        return redirect(self.get_return_url(request, instance))


class BulkVerbView(VerbView):
    """A verb of the selected rows of a list, or of all that match its filters. ``verb``: what was done, for the message."""

    filterset: Any = None
    verb: Any = ""

    def selected(self, request: HttpRequest) -> Sequence[Any]:
        """The chosen objects among those the user may do this to."""
        if request.POST.get("_all") and self.filterset is not None:
            return list(self.filterset(request.GET, self.queryset, request=request).qs)
        return list(self.queryset.filter(pk__in=[pk for pk in request.POST.getlist("pk") if pk.isdigit()]))

    def perform_all(self, request: HttpRequest, instances: Sequence[Any]) -> tuple[int, list[str]]:
        """One after the other; how many worked, and why the others did not."""
        done, errors = 0, []
        for instance in instances:
            try:
                self.attempt(request, instance)
                done += 1
            except WorkflowError as error:
                errors.append(f"{instance}: {error}")
        return done, errors

    def post(self, request: HttpRequest) -> HttpResponse:
        instances = self.selected(request)
        if not instances:
            messages.warning(request, _("Nothing was selected."))
            return redirect(self.get_return_url(request))
        done, errors = self.perform_all(request, instances)
        names = self.queryset.model._meta.verbose_name_plural
        if done:
            messages.success(request, _("%(verb)s: %(count)s %(names)s.") % {"verb": self.verb, "count": done, "names": names})
        for error in errors[:MAX_MESSAGES]:
            messages.error(request, error)
        if len(errors) > MAX_MESSAGES:
            messages.error(request, _("and %(count)s more") % {"count": len(errors) - MAX_MESSAGES})
        return redirect(self.get_return_url(request))
