"""The runner of tests that need NetBox: Django's own, with Redis databases per parallel process and counts that others can read."""

from __future__ import annotations

import json
import os
import time
import unittest
from pathlib import Path
from typing import Any

import django.test.runner
from django.conf import settings
from django.core.cache import caches
from django.test.runner import DiscoverRunner, ParallelTestSuite
from django_rq import get_connection

from development.urls import redis_number


def _init_worker(*args: Any, **kwargs: Any) -> None:
    """Give a parallel process its own database (Django's part) and its own two Redis databases."""
    django.test.runner._init_worker(*args, **kwargs)
    use_own_redis(django.test.runner._worker_id)


def use_own_redis(worker: int) -> None:
    """Point queues and cache at Redis databases that no other process uses; tests flush them."""
    tasks, caching = 2 * worker, 2 * worker + 1
    for queue in settings.RQ_QUEUES.values():
        queue["URL"] = redis_number(queue["URL"], tasks)
        queue["DB"] = tasks
    settings.CACHES["default"]["LOCATION"] = redis_number(settings.CACHES["default"]["LOCATION"], caching)
    caches.settings["default"]["LOCATION"] = settings.CACHES["default"]["LOCATION"]
    # A connection that a forked process inherited belongs to its parent.
    del caches["default"]


class OwnRedisSuite(ParallelTestSuite):
    """Parallel suite whose processes do not share a Redis database."""

    init_worker = _init_worker


class Runner(DiscoverRunner):
    """Runs the tests in order and leaves counts in the file that ``NETBOX_GAM_TEST_RESULT`` names."""

    parallel_test_suite = OwnRedisSuite

    def run_suite(self, suite: unittest.TestSuite, **kwargs: Any) -> unittest.TestResult:
        """Run, starting from an empty task queue and cache, and record what happened."""
        get_connection("default").flushdb()
        caches["default"].clear()
        begin = time.monotonic()
        result: unittest.TestResult = super().run_suite(suite, **kwargs)
        if path := os.environ.get("NETBOX_GAM_TEST_RESULT"):
            failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
            counts = {
                # A test fails more than once where it has subtests.
                "passed": max(0, result.testsRun - failed - len(result.skipped)),
                "failed": failed,
                "skipped": len(result.skipped),
                "seconds": round(time.monotonic() - begin, 1),
            }
            Path(path).write_text(json.dumps(counts))
        return result
