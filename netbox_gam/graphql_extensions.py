"""Fields of the plugin on NetBox's own GraphQL types. Each shows only what the user may view."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
import strawberry_django
from utilities.querysets import RestrictedPrefetch

from .models import GamDevice, GamPort, Subscriber

if TYPE_CHECKING:
    from .graphql.types import GamDeviceType, GamPortType, SubscriberType


def viewable(lookup: str, model: Any) -> Callable[[Any], RestrictedPrefetch]:
    """Loads a relation for all rows at once, only what the user may view, with what the query asks of it."""

    def prefetch(info: Any) -> RestrictedPrefetch:
        # Core's GraphQL modules must not be imported before all plugins are loaded.
        from netbox.graphql.optimization import optimize_prefetch_queryset

        # All columns, because the optimizer does not know that the key back to the row is needed too.
        queryset = optimize_prefetch_queryset(model.objects.all(), info).defer(None)
        return RestrictedPrefetch(lookup, info.context.request.user, "view", queryset=queryset)

    return prefetch


@strawberry.type
class DeviceExtension:
    """On a device: the GAM it is."""

    models = ["dcim.device"]

    @strawberry_django.field(prefetch_related=viewable("gam_device", GamDevice))
    def gam_device(self) -> Annotated["GamDeviceType", strawberry.lazy("netbox_gam.graphql.types")] | None:
        return getattr(self, "gam_device", None)


@strawberry.type
class InterfaceExtension:
    """On an interface: the G.hn port it is."""

    models = ["dcim.interface"]

    @strawberry_django.field(prefetch_related=viewable("gam_port", GamPort))
    def gam_port(self) -> Annotated["GamPortType", strawberry.lazy("netbox_gam.graphql.types")] | None:
        return getattr(self, "gam_port", None)


@strawberry.type
class TenantExtension:
    """On a tenant: its subscribers."""

    models = ["tenancy.tenant"]

    @strawberry_django.field(prefetch_related=viewable("gam_subscribers", Subscriber))
    def gam_subscribers(self) -> list[Annotated["SubscriberType", strawberry.lazy("netbox_gam.graphql.types")]]:
        return self.gam_subscribers.all()


type_extensions = [DeviceExtension, InterfaceExtension, TenantExtension]
