"""Buttons. Each has its own permission, checked with the object, and shows only where its verb leads on."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from netbox.object_actions import ObjectAction
from utilities.permissions import get_permission_for_model

from ..choices import (
    AlarmStateChoices,
    ArrivalKindChoices,
    ArrivalStateChoices,
    BillingWriteStateChoices,
    ChangePlanStatusChoices,
    DriftObjectChoices,
    DriftStateChoices,
    FindingStateChoices,
    FirmwareRolloutStatusChoices,
    FirmwareUpgradeStatusChoices,
    SubscriberStatusChoices,
    SyncRunStatusChoices,
)


class Verb(ObjectAction):
    """A button that posts to the view of its name.

    ``states``: values of ``state_field`` it shows for, empty for all. ``apply_label``: words for applying at once what is planned.
    """

    url_kwargs = ("pk",)
    template_name = "netbox_gam/buttons/verb.html"
    icon = "play"
    color = "primary"
    title: Any = ""
    state_field = "status"
    states: tuple[str, ...] = ()
    apply_label: Any = ""
    method = "post"

    @classmethod
    def leads_on(cls, obj: Any) -> bool:
        """Whether the object is in a state the verb starts from."""
        return not cls.states or getattr(obj, cls.state_field) in cls.states

    @classmethod
    def render(cls, context: Any, obj: Any, **kwargs: Any) -> str:
        user = context["request"].user
        needed = [get_permission_for_model(obj, permission) for permission in cls.permissions_required]
        if not cls.leads_on(obj) or not all(user.has_perm(permission, obj) for permission in needed):
            return ""
        return super().render(context, obj, **kwargs)

    @classmethod
    def get_context(cls, context: Any, obj: Any) -> dict[str, Any]:
        may_apply = bool(cls.apply_label) and context["request"].user.has_perm("netbox_gam.apply_changeplan")
        return {
            "csrf_token": context.get("csrf_token"),
            "icon": cls.icon,
            "color": cls.color,
            "title": cls.title,
            "method": cls.method,
            "apply_label": cls.apply_label if may_apply else "",
        }


class BulkVerb(ObjectAction):
    """A button for the selected rows of a list."""

    multi = True
    template_name = "netbox_gam/buttons/bulk_verb.html"
    icon = "play"
    color = "primary"
    apply_label: Any = ""

    @classmethod
    def get_context(cls, context: Any, obj: Any) -> dict[str, Any]:
        may_apply = bool(cls.apply_label) and context["request"].user.has_perm("netbox_gam.apply_changeplan")
        return {"icon": cls.icon, "color": cls.color, "name": cls.name, "apply_label": cls.apply_label if may_apply else ""}


# ------------------------------------------------------------------------------------------------------------------------- GAMs


class Discover(ObjectAction):
    name = "discover"
    label = _("Discover")
    permissions_required = {"discover"}
    template_name = "netbox_gam/buttons/discover.html"


class Poll(Verb):
    name = "poll"
    label = _("Poll")
    title = _("Read the GAM now")
    permissions_required = {"poll"}
    icon = "radar"


class BulkPoll(BulkVerb):
    name = "bulk_poll"
    label = _("Poll Selected")
    permissions_required = {"poll"}
    icon = "radar"


# ------------------------------------------------------------------------------------------------------------------ subscribers


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


# ----------------------------------------------------------------------------------------------------------------- change plans


class Apply(Verb):
    name = "apply"
    label = _("Apply")
    title = _("Write these lines to the GAM, read back, save")
    permissions_required = {"apply"}
    icon = "upload-network"
    color = "green"
    states = (ChangePlanStatusChoices.PLANNED,)


class Approve(Verb):
    name = "approve"
    label = _("Approve")
    title = _("Let exactly these lines be written to the shelf as it is")
    permissions_required = {"approve"}
    icon = "check-decagram-outline"
    color = "info"
    states = (ChangePlanStatusChoices.PLANNED,)

    @classmethod
    def render(cls, context: Any, obj: Any, **kwargs: Any) -> str:
        user = context["request"].user
        if obj.approved_by_id is not None or obj.requested_by_id == user.pk:
            return ""
        return super().render(context, obj, **kwargs)


class Schedule(Verb):
    name = "schedule"
    label = _("Schedule")
    title = _("Apply by itself at a time, or in the next maintenance window")
    permissions_required = {"apply"}
    icon = "calendar-clock"
    color = "primary"
    method = "get"
    states = (ChangePlanStatusChoices.PLANNED,)


class ReleaseGam(Verb):
    name = "release"
    label = _("Release GAM")
    title = _("Somebody looked at the shelf: let it be written to again")
    permissions_required = {"release"}
    icon = "lock-open-variant"
    color = "orange"
    states = (ChangePlanStatusChoices.NEEDS_ATTENTION,)


class Cancel(Verb):
    name = "cancel"
    label = _("Cancel")
    title = _("Drop the plan")
    permissions_required = {"cancel"}
    icon = "cancel"
    color = "secondary"
    states = (ChangePlanStatusChoices.PLANNED, ChangePlanStatusChoices.INVALID)


class Replan(Verb):
    name = "replan"
    label = _("Plan Again")
    title = _("Plan the same change again, from the shelf as it is now")
    permissions_required = {"apply"}
    icon = "refresh"
    color = "info"
    states = (
        ChangePlanStatusChoices.STALE,
        ChangePlanStatusChoices.FAILED,
        ChangePlanStatusChoices.ROLLED_BACK,
        ChangePlanStatusChoices.CANCELLED,
        ChangePlanStatusChoices.EXPIRED,
    )


class _BatchVerb(Verb):
    """A button of a batch, shown while it has a plan in one of the states."""

    permissions_required = {"apply"}

    @classmethod
    def leads_on(cls, obj: Any) -> bool:
        return obj.change_plans.filter(status__in=cls.states).exists()


class ApplyBatch(_BatchVerb):
    name = "apply"
    label = _("Apply All")
    title = _("Write what waits to the GAMs, read back, save")
    icon = "upload-network"
    color = "green"
    states = (ChangePlanStatusChoices.PLANNED,)


class ReplanBatch(_BatchVerb):
    name = "replan"
    label = _("Plan Again")
    title = _("Plan again what came to nothing, from the shelves as they are now")
    icon = "refresh"
    color = "info"
    states = Replan.states


class PlanRest(Verb):
    name = "plan_rest"
    label = _("Plan Without These Rows")
    title = _("Leave out the rows that are wrong and plan the others")
    permissions_required = {"view"}
    icon = "playlist-remove"
    color = "orange"

    @classmethod
    def leads_on(cls, obj: Any) -> bool:
        return bool(obj.rows and obj.problems)

    @classmethod
    def render(cls, context: Any, obj: Any, **kwargs: Any) -> str:
        may = context["request"].user.has_perm("netbox_gam.provision_subscriber")
        return super().render(context, obj, **kwargs) if may else ""


class UploadChanges(ObjectAction):
    name = "upload"
    label = _("Upload Changes")
    permissions_required = {"provision"}
    template_name = "netbox_gam/buttons/upload.html"


class ApproveBatch(_BatchVerb):
    name = "approve"
    label = _("Approve All")
    title = _("Let exactly the lines of the plans that wait be written")
    permissions_required = {"approve"}
    icon = "check-decagram-outline"
    color = "info"
    states = (ChangePlanStatusChoices.PLANNED,)

    @classmethod
    def render(cls, context: Any, obj: Any, **kwargs: Any) -> str:
        waiting = obj.change_plans.filter(status__in=cls.states)
        if obj.requested_by_id == context["request"].user.pk or not waiting.filter(approved_by=None).exists():
            return ""
        return super().render(context, obj, **kwargs)


class ScheduleBatch(_BatchVerb):
    name = "schedule"
    label = _("Schedule")
    title = Schedule.title
    icon = "calendar-clock"
    color = "primary"
    method = "get"
    states = (ChangePlanStatusChoices.PLANNED,)


class CancelBatch(_BatchVerb):
    permissions_required = {"cancel"}
    name = "cancel"
    label = _("Cancel All")
    title = _("Drop the plans that wait")
    icon = "cancel"
    color = "secondary"
    states = (ChangePlanStatusChoices.PLANNED,)


class BulkApply(BulkVerb):
    name = "bulk_apply"
    label = _("Apply Selected")
    permissions_required = {"apply"}
    icon = "upload-network"
    color = "green"


# ---------------------------------------------------------------------------------------------------------------------- billing


class Reconcile(Verb):
    name = "reconcile"
    label = _("Reconcile")
    title = _("Read the billing system now and compare")
    permissions_required = {"reconcile"}
    icon = "compare-horizontal"


class DryRun(Verb):
    name = "dry_run"
    label = _("Dry Run")
    title = _("Read the billing system and show what a reconciliation would change, without changing it")
    permissions_required = {"reconcile"}
    icon = "eye-outline"
    color = "secondary"


class CheckConnection(Verb):
    name = "check_connection"
    label = _("Check Connection")
    title = _("Try login, clock and every right that is needed; reads only")
    permissions_required = {"reconcile"}
    icon = "lan-check"
    color = "secondary"


class CancelRun(Verb):
    name = "cancel"
    label = _("Cancel Run")
    title = _("End before the next request; what was read is discarded")
    permissions_required = {"cancel"}
    icon = "stop"
    color = "red"
    states = (SyncRunStatusChoices.RUNNING,)


class BulkReconcile(BulkVerb):
    name = "bulk_reconcile"
    label = _("Reconcile Selected")
    permissions_required = {"reconcile"}
    icon = "compare-horizontal"


class Release(Verb):
    name = "release"
    label = _("Release")
    title = _("Believe this feed: read it again and compare, unless it has become worse")
    permissions_required = {"release"}
    icon = "lock-open-variant"
    color = "orange"
    states = (SyncRunStatusChoices.HELD,)


class Accept(Verb):
    name = "accept"
    label = _("Accept")
    title = _("Billing is right: change NetBox and plan the change of the shelf")
    permissions_required = {"decide"}
    icon = "check"
    color = "green"
    state_field = "state"
    states = (FindingStateChoices.OPEN,)
    apply_label = _("Accept and apply at once")


class Ignore(Verb):
    name = "ignore"
    label = _("Ignore")
    title = _("Do not raise this again while it stays the same")
    permissions_required = {"decide"}
    icon = "eye-off"
    color = "secondary"
    method = "get"
    state_field = "state"
    states = (FindingStateChoices.OPEN,)


class Reopen(Verb):
    name = "reopen"
    label = _("Reopen")
    title = _("Take the decision back")
    permissions_required = {"decide"}
    icon = "undo"
    color = "primary"
    state_field = "state"
    states = (FindingStateChoices.ACCEPTED, FindingStateChoices.IGNORED, FindingStateChoices.RESOLVED)


class BulkAccept(BulkVerb):
    name = "bulk_accept"
    label = _("Accept Selected")
    permissions_required = {"decide"}
    icon = "check"
    color = "green"
    apply_label = _("Accept selected and apply at once")


class BulkIgnore(BulkVerb):
    name = "bulk_ignore"
    label = _("Ignore Selected")
    permissions_required = {"decide"}
    icon = "eye-off"
    color = "secondary"


class BulkReopen(BulkVerb):
    name = "bulk_reopen"
    label = _("Reopen Selected")
    permissions_required = {"decide"}
    icon = "undo"


class ConfirmRule(Verb):
    name = "confirm"
    label = _("Confirm")
    title = _("Let this rule act in your name, as it stands now")
    permissions_required = {"confirm"}
    icon = "account-check"
    color = "green"

    @classmethod
    def leads_on(cls, obj: Any) -> bool:
        return not obj.is_confirmed


class ReleaseRule(Verb):
    name = "release"
    label = _("Release")
    title = _("Let this rule decide what it was held for, within its limits")
    permissions_required = {"release"}
    icon = "lock-open-variant"
    color = "orange"

    @classmethod
    def leads_on(cls, obj: Any) -> bool:
        return bool(obj.held)


# ----------------------------------------------------------------------------------------------------------------------- alarms


class Acknowledge(Verb):
    name = "acknowledge"
    label = _("Acknowledge")
    title = _("Somebody has seen it")
    permissions_required = {"acknowledge"}
    icon = "check"
    color = "yellow"
    state_field = "state"
    states = (AlarmStateChoices.RAISED,)


class BulkAcknowledge(BulkVerb):
    name = "bulk_acknowledge"
    label = _("Acknowledge Selected")
    permissions_required = {"acknowledge"}
    icon = "check"
    color = "yellow"


class Shelve(Verb):
    name = "shelve"
    label = _("Shelve")
    title = _("Put it aside until a date")
    permissions_required = {"shelve"}
    icon = "archive-clock-outline"
    color = "secondary"
    method = "get"
    state_field = "state"
    states = (AlarmStateChoices.RAISED, AlarmStateChoices.ACKNOWLEDGED, AlarmStateChoices.SHELVED)


class Unshelve(Verb):
    name = "unshelve"
    label = _("Unshelve")
    title = _("Take it back before its date")
    permissions_required = {"shelve"}
    icon = "archive-arrow-up-outline"
    color = "secondary"
    state_field = "state"
    states = (AlarmStateChoices.SHELVED,)


class BulkShelve(BulkVerb):
    name = "bulk_shelve"
    label = _("Shelve Selected for a Day")
    permissions_required = {"shelve"}
    icon = "archive-clock-outline"
    color = "secondary"


class BulkUnshelve(BulkVerb):
    name = "bulk_unshelve"
    label = _("Unshelve Selected")
    permissions_required = {"shelve"}
    icon = "archive-arrow-up-outline"
    color = "secondary"


class TestMail(Verb):
    name = "test"
    label = _("Test")
    title = _("Send a test mail to the group now, and say what the mail server answers")
    permissions_required = {"test"}
    icon = "email-check-outline"
    color = "info"


# ----------------------------------------------------------------------------------------------------------- back to billing


class RetryWrite(Verb):
    name = "retry"
    label = _("Retry")
    title = _("Read the account again, and write what differs")
    permissions_required = {"retry"}
    icon = "refresh"
    state_field = "state"
    states = (
        BillingWriteStateChoices.WAITING,
        BillingWriteStateChoices.FAILED,
        BillingWriteStateChoices.REFUSED,
        BillingWriteStateChoices.DROPPED,
    )


class DropWrite(Verb):
    name = "drop"
    label = _("Drop")
    title = _("Not write it, until NetBox has something else to say")
    permissions_required = {"drop"}
    icon = "close"
    color = "secondary"
    state_field = "state"
    states = (BillingWriteStateChoices.WAITING, BillingWriteStateChoices.FAILED, BillingWriteStateChoices.REFUSED)


class BulkRetryWrite(BulkVerb):
    name = "bulk_retry"
    label = _("Retry Selected")
    permissions_required = {"retry"}
    icon = "refresh"


class BulkDropWrite(BulkVerb):
    name = "bulk_drop"
    label = _("Drop Selected")
    permissions_required = {"drop"}
    icon = "close"
    color = "secondary"


# ------------------------------------------------------------------------------------------------------- drift and onboarding


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


# --------------------------------------------------------------------------------------------------------------------- firmware


class RollOut(Verb):
    name = "roll_out"
    label = _("Roll Out")
    title = _("Choose GAMs and waves; nothing is sent before the rollout is started")
    permissions_required = {"upgrade"}
    icon = "upload-multiple"
    method = "get"


class StartRollout(Verb):
    name = "start"
    label = _("Start")
    title = _("Begin with the first wave; from then on it goes on by itself")
    permissions_required = {"upgrade"}
    icon = "play"
    color = "green"
    states = (FirmwareRolloutStatusChoices.PLANNED,)


class PauseRollout(Verb):
    name = "pause"
    label = _("Pause")
    title = _("Begin nothing more; what was begun is followed to its end")
    permissions_required = {"upgrade"}
    icon = "pause"
    color = "orange"
    states = (FirmwareRolloutStatusChoices.RUNNING,)


class ResumeRollout(Verb):
    name = "resume"
    label = _("Resume")
    title = _("Go on; what failed so far is accepted")
    permissions_required = {"upgrade"}
    icon = "play"
    color = "green"
    method = "get"
    states = (FirmwareRolloutStatusChoices.PAUSED,)


class CancelRollout(Verb):
    name = "cancel"
    label = _("Cancel")
    title = _("Give the rollout up; what was begun is followed to its end")
    permissions_required = {"upgrade"}
    icon = "cancel"
    color = "secondary"
    states = (FirmwareRolloutStatusChoices.PLANNED, FirmwareRolloutStatusChoices.RUNNING, FirmwareRolloutStatusChoices.PAUSED)


class RetryUpgrade(Verb):
    name = "retry"
    label = _("Try Again")
    title = _("Begin again with this GAM")
    permissions_required = {"upgrade"}
    icon = "restart"
    color = "primary"
    states = (FirmwareUpgradeStatusChoices.FAILED,)


class ReleaseUpgrade(Verb):
    name = "release"
    label = _("Release")
    title = _("Somebody has looked at the GAM: clear the alarm, count it as failed")
    permissions_required = {"upgrade"}
    icon = "lock-open-variant"
    color = "orange"
    states = (FirmwareUpgradeStatusChoices.NEEDS_ATTENTION,)
