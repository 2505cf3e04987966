"""Viewsets, one module per area."""

from .access import CredentialProfileViewSet, SnmpProfileViewSet
from .billing import BillingLinkViewSet, BillingPlanViewSet, BillingSystemViewSet, FindingViewSet, SyncRunViewSet
from .decisions import FindingRuleViewSet
from .devices import EndpointViewSet, GamDeviceViewSet, GamPortViewSet
from .metrics import MetricsView
from .monitoring import AlarmRuleViewSet, AlarmViewSet
from .notifications import MailGroupViewSet
from .polling import PollingStatusView
from .provisioning import ChangePlanViewSet, ChangeStepViewSet
from .subscribers import BandwidthPlanViewSet, SubscriberViewSet, VlanPoolViewSet

__all__ = (
    "AlarmRuleViewSet",
    "AlarmViewSet",
    "BandwidthPlanViewSet",
    "BillingLinkViewSet",
    "BillingPlanViewSet",
    "BillingSystemViewSet",
    "ChangePlanViewSet",
    "ChangeStepViewSet",
    "CredentialProfileViewSet",
    "EndpointViewSet",
    "FindingRuleViewSet",
    "FindingViewSet",
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
