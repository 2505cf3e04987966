"""The plugin's models: intent (change-logged), records (written by workflows) and observed state (plain tables)."""

from .access import CredentialProfile, SnmpProfile
from .billing import BilledService, BillingLink, BillingPlan, BillingSystem, Finding, SyncRun
from .devices import Endpoint, GamDevice, GamPort
from .events import BillingEvent
from .monitoring import Alarm, AlarmEvent
from .observed import DeviceState, EndpointState, EthernetState, PortState
from .provisioning import ChangePlan, ChangeStep
from .samples import DirtyBucket, Series
from .subscribers import BandwidthPlan, Subscriber, VlanPool

__all__ = (
    "Alarm",
    "AlarmEvent",
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
    "Finding",
    "GamDevice",
    "GamPort",
    "PortState",
    "Series",
    "SnmpProfile",
    "Subscriber",
    "SyncRun",
    "VlanPool",
)
