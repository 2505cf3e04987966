"""Serializers, one module per area; NetBox looks them up here by the model's name."""

from .access import CredentialProfileSerializer, SnmpProfileSerializer
from .billing import BillingLinkSerializer, BillingPlanSerializer, BillingSystemSerializer, FindingSerializer, SyncRunSerializer
from .decisions import FindingRuleSerializer
from .devices import EndpointSerializer, GamDeviceSerializer, GamPortSerializer
from .monitoring import AlarmRuleSerializer, AlarmSerializer
from .notifications import MailGroupSerializer
from .plans import BandwidthPlanSerializer, VlanPoolSerializer
from .provisioning import ChangePlanDetailSerializer, ChangePlanSerializer, ChangeStepSerializer
from .subscribers import SubscriberSerializer

__all__ = (
    "AlarmRuleSerializer",
    "AlarmSerializer",
    "BandwidthPlanSerializer",
    "BillingLinkSerializer",
    "BillingPlanSerializer",
    "BillingSystemSerializer",
    "ChangePlanDetailSerializer",
    "ChangePlanSerializer",
    "ChangeStepSerializer",
    "CredentialProfileSerializer",
    "EndpointSerializer",
    "FindingRuleSerializer",
    "FindingSerializer",
    "GamDeviceSerializer",
    "GamPortSerializer",
    "MailGroupSerializer",
    "SnmpProfileSerializer",
    "SubscriberSerializer",
    "SyncRunSerializer",
    "VlanPoolSerializer",
)
