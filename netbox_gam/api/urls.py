"""Endpoints below ``/api/plugins/gam/``."""

from django.urls import path
from netbox.api.routers import NetBoxRouter

from . import views
from .views.revenue import RevenueView
from .webhooks import BillingWebhookView

app_name = "netbox_gam"

router = NetBoxRouter()
router.register("gam-devices", views.GamDeviceViewSet)
router.register("gam-ports", views.GamPortViewSet)
router.register("endpoints", views.EndpointViewSet)
router.register("bandwidth-plans", views.BandwidthPlanViewSet)
router.register("vlan-pools", views.VlanPoolViewSet)
router.register("subscribers", views.SubscriberViewSet)
router.register("credential-profiles", views.CredentialProfileViewSet)
router.register("snmp-profiles", views.SnmpProfileViewSet)
router.register("billing-systems", views.BillingSystemViewSet)
router.register("billing-plans", views.BillingPlanViewSet)
router.register("billing-links", views.BillingLinkViewSet)
router.register("sync-runs", views.SyncRunViewSet)
router.register("findings", views.FindingViewSet)
router.register("change-batches", views.ChangeBatchViewSet)
router.register("change-plans", views.ChangePlanViewSet)
router.register("change-steps", views.ChangeStepViewSet)
router.register("alarms", views.AlarmViewSet)
router.register("alarm-rules", views.AlarmRuleViewSet)
router.register("finding-rules", views.FindingRuleViewSet)
router.register("mail-groups", views.MailGroupViewSet)
router.register("drift", views.DriftViewSet)
router.register("onboarding", views.ArrivalViewSet)
router.register("firmware-images", views.FirmwareImageViewSet)
router.register("firmware-rollouts", views.FirmwareRolloutViewSet)
router.register("firmware-upgrades", views.FirmwareUpgradeViewSet)
router.register("billing-writes", views.BillingWriteViewSet)

urlpatterns = [
    path("revenue/", RevenueView.as_view(), name="revenue"),
    path("polling-status/", views.PollingStatusView.as_view(), name="polling-status"),
    path("metrics/", views.MetricsView.as_view(), name="metrics"),
    path("webhooks/<int:pk>/", BillingWebhookView.as_view(), name="billing_webhook"),
    path("webhooks/<int:pk>/<str:secret>/", BillingWebhookView.as_view(), name="billing_webhook_secret"),
    *router.urls,
]
