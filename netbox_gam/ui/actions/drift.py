"""What follows a read: comparing, the configuration safe, drift, onboarding."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from ...choices import ArrivalKindChoices, ArrivalStateChoices, DriftObjectChoices, DriftStateChoices
from .base import BulkVerb, Verb


class Compare(Verb):
    name = "compare"
    label = _("Compare")
    title = _("Read the running configuration now and compare it with NetBox")
    permissions_required = {"compare"}
    icon = "compare-horizontal"
    color = "info"


class BackUp(Verb):
    name = "backup"
    label = _("Back Up")
    title = _("Read the running configuration now and put it into the safe")
    permissions_required = {"backup"}
    icon = "safe"
    color = "secondary"


class Restore(Verb):
    name = "restore"
    label = _("Restore")
    title = _("Read the GAM and plan what brings it back to this backup; nothing is sent")
    permissions_required = {"restore"}
    icon = "backup-restore"
    color = "orange"


class Replace(Verb):
    name = "replace"
    label = _("Replace")
    title = _("Put another GAM in the place of this one, which is dead")
    permissions_required = {"replace"}
    icon = "swap-horizontal"
    color = "secondary"
    method = "get"


class _OfDrift(Verb):
    state_field = "state"
    states = (DriftStateChoices.OPEN, DriftStateChoices.ACCEPTED)


class PushDrift(_OfDrift):
    name = "push"
    label = _("Push")
    title = _("NetBox is right: read the shelf and plan what puts it right")
    permissions_required = {"push"}
    icon = "upload"
    color = "green"
    apply_label = _("Push and apply at once")

    @classmethod
    def leads_on(cls, obj: Any) -> bool:
        return super().leads_on(obj) and obj.object_kind != DriftObjectChoices.PORT


class AdoptDrift(_OfDrift):
    name = "adopt"
    label = _("Adopt")
    title = _("The shelf is right: read it and take this object into NetBox as it is there")
    permissions_required = {"adopt"}
    icon = "download"
    color = "info"


class AcceptDrift(Verb):
    name = "accept"
    label = _("Accept")
    title = _("Leave the difference as it is until a date, for a reason")
    permissions_required = {"accept"}
    icon = "check"
    color = "secondary"
    method = "get"
    state_field = "state"
    states = (DriftStateChoices.OPEN,)


class ReopenDrift(Verb):
    name = "reopen"
    label = _("Reopen")
    title = _("Take the acceptance back")
    permissions_required = {"accept"}
    icon = "undo"
    state_field = "state"
    states = (DriftStateChoices.ACCEPTED,)


class BulkPushDrift(BulkVerb):
    name = "bulk_push"
    label = _("Push Selected")
    permissions_required = {"push"}
    icon = "upload"
    color = "green"
    apply_label = _("Push selected and apply at once")


class BulkAdoptDrift(BulkVerb):
    name = "bulk_adopt"
    label = _("Adopt Selected")
    permissions_required = {"adopt"}
    icon = "download"
    color = "info"


class _OfArrival(Verb):
    state_field = "state"
    states = (ArrivalStateChoices.WAITING, ArrivalStateChoices.PLANNED, ArrivalStateChoices.LEFT)
    kinds: tuple[str, ...] = ()

    @classmethod
    def leads_on(cls, obj: Any) -> bool:
        return super().leads_on(obj) and obj.kind in cls.kinds


class AssignArrival(_OfArrival):
    name = "assign"
    label = _("Assign")
    title = _("Say whose endpoint it is; the service is planned")
    permissions_required = {"assign"}
    icon = "account-check"
    color = "green"
    method = "get"
    kinds = (ArrivalKindChoices.UNKNOWN, ArrivalKindChoices.KNOWN)


class FollowArrival(_OfArrival):
    name = "follow"
    label = _("It Moved Here")
    title = _("This is its port from now on: NetBox follows, and the change of the shelf is planned")
    permissions_required = {"follow"}
    icon = "map-marker-check"
    color = "green"
    kinds = (ArrivalKindChoices.MOVED,)
    apply_label = _("It moved here, apply at once")


class LeaveArrival(_OfArrival):
    name = "leave"
    label = _("Leave It")
    title = _("Leave it as it is; it comes back when it appears on another port")
    permissions_required = {"leave"}
    icon = "eye-off"
    color = "secondary"
    states = (ArrivalStateChoices.WAITING, ArrivalStateChoices.PLANNED)
    kinds = (ArrivalKindChoices.UNKNOWN, ArrivalKindChoices.KNOWN)


class PutBackArrival(LeaveArrival):
    name = "put_back"
    label = _("Put It Back")
    title = _("Its port stays: somebody on site moves it back. Nothing is changed")
    kinds = (ArrivalKindChoices.MOVED,)


class BulkLeaveArrival(BulkVerb):
    name = "bulk_leave"
    label = _("Leave Selected")
    permissions_required = {"leave"}
    icon = "eye-off"
    color = "secondary"
