"""A NetBox with a thousand GAMs, seeded in bulk: ``python -m tests.bench.netbox_fleet ADDRESSES.json --interval 30``."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

COMMUNITY = "public"


def seed(addresses: list[str], port: int, interval: int, endpoints: int) -> None:
    """A GamDevice per address, and the endpoints its canned shelf will show, so that none of them is news."""
    from dcim.models import Device, DeviceRole, DeviceType, Manufacturer, Site

    from netbox_gam.models import Endpoint, GamDevice, SnmpProfile

    site = Site.objects.create(name="Bench", slug="bench")
    maker = Manufacturer.objects.create(name="Positron", slug="positron")
    kind = DeviceType.objects.create(manufacturer=maker, model="GAM-12-C", slug="gam-12-c")
    role = DeviceRole.objects.create(name="GAM", slug="gam", color="3f51b5")
    profile = SnmpProfile.objects.create(name="Bench", version="2c", community=COMMUNITY)
    devices = Device.objects.bulk_create(
        [Device(name=f"gam-{number:04}", site=site, device_type=kind, role=role) for number in range(len(addresses))]
    )
    gams = GamDevice.objects.bulk_create(
        [
            GamDevice(
                device=device,
                hardware_model="GAM-12-C",
                address_source="override",
                address_override=address,
                snmp_port=port,
                snmp_profile=profile,
                polling_interval=interval,
            )
            for device, address in zip(devices, addresses, strict=True)
        ]
    )
    Endpoint.objects.bulk_create(
        [
            Endpoint(
                mac_address=f"00:0e:d8:{number >> 7:02x}:{number & 127:02x}:{at:02x}",
                name=f"house-{at}",
                gam=gam,
                status="configured",
                model="G1001-C",
                serial=f"0112{at:04d}",
            )
            for number, gam in enumerate(gams)
            for at in range(1, endpoints + 1)
        ],
        batch_size=5000,
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="what canned shelves write when they are ready")
    parser.add_argument("--interval", type=int, default=30)
    parser.add_argument("--endpoints", type=int, default=6)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")
    import django

    django.setup()
    found: dict[str, Any] = json.loads(options.file.read_text())
    seed(found["addresses"], found["port"], options.interval, options.endpoints)


if __name__ == "__main__":
    main()
