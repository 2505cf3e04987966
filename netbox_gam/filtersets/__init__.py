"""Filters of lists, REST, saved filters and dynamic form fields; one module per area."""

from .access import CredentialProfileFilterSet, SnmpProfileFilterSet
from .billing import BillingLinkFilterSet, BillingPlanFilterSet, BillingSystemFilterSet, FindingFilterSet, SyncRunFilterSet
from .decisions import FindingRuleFilterSet
from .devices import EndpointFilterSet, GamDeviceFilterSet, GamPortFilterSet
from .monitoring import AlarmFilterSet, AlarmRuleFilterSet
from .notifications import MailGroupFilterSet
from .provisioning import ChangePlanFilterSet, ChangeStepFilterSet
from .subscribers import BandwidthPlanFilterSet, SubscriberFilterSet, VlanPoolFilterSet

__all__ = (
    "AlarmFilterSet",
    "AlarmRuleFilterSet",
    "BandwidthPlanFilterSet",
    "BillingLinkFilterSet",
    "BillingPlanFilterSet",
    "BillingSystemFilterSet",
    "ChangePlanFilterSet",
    "ChangeStepFilterSet",
    "CredentialProfileFilterSet",
    "EndpointFilterSet",
    "FindingFilterSet",
    "FindingRuleFilterSet",
    "GamDeviceFilterSet",
    "GamPortFilterSet",
    "MailGroupFilterSet",
    "SnmpProfileFilterSet",
    "SubscriberFilterSet",
    "SyncRunFilterSet",
    "VlanPoolFilterSet",
)
