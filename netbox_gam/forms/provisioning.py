"""Forms of change plans and steps. What they are made of is written by the workflows only."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from users.models import User
from utilities.forms.fields import DynamicModelMultipleChoiceField, MultipleChoiceField, TagFilterField
from utilities.forms.rendering import FieldSet

from ..choices import (
    BatchSourceChoices,
    ChangeActionChoices,
    ChangeKindChoices,
    ChangePlanStatusChoices,
    StepStateChoices,
    TransportChoices,
)
from ..models import ChangeBatch, ChangePlan, ChangeStep, GamDevice, Subscriber
from .base import OWNERSHIP, SEARCH, yes_no


class ChangeBatchForm(PrimaryModelForm):
    fieldsets = (FieldSet("description", "tags", name=_("Change Batch")),)

    class Meta:
        model = ChangeBatch
        fields = ("description", "owner", "comments", "tags")


class ChangeBatchBulkEditForm(PrimaryModelBulkEditForm):
    model = ChangeBatch
    fieldsets = (FieldSet("description"),)
    nullable_fields = ("description", "comments")


class ChangeBatchFilterForm(PrimaryModelFilterSetForm):
    model = ChangeBatch
    fieldsets = (SEARCH, FieldSet("source", "gam_id", "requested_by_id", name=_("Change Batch")), OWNERSHIP)
    source = MultipleChoiceField(label=_("Source"), choices=BatchSourceChoices, required=False)
    gam_id = DynamicModelMultipleChoiceField(label=_("GAM"), queryset=GamDevice.objects.all(), required=False)
    requested_by_id = DynamicModelMultipleChoiceField(label=_("Requested by"), queryset=User.objects.all(), required=False)
    tag = TagFilterField(model)


class ChangePlanForm(PrimaryModelForm):
    fieldsets = (FieldSet("description", "tags", name=_("Change Plan")),)

    class Meta:
        model = ChangePlan
        fields = ("description", "owner", "comments", "tags")


class ChangePlanBulkEditForm(PrimaryModelBulkEditForm):
    model = ChangePlan
    fieldsets = (FieldSet("description"),)
    nullable_fields = ("description", "comments")


class ChangePlanFilterForm(PrimaryModelFilterSetForm):
    model = ChangePlan
    fieldsets = (
        SEARCH,
        FieldSet("status", "transport", "verified", "saved", name=_("Change Plan")),
        FieldSet("gam_id", "subscriber_id", "batch_id", "requested_by_id", name=_("Subject")),
        OWNERSHIP,
    )
    status = MultipleChoiceField(label=_("Status"), choices=ChangePlanStatusChoices, required=False)
    transport = MultipleChoiceField(label=_("Transport"), choices=TransportChoices, required=False)
    verified = yes_no(_("Verified"))
    saved = yes_no(_("Saved"))
    gam_id = DynamicModelMultipleChoiceField(label=_("GAM"), queryset=GamDevice.objects.all(), required=False)
    subscriber_id = DynamicModelMultipleChoiceField(label=_("Subscriber"), queryset=Subscriber.objects.all(), required=False)
    requested_by_id = DynamicModelMultipleChoiceField(label=_("Requested by"), queryset=User.objects.all(), required=False)
    batch_id = DynamicModelMultipleChoiceField(label=_("Batch"), queryset=ChangeBatch.objects.all(), required=False)
    tag = TagFilterField(model)


class ChangeStepForm(PrimaryModelForm):
    fieldsets = (FieldSet("description", "tags", name=_("Change Step")),)

    class Meta:
        model = ChangeStep
        fields = ("description", "owner", "comments", "tags")


class ChangeStepBulkEditForm(PrimaryModelBulkEditForm):
    model = ChangeStep
    fieldsets = (FieldSet("description"),)
    nullable_fields = ("description", "comments")


class ChangeStepFilterForm(PrimaryModelFilterSetForm):
    model = ChangeStep
    fieldsets = (SEARCH, FieldSet("change_plan_id", "gam_id", "action", "kind", "name", "state", name=_("Change Step")), OWNERSHIP)
    change_plan_id = DynamicModelMultipleChoiceField(label=_("Change plan"), queryset=ChangePlan.objects.all(), required=False)
    gam_id = DynamicModelMultipleChoiceField(label=_("GAM"), queryset=GamDevice.objects.all(), required=False)
    action = MultipleChoiceField(label=_("Action"), choices=ChangeActionChoices, required=False)
    kind = MultipleChoiceField(label=_("Kind"), choices=ChangeKindChoices, required=False)
    name = forms.CharField(label=_("Name"), required=False)
    state = MultipleChoiceField(label=_("State"), choices=StepStateChoices, required=False)
    tag = TagFilterField(model)
