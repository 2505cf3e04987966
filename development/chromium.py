"""The system's Chromium for the browser tests; Playwright only drives it and never downloads one of its own."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from development.postgres import apt_install

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = ("/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> Path | None:
    """Path of an installed Chromium or Chrome."""
    found = next(filter(None, map(shutil.which, NAMES)), None) or next((path for path in MACOS if Path(path).exists()), None)
    return Path(found) if found else None


def ensure() -> Path | None:
    """Path of a Chromium, installed with apt where that is possible; None, after a line saying so, where there is none."""
    if path := find():
        return path
    if apt_install(["chromium"], "the browser tests need it") and (path := find()):
        return path
    print("No Chromium found: the browser tests are skipped. Install it (Debian: apt install chromium) to run them.", flush=True)
    return None


if __name__ == "__main__":
    sys.exit(ensure() is None)
