"""Filters of lists, REST, saved filters and dynamic form fields; one module per area."""

from .access import CredentialProfileFilterSet, SnmpProfileFilterSet
from .billing import BillingLinkFilterSet, BillingPlanFilterSet, BillingSystemFilterSet, FindingFilterSet, SyncRunFilterSet
from .decisions import FindingRuleFilterSet
from .devices import EndpointFilterSet, GamDeviceFilterSet, GamPortFilterSet
from .drift import DriftFilterSet
from .firmware import FirmwareImageFilterSet, FirmwareRolloutFilterSet, FirmwareUpgradeFilterSet
from .monitoring import AlarmFilterSet, AlarmRuleFilterSet
from .notifications import MailGroupFilterSet
from .onboarding import ArrivalFilterSet
from .provisioning import ChangeBatchFilterSet, ChangePlanFilterSet, ChangeStepFilterSet
from .subscribers import BandwidthPlanFilterSet, SubscriberFilterSet, VlanPoolFilterSet
from .write_back import BillingWriteFilterSet

__all__ = (
    "AlarmFilterSet",
    "AlarmRuleFilterSet",
    "ArrivalFilterSet",
    "BandwidthPlanFilterSet",
    "BillingLinkFilterSet",
    "BillingPlanFilterSet",
    "BillingSystemFilterSet",
    "BillingWriteFilterSet",
    "ChangeBatchFilterSet",
    "ChangePlanFilterSet",
    "ChangeStepFilterSet",
    "CredentialProfileFilterSet",
    "DriftFilterSet",
    "EndpointFilterSet",
    "FindingFilterSet",
    "FindingRuleFilterSet",
    "FirmwareImageFilterSet",
    "FirmwareRolloutFilterSet",
    "FirmwareUpgradeFilterSet",
    "GamDeviceFilterSet",
    "GamPortFilterSet",
    "MailGroupFilterSet",
    "SnmpProfileFilterSet",
    "SubscriberFilterSet",
    "SyncRunFilterSet",
    "VlanPoolFilterSet",
)
