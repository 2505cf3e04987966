"""Filters of configuration backups."""

from __future__ import annotations

import django_filters
from dcim.models import Device, Site
from django.utils.translation import gettext_lazy as _
from users.models import User
from utilities.filtersets import register_filterset

from ..choices import ConfigBackupKindChoices
from ..models import ChangePlan, ConfigBackup, GamDevice
from .base import GamFilterSet


@register_filterset
class ConfigBackupFilterSet(GamFilterSet):
    gam_id = django_filters.ModelMultipleChoiceFilter(queryset=GamDevice.objects.all(), distinct=False, label=_("GAM (ID)"))
    gam = django_filters.ModelMultipleChoiceFilter(
        field_name="gam__device__name", queryset=Device.objects.all(), to_field_name="name", distinct=False, label=_("GAM (name)")
    )
    site_id = django_filters.ModelMultipleChoiceFilter(
        field_name="gam__device__site", queryset=Site.objects.all(), distinct=False, label=_("Site (ID)")
    )
    kind = django_filters.MultipleChoiceFilter(choices=ConfigBackupKindChoices, distinct=False)
    requested_by_id = django_filters.ModelMultipleChoiceFilter(
        queryset=User.objects.all(), distinct=False, label=_("Requested by (ID)")
    )
    change_plan_id = django_filters.ModelMultipleChoiceFilter(
        field_name="change_plans", queryset=ChangePlan.objects.all(), label=_("Change plan (ID)")
    )
    # Only the masked text: what is blanked cannot be searched for, nor guessed by searching.
    contains = django_filters.CharFilter(
        field_name="text__masked", lookup_expr="icontains", label=_("Text of the configuration, secrets blanked")
    )

    search_fields = ("gam__device__name", "text__masked")

    class Meta:
        model = ConfigBackup
        fields = ("id", "taken", "last_seen", "lines", "description")
