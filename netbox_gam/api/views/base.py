"""What all viewsets share: verbs with permissions of their own, and records that are not made by hand."""

from __future__ import annotations

from typing import Any

from core.api.serializers import JobSerializer
from core.models import Job
from drf_spectacular.utils import OpenApiResponse, extend_schema
from netbox.api.authentication import TokenPermissions
from netbox.api.viewsets import NetBoxModelViewSet
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from utilities.permissions import get_permission_for_model

from ...exceptions import NotAllowed, WorkflowError
from ..requests import WorkflowErrorSerializer


class VerbPermission(TokenPermissions):
    """Asks a POST for the permission of its verb, instead of the permission to add that NetBox asks for."""

    def __init__(self, verb: str) -> None:
        self.perms_map = {**TokenPermissions.perms_map, "POST": [f"%(app_label)s.{verb}_%(model_name)s"]}


def verb(
    permission: str,
    *,
    request: type[serializers.Serializer] | None = None,
    answer: Any = JobSerializer,
    operation_id: str | None = None,
    **kwargs: Any,
) -> Any:
    """A decorator that makes a method a POST action ``permission`` is needed for, with its OpenAPI description.

    :param request: serializer of the body, if there is one
    :param answer: serializer of the answer; a job (202) unless told otherwise
    :param operation_id: in OpenAPI, where the one derived from the path would not be unique
    :param kwargs: of Django REST framework's ``action``; ``detail`` is true unless told otherwise
    """
    code = status.HTTP_202_ACCEPTED if answer is JobSerializer else status.HTTP_200_OK
    responses = {
        code: answer,
        status.HTTP_403_FORBIDDEN: OpenApiResponse(description="The permission for this action is missing."),
        status.HTTP_409_CONFLICT: WorkflowErrorSerializer,
    }

    def decorate(method: Any) -> Any:
        routed = action(**{"detail": True, "methods": ["post"], "verb_permission": permission, "filterset_class": None, **kwargs})(
            method
        )
        # Outermost, because ``action`` would take its description away.
        return extend_schema(request=request, responses=responses, operation_id=operation_id)(routed)

    return decorate


class GamViewSet(NetBoxModelViewSet):
    """Viewset whose verbs see only objects that the user has the verb's permission for."""

    queryset: Any
    verb_permission: str | None = None

    def get_permissions(self) -> list[Any]:
        return [VerbPermission(self.verb_permission)] if self.verb_permission else super().get_permissions()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.verb_permission:
            # Restricted to the permission to add by now: begin again.
            self.queryset = type(self).queryset.restrict(request.user, self.verb_permission)

    def handle_exception(self, exc: Exception) -> Response:
        """A verb that could not be carried out is a conflict with the state of things, and says what to do next."""
        if isinstance(exc, WorkflowError):
            code = status.HTTP_403_FORBIDDEN if isinstance(exc, NotAllowed) else status.HTTP_409_CONFLICT
            response = Response({"detail": exc.message, "next_step": exc.next_step}, status=code)
            response.exception = True
            return response
        return super().handle_exception(exc)

    def body(self, serializer: type[serializers.Serializer]) -> dict[str, Any]:
        """The validated body of a verb.

        :raises serializers.ValidationError: naming field and value
        """
        checked = serializer(data=self.request.data, context=self.get_serializer_context())
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)

    def accepted(self, job: Job) -> Response:
        """202 with the job that does the work."""
        return Response(JobSerializer(job, context={"request": self.request}).data, status=status.HTTP_202_ACCEPTED)

    def changed(self, pk: Any) -> Response:
        """200 with the object as it is now; in brief for a user who may act on it without viewing it."""
        # What was done may have taken the object out of the permission's own constraint.
        self.queryset = type(self).queryset.all()
        instance = self.get_queryset().get(pk=pk)
        nested = not self.request.user.has_perm(get_permission_for_model(type(instance), "view"), obj=instance)
        return Response(self.get_serializer(instance, nested=nested).data)


class RecordViewSet(GamViewSet):
    """Of a RecordModel: list, read, change what people may change, delete; nothing is made or replaced."""

    @classmethod
    def as_view(cls, actions: dict[str, str] | None = None, **initkwargs: Any) -> Any:
        made_by_hand = ("create", "update", "bulk_update")
        kept = {method: name for method, name in (actions or {}).items() if name not in made_by_hand}
        return super().as_view(kept, **initkwargs)
