"""What several pages share."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.generic import View
from netbox.object_actions import AddObject, BulkDelete, BulkEdit, BulkExport, BulkImport, DeleteObject, EditObject
from netbox.views import generic

from ..ui.annotations import with_counts

DETAIL = "generic/object.html"
# Lists and pages of records that workflows write: nothing to add, import, clone or rename.
RECORD_LIST = (BulkExport, BulkEdit, BulkDelete)
RECORD_PAGE = (EditObject, DeleteObject)
# Lists of objects without a name to rename.
NAMELESS_LIST = (AddObject, BulkImport, BulkExport, BulkEdit, BulkDelete)


class Counted:
    """Adds numbers of related rows, of which the user sees only his own, to the rows of a list.

    ``counts``: column to related rows and their field that leads here
    """

    counts: ClassVar[dict[str, tuple[QuerySet, str]]] = {}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return with_counts(super().get_queryset(request), request.user, **self.counts)


class ForgetsSecrets(View):
    """A view whose form takes secrets: they are taken off the request once the form was read.

    Event rules run after the view, and pickle ``request.POST`` into the arguments of a background task.
    """

    queryset: QuerySet

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        request.POST = request.POST.copy()
        for name in (*self.queryset.model.secret_fields, "data"):
            request.POST.pop(name, None)
        return response


class SecretEditView(ForgetsSecrets, generic.ObjectEditView):
    """Edit page of objects with secrets."""


class SecretImportView(ForgetsSecrets, generic.BulkImportView):
    """Import of objects with secrets: never handed to a background job, whose arguments are stored and shown."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("background_job"):
            request.POST = request.POST.copy()
            del request.POST["background_job"]
            messages.info(request, _("Imported at once: the rows may hold secrets, which are not stored for a background job."))
        return super().post(request, *args, **kwargs)
