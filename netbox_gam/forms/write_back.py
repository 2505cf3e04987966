"""Forms of what is written back to billing systems."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from utilities.forms.fields import DynamicModelMultipleChoiceField, MultipleChoiceField, TagFilterField
from utilities.forms.rendering import FieldSet

from ..choices import BACK_VALUES, BackValueChoices, BillingSystemTypeChoices, BillingWriteStateChoices
from ..models import BillingSystem, BillingWrite, Subscriber
from .base import OWNERSHIP, SEARCH


class BillingWriteForm(PrimaryModelForm):
    fieldsets = (FieldSet("description", "tags", name=_("Billing Write")),)

    class Meta:
        model = BillingWrite
        fields = ("description", "owner", "comments", "tags")


class BillingWriteBulkEditForm(PrimaryModelBulkEditForm):
    model = BillingWrite
    fieldsets = (FieldSet("description"),)
    nullable_fields = ("description", "comments")


class BillingWriteFilterForm(PrimaryModelFilterSetForm):
    model = BillingWrite
    fieldsets = (
        SEARCH,
        FieldSet("system_id", "subscriber_id", "account_id", "state", "value", "field", name=_("Billing Write")),
        OWNERSHIP,
    )
    system_id = DynamicModelMultipleChoiceField(label=_("Billing system"), queryset=BillingSystem.objects.all(), required=False)
    subscriber_id = DynamicModelMultipleChoiceField(label=_("Subscriber"), queryset=Subscriber.objects.all(), required=False)
    account_id = forms.CharField(label=_("Account ID"), required=False)
    state = MultipleChoiceField(label=_("State"), choices=BillingWriteStateChoices, required=False)
    value = MultipleChoiceField(label=_("Value"), choices=BackValueChoices, required=False)
    field = forms.CharField(label=_("Field"), required=False)
    tag = TagFilterField(model)


class WriteBackForm(forms.Form):
    """What goes where. What is not allowed the workflow says.

    ``words``: what may be entered.
    """

    def __init__(self, *args: Any, system: BillingSystem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.system = system
        for value, label in BACK_VALUES:
            self.fields[value] = forms.CharField(
                label=label, max_length=64, required=False, initial=system.write_back_fields.get(value, "")
            )

    @property
    def words(self) -> Any:
        if self.system.type == BillingSystemTypeChoices.SONAR:
            return _("Enter the number of a custom field of accounts, or “note”. What is left empty is not written back.")
        return _("Enter the name of an additional attribute of customers. What is left empty is not written back.")

    def chosen(self) -> dict[str, str]:
        """Value to field, without those left empty."""
        return {value: place.strip() for value, place in self.cleaned_data.items() if place.strip()}


__all__ = ("BillingWriteBulkEditForm", "BillingWriteFilterForm", "BillingWriteForm", "WriteBackForm")
