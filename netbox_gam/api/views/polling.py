"""How polling goes, for programs that watch it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from netbox.api.authentication import IsAuthenticatedOrLoginNotRequired
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ...models import GamDevice
from ...workflows import polling_health, scheduling
from ..serializers.polling import PollingStatusSerializer

PERMISSION = "netbox_gam.view_gamdevice"


class PollingStatusView(APIView):
    """How polling of the whole fleet goes: backlog, lateness, failures, workers, storage."""

    permission_classes = [IsAuthenticatedOrLoginNotRequired]

    @extend_schema(operation_id="plugins_gam_polling_status_retrieve", responses=PollingStatusSerializer)
    def get(self, request: Request) -> Response:
        """Figures of the whole fleet; GAMs by name only where the user may view them."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied()
        facts = _facts(request.user)
        return Response(PollingStatusSerializer(facts, context={"request": request}).data)


def _facts(user: Any) -> dict[str, Any]:
    status = scheduling.status()
    slowest = status.last_cycle.slowest if status.last_cycle else []
    wanted = {gam for gams in status.failing.values() for gam in gams} | {gam for gam, _seconds in slowest}
    viewable = GamDevice.objects.restrict(user, "view").select_related("device").in_bulk(wanted)
    return {
        **{name: getattr(status, name) for name in ("scheduled", "overdue", "oldest_due", "leased", "backed_off")},
        "last_finished": status.last_finished,
        "last_cycle": status.last_cycle,
        "cycles": status.cycles,
        "slowest": [{"gam": viewable[gam], "seconds": seconds} for gam, seconds in slowest if gam in viewable],
        "failing": [
            {"kind": kind, "count": len(gams), "gams": [viewable[gam] for gam in gams if gam in viewable]}
            for kind, gams in status.failing.items()
        ],
        "workers": [
            {
                "name": worker.name,
                "started": worker.started,
                "seen": worker.seen,
                "alive": polling_health.is_alive(worker),
                "hands_out_work": polling_health.leads(worker),
            }
            for worker in status.workers
        ],
        "problems": polling_health.problems(status),
        "storage": polling_health.storage(),
    }
