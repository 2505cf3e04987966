"""Fills an empty NetBox for the demo: logins, sites, plans, a pool, profiles, billing systems. No GAM: those are discovered.

Runs inside NetBox's environment: ``python -m development.seed --out FILE ...`` migrates, seeds and writes what the demo needs to
talk to NetBox (token, ids) to FILE.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from development.town import Town
from development.town_builder import build_town, plan_catalogue

ADMIN = ("admin", "gam-demo")
VIEWER = ("viewer", "gam-demo")


def seed(town: Town, sonar_url: str, splynx_url: str) -> dict[str, Any]:
    """Create everything in one go; returns the ids and the token the demo uses."""
    from netbox_gam.context import acting_as

    admin, token = _people()
    with acting_as(admin):
        return {"token": token, **_places(town), **_profiles(town), **_billing(town, sonar_url, splynx_url)}


def _people() -> tuple[Any, str]:
    """An administrator with an API token, and a viewer who may see everything and change nothing."""
    from core.models import ObjectType
    from django.contrib.auth import get_user_model
    from users.models import ObjectPermission, Token

    users = get_user_model().objects
    admin = users.create_superuser(ADMIN[0], password=ADMIN[1])
    viewer = users.create_user(VIEWER[0], password=VIEWER[1])
    permission = ObjectPermission.objects.create(name="View everything", actions=["view"])
    permission.object_types.set(
        ObjectType.objects.filter(app_label__in=("dcim", "ipam", "tenancy", "netbox_gam", "extras", "core"))
    )
    permission.users.add(viewer)
    token = Token.objects.create(user=admin)
    return admin, f"{token.get_auth_header_prefix()}{token.token}".split(" ", 1)[1]


def _places(town: Town) -> dict[str, Any]:
    from dcim.models import Site
    from django.utils.text import slugify
    from ipam.models import VLANGroup

    from netbox_gam.models import VlanPool

    for location in sorted({shelf.location for shelf in town.shelves}):
        Site.objects.create(name=location, slug=slugify(location))
    group = VLANGroup.objects.create(name="Subscribers", slug="subscribers")
    pool = VlanPool.objects.create(name="Subscribers", vlan_group=group, first_vid=100, last_vid=899)
    return {"vlan_pool": pool.pk}


def _profiles(town: Town) -> dict[str, Any]:
    from netbox_gam.models import BandwidthPlan, CredentialProfile, SnmpProfile

    for name, down, up in plan_catalogue(town):
        BandwidthPlan.objects.create(name=name, downstream_kbps=down, upstream_kbps=up)
    accounts = town.accounts
    login = CredentialProfile.objects.create(name="Field", username=accounts["gam_username"], password=accounts["gam_password"])
    v2c = SnmpProfile.objects.create(name="v2c read", version="2c", community=accounts["snmp_community"])
    v3 = SnmpProfile.objects.create(
        name="v3 netops",
        version="3",
        username=accounts["snmp_v3_user"],
        auth_protocol="SHA256",
        auth_key=accounts["snmp_v3_auth_key"],
        priv_protocol="AES",
        priv_key=accounts["snmp_v3_priv_key"],
    )
    return {"credential_profile": login.pk, "snmp_v2c": v2c.pk, "snmp_v3": v3.pk}


def _billing(town: Town, sonar_url: str, splynx_url: str) -> dict[str, Any]:
    from netbox_gam.models import BillingSystem

    accounts = town.accounts
    sonar = BillingSystem.objects.create(name="Sonar", type="sonar", url=sonar_url, auth="bearer", token=accounts["sonar_token"])
    splynx = BillingSystem.objects.create(
        name="Splynx",
        type="splynx",
        url=splynx_url,
        auth="signature",
        api_key=accounts["splynx_key"],
        api_secret=accounts["splynx_secret"],
    )
    return {"sonar": sonar.pk, "splynx": splynx.pk}


def main() -> None:
    """Command line: migrate, seed, write FILE."""
    parser = argparse.ArgumentParser(prog="python -m development.seed", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--shelves", type=int, default=10)
    parser.add_argument("--sonar", required=True, help="URL of Sonar")
    parser.add_argument("--splynx", required=True, help="URL of Splynx")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    written = seed(build_town(arguments.seed, arguments.shelves), arguments.sonar, arguments.splynx)
    with open(os.open(arguments.out, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        json.dump(written, file)


if __name__ == "__main__":
    main()
