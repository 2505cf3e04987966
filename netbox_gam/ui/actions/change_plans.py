"""Change plans and batches."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from netbox.object_actions import ObjectAction

from ...choices import ChangePlanStatusChoices
from .base import BulkVerb, Verb


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
