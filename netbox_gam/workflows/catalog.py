"""Installs the catalogue in NetBox: manufacturer, device role, device types with interface templates. On demand, idempotent."""

from __future__ import annotations

from typing import Any

from dcim.choices import InterfaceTypeChoices
from dcim.models import DeviceRole, DeviceType, InterfaceTemplate, Manufacturer
from django.db import transaction

from nornir_tasks.gam import catalog

from .saving import create

MESSAGE = "GAM catalogue"
UPLINK_TYPE = InterfaceTypeChoices.TYPE_10GE_SFP_PLUS
MGMT_TYPE = InterfaceTypeChoices.TYPE_1GE_FIXED
GHN_TYPE = InterfaceTypeChoices.TYPE_OTHER


def install(*, user: Any = None) -> dict[str, int]:
    """Install every model of the catalogue; what exists stays as it is.

    :returns: how many device types were created
    """
    created = sum(1 for model in catalog.MODELS if ensure_device_type(model)[1])
    ensure_role()
    return {"device_types_created": created, "device_types": len(catalog.MODELS)}


def ensure_role() -> DeviceRole:
    """The device role of GAMs."""
    role = DeviceRole.objects.filter(slug=catalog.DEVICE_ROLE_SLUG).first()
    return role or create(
        DeviceRole, message=MESSAGE, name=catalog.DEVICE_ROLE, slug=catalog.DEVICE_ROLE_SLUG, color="3f51b5", vm_role=False
    )


def ensure_manufacturer() -> Manufacturer:
    """The manufacturer, by slug."""
    manufacturer = Manufacturer.objects.filter(slug=catalog.MANUFACTURER_SLUG).first()
    return manufacturer or create(Manufacturer, message=MESSAGE, name=catalog.MANUFACTURER, slug=catalog.MANUFACTURER_SLUG)


@transaction.atomic
def ensure_device_type(model: catalog.GamModel) -> tuple[DeviceType, bool]:
    """The device type of a catalogue model, and whether it was created."""
    manufacturer = ensure_manufacturer()
    existing = DeviceType.objects.filter(manufacturer=manufacturer, model__iexact=model.name).first()
    if existing:
        return existing, False
    device_type = create(
        DeviceType,
        message=MESSAGE,
        manufacturer=manufacturer,
        model=model.name,
        slug=model.slug,
        part_number=model.name,
        u_height=0 if model.outdoor else 1,
        is_full_depth=False,
        comments=f"{model.ports} G.hn ports ({'coax' if model.coax else 'copper'}), firmware family {model.firmware_family}.",
    )
    names = [(name, GHN_TYPE, False) for name in model.ghn_interfaces]
    names += [(name, UPLINK_TYPE, False) for name in model.uplink_interfaces] + [(model.mgmt_interface, MGMT_TYPE, True)]
    for name, kind, management in names:
        create(InterfaceTemplate, message=MESSAGE, device_type=device_type, name=name, type=kind, mgmt_only=management)
    return device_type, True
