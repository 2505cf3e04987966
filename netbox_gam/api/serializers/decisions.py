"""Finding rules."""

from __future__ import annotations

from dcim.api.serializers import DeviceRoleSerializer, SiteSerializer
from dcim.models import DeviceRole, Site
from extras.api.serializers import TagSerializer
from extras.models import Tag
from netbox.api.fields import ChoiceField, SerializedPKRelatedField
from netbox.api.serializers import PrimaryModelSerializer
from rest_framework import serializers
from users.api.serializers import UserSerializer

from ...choices import FindingActionChoices, FindingKindChoices
from ...models import FindingRule, HeldService
from .base import COMMON, IDENTITY
from .billing import BillingSystemSerializer


class FindingRuleSerializer(PrimaryModelSerializer):
    """What is always done with findings of some kinds."""

    kinds = serializers.ListField(child=serializers.ChoiceField(choices=FindingKindChoices), allow_empty=False)
    system = BillingSystemSerializer(nested=True, required=False, allow_null=True)
    action = ChoiceField(choices=FindingActionChoices, required=False)
    acts_as = UserSerializer(nested=True, read_only=True)
    held = serializers.CharField(read_only=True)
    is_confirmed = serializers.BooleanField(read_only=True)
    sites = SerializedPKRelatedField(queryset=Site.objects.all(), serializer=SiteSerializer, nested=True, required=False, many=True)
    roles = SerializedPKRelatedField(
        queryset=DeviceRole.objects.all(), serializer=DeviceRoleSerializer, nested=True, required=False, many=True
    )
    scope_tags = SerializedPKRelatedField(
        queryset=Tag.objects.all(), serializer=TagSerializer, nested=True, required=False, many=True
    )

    class Meta:
        model = FindingRule
        fields = (
            *IDENTITY, "name", "enabled", "kinds", "system", "action", "run_limit", "hourly_limit", "sites", "roles", "scope_tags",
            "acts_as", "is_confirmed", "held", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "name", "enabled", "action", "description")


class HeldServiceSerializer(serializers.ModelSerializer):
    """What a held feed would come to for one service."""

    change = serializers.CharField(help_text="suspend, terminate or missing")

    class Meta:
        model = HeldService
        fields = (
            "id", "subscriber", "site", "change", "entity", "external_id", "account_id", "name", "was", "now", "released",
            "released_by",
        )  # fmt: skip


class RulePreviewSerializer(serializers.Serializer):
    """What a rule would have done over the last month."""

    since = serializers.DateTimeField()
    count = serializers.IntegerField(help_text="Findings it would have decided")
    cut_offs = serializers.IntegerField(help_text="How many of them take a service away")
    busiest_day = serializers.IntegerField(help_text="Findings on the busiest day")
    hold = serializers.CharField(help_text="Why the guard would have held it on that day; empty where it would not")
    by_kind = serializers.DictField(child=serializers.IntegerField())
    findings = serializers.ListField(child=serializers.IntegerField(), source="keys", help_text="Keys of the latest of them")
