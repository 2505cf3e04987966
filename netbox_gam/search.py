"""What NetBox's global search finds. Never secrets."""

from __future__ import annotations

from netbox.search import SearchIndex, register_search

from .models import (
    Alarm,
    AlarmRule,
    Arrival,
    BandwidthPlan,
    BillingLink,
    BillingPlan,
    BillingSystem,
    BillingWrite,
    ChangeBatch,
    ChangePlan,
    ChangeStep,
    CredentialProfile,
    Drift,
    Endpoint,
    Finding,
    FindingRule,
    FirmwareImage,
    FirmwareRollout,
    FirmwareUpgrade,
    GamDevice,
    GamPort,
    MailGroup,
    SnmpProfile,
    Subscriber,
    SyncRun,
    VlanPool,
)


@register_search
class CredentialProfileIndex(SearchIndex):
    model = CredentialProfile
    fields = (("name", 100), ("username", 300), ("description", 500), ("comments", 5000))
    display_attrs = ("username", "description")


@register_search
class SnmpProfileIndex(SearchIndex):
    model = SnmpProfile
    fields = (("name", 100), ("username", 300), ("description", 500), ("comments", 5000))
    display_attrs = ("version", "username", "description")


@register_search
class GamDeviceIndex(SearchIndex):
    model = GamDevice
    fields = (("device", 100), ("hardware_model", 300), ("address_override", 300), ("description", 500), ("comments", 5000))
    display_attrs = ("device", "hardware_model", "transport", "description")


@register_search
class GamPortIndex(SearchIndex):
    model = GamPort
    fields = (("interface", 200), ("description", 500), ("comments", 5000))
    display_attrs = ("gam", "interface", "medium", "description")


@register_search
class EndpointIndex(SearchIndex):
    model = Endpoint
    fields = (("mac_address", 100), ("name", 100), ("serial", 100), ("model", 400), ("description", 500), ("comments", 5000))
    display_attrs = ("gam", "port", "status", "description")


@register_search
class BandwidthPlanIndex(SearchIndex):
    model = BandwidthPlan
    fields = (("name", 100), ("description", 500), ("comments", 5000))
    display_attrs = ("downstream_kbps", "upstream_kbps", "description")


@register_search
class VlanPoolIndex(SearchIndex):
    model = VlanPool
    fields = (("name", 100), ("description", 500), ("comments", 5000))
    display_attrs = ("vlan_group", "mode", "description")


@register_search
class SubscriberIndex(SearchIndex):
    model = Subscriber
    fields = (
        ("name", 60),
        ("full_name", 70),
        ("email", 100),
        ("phone", 100),
        ("service_address", 150),
        ("description", 500),
        ("comments", 5000),
    )
    display_attrs = ("full_name", "status", "gam", "endpoint", "description")


@register_search
class BillingSystemIndex(SearchIndex):
    model = BillingSystem
    fields = (("name", 100), ("url", 300), ("description", 500), ("comments", 5000))
    display_attrs = ("type", "url", "description")


@register_search
class BillingPlanIndex(SearchIndex):
    model = BillingPlan
    fields = (("name", 100), ("external_id", 200), ("description", 500), ("comments", 5000))
    display_attrs = ("system", "bandwidth_plan", "description")


@register_search
class BillingLinkIndex(SearchIndex):
    model = BillingLink
    fields = (("external_id", 100), ("account_id", 100), ("description", 500), ("comments", 5000))
    display_attrs = ("system", "entity", "subscriber", "description")


@register_search
class SyncRunIndex(SearchIndex):
    model = SyncRun
    fields = (("scope", 500), ("description", 500), ("comments", 5000))
    display_attrs = ("system", "status", "started", "description")


@register_search
class BillingWriteIndex(SearchIndex):
    model = BillingWrite
    fields = (("account_id", 200), ("key", 300), ("after", 500), ("description", 500), ("comments", 5000))
    display_attrs = ("system", "subscriber", "value", "state")


@register_search
class FindingIndex(SearchIndex):
    model = Finding
    fields = (("title", 150), ("external_id", 200), ("description", 500), ("comments", 5000))
    display_attrs = ("kind", "state", "system", "subscriber")


@register_search
class ChangeBatchIndex(SearchIndex):
    model = ChangeBatch
    fields = (("reason", 200), ("description", 500), ("comments", 5000))
    display_attrs = ("source", "requested_by", "description")


@register_search
class ChangePlanIndex(SearchIndex):
    model = ChangePlan
    fields = (("reason", 200), ("error", 600), ("description", 500), ("comments", 5000))
    display_attrs = ("gam", "status", "description")


@register_search
class ChangeStepIndex(SearchIndex):
    model = ChangeStep
    fields = (("name", 300), ("why", 500), ("error", 600), ("description", 500), ("comments", 5000))
    display_attrs = ("change_plan", "action", "kind", "state")


@register_search
class AlarmIndex(SearchIndex):
    model = Alarm
    fields = (("condition", 200), ("entity", 300), ("text", 400), ("description", 500), ("comments", 5000))
    display_attrs = ("gam", "severity", "state", "endpoint")


@register_search
class AlarmRuleIndex(SearchIndex):
    model = AlarmRule
    fields = (("name", 100), ("watches", 300), ("description", 500), ("comments", 5000))
    display_attrs = ("watches", "severity", "enabled", "description")


@register_search
class MailGroupIndex(SearchIndex):
    model = MailGroup
    fields = (("name", 100), ("description", 500), ("comments", 5000))
    display_attrs = ("minimum_severity", "enabled", "description")


@register_search
class DriftIndex(SearchIndex):
    model = Drift
    fields = (("name", 300), ("field", 400), ("reason", 500), ("description", 500), ("comments", 5000))
    display_attrs = ("gam", "kind", "state", "description")


@register_search
class ArrivalIndex(SearchIndex):
    model = Arrival
    fields = (("endpoint", 300), ("note", 400), ("description", 500), ("comments", 5000))
    display_attrs = ("gam", "kind", "state", "description")


@register_search
class FirmwareImageIndex(SearchIndex):
    model = FirmwareImage
    fields = (("version", 100), ("file_name", 200), ("family", 300), ("description", 500), ("comments", 5000))
    display_attrs = ("family", "version", "description")


@register_search
class FirmwareRolloutIndex(SearchIndex):
    model = FirmwareRollout
    fields = (("reason", 200), ("error", 600), ("description", 500), ("comments", 5000))
    display_attrs = ("image", "status", "description")


@register_search
class FirmwareUpgradeIndex(SearchIndex):
    model = FirmwareUpgrade
    fields = (("from_version", 300), ("error", 600), ("description", 500), ("comments", 5000))
    display_attrs = ("gam", "rollout", "status")


@register_search
class FindingRuleIndex(SearchIndex):
    model = FindingRule
    fields = (("name", 100), ("description", 500), ("comments", 5000))
    display_attrs = ("action", "enabled", "description")
