"""Credential and SNMP profiles."""

from __future__ import annotations

from ... import filtersets
from ...models import CredentialProfile, SnmpProfile
from ..serializers import CredentialProfileSerializer, SnmpProfileSerializer
from .base import GamViewSet


class CredentialProfileViewSet(GamViewSet):
    """User names and passwords for SSH and JSON-RPC."""

    queryset = CredentialProfile.objects.all()
    serializer_class = CredentialProfileSerializer
    filterset_class = filtersets.CredentialProfileFilterSet
    # A request that waits in Redis would keep the secrets it carries there.
    background_enabled = False


class SnmpProfileViewSet(GamViewSet):
    """SNMP versions and secrets."""

    queryset = SnmpProfile.objects.all()
    serializer_class = SnmpProfileSerializer
    filterset_class = filtersets.SnmpProfileFilterSet
    background_enabled = False
