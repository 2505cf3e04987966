"""Filters of change plans and their steps."""

from __future__ import annotations

import django_filters
from dcim.models import Device
from django.utils.translation import gettext_lazy as _
from users.models import User
from utilities.filtersets import register_filterset

from ..choices import (
    BatchSourceChoices,
    ChangeActionChoices,
    ChangeKindChoices,
    ChangePlanStatusChoices,
    StepStateChoices,
    TransportChoices,
)
from ..models import ChangeBatch, ChangePlan, ChangeStep, GamDevice, Subscriber
from .base import GamFilterSet


@register_filterset
class ChangeBatchFilterSet(GamFilterSet):
    source = django_filters.MultipleChoiceFilter(choices=BatchSourceChoices, distinct=False)
    requested_by_id = django_filters.ModelMultipleChoiceFilter(
        queryset=User.objects.all(), distinct=False, label=_("Requested by (ID)")
    )
    requested_by = django_filters.ModelMultipleChoiceFilter(
        field_name="requested_by__username",
        queryset=User.objects.all(),
        to_field_name="username",
        distinct=False,
        label=_("Requested by (name)"),
    )
    gam_id = django_filters.ModelMultipleChoiceFilter(
        field_name="change_plans__gam", queryset=GamDevice.objects.all(), label=_("GAM (ID)")
    )

    search_fields = ("reason", "change_plans__gam__device__name")

    class Meta:
        model = ChangeBatch
        fields = ("id", "reason", "description")


@register_filterset
class ChangePlanFilterSet(GamFilterSet):
    gam_id = django_filters.ModelMultipleChoiceFilter(queryset=GamDevice.objects.all(), distinct=False, label=_("GAM (ID)"))
    gam = django_filters.ModelMultipleChoiceFilter(
        field_name="gam__device__name", queryset=Device.objects.all(), to_field_name="name", distinct=False, label=_("GAM (name)")
    )
    batch_id = django_filters.ModelMultipleChoiceFilter(
        queryset=ChangeBatch.objects.all(), distinct=False, label=_("Change batch (ID)")
    )
    superseded_by_id = django_filters.ModelMultipleChoiceFilter(
        queryset=ChangePlan.objects.all(), distinct=False, label=_("Superseded by (ID)")
    )
    status = django_filters.MultipleChoiceFilter(choices=ChangePlanStatusChoices, distinct=False)
    transport = django_filters.MultipleChoiceFilter(choices=TransportChoices, distinct=False)
    requested_by_id = django_filters.ModelMultipleChoiceFilter(
        queryset=User.objects.all(), distinct=False, label=_("Requested by (ID)")
    )
    requested_by = django_filters.ModelMultipleChoiceFilter(
        field_name="requested_by__username",
        queryset=User.objects.all(),
        to_field_name="username",
        distinct=False,
        label=_("Requested by (name)"),
    )
    subscriber_id = django_filters.ModelMultipleChoiceFilter(
        field_name="subscribers", queryset=Subscriber.objects.all(), label=_("Subscriber (ID)")
    )

    search_fields = ("reason", "gam__device__name", "error")

    class Meta:
        model = ChangePlan
        fields = ("id", "reason", "state_hash", "error", "verified", "saved", "started", "finished", "description")


@register_filterset
class ChangeStepFilterSet(GamFilterSet):
    change_plan_id = django_filters.ModelMultipleChoiceFilter(
        queryset=ChangePlan.objects.all(), distinct=False, label=_("Change plan (ID)")
    )
    gam_id = django_filters.ModelMultipleChoiceFilter(
        field_name="change_plan__gam", queryset=GamDevice.objects.all(), distinct=False, label=_("GAM (ID)")
    )
    action = django_filters.MultipleChoiceFilter(choices=ChangeActionChoices, distinct=False)
    kind = django_filters.MultipleChoiceFilter(choices=ChangeKindChoices, distinct=False)
    state = django_filters.MultipleChoiceFilter(choices=StepStateChoices, distinct=False)

    search_fields = ("name", "why", "answer", "error")

    class Meta:
        model = ChangeStep
        fields = ("id", "index", "name", "why", "answer", "error", "started", "finished", "description")
