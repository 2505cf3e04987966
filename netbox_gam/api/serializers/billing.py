"""Billing systems, what is linked to them, their runs and the findings."""

from __future__ import annotations

from netbox.api.fields import ChoiceField, RelatedObjectCountField
from netbox.api.serializers import PrimaryModelSerializer
from rest_framework import serializers

from ...choices import (
    BillingAuthChoices,
    BillingSystemTypeChoices,
    FindingKindChoices,
    FindingStateChoices,
    SyncRunKindChoices,
    SyncRunStatusChoices,
)
from ...models import BillingLink, BillingPlan, BillingSystem, Finding, SyncRun
from ..fields import SecretSetField
from .base import COMMON, IDENTITY, SECRET, RecordSerializer
from .devices import EndpointSerializer
from .plans import BandwidthPlanSerializer
from .provisioning import ChangePlanSerializer
from .subscribers import SubscriberSerializer


class BillingSystemSerializer(PrimaryModelSerializer):
    """A Sonar or Splynx instance."""

    type = ChoiceField(choices=BillingSystemTypeChoices)
    # In the API "url" is the address of the object itself.
    server_url = serializers.URLField(source="url", max_length=200)
    auth = ChoiceField(choices=BillingAuthChoices, required=False)
    has_token = SecretSetField("token")
    has_api_key = SecretSetField("api_key")
    has_api_secret = SecretSetField("api_secret")
    has_webhook_secret = SecretSetField("webhook_secret")
    billing_plan_count = RelatedObjectCountField("billing_plans")
    link_count = RelatedObjectCountField("links")

    class Meta:
        model = BillingSystem
        fields = (
            *IDENTITY, "name", "type", "server_url", "auth", "token", "has_token", "api_key", "has_api_key", "api_secret",
            "has_api_secret", "webhook_secret", "has_webhook_secret", "verify_tls", "ca_file", "enabled", "interval",
            "full_interval", "options", "write_back", "write_back_fields", "billing_plan_count", "link_count",
            *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "name", "description")
        read_only_fields = ("write_back", "write_back_fields")
        extra_kwargs = {"token": SECRET, "api_key": SECRET, "api_secret": SECRET, "webhook_secret": SECRET}


class BillingPlanSerializer(PrimaryModelSerializer):
    """A tariff or data service, and the bandwidth plan it stands for."""

    system = BillingSystemSerializer(nested=True)
    bandwidth_plan = BandwidthPlanSerializer(nested=True, required=False, allow_null=True)

    class Meta:
        model = BillingPlan
        fields = (
            *IDENTITY, "system", "external_id", "name", "download_kbps", "upload_kbps", "price", "recurring", "bandwidth_plan",
            *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "external_id", "name", "description")
        read_only_fields = ("recurring",)


class BillingLinkSerializer(PrimaryModelSerializer):
    """Which object of a billing system a subscriber is."""

    system = BillingSystemSerializer(nested=True)
    subscriber = SubscriberSerializer(nested=True)

    class Meta:
        model = BillingLink
        fields = (*IDENTITY, "system", "entity", "external_id", "account_id", "subscriber", "match_reason", *COMMON)
        brief_fields = ("id", "url", "display", "system", "entity", "external_id", "description")


class SyncRunSerializer(RecordSerializer):
    """One reconciliation with a billing system."""

    system = BillingSystemSerializer(nested=True)
    status = ChoiceField(choices=SyncRunStatusChoices)
    kind = ChoiceField(choices=SyncRunKindChoices)

    class Meta:
        model = SyncRun
        fields = (
            *IDENTITY, "system", "status", "kind", "started", "finished", "complete", "scope", "counts", "timings", "problems",
            "outcome", "progress", "cancel_requested", "cursor",
            *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "system", "status", "started", "description")


class FindingSerializer(RecordSerializer):
    """One difference, with the values on each side and where they were read."""

    system = BillingSystemSerializer(nested=True, allow_null=True)
    kind = ChoiceField(choices=FindingKindChoices)
    state = ChoiceField(choices=FindingStateChoices)
    subscriber = SubscriberSerializer(nested=True, allow_null=True)
    endpoint = EndpointSerializer(nested=True, allow_null=True)
    sync_run = SyncRunSerializer(nested=True, allow_null=True)
    change_plan = ChangePlanSerializer(nested=True, allow_null=True)
    followed_rule = serializers.PrimaryKeyRelatedField(read_only=True)

    class Meta:
        model = Finding
        fields = (
            *IDENTITY, "system", "kind", "state", "title", "fingerprint", "entity", "external_id", "subscriber", "endpoint",
            "billing_values", "intent_values", "actual_values", "read_times", "rule", "ignored_until", "followed_rule", "decided",
            "first_seen", "last_seen", "sync_run", "change_plan",
            "taken_up_at",
            *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "kind", "state", "title", "description")
