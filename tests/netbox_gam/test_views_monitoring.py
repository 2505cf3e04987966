"""Pages of alarms."""

from __future__ import annotations

from netbox_gam.models import Alarm

from . import factories
from .view_cases import GamViewTestCases


class AlarmViewTest(GamViewTestCases.RecordViewTestCase):
    model = Alarm

    @classmethod
    def setUpTestData(cls):
        gam = factories.gam()
        for _ in range(3):
            factories.alarm(gam)
