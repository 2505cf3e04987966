"""VLAN pools give out the lowest free id, never a reserved one, and never the same to two."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, connections, transaction
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.test import TestCase
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as PropertyTestCase
from ipam.models import VLAN, VLANGroup

from netbox_gam.exceptions import WorkflowError
from netbox_gam.models import Subscriber, VlanPool
from netbox_gam.workflows import vlans
from nornir_tasks.gam.rules import is_reserved_vlan

from . import factories

SECONDS = 20


class AllocationTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.pool = factories.pool(name="Town", first_vid=100, last_vid=110)

    def take(self, vid: int, **values: Any) -> VLAN:
        """A VLAN of the pool's group that a subscriber uses."""
        vlan = VLAN.objects.create(vid=vid, group=self.pool.vlan_group, name=vlans.vlan_name(self.pool, vid), **values)
        factories.subscriber(vlan=vlan)
        return vlan

    def test_the_first_is_made_in_the_pools_group(self) -> None:
        vlan = vlans.allocate(self.pool)
        self.assertEqual((vlan.vid, vlan.group, vlan.name), (100, self.pool.vlan_group, "Town 100"))

    def test_gaps_are_filled(self) -> None:
        for vid in (100, 101, 103):
            self.take(vid)
        self.assertEqual(vlans.allocate(self.pool).vid, 102)

    def test_one_that_nobody_uses_any_more_is_given_out_again(self) -> None:
        vlan = self.take(100)
        Subscriber.objects.update(vlan=None)
        self.assertEqual(vlans.allocate(self.pool), vlan)

    def test_somebody_elses_vlan_is_left_alone(self) -> None:
        VLAN.objects.create(vid=100, group=self.pool.vlan_group, name="Management")
        self.assertEqual(vlans.allocate(self.pool).vid, 101)

    def test_ids_in_use_on_the_shelf_are_avoided(self) -> None:
        self.assertEqual(vlans.allocate(self.pool, avoid=frozenset({100, 101, 4000})).vid, 102)

    def test_the_same_id_in_another_group_does_not_matter(self) -> None:
        factories.subscriber(vlan=factories.vlan(100, factories.vlan_group()))
        factories.subscriber(vlan=factories.vlan(101))
        self.assertEqual(vlans.allocate(self.pool).vid, 100)

    def test_the_groups_own_ranges_bound_the_pool(self) -> None:
        self.pool.vlan_group.vid_ranges = [NumericRange(105, 107)]
        self.pool.vlan_group.save()
        given_out = vlans.allocate(self.pool)
        self.assertEqual(given_out.vid, 105)
        factories.subscriber(vlan=given_out)
        self.take(106)
        with self.assertRaisesMessage(WorkflowError, '"Town" has no free VLAN'):
            vlans.allocate(self.pool)

    def test_a_pool_that_is_used_up_says_so(self) -> None:
        for vid in range(100, 111):
            self.take(vid)
        before = VLAN.objects.count()
        with self.assertRaises(WorkflowError) as caught:
            vlans.allocate(self.pool)
        self.assertIn("Town", caught.exception.message)
        self.assertIn("Widen", caught.exception.next_step)
        self.assertEqual(VLAN.objects.count(), before)

    def test_a_shared_pool_gives_its_vlan_to_everybody(self) -> None:
        shared = factories.vlan(900, self.pool.vlan_group)
        pool = factories.pool(mode="shared", vlan_group=self.pool.vlan_group, shared_vlan=shared)
        factories.subscriber(vlan=shared)
        before = VLAN.objects.count()
        self.assertEqual({vlans.allocate(pool) for _ in range(3)}, {shared})
        self.assertEqual(VLAN.objects.count(), before)

    def test_finding_takes_the_one_there_is(self) -> None:
        there = VLAN.objects.create(vid=300, group=self.pool.vlan_group, name="There")
        self.assertEqual(vlans.find_or_create(300, self.pool), there)
        made = vlans.find_or_create(301, None)
        self.assertEqual((made.vid, made.group, made.name), (301, None, "GAM 301"))
        self.assertEqual(vlans.find_or_create(301, None), made)


class AllocationProperties(PropertyTestCase):
    @settings(max_examples=25, deadline=None)
    @given(
        first=st.sampled_from([1, 3, 100, 3835, 4088]),
        size=st.integers(1, 12),
        used=st.sets(st.integers(0, 11)),
        avoid=st.sets(st.integers(0, 11)),
        gone=st.sets(st.integers(0, 11)),
    )
    def test_always_the_lowest_free_and_never_a_reserved_one(
        self, first: int, size: int, used: set[int], avoid: set[int], gone: set[int]
    ) -> None:
        last = min(first + size - 1, 4094)
        pool = VlanPool.objects.create(name="P", vlan_group=factories.vlan_group(), first_vid=first, last_vid=last)
        for vid in sorted(first + offset for offset in used | gone if first + offset <= 4094):
            vlan = VLAN.objects.create(vid=vid, group=pool.vlan_group, name=vlans.vlan_name(pool, vid))
            if vid - first in used:
                factories.subscriber(vlan=vlan)
        busy = {first + offset for offset in used | avoid}
        free = [vid for vid in range(first, last + 1) if vid not in busy and not is_reserved_vlan(vid)]
        avoided = frozenset(first + offset for offset in avoid)
        if not free:
            with self.assertRaises(WorkflowError):
                vlans.allocate(pool, avoid=avoided)
            return
        given_out = vlans.allocate(pool, avoid=avoided)
        self.assertEqual(given_out.vid, free[0])
        self.assertNotIn(given_out.vid, {1, 2, 3840, 3841, 3842, 4094, 4095})
        given_out.full_clean()


class Apart(threading.Thread):
    """Runs a function in a thread, whose database connection is its own and commits for real."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.result: Any = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self.work()
        except BaseException as error:  # kept for the test's own thread
            self.error = error
        finally:
            connections.close_all()

    def finish(self) -> Any:
        """The function's result; what it raised is raised here."""
        self.join(SECONDS)
        if self.error:
            raise self.error
        assert not self.is_alive(), "still running"
        return self.result


class ConcurrencyTests(TestCase):
    """Two allocations at once, each in a connection of its own. What they commit is removed by the test itself."""

    def setUp(self) -> None:
        super().setUp()
        self.pools = Apart(self.make_pools).finish()
        self.addCleanup(lambda: Apart(self.remove).finish())

    def make_pools(self) -> list[VlanPool]:
        group = VLANGroup.objects.create(name="Concurrent", slug="concurrent")
        return [VlanPool.objects.create(name=f"C{n}", vlan_group=group, first_vid=100, last_vid=199) for n in (1, 2)]

    def remove(self) -> None:
        Subscriber.objects.filter(name__startswith="concurrent-").delete()
        VlanPool.objects.filter(vlan_group__slug="concurrent").delete()
        VLAN.objects.filter(group__slug="concurrent").delete()
        VLANGroup.objects.filter(slug="concurrent").delete()

    def allocate(self, pool: VlanPool, number: int) -> int:
        """As activating a subscriber does it: the VLAN and who uses it in one transaction."""
        with transaction.atomic():
            vlan = vlans.allocate(pool)
            Subscriber.objects.create(name=f"concurrent-{number}", vlan=vlan)
        vid: int = vlan.vid
        return vid

    def await_waiting(self) -> None:
        """Until somebody waits for an advisory lock."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
                if cursor.fetchone()[0]:
                    return
            time.sleep(0.02)
        self.fail("nobody waits for the lock")

    def two_at_once(self, one: VlanPool, other: VlanPool) -> tuple[int, int]:
        """The second allocates while the first has allocated and not committed."""
        allocated, go_on = threading.Event(), threading.Event()

        def first() -> int:
            with transaction.atomic():
                vlan = vlans.allocate(one)
                Subscriber.objects.create(name="concurrent-first", vlan=vlan)
                allocated.set()
                assert go_on.wait(SECONDS)
            vid: int = vlan.vid
            return vid

        running = Apart(first)
        self.assertTrue(allocated.wait(SECONDS))
        waiting = Apart(lambda: self.allocate(other, 2))
        try:
            self.await_waiting()
        finally:
            go_on.set()
            # Whatever happened, both have ended before what they made is removed.
            running.join(SECONDS)
            waiting.join(SECONDS)
        return running.finish(), waiting.finish()

    def test_the_second_waits_for_the_first_and_gets_the_next(self) -> None:
        self.assertEqual(self.two_at_once(self.pools[0], self.pools[0]), (100, 101))

    def test_two_pools_over_one_group_do_not_give_out_the_same(self) -> None:
        self.assertEqual(self.two_at_once(*self.pools), (100, 101))

    def test_many_at_once(self) -> None:
        threads = [Apart(lambda number=number: self.allocate(self.pools[number % 2], number)) for number in range(8)]
        self.assertEqual(sorted(thread.finish() for thread in threads), list(range(100, 108)))
