"""URLs below ``/plugins/gam/``; the views register themselves when :mod:`netbox_gam.views` is imported."""

from __future__ import annotations

from django.urls import include, path
from utilities.urls import get_model_urls

from . import views
from .views.assets import ChartLibraryView

PATHS = {
    "gamdevice": "gam-devices",
    "gamport": "gam-ports",
    "endpoint": "endpoints",
    "bandwidthplan": "bandwidth-plans",
    "vlanpool": "vlan-pools",
    "subscriber": "subscribers",
    "credentialprofile": "credential-profiles",
    "snmpprofile": "snmp-profiles",
    "billingsystem": "billing-systems",
    "billingplan": "billing-plans",
    "billinglink": "billing-links",
    "syncrun": "sync-runs",
    "finding": "findings",
    "changebatch": "change-batches",
    "changeplan": "change-plans",
    "changestep": "change-steps",
    "alarm": "alarms",
    "alarmrule": "alarm-rules",
    "mailgroup": "mail-groups",
    "drift": "drift",
    "arrival": "onboarding",
    "firmwareimage": "firmware-images",
    "firmwarerollout": "firmware-rollouts",
    "firmwareupgrade": "firmware-upgrades",
    "findingrule": "finding-rules",
    "billingwrite": "billing-writes",
}

urlpatterns = [
    path("revenue/", views.RevenueView.as_view(), name="revenue"),
    path("polling/", views.PollingStatusView.as_view(), name="polling_status"),
    path("plan-slots/", views.PlanSlotsView.as_view(), name="plan_slots"),
    path("firmware/", views.FirmwareFleetView.as_view(), name="firmware_fleet"),
    path("charts/<slug:digest>.js", ChartLibraryView.as_view(), name="chart_library"),
    *(
        pattern
        for model, name in PATHS.items()
        for pattern in (
            path(f"{name}/", include(get_model_urls("netbox_gam", model, detail=False))),
            path(f"{name}/<int:pk>/", include(get_model_urls("netbox_gam", model))),
        )
    ),
]
