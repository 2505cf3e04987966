"""The page for Prometheus: names and labels, whose GAMs, how many queries; dashboards and alert rules name what is exported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families
from users.constants import TOKEN_PREFIX
from users.models import Token
from utilities.testing.mixins import RQQueueTestMixin

from netbox_gam.models import Alarm, EndpointState, GamDevice
from netbox_gam.workflows import metrics

from .. import factories
from ..api import builders
from .test_telling import raised

GRAFANA = Path(__file__).resolve().parents[3] / "development" / "grafana"
URL = "plugins-api:netbox_gam-api:metrics"


def endpoint_state(gam: GamDevice, number: int, **values: Any) -> EndpointState:
    values = {"present": True, "state": "ok", "rx_phy_mbps": 1200, "error_percent_down": 5.0, "detected_port": 1, **values}
    return EndpointState.objects.create(
        gam=gam,
        mac=f"00:0e:d8:00:{number // 256:02x}:{number % 256:02x}",
        read_at=factories.MOMENT,
        subscriber_name="Canary",
        **values,
    )


def parse(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class MetricsTests(RQQueueTestMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = get_user_model().objects.create_user("prometheus")
        self.token = Token.objects.create(user=self.user)
        self.header = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN_PREFIX}{self.token.key}.{self.token.token}"}

    def get(self, **header: str) -> Any:
        return self.client.get(reverse(URL), **{**self.header, **header})

    def page(self) -> str:
        response = self.get(HTTP_ACCEPT="application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        return b"".join(response.streaming_content).decode()

    def test_who_may_see_it(self):
        self.assertEqual(self.client.get(reverse(URL)).status_code, 403)
        self.assertEqual(self.get().status_code, 403)
        builders.permit(self.user, GamDevice, "view")
        self.assertEqual(self.get().status_code, 200)

    def test_values_in_base_units_with_bounded_labels(self):
        builders.permit(self.user, GamDevice, "view")
        gam = factories.gam('od"d\\name')
        factories.device_state(gam)
        endpoint_state(gam, 1)
        endpoint_state(gam, 2, present=False, state="notDetected")
        text = self.page()
        found = parse(text)
        labels = (("gam", 'od"d\\name'), ("site", "Depot"))
        self.assertEqual(found["netbox_gam_device_up", labels], 1)
        self.assertEqual(found["netbox_gam_device_cpu_ratio", labels], 0.12)
        self.assertEqual(found["netbox_gam_device_temperature_celsius", labels], 41.5)
        first, second = ((labels[0], ("mac", f"00:0e:d8:00:00:0{n}"), ("port", "1"), labels[1]) for n in (1, 2))
        self.assertEqual(found["netbox_gam_endpoint_phy_down_bits_per_second", first], 1.2e9)
        self.assertEqual(found["netbox_gam_endpoint_errors_down_ratio", first], 0.05)
        self.assertEqual(found["netbox_gam_endpoint_up", second], 0)
        self.assertNotIn(("netbox_gam_endpoint_phy_down_bits_per_second", second), found)
        self.assertNotIn("Canary", text)

    def test_names_are_those_it_says(self):
        for model in (GamDevice, Alarm):
            builders.permit(self.user, model, "view")
        gam = factories.gam()
        factories.device_state(gam)
        endpoint_state(gam, 1)
        raised(gam)
        exported = metrics.names()
        seen = {}
        for name, labels in parse(self.page()):
            seen.setdefault(name, set()).update(dict(labels))
        for name, labels in seen.items():
            self.assertIn(name, exported)
            self.assertEqual(labels, set(exported[name]), name)
        heads = set(re.findall(r"^# TYPE (\S+)", self.page(), re.MULTILINE))
        self.assertEqual(heads, set(exported))

    def test_gams_out_of_sight_are_not_there(self):
        mine, other = factories.gam("mine"), factories.gam("other")
        for gam in (mine, other):
            factories.device_state(gam)
            raised(gam)
        builders.permit(self.user, GamDevice, "view", constraints={"pk": mine.pk})
        text = self.page()
        self.assertIn('gam="mine"', text)
        self.assertNotIn("other", text)
        self.assertNotIn("alarms_standing", text)
        builders.permit(self.user, Alarm, "view")
        found = parse(self.page())
        self.assertEqual(found["netbox_gam_alarms_standing", (("severity", "major"),)], 1)

    def test_what_is_old_is_left_out(self):
        builders.permit(self.user, GamDevice, "view")
        gam = factories.gam("silent")
        factories.device_state(gam, reachable=False, failure_kind="timeout")
        endpoint_state(gam, 1)
        text = self.page()
        self.assertIn('netbox_gam_device_up{gam="silent",site="Depot"} 0', text)
        self.assertNotIn("netbox_gam_endpoint_up{", text)
        self.assertNotIn("netbox_gam_device_cpu_ratio{", text)

    def test_devices_of_one_name_are_told_apart(self):
        from dcim.models import Device
        from tenancy.models import Tenant

        builders.permit(self.user, GamDevice, "view")
        first, second = factories.gam("same"), factories.gam()
        Device.objects.filter(pk=second.device.pk).update(name="same", tenant=Tenant.objects.create(name="t", slug="t"))
        for gam in (first, second):
            factories.device_state(gam)
        parse(self.page())
        self.assertIn(f'gam="same #{second.pk}"', self.page())

    def test_limit_of_series_and_setting_leave_endpoints_out(self):
        builders.permit(self.user, GamDevice, "view")
        gam = factories.gam()
        factories.device_state(gam)
        for number in range(100):
            endpoint_state(gam, number)
        config = settings.PLUGINS_CONFIG["netbox_gam"]
        with override_settings(PLUGINS_CONFIG={"netbox_gam": {**config, "metrics_series_limit": 1000}}):
            text = self.page()
        self.assertIn("netbox_gam_metrics_endpoints_left_out 100", text)
        self.assertNotIn("netbox_gam_endpoint_up{", text)
        with override_settings(PLUGINS_CONFIG={"netbox_gam": {**config, "metrics_endpoints": False}}):
            self.assertNotIn("netbox_gam_endpoint_up", self.page())

    def test_queries_do_not_depend_on_the_fleet(self):
        builders.permit(self.user, GamDevice, "view")
        builders.permit(self.user, Alarm, "view")
        counts = []
        for number in (1, 12):
            for index in range(number):
                gam = factories.gam()
                factories.device_state(gam)
                endpoint_state(gam, index)
                raised(gam)
            self.page()
            with CaptureQueriesContext(connection) as queries:
                self.page()
            counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])


def expressions() -> Iterator[tuple[str, str]]:
    """Where a PromQL expression stands, and the expression, of all dashboards and rules."""
    for path in sorted(GRAFANA.glob("*.json")):
        board = json.loads(path.read_text(encoding="utf-8"))
        for panel in board["panels"]:
            for target in panel.get("targets", ()):
                yield f"{path.name}: {panel['title']}", target["expr"]
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                yield f"{path.name}: ${variable['name']}", variable["query"]["query"]
    for path in sorted(GRAFANA.glob("*.yml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            for rule in group["rules"]:
                yield f"{path.name}: {rule.get('alert', rule.get('record'))}", rule["expr"]


class GrafanaTests(TestCase):
    def test_dashboards_and_rules_name_what_is_exported(self):
        exported = metrics.names()
        found = list(expressions())
        self.assertGreater(len(found), 30)
        for where, expression in found:
            names = set(re.findall(r"\bnetbox_gam_\w+", expression))
            self.assertTrue(names, where)
            self.assertEqual(names - set(exported), set(), where)
            labels = set(re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"', expression)) - {"job"}
            for listed in re.findall(r"\b(?:by|without|on|ignoring|group_left)\s*\(([^)]*)\)", expression):
                labels |= {label.strip() for label in listed.split(",") if label.strip()}
            labels |= set(re.findall(r"label_values\([^,]+,\s*(\w+)\)", expression))
            known = frozenset().union(*(exported[name] for name in names))
            self.assertEqual(labels - known, set(), where)

    def test_dashboards_are_four_with_ids_of_their_own(self):
        boards = [json.loads(path.read_text(encoding="utf-8")) for path in GRAFANA.glob("*.json")]
        self.assertEqual(len({board["uid"] for board in boards}), 4)
        for board in boards:
            self.assertEqual(len({panel["id"] for panel in board["panels"]}), len(board["panels"]))

    def test_alerts_say_what_to_do(self):
        rules = [
            rule
            for path in GRAFANA.glob("*.yml")
            for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
            for rule in group["rules"]
        ]
        for rule in rules:
            self.assertTrue(rule["annotations"]["summary"] and rule["annotations"]["description"], rule["alert"])
            for label in re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"])):
                self.assertIn(label, set().union(*metrics.names().values()))
