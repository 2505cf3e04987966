"""Lists of change plans and their steps."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import PrimaryModelTable, columns

from ..models import ChangeBatch, ChangePlan, ChangeStep
from .access import COMMON
from .columns import GamColumn, RelativeTimeColumn


class ChangeBatchTable(PrimaryModelTable):
    id = tables.Column(verbose_name=_("ID"), linkify=True)
    reason = tables.Column(verbose_name=_("Reason"), linkify=True)
    source = columns.ChoiceFieldColumn(verbose_name=_("Source"))
    plan_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:changeplan_list", url_params={"batch_id": "pk"}, verbose_name=_("Plans")
    )
    waiting_count = tables.Column(verbose_name=_("Wait"))
    applied_count = tables.Column(verbose_name=_("Applied"))
    requested_by = tables.Column(verbose_name=_("Requested by"))
    created = RelativeTimeColumn(verbose_name=_("Created"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:changebatch_list")

    class Meta(PrimaryModelTable.Meta):
        model = ChangeBatch
        fields = (
            "pk",
            "id",
            "reason",
            "source",
            "plan_count",
            "waiting_count",
            "applied_count",
            "requested_by",
            *COMMON,
        )
        default_columns = (
            "pk", "id", "reason", "source", "plan_count", "waiting_count", "applied_count", "requested_by", "created",
        )  # fmt: skip
        empty_text = _("No batches. Select subscribers in their list and press a verb, or upload a CSV file of changes.")


class ChangePlanTable(PrimaryModelTable):
    id = tables.Column(verbose_name=_("ID"), linkify=True)
    reason = tables.Column(verbose_name=_("Reason"), linkify=True)
    gam = GamColumn()
    batch = tables.Column(verbose_name=_("Batch"), linkify=True)
    superseded_by = tables.Column(verbose_name=_("Superseded by"), linkify=True)
    status = columns.ChoiceFieldColumn(verbose_name=_("Status"))
    transport = columns.ChoiceFieldColumn(verbose_name=_("Transport"))
    verified = columns.BooleanColumn(verbose_name=_("Verified"), false_mark=None)
    saved = columns.BooleanColumn(verbose_name=_("Saved"), false_mark=None)
    step_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:changestep_list", url_params={"change_plan_id": "pk"}, verbose_name=_("Steps")
    )
    requested_by = tables.Column(verbose_name=_("Requested by"))
    subscribers = columns.ManyToManyColumn(verbose_name=_("Subscribers"), linkify_item=True)
    created = RelativeTimeColumn(verbose_name=_("Created"))
    started = RelativeTimeColumn(verbose_name=_("Started"))
    finished = RelativeTimeColumn(verbose_name=_("Finished"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:changeplan_list")

    class Meta(PrimaryModelTable.Meta):
        model = ChangePlan
        fields = (
            "pk",
            "id",
            "reason",
            "gam",
            "status",
            "transport",
            "subscribers",
            "batch",
            "superseded_by",
            "step_count",
            "verified",
            "saved",
            "requested_by",
            "started",
            "finished",
            "state_hash",
            "error",
            *COMMON,
        )
        default_columns = ("pk", "id", "reason", "gam", "status", "step_count", "verified", "saved", "requested_by", "created")
        empty_text = _("No change plans. Open a subscriber and press Plan, or accept a finding.")


class ChangeStepTable(PrimaryModelTable):
    change_plan = tables.Column(verbose_name=_("Change plan"), linkify=True)
    index = tables.Column(verbose_name=_("Index"))
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    action = columns.ChoiceFieldColumn(verbose_name=_("Action"))
    kind = columns.ChoiceFieldColumn(verbose_name=_("Kind"))
    state = columns.ChoiceFieldColumn(verbose_name=_("State"))
    started = RelativeTimeColumn(verbose_name=_("Started"))
    finished = RelativeTimeColumn(verbose_name=_("Finished"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:changestep_list")

    class Meta(PrimaryModelTable.Meta):
        model = ChangeStep
        empty_text = _("No steps. They come with change plans.")
        fields = (
            "pk",
            "id",
            "change_plan",
            "index",
            "action",
            "kind",
            "name",
            "why",
            "state",
            "error",
            "started",
            "finished",
            *COMMON,
        )
        default_columns = ("pk", "change_plan", "index", "action", "kind", "name", "state", "finished")
