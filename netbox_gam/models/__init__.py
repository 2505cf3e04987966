"""The plugin's models: intent (change-logged), records (written by workflows) and observed state (plain tables)."""

from .access import CredentialProfile, SnmpProfile
from .billing import BilledService, BillingLink, BillingPlan, BillingSystem, Finding, SyncRun
from .devices import Endpoint, GamDevice, GamPort
from .monitoring import Alarm, AlarmEvent, DeviceSample, DeviceState, EndpointSample, EndpointState, PortSample, PortState
from .provisioning import ChangePlan, ChangeStep
from .subscribers import BandwidthPlan, Subscriber, VlanPool

__all__ = (
    "Alarm",
    "AlarmEvent",
    "BandwidthPlan",
    "BilledService",
    "BillingLink",
    "BillingPlan",
    "BillingSystem",
    "ChangePlan",
    "ChangeStep",
    "CredentialProfile",
    "DeviceSample",
    "DeviceState",
    "Endpoint",
    "EndpointSample",
    "EndpointState",
    "Finding",
    "GamDevice",
    "GamPort",
    "PortSample",
    "PortState",
    "SnmpProfile",
    "Subscriber",
    "SyncRun",
    "VlanPool",
)
