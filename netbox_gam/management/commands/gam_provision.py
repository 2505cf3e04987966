"""``netbox gam_provision suspend C1042 --user admin --apply``: a verb of a subscriber's service."""

from __future__ import annotations

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from core.models import Job
from dcim.models import Interface
from django.core.management.base import CommandError
from ipam.models import VLAN

from netbox_gam.jobs import AdoptServiceJob, ServiceJob
from netbox_gam.models import BandwidthPlan, Endpoint, GamDevice, GamPort, Subscriber
from netbox_gam.workflows.services import VERBS

from ._base import GamCommand, named

ADOPT = "adopt"
NONE = "none"


class Command(GamCommand):
    """Make a subscriber's change plan, and apply it when asked to."""

    help = "Carry out a verb of a subscriber's service: makes the change plan, --apply writes it"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("verb", choices=[*VERBS, ADOPT])
        parser.add_argument("subscriber", help="name of the subscriber")
        parser.add_argument("--gam", help="name of its GAM, where the name is not unique, or to adopt one NetBox does not have")
        parser.add_argument("--bandwidth-plan", help="activate, change_plan: name of a bandwidth plan")
        parser.add_argument("--endpoint", help="activate, replace_endpoint: MAC address of an endpoint")
        parser.add_argument("--port", type=int, help="move_port: number of a port of the GAM")
        parser.add_argument("--name", help="rename: the new name")
        vlans = parser.add_argument_group("change_vlan", "what is not given stays; “none” takes a value away")
        vlans.add_argument("--vlan", help="VLAN ID, of the VLAN group of the GAM's pool")
        vlans.add_argument("--tagged", action=BooleanOptionalAction)
        vlans.add_argument("--remapped-vid", help="VLAN ID or none")
        vlans.add_argument("--port2-vid", help="VLAN ID or none")
        vlans.add_argument("--allowed-vids", help="VLAN IDs with commas, or none")
        vlans.add_argument("--trunk", action=BooleanOptionalAction)
        vlans.add_argument("--double-tagged", action=BooleanOptionalAction)
        vlans.add_argument("--outer-vlan", help="VLAN ID or none")
        vlans.add_argument("--nni", help="name of an uplink, or none")
        parser.add_argument("--apply", action="store_true", help="write the plan to the GAM")

    def start(self, user: Any, **options: Any) -> Job:
        found = Subscriber.objects.filter(name=options["subscriber"])
        if options["gam"]:
            found = found.filter(gam__device__name=options["gam"])
        if options["verb"] == ADOPT and options["gam"] and not found:
            gam = GamDevice.objects.filter(device__name=options["gam"]).first()
            if gam is None:
                raise CommandError(f"There is no GAM {options['gam']!r}.")
            return AdoptServiceJob.start(user, gam=gam, name=options["subscriber"])
        if found.count() != 1:
            place = f" on GAM {options['gam']!r}" if options["gam"] else "; name the GAM with --gam"
            raise CommandError(f"{found.count()} subscribers are named {options['subscriber']!r}{place}.")
        subscriber = found.get()
        if options["verb"] == ADOPT:
            return AdoptServiceJob.start_for(user, subscriber)
        given = _given(subscriber, options)
        return ServiceJob.start(user, subscriber=subscriber, verb=options["verb"], apply=options["apply"], **given)


def _given(subscriber: Subscriber, options: dict[str, Any]) -> dict[str, Any]:
    """What the options give to the verb; it says itself what it does not take.

    :raises CommandError: there is no such object, or a VLAN ID is none
    """
    found: dict[str, Any] = {}
    # Without one, the plan is changed to none.
    if options["bandwidth_plan"] is not None or options["verb"] == "change_plan":
        found["bandwidth_plan"] = named(BandwidthPlan, options["bandwidth_plan"], "bandwidth plan")
    if options["endpoint"] is not None:
        found["endpoint"] = _one(Endpoint, "endpoint", options["endpoint"], mac_address=options["endpoint"])
    if options["port"] is not None:
        found["port"] = _one(GamPort, "port", options["port"], gam=subscriber.gam, number=options["port"])
    for name in ("name", "tagged", "trunk", "double_tagged"):
        if options[name] is not None:
            found[name] = options[name]
    for name in ("remapped_vid", "port2_vid"):
        if options[name] is not None:
            found[name] = None if options[name] == NONE else _vid(options[name])
    if options["allowed_vids"] is not None:
        found["allowed_vids"] = [] if options["allowed_vids"] == NONE else [_vid(t) for t in options["allowed_vids"].split(",")]
    pool = subscriber.gam.vlan_pool if subscriber.gam else None
    for name in ("vlan", "outer_vlan"):
        if options[name] is not None:
            group = {"group": pool.vlan_group} if pool else {}
            none = options[name] == NONE
            found[name] = None if none else _one(VLAN, "VLAN", options[name], vid=_vid(options[name]), **group)
    if options["nni"] is not None:
        device = subscriber.gam.device if subscriber.gam else None
        found["nni"] = (
            None if options["nni"] == NONE else _one(Interface, "uplink", options["nni"], device=device, name=options["nni"])
        )
    return found


def _vid(text: str) -> int:
    if not text.strip().isdigit():
        raise CommandError(f"{text!r} is no VLAN ID.")
    return int(text)


def _one(model: Any, what: str, shown: Any, **by: Any) -> Any:
    try:
        return model.objects.get(**by)
    except (model.DoesNotExist, model.MultipleObjectsReturned, ValueError):
        raise CommandError(f"There is no {what} {shown!r}, or more than one.") from None
