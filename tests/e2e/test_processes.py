"""Demos end whole, however they end, and do not get in each other's way."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from unittest import TestCase, skipUnless

from .demos import Demo, processes

SECONDS = 90


@skipUnless(sys.platform == "linux", "processes are looked for in /proc")
class EndingTests(TestCase):
    def start(self, *words: str, **options: dict[str, str]) -> Demo:
        demo = Demo(*words, **options)  # type: ignore[arg-type]
        self.addCleanup(demo.close)
        return demo

    def end(self, demo: Demo, number: signal.Signals, status: int) -> None:
        os.kill(demo.process.pid, number)
        self.assertEqual(demo.wait(SECONDS), status, demo.plain[-800:])
        self.assertEqual(demo.left_behind(), {})

    def scratch(self, demo: Demo) -> set[Path]:
        """The directories in which its servers keep their data and sockets."""
        words = " ".join(processes(demo.mark).values()).split()
        return {Path(word).parent for word in words if word.startswith("/") and word.endswith(("/data", "/redis.sock"))}

    def test_two_side_by_side_each_ending_its_own_way(self) -> None:
        demos = [self.start("--once") for _ in range(2)]
        fleets = [demo.file("fleet.json", SECONDS) for demo in demos]
        billings = [demo.file("billing.json", SECONDS) for demo in demos]
        for ready in fleets, billings:
            one, other = (str(item) for item in ready)
            self.assertNotEqual(one, other, "two demos must not share ports")
        used = [set(fleet["ports"].values()) for fleet in fleets]
        self.assertFalse(used[0] & used[1])
        folders = [self.scratch(demo) for demo in demos]
        self.assertTrue(folders[0] and folders[1])
        self.assertFalse(folders[0] & folders[1])

        self.end(demos[0], signal.SIGTERM, 143)
        self.assertTrue(processes(demos[1].mark), "the other one goes on")
        self.end(demos[1], signal.SIGKILL, -signal.SIGKILL)
        for folder in folders[0] | folders[1]:
            self.assertFalse(folder.exists(), folder)

    def test_once_that_cannot_start_says_so_and_ends_with_1(self) -> None:
        nowhere = "postgresql:///netbox?host=/nonexistent&user=nobody"
        demo = self.start("--once", env={"NETBOX_GAM_DATABASE_URL": nowhere})
        self.assertEqual(demo.wait(SECONDS), 1, demo.plain[-800:])
        summary = demo.file("summary.json", 1)
        self.assertFalse(summary["ok"])
        self.assertTrue(summary["problems"])
        self.assertIn("/nonexistent", str(summary["problems"]))
        self.assertEqual(demo.left_behind(), {})
