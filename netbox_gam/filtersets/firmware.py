"""Filters of firmware images, rollouts and upgrades."""

from __future__ import annotations

import django_filters
from dcim.models import Device
from django.utils.translation import gettext_lazy as _
from users.models import User
from utilities.filters import MultiValueCharFilter
from utilities.filtersets import register_filterset

from ..choices import (
    FirmwareFamilyChoices,
    FirmwareRolloutStatusChoices,
    FirmwareUpgradeStatusChoices,
    TransportChoices,
)
from ..models import FirmwareImage, FirmwareRollout, FirmwareUpgrade, GamDevice
from .base import GamFilterSet


@register_filterset
class FirmwareImageFilterSet(GamFilterSet):
    family = django_filters.MultipleChoiceFilter(choices=FirmwareFamilyChoices, distinct=False)
    hardware_models = MultiValueCharFilter(method="filter_any_of", label=_("Hardware model"))

    search_fields = ("family", "version", "file_name", "source_url")

    class Meta:
        model = FirmwareImage
        fields = (
            "id",
            "version",
            "revision",
            "file_name",
            "source_url",
            "size_bytes",
            "sha256",
            "md5",
            "minimum_version",
            "description",
        )

    def filter_any_of(self, queryset, name, value):
        """Images whose list has one of the values."""
        return queryset.filter(**{f"{name}__overlap": value})


@register_filterset
class FirmwareRolloutFilterSet(GamFilterSet):
    image_id = django_filters.ModelMultipleChoiceFilter(
        queryset=FirmwareImage.objects.all(), distinct=False, label=_("Firmware image (ID)")
    )
    gam_id = django_filters.ModelMultipleChoiceFilter(
        field_name="upgrades__gam", queryset=GamDevice.objects.all(), label=_("GAM (ID)")
    )
    status = django_filters.MultipleChoiceFilter(choices=FirmwareRolloutStatusChoices, distinct=False)
    requested_by_id = django_filters.ModelMultipleChoiceFilter(
        queryset=User.objects.all(), distinct=False, label=_("Requested by (ID)")
    )
    started_by_id = django_filters.ModelMultipleChoiceFilter(
        queryset=User.objects.all(), distinct=False, label=_("Started by (ID)")
    )
    wave_sizes = django_filters.NumberFilter(field_name="wave_sizes", lookup_expr="contains", method="filter_wave_size")

    search_fields = ("reason", "error", "image__version")

    class Meta:
        model = FirmwareRollout
        fields = (
            "id", "reason", "wave", "tolerated_failures", "accepted_failures", "download_first", "upgrade_endpoints",
            "allow_downgrade", "not_before", "not_after", "away_minutes", "endpoint_minutes", "error", "started", "finished",
            "description",
        )  # fmt: skip

    def filter_wave_size(self, queryset, name, value):
        """Rollouts with a wave of that size."""
        return queryset.filter(wave_sizes__contains=[int(value)])


@register_filterset
class FirmwareUpgradeFilterSet(GamFilterSet):
    rollout_id = django_filters.ModelMultipleChoiceFilter(
        queryset=FirmwareRollout.objects.all(), distinct=False, label=_("Rollout (ID)")
    )
    gam_id = django_filters.ModelMultipleChoiceFilter(queryset=GamDevice.objects.all(), distinct=False, label=_("GAM (ID)"))
    gam = django_filters.ModelMultipleChoiceFilter(
        field_name="gam__device__name", queryset=Device.objects.all(), to_field_name="name", distinct=False, label=_("GAM (name)")
    )
    status = django_filters.MultipleChoiceFilter(choices=FirmwareUpgradeStatusChoices, distinct=False)
    transport = django_filters.MultipleChoiceFilter(choices=TransportChoices, distinct=False)

    search_fields = ("gam__device__name", "from_version", "error")

    class Meta:
        model = FirmwareUpgrade
        fields = (
            "id", "wave", "from_version", "state_hash", "endpoints_back", "endpoints_mismatched", "error", "next_step",
            "phase_since", "next_look", "started", "swapped", "back", "finished", "description",
        )  # fmt: skip
