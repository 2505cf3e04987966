"""Lists; one module per area."""

from .access import CredentialProfileTable, SnmpProfileTable
from .backups import ConfigBackupTable
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
from .provisioning import ChangePlanTable, ChangeStepTable
from .subscribers import BandwidthPlanTable, SubscriberTable, VlanPoolTable

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
    "ChangePlanTable",
    "ChangeStepTable",
    "ConfigBackupTable",
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
    "SnmpProfileTable",
    "SubscriberTable",
    "SyncRunTable",
    "VlanPoolTable",
)
