"""Where billing and the network disagree about money."""

from __future__ import annotations

from rest_framework import serializers


class RevenueSiteSerializer(serializers.Serializer):
    """One site: services by class, and what their tariffs are worth a month."""

    site = serializers.IntegerField(allow_null=True, help_text="Null: subscribers without a GAM")
    name = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())
    monthly = serializers.DecimalField(max_digits=14, decimal_places=2)


class RevenueSerializer(serializers.Serializer):
    """Services by class (unpaid, unserved, speed, vlan, suspended_traffic), all and by site, of those the user may view."""

    counts = serializers.DictField(child=serializers.IntegerField())
    monthly = serializers.DictField(child=serializers.DecimalField(max_digits=14, decimal_places=2))
    total = serializers.IntegerField()
    total_monthly = serializers.DecimalField(max_digits=14, decimal_places=2)
    sites = RevenueSiteSerializer(many=True)
