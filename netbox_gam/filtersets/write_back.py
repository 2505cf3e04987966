"""Filters of what is written back to billing systems."""

from __future__ import annotations

import django_filters
from utilities.filtersets import register_filterset

from ..choices import BackValueChoices, BillingWriteStateChoices
from ..models import BillingWrite
from .base import GamFilterSet
from .billing import OfSubscriber, OfSystem


@register_filterset
class BillingWriteFilterSet(GamFilterSet, OfSystem, OfSubscriber):
    state = django_filters.MultipleChoiceFilter(choices=BillingWriteStateChoices, distinct=False)
    value = django_filters.MultipleChoiceFilter(choices=BackValueChoices, distinct=False)

    search_fields = ("account_id", "field", "after", "subscriber__name", "subscriber__full_name")

    class Meta:
        model = BillingWrite
        fields = ("id", "account_id", "field", "key", "version", "attempts", "due", "begun", "sent", "error", "description")


__all__ = ("BillingWriteFilterSet",)
