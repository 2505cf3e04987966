"""Fields of the plugin on NetBox's own GraphQL types. Each shows only what the user may view."""

from typing import TYPE_CHECKING, Annotated

import strawberry
import strawberry_django
from utilities.querysets import RestrictedPrefetch

from .models import GamDevice, GamPort, Subscriber

if TYPE_CHECKING:
    from .graphql.types import GamDeviceType, GamPortType, SubscriberType


@strawberry.type
class DeviceExtension:
    """On a device: the GAM it is."""

    models = ["dcim.device"]

    @strawberry_django.field(
        prefetch_related=lambda info: RestrictedPrefetch(
            "gam_device", info.context.request.user, "view", queryset=GamDevice.objects.all()
        )
    )
    def gam_device(self) -> Annotated["GamDeviceType", strawberry.lazy("netbox_gam.graphql.types")] | None:
        return getattr(self, "gam_device", None)


@strawberry.type
class InterfaceExtension:
    """On an interface: the G.hn port it is."""

    models = ["dcim.interface"]

    @strawberry_django.field(
        prefetch_related=lambda info: RestrictedPrefetch(
            "gam_port", info.context.request.user, "view", queryset=GamPort.objects.all()
        )
    )
    def gam_port(self) -> Annotated["GamPortType", strawberry.lazy("netbox_gam.graphql.types")] | None:
        return getattr(self, "gam_port", None)


@strawberry.type
class TenantExtension:
    """On a tenant: its subscribers."""

    models = ["tenancy.tenant"]

    @strawberry_django.field(
        prefetch_related=lambda info: RestrictedPrefetch(
            "gam_subscribers", info.context.request.user, "view", queryset=Subscriber.objects.all()
        )
    )
    def gam_subscribers(self) -> list[Annotated["SubscriberType", strawberry.lazy("netbox_gam.graphql.types")]]:
        return self.gam_subscribers.all()


type_extensions = [DeviceExtension, InterfaceExtension, TenantExtension]
