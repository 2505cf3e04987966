"""GraphQL types. Secrets are left out; what a user may not view is null instead of an error."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry
import strawberry_django
from django.db.models import F
from extras.graphql.mixins import ContactsMixin
from netbox.graphql.scalars import BigInt
from netbox.graphql.types import PrimaryObjectType, register_type

from .. import models
from .filters import (
    AlarmFilter,
    AlarmRuleFilter,
    ArrivalFilter,
    BandwidthPlanFilter,
    BillingLinkFilter,
    BillingPlanFilter,
    BillingSystemFilter,
    BillingWriteFilter,
    ChangeBatchFilter,
    ChangePlanFilter,
    ChangeStepFilter,
    CredentialProfileFilter,
    DriftFilter,
    EndpointFilter,
    FindingFilter,
    FindingRuleFilter,
    FirmwareImageFilter,
    FirmwareRolloutFilter,
    FirmwareUpgradeFilter,
    GamDeviceFilter,
    GamPortFilter,
    MailGroupFilter,
    SnmpProfileFilter,
    SubscriberFilter,
    SyncRunFilter,
    VlanPoolFilter,
)

if TYPE_CHECKING:
    from dcim.graphql.types import DeviceRoleType, DeviceType, InterfaceType, SiteType
    from extras.graphql.types import TagType
    from ipam.graphql.types import VLANGroupType, VLANType
    from tenancy.graphql.types import TenantType
    from users.graphql.types import UserType

__all__ = (
    "AlarmRuleType",
    "AlarmType",
    "ArrivalType",
    "BandwidthPlanType",
    "BillingLinkType",
    "BillingPlanType",
    "BillingSystemType",
    "BillingWriteType",
    "ChangePlanType",
    "ChangeStepType",
    "CredentialProfileType",
    "DriftType",
    "EndpointType",
    "FindingRuleType",
    "FindingType",
    "FirmwareImageType",
    "FirmwareRolloutType",
    "FirmwareUpgradeType",
    "GamDeviceType",
    "GamPortType",
    "MailGroupType",
    "SnmpProfileType",
    "SubscriberType",
    "SyncRunType",
    "VlanPoolType",
)

Device = Annotated["DeviceType", strawberry.lazy("dcim.graphql.types")]
Interface = Annotated["InterfaceType", strawberry.lazy("dcim.graphql.types")]
Tenant = Annotated["TenantType", strawberry.lazy("tenancy.graphql.types")]
User = Annotated["UserType", strawberry.lazy("users.graphql.types")]
VLAN = Annotated["VLANType", strawberry.lazy("ipam.graphql.types")]
VLANGroup = Annotated["VLANGroupType", strawberry.lazy("ipam.graphql.types")]
Alarm = Annotated["AlarmType", strawberry.lazy("netbox_gam.graphql.types")]
AlarmRule = Annotated["AlarmRuleType", strawberry.lazy("netbox_gam.graphql.types")]
BandwidthPlan = Annotated["BandwidthPlanType", strawberry.lazy("netbox_gam.graphql.types")]
BillingLink = Annotated["BillingLinkType", strawberry.lazy("netbox_gam.graphql.types")]
BillingPlan = Annotated["BillingPlanType", strawberry.lazy("netbox_gam.graphql.types")]
BillingSystem = Annotated["BillingSystemType", strawberry.lazy("netbox_gam.graphql.types")]
ChangePlan = Annotated["ChangePlanType", strawberry.lazy("netbox_gam.graphql.types")]
ChangeStep = Annotated["ChangeStepType", strawberry.lazy("netbox_gam.graphql.types")]
CredentialProfile = Annotated["CredentialProfileType", strawberry.lazy("netbox_gam.graphql.types")]
Endpoint = Annotated["EndpointType", strawberry.lazy("netbox_gam.graphql.types")]
Finding = Annotated["FindingType", strawberry.lazy("netbox_gam.graphql.types")]
FirmwareImage = Annotated["FirmwareImageType", strawberry.lazy("netbox_gam.graphql.types")]
FirmwareRollout = Annotated["FirmwareRolloutType", strawberry.lazy("netbox_gam.graphql.types")]
FirmwareUpgrade = Annotated["FirmwareUpgradeType", strawberry.lazy("netbox_gam.graphql.types")]
GamDevice = Annotated["GamDeviceType", strawberry.lazy("netbox_gam.graphql.types")]
GamPort = Annotated["GamPortType", strawberry.lazy("netbox_gam.graphql.types")]
SnmpProfile = Annotated["SnmpProfileType", strawberry.lazy("netbox_gam.graphql.types")]
Subscriber = Annotated["SubscriberType", strawberry.lazy("netbox_gam.graphql.types")]
SyncRun = Annotated["SyncRunType", strawberry.lazy("netbox_gam.graphql.types")]
VlanPool = Annotated["VlanPoolType", strawberry.lazy("netbox_gam.graphql.types")]


def name_from(*columns: str) -> Any:
    """A ``display`` field that loads the columns of the object's name together with the row, instead of one row after the other."""

    def display(root: Any) -> str:
        return str(root)

    return strawberry_django.field(display, only=list(columns))


def key(root: Any) -> strawberry.ID:
    """The primary key under the name all types have for it."""
    return strawberry.ID(str(root.pk))


@register_type(
    models.CredentialProfile, exclude=list(models.CredentialProfile.secret_fields), filters=CredentialProfileFilter, pagination=True
)
class CredentialProfileType(PrimaryObjectType):
    """User name for SSH and JSON-RPC."""

    display: str = name_from("name")
    gam_devices: list[GamDevice]


@register_type(models.SnmpProfile, exclude=list(models.SnmpProfile.secret_fields), filters=SnmpProfileFilter, pagination=True)
class SnmpProfileType(PrimaryObjectType):
    """SNMP version and protocols."""

    display: str = name_from("name")
    gam_devices: list[GamDevice]


@strawberry_django.type(
    models.DeviceState,
    fields=[
        "reachable", "last_attempt", "last_success", "failure_kind", "failure_message", "problems", "firmware", "sys_name",
        "cpu_percent", "temperatures_c", "fans_rpm", "power_supplies", "led",
    ],
)  # fmt: skip
class GamDeviceStateType:
    """The last reading of a GAM. Reached through a GAM only, which is where permissions are checked."""

    uptime_seconds: BigInt | None

    id: strawberry.ID = strawberry_django.field(key, only=["gam"])


@strawberry_django.type(
    models.EndpointState,
    fields=[
        "id", "read_at", "present", "state", "configured_port", "detected_port", "subscriber_name", "profile_name", "firmware",
        "firmware_mismatch", "wire_length_m", "rx_phy_mbps", "tx_phy_mbps", "rx_max_mbps", "tx_max_mbps",
    ],
)  # fmt: skip
class GamEndpointStateType:
    """The last reading of an endpoint. Reached through an endpoint only, which is where permissions are checked."""

    uptime_seconds: BigInt | None


@register_type(models.GamDevice, fields="__all__", filters=GamDeviceFilter, pagination=True)
class GamDeviceType(ContactsMixin, PrimaryObjectType):
    """A GAM."""

    device: Device | None
    credential_profile: CredentialProfile | None
    snmp_profile: SnmpProfile | None
    management_vlan: VLAN | None
    default_nni: Interface | None
    vlan_pool: VlanPool | None
    ports: list[GamPort]
    endpoints: list[Endpoint]
    subscribers: list[Subscriber]
    change_plans: list[ChangePlan]
    alarms: list[Alarm]
    observed: GamDeviceStateType | None

    # Annotations, because joining the device would get around the permission that ``device`` is checked for.
    @strawberry_django.field(annotate={"graphql_device_name": F("device__name")})
    def display(self) -> str:
        return self.graphql_device_name or f"GAM {self.pk}"


@register_type(models.GamPort, fields="__all__", filters=GamPortFilter, pagination=True)
class GamPortType(PrimaryObjectType):
    """A G.hn port."""

    gam: GamDevice | None
    interface: Interface | None
    endpoints: list[Endpoint]

    @strawberry_django.field(
        annotate={"graphql_device_name": F("gam__device__name"), "graphql_interface_name": F("interface__name")}
    )
    def display(self) -> str:
        return f"{self.graphql_device_name or f'GAM {self.gam_id}'} {self.graphql_interface_name}"


@register_type(models.Endpoint, fields="__all__", filters=EndpointFilter, pagination=True)
class EndpointType(PrimaryObjectType):
    """An endpoint."""

    display: str = name_from("name", "mac_address")
    mac_address: str
    gam: GamDevice | None
    port: GamPort | None
    device: Device | None
    subscriber: Subscriber | None
    alarms: list[Alarm]
    findings: list[Finding]
    observed: list[GamEndpointStateType]


@register_type(models.BandwidthPlan, fields="__all__", filters=BandwidthPlanFilter, pagination=True)
class BandwidthPlanType(PrimaryObjectType):
    """A speed sold, and the rates it becomes on a shelf."""

    display: str = name_from("name")
    subscribers: list[Subscriber]
    billing_plans: list[BillingPlan]

    @strawberry_django.field(only=["downstream_kbps", "downstream_shelf_mbps", "overhead_percent", "unthrottled"])
    def downstream_rate_mbps(self) -> int | None:
        return self.downstream_rate_mbps

    @strawberry_django.field(only=["upstream_kbps", "upstream_shelf_mbps", "overhead_percent", "unthrottled"])
    def upstream_rate_mbps(self) -> int | None:
        return self.upstream_rate_mbps


@register_type(models.VlanPool, fields="__all__", filters=VlanPoolFilter, pagination=True)
class VlanPoolType(PrimaryObjectType):
    """The part of a VLAN group that subscribers get their VLAN from."""

    display: str = name_from("name")
    vlan_group: VLANGroup | None
    shared_vlan: VLAN | None
    outer_vlan: VLAN | None
    gam_devices: list[GamDevice]


@register_type(models.Subscriber, fields="__all__", filters=SubscriberFilter, pagination=True)
class SubscriberType(ContactsMixin, PrimaryObjectType):
    """A customer's service."""

    display: str = name_from("name")
    tenant: Tenant | None
    gam: GamDevice | None
    endpoint: Endpoint | None
    port: GamPort | None
    bandwidth_plan: BandwidthPlan | None
    vlan: VLAN | None
    outer_vlan: VLAN | None
    nni: Interface | None
    billing_links: list[BillingLink]
    change_plans: list[ChangePlan]
    findings: list[Finding]


@register_type(models.BillingSystem, exclude=list(models.BillingSystem.secret_fields), filters=BillingSystemFilter, pagination=True)
class BillingSystemType(PrimaryObjectType):
    """A Sonar or Splynx instance."""

    display: str = name_from("name")
    billing_plans: list[BillingPlan]
    links: list[BillingLink]
    sync_runs: list[SyncRun]
    findings: list[Finding]
    finding_rules: list[Annotated["FindingRuleType", strawberry.lazy("netbox_gam.graphql.types")]]
    writes: list[Annotated["BillingWriteType", strawberry.lazy("netbox_gam.graphql.types")]]


@register_type(models.BillingPlan, fields="__all__", filters=BillingPlanFilter, pagination=True)
class BillingPlanType(PrimaryObjectType):
    """A tariff or data service."""

    display: str = name_from("name")
    system: BillingSystem | None
    bandwidth_plan: BandwidthPlan | None


@register_type(models.BillingLink, fields="__all__", filters=BillingLinkFilter, pagination=True)
class BillingLinkType(PrimaryObjectType):
    """Which object of a billing system a subscriber is."""

    system: BillingSystem | None
    subscriber: Subscriber | None

    @strawberry_django.field(annotate={"graphql_system_name": F("system__name")}, only=["entity", "external_id"])
    def display(self) -> str:
        return f"{self.graphql_system_name}: {self.entity} {self.external_id}"


@register_type(models.SyncRun, fields="__all__", filters=SyncRunFilter, pagination=True)
class SyncRunType(PrimaryObjectType):
    """One reconciliation with a billing system."""

    system: BillingSystem | None
    findings: list[Finding]

    @strawberry_django.field(annotate={"graphql_system_name": F("system__name")}, only=["started"])
    def display(self) -> str:
        return f"{self.graphql_system_name} {self.started:%Y-%m-%d %H:%M:%S}"


@register_type(models.BillingWrite, fields="__all__", filters=BillingWriteFilter, pagination=True)
class BillingWriteType(PrimaryObjectType):
    """One custom field, additional attribute or note that a billing system is to be given."""

    display: str = name_from("account_id", "value")
    system: BillingSystem | None
    subscriber: Subscriber | None


@register_type(models.Finding, fields="__all__", filters=FindingFilter, pagination=True)
class FindingType(PrimaryObjectType):
    """One difference, with the values on each side."""

    display: str = name_from("title")
    system: BillingSystem | None
    subscriber: Subscriber | None
    endpoint: Endpoint | None
    sync_run: SyncRun | None
    change_plan: ChangePlan | None
    followed_rule: Annotated["FindingRuleType", strawberry.lazy("netbox_gam.graphql.types")] | None


@register_type(models.ChangeBatch, fields="__all__", filters=ChangeBatchFilter, pagination=True)
class ChangeBatchType(PrimaryObjectType):
    """Change plans of several GAMs that were asked for together."""

    display: str = name_from("reason")
    requested_by: User | None
    change_plans: list[ChangePlan]


@register_type(models.ChangePlan, fields="__all__", filters=ChangePlanFilter, pagination=True)
class ChangePlanType(PrimaryObjectType):
    """What will be, or was, written to a GAM."""

    display: str = name_from("reason")
    gam: GamDevice | None
    batch: Annotated["ChangeBatchType", strawberry.lazy("netbox_gam.graphql.types")] | None
    superseded_by: ChangePlan | None
    supersedes: list[ChangePlan]
    requested_by: User | None
    subscribers: list[Subscriber]
    steps: list[ChangeStep]
    findings: list[Finding]


@register_type(models.ChangeStep, fields="__all__", filters=ChangeStepFilter, pagination=True)
class ChangeStepType(PrimaryObjectType):
    """One step of a change plan."""

    display: str = name_from("index", "action", "kind", "name")
    change_plan: ChangePlan | None


@register_type(models.Alarm, fields="__all__", filters=AlarmFilter, pagination=True)
class AlarmType(PrimaryObjectType):
    """Something wrong with a GAM or an endpoint."""

    gam: GamDevice | None
    endpoint: Endpoint | None
    port: GamPort | None
    rule: AlarmRule | None
    suppressed_by: Alarm | None
    acknowledged_by: User | None

    @strawberry_django.field(annotate={"graphql_device_name": F("gam__device__name")}, only=["entity", "condition"])
    def display(self) -> str:
        return f"{self.graphql_device_name or f'GAM {self.gam_id}'} {self.entity} {self.condition}"


@register_type(models.AlarmRule, fields="__all__", filters=AlarmRuleFilter, pagination=True)
class AlarmRuleType(PrimaryObjectType):
    """What is watched, and when it is wrong enough for an alarm."""

    display: str = name_from("name")
    sites: list[Annotated["SiteType", strawberry.lazy("dcim.graphql.types")]]
    roles: list[Annotated["DeviceRoleType", strawberry.lazy("dcim.graphql.types")]]
    scope_tags: list[Annotated["TagType", strawberry.lazy("extras.graphql.types")]]
    alarms: list[Alarm]


@register_type(models.MailGroup, exclude=("items",), filters=MailGroupFilter, pagination=True)
class MailGroupType(PrimaryObjectType):
    """People who are told of alarms by mail."""

    display: str = name_from("name")
    addresses: list[str]
    quiet_days: list[str]
    sites: list[Annotated["SiteType", strawberry.lazy("dcim.graphql.types")]]
    roles: list[Annotated["DeviceRoleType", strawberry.lazy("dcim.graphql.types")]]
    scope_tags: list[Annotated["TagType", strawberry.lazy("extras.graphql.types")]]


@register_type(models.Drift, fields="__all__", filters=DriftFilter, pagination=True)
class DriftType(PrimaryObjectType):
    """Where a GAM differs from what NetBox says of it."""

    gam: GamDevice | None
    port: GamPort | None
    accepted_by: User | None
    change_plan: ChangePlan | None
    display: str = name_from("object_kind", "name", "field", "kind")


@register_type(models.Arrival, fields="__all__", filters=ArrivalFilter, pagination=True)
class ArrivalType(PrimaryObjectType):
    """An endpoint that waits in the onboarding queue."""

    endpoint: Endpoint | None
    gam: GamDevice | None
    port: GamPort | None
    decided_by: User | None
    subscriber: Subscriber | None
    change_plan: ChangePlan | None

    @strawberry_django.field(annotate={"graphql_mac": F("endpoint__mac_address"), "graphql_device_name": F("gam__device__name")})
    def display(self) -> str:
        return f"{self.graphql_mac} on {self.graphql_device_name or f'GAM {self.gam_id}'}"


@register_type(models.FirmwareImage, fields="__all__", filters=FirmwareImageFilter, pagination=True)
class FirmwareImageType(PrimaryObjectType):
    """One release of the firmware for a family of GAMs."""

    display: str = name_from("family", "version")
    size_bytes: BigInt | None
    rollouts: list[FirmwareRollout]


@register_type(models.FirmwareRollout, fields="__all__", filters=FirmwareRolloutFilter, pagination=True)
class FirmwareRolloutType(PrimaryObjectType):
    """Bringing GAMs to an image, a wave after the other."""

    display: str = name_from("reason")
    image: FirmwareImage | None
    requested_by: User | None
    started_by: User | None
    upgrades: list[FirmwareUpgrade]


@register_type(models.FirmwareUpgrade, fields="__all__", filters=FirmwareUpgradeFilter, pagination=True)
class FirmwareUpgradeType(PrimaryObjectType):
    """One GAM in a firmware rollout."""

    rollout: FirmwareRollout | None
    gam: GamDevice | None

    @strawberry_django.field(annotate={"graphql_device_name": F("gam__device__name")})
    def display(self) -> str:
        return f"{self.graphql_device_name or f'GAM {self.gam_id}'} ({self.rollout_id})"


@register_type(models.FindingRule, exclude=("confirmed", "held_findings"), filters=FindingRuleFilter, pagination=True)
class FindingRuleType(PrimaryObjectType):
    """What is always done with findings of some kinds."""

    display: str = name_from("name")
    kinds: list[str]
    system: BillingSystem | None
    acts_as: User | None
    sites: list[Annotated["SiteType", strawberry.lazy("dcim.graphql.types")]]
    roles: list[Annotated["DeviceRoleType", strawberry.lazy("dcim.graphql.types")]]
    scope_tags: list[Annotated["TagType", strawberry.lazy("extras.graphql.types")]]
    findings: list[Finding]
