"""The pure parts of pages: the face plate, the comparison of a finding, values in words."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from datetime import timedelta

from django.test import SimpleTestCase
from django.utils import timezone

from netbox_gam.ui import faceplate, words
from netbox_gam.ui.comparison import compare, disagree
from netbox_gam.ui.faceplate import Port

SVG = "{http://www.w3.org/2000/svg}"


class FaceplateTest(SimpleTestCase):
    def draw(self, *ports: Port, uplinks: tuple[Port, ...] = ()) -> ElementTree.Element:
        return ElementTree.fromstring(faceplate.draw("Face plate", ports, uplinks))  # noqa: S314  drawn just now

    def test_every_port_is_a_labelled_link(self):
        root = self.draw(Port("G.hn 1/3", faceplate.UP, "/ports/3/", "Coax", 2))
        link = root.find(f"{SVG}a")
        self.assertEqual(link.get("href"), "/ports/3/")
        self.assertEqual(link.get("aria-label"), "G.hn 1/3, up, Coax")
        self.assertEqual([text.text for text in link.iter(f"{SVG}text")], ["3", "●", "up", "×2"])
        self.assertEqual((root.get("role"), root.get("aria-label")), ("group", "Face plate"))

    def test_states_differ_by_more_than_colour(self):
        states = (faceplate.UP, faceplate.DOWN, faceplate.DISABLED, faceplate.ATTENTION, faceplate.UNKNOWN)
        drawn = [self.draw(Port("G.hn 1/1", state)) for state in states]
        told = {tuple(text.text for text in root.iter(f"{SVG}text")) for root in drawn}
        self.assertEqual(len(told), len(states))
        self.assertEqual({root.find(f"{SVG}g").get("class") for root in drawn}, {f"port {state}" for state in states})

    def test_24_ports_are_two_rows_and_nothing_overlaps(self):
        ports = [Port(f"G.hn 1/{number}", faceplate.UP) for number in range(1, 25)]
        uplinks = (Port("10GigabitEthernet 1/1", faceplate.UP), Port("10GigabitEthernet 1/2", faceplate.DOWN))
        root = self.draw(*ports, uplinks=uplinks)
        places = [group.get("transform") for group in root.iter(f"{SVG}g")]
        self.assertEqual((len(places), len(set(places))), (26, 26))
        self.assertEqual(len({place.split()[1] for place in places}), 2)
        self.assertIn("10G 1/2", [text.text for text in root.iter(f"{SVG}text")])

    def test_names_cannot_break_out(self):
        drawn = faceplate.draw('"><script>', [Port('"><script>alert(1)</script>', faceplate.UP, '"><script>')])
        self.assertNotIn("<script", drawn)

    def test_no_ports(self):
        self.assertIsNotNone(self.draw())


class ComparisonTest(SimpleTestCase):
    def rows(self, *sides):
        return {str(row.label): row for row in compare(*sides)}

    def test_marks_what_disagrees(self):
        rows = self.rows(
            {"state": "in_service", "macs": ["aa"], "serials": ["S1"]}, {"status": "suspended"}, {"mac": "bb", "serial": "s1"}
        )
        self.assertTrue(rows["Status"].differs)
        self.assertTrue(rows["MAC address"].differs)
        self.assertFalse(rows["Serial number"].differs)

    def test_the_same_in_other_words_agrees(self):
        row = self.rows({"state": "in_service"}, {"status": "active"}, {})["Status"]
        self.assertEqual((row.billing, row.intent, row.differs), ("In service", "Active", False))

    def test_one_of_several_mac_addresses_is_enough(self):
        self.assertFalse(self.rows({"macs": ["aa", "bb"]}, {}, {"mac": "BB"})["MAC address"].differs)

    def test_silence_is_no_disagreement_but_emptiness_is(self):
        self.assertFalse(self.rows({"plan": "12"}, {}, {})["Plan"].differs)
        self.assertTrue(self.rows({"plan": "12"}, {"plan": ""}, {})["Plan"].differs)
        self.assertFalse(disagree([None, "", []]))

    def test_keeps_what_it_does_not_know_and_drops_what_is_empty(self):
        rows = self.rows({"colour": "blue", "login": ""}, {}, {"seen": False})
        self.assertEqual(rows["Colour"].billing, "blue")
        self.assertEqual(rows["Seen on the network"].actual, "no")
        self.assertNotIn("Login", rows)


class WordsTest(SimpleTestCase):
    def test_durations(self):
        told = [words.duration_in_words(seconds) for seconds in (None, 0.42, 59, 61, 3600, 90_061)]
        self.assertEqual(told, ["", "0.4 s", "59 s", "1 min 1 s", "1 h", "1 d 1 h"])

    def test_between(self):
        now = timezone.now()
        self.assertEqual(words.between(now, now + timedelta(seconds=3)), "3.0 s")
        self.assertEqual(words.between(now, None), "")

    def test_rates(self):
        self.assertEqual(words.rate_in_words(1200, None), "↓ 1,200 / ↑ – Mbit/s")
        self.assertEqual(words.rate_in_words(None, None), "")
