"""Filters of billing systems, plans, links, runs and findings. Secrets cannot be filtered by."""

from __future__ import annotations

import django_filters
from dcim.models import Site
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from utilities.filters import MultiValueMACAddressFilter
from utilities.filtersets import register_filterset

from ..choices import (
    BillingAuthChoices,
    BillingSystemTypeChoices,
    FindingKindChoices,
    FindingStateChoices,
    SyncRunKindChoices,
    SyncRunStatusChoices,
)
from ..models import (
    BandwidthPlan,
    BillingLink,
    BillingPlan,
    BillingSystem,
    ChangePlan,
    Endpoint,
    Finding,
    FindingRule,
    GamDevice,
    Subscriber,
    SyncRun,
)
from .base import GamFilterSet


class OfSystem(django_filters.FilterSet):
    """Filters of everything that belongs to a billing system."""

    system_id = django_filters.ModelMultipleChoiceFilter(
        queryset=BillingSystem.objects.all(), distinct=False, label=_("Billing system (ID)")
    )
    system = django_filters.ModelMultipleChoiceFilter(
        field_name="system__name",
        queryset=BillingSystem.objects.all(),
        to_field_name="name",
        distinct=False,
        label=_("Billing system (name)"),
    )


class OfSubscriber(django_filters.FilterSet):
    """Filters of everything that belongs to a subscriber."""

    subscriber_id = django_filters.ModelMultipleChoiceFilter(
        queryset=Subscriber.objects.all(), distinct=False, label=_("Subscriber (ID)")
    )
    subscriber = django_filters.ModelMultipleChoiceFilter(
        field_name="subscriber__name",
        queryset=Subscriber.objects.all(),
        to_field_name="name",
        distinct=False,
        label=_("Subscriber (name)"),
    )


@register_filterset
class BillingSystemFilterSet(GamFilterSet):
    type = django_filters.MultipleChoiceFilter(choices=BillingSystemTypeChoices, distinct=False)
    auth = django_filters.MultipleChoiceFilter(choices=BillingAuthChoices, distinct=False)

    search_fields = ("name", "url")

    class Meta:
        model = BillingSystem
        fields = ("id", "name", "url", "verify_tls", "ca_file", "enabled", "interval", "full_interval", "write_back", "description")


@register_filterset
class BillingPlanFilterSet(GamFilterSet, OfSystem):
    bandwidth_plan_id = django_filters.ModelMultipleChoiceFilter(
        queryset=BandwidthPlan.objects.all(), distinct=False, label=_("Bandwidth plan (ID)")
    )
    bandwidth_plan = django_filters.ModelMultipleChoiceFilter(
        field_name="bandwidth_plan__name",
        queryset=BandwidthPlan.objects.all(),
        to_field_name="name",
        distinct=False,
        label=_("Bandwidth plan (name)"),
    )
    mapped = django_filters.BooleanFilter(field_name="bandwidth_plan", lookup_expr="isnull", exclude=True, label=_("Mapped"))

    search_fields = ("name", "external_id")

    class Meta:
        model = BillingPlan
        fields = ("id", "external_id", "name", "download_kbps", "upload_kbps", "price", "recurring", "description")


@register_filterset
class BillingLinkFilterSet(GamFilterSet, OfSystem, OfSubscriber):
    search_fields = ("external_id", "account_id", "subscriber__name", "subscriber__full_name")

    class Meta:
        model = BillingLink
        fields = ("id", "entity", "external_id", "account_id", "match_reason", "description")


@register_filterset
class SyncRunFilterSet(GamFilterSet, OfSystem):
    status = django_filters.MultipleChoiceFilter(choices=SyncRunStatusChoices, distinct=False)
    kind = django_filters.MultipleChoiceFilter(choices=SyncRunKindChoices, distinct=False)

    search_fields = ("system__name", "scope")

    class Meta:
        model = SyncRun
        fields = ("id", "started", "finished", "complete", "scope", "cancel_requested", "description")


SITE_OF_FINDING = {
    name: Coalesce(f"endpoint__gam__device__site__{name}", f"subscriber__gam__device__site__{name}") for name in ("pk", "name")
}
"""Where a finding is: at the site of its endpoint's GAM, else of its subscriber's."""


@register_filterset
class FindingFilterSet(GamFilterSet, OfSystem, OfSubscriber):
    kind = django_filters.MultipleChoiceFilter(choices=FindingKindChoices, distinct=False)
    state = django_filters.MultipleChoiceFilter(choices=FindingStateChoices, distinct=False)
    endpoint_id = django_filters.ModelMultipleChoiceFilter(
        queryset=Endpoint.objects.all(), distinct=False, label=_("Endpoint (ID)")
    )
    endpoint = MultiValueMACAddressFilter(field_name="endpoint__mac_address", label=_("Endpoint (MAC address)"))
    gam_id = django_filters.ModelMultipleChoiceFilter(
        field_name="endpoint__gam", queryset=GamDevice.objects.all(), distinct=False, label=_("GAM of the endpoint (ID)")
    )
    sync_run_id = django_filters.ModelMultipleChoiceFilter(queryset=SyncRun.objects.all(), distinct=False, label=_("Sync run (ID)"))
    site_id = django_filters.ModelMultipleChoiceFilter(
        method="filter_site", queryset=Site.objects.all(), label=_("Site of the GAM (ID)")
    )
    followed_rule_id = django_filters.ModelMultipleChoiceFilter(
        queryset=FindingRule.objects.all(), distinct=False, label=_("Decided by rule (ID)")
    )
    change_plan_id = django_filters.ModelMultipleChoiceFilter(
        queryset=ChangePlan.objects.all(), distinct=False, label=_("Change plan (ID)")
    )

    search_fields = ("title", "external_id", "subscriber__name", "subscriber__full_name")
    mac_search_fields = ("endpoint__mac_address",)

    class Meta:
        model = Finding
        fields = (
            "id",
            "title",
            "fingerprint",
            "entity",
            "external_id",
            "rule",
            "first_seen",
            "last_seen",
            "taken_up_at",
            "ignored_until",
            "decided",
            "description",
        )

    @extend_schema_field({"type": "array", "items": {"type": "integer"}})
    def filter_site(self, queryset, name, value):
        """Findings at one of the sites."""
        if not value:
            return queryset
        keys = [site.pk for site in value if not isinstance(site, str)]
        nowhere = Q(at=None) if len(keys) < len(value) else Q(pk__in=[])
        return queryset.annotate(at=SITE_OF_FINDING["pk"]).filter(Q(at__in=keys) | nowhere)
