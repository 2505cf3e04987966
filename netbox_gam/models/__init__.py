"""The plugin's models: intent (change-logged), records (written by workflows) and observed state (plain tables)."""

from .access import CredentialProfile, SnmpProfile
from .alarms import Alarm, AlarmEvent, AlarmRule, RuleState
from .billing import BilledService, BillingLink, BillingPlan, BillingSystem, Finding, SyncRun
from .decisions import FindingRule, HeldService, RevenueDay, ShelfServiceState
from .devices import Endpoint, GamDevice, GamPort
from .events import BillingEvent
from .notifications import EventRuleItem, MailGroup, MailItem
from .observed import DeviceState, EndpointState, EthernetState, PortState
from .polling import PollCycle, PollSchedule, PollWorker
from .provisioning import ChangePlan, ChangeStep
from .samples import DirtyBucket, Series
from .subscribers import BandwidthPlan, Subscriber, VlanPool

__all__ = (
    "Alarm",
    "AlarmEvent",
    "AlarmRule",
    "BandwidthPlan",
    "BilledService",
    "BillingEvent",
    "BillingLink",
    "BillingPlan",
    "BillingSystem",
    "ChangePlan",
    "ChangeStep",
    "CredentialProfile",
    "DeviceState",
    "DirtyBucket",
    "Endpoint",
    "EndpointState",
    "EthernetState",
    "EventRuleItem",
    "Finding",
    "FindingRule",
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
    "ShelfServiceState",
    "SnmpProfile",
    "Subscriber",
    "SyncRun",
    "VlanPool",
)
