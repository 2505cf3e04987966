"""Runs the tests: ``python -m development.test [--pure | --netbox] [options] [PATH ...]``.

Two kinds, told apart by their folder. Tests in ``tests/netbox_gam``, ``tests/e2e`` and ``tests/browser`` need NetBox: Django's
runner runs them with PostgreSQL and Redis of their own, on a copy of a template database. All others are pure: pytest runs them,
with NetBox and Django hidden. A PATH is a folder, a file or a test id (``tests/netbox_gam/test_x.py::Class::method``).

``python -m development.services serve &`` saves the few seconds that making the template costs on every run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from development import chromium, schema
from development.postgres import PostgresMissing
from development.services import ROOT, STATE, Services

NETBOX_FOLDERS = ("tests/netbox_gam", "tests/e2e", "tests/browser")


@dataclass(frozen=True)
class Outcome:
    """Counts of one kind of tests; ``status`` is its runner's exit status."""

    status: int
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def relative(path: str) -> str:
    """A PATH argument relative to the checkout, its test id kept."""
    file, *names = path.split("::")
    absolute = Path(file).resolve()
    if not absolute.exists():
        raise SystemExit(f"{file}: no such file or folder")
    return "::".join((str(absolute.relative_to(ROOT)), *names))


def needs_netbox(path: str) -> bool:
    """Whether a relative path belongs to the tests that need NetBox."""
    return any(path == folder or path.startswith(f"{folder}/") for folder in NETBOX_FOLDERS)


def label(path: str) -> str:
    """Dotted test label of a relative path, as Django's runner wants it."""
    file, *names = path.split("::")
    return ".".join((*Path(file).with_suffix("").parts, *names))


def run_pure(paths: list[str], keyword: str | None, verbose: bool) -> Outcome:
    """Run pure tests with pytest."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *(["-k", keyword] if keyword else [])]
        # A file stays in one process, for some start a server for all of its tests.
        command += ["--numprocesses=3", "--dist=loadfile"] if not paths else []
        status = subprocess.run([*command, *(["-v"] if verbose else []), *paths], cwd=ROOT, check=False).returncode
        if not report.exists():
            return Outcome(status or 1)
        suite = ElementTree.parse(report).getroot().find("testsuite")  # noqa: S314  written by pytest just now
    assert suite is not None
    failed, skipped = int(suite.get("failures", 0)) + int(suite.get("errors", 0)), int(suite.get("skipped", 0))
    return Outcome(status, int(suite.get("tests", 0)) - failed - skipped, failed, skipped)


def with_browser(folders: list[str], env: dict[str, str]) -> list[str]:
    """The folders or files to run, without the browser tests where there is no Chromium; tells the others where it is.

    :raises SystemExit: there is none and ``NETBOX_GAM_REQUIRE_BROWSER`` says that there must be
    """
    wanted = [folder for folder in folders if folder.startswith("tests/browser")]
    if not wanted:
        return folders
    if path := chromium.ensure():
        env["NETBOX_GAM_CHROMIUM"] = str(path)
        return folders
    if os.environ.get("NETBOX_GAM_REQUIRE_BROWSER"):
        raise SystemExit("The browser tests must run here, and there is no Chromium.")
    return [folder for folder in folders if folder not in wanted]


def run_netbox(paths: list[str], options: argparse.Namespace, processes: int) -> Outcome:
    """Run tests that need NetBox with Django's runner."""
    begin = time.monotonic()
    command = [sys.executable, "-m", "netbox", "test", "--testrunner=development.django_runner.Runner", "--no-input"]
    command += [f"--parallel={processes}"] if processes > 1 else []
    command += ["-k", options.keyword] if options.keyword else []
    command += ["--verbosity=2"] if options.verbose else []
    command += [f"--durations={options.durations}"] if options.durations else []
    with Services.start(STATE / "test", share_database=True) as services, tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        env = services.env | {
            "NETBOX_GAM_TEMPLATE": schema.template(services),
            "NETBOX_GAM_TEST_DATABASE": f"test_netbox_gam_{os.getpid()}",
            "NETBOX_GAM_TEST_RESULT": str(result),
        }
        if options.update_query_counts:
            env["UPDATE_QUERY_COUNTS"] = "1"
        chosen = with_browser(paths or [name for name in NETBOX_FOLDERS if (ROOT / name).is_dir()], env)
        if not chosen:
            return Outcome(0)
        print(f"Servers and template ready after {time.monotonic() - begin:.1f} s.", flush=True)
        status = subprocess.run([*command, *map(label, chosen)], cwd=ROOT, env=env, check=False).returncode
        counts = json.loads(result.read_text()) if result.exists() else {}
    return Outcome(status or (0 if counts else 1), counts.get("passed", 0), counts.get("failed", 0), counts.get("skipped", 0))


def parse() -> argparse.Namespace:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m development.test", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--pure", action="store_true", help="only tests that run without NetBox")
    kind.add_argument("--netbox", action="store_true", help="only tests that need NetBox")
    parser.add_argument("-k", dest="keyword", help="only tests whose name matches")
    parser.add_argument("-v", dest="verbose", action="store_true", help="one line per test")
    parser.add_argument("--durations", type=int, metavar="N", help="list the N slowest tests that need NetBox")
    parser.add_argument(
        "--parallel", type=int, help="processes for the tests that need NetBox (default: one per core, 1 with a PATH)"
    )
    parser.add_argument(
        "--update-query-counts", action="store_true", help="record tests/netbox_gam/query_counts.json anew, in one process"
    )
    parser.add_argument("paths", nargs="*", metavar="PATH")
    return parser.parse_args()


def main() -> int:
    """Run what was asked for; exit status 0 only if every test passed and at least one ran."""
    arguments = parse()
    paths = [relative(path) for path in arguments.paths]
    netbox_paths = [path for path in paths if needs_netbox(path)]
    pure_paths = [path for path in paths if not needs_netbox(path)]
    outcomes = []
    if not arguments.netbox and (pure_paths or not paths):
        outcomes.append(run_pure(pure_paths, arguments.keyword, arguments.verbose))
    if not arguments.pure and (netbox_paths or not paths):
        processes = 1 if arguments.update_query_counts else arguments.parallel or (1 if paths else min(os.cpu_count() or 1, 8))
        try:
            outcomes.append(run_netbox(netbox_paths, arguments, processes))
        except PostgresMissing as error:
            print(error, file=sys.stderr)
            return 1
    passed, failed, skipped = (sum(getattr(outcome, name) for outcome in outcomes) for name in ("passed", "failed", "skipped"))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if passed and all(outcome.status == 0 for outcome in outcomes) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
