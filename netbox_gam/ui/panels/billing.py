"""Panels of billing systems, plans, links, runs and findings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from netbox.ui import attrs, panels

from ...choices import BillingAuthChoices, BillingSystemTypeChoices, FindingStateChoices, SyncRunKindChoices, SyncRunStatusChoices
from ...models import SyncRun
from ..attrs import DescribedChoiceAttr, RelativeTimeAttr, SecretSetAttr, WordsAttr
from ..comparison import compare, in_words
from ..words import between, duration_in_words, shelf_rates


def named(numbers: dict[str, Any], words: Callable[[Any], str]) -> list[tuple[str, str]]:
    """A JSON object as names and values in words; not left to a template, where a key such as ``items`` hides the method."""
    return [(_title(name), words(value)) for name, value in numbers.items()]


def _title(name: str) -> str:
    """A collection's name for people: ``ip_assignments`` becomes ``IP assignments``."""
    words = name.split("_")
    return " ".join([words[0].upper() if words[0] in ("ip", "radius", "mac") else words[0].capitalize(), *words[1:]])


class BillingSystemPanel(panels.ObjectAttributesPanel):
    name = attrs.TextAttr("name", label=_("Name"))
    type = DescribedChoiceAttr("type", BillingSystemTypeChoices, label=_("Type"))
    url = attrs.TextAttr("url", label=_("URL"), copy_button=True)
    auth = DescribedChoiceAttr("auth", BillingAuthChoices, label=_("Authentication"))
    token = SecretSetAttr("token", label=_("Token"))
    api_key = SecretSetAttr("api_key", label=_("API key"))
    api_secret = SecretSetAttr("api_secret", label=_("API secret"))
    webhook_secret = SecretSetAttr("webhook_secret", label=_("Webhook secret"))
    webhook_address = WordsAttr(lambda system: system.webhook_address, label=_("Webhook address"))
    verify_tls = attrs.BooleanAttr("verify_tls", label=_("Verify certificate"))
    ca_file = attrs.TextAttr("ca_file", label=_("CA file"))
    enabled = attrs.BooleanAttr("enabled", label=_("Enabled"))
    interval = attrs.TextAttr("interval", format_string=_("every {} minutes"), label=_("Reconciles"))
    full_interval = attrs.TextAttr("full_interval", format_string=_("every {} minutes"), label=_("Reads everything"))
    description = attrs.TextAttr("description", label=_("Description"))


class LastRunPanel(panels.ObjectPanel):
    """How the last reconciliation went."""

    template_name = "netbox_gam/panels/last_run.html"
    title = _("Last run")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        run = SyncRun.objects.restrict(ctx["request"].user, "view").filter(system=ctx["object"]).first()
        if run is None:
            return {**ctx, "run": None}
        return {**ctx, "run": run, "took": between(run.started, run.finished), "numbers": named(run.counts, in_words)}


class BillingPlanPanel(panels.ObjectAttributesPanel):
    system = attrs.RelatedObjectAttr("system", linkify=True, label=_("Billing system"))
    external_id = attrs.TextAttr("external_id", label=_("External ID"), style="font-monospace")
    name = attrs.TextAttr("name", label=_("Name"))
    download = attrs.TextAttr("download_kbps", format_string="{:,} kbit/s", label=_("Download"))
    upload = attrs.TextAttr("upload_kbps", format_string="{:,} kbit/s", label=_("Upload"))
    price = attrs.TextAttr("price", label=_("Price"))
    recurring = attrs.BooleanAttr("recurring", label=_("Billed as recurring"))
    bandwidth_plan = attrs.RelatedObjectAttr("bandwidth_plan", linkify=True, label=_("Bandwidth plan"))
    limit = WordsAttr(lambda plan: shelf_rates(plan.bandwidth_plan), label=_("Limit on the shelf"))
    description = attrs.TextAttr("description", label=_("Description"))


class BillingLinkPanel(panels.ObjectAttributesPanel):
    system = attrs.RelatedObjectAttr("system", linkify=True, label=_("Billing system"))
    entity = attrs.TextAttr("entity", label=_("Entity"))
    external_id = attrs.TextAttr("external_id", label=_("External ID"), style="font-monospace", copy_button=True)
    account_id = attrs.TextAttr("account_id", label=_("Account ID"), style="font-monospace", copy_button=True)
    subscriber = attrs.RelatedObjectAttr("subscriber", linkify=True, label=_("Subscriber"))
    match_reason = attrs.TextAttr("match_reason", label=_("Matched by"))
    description = attrs.TextAttr("description", label=_("Description"))


class SyncRunPanel(panels.ObjectAttributesPanel):
    system = attrs.RelatedObjectAttr("system", linkify=True, label=_("Billing system"))
    status = DescribedChoiceAttr("status", SyncRunStatusChoices, label=_("Status"))
    kind = DescribedChoiceAttr("kind", SyncRunKindChoices, label=_("Kind"))
    complete = attrs.BooleanAttr("complete", label=_("Complete"))
    started = RelativeTimeAttr("started", label=_("Started"))
    finished = RelativeTimeAttr("finished", label=_("Finished"))
    took = WordsAttr(lambda run: between(run.started, run.finished), label=_("Took"))
    scope = attrs.TextAttr("scope", label=_("Scope"), style="font-monospace")
    description = attrs.TextAttr("description", label=_("Description"))


class NumbersPanel(panels.ObjectPanel):
    """A JSON object of names and numbers as a table.

    :param seconds: the numbers are durations
    """

    template_name = "netbox_gam/panels/numbers.html"

    def __init__(self, field_name: str, *, seconds: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.field_name, self.seconds = field_name, seconds

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        stored = getattr(ctx["object"], self.field_name) or {}
        words = duration_in_words if self.seconds else in_words
        return {**ctx, "numbers": named(stored, words)}


class LinesPanel(panels.ObjectPanel):
    """A JSON list as lines; hidden while it is empty unless there is something to say about that.

    :param color: border, telling how bad it is that there are lines
    """

    template_name = "netbox_gam/panels/lines.html"

    def __init__(self, field_name: str, *, color: str = "", empty: Any = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.field_name, self.color, self.empty = field_name, color, empty

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        stored = getattr(ctx["object"], self.field_name) or []
        lines = [in_words(line) for line in ([stored] if isinstance(stored, str) else stored)]
        return {**ctx, "lines": lines, "color": self.color, "empty": self.empty}

    def should_render(self, context: Any) -> bool:
        return bool(context["lines"] or context["empty"])


class FindingPanel(panels.ObjectAttributesPanel):
    kind = attrs.ChoiceAttr("kind", label=_("Kind"))
    state = DescribedChoiceAttr("state", FindingStateChoices, label=_("State"))
    rule = attrs.TextAttr("rule", label=_("Rule"))
    system = attrs.RelatedObjectAttr("system", linkify=True, label=_("Billing system"))
    external_id = attrs.TextAttr("external_id", label=_("External ID"), style="font-monospace", copy_button=True)
    description = attrs.TextAttr("description", label=_("Description"))


class FindingSubjectPanel(panels.ObjectAttributesPanel):
    title = _("Subject")
    subscriber = attrs.RelatedObjectAttr("subscriber", linkify=True, label=_("Subscriber"))
    endpoint = attrs.RelatedObjectAttr("endpoint", linkify=True, label=_("Endpoint"))
    gam = attrs.RelatedObjectAttr("endpoint.gam", linkify=True, label=_("GAM"))
    change_plan = attrs.RelatedObjectAttr("change_plan", linkify=True, label=_("Change plan"))
    ignored_until = RelativeTimeAttr("ignored_until", label=_("Ignored until"))
    followed_rule = attrs.RelatedObjectAttr("followed_rule", linkify=True, label=_("Decided by rule"))
    decided = RelativeTimeAttr("decided", label=_("Decided"))
    sync_run = attrs.RelatedObjectAttr("sync_run", linkify=True, label=_("Sync run"))
    first_seen = RelativeTimeAttr("first_seen", label=_("First seen"))
    last_seen = RelativeTimeAttr("last_seen", label=_("Last seen"))


class ComparisonPanel(panels.ObjectPanel):
    """Billing, intent and actual beside each other; what disagrees is marked."""

    template_name = "netbox_gam/panels/comparison.html"
    title = _("Comparison")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        finding = ctx["object"]
        rows = compare(finding.billing_values, finding.intent_values, finding.actual_values)
        times = {side: parse_datetime(at) for side, at in finding.read_times.items()}
        return {**ctx, "rows": rows, "times": times}
