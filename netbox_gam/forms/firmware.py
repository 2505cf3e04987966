"""Forms of firmware images, and of planning a rollout. Rollouts and upgrades are written by the workflows only."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from users.models import User
from utilities.forms import add_blank_choice
from utilities.forms.fields import (
    ChoiceField,
    CSVChoiceField,
    CSVMultipleChoiceField,
    DynamicModelMultipleChoiceField,
    MultipleChoiceField,
    TagFilterField,
)
from utilities.forms.rendering import FieldSet
from utilities.forms.widgets import DateTimePicker

from ..choices import (
    FirmwareFamilyChoices,
    FirmwareRolloutStatusChoices,
    FirmwareUpgradeStatusChoices,
    HardwareModelChoices,
    TransportChoices,
)
from ..models import FirmwareImage, FirmwareRollout, FirmwareUpgrade, GamDevice
from .base import OWNERSHIP, SEARCH, GamImportForm, yes_no

IMAGE_FIELDS = (
    "family", "version", "revision", "file_name", "source_url", "size_bytes", "sha256", "md5", "hardware_models", "minimum_version",
    "description", "owner", "comments", "tags",
)  # fmt: skip


class FirmwareImageForm(PrimaryModelForm):
    family = ChoiceField(label=_("Family"), choices=add_blank_choice(FirmwareFamilyChoices))
    hardware_models = MultipleChoiceField(
        label=_("Hardware models"),
        choices=HardwareModelChoices,
        required=False,
        help_text=FirmwareImage._meta.get_field("hardware_models").help_text,
    )

    fieldsets = (
        FieldSet("family", "version", "revision", "description", "tags", name=_("Firmware Image")),
        FieldSet("file_name", "source_url", "size_bytes", "sha256", "md5", name=_("File")),
        FieldSet("hardware_models", "minimum_version", name=_("Rules")),
    )

    class Meta:
        model = FirmwareImage
        fields = IMAGE_FIELDS


class FirmwareImageBulkEditForm(PrimaryModelBulkEditForm):
    minimum_version = forms.CharField(label=_("Minimum version"), max_length=20, required=False)

    model = FirmwareImage
    fieldsets = (FieldSet("minimum_version", "description"),)
    nullable_fields = ("minimum_version", "description", "comments")


class FirmwareImageImportForm(GamImportForm):
    family = CSVChoiceField(label=_("Family"), choices=FirmwareFamilyChoices)
    hardware_models = CSVMultipleChoiceField(label=_("Hardware models"), choices=HardwareModelChoices, required=False)

    class Meta:
        model = FirmwareImage
        fields = IMAGE_FIELDS


class FirmwareImageFilterForm(PrimaryModelFilterSetForm):
    model = FirmwareImage
    fieldsets = (SEARCH, FieldSet("family", "version", "hardware_models", name=_("Firmware Image")), OWNERSHIP)
    family = MultipleChoiceField(label=_("Family"), choices=FirmwareFamilyChoices, required=False)
    version = forms.CharField(label=_("Version"), required=False)
    hardware_models = MultipleChoiceField(label=_("Hardware model"), choices=HardwareModelChoices, required=False)
    tag = TagFilterField(model)


class WaveSizesField(forms.CharField):
    """Numbers separated by commas or blanks."""

    def clean(self, value: Any) -> tuple[int, ...]:
        words = [word for word in re.split(r"[\s,;]+", super().clean(value) or "") if word]
        strange = [word for word in words if not word.isdecimal() or int(word) < 1]
        if strange:
            raise forms.ValidationError(_("“%s” is not a number of GAMs.") % strange[0])
        return tuple(int(word) for word in words)


class PlanRolloutForm(forms.Form):
    """What a rollout of an image is made of."""

    gams = DynamicModelMultipleChoiceField(label=_("GAMs"), queryset=GamDevice.objects.all())
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
    wave_sizes = WaveSizesField(
        label=_("Wave sizes"), initial="1, 5", required=False, help_text=_("GAMs in the first waves; the last has the rest")
    )
    tolerated_failures = forms.IntegerField(
        label=_("Tolerated failures"), min_value=0, initial=0, help_text=_("One more, and the rollout pauses")
    )
    download_first = forms.BooleanField(
        label=_("Download first"), initial=True, required=False, help_text=_("GAMs fetch the image before their wave")
    )
    upgrade_endpoints = forms.BooleanField(label=_("Upgrade endpoints"), initial=True, required=False)
    allow_downgrade = forms.BooleanField(label=_("Allow downgrade"), required=False)
    not_before = forms.DateTimeField(label=_("Not before"), required=False, widget=DateTimePicker())
    not_after = forms.DateTimeField(label=_("Not after"), required=False, widget=DateTimePicker())
    away_minutes = forms.IntegerField(label=_("Away at most"), min_value=10, max_value=240, initial=20, help_text=_("Minutes"))
    endpoint_minutes = forms.IntegerField(
        label=_("Endpoints at most"), min_value=5, max_value=1440, initial=90, help_text=_("Minutes")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gams"].queryset = GamDevice.objects.restrict(user, "upgrade")


class ResumeRolloutForm(forms.Form):
    """The window a paused rollout goes on in; empty keeps the one it has."""

    not_before = forms.DateTimeField(label=_("Not before"), required=False, widget=DateTimePicker())
    not_after = forms.DateTimeField(
        label=_("Not after"),
        required=False,
        widget=DateTimePicker(),
        help_text=_("No restart begins outside the window. Both empty: the rollout keeps the window it has"),
    )


class FirmwareRolloutForm(PrimaryModelForm):
    fieldsets = (FieldSet("description", "tags", name=_("Firmware Rollout")),)

    class Meta:
        model = FirmwareRollout
        fields = ("description", "owner", "comments", "tags")


class FirmwareRolloutBulkEditForm(PrimaryModelBulkEditForm):
    model = FirmwareRollout
    fieldsets = (FieldSet("description"),)
    nullable_fields = ("description", "comments")


class FirmwareRolloutFilterForm(PrimaryModelFilterSetForm):
    model = FirmwareRollout
    fieldsets = (
        SEARCH,
        FieldSet("status", "image_id", "gam_id", "requested_by_id", "allow_downgrade", name=_("Firmware Rollout")),
        OWNERSHIP,
    )
    status = MultipleChoiceField(label=_("Status"), choices=FirmwareRolloutStatusChoices, required=False)
    image_id = DynamicModelMultipleChoiceField(label=_("Firmware image"), queryset=FirmwareImage.objects.all(), required=False)
    gam_id = DynamicModelMultipleChoiceField(label=_("GAM"), queryset=GamDevice.objects.all(), required=False)
    requested_by_id = DynamicModelMultipleChoiceField(label=_("Requested by"), queryset=User.objects.all(), required=False)
    allow_downgrade = yes_no(_("Allow downgrade"))
    tag = TagFilterField(model)


class FirmwareUpgradeForm(PrimaryModelForm):
    fieldsets = (FieldSet("description", "tags", name=_("Firmware Upgrade")),)

    class Meta:
        model = FirmwareUpgrade
        fields = ("description", "owner", "comments", "tags")


class FirmwareUpgradeBulkEditForm(PrimaryModelBulkEditForm):
    model = FirmwareUpgrade
    fieldsets = (FieldSet("description"),)
    nullable_fields = ("description", "comments")


class FirmwareUpgradeFilterForm(PrimaryModelFilterSetForm):
    model = FirmwareUpgrade
    fieldsets = (SEARCH, FieldSet("status", "rollout_id", "gam_id", "transport", name=_("Firmware Upgrade")), OWNERSHIP)
    status = MultipleChoiceField(label=_("Status"), choices=FirmwareUpgradeStatusChoices, required=False)
    rollout_id = DynamicModelMultipleChoiceField(label=_("Rollout"), queryset=FirmwareRollout.objects.all(), required=False)
    gam_id = DynamicModelMultipleChoiceField(label=_("GAM"), queryset=GamDevice.objects.all(), required=False)
    transport = MultipleChoiceField(label=_("Transport"), choices=TransportChoices, required=False)
    tag = TagFilterField(model)
