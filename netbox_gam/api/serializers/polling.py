"""How polling goes: figures only, except for GAMs the user may view."""

from __future__ import annotations

from rest_framework import serializers

from .devices import GamDeviceSerializer


class PollCycleSerializer(serializers.Serializer):
    """One minute of polling. Lateness in seconds, ``phases`` in seconds of workers, ``failed`` GAMs by kind of failure."""

    started = serializers.DateTimeField()
    closed = serializers.BooleanField()
    batches = serializers.IntegerField()
    read = serializers.IntegerField()
    failed = serializers.DictField(child=serializers.IntegerField())
    samples = serializers.IntegerField()
    lateness_p50 = serializers.FloatField(allow_null=True)
    lateness_p99 = serializers.FloatField(allow_null=True)
    lateness_max = serializers.FloatField(allow_null=True)
    phases = serializers.DictField(child=serializers.FloatField())
    workers = serializers.ListField(child=serializers.CharField())


class PollWorkerSerializer(serializers.Serializer):
    """A worker process that serves the polling queue."""

    name = serializers.CharField()
    started = serializers.DateTimeField()
    seen = serializers.DateTimeField()
    alive = serializers.BooleanField()
    hands_out_work = serializers.BooleanField()


class FailingSerializer(serializers.Serializer):
    """GAMs that could not be read last time, for one kind of failure. ``count`` is of the fleet, ``gams`` those one may view."""

    kind = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    gams = GamDeviceSerializer(nested=True, many=True)


class SlowSerializer(serializers.Serializer):
    """A slow reading of the last cycle."""

    gam = GamDeviceSerializer(nested=True)
    seconds = serializers.FloatField()


class StorageSerializer(serializers.Serializer):
    """Disk use of measurements of one resolution, and what it comes to when its retention is used up."""

    resolution = serializers.CharField()
    bytes = serializers.IntegerField()
    rows = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True)
    retention_days = serializers.IntegerField()
    forecast_bytes = serializers.IntegerField(allow_null=True)


class PollingProblemSerializer(serializers.Serializer):
    """Something that keeps GAMs from being read in time, and what to do about it."""

    message = serializers.CharField()
    next_step = serializers.CharField()
    command = serializers.CharField(allow_blank=True)


class PollingStatusSerializer(serializers.Serializer):
    """How polling of the whole fleet goes."""

    scheduled = serializers.IntegerField()
    overdue = serializers.IntegerField()
    oldest_due = serializers.DateTimeField(allow_null=True)
    leased = serializers.IntegerField()
    backed_off = serializers.IntegerField()
    last_finished = serializers.DateTimeField(allow_null=True)
    last_cycle = PollCycleSerializer(allow_null=True)
    slowest = SlowSerializer(many=True)
    cycles = PollCycleSerializer(many=True)
    failing = FailingSerializer(many=True)
    workers = PollWorkerSerializer(many=True)
    problems = PollingProblemSerializer(many=True)
    storage = StorageSerializer(many=True)
