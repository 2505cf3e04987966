"""Services of subscribers, one and many."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from ...choices import SubscriberStatusChoices
from .base import BulkVerb, Verb


class Activate(Verb):
    name = "activate"
    label = _("Activate")
    title = _("Plan what puts the service on the shelf")
    permissions_required = {"provision"}
    icon = "play"
    color = "green"
    states = (SubscriberStatusChoices.PENDING, SubscriberStatusChoices.TERMINATED)
    apply_label = _("Activate and apply at once")


class Suspend(Verb):
    name = "suspend"
    label = _("Suspend")
    title = _("Plan what cuts the service off, as the suspension policy says")
    permissions_required = {"provision"}
    icon = "pause"
    color = "orange"
    states = (SubscriberStatusChoices.ACTIVE,)
    apply_label = _("Suspend and apply at once")


class Resume(Verb):
    name = "resume"
    label = _("Resume")
    title = _("Plan what gives the service back what it had")
    permissions_required = {"provision"}
    icon = "play"
    color = "green"
    states = (SubscriberStatusChoices.SUSPENDED,)
    apply_label = _("Resume and apply at once")


class ChangeBandwidthPlan(Verb):
    name = "change_plan"
    label = _("Change Plan")
    title = _("Choose another bandwidth plan")
    permissions_required = {"provision"}
    icon = "speedometer"
    color = "info"
    method = "get"
    states = (SubscriberStatusChoices.ACTIVE, SubscriberStatusChoices.SUSPENDED)


class ChangeVlan(ChangeBandwidthPlan):
    name = "change_vlan"
    label = _("Change VLAN")
    title = _("VLAN, tagging, remapping, trunk and double tagging")
    icon = "lan"


class MovePort(ChangeBandwidthPlan):
    name = "move_port"
    label = _("Move Port")
    title = _("Move the service to another port of its GAM")
    icon = "swap-horizontal"


class ReplaceEndpoint(ChangeBandwidthPlan):
    name = "replace_endpoint"
    label = _("Replace Endpoint")
    title = _("Another endpoint takes over; the old one is a spare afterwards")
    icon = "router-network"


class RenameService(ChangeBandwidthPlan):
    name = "rename"
    label = _("Rename")
    title = _("Rename on the shelf, which changes the DHCP option 82 remote id")
    icon = "rename-box"


class AdoptService(Verb):
    name = "adopt"
    label = _("Adopt from the Shelf")
    title = _("The shelf is right: read it and take this service into NetBox as it is there")
    permissions_required = {"provision"}
    icon = "download"

    @classmethod
    def leads_on(cls, obj: Any) -> bool:
        return obj.gam_id is not None


class ChangeService(Verb):
    """A menu of what can be changed about a service; each opens its form or starts its job."""

    name = "change_service"
    label = _("Change")
    title = _("Plan, VLAN, port, endpoint, name")
    permissions_required = {"provision"}
    template_name = "netbox_gam/buttons/menu.html"
    icon = "tune"
    color = "info"
    choices = (ChangeBandwidthPlan, ChangeVlan, MovePort, ReplaceEndpoint, RenameService, AdoptService)

    @classmethod
    def leads_on(cls, obj: Any) -> bool:
        return any(choice.leads_on(obj) for choice in cls.choices)

    @classmethod
    def get_context(cls, context: Any, obj: Any) -> dict[str, Any]:
        items = [
            {"url": choice.get_url(obj), "label": choice.label, "title": choice.title, "icon": choice.icon, "method": choice.method}
            for choice in cls.choices
            if choice.leads_on(obj)
        ]
        return {**super().get_context(context, obj), "items": items}


class Terminate(Verb):
    name = "terminate"
    label = _("Terminate")
    title = _("Plan what takes the service off the shelf for good")
    permissions_required = {"provision"}
    icon = "stop"
    color = "red"
    states = (SubscriberStatusChoices.ACTIVE, SubscriberStatusChoices.SUSPENDED)
    apply_label = _("Terminate and apply at once")


class Plan(Verb):
    name = "plan"
    label = _("Plan")
    title = _("Plan what brings the shelf to what stands here")
    permissions_required = {"provision"}
    icon = "clipboard-list-outline"
    states = (SubscriberStatusChoices.ACTIVE, SubscriberStatusChoices.SUSPENDED, SubscriberStatusChoices.TERMINATED)
    apply_label = _("Plan and apply at once")

    @classmethod
    def leads_on(cls, obj: Any) -> bool:
        return obj.gam_id is not None and super().leads_on(obj)


class PushBandwidthPlan(Verb):
    name = "push"
    label = _("Push to GAMs")
    title = _("Plan what brings this speed to the shelves of all who have it")
    permissions_required = {"push"}
    icon = "upload-network"
    color = "info"


class BulkActivate(BulkVerb):
    name = "bulk_activate"
    label = _("Activate Selected")
    permissions_required = {"provision"}
    icon = "play"
    color = "green"
    apply_label = _("Activate selected and apply at once")


class BulkTerminate(BulkVerb):
    name = "bulk_terminate"
    label = _("Terminate Selected")
    permissions_required = {"provision"}
    icon = "stop"
    color = "red"


class BulkPlan(BulkVerb):
    name = "bulk_plan"
    label = _("Plan Selected")
    permissions_required = {"provision"}
    icon = "clipboard-list-outline"
    apply_label = _("Plan selected and apply at once")


class BulkAdopt(BulkVerb):
    name = "bulk_adopt"
    label = _("Adopt Selected")
    permissions_required = {"provision"}
    icon = "download"
    color = "info"


class BulkChangePlan(BulkVerb):
    name = "bulk_change_plan"
    label = _("Change Plan of Selected")
    permissions_required = {"provision"}
    icon = "speedometer"
    color = "info"


class BulkSuspend(BulkVerb):
    name = "bulk_suspend"
    label = _("Suspend Selected")
    permissions_required = {"provision"}
    icon = "pause"
    color = "orange"
    apply_label = _("Suspend selected and apply at once")


class BulkResume(BulkVerb):
    name = "bulk_resume"
    label = _("Resume Selected")
    permissions_required = {"provision"}
    icon = "play"
    color = "green"
    apply_label = _("Resume selected and apply at once")
