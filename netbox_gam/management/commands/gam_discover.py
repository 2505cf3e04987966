"""``netbox gam_discover 10.0.0.0/24 --user admin``: look for GAMs and record them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from core.models import Job
from dcim.models import Site

from netbox_gam.jobs import DiscoverJob
from netbox_gam.models import CredentialProfile, SnmpProfile, VlanPool

from ._base import GamCommand, named


class Command(GamCommand):
    """Look for GAMs at addresses and record them."""

    help = "Look for GAMs at addresses (10.0.0.1, 10.0.0.0/24, 10.0.0.1-10.0.0.9) and record them"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("ranges", nargs="+")
        parser.add_argument("--credentials", help="name of a credential profile")
        parser.add_argument("--snmp", help="name of an SNMP profile")
        parser.add_argument("--site", help="site of shelves whose location is no site")
        parser.add_argument("--vlan-pool", help="name of a VLAN pool for new GAMs")
        parser.add_argument("--transport", choices=("ssh", "jsonrpc"), default="ssh")
        parser.add_argument("--ssh-port", type=int, default=22)
        parser.add_argument("--http-port", type=int, default=80)
        parser.add_argument("--snmp-port", type=int, default=161)

    def start(self, user: Any, **options: Any) -> Job:
        return DiscoverJob.start(
            user,
            ranges=options["ranges"],
            credential_profile=named(CredentialProfile, options["credentials"], "credential profile"),
            snmp_profile=named(SnmpProfile, options["snmp"], "SNMP profile"),
            site=named(Site, options["site"], "site"),
            vlan_pool=named(VlanPool, options["vlan_pool"], "VLAN pool"),
            transport=options["transport"],
            ssh_port=options["ssh_port"],
            http_port=options["http_port"],
            snmp_port=options["snmp_port"],
        )
