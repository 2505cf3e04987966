"""The OpenAPI description: valid, without warnings, and true about verbs and records."""

from __future__ import annotations

from io import StringIO
from typing import Any, ClassVar
from unittest.mock import patch

from django.test import TestCase
from django.urls import include, path
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

ROOT = "/api/plugins/gam"
RECORDS = (
    "sync-runs",
    "billing-writes",
    "findings",
    "change-batches",
    "change-plans",
    "change-steps",
    "alarms",
    "config-backups",
    "drift",
    "onboarding",
    "firmware-rollouts",
    "firmware-upgrades",
)
INTENT = (
    "mail-groups",
    "approval-rules",
    "maintenance-windows",
    "finding-rules",
    "firmware-images",
    "gam-devices",
    "gam-ports",
    "endpoints",
    "bandwidth-plans",
    "vlan-pools",
    "subscribers",
    "suspension-policies",
    "credential-profiles",
    "snmp-profiles",
    "billing-systems",
    "billing-plans",
    "billing-links",
    "alarm-rules",
)
# Path of each verb, its request and its answer.
VERBS = {
    "gam-devices/discover/": ("DiscoverGams", "Job"),
    "gam-devices/poll/": ("PollGams", "Job"),
    "gam-devices/{id}/poll/": (None, "Job"),
    **{f"subscribers/{{id}}/{verb}/": ("ApplyAtOnce", "Job") for verb in ("activate", "suspend", "resume", "terminate", "plan")},
    "subscribers/{id}/change-plan/": ("ChangeBandwidthPlan", "Job"),
    "subscribers/{id}/change-vlan/": ("ChangeVlan", "Job"),
    "subscribers/{id}/move-port/": ("MovePort", "Job"),
    "subscribers/{id}/replace-endpoint/": ("ReplaceEndpoint", "Job"),
    "subscribers/{id}/rename/": ("RenameService", "Job"),
    "subscribers/{id}/adopt/": (None, "Job"),
    "bandwidth-plans/{id}/push/": (None, "Job"),
    "change-plans/{id}/apply/": (None, "Job"),
    "change-plans/{id}/cancel/": (None, "ChangePlan"),
    "change-plans/{id}/replan/": (None, "Job"),
    "subscribers/upload/": ("ChangeFile", "Job"),
    "change-batches/{id}/plan-rest/": (None, "Job"),
    "change-plans/{id}/approve/": (None, "ChangePlan"),
    "change-plans/{id}/schedule/": ("Schedule", "ChangePlan"),
    "change-plans/{id}/release/": (None, "Job"),
    "change-batches/{id}/approve/": (None, "ChangeBatch"),
    "change-batches/{id}/schedule/": ("Schedule", "ChangeBatch"),
    "change-batches/{id}/apply/": (None, "Job"),
    "change-batches/{id}/replan/": (None, "Job"),
    "change-batches/{id}/cancel/": (None, "ChangeBatch"),
    "billing-systems/{id}/reconcile/": ("Reconcile", "Job"),
    "billing-systems/{id}/check-connection/": (None, "Job"),
    "billing-systems/{id}/replay-events/": ("ReplayEvents", "Replayed"),
    "billing-systems/{id}/set-statuses/": ("SetStatuses", "StatusPreview"),
    "billing-systems/{id}/map-plans/": ("MapPlans", "Mapped"),
    "billing-plans/{id}/create-bandwidth-plan/": (None, "BillingPlan"),
    "billing-plans/{id}/sell-as-internet/": ("SellAsInternet", "BillingPlan"),
    "billing-systems/{id}/preview-write-back/": (None, "Job"),
    "billing-systems/{id}/write-back/": ("WriteBack", "BillingSystem"),
    "billing-writes/{id}/retry/": (None, "BillingWrite"),
    "billing-writes/{id}/drop/": (None, "BillingWrite"),
    "sync-runs/{id}/release/": (None, "Job"),
    "sync-runs/{id}/cancel/": (None, "SyncRun"),
    "sync-runs/{id}/release-part/": ("ReleasePart", "Job"),
    "finding-rules/{id}/confirm/": (None, "FindingRule"),
    "finding-rules/{id}/release/": (None, "FindingRule"),
    "findings/{id}/accept/": ("ApplyAtOnce", "Job"),
    "findings/{id}/ignore/": ("IgnoreFinding", "Finding"),
    "findings/{id}/reopen/": (None, "Finding"),
    "alarms/{id}/acknowledge/": (None, "Alarm"),
    "alarms/{id}/shelve/": ("ShelveAlarm", "Alarm"),
    "alarms/{id}/unshelve/": (None, "Alarm"),
    "gam-devices/{id}/compare/": (None, "Job"),
    "gam-devices/{id}/backup/": (None, "Job"),
    "gam-devices/{id}/replace/": ("ReplaceGam", "Job"),
    "config-backups/{id}/restore/": (None, "Job"),
    "drift/{id}/push/": ("ApplyAtOnce", "Job"),
    "drift/{id}/adopt/": (None, "Job"),
    "drift/{id}/accept/": ("AcceptDrift", "Drift"),
    "drift/{id}/reopen/": (None, "Drift"),
    "onboarding/{id}/assign/": ("AssignArrival", "Job"),
    "onboarding/{id}/follow/": ("ApplyAtOnce", "Job"),
    "onboarding/{id}/leave/": ("LeaveArrival", "Arrival"),
    "firmware-images/{id}/roll-out/": ("PlanRollout", "FirmwareRollout"),
    "firmware-rollouts/{id}/start/": (None, "FirmwareRollout"),
    "firmware-rollouts/{id}/pause/": (None, "FirmwareRollout"),
    "firmware-rollouts/{id}/resume/": ("ResumeRollout", "FirmwareRollout"),
    "firmware-rollouts/{id}/cancel/": (None, "FirmwareRollout"),
    "firmware-upgrades/{id}/retry/": (None, "FirmwareUpgrade"),
    "firmware-upgrades/{id}/release/": (None, "FirmwareUpgrade"),
    "mail-groups/{id}/test/": (None, "TestMail"),
}


def name_of(content: dict[str, Any]) -> str:
    """Name of the component that a request or answer consists of."""
    return content["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2].removesuffix("Request")


class OpenApiTest(TestCase):
    """The description of the plugin's own endpoints."""

    schema: ClassVar[dict[str, Any]]
    complaints: ClassVar[str]

    @classmethod
    def setUpTestData(cls) -> None:
        GENERATOR_STATS.reset()
        patterns = [path("api/plugins/gam/", include("netbox_gam.api.urls"))]
        with patch("sys.stderr", new_callable=StringIO) as errors:
            cls.schema = SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)
            GENERATOR_STATS.emit_summary()
        cls.complaints = errors.getvalue()

    def test_valid_and_without_warnings(self) -> None:
        validate_schema(self.schema)
        self.assertEqual(self.complaints, "")

    def test_verbs(self) -> None:
        for verb, (request, answer) in VERBS.items():
            with self.subTest(verb):
                methods = self.schema["paths"][f"{ROOT}/{verb}"]
                self.assertEqual(set(methods), {"post"})
                operation = methods["post"]
                self.assertEqual("requestBody" in operation, request is not None)
                if request:
                    self.assertEqual(name_of(operation["requestBody"]), request)
                self.assertEqual(set(operation["responses"]), {"202" if answer == "Job" else "200", "403", "409"})
                self.assertEqual(name_of(operation["responses"]["202" if answer == "Job" else "200"]), answer)
                self.assertEqual(name_of(operation["responses"]["409"]), "WorkflowError")
                self.assertTrue(operation["description"])

    def test_no_verb_is_forgotten(self) -> None:
        lists = {f"{ROOT}/{name}/" for name in (*RECORDS, *INTENT)}
        posts = {name for name, methods in self.schema["paths"].items() if "post" in methods}
        self.assertEqual(posts - lists, {f"{ROOT}/{verb}" for verb in VERBS})

    def test_records_are_not_made_by_hand(self) -> None:
        for names, listed, one in (
            (RECORDS, {"get", "patch", "delete"}, {"get", "patch", "delete"}),
            (INTENT, {"get", "post", "put", "patch", "delete"}, {"get", "put", "patch", "delete"}),
        ):
            for name in names:
                with self.subTest(name):
                    self.assertEqual(set(self.schema["paths"][f"{ROOT}/{name}/"]), listed)
                    self.assertEqual(set(self.schema["paths"][f"{ROOT}/{name}/{{id}}/"]), one)

    def test_secrets_are_write_only(self) -> None:
        for component, secrets in (
            ("CredentialProfile", ("password",)),
            ("SnmpProfile", ("community", "auth_key", "priv_key")),
            ("BillingSystem", ("token", "api_key", "api_secret")),
        ):
            with self.subTest(component):
                properties = self.schema["components"]["schemas"][component]["properties"]
                self.assertEqual(set(properties) & set(secrets), set())
                self.assertLessEqual({f"has_{secret}" for secret in secrets}, set(properties))
