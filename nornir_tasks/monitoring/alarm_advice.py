"""What to do about an alarm: one sentence for each condition, of a shelf (by its word) or of a rule (by what it watches)."""

from __future__ import annotations

OTHERWISE = "Open the alarm, then the GAM's page, and compare its last reading with what you expect."

ADVICE: dict[str, str] = {
    # What shelves report.
    "hwflt": "Look at the GAM's LED and power supplies; a hardware fault that stays after a restart is a case for the vendor.",
    "swflt": "Save a backup of the configuration and the log, then restart the GAM in a maintenance window.",
    "fanflt": "Replace the fan module; watch the temperature until then.",
    "hightemp": "Check fans, filters and the air around the GAM.",
    "thermalshutdown": "Cool the site first; the GAM starts again by itself or has to be powered off and on.",
    "restart": "Look for a power cut or a reboot by somebody; if there was neither, save the log for the vendor.",
    "clkchange": "Check that the GAM's NTP servers answer.",
    "linkdown": "Check the cable, the SFP and the port at the other end.",
    "sfprmvd": "Put the SFP back, or switch the port off.",
    "sfpmismatch": "Use an SFP of the speed the port is made for.",
    "outage": "Check the power and the coax or copper line of the endpoints on this port.",
    "lowsnr": "Check splitters, connectors and the length of the line.",
    "los": "Check that the endpoint has power and that its line is connected.",
    "portmismatch": "Move the endpoint's record to the port it is on, or the line back to the port it belongs to.",
    "hwmismatch": "Check the endpoint's model; the GAM may need newer firmware for it.",
    "swrevmismat": "Upgrade the endpoint's firmware to what the GAM carries.",
    "swdl": "Wait for the download to end.",
    "fwupg": "Wait for the upgrade to end; do not cut the power.",
    "lockoutconsole": "Somebody tried passwords on the console: find out who.",
    "lockouthost": "Somebody tried passwords over the network: find out who, and close the management network.",
    "lockoutglobal": "Somebody tried passwords from many hosts: close the management network.",
    "lpbkfacility": "Take the loopback away when the test is over.",
    "lpbkterm": "Take the loopback away when the test is over.",
    # What rules find.
    "unreachable": "Check power and uplink of the GAM, then its SNMP profile and the way to it.",
    "endpoint_lost": "Check that the endpoint has power and that its line is connected.",
    "wrong_port": "Move the endpoint's record to the port it is on, or the line back to the port it belongs to.",
    "unknown_mac": "Record the endpoint and its subscriber, or unplug it.",
    "plan_rate": "Check the line; if it cannot carry the plan, agree on another one.",
    "phy_asymmetry": "Check splitters, amplifiers and connectors: one direction suffers.",
    "phy_falling": "Check what changed on the line: a splitter, a connector, water.",
    "errors": "Check connectors and interference on the line.",
    "firmware_mismatch": "Upgrade the endpoint's firmware to what the GAM carries.",
    "coax_endpoints": "Move endpoints to another port.",
    "sfp_limits": "Clean the connector, check the fibre, replace the SFP.",
    "supplies": "Replace the power supply, or check its feed.",
    "default_credentials": "Set a password and a community of your own, on the GAM and in its profiles.",
    "unsaved_config": "Save the running configuration of the GAM.",
    "clock": "Check that the GAM's NTP servers answer.",
    "profile_slots": "Give plans with equal rates one bandwidth plan; an unused profile can be removed.",
    "temperature_c": "Check fans, filters and the air around the GAM.",
    "fan_rpm": "Replace the fan module; watch the temperature until then.",
    "cpu_percent": "Look for storms and loops on the uplink.",
}


def advice(condition: str) -> str:
    """What to do next about a condition."""
    return ADVICE.get(condition, OTHERWISE)
