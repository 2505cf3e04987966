"""Billing systems, what is linked to them, their runs and the findings."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from netbox.models.features import JobsMixin

from ..choices import (
    BillingAuthChoices,
    BillingSystemTypeChoices,
    FindingKindChoices,
    FindingStateChoices,
    ServiceStateChoices,
    SyncRunKindChoices,
    SyncRunStatusChoices,
)
from ..fields import SecretField
from .access import SECRET_HELP
from .base import GamModel, ObservedModel, RecordModel, SecretsMixin, observed_key


class BillingSystem(JobsMixin, SecretsMixin, GamModel):
    """A Sonar or Splynx instance."""

    name = models.CharField(_("name"), max_length=100, unique=True, db_collation="natural_sort")
    type = models.CharField(_("type"), max_length=10, choices=BillingSystemTypeChoices)
    url = models.URLField(_("URL"), help_text=_("https://isp.sonar.software or https://splynx.example.net"))
    auth = models.CharField(_("authentication"), max_length=10, choices=BillingAuthChoices, default=BillingAuthChoices.BEARER)
    token = SecretField(_("token"), help_text=SECRET_HELP)
    api_key = SecretField(_("API key"), help_text=SECRET_HELP)
    api_secret = SecretField(_("API secret"), help_text=SECRET_HELP)
    webhook_secret = SecretField(
        _("webhook secret"), help_text=_("Part of the address Sonar calls, or the secret of the hook in Splynx; empty: no webhooks")
    )
    verify_tls = models.BooleanField(_("verify certificate"), default=True)
    ca_file = models.CharField(_("CA file"), max_length=255, blank=True, help_text=_("PEM file of a private CA, on web and worker"))
    enabled = models.BooleanField(_("enabled"), default=True)
    interval = models.PositiveIntegerField(
        _("interval"), default=60, validators=[MinValueValidator(5)], help_text=_("Minutes between reconciliations")
    )
    full_interval = models.PositiveIntegerField(
        _("full interval"),
        default=1440,
        validators=[MinValueValidator(5)],
        help_text=_("Minutes between runs that read everything; in between only what changed is read"),
    )
    options = models.JSONField(_("options"), default=dict, blank=True, help_text=_("status_map, page_size, requests_per_minute, …"))

    write_back = models.BooleanField(
        _("write back"), default=False, editable=False, help_text=_("Tell it what NetBox says of its accounts, field by field")
    )
    write_back_fields = models.JSONField(
        _("fields written back"), default=dict, blank=True, editable=False, help_text=_("Value to custom field, attribute or note")
    )

    secret_fields = ("token", "api_key", "api_secret", "webhook_secret")
    clone_fields = ("type", "auth", "verify_tls", "ca_file", "interval", "full_interval", "options")

    class Meta:
        ordering = ("name",)
        verbose_name = _("billing system")
        verbose_name_plural = _("billing systems")
        permissions = [
            ("reconcile", "Reconcile with the billing system"),
            ("replay", "Work off events of the billing system again"),
            ("write_back", "Choose what is written back to the billing system"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def webhook_address(self) -> str:
        """Path that the billing system is to call; for Sonar with the secret in place of its last part."""
        path = reverse("plugins-api:netbox_gam-api:billing_webhook", args=(self.pk,))
        return f"{path}SECRET/" if self.type == BillingSystemTypeChoices.SONAR else path

    def get_type_color(self) -> str | None:
        return BillingSystemTypeChoices.colors.get(self.type)

    def get_auth_color(self) -> str | None:
        return BillingAuthChoices.colors.get(self.auth)

    def clean(self) -> None:
        super().clean()
        sonar = self.type == BillingSystemTypeChoices.SONAR
        if sonar != (self.auth == BillingAuthChoices.BEARER):
            raise ValidationError({"auth": _("Sonar uses a bearer token; Splynx basic, signature or access token.")})
        for name in ("token",) if sonar else ("api_key", "api_secret"):
            if not getattr(self, name):
                raise ValidationError({name: _("This authentication needs it.")})
        if not isinstance(self.options, dict):
            raise ValidationError({"options": _("A JSON object is needed.")})


class BillingPlan(GamModel):
    """A tariff or data service of a billing system, and the bandwidth plan it stands for."""

    system = models.ForeignKey(
        "netbox_gam.BillingSystem", on_delete=models.CASCADE, related_name="billing_plans", verbose_name=_("billing system")
    )
    external_id = models.CharField(_("external ID"), max_length=100)
    name = models.CharField(_("name"), max_length=200, db_collation="natural_sort")
    download_kbps = models.PositiveIntegerField(_("download"), null=True, blank=True, help_text=_("kbit/s as entered there"))
    upload_kbps = models.PositiveIntegerField(_("upload"), null=True, blank=True, help_text=_("kbit/s as entered there"))
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=4, null=True, blank=True)
    recurring = models.BooleanField(
        _("billed as recurring"),
        default=False,
        editable=False,
        help_text=_("Without speeds it is no Internet access: somebody says so on the billing system's page Plan Mapping"),
    )
    bandwidth_plan = models.ForeignKey(
        "netbox_gam.BandwidthPlan",
        on_delete=models.SET_NULL,
        related_name="billing_plans",
        null=True,
        blank=True,
        verbose_name=_("bandwidth plan"),
        help_text=_("Set by speed on the first run; change it and the change stands"),
    )

    clone_fields = ("system",)
    prerequisite_models = ("netbox_gam.BillingSystem",)

    class Meta:
        ordering = ("system", "name", "pk")
        verbose_name = _("billing plan")
        verbose_name_plural = _("billing plans")
        constraints = [
            models.UniqueConstraint(
                fields=("system", "external_id"),
                name="%(app_label)s_%(class)s_external",
                violation_error_message=_("This billing system already has a plan of that ID."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class BillingLink(GamModel):
    """Which object of a billing system a subscriber is. Keyed by the system's own ids, never by name."""

    system = models.ForeignKey(
        "netbox_gam.BillingSystem", on_delete=models.CASCADE, related_name="links", verbose_name=_("billing system")
    )
    entity = models.CharField(_("entity"), max_length=30, help_text=_("account_service, internet_service, …"))
    external_id = models.CharField(_("external ID"), max_length=100)
    account_id = models.CharField(_("account ID"), max_length=100, blank=True)
    subscriber = models.ForeignKey(
        "netbox_gam.Subscriber", on_delete=models.CASCADE, related_name="billing_links", verbose_name=_("subscriber")
    )
    match_reason = models.CharField(
        _("matched by"), max_length=30, blank=True, help_text=_("link, serial, mac, login, ip or manual")
    )

    clone_fields = ("system", "entity")
    prerequisite_models = ("netbox_gam.BillingSystem", "netbox_gam.Subscriber")

    class Meta:
        ordering = ("system", "entity", "external_id")
        verbose_name = _("billing link")
        verbose_name_plural = _("billing links")
        constraints = [
            models.UniqueConstraint(
                fields=("system", "entity", "external_id"),
                name="%(app_label)s_%(class)s_external",
                violation_error_message=_("That object of the billing system is linked already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.entity} {self.external_id}"


class BilledService(ObservedModel):
    """One service of the last complete snapshot of a billing system."""

    system = observed_key("netbox_gam.BillingSystem", related_name="billed_services")
    entity = models.CharField(max_length=30)
    external_id = models.CharField(max_length=100)
    account_id = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=20, choices=ServiceStateChoices)
    raw_status = models.CharField(max_length=200, blank=True)
    status_word = models.CharField(max_length=200, blank=True, default="", help_text=_("As the status matrix has it"))
    activates = models.BooleanField(null=True, help_text=_("Whether Sonar's account status activates the account"))
    archived = models.BooleanField(default=False)
    delinquent = models.BooleanField(default=False)
    delinquent_since = models.DateField(null=True, help_text=_("The day the debt was first seen here"))
    plan_id = models.CharField(max_length=100, blank=True)
    macs = models.JSONField(default=list)
    read_at = models.DateTimeField()

    class Meta:
        ordering = ("system", "external_id")
        verbose_name = _("billed service")
        verbose_name_plural = _("billed services")
        constraints = [models.UniqueConstraint(fields=("system", "entity", "external_id"), name="%(app_label)s_%(class)s_external")]

    def __str__(self) -> str:
        return f"{self.name} ({self.external_id})"

    def get_state_color(self) -> str | None:
        return ServiceStateChoices.colors.get(self.state)


class SyncRun(RecordModel):
    """One reconciliation with a billing system."""

    system = models.ForeignKey(
        "netbox_gam.BillingSystem", on_delete=models.CASCADE, related_name="sync_runs", verbose_name=_("billing system")
    )
    status = models.CharField(_("status"), max_length=20, choices=SyncRunStatusChoices, default=SyncRunStatusChoices.RUNNING)
    kind = models.CharField(_("kind"), max_length=20, choices=SyncRunKindChoices, default=SyncRunKindChoices.FULL)
    started = models.DateTimeField(_("started"))
    finished = models.DateTimeField(_("finished"), null=True, blank=True)
    complete = models.BooleanField(_("complete"), default=False, help_text=_("Every page of every collection was read"))
    scope = models.CharField(_("scope"), max_length=100, blank=True, help_text=_("Fingerprint of what the credential may see"))
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    timings = models.JSONField(_("timings"), default=dict, blank=True, help_text=_("Seconds per phase"))
    problems = models.JSONField(_("problems"), default=list, blank=True)
    outcome = models.JSONField(
        _("outcome"), default=dict, blank=True, help_text=_("What it came to: findings opened and resolved, customers linked")
    )
    progress = models.JSONField(_("progress"), default=dict, blank=True, help_text=_("How far it is, while it runs"))
    cancel_requested = models.BooleanField(_("cancel requested"), default=False)
    cursor = models.JSONField(
        _("cursor"), default=dict, blank=True, editable=False, help_text=_("Where the next reading of changes begins")
    )

    class Meta:
        ordering = ("-started", "-pk")
        verbose_name = _("sync run")
        verbose_name_plural = _("sync runs")
        permissions = [("release", "Release a feed that is held"), ("cancel", "Cancel a reconciliation that is running")]

    def __str__(self) -> str:
        return f"{self.system} {self.started:%Y-%m-%d %H:%M:%S}"

    def get_status_color(self) -> str | None:
        return SyncRunStatusChoices.colors.get(self.status)

    def get_kind_color(self) -> str | None:
        return SyncRunKindChoices.colors.get(self.kind)


class Finding(RecordModel):
    """One difference between billing, intent and actual, with the values on each side and where they were read."""

    system = models.ForeignKey(
        "netbox_gam.BillingSystem",
        on_delete=models.CASCADE,
        related_name="findings",
        null=True,
        blank=True,
        verbose_name=_("billing system"),
    )
    kind = models.CharField(_("kind"), max_length=40, choices=FindingKindChoices)
    state = models.CharField(_("state"), max_length=20, choices=FindingStateChoices, default=FindingStateChoices.OPEN)
    ignored_until = models.DateTimeField(
        _("ignored until"), null=True, blank=True, help_text=_("Empty: until its values change; else it is open again from then on")
    )
    title = models.CharField(_("title"), max_length=300)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    entity = models.CharField(_("entity"), max_length=30, blank=True)
    external_id = models.CharField(_("external ID"), max_length=100, blank=True)
    subscriber = models.ForeignKey(
        "netbox_gam.Subscriber",
        on_delete=models.SET_NULL,
        related_name="findings",
        null=True,
        blank=True,
        verbose_name=_("subscriber"),
    )
    endpoint = models.ForeignKey(
        "netbox_gam.Endpoint", on_delete=models.SET_NULL, related_name="findings", null=True, blank=True, verbose_name=_("endpoint")
    )
    billing_values = models.JSONField(_("billing"), default=dict, blank=True)
    intent_values = models.JSONField(_("intent"), default=dict, blank=True)
    actual_values = models.JSONField(_("actual"), default=dict, blank=True)
    read_times = models.JSONField(_("read"), default=dict, blank=True, help_text=_("When each side was read"))
    rule = models.CharField(_("rule"), max_length=300, blank=True)
    followed_rule = models.ForeignKey(
        "netbox_gam.FindingRule",
        on_delete=models.SET_NULL,
        related_name="findings",
        null=True,
        blank=True,
        verbose_name=_("decided by rule"),
    )
    decided = models.DateTimeField(_("decided"), null=True, blank=True)
    first_seen = models.DateTimeField(_("first seen"))
    last_seen = models.DateTimeField(_("last seen"))
    sync_run = models.ForeignKey(
        "netbox_gam.SyncRun", on_delete=models.SET_NULL, related_name="findings", null=True, blank=True, verbose_name=_("sync run")
    )
    taken_up_at = models.DateTimeField(_("taken up"), null=True, blank=True, editable=False)
    """When a rule last took it up, to accept it."""

    change_plan = models.ForeignKey(
        "netbox_gam.ChangePlan",
        on_delete=models.SET_NULL,
        related_name="findings",
        null=True,
        blank=True,
        verbose_name=_("change plan"),
    )

    class Meta:
        ordering = ("-last_seen", "-pk")
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        permissions = [("decide", "Accept, ignore and reopen findings")]
        constraints = [
            models.UniqueConstraint(
                fields=("system", "fingerprint"),
                nulls_distinct=False,
                name="%(app_label)s_%(class)s_fingerprint",
                violation_error_message=_("That finding exists."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_kind_color(self) -> str | None:
        return FindingKindChoices.colors.get(self.kind)

    def get_state_color(self) -> str | None:
        return FindingStateChoices.colors.get(self.state)
