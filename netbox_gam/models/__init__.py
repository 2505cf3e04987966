"""The plugin's models: intent (change-logged), records (written by workflows) and observed state (plain tables)."""

from .access import CredentialProfile, SnmpProfile
from .alarms import Alarm, AlarmEvent, AlarmRule, RuleState
from .billing import BilledService, BillingLink, BillingPlan, BillingSystem, Finding, SyncRun
from .billing_checks import BillingCheck
from .decisions import FindingRule, HeldService, RevenueDay, ShelfProfileState, ShelfServiceState
from .devices import Endpoint, GamDevice, GamPort
from .drift import Drift, DriftCheck
from .events import BillingEvent
from .firmware import FirmwareImage, FirmwareRollout, FirmwareUpgrade
from .notifications import EventRuleItem, MailGroup, MailItem
from .observed import DeviceState, EndpointState, EthernetState, PortState
from .onboarding import Arrival
from .polling import PollCycle, PollSchedule, PollWorker
from .provisioning import ChangeBatch, ChangePlan, ChangeStep
from .samples import DirtyBucket, Series
from .subscribers import BandwidthPlan, Subscriber, VlanPool
from .write_back import BillingWrite, WriteBackState

__all__ = (
    "Alarm",
    "AlarmEvent",
    "AlarmRule",
    "Arrival",
    "BandwidthPlan",
    "BilledService",
    "BillingCheck",
    "BillingEvent",
    "BillingLink",
    "BillingPlan",
    "BillingSystem",
    "BillingWrite",
    "ChangeBatch",
    "ChangePlan",
    "ChangeStep",
    "CredentialProfile",
    "DeviceState",
    "DirtyBucket",
    "Drift",
    "DriftCheck",
    "Endpoint",
    "EndpointState",
    "EthernetState",
    "EventRuleItem",
    "Finding",
    "FindingRule",
    "FirmwareImage",
    "FirmwareRollout",
    "FirmwareUpgrade",
    "GamDevice",
    "GamPort",
    "HeldService",
    "MailGroup",
    "MailItem",
    "PollCycle",
    "PollSchedule",
    "PollWorker",
    "PortState",
    "RevenueDay",
    "RuleState",
    "Series",
    "ShelfProfileState",
    "ShelfServiceState",
    "SnmpProfile",
    "Subscriber",
    "SyncRun",
    "VlanPool",
    "WriteBackState",
)
