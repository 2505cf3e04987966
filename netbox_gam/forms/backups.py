"""Forms of configuration backups, and of what is done with them."""

from __future__ import annotations

from typing import Any

from dcim.models import Site
from django import forms
from django.utils.translation import gettext_lazy as _
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from utilities.forms.fields import DynamicModelChoiceField, DynamicModelMultipleChoiceField, MultipleChoiceField, TagFilterField
from utilities.forms.rendering import FieldSet

from ..choices import ConfigBackupKindChoices
from ..models import ConfigBackup, GamDevice
from .base import OWNERSHIP, SEARCH


class ConfigBackupForm(PrimaryModelForm):
    fieldsets = (FieldSet("description", "tags", name=_("Configuration Backup")),)

    class Meta:
        model = ConfigBackup
        fields = ("description", "owner", "comments", "tags")


class ConfigBackupBulkEditForm(PrimaryModelBulkEditForm):
    model = ConfigBackup
    fieldsets = (FieldSet("description"),)
    nullable_fields = ("description", "comments")


class ConfigBackupFilterForm(PrimaryModelFilterSetForm):
    model = ConfigBackup
    fieldsets = (
        SEARCH,
        FieldSet("contains", "kind", name=_("Configuration Backup")),
        FieldSet("site_id", "gam_id", name=_("Subject")),
        OWNERSHIP,
    )
    contains = forms.CharField(
        label=_("Text"),
        required=False,
        help_text=_("Part of any line, such as a MAC address, a VLAN or a name; secrets are blanked"),
    )
    kind = MultipleChoiceField(label=_("Kind"), choices=ConfigBackupKindChoices, required=False)
    site_id = DynamicModelMultipleChoiceField(label=_("Site"), queryset=Site.objects.all(), required=False)
    gam_id = DynamicModelMultipleChoiceField(
        label=_("GAM"), queryset=GamDevice.objects.all(), required=False, query_params={"site_id": "$site_id"}
    )
    tag = TagFilterField(model)


class ReplaceGamForm(forms.Form):
    """Which GAM takes a dead one's place. Whether it can, the workflow says."""

    successor = DynamicModelChoiceField(
        label=_("Successor"),
        queryset=GamDevice.objects.all(),
        help_text=_("A GAM of the same kind that serves nobody yet, in NetBox and on the shelf"),
    )
    confirmed = forms.BooleanField(
        label=_("Even if the old one answers"),
        required=False,
        help_text=_("Otherwise it must not answer any more: nobody is to be served by two shelves"),
    )

    def __init__(self, *args: Any, user: Any, gam: GamDevice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = GamDevice.objects.restrict(user, "replace").exclude(pk=gam.pk)
        self.fields["successor"].queryset = others
