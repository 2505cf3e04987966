"""What several forms share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.db.models import NOT_PROVIDED
from django.utils.translation import gettext_lazy as _
from netbox.forms import PrimaryModelImportForm
from utilities.forms.constants import BOOLEAN_WITH_BLANK_CHOICES
from utilities.forms.rendering import FieldSet
from utilities.forms.widgets import BulkEditNullBooleanSelect

OWNERSHIP = FieldSet("owner_group_id", "owner_id", name=_("Ownership"))
SEARCH = FieldSet("q", "filter_id", "tag")


def yes_no(label: str) -> forms.NullBooleanField:
    """A filter by a boolean."""
    return forms.NullBooleanField(label=label, required=False, widget=forms.Select(choices=BOOLEAN_WITH_BLANK_CHOICES))


def bulk_yes_no(label: str) -> forms.NullBooleanField:
    """A boolean that a bulk edit may leave alone."""
    return forms.NullBooleanField(label=label, required=False, widget=BulkEditNullBooleanSelect())


class SecretsMixin(forms.ModelForm):
    """Fields in the model's ``secret_fields`` never show what is stored, and leave it alone when they are left blank."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self._secret_names():
            field = self.fields[name]
            field.widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password", "class": "form-control"})
            if getattr(self.instance, name):
                field.required = False
                field.help_text = _("Leave blank to keep the stored one. %(help)s") % {"help": field.help_text}
                field.widget.attrs["placeholder"] = _("stored")

    def _secret_names(self) -> list[str]:
        return [name for name in self._meta.model.secret_fields if name in self.fields]

    def clean(self) -> Any:
        cleaned = super().clean()
        for name in self._secret_names():
            if not self.cleaned_data.get(name):
                self.cleaned_data[name] = getattr(self.instance, name)
        return cleaned


class GamImportForm(PrimaryModelImportForm):
    """A column that is missing or empty means the model's default, for numbers and booleans, too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self._defaults():
            self.fields[name].required = False

    def _defaults(self) -> dict[str, Any]:
        defaults = {}
        for name in self.fields:
            try:
                field = self._meta.model._meta.get_field(name)
            except FieldDoesNotExist:
                continue
            if getattr(field, "default", NOT_PROVIDED) is not NOT_PROVIDED:
                defaults[name] = field.get_default()
        return defaults

    def clean(self) -> Any:
        cleaned = super().clean()
        for name, default in self._defaults().items():
            if self.data.get(name) in (None, "") and name not in self.errors:
                self.cleaned_data[name] = default
        return cleaned
