"""Mail groups."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from ... import filtersets
from ...models import MailGroup
from ...workflows import mailing
from ..serializers import MailGroupSerializer
from ..serializers.notifications import TestMailSerializer
from .base import GamViewSet, verb


class MailGroupViewSet(GamViewSet):
    """Mail groups."""

    queryset = MailGroup.objects.all()
    serializer_class = MailGroupSerializer
    filterset_class = filtersets.MailGroupFilterSet

    @verb("test", answer=TestMailSerializer)
    def test(self, request: Request, pk: int) -> Response:
        """Send a test mail to the group now, and say what the mail server answered."""
        return Response(TestMailSerializer(mailing.send_test(self.get_object(), user=request.user)).data)
