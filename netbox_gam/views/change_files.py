"""The page where a CSV file of changes is uploaded."""

from __future__ import annotations

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import View
from utilities.views import ObjectPermissionRequiredMixin, register_model_view

from .. import forms
from ..exceptions import WorkflowError
from ..models import Subscriber
from .actions import tell


@register_model_view(Subscriber, "upload", path="upload", detail=False)
class SubscriberUploadView(ObjectPermissionRequiredMixin, View):
    """A CSV file of changes: kept as a batch, then checked and planned by a job."""

    queryset = Subscriber.objects.all()

    def get_required_permission(self):
        return "netbox_gam.provision_subscriber"

    def get(self, request):
        return self._show(request, forms.ChangeFileForm())

    def post(self, request):
        from ..jobs import PlanFileJob
        from ..workflows import change_files

        form = forms.ChangeFileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._show(request, form)
        try:
            batch = change_files.receive(form.cleaned_data["text"], user=request.user)
        except WorkflowError as error:
            form.add_error(None, str(error))
            return self._show(request, form)
        tell(request, PlanFileJob.start(request.user, batch=batch))
        return redirect(batch.get_absolute_url())

    def _show(self, request, form):
        from ..workflows.change_files import COLUMNS

        context = {"form": form, "columns": COLUMNS, "return_url": reverse("plugins:netbox_gam:subscriber_list")}
        return render(request, "netbox_gam/upload.html", context)
