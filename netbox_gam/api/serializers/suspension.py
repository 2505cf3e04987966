"""Suspension policies."""

from __future__ import annotations

from dcim.api.serializers_.sites import SiteSerializer
from netbox.api.fields import ChoiceField
from netbox.api.serializers import PrimaryModelSerializer

from ...choices import SuspensionModeChoices
from ...models import SuspensionPolicy
from .base import COMMON, IDENTITY
from .billing import BillingSystemSerializer
from .plans import BandwidthPlanSerializer


class SuspensionPolicySerializer(PrimaryModelSerializer):
    """How subscribers of a billing system, at a site, are cut off."""

    system = BillingSystemSerializer(nested=True, required=False, allow_null=True, default=None)
    site = SiteSerializer(nested=True, required=False, allow_null=True, default=None)
    mode = ChoiceField(choices=SuspensionModeChoices, required=False)
    bandwidth_plan = BandwidthPlanSerializer(nested=True, required=False, allow_null=True)

    class Meta:
        model = SuspensionPolicy
        fields = (*IDENTITY, "name", "system", "site", "mode", "vid", "bandwidth_plan", *COMMON)
        brief_fields = ("id", "url", "display", "name", "description")
