"""Measurements over REST and as CSV: what is answered, to whom, and what is refused."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from unittest.mock import patch

from core.models import ObjectChange, ObjectType
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from utilities.testing import APITestCase, disable_warnings

from development.history import measured
from netbox_gam.models import Alarm, ChangePlan, Endpoint, GamDevice, GamPort, Subscriber
from netbox_gam.workflows import measurements, samples
from nornir_tasks.monitoring.metrics import MetricKind
from tests.netbox_gam import factories
from tests.netbox_gam.api.builders import permit

HOUR = timedelta(hours=1)
NAMES = {GamDevice: "gamdevice", GamPort: "gamport", Endpoint: "endpoint", Subscriber: "subscriber"}


def minute(at: datetime) -> datetime:
    """That time without its seconds."""
    return at.replace(second=0, microsecond=0)


class MeasurementsTestCase(APITestCase):
    """A subscriber on an endpoint on a port of a GAM, with an hour of samples."""

    user_permissions = ()

    @classmethod
    def setUpTestData(cls) -> None:
        cls.end = minute(timezone.now())
        cls.start = cls.end - HOUR
        cls.gam = factories.gam("gam-here")
        cls.other = factories.gam("gam-there")
        cls.port = factories.port(cls.gam, 3)
        cls.endpoint = factories.endpoint(cls.port, gam=cls.gam)
        plan = factories.plan(downstream_kbps=250_000, upstream_kbps=50_000)
        cls.subscriber = factories.subscriber(cls.endpoint, gam=cls.gam, bandwidth_plan=plan)
        cls.mac = str(cls.endpoint.mac_address).lower()
        rows = []
        for number in range(60):
            at = cls.start + timedelta(minutes=number)
            rows += [
                (cls.gam.pk, measured(MetricKind.DEVICE, "", at, {"cpu_percent": float(number)})),
                (cls.gam.pk, measured(MetricKind.ETHERNET, "10G 1/1", at, {"in_bps": 1e6, "out_bps": 2e6})),
                (cls.gam.pk, measured(MetricKind.PORT, "3", at, {"in_bps": 1e5 + number, "out_bps": 4e5})),
                (cls.gam.pk, measured(MetricKind.PORT, "4", at, {"in_bps": 7e7})),
                (cls.gam.pk, measured(MetricKind.ENDPOINT, cls.mac, at, {"rx_max_mbps": 300.0 + number})),
            ]
        rows.append((cls.other.pk, measured(MetricKind.ENDPOINT, cls.mac, cls.start, {"rx_max_mbps": 111.0})))
        samples.insert(rows)

    def ask(self, item: Any, status: int = 200, **query: Any) -> Any:
        url = reverse(f"plugins-api:netbox_gam-api:{NAMES[type(item)]}-measurements", kwargs={"pk": item.pk})
        query = {"start": measurements.iso(self.start), "end": measurements.iso(self.end)} | query
        query = {name: value for name, value in query.items() if value is not None}
        with disable_warnings("django.request"):
            response = self.client.get(url, query, **self.header)
        self.assertHttpStatus(response, status)
        return response

    def sources(self, item: Any, **query: Any) -> dict[tuple[str, str, str], dict[str, Any]]:
        found = {}
        for source in self.ask(item, **query).json()["sources"]:
            found[source["gam"], source["kind"], source["key"]] = {curve["metric"]: curve for curve in source["curves"]}
        return found


class JsonTest(MeasurementsTestCase):
    def test_of_a_gam(self) -> None:
        permit(self.user, GamDevice, "view")
        answer = self.ask(self.gam).json()
        self.assertEqual((answer["resolution"], answer["start"]), ("raw", measurements.iso(self.start)))
        device, uplink = answer["sources"]
        self.assertEqual((device["kind"], device["key"], device["step_seconds"]), ("device", "", self.gam.polling_interval))
        self.assertEqual((len(device["at"]), device["at"][0]), (60, measurements.iso(self.start)))
        (curve,) = device["curves"]
        expected = {"metric": "device.cpu_percent", "title": "CPU load over 10 s", "unit": "%"}
        self.assertEqual(curve, expected | {"mean": [float(number) for number in range(60)]})
        self.assertEqual((uplink["kind"], uplink["key"]), ("ethernet", "10G 1/1"))

    def test_of_a_port_is_that_port_only(self) -> None:
        permit(self.user, GamPort, "view")
        found = self.sources(self.port)
        self.assertEqual(set(found), {("gam-here", "port", "3")})
        self.assertEqual(found["gam-here", "port", "3"]["port.out_bps"]["mean"], [4e5] * 60)

    def test_of_a_moved_endpoint_has_every_gam_that_may_be_seen(self) -> None:
        permit(self.user, Endpoint, "view")
        self.assertEqual(set(self.sources(self.endpoint)), {("gam-here", "endpoint", self.mac)})
        permit(self.user, GamDevice, "view", constraints={"device__name": "gam-there"})
        found = self.sources(self.endpoint)
        self.assertEqual(list(found), [("gam-there", "endpoint", self.mac), ("gam-here", "endpoint", self.mac)])
        self.assertEqual(found["gam-there", "endpoint", self.mac]["endpoint.rx_max_mbps"]["mean"], [111.0])

    def test_of_a_subscriber_is_that_of_its_endpoint_and_port(self) -> None:
        permit(self.user, Subscriber, "view")
        self.assertEqual(set(self.sources(self.subscriber)), {("gam-here", "endpoint", self.mac), ("gam-here", "port", "3")})

    def test_of_a_subscriber_with_nothing(self) -> None:
        permit(self.user, Subscriber, "view")
        answer = self.ask(factories.subscriber(name="bare")).json()
        self.assertEqual((answer["sources"], answer["marks"]), ([], []))

    def test_some_metrics(self) -> None:
        permit(self.user, Subscriber, "view")
        found = self.sources(self.subscriber, metric=["port.in_bps"])
        self.assertEqual({key: list(curves) for key, curves in found.items()}, {("gam-here", "port", "3"): ["port.in_bps"]})

    def test_rolled_up(self) -> None:
        permit(self.user, GamDevice, "view")
        samples.roll_up(self.end + HOUR)
        answer = self.ask(self.gam, resolution="5m", start=measurements.iso(self.start - HOUR), metric="device.cpu_percent").json()
        (source,) = answer["sources"]
        self.assertEqual((answer["resolution"], source["step_seconds"]), ("5m", 300))
        (curve,) = source["curves"]
        whole = [place for place, high in enumerate(curve["high"]) if high - curve["low"][place] == 4]
        self.assertGreaterEqual(len(whole), 11)
        for place in whole:
            self.assertEqual(curve["mean"][place], curve["low"][place] + 2)
            self.assertAlmostEqual(curve["p95"][place], curve["low"][place] + 3.8, places=3)

    def test_range_decides_the_resolution(self) -> None:
        permit(self.user, GamDevice, "view")
        for days, resolution in ((0.2, "raw"), (1, "5m"), (7, "1h"), (365, "1d")):
            with self.subTest(days):
                start = measurements.iso(self.end - timedelta(days=days))
                self.assertEqual(self.ask(self.gam, start=start).json()["resolution"], resolution)

    def test_range_is_the_last_day_unless_told(self) -> None:
        permit(self.user, GamDevice, "view")
        answer = self.ask(self.gam, start=None, end=None).json()
        span = datetime.fromisoformat(answer["end"]) - datetime.fromisoformat(answer["start"])
        self.assertAlmostEqual(span / HOUR, 24, places=3)

    @override_settings(TIME_ZONE="Asia/Tokyo")
    def test_times_in_zones(self) -> None:
        permit(self.user, GamDevice, "view")
        timezone.activate("Asia/Tokyo")
        self.addCleanup(timezone.deactivate)
        tokyo = self.start + timedelta(hours=9)
        for given in (
            tokyo.strftime("%Y-%m-%dT%H:%M"),
            tokyo.strftime("%Y-%m-%dT%H:%M:%S+09:00"),
            tokyo.strftime("%Y-%m-%d %H:%M:%S 09:00"),
        ):
            with self.subTest(given):
                answer = self.ask(self.gam, start=given).json()
                self.assertEqual(answer["start"], measurements.iso(self.start))
                self.assertEqual(answer["sources"][0]["at"][0], measurements.iso(self.start))

    def test_speed_sold_is_a_threshold_for_who_may_see_it(self) -> None:
        permit(self.user, Endpoint, "view")
        self.assertEqual(self.ask(self.endpoint).json()["thresholds"], [])
        permit(self.user, Subscriber, "view")
        found = {each["metric"]: each["value"] for each in self.ask(self.endpoint).json()["thresholds"]}
        self.assertEqual(found, {"endpoint.rx_max_mbps": 250.0, "endpoint.tx_max_mbps": 50.0})

    def test_too_many_samples_come_less_fine(self) -> None:
        permit(self.user, GamDevice, "view")
        samples.roll_up(self.end + HOUR)
        with patch.object(measurements, "MAX_POINTS", 30):
            self.assertEqual(self.ask(self.gam).json()["resolution"], "5m")
            refused = self.ask(self.gam, 400, resolution="raw").json()
        self.assertIn("resolution", refused)

    def test_statements_do_not_depend_on_points(self) -> None:
        permit(self.user, GamDevice, "view")

        def statements(start: datetime) -> int:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                answer = self.ask(self.gam, start=measurements.iso(start)).json()
            self.points = len(answer["sources"][0]["at"])
            return len(queries)

        statements(self.start)
        few, at_few = statements(self.end - timedelta(minutes=5)), self.points
        many, at_many = statements(self.start), self.points
        self.assertEqual((at_few, at_many), (5, 60))
        self.assertEqual(few, many)


class PermissionTest(MeasurementsTestCase):
    def test_without_permission(self) -> None:
        for item in (self.gam, self.port, self.endpoint, self.subscriber):
            with self.subTest(type(item).__name__):
                self.ask(item, 403)

    def test_constraint(self) -> None:
        permit(self.user, GamDevice, "view", constraints={"device__name": "gam-there"})
        self.ask(self.gam, 404)
        self.ask(self.gam, 404, format="csv")
        self.ask(self.other)

    def test_nobody(self) -> None:
        self.header = {}
        self.ask(self.gam, 403)

    def test_marks_are_those_that_may_be_seen(self) -> None:
        permit(self.user, Subscriber, "view")
        middle = self.start + HOUR / 2
        alarm = factories.alarm(self.gam, endpoint=self.endpoint, raised=middle, text="Rate is low")
        factories.alarm(self.gam, endpoint=None, raised=middle)
        factories.alarm(self.gam, endpoint=self.endpoint, raised=self.start - HOUR, state="cleared", cleared=self.start - HOUR / 2)
        plan = factories.change_plan(self.gam, status="applied", finished=middle, reason="Suspend")
        plan.subscribers.add(self.subscriber)
        unfinished = factories.change_plan(self.gam, status="planned")
        unfinished.subscribers.add(self.subscriber)
        ObjectChange.objects.create(
            user_name="x",
            action="update",
            changed_object_type=ObjectType.objects.get_for_model(Endpoint),
            changed_object_id=self.endpoint.pk,
            request_id="9f9f2c3c-6d7b-4a3e-8f0e-1d2c3b4a5f60",
            object_repr="x",
            prechange_data={"gam": 1, "port": 2},
            postchange_data={"gam": 1, "port": 3},
        )
        ObjectChange.objects.filter(object_repr="x").update(time=middle)
        self.assertEqual(self.ask(self.subscriber).json()["marks"], [])
        for model, expected in (
            (Alarm, ("alarm", alarm.get_absolute_url())),
            (ChangePlan, ("change", plan.get_absolute_url())),
            (ObjectChange, ("change", ObjectChange.objects.get(object_repr="x").get_absolute_url())),
        ):
            permission = permit(self.user, model, "view")
            with self.subTest(model.__name__):
                marks = self.ask(self.subscriber).json()["marks"]
                self.assertIn(expected, [(mark["kind"], mark["url"]) for mark in marks])
                self.assertEqual([mark["at"] for mark in marks if mark["url"] == expected[1]], [measurements.iso(middle)])
            permission.delete()

    def test_alarms_of_a_port_are_marked_on_it(self) -> None:
        permit(self.user, GamPort, "view")
        permit(self.user, Alarm, "view")
        own = factories.alarm(self.gam, port=self.port, raised=self.start, entity="G.hn-3", text="Own")
        factories.alarm(self.gam, port=factories.port(self.gam, 5), raised=self.start, entity="G.hn-5")
        factories.alarm(self.gam, raised=self.start, entity="G.hn-3")
        (mark,) = self.ask(self.port).json()["marks"]
        self.assertEqual(mark["url"], own.get_absolute_url())

    def test_standing_alarm_of_before_is_marked(self) -> None:
        permit(self.user, GamDevice, "view")
        permit(self.user, Alarm, "view")
        factories.alarm(self.gam, raised=self.start - 5 * HOUR)
        (mark,) = self.ask(self.gam).json()["marks"]
        self.assertEqual((mark["at"], mark["until"]), (measurements.iso(self.start - 5 * HOUR), None))


class RefusalTest(MeasurementsTestCase):
    def test_bad_parameters(self) -> None:
        permit(self.user, GamDevice, "view")
        for field, query, said in (
            ("start", {"start": "yesterday"}, "yesterday"),
            ("end", {"end": "2026-02-30T00:00:00Z"}, "2026-02-30"),
            ("end", {"start": measurements.iso(self.end), "end": measurements.iso(self.start)}, measurements.iso(self.start)),
            ("start", {"start": "1999-01-01T00:00:00Z"}, "1999-01-01"),
            ("metric", {"metric": ["device.cpu_percent", "endpoint.snr_up_db"]}, "endpoint.snr_up_db"),
            ("metric", {"metric": "x"}, "device.cpu_percent"),
            ("resolution", {"resolution": "2m"}, "2m"),
            ("resolution", {"resolution": "raw", "start": measurements.iso(self.end - timedelta(days=30))}, "raw"),
        ):
            for form in ("json", "csv"):
                with self.subTest(query=query, form=form):
                    refused = self.ask(self.gam, 400, format=form, **query)
                    self.assertEqual(list(refused.data), [field])
                    self.assertIn(said, str(refused.data[field]))
                    self.assertIn(field, refused.content.decode())

    def test_times_at_the_end_of_the_calendar(self) -> None:
        permit(self.user, GamDevice, "view")
        for query in (
            {"start": None, "end": "0001-01-01T00:00:00Z"},
            {"end": "9999-12-31T23:59:59-14:00"},
            {"start": "0001-01-01T00:00:00+14:00"},
        ):
            with self.subTest(query):
                self.ask(self.gam, 400, **query)

    def test_only_read(self) -> None:
        permit(self.user, GamDevice, "view", "add", "change", "delete")
        url = reverse("plugins-api:netbox_gam-api:gamdevice-measurements", kwargs={"pk": self.gam.pk})
        for method in ("post", "put", "patch", "delete"):
            with self.subTest(method), disable_warnings("django.request"):
                self.assertHttpStatus(getattr(self.client, method)(url, {}, format="json", **self.header), 405)


class CsvTest(MeasurementsTestCase):
    def rows(self, response: Any) -> list[dict[str, str]]:
        return list(csv.DictReader(StringIO(response.content.decode(), newline="")))

    def test_of_a_subscriber(self) -> None:
        permit(self.user, Subscriber, "view")
        response = self.ask(self.subscriber, format="csv")
        self.assertEqual(response["Content-Type"], "text/csv; charset=utf-8")
        self.assertIn(f'filename="subscriber-{self.subscriber.pk}-', response["Content-Disposition"])
        header = response.content.decode().split("\r\n")[0]
        self.assertEqual(
            header, "time,gam,kind,key,endpoint.rx_max_mbps mean (Mbit/s),port.in_bps mean (bit/s),port.out_bps mean (bit/s)"
        )
        rows = self.rows(response)
        self.assertEqual(len(rows), 120)
        self.assertEqual(rows[0]["time"], measurements.iso(self.start))
        self.assertEqual((rows[1]["endpoint.rx_max_mbps mean (Mbit/s)"], rows[1]["port.in_bps mean (bit/s)"]), ("301.0", ""))
        self.assertEqual((rows[60]["kind"], rows[60]["key"], rows[60]["port.in_bps mean (bit/s)"]), ("port", "3", "100000.0"))

    def test_by_its_own_address(self) -> None:
        permit(self.user, GamDevice, "view")
        url = reverse("plugins-api:netbox_gam-api:gamdevice-measurements", kwargs={"pk": self.gam.pk}).rstrip("/") + ".csv"
        response = self.client.get(url, {"start": measurements.iso(self.start), "end": measurements.iso(self.end)}, **self.header)
        self.assertHttpStatus(response, 200)
        self.assertEqual(len(self.rows(response)), 120)

    def test_names_are_quoted(self) -> None:
        permit(self.user, GamDevice, "view")
        self.gam.device.name = 'Mill "old", 3rd floor'
        self.gam.device.save()
        rows = self.rows(self.ask(self.gam, format="csv"))
        self.assertEqual({row["gam"] for row in rows}, {'Mill "old", 3rd floor'})

    def test_nothing_measured(self) -> None:
        permit(self.user, GamDevice, "view")
        response = self.ask(self.other, format="csv")
        self.assertEqual(response.content, b"time,gam,kind,key\r\n")


class IsoTest(APITestCase):
    def test_always_utc(self) -> None:
        self.assertEqual(measurements.iso(datetime(2026, 3, 1, 12, tzinfo=UTC)), "2026-03-01T12:00:00Z")
        self.assertEqual(measurements.iso(datetime.fromisoformat("2026-03-01T12:00:00.25+02:00")), "2026-03-01T10:00:00.250Z")
