"""Lists; one module per area."""

from .access import CredentialProfileTable, SnmpProfileTable
from .billing import (
    BilledServiceTable,
    BillingEventTable,
    BillingLinkTable,
    BillingPlanTable,
    BillingSystemTable,
    FindingTable,
    SyncRunTable,
)
from .decisions import FindingRuleTable, HeldServiceTable
from .devices import EndpointTable, GamDeviceTable, GamPortTable
from .monitoring import AlarmRuleTable, AlarmTable
from .notifications import MailGroupTable
from .provisioning import ChangePlanTable, ChangeStepTable
from .subscribers import BandwidthPlanTable, SubscriberTable, VlanPoolTable

__all__ = (
    "AlarmRuleTable",
    "AlarmTable",
    "BandwidthPlanTable",
    "BilledServiceTable",
    "BillingEventTable",
    "BillingLinkTable",
    "BillingPlanTable",
    "BillingSystemTable",
    "ChangePlanTable",
    "ChangeStepTable",
    "CredentialProfileTable",
    "EndpointTable",
    "FindingRuleTable",
    "FindingTable",
    "GamDeviceTable",
    "GamPortTable",
    "HeldServiceTable",
    "MailGroupTable",
    "SnmpProfileTable",
    "SubscriberTable",
    "SyncRunTable",
    "VlanPoolTable",
)
