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
from .drift import DriftTable
from .firmware import FirmwareFleetTable, FirmwareImageTable, FirmwareRolloutTable, FirmwareUpgradeTable
from .monitoring import AlarmRuleTable, AlarmTable
from .notifications import MailGroupTable
from .onboarding import ArrivalTable
from .provisioning import ChangeBatchTable, ChangePlanTable, ChangeStepTable
from .slots import PlanSlotsTable
from .subscribers import BandwidthPlanTable, SubscriberTable, VlanPoolTable
from .write_back import BillingWriteTable

__all__ = (
    "AlarmRuleTable",
    "AlarmTable",
    "ArrivalTable",
    "BandwidthPlanTable",
    "BilledServiceTable",
    "BillingEventTable",
    "BillingLinkTable",
    "BillingPlanTable",
    "BillingSystemTable",
    "BillingWriteTable",
    "ChangeBatchTable",
    "ChangePlanTable",
    "ChangeStepTable",
    "CredentialProfileTable",
    "DriftTable",
    "EndpointTable",
    "FindingRuleTable",
    "FindingTable",
    "FirmwareFleetTable",
    "FirmwareImageTable",
    "FirmwareRolloutTable",
    "FirmwareUpgradeTable",
    "GamDeviceTable",
    "GamPortTable",
    "HeldServiceTable",
    "MailGroupTable",
    "PlanSlotsTable",
    "SnmpProfileTable",
    "SubscriberTable",
    "SyncRunTable",
    "VlanPoolTable",
)
