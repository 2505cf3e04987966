"""Revenue assurance over REST."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from netbox.api.authentication import IsAuthenticatedOrLoginNotRequired
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ...models import Subscriber
from ...workflows import revenue
from ..serializers.revenue import RevenueSerializer

PERMISSIONS = ("netbox_gam.view_subscriber", "netbox_gam.view_finding", "netbox_gam.view_billingsystem")


class RevenueView(APIView):
    """Where billing and the network disagree about money, now."""

    permission_classes = [IsAuthenticatedOrLoginNotRequired]

    @extend_schema(operation_id="plugins_gam_revenue_retrieve", responses=RevenueSerializer)
    def get(self, request: Request) -> Response:
        """Numbers of the subscribers the user may view, by class and by site."""
        if not request.user.has_perms(PERMISSIONS):
            raise PermissionDenied()
        found = revenue.report(Subscriber.objects.restrict(request.user, "view"))
        return Response(RevenueSerializer(found).data)
