"""The page that looks for GAMs on the network."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View
from utilities.forms import restrict_form_fields
from utilities.permissions import get_permission_for_model
from utilities.views import ContentTypePermissionRequiredMixin, register_model_view

from ..exceptions import WorkflowError
from ..forms import DiscoverForm
from ..models import GamDevice
from .actions import tell


class MayDiscover(ContentTypePermissionRequiredMixin):
    """What is found does not exist yet, so the permission is for the model as a whole."""

    def get_required_permission(self):
        return get_permission_for_model(GamDevice, "discover")


@register_model_view(GamDevice, "discover", detail=False)
class DiscoverView(MayDiscover, View):
    """Ask where to look, then start the job."""

    template_name = "netbox_gam/discover.html"

    def get(self, request):
        form = DiscoverForm(initial=request.GET.dict())
        restrict_form_fields(form, request.user)
        return render(request, self.template_name, self._context(form))

    def post(self, request):
        form = DiscoverForm(request.POST)
        restrict_form_fields(form, request.user)
        if not form.is_valid():
            return render(request, self.template_name, self._context(form))
        from ..jobs import DiscoverJob

        try:
            job = DiscoverJob.start(request.user, **form.cleaned_data)
        except WorkflowError as error:
            form.add_error(None, str(error))
            return render(request, self.template_name, self._context(form))
        tell(request, job)
        return redirect(job.get_absolute_url() if request.user.has_perm("core.view_job") else self._list_url())

    def _context(self, form):
        return {"form": form, "return_url": self._list_url(), "model": GamDevice}

    @staticmethod
    def _list_url():
        return reverse("plugins:netbox_gam:gamdevice_list")


@register_model_view(GamDevice, "install_types", path="install-types", detail=False)
class InstallTypesView(MayDiscover, View):
    """Create the manufacturer, the device role and the device types of every GAM model, where they are missing."""

    http_method_names = ("post",)
    additional_permissions = ("dcim.add_manufacturer", "dcim.add_devicerole", "dcim.add_devicetype", "dcim.add_interfacetemplate")

    def post(self, request):
        from ..workflows import catalog

        try:
            made = catalog.install(user=request.user)
        except WorkflowError as error:
            messages.error(request, str(error))
        else:
            counts = ", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in made.items())
            messages.success(request, _("Installed the GAM catalogue (%(counts)s).") % {"counts": counts})
        return redirect(reverse("plugins:netbox_gam:gamdevice_discover"))
