"""Serializers, one module per area; NetBox looks them up here by the model's name."""

from .access import CredentialProfileSerializer, SnmpProfileSerializer
from .billing import BillingLinkSerializer, BillingPlanSerializer, BillingSystemSerializer, FindingSerializer, SyncRunSerializer
from .decisions import FindingRuleSerializer
from .devices import EndpointSerializer, GamDeviceSerializer, GamPortSerializer
from .drift import DriftSerializer
from .firmware import FirmwareImageSerializer, FirmwareRolloutSerializer, FirmwareUpgradeSerializer
from .monitoring import AlarmRuleSerializer, AlarmSerializer
from .notifications import MailGroupSerializer
from .onboarding import ArrivalSerializer
from .plans import BandwidthPlanSerializer, VlanPoolSerializer
from .provisioning import ChangeBatchSerializer, ChangePlanDetailSerializer, ChangePlanSerializer, ChangeStepSerializer
from .subscribers import SubscriberSerializer
from .write_back import BillingWriteSerializer

__all__ = (
    "AlarmRuleSerializer",
    "AlarmSerializer",
    "ArrivalSerializer",
    "BandwidthPlanSerializer",
    "BillingLinkSerializer",
    "BillingPlanSerializer",
    "BillingSystemSerializer",
    "BillingWriteSerializer",
    "ChangeBatchSerializer",
    "ChangePlanDetailSerializer",
    "ChangePlanSerializer",
    "ChangeStepSerializer",
    "CredentialProfileSerializer",
    "DriftSerializer",
    "EndpointSerializer",
    "FindingRuleSerializer",
    "FindingSerializer",
    "FirmwareImageSerializer",
    "FirmwareRolloutSerializer",
    "FirmwareUpgradeSerializer",
    "GamDeviceSerializer",
    "GamPortSerializer",
    "MailGroupSerializer",
    "SnmpProfileSerializer",
    "SubscriberSerializer",
    "SyncRunSerializer",
    "VlanPoolSerializer",
)
