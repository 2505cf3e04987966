"""Filters of credential and SNMP profiles. Secrets cannot be filtered by."""

from __future__ import annotations

import django_filters
from utilities.filtersets import register_filterset

from ..choices import SnmpAuthChoices, SnmpPrivChoices, SnmpVersionChoices
from ..models import CredentialProfile, SnmpProfile
from .base import GamFilterSet


@register_filterset
class CredentialProfileFilterSet(GamFilterSet):
    search_fields = ("name", "username")

    class Meta:
        model = CredentialProfile
        fields = ("id", "name", "username", "description")


@register_filterset
class SnmpProfileFilterSet(GamFilterSet):
    version = django_filters.MultipleChoiceFilter(choices=SnmpVersionChoices, distinct=False)
    auth_protocol = django_filters.MultipleChoiceFilter(choices=SnmpAuthChoices, distinct=False)
    priv_protocol = django_filters.MultipleChoiceFilter(choices=SnmpPrivChoices, distinct=False)

    search_fields = ("name", "username")

    class Meta:
        model = SnmpProfile
        fields = ("id", "name", "username", "description")
