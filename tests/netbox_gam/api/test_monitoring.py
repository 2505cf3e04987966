"""Alarms over REST and GraphQL."""

from __future__ import annotations

from netbox_gam.models import Alarm
from tests.netbox_gam.api import builders
from tests.netbox_gam.api.cases import RecordTestCases


class AlarmTest(RecordTestCases.RecordAPITestCase):
    model = Alarm
    brief_fields = ["condition", "description", "display", "gam", "id", "severity", "state", "url"]
    written_by_plugin = {"state": "cleared", "severity": "nr", "text": "Nothing"}

    @classmethod
    def setUpTestData(cls) -> None:
        gam = builders.gam(1)
        for number in (1, 2, 3):
            builders.alarm(number, gam)
