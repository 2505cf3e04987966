"""What the verbs take and answer beyond jobs and objects."""

from __future__ import annotations

from dcim.models import Site
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from .. import gateway
from ..choices import ServiceStateChoices, SyncRunKindChoices, TransportChoices
from ..models import BandwidthPlan, CredentialProfile, SnmpProfile, Subscriber, VlanPool
from .fields import ViewablePrimaryKeyField


class DiscoverGamsSerializer(serializers.Serializer):
    """Where to look for GAMs, and what to give the ones that are new."""

    ranges = serializers.ListField(
        child=serializers.CharField(max_length=300),
        allow_empty=False,
        help_text=_("Networks, ranges such as 192.0.2.10-20, addresses or host names; with an SNMP port behind a colon"),
    )
    credential_profile = ViewablePrimaryKeyField(queryset=CredentialProfile.objects.all(), required=False, allow_null=True)
    snmp_profile = ViewablePrimaryKeyField(queryset=SnmpProfile.objects.all(), required=False, allow_null=True)
    site = ViewablePrimaryKeyField(queryset=Site.objects.all(), required=False, allow_null=True)
    vlan_pool = ViewablePrimaryKeyField(queryset=VlanPool.objects.all(), required=False, allow_null=True)
    transport = serializers.ChoiceField(choices=TransportChoices, default=TransportChoices.SSH)
    ssh_port = serializers.IntegerField(min_value=1, max_value=65535, default=22)
    http_port = serializers.IntegerField(min_value=1, max_value=65535, default=80)
    https = serializers.BooleanField(default=False)
    snmp_port = serializers.IntegerField(min_value=1, max_value=65535, default=161)

    def validate_ranges(self, ranges: list[str]) -> list[str]:
        """Refuse what cannot be understood before a job is made of it.

        :raises serializers.ValidationError: naming the range
        """
        try:
            gateway.count_addresses(ranges)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None
        return ranges


class PollGamsSerializer(serializers.Serializer):
    """Which GAMs to poll; without ``ids`` all that have polling enabled and that the user may poll."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, allow_empty=False)


class ReconcileSerializer(serializers.Serializer):
    """How much to read, and whether to store what is found."""

    kind = serializers.ChoiceField(choices=SyncRunKindChoices.CHOICES, default=SyncRunKindChoices.FULL)


class ApplyAtOnceSerializer(serializers.Serializer):
    """Whether to apply what is planned at once; otherwise it waits as a change plan."""

    apply = serializers.BooleanField(default=False)


class ChangeBandwidthPlanSerializer(ApplyAtOnceSerializer):
    """The bandwidth plan to change to."""

    bandwidth_plan = ViewablePrimaryKeyField(queryset=BandwidthPlan.objects.all())


class ReleasePartSerializer(serializers.Serializer):
    """Which held services to release, by their keys, and which sites as a whole."""

    services = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, default=list)
    sites = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, default=list)


class IgnoreFindingSerializer(serializers.Serializer):
    """Why a finding is ignored, and until when; without a date for as long as its values stay the same."""

    until = serializers.DateTimeField(required=False, allow_null=True, default=None)
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class AcceptDriftSerializer(serializers.Serializer):
    """Why a difference may stay, and until when."""

    reason = serializers.CharField(max_length=300)
    until = serializers.DateTimeField()


class AssignArrivalSerializer(ApplyAtOnceSerializer):
    """Whose endpoint it is."""

    subscriber = ViewablePrimaryKeyField(queryset=Subscriber.objects.all())


class LeaveArrivalSerializer(serializers.Serializer):
    """Why an endpoint is left as it is."""

    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)


class SuggestionSerializer(serializers.Serializer):
    """Whose an endpoint could be. Without a subscriber the reason says what to do first."""

    subscriber = serializers.IntegerField(source="subscriber.pk", default=None, allow_null=True)
    reason = serializers.CharField()


class ShelveAlarmSerializer(serializers.Serializer):
    """Until when an alarm is put aside."""

    until = serializers.DateTimeField()


class PreviewRaiseSerializer(serializers.Serializer):
    """One alarm a rule would have raised."""

    gam = serializers.IntegerField(source="gam.pk")
    object = serializers.CharField()
    raised = serializers.DateTimeField()
    cleared = serializers.DateTimeField(allow_null=True)


class PreviewSerializer(serializers.Serializer):
    """What a rule would have raised over the last week."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    resolution = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    objects = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)
    raises = PreviewRaiseSerializer(many=True, source="shown")


class ReplayEventsSerializer(serializers.Serializer):
    """Which events of a billing system to work off again: by key, or all that were received in a time span."""

    events = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, max_length=1000)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class WriteBackSerializer(serializers.Serializer):
    """Whether something is written back, and what: a value to a custom field, an additional attribute, or ``note``."""

    write_back = serializers.BooleanField()
    write_back_fields = serializers.DictField(child=serializers.CharField(max_length=64))


class DebtPolicySerializer(serializers.Serializer):
    """What a customer's debt does to a service that would be in service."""

    action = serializers.ChoiceField(choices=["keep", "suspend", "grace"])
    days = serializers.IntegerField(required=False, min_value=1, max_value=365, help_text="Of grace, for that action only")


class SetStatusesSerializer(serializers.Serializer):
    """What statuses mean. A matrix is taken whole: a status left out has its default. What is not given stays as it is."""

    status_map = serializers.DictField(
        child=serializers.ChoiceField(choices=ServiceStateChoices.values()), required=False, help_text="Status to state"
    )
    debt = DebtPolicySerializer(required=False, allow_null=True, help_text="null: by default")
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Only say what it would come to")


class StatusPreviewSerializer(serializers.Serializer):
    """What a matrix comes to for the services of the last snapshot."""

    saved = serializers.BooleanField()
    services = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="Services that mean something else")
    suspend = serializers.IntegerField(help_text="Active subscribers that would be suspended")
    terminate = serializers.IntegerField(help_text="Active subscribers that would be terminated")
    resume = serializers.IntegerField(help_text="Subscribers that are off and would be in service")
    unknown = serializers.IntegerField()
    hold = serializers.ListField(child=serializers.CharField(), help_text="Why the guard would hold the next run")


class StatusRowSerializer(serializers.Serializer):
    """One status and what it means."""

    status = serializers.CharField(source="word")
    state = serializers.CharField()
    default = serializers.CharField()
    source = serializers.CharField(help_text="default, operator or rule")
    services = serializers.IntegerField()
    in_debt = serializers.IntegerField()
    states = serializers.DictField(child=serializers.IntegerField(), help_text="Effective states now")


class StatusMatrixSerializer(serializers.Serializer):
    """What the statuses of a billing system mean here."""

    debt = DebtPolicySerializer()
    statuses = StatusRowSerializer(many=True)


class PlanRowSerializer(serializers.Serializer):
    """A billed plan and what it could be."""

    billing_plan = serializers.IntegerField(source="plan.pk")
    external_id = serializers.CharField(source="plan.external_id")
    name = serializers.CharField(source="plan.name")
    bandwidth_plan = serializers.IntegerField(source="plan.bandwidth_plan_id", allow_null=True)
    internet = serializers.BooleanField(source="is_internet")
    services = serializers.IntegerField()
    gams = serializers.IntegerField()
    proposed = serializers.IntegerField(source="proposed.pk", default=None, allow_null=True)
    confidence = serializers.CharField(source="proposal.confidence")
    why = serializers.CharField(source="proposal.why")


class MapPlanSerializer(serializers.Serializer):
    """One billed plan and the bandwidth plan it is; null takes a mapping back."""

    billing_plan = serializers.IntegerField(min_value=1)
    bandwidth_plan = serializers.IntegerField(min_value=1, allow_null=True)


class MapPlansSerializer(serializers.Serializer):
    """Which plans to map, all of them or none; or to accept every proposal that is exact or likely."""

    plans = MapPlanSerializer(many=True, required=False, max_length=1000)
    accept_sure = serializers.BooleanField(required=False, default=False)


class MappedSerializer(serializers.Serializer):
    """How many billed plans are mapped differently now."""

    mapped = serializers.IntegerField()


class SellAsInternetSerializer(serializers.Serializer):
    """Speeds of a service billed as recurring; null for both: it is no Internet access."""

    download_kbps = serializers.IntegerField(min_value=1, max_value=2**31 - 1, allow_null=True)
    upload_kbps = serializers.IntegerField(min_value=1, max_value=2**31 - 1, allow_null=True)


class ReplayedSerializer(serializers.Serializer):
    """How many events wait to be worked off again."""

    waiting = serializers.IntegerField()


class WorkflowErrorSerializer(serializers.Serializer):
    """Why a verb could not be carried out, and what to do about it."""

    detail = serializers.CharField()
    next_step = serializers.CharField(allow_blank=True)
