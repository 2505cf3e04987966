"""The GAM menu."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from netbox.plugins import PluginMenu, PluginMenuButton, PluginMenuItem


def _item(model: str, text: Any, *, editable: bool = True) -> PluginMenuItem:
    """A list in the menu, with its add and import buttons where people make such objects."""
    base = f"plugins:netbox_gam:{model}"
    may_add = [f"netbox_gam.add_{model}"]
    buttons = [
        PluginMenuButton(f"{base}_add", _("Add"), "mdi mdi-plus-thick", permissions=may_add),
        PluginMenuButton(f"{base}_bulk_import", _("Import"), "mdi mdi-upload", permissions=may_add),
    ]
    return PluginMenuItem(f"{base}_list", text, permissions=[f"netbox_gam.view_{model}"], buttons=buttons if editable else [])


menu = PluginMenu(
    label=_("GAM"),
    icon_class="mdi mdi-lan",
    groups=(
        (
            _("Network"),
            (
                _item("gamdevice", _("GAMs")),
                PluginMenuItem(
                    "plugins:netbox_gam:gamdevice_discover", _("Discover"), permissions=["netbox_gam.discover_gamdevice"]
                ),
                _item("gamport", _("G.hn Ports")),
                _item("endpoint", _("Endpoints")),
            ),
        ),
        (
            _("Subscribers"),
            (
                _item("subscriber", _("Subscribers")),
                _item("bandwidthplan", _("Bandwidth Plans")),
                _item("vlanpool", _("VLAN Pools")),
                PluginMenuItem("plugins:netbox_gam:plan_slots", _("Plan Slots"), permissions=["netbox_gam.view_gamdevice"]),
            ),
        ),
        (
            _("Provisioning"),
            (
                _item("changebatch", _("Change Batches"), editable=False),
                _item("changeplan", _("Change Plans"), editable=False),
                _item("changestep", _("Change Steps"), editable=False),
                _item("drift", _("Drift"), editable=False),
                _item("arrival", _("Onboarding"), editable=False),
            ),
        ),
        (
            _("Firmware"),
            (
                PluginMenuItem("plugins:netbox_gam:firmware_fleet", _("Versions"), permissions=["netbox_gam.view_gamdevice"]),
                _item("firmwareimage", _("Firmware Images")),
                _item("firmwarerollout", _("Firmware Rollouts"), editable=False),
                _item("firmwareupgrade", _("Firmware Upgrades"), editable=False),
            ),
        ),
        (
            _("Billing"),
            (
                _item("finding", _("Findings"), editable=False),
                _item("findingrule", _("Finding Rules")),
                PluginMenuItem(
                    "plugins:netbox_gam:revenue",
                    _("Revenue Assurance"),
                    permissions=["netbox_gam.view_subscriber", "netbox_gam.view_finding", "netbox_gam.view_billingsystem"],
                ),
                _item("billingsystem", _("Billing Systems")),
                _item("billingplan", _("Billing Plans")),
                _item("billinglink", _("Billing Links")),
                _item("syncrun", _("Sync Runs"), editable=False),
                _item("billingwrite", _("Billing Writes"), editable=False),
            ),
        ),
        (
            _("Monitoring"),
            (
                _item("alarm", _("Alarms"), editable=False),
                PluginMenuItem("plugins:netbox_gam:polling_status", _("Polling"), permissions=["netbox_gam.view_gamdevice"]),
                _item("alarmrule", _("Alarm Rules")),
                _item("mailgroup", _("Mail Groups")),
            ),
        ),
        (
            _("Access"),
            (
                _item("credentialprofile", _("Credential Profiles")),
                _item("snmpprofile", _("SNMP Profiles")),
            ),
        ),
    ),
)
