"""What is written back to billing systems."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from ... import filtersets
from ...models import BillingWrite
from ...workflows import write_delivery
from ..serializers import BillingWriteSerializer
from .base import RecordViewSet, verb


class BillingWriteViewSet(RecordViewSet):
    """The outbox of billing systems."""

    queryset = BillingWrite.objects.all()
    serializer_class = BillingWriteSerializer
    filterset_class = filtersets.BillingWriteFilterSet

    @verb("retry", answer=BillingWriteSerializer)
    def retry(self, request: Request, pk: int) -> Response:
        """Read the account again and try it, under the same key."""
        write = self.get_object()
        write_delivery.retry(write, user=request.user)
        return self.changed(write.pk)

    @verb("drop", answer=BillingWriteSerializer)
    def drop(self, request: Request, pk: int) -> Response:
        """Not write it, until NetBox has something else to say."""
        write = self.get_object()
        write_delivery.drop(write, user=request.user)
        return self.changed(write.pk)
