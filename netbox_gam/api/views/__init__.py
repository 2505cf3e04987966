"""Viewsets, one module per area."""

from .access import CredentialProfileViewSet, SnmpProfileViewSet
from .billing import BillingLinkViewSet, BillingPlanViewSet, BillingSystemViewSet, FindingViewSet, SyncRunViewSet
from .decisions import FindingRuleViewSet
from .devices import EndpointViewSet, GamDeviceViewSet, GamPortViewSet
from .drift import DriftViewSet
from .firmware import FirmwareImageViewSet, FirmwareRolloutViewSet, FirmwareUpgradeViewSet
from .metrics import MetricsView
from .monitoring import AlarmRuleViewSet, AlarmViewSet
from .notifications import MailGroupViewSet
from .onboarding import ArrivalViewSet
from .polling import PollingStatusView
from .provisioning import ChangeBatchViewSet, ChangePlanViewSet, ChangeStepViewSet
from .subscribers import BandwidthPlanViewSet, SubscriberViewSet, VlanPoolViewSet
from .write_back import BillingWriteViewSet

__all__ = (
    "AlarmRuleViewSet",
    "AlarmViewSet",
    "ArrivalViewSet",
    "BandwidthPlanViewSet",
    "BillingLinkViewSet",
    "BillingPlanViewSet",
    "BillingSystemViewSet",
    "BillingWriteViewSet",
    "ChangeBatchViewSet",
    "ChangePlanViewSet",
    "ChangeStepViewSet",
    "CredentialProfileViewSet",
    "DriftViewSet",
    "EndpointViewSet",
    "FindingRuleViewSet",
    "FindingViewSet",
    "FirmwareImageViewSet",
    "FirmwareRolloutViewSet",
    "FirmwareUpgradeViewSet",
    "GamDeviceViewSet",
    "GamPortViewSet",
    "MailGroupViewSet",
    "MetricsView",
    "PollingStatusView",
    "SnmpProfileViewSet",
    "SubscriberViewSet",
    "SyncRunViewSet",
    "VlanPoolViewSet",
)
