"""What was last read of a GAM or an endpoint: always part of another object, never an object of its own."""

from __future__ import annotations

from rest_framework import serializers

from ...models import DeviceState, EndpointState


class DeviceStateSerializer(serializers.ModelSerializer):
    """The last reading of a GAM."""

    class Meta:
        model = DeviceState
        fields = (
            "reachable", "last_attempt", "last_success", "failure_kind", "failure_message", "problems", "firmware", "sys_name",
            "uptime_seconds", "cpu_percent", "temperatures_c", "fans_rpm", "power_supplies", "led",
        )  # fmt: skip
        read_only_fields = fields


class EndpointStateSerializer(serializers.ModelSerializer):
    """The last reading of an endpoint; ``gam`` is the id of the GAM it was read from, rates are in Mbit/s."""

    class Meta:
        model = EndpointState
        fields = (
            "gam", "read_at", "present", "state", "configured_port", "detected_port", "subscriber_name", "profile_name",
            "firmware", "firmware_mismatch", "uptime_seconds", "wire_length_m", "rx_phy_mbps", "tx_phy_mbps", "rx_max_mbps",
            "tx_max_mbps",
        )  # fmt: skip
        read_only_fields = fields
