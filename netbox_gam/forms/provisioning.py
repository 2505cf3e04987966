"""Forms of change plans and steps. What they are made of is written by the workflows only."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from users.models import User
from utilities.forms.fields import DynamicModelMultipleChoiceField, MultipleChoiceField, TagFilterField
from utilities.forms.rendering import FieldSet
from utilities.forms.widgets import DateTimePicker

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


class ScheduleForm(forms.Form):
    """When change plans are to be applied by themselves."""

    WINDOW, AT, NEVER = "window", "at", "never"
    when = forms.ChoiceField(
        label=_("When"),
        choices=(
            (WINDOW, _("When the next maintenance window opens")),
            (AT, _("At a time")),
            (NEVER, _("Not by itself: wait for a person")),
        ),
    )
    at = forms.DateTimeField(label=_("Time"), required=False, widget=DateTimePicker())

    def clean(self):
        """A time that is still to come, where one was asked for."""
        super().clean()
        chosen = self.cleaned_data
        if chosen.get("when") != self.AT:
            chosen["at"] = None
        elif not chosen.get("at"):
            self.add_error("at", _("Choose a time."))
        elif chosen["at"] <= timezone.now():
            self.add_error("at", _("That is not in the future."))
        return chosen


class ChangeFileForm(forms.Form):
    """A CSV file of changes, uploaded or pasted. ``text``: what is in it."""

    LARGEST = 2_000_000
    file = forms.FileField(label=_("File"), required=False)
    pasted = forms.CharField(
        label=_("Or its rows"), required=False, widget=forms.Textarea(attrs={"rows": 8, "class": "font-monospace"}), strip=False
    )

    def clean(self):
        """Either of both, as text.

        :raises ValidationError: neither, both, too large, or no UTF-8
        """
        super().clean()
        file, pasted = self.cleaned_data.get("file"), self.cleaned_data.get("pasted", "")
        if bool(file) == bool(pasted.strip()):
            raise forms.ValidationError(_("Choose a file, or paste its rows."))
        if file and file.size > self.LARGEST:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        try:
            self.cleaned_data["text"] = file.read().decode("utf-8-sig") if file else pasted
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not UTF-8 text.")) from None
        return self.cleaned_data


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
        FieldSet("status", "transport", "verified", "saved", "is_approved", name=_("Change Plan")),
        FieldSet("gam_id", "subscriber_id", "batch_id", "requested_by_id", name=_("Subject")),
        OWNERSHIP,
    )
    status = MultipleChoiceField(label=_("Status"), choices=ChangePlanStatusChoices, required=False)
    transport = MultipleChoiceField(label=_("Transport"), choices=TransportChoices, required=False)
    verified = yes_no(_("Verified"))
    saved = yes_no(_("Saved"))
    is_approved = yes_no(_("Approved"))
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
