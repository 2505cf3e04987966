"""Makes ``.venv`` and installs the project for development into it; called by make, with standard library only.

NetBox wants psycopg built from source, which needs a C compiler and libpq's headers. Where these are missing, psycopg's ready-made
binary is installed in its place: psycopg itself looks for either, so NetBox runs the same.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".installed"
LOG = ROOT / ".state" / "logs" / "install.log"
PIP = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
PROJECT = ".[dev]"


def wanted() -> str:
    """What the stamp says after an installation of what is asked for now."""
    return hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()


def can_build_psycopg() -> bool:
    """Whether a C compiler and libpq's headers are there."""
    pg_config = shutil.which("pg_config")
    if not pg_config or not (shutil.which("cc") or shutil.which("gcc")):
        return False
    folder = subprocess.run([pg_config, "--includedir"], capture_output=True, text=True, check=False).stdout.strip()
    return Path(folder, "libpq-fe.h").exists()


def pip(*arguments: str) -> bool:
    """Run pip, its output to the log and, on a terminal, the package at hand to the screen."""
    with (
        LOG.open("a") as log,
        subprocess.Popen([*PIP, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            log.write(line)
            if sys.stdout.isatty() and line.startswith(("Collecting", "  Building", "Building", "Installing")):
                print(f"\r  {line.strip():<100.100}", end="", flush=True)
    if sys.stdout.isatty():
        print(f"\r{'':102}\r", end="")
    return process.returncode == 0


def install_with_binary_psycopg() -> bool:
    """Install what pip would, with psycopg's ready-made binary in the place of the one to be built."""
    print("No C compiler or no libpq headers (Debian: libpq-dev): installing psycopg's ready-made binary instead.", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        if not pip("install", "--dry-run", "--ignore-installed", "--report", str(report), PROJECT):
            return False
        found = [entry["metadata"] for entry in json.loads(report.read_text())["install"]]
    pins = [f"{package['name']}=={package['version']}" for package in found if package["name"].lower() != "netbox-gam"]
    pins = [pin.replace("psycopg-c==", "psycopg-binary==").replace("psycopg_c==", "psycopg-binary==") for pin in pins]
    return pip("install", "--no-deps", *pins) and pip("install", "--no-deps", "--editable", ".")


def main() -> int:
    """Install if anything changed since the last time; 1 and a line to act on if that fails."""
    if STAMP.exists() and STAMP.read_text() == wanted():
        STAMP.touch()
        return 0
    begin = time.monotonic()
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_text("")
    print(f"Installing into {VENV.relative_to(ROOT)} (Python {sys.version.split()[0]}); the first time takes minutes.", flush=True)
    if not (VENV / "bin" / "python").exists():
        venv.create(VENV, with_pip=True, symlinks=True)
    done = pip("install", "--editable", PROJECT) if can_build_psycopg() else install_with_binary_psycopg()
    if not done:
        print("".join(LOG.read_text().splitlines(keepends=True)[-15:]))
        print(f"Installing failed; the whole output is in {LOG.relative_to(ROOT)}.", file=sys.stderr)
        return 1
    STAMP.write_text(wanted())
    print(f"Installed in {time.monotonic() - begin:.0f} s.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
