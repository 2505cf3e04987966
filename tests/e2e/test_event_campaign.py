"""A small part of the event campaign; ``make bench ONLY=event-campaign`` runs all of it."""

from __future__ import annotations

import os
import tempfile
import unittest
from pathlib import Path
from unittest import TestCase

from .event_campaign import Size, run

SIZE = Size(60, rate=60, shelves=4, pool=60, kills=((0.3, "both"),), away_seconds=1.0, drain_seconds=60)


@unittest.skipUnless(os.environ.get("NETBOX_GAM_LONG_TESTS"), "takes minutes; make bench ONLY=event-campaign runs all of it")
class EventCampaignTests(TestCase):
    def test_a_storm_ends_as_the_ordered_stream(self) -> None:
        with tempfile.TemporaryDirectory(prefix="netbox-gam-e2e-") as folder:
            os.chmod(folder, 0o755)  # noqa: S103  # PostgreSQL runs as another user where this one is root
            result = run(Path(folder), SIZE)
        self.assertEqual({name: count for name, count in result.wrong.items() if count}, {})
        self.assertEqual(result.kills, ["both"])
        self.assertGreaterEqual(result.storm.taken, 3 * SIZE.events)
        self.assertGreater(result.storm.refused, 0)
