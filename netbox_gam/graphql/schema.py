"""Queries: each model by id, and as a list."""

import strawberry
import strawberry_django

from .types import (
    AlarmRuleType,
    AlarmType,
    ArrivalType,
    BandwidthPlanType,
    BillingLinkType,
    BillingPlanType,
    BillingSystemType,
    BillingWriteType,
    ChangeBatchType,
    ChangePlanType,
    ChangeStepType,
    CredentialProfileType,
    DriftType,
    EndpointType,
    FindingRuleType,
    FindingType,
    FirmwareImageType,
    FirmwareRolloutType,
    FirmwareUpgradeType,
    GamDeviceType,
    GamPortType,
    MailGroupType,
    SnmpProfileType,
    SubscriberType,
    SyncRunType,
    VlanPoolType,
)


@strawberry.type(name="Query")
class GamQuery:
    """Queries of the plugin."""

    gam_device: GamDeviceType = strawberry_django.field()
    gam_device_list: list[GamDeviceType] = strawberry_django.field()

    gam_port: GamPortType = strawberry_django.field()
    gam_port_list: list[GamPortType] = strawberry_django.field()

    endpoint: EndpointType = strawberry_django.field()
    endpoint_list: list[EndpointType] = strawberry_django.field()

    bandwidth_plan: BandwidthPlanType = strawberry_django.field()
    bandwidth_plan_list: list[BandwidthPlanType] = strawberry_django.field()

    vlan_pool: VlanPoolType = strawberry_django.field()
    vlan_pool_list: list[VlanPoolType] = strawberry_django.field()

    subscriber: SubscriberType = strawberry_django.field()
    subscriber_list: list[SubscriberType] = strawberry_django.field()

    credential_profile: CredentialProfileType = strawberry_django.field()
    credential_profile_list: list[CredentialProfileType] = strawberry_django.field()

    snmp_profile: SnmpProfileType = strawberry_django.field()
    snmp_profile_list: list[SnmpProfileType] = strawberry_django.field()

    billing_system: BillingSystemType = strawberry_django.field()
    billing_system_list: list[BillingSystemType] = strawberry_django.field()

    billing_plan: BillingPlanType = strawberry_django.field()
    billing_plan_list: list[BillingPlanType] = strawberry_django.field()

    billing_link: BillingLinkType = strawberry_django.field()
    billing_link_list: list[BillingLinkType] = strawberry_django.field()

    sync_run: SyncRunType = strawberry_django.field()
    sync_run_list: list[SyncRunType] = strawberry_django.field()

    finding: FindingType = strawberry_django.field()
    finding_list: list[FindingType] = strawberry_django.field()

    change_batch: ChangeBatchType = strawberry_django.field()
    change_batch_list: list[ChangeBatchType] = strawberry_django.field()

    change_plan: ChangePlanType = strawberry_django.field()
    change_plan_list: list[ChangePlanType] = strawberry_django.field()

    change_step: ChangeStepType = strawberry_django.field()
    change_step_list: list[ChangeStepType] = strawberry_django.field()

    alarm: AlarmType = strawberry_django.field()
    alarm_list: list[AlarmType] = strawberry_django.field()

    alarm_rule: AlarmRuleType = strawberry_django.field()
    alarm_rule_list: list[AlarmRuleType] = strawberry_django.field()

    finding_rule: FindingRuleType = strawberry_django.field()
    finding_rule_list: list[FindingRuleType] = strawberry_django.field()

    mail_group: MailGroupType = strawberry_django.field()
    mail_group_list: list[MailGroupType] = strawberry_django.field()

    billing_write: BillingWriteType = strawberry_django.field()
    billing_write_list: list[BillingWriteType] = strawberry_django.field()

    drift: DriftType = strawberry_django.field()
    drift_list: list[DriftType] = strawberry_django.field()

    arrival: ArrivalType = strawberry_django.field()
    arrival_list: list[ArrivalType] = strawberry_django.field()
    firmware_image: FirmwareImageType = strawberry_django.field()
    firmware_image_list: list[FirmwareImageType] = strawberry_django.field()

    firmware_rollout: FirmwareRolloutType = strawberry_django.field()
    firmware_rollout_list: list[FirmwareRolloutType] = strawberry_django.field()

    firmware_upgrade: FirmwareUpgradeType = strawberry_django.field()
    firmware_upgrade_list: list[FirmwareUpgradeType] = strawberry_django.field()


schema = [GamQuery]
