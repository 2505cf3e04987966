"""What lists can be filtered by."""

from typing import TYPE_CHECKING, Annotated

import strawberry
import strawberry_django
from netbox.graphql.filter_lookups import FloatLookup, IntegerArrayLookup, IntegerLookup, JSONFilter, StringArrayLookup
from netbox.graphql.filters import PrimaryModelFilter, register_filter
from strawberry.scalars import ID
from strawberry_django import BaseFilterLookup, DatetimeFilterLookup, FilterLookup, StrFilterLookup, TimeFilterLookup
from tenancy.graphql.filter_mixins import ContactFilterMixin, TenancyFilterMixin

from .. import models
from .enums import (
    AddressSourceEnum,
    AlarmSeverityEnum,
    AlarmSourceEnum,
    AlarmStateEnum,
    ArrivalKindEnum,
    ArrivalStateEnum,
    BackValueEnum,
    BatchSourceEnum,
    BillingAuthEnum,
    BillingSystemTypeEnum,
    BillingWriteStateEnum,
    ChangeActionEnum,
    ChangeKindEnum,
    ChangePlanStatusEnum,
    DriftKindEnum,
    DriftObjectEnum,
    DriftStateEnum,
    EndpointStatusEnum,
    FindingActionEnum,
    FindingKindEnum,
    FindingStateEnum,
    FirmwareFamilyEnum,
    FirmwareRolloutStatusEnum,
    FirmwareUpgradeStatusEnum,
    HardwareModelEnum,
    IsolationModeEnum,
    MediumEnum,
    PoeModeEnum,
    RuleOperatorEnum,
    RuleWatchEnum,
    SnmpAuthEnum,
    SnmpPrivEnum,
    SnmpVersionEnum,
    StepStateEnum,
    SubscriberModelEnum,
    SubscriberStatusEnum,
    SyncRunKindEnum,
    SyncRunStatusEnum,
    TransportEnum,
    VlanModeEnum,
    ZeroTouchEnum,
)

if TYPE_CHECKING:
    from dcim.graphql.filters import DeviceFilter, DeviceRoleFilter, InterfaceFilter, SiteFilter
    from extras.graphql.filters import TagFilter
    from ipam.graphql.filters import VLANFilter, VLANGroupFilter
    from users.graphql.filters import UserFilter

__all__ = (
    "AlarmFilter",
    "AlarmRuleFilter",
    "ArrivalFilter",
    "BandwidthPlanFilter",
    "BillingLinkFilter",
    "BillingPlanFilter",
    "BillingSystemFilter",
    "BillingWriteFilter",
    "ChangePlanFilter",
    "ChangeStepFilter",
    "CredentialProfileFilter",
    "DriftFilter",
    "EndpointFilter",
    "FindingFilter",
    "FindingRuleFilter",
    "FirmwareImageFilter",
    "FirmwareRolloutFilter",
    "FirmwareUpgradeFilter",
    "GamDeviceFilter",
    "GamPortFilter",
    "MailGroupFilter",
    "SnmpProfileFilter",
    "SubscriberFilter",
    "SyncRunFilter",
    "VlanPoolFilter",
)


@register_filter(models.CredentialProfile, lookups=True)
class CredentialProfileFilter(PrimaryModelFilter):
    """Credential profiles; by anything but the password."""

    name: StrFilterLookup | None = strawberry_django.filter_field()
    username: StrFilterLookup | None = strawberry_django.filter_field()
    gam_devices: Annotated["GamDeviceFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )


@register_filter(models.SnmpProfile, lookups=True)
class SnmpProfileFilter(PrimaryModelFilter):
    """SNMP profiles; by anything but community and keys."""

    name: StrFilterLookup | None = strawberry_django.filter_field()
    version: BaseFilterLookup[SnmpVersionEnum] | None = strawberry_django.filter_field()
    username: StrFilterLookup | None = strawberry_django.filter_field()
    auth_protocol: BaseFilterLookup[SnmpAuthEnum] | None = strawberry_django.filter_field()
    priv_protocol: BaseFilterLookup[SnmpPrivEnum] | None = strawberry_django.filter_field()
    gam_devices: Annotated["GamDeviceFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )


@register_filter(models.GamDevice, lookups=True)
class GamDeviceFilter(ContactFilterMixin, PrimaryModelFilter):
    """GAMs."""

    device: Annotated["DeviceFilter", strawberry.lazy("dcim.graphql.filters")] | None = strawberry_django.filter_field()
    device_id: ID | None = strawberry_django.filter_field()
    hardware_model: BaseFilterLookup[HardwareModelEnum] | None = strawberry_django.filter_field()
    transport: BaseFilterLookup[TransportEnum] | None = strawberry_django.filter_field()
    address_source: BaseFilterLookup[AddressSourceEnum] | None = strawberry_django.filter_field()
    address_override: StrFilterLookup | None = strawberry_django.filter_field()
    ssh_port: IntegerLookup | None = strawberry_django.filter_field()
    ssh_host_key: StrFilterLookup | None = strawberry_django.filter_field()
    http_port: IntegerLookup | None = strawberry_django.filter_field()
    https: FilterLookup[bool] | None = strawberry_django.filter_field()
    https_verify: FilterLookup[bool] | None = strawberry_django.filter_field()
    json_rpc_fallback: FilterLookup[bool] | None = strawberry_django.filter_field()
    snmp_port: IntegerLookup | None = strawberry_django.filter_field()
    credential_profile: Annotated["CredentialProfileFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    credential_profile_id: ID | None = strawberry_django.filter_field()
    snmp_profile: Annotated["SnmpProfileFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    snmp_profile_id: ID | None = strawberry_django.filter_field()
    subscriber_model: BaseFilterLookup[SubscriberModelEnum] | None = strawberry_django.filter_field()
    management_vlan: Annotated["VLANFilter", strawberry.lazy("ipam.graphql.filters")] | None = strawberry_django.filter_field()
    management_vlan_id: ID | None = strawberry_django.filter_field()
    default_nni: Annotated["InterfaceFilter", strawberry.lazy("dcim.graphql.filters")] | None = strawberry_django.filter_field()
    default_nni_id: ID | None = strawberry_django.filter_field()
    vlan_pool: Annotated["VlanPoolFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    vlan_pool_id: ID | None = strawberry_django.filter_field()
    polling_enabled: FilterLookup[bool] | None = strawberry_django.filter_field()
    polling_interval: IntegerLookup | None = strawberry_django.filter_field()
    zero_touch: BaseFilterLookup[ZeroTouchEnum] | None = strawberry_django.filter_field()
    ports: Annotated["GamPortFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    endpoints: Annotated["EndpointFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    subscribers: Annotated["SubscriberFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    change_plans: Annotated["ChangePlanFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    alarms: Annotated["AlarmFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()


@register_filter(models.GamPort, lookups=True)
class GamPortFilter(PrimaryModelFilter):
    """G.hn ports."""

    gam: Annotated["GamDeviceFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    gam_id: ID | None = strawberry_django.filter_field()
    interface: Annotated["InterfaceFilter", strawberry.lazy("dcim.graphql.filters")] | None = strawberry_django.filter_field()
    interface_id: ID | None = strawberry_django.filter_field()
    number: IntegerLookup | None = strawberry_django.filter_field()
    medium: BaseFilterLookup[MediumEnum] | None = strawberry_django.filter_field()
    enabled: FilterLookup[bool] | None = strawberry_django.filter_field()
    isolation_mode: BaseFilterLookup[IsolationModeEnum] | None = strawberry_django.filter_field()
    endpoints: Annotated["EndpointFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()


@register_filter(models.Endpoint, lookups=True)
class EndpointFilter(PrimaryModelFilter):
    """Endpoints."""

    mac_address: StrFilterLookup | None = strawberry_django.filter_field()
    name: StrFilterLookup | None = strawberry_django.filter_field()
    model: StrFilterLookup | None = strawberry_django.filter_field()
    serial: StrFilterLookup | None = strawberry_django.filter_field()
    status: BaseFilterLookup[EndpointStatusEnum] | None = strawberry_django.filter_field()
    gam: Annotated["GamDeviceFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    gam_id: ID | None = strawberry_django.filter_field()
    port: Annotated["GamPortFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    port_id: ID | None = strawberry_django.filter_field()
    auto_port: FilterLookup[bool] | None = strawberry_django.filter_field()
    device: Annotated["DeviceFilter", strawberry.lazy("dcim.graphql.filters")] | None = strawberry_django.filter_field()
    device_id: ID | None = strawberry_django.filter_field()
    subscriber: Annotated["SubscriberFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    alarms: Annotated["AlarmFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    findings: Annotated["FindingFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()


@register_filter(models.BandwidthPlan, lookups=True)
class BandwidthPlanFilter(PrimaryModelFilter):
    """Bandwidth plans."""

    name: StrFilterLookup | None = strawberry_django.filter_field()
    downstream_kbps: IntegerLookup | None = strawberry_django.filter_field()
    upstream_kbps: IntegerLookup | None = strawberry_django.filter_field()
    overhead_percent: FloatLookup | None = strawberry_django.filter_field()
    unthrottled: FilterLookup[bool] | None = strawberry_django.filter_field()
    downstream_shelf_mbps: IntegerLookup | None = strawberry_django.filter_field()
    upstream_shelf_mbps: IntegerLookup | None = strawberry_django.filter_field()
    subscribers: Annotated["SubscriberFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    billing_plans: Annotated["BillingPlanFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )


@register_filter(models.VlanPool, lookups=True)
class VlanPoolFilter(PrimaryModelFilter):
    """VLAN pools."""

    name: StrFilterLookup | None = strawberry_django.filter_field()
    vlan_group: Annotated["VLANGroupFilter", strawberry.lazy("ipam.graphql.filters")] | None = strawberry_django.filter_field()
    vlan_group_id: ID | None = strawberry_django.filter_field()
    mode: BaseFilterLookup[VlanModeEnum] | None = strawberry_django.filter_field()
    first_vid: IntegerLookup | None = strawberry_django.filter_field()
    last_vid: IntegerLookup | None = strawberry_django.filter_field()
    shared_vlan: Annotated["VLANFilter", strawberry.lazy("ipam.graphql.filters")] | None = strawberry_django.filter_field()
    shared_vlan_id: ID | None = strawberry_django.filter_field()
    outer_vlan: Annotated["VLANFilter", strawberry.lazy("ipam.graphql.filters")] | None = strawberry_django.filter_field()
    outer_vlan_id: ID | None = strawberry_django.filter_field()
    gam_devices: Annotated["GamDeviceFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )


@register_filter(models.Subscriber, lookups=True)
class SubscriberFilter(ContactFilterMixin, TenancyFilterMixin, PrimaryModelFilter):
    """Subscribers."""

    name: StrFilterLookup | None = strawberry_django.filter_field()
    full_name: StrFilterLookup | None = strawberry_django.filter_field()
    email: StrFilterLookup | None = strawberry_django.filter_field()
    phone: StrFilterLookup | None = strawberry_django.filter_field()
    service_address: StrFilterLookup | None = strawberry_django.filter_field()
    status: BaseFilterLookup[SubscriberStatusEnum] | None = strawberry_django.filter_field()
    gam: Annotated["GamDeviceFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    gam_id: ID | None = strawberry_django.filter_field()
    endpoint: Annotated["EndpointFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    endpoint_id: ID | None = strawberry_django.filter_field()
    port: Annotated["GamPortFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    port_id: ID | None = strawberry_django.filter_field()
    bandwidth_plan: Annotated["BandwidthPlanFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    bandwidth_plan_id: ID | None = strawberry_django.filter_field()
    vlan: Annotated["VLANFilter", strawberry.lazy("ipam.graphql.filters")] | None = strawberry_django.filter_field()
    vlan_id: ID | None = strawberry_django.filter_field()
    tagged: FilterLookup[bool] | None = strawberry_django.filter_field()
    remapped_vid: IntegerLookup | None = strawberry_django.filter_field()
    port2_vid: IntegerLookup | None = strawberry_django.filter_field()
    allowed_vids: IntegerArrayLookup | None = strawberry_django.filter_field()
    trunk: FilterLookup[bool] | None = strawberry_django.filter_field()
    double_tagged: FilterLookup[bool] | None = strawberry_django.filter_field()
    outer_vlan: Annotated["VLANFilter", strawberry.lazy("ipam.graphql.filters")] | None = strawberry_django.filter_field()
    outer_vlan_id: ID | None = strawberry_django.filter_field()
    nni: Annotated["InterfaceFilter", strawberry.lazy("dcim.graphql.filters")] | None = strawberry_django.filter_field()
    nni_id: ID | None = strawberry_django.filter_field()
    poe_mode: BaseFilterLookup[PoeModeEnum] | None = strawberry_django.filter_field()
    billing_links: Annotated["BillingLinkFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    change_plans: Annotated["ChangePlanFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    findings: Annotated["FindingFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()


@register_filter(models.BillingSystem, lookups=True)
class BillingSystemFilter(PrimaryModelFilter):
    """Billing systems; by anything but their secrets."""

    name: StrFilterLookup | None = strawberry_django.filter_field()
    type: BaseFilterLookup[BillingSystemTypeEnum] | None = strawberry_django.filter_field()
    url: StrFilterLookup | None = strawberry_django.filter_field()
    auth: BaseFilterLookup[BillingAuthEnum] | None = strawberry_django.filter_field()
    verify_tls: FilterLookup[bool] | None = strawberry_django.filter_field()
    ca_file: StrFilterLookup | None = strawberry_django.filter_field()
    enabled: FilterLookup[bool] | None = strawberry_django.filter_field()
    interval: IntegerLookup | None = strawberry_django.filter_field()
    full_interval: IntegerLookup | None = strawberry_django.filter_field()
    options: JSONFilter | None = strawberry_django.filter_field()
    billing_plans: Annotated["BillingPlanFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    links: Annotated["BillingLinkFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    sync_runs: Annotated["SyncRunFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    findings: Annotated["FindingFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()


@register_filter(models.BillingPlan, lookups=True)
class BillingPlanFilter(PrimaryModelFilter):
    """Billing plans."""

    system: Annotated["BillingSystemFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    system_id: ID | None = strawberry_django.filter_field()
    external_id: StrFilterLookup | None = strawberry_django.filter_field()
    name: StrFilterLookup | None = strawberry_django.filter_field()
    download_kbps: IntegerLookup | None = strawberry_django.filter_field()
    upload_kbps: IntegerLookup | None = strawberry_django.filter_field()
    price: FloatLookup | None = strawberry_django.filter_field()
    recurring: FilterLookup[bool] | None = strawberry_django.filter_field()
    bandwidth_plan: Annotated["BandwidthPlanFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    bandwidth_plan_id: ID | None = strawberry_django.filter_field()


@register_filter(models.BillingLink, lookups=True)
class BillingLinkFilter(PrimaryModelFilter):
    """Billing links."""

    system: Annotated["BillingSystemFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    system_id: ID | None = strawberry_django.filter_field()
    entity: StrFilterLookup | None = strawberry_django.filter_field()
    external_id: StrFilterLookup | None = strawberry_django.filter_field()
    account_id: StrFilterLookup | None = strawberry_django.filter_field()
    subscriber: Annotated["SubscriberFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    subscriber_id: ID | None = strawberry_django.filter_field()
    match_reason: StrFilterLookup | None = strawberry_django.filter_field()


@register_filter(models.SyncRun, lookups=True)
class SyncRunFilter(PrimaryModelFilter):
    """Reconciliation runs."""

    system: Annotated["BillingSystemFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    system_id: ID | None = strawberry_django.filter_field()
    status: BaseFilterLookup[SyncRunStatusEnum] | None = strawberry_django.filter_field()
    kind: BaseFilterLookup[SyncRunKindEnum] | None = strawberry_django.filter_field()
    started: DatetimeFilterLookup | None = strawberry_django.filter_field()
    finished: DatetimeFilterLookup | None = strawberry_django.filter_field()
    complete: FilterLookup[bool] | None = strawberry_django.filter_field()
    scope: StrFilterLookup | None = strawberry_django.filter_field()
    counts: JSONFilter | None = strawberry_django.filter_field()
    timings: JSONFilter | None = strawberry_django.filter_field()
    outcome: JSONFilter | None = strawberry_django.filter_field()
    cancel_requested: FilterLookup[bool] | None = strawberry_django.filter_field()
    findings: Annotated["FindingFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()


@register_filter(models.Finding, lookups=True)
class FindingFilter(PrimaryModelFilter):
    """Findings."""

    system: Annotated["BillingSystemFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    system_id: ID | None = strawberry_django.filter_field()
    kind: BaseFilterLookup[FindingKindEnum] | None = strawberry_django.filter_field()
    state: BaseFilterLookup[FindingStateEnum] | None = strawberry_django.filter_field()
    ignored_until: DatetimeFilterLookup | None = strawberry_django.filter_field()
    read_times: JSONFilter | None = strawberry_django.filter_field()
    decided: DatetimeFilterLookup | None = strawberry_django.filter_field()
    followed_rule: Annotated["FindingRuleFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    followed_rule_id: ID | None = strawberry_django.filter_field()
    title: StrFilterLookup | None = strawberry_django.filter_field()
    fingerprint: StrFilterLookup | None = strawberry_django.filter_field()
    entity: StrFilterLookup | None = strawberry_django.filter_field()
    external_id: StrFilterLookup | None = strawberry_django.filter_field()
    subscriber: Annotated["SubscriberFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    subscriber_id: ID | None = strawberry_django.filter_field()
    endpoint: Annotated["EndpointFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    endpoint_id: ID | None = strawberry_django.filter_field()
    billing_values: JSONFilter | None = strawberry_django.filter_field()
    intent_values: JSONFilter | None = strawberry_django.filter_field()
    actual_values: JSONFilter | None = strawberry_django.filter_field()
    rule: StrFilterLookup | None = strawberry_django.filter_field()
    first_seen: DatetimeFilterLookup | None = strawberry_django.filter_field()
    last_seen: DatetimeFilterLookup | None = strawberry_django.filter_field()
    sync_run: Annotated["SyncRunFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    sync_run_id: ID | None = strawberry_django.filter_field()
    change_plan: Annotated["ChangePlanFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    change_plan_id: ID | None = strawberry_django.filter_field()


@register_filter(models.ChangeBatch, lookups=True)
class ChangeBatchFilter(PrimaryModelFilter):
    """Batches of change plans."""

    reason: StrFilterLookup | None = strawberry_django.filter_field()
    source: BaseFilterLookup[BatchSourceEnum] | None = strawberry_django.filter_field()
    requested_by: Annotated["UserFilter", strawberry.lazy("users.graphql.filters")] | None = strawberry_django.filter_field()
    requested_by_id: ID | None = strawberry_django.filter_field()
    change_plans: Annotated["ChangePlanFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )


@register_filter(models.ChangePlan, lookups=True)
class ChangePlanFilter(PrimaryModelFilter):
    """Change plans."""

    gam: Annotated["GamDeviceFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    gam_id: ID | None = strawberry_django.filter_field()
    status: BaseFilterLookup[ChangePlanStatusEnum] | None = strawberry_django.filter_field()
    batch: Annotated["ChangeBatchFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    batch_id: ID | None = strawberry_django.filter_field()
    superseded_by: Annotated["ChangePlanFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    superseded_by_id: ID | None = strawberry_django.filter_field()
    reason: StrFilterLookup | None = strawberry_django.filter_field()
    requested_by: Annotated["UserFilter", strawberry.lazy("users.graphql.filters")] | None = strawberry_django.filter_field()
    requested_by_id: ID | None = strawberry_django.filter_field()
    transport: BaseFilterLookup[TransportEnum] | None = strawberry_django.filter_field()
    state_hash: StrFilterLookup | None = strawberry_django.filter_field()
    error: StrFilterLookup | None = strawberry_django.filter_field()
    verified: FilterLookup[bool] | None = strawberry_django.filter_field()
    saved: FilterLookup[bool] | None = strawberry_django.filter_field()
    started: DatetimeFilterLookup | None = strawberry_django.filter_field()
    finished: DatetimeFilterLookup | None = strawberry_django.filter_field()
    subscribers: Annotated["SubscriberFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    steps: Annotated["ChangeStepFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    findings: Annotated["FindingFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()


@register_filter(models.ChangeStep, lookups=True)
class ChangeStepFilter(PrimaryModelFilter):
    """Steps of change plans."""

    change_plan: Annotated["ChangePlanFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    change_plan_id: ID | None = strawberry_django.filter_field()
    index: IntegerLookup | None = strawberry_django.filter_field()
    action: BaseFilterLookup[ChangeActionEnum] | None = strawberry_django.filter_field()
    kind: BaseFilterLookup[ChangeKindEnum] | None = strawberry_django.filter_field()
    name: StrFilterLookup | None = strawberry_django.filter_field()
    why: StrFilterLookup | None = strawberry_django.filter_field()
    state: BaseFilterLookup[StepStateEnum] | None = strawberry_django.filter_field()
    answer: StrFilterLookup | None = strawberry_django.filter_field()
    error: StrFilterLookup | None = strawberry_django.filter_field()
    started: DatetimeFilterLookup | None = strawberry_django.filter_field()
    finished: DatetimeFilterLookup | None = strawberry_django.filter_field()


@register_filter(models.Alarm, lookups=True)
class AlarmFilter(PrimaryModelFilter):
    """Alarms."""

    gam: Annotated["GamDeviceFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    gam_id: ID | None = strawberry_django.filter_field()
    endpoint: Annotated["EndpointFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    endpoint_id: ID | None = strawberry_django.filter_field()
    port: Annotated["GamPortFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    port_id: ID | None = strawberry_django.filter_field()
    rule: Annotated["AlarmRuleFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    rule_id: ID | None = strawberry_django.filter_field()
    suppressed_by: Annotated["AlarmFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    suppressed_by_id: ID | None = strawberry_django.filter_field()
    suppressed: FilterLookup[bool] | None = strawberry_django.filter_field()
    flapping: FilterLookup[bool] | None = strawberry_django.filter_field()
    announced: FilterLookup[bool] | None = strawberry_django.filter_field()
    count: IntegerLookup | None = strawberry_django.filter_field()
    last_change: DatetimeFilterLookup | None = strawberry_django.filter_field()
    shelved_until: DatetimeFilterLookup | None = strawberry_django.filter_field()
    source: BaseFilterLookup[AlarmSourceEnum] | None = strawberry_django.filter_field()
    key: StrFilterLookup | None = strawberry_django.filter_field()
    entity: StrFilterLookup | None = strawberry_django.filter_field()
    condition: StrFilterLookup | None = strawberry_django.filter_field()
    severity: BaseFilterLookup[AlarmSeverityEnum] | None = strawberry_django.filter_field()
    service_affecting: FilterLookup[bool] | None = strawberry_django.filter_field()
    state: BaseFilterLookup[AlarmStateEnum] | None = strawberry_django.filter_field()
    text: StrFilterLookup | None = strawberry_django.filter_field()
    raised: DatetimeFilterLookup | None = strawberry_django.filter_field()
    cleared: DatetimeFilterLookup | None = strawberry_django.filter_field()
    acknowledged_by: Annotated["UserFilter", strawberry.lazy("users.graphql.filters")] | None = strawberry_django.filter_field()
    acknowledged_by_id: ID | None = strawberry_django.filter_field()


@register_filter(models.AlarmRule, lookups=True)
class AlarmRuleFilter(PrimaryModelFilter):
    """Alarm rules."""

    name: StrFilterLookup | None = strawberry_django.filter_field()
    enabled: FilterLookup[bool] | None = strawberry_django.filter_field()
    watches: BaseFilterLookup[RuleWatchEnum] | None = strawberry_django.filter_field()
    operator: BaseFilterLookup[RuleOperatorEnum] | None = strawberry_django.filter_field()
    threshold: FloatLookup | None = strawberry_django.filter_field()
    clear_threshold: FloatLookup | None = strawberry_django.filter_field()
    raise_seconds: IntegerLookup | None = strawberry_django.filter_field()
    clear_seconds: IntegerLookup | None = strawberry_django.filter_field()
    severity: BaseFilterLookup[AlarmSeverityEnum] | None = strawberry_django.filter_field()
    service_affecting: FilterLookup[bool] | None = strawberry_django.filter_field()
    sites: Annotated["SiteFilter", strawberry.lazy("dcim.graphql.filters")] | None = strawberry_django.filter_field()
    roles: Annotated["DeviceRoleFilter", strawberry.lazy("dcim.graphql.filters")] | None = strawberry_django.filter_field()
    scope_tags: Annotated["TagFilter", strawberry.lazy("extras.graphql.filters")] | None = strawberry_django.filter_field()
    alarms: Annotated["AlarmFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()


@register_filter(models.MailGroup, lookups=True)
class MailGroupFilter(PrimaryModelFilter):
    """Mail groups."""

    name: StrFilterLookup | None = strawberry_django.filter_field()
    enabled: FilterLookup[bool] | None = strawberry_django.filter_field()
    addresses: StringArrayLookup | None = strawberry_django.filter_field()
    minimum_severity: BaseFilterLookup[AlarmSeverityEnum] | None = strawberry_django.filter_field()
    only_service_affecting: FilterLookup[bool] | None = strawberry_django.filter_field()
    sites: Annotated["SiteFilter", strawberry.lazy("dcim.graphql.filters")] | None = strawberry_django.filter_field()
    roles: Annotated["DeviceRoleFilter", strawberry.lazy("dcim.graphql.filters")] | None = strawberry_django.filter_field()
    scope_tags: Annotated["TagFilter", strawberry.lazy("extras.graphql.filters")] | None = strawberry_django.filter_field()
    tell_raised: FilterLookup[bool] | None = strawberry_django.filter_field()
    tell_changed: FilterLookup[bool] | None = strawberry_django.filter_field()
    tell_cleared: FilterLookup[bool] | None = strawberry_django.filter_field()
    time_zone: StrFilterLookup | None = strawberry_django.filter_field()
    quiet_from: TimeFilterLookup | None = strawberry_django.filter_field()
    quiet_to: TimeFilterLookup | None = strawberry_django.filter_field()
    quiet_days: StringArrayLookup | None = strawberry_django.filter_field()
    breakthrough_severity: BaseFilterLookup[AlarmSeverityEnum] | None = strawberry_django.filter_field()
    digest_minutes: IntegerLookup | None = strawberry_django.filter_field()
    hourly_limit: IntegerLookup | None = strawberry_django.filter_field()
    subject_prefix: StrFilterLookup | None = strawberry_django.filter_field()


@register_filter(models.BillingWrite, lookups=True)
class BillingWriteFilter(PrimaryModelFilter):
    """Billing writes."""

    system: Annotated["BillingSystemFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    system_id: ID | None = strawberry_django.filter_field()
    subscriber: Annotated["SubscriberFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    subscriber_id: ID | None = strawberry_django.filter_field()
    account_id: StrFilterLookup | None = strawberry_django.filter_field()
    value: BaseFilterLookup[BackValueEnum] | None = strawberry_django.filter_field()
    field: StrFilterLookup | None = strawberry_django.filter_field()
    before: StrFilterLookup | None = strawberry_django.filter_field()
    after: StrFilterLookup | None = strawberry_django.filter_field()
    version: StrFilterLookup | None = strawberry_django.filter_field()
    key: StrFilterLookup | None = strawberry_django.filter_field()
    state: BaseFilterLookup[BillingWriteStateEnum] | None = strawberry_django.filter_field()
    attempts: IntegerLookup | None = strawberry_django.filter_field()
    due: DatetimeFilterLookup | None = strawberry_django.filter_field()
    begun: DatetimeFilterLookup | None = strawberry_django.filter_field()
    sent: DatetimeFilterLookup | None = strawberry_django.filter_field()
    error: StrFilterLookup | None = strawberry_django.filter_field()


@register_filter(models.Drift, lookups=True)
class DriftFilter(PrimaryModelFilter):
    """Drift."""

    gam: Annotated["GamDeviceFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    gam_id: ID | None = strawberry_django.filter_field()
    port: Annotated["GamPortFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    port_id: ID | None = strawberry_django.filter_field()
    kind: BaseFilterLookup[DriftKindEnum] | None = strawberry_django.filter_field()
    object_kind: BaseFilterLookup[DriftObjectEnum] | None = strawberry_django.filter_field()
    name: StrFilterLookup | None = strawberry_django.filter_field()
    field: StrFilterLookup | None = strawberry_django.filter_field()
    intent_value: StrFilterLookup | None = strawberry_django.filter_field()
    actual_value: StrFilterLookup | None = strawberry_django.filter_field()
    state: BaseFilterLookup[DriftStateEnum] | None = strawberry_django.filter_field()
    key: StrFilterLookup | None = strawberry_django.filter_field()
    first_seen: DatetimeFilterLookup | None = strawberry_django.filter_field()
    last_seen: DatetimeFilterLookup | None = strawberry_django.filter_field()
    resolved: DatetimeFilterLookup | None = strawberry_django.filter_field()
    reason: StrFilterLookup | None = strawberry_django.filter_field()
    accepted_until: DatetimeFilterLookup | None = strawberry_django.filter_field()
    accepted_by: Annotated["UserFilter", strawberry.lazy("users.graphql.filters")] | None = strawberry_django.filter_field()
    accepted_by_id: ID | None = strawberry_django.filter_field()
    change_plan: Annotated["ChangePlanFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    change_plan_id: ID | None = strawberry_django.filter_field()


@register_filter(models.Arrival, lookups=True)
class ArrivalFilter(PrimaryModelFilter):
    """The onboarding queue."""

    endpoint: Annotated["EndpointFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    endpoint_id: ID | None = strawberry_django.filter_field()
    gam: Annotated["GamDeviceFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    gam_id: ID | None = strawberry_django.filter_field()
    port: Annotated["GamPortFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    port_id: ID | None = strawberry_django.filter_field()
    kind: BaseFilterLookup[ArrivalKindEnum] | None = strawberry_django.filter_field()
    state: BaseFilterLookup[ArrivalStateEnum] | None = strawberry_django.filter_field()
    since: DatetimeFilterLookup | None = strawberry_django.filter_field()
    settled: DatetimeFilterLookup | None = strawberry_django.filter_field()
    note: StrFilterLookup | None = strawberry_django.filter_field()
    decided_by: Annotated["UserFilter", strawberry.lazy("users.graphql.filters")] | None = strawberry_django.filter_field()
    decided_by_id: ID | None = strawberry_django.filter_field()
    subscriber: Annotated["SubscriberFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    subscriber_id: ID | None = strawberry_django.filter_field()
    change_plan: Annotated["ChangePlanFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    change_plan_id: ID | None = strawberry_django.filter_field()


@register_filter(models.FirmwareImage, lookups=True)
class FirmwareImageFilter(PrimaryModelFilter):
    """Firmware images."""

    family: BaseFilterLookup[FirmwareFamilyEnum] | None = strawberry_django.filter_field()
    version: StrFilterLookup | None = strawberry_django.filter_field()
    revision: IntegerLookup | None = strawberry_django.filter_field()
    file_name: StrFilterLookup | None = strawberry_django.filter_field()
    source_url: StrFilterLookup | None = strawberry_django.filter_field()
    size_bytes: IntegerLookup | None = strawberry_django.filter_field()
    sha256: StrFilterLookup | None = strawberry_django.filter_field()
    md5: StrFilterLookup | None = strawberry_django.filter_field()
    hardware_models: StringArrayLookup | None = strawberry_django.filter_field()
    minimum_version: StrFilterLookup | None = strawberry_django.filter_field()
    rollouts: Annotated["FirmwareRolloutFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )


@register_filter(models.FirmwareRollout, lookups=True)
class FirmwareRolloutFilter(PrimaryModelFilter):
    """Firmware rollouts."""

    image: Annotated["FirmwareImageFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    image_id: ID | None = strawberry_django.filter_field()
    status: BaseFilterLookup[FirmwareRolloutStatusEnum] | None = strawberry_django.filter_field()
    reason: StrFilterLookup | None = strawberry_django.filter_field()
    requested_by: Annotated["UserFilter", strawberry.lazy("users.graphql.filters")] | None = strawberry_django.filter_field()
    started_by: Annotated["UserFilter", strawberry.lazy("users.graphql.filters")] | None = strawberry_django.filter_field()
    wave_sizes: IntegerArrayLookup | None = strawberry_django.filter_field()
    wave: IntegerLookup | None = strawberry_django.filter_field()
    tolerated_failures: IntegerLookup | None = strawberry_django.filter_field()
    accepted_failures: IntegerLookup | None = strawberry_django.filter_field()
    download_first: FilterLookup[bool] | None = strawberry_django.filter_field()
    upgrade_endpoints: FilterLookup[bool] | None = strawberry_django.filter_field()
    allow_downgrade: FilterLookup[bool] | None = strawberry_django.filter_field()
    not_before: DatetimeFilterLookup | None = strawberry_django.filter_field()
    not_after: DatetimeFilterLookup | None = strawberry_django.filter_field()
    away_minutes: IntegerLookup | None = strawberry_django.filter_field()
    endpoint_minutes: IntegerLookup | None = strawberry_django.filter_field()
    error: StrFilterLookup | None = strawberry_django.filter_field()
    started: DatetimeFilterLookup | None = strawberry_django.filter_field()
    finished: DatetimeFilterLookup | None = strawberry_django.filter_field()
    upgrades: Annotated["FirmwareUpgradeFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )


@register_filter(models.FirmwareUpgrade, lookups=True)
class FirmwareUpgradeFilter(PrimaryModelFilter):
    """GAMs in firmware rollouts."""

    rollout: Annotated["FirmwareRolloutFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    rollout_id: ID | None = strawberry_django.filter_field()
    gam: Annotated["GamDeviceFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
    gam_id: ID | None = strawberry_django.filter_field()
    wave: IntegerLookup | None = strawberry_django.filter_field()
    status: BaseFilterLookup[FirmwareUpgradeStatusEnum] | None = strawberry_django.filter_field()
    transport: BaseFilterLookup[TransportEnum] | None = strawberry_django.filter_field()
    from_version: StrFilterLookup | None = strawberry_django.filter_field()
    state_hash: StrFilterLookup | None = strawberry_django.filter_field()
    endpoints_back: IntegerLookup | None = strawberry_django.filter_field()
    endpoints_mismatched: IntegerLookup | None = strawberry_django.filter_field()
    error: StrFilterLookup | None = strawberry_django.filter_field()
    next_step: StrFilterLookup | None = strawberry_django.filter_field()
    phase_since: DatetimeFilterLookup | None = strawberry_django.filter_field()
    next_look: DatetimeFilterLookup | None = strawberry_django.filter_field()
    started: DatetimeFilterLookup | None = strawberry_django.filter_field()
    swapped: DatetimeFilterLookup | None = strawberry_django.filter_field()
    back: DatetimeFilterLookup | None = strawberry_django.filter_field()
    finished: DatetimeFilterLookup | None = strawberry_django.filter_field()


@register_filter(models.FindingRule, lookups=True)
class FindingRuleFilter(PrimaryModelFilter):
    """What is always done with findings of some kinds."""

    name: StrFilterLookup | None = strawberry_django.filter_field()
    enabled: FilterLookup[bool] | None = strawberry_django.filter_field()
    kinds: StringArrayLookup | None = strawberry_django.filter_field()
    system: Annotated["BillingSystemFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = (
        strawberry_django.filter_field()
    )
    system_id: ID | None = strawberry_django.filter_field()
    action: BaseFilterLookup[FindingActionEnum] | None = strawberry_django.filter_field()
    run_limit: IntegerLookup | None = strawberry_django.filter_field()
    hourly_limit: IntegerLookup | None = strawberry_django.filter_field()
    acts_as: Annotated["UserFilter", strawberry.lazy("users.graphql.filters")] | None = strawberry_django.filter_field()
    acts_as_id: ID | None = strawberry_django.filter_field()
    held: StrFilterLookup | None = strawberry_django.filter_field()
    sites: Annotated["SiteFilter", strawberry.lazy("dcim.graphql.filters")] | None = strawberry_django.filter_field()
    roles: Annotated["DeviceRoleFilter", strawberry.lazy("dcim.graphql.filters")] | None = strawberry_django.filter_field()
    scope_tags: Annotated["TagFilter", strawberry.lazy("extras.graphql.filters")] | None = strawberry_django.filter_field()
    findings: Annotated["FindingFilter", strawberry.lazy("netbox_gam.graphql.filters")] | None = strawberry_django.filter_field()
