"""Which bandwidth plan is proposed for a billed one, and how sure that is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.contracts import BillingPlan, Confidence, IntentPlan
from nornir_tasks.reconcile.plans import percent_apart
from nornir_tasks.reconcile.proposals import TOLERANCE_PERCENT, propose_plan, sold_kbps


def plan(key: int, down: int, up: int, overhead: float = 8, **values: bool) -> IntentPlan:
    """A bandwidth plan in Mbit/s, as shelves limit it with overhead."""
    shelf = (round(down * (10 + overhead / 10) * 100), round(up * (10 + overhead / 10) * 100))
    return IntentPlan(key, f"{down}/{up}", down * 1000, up * 1000, bool(values), *shelf)


def billed(down: int | None, up: int | None, **values: bool) -> BillingPlan:
    return BillingPlan("1", "Home", down, up, **values)


PLANS = (plan(1, 100, 20), plan(2, 300, 50), plan(3, 50, 10))


@pytest.mark.parametrize(
    ("down", "up", "key", "confidence", "said"),
    [
        (100_000, 20_000, 1, "exact", "fits exactly, as sold"),
        (102_400, 20_480, 1, "likely", "units of 1024"),
        (101_000, 20_000, 1, "likely", "within 1 %"),
        (108_000, 21_600, 1, "unsure", "overhead included"),
        (110_592, 22_118, 1, "unsure", "on the shelf, in units of 1024"),
        (100_000, 50_000, None, "none", "no bandwidth plan has 100/50 Mbit/s"),
        (None, None, None, "none", "no speed is billed"),
        (1_000_000, 1_000_000, None, "none", "no bandwidth plan"),
    ],
)
def test_reads_a_billed_speed_in_its_usual_ways(
    down: int | None, up: int | None, key: int | None, confidence: str, said: str
) -> None:
    found = propose_plan(billed(down, up), PLANS)
    assert (found.key, found.confidence) == (key, confidence)
    assert said in found.why


def test_a_plan_without_limit_is_for_what_fills_the_port() -> None:
    found = propose_plan(billed(1_024_000, 1_024_000), (*PLANS, IntentPlan(9, "open", 0, 0, unthrottled=True)))
    assert (found.key, found.confidence) == (9, Confidence.UNSURE)


def test_equal_plans_are_never_sure() -> None:
    found = propose_plan(billed(100_000, 20_000), (*PLANS, plan(7, 100, 20, overhead=0)))
    assert (found.key, found.others, found.confidence) == (1, (7,), Confidence.UNSURE)


speeds = st.integers(1, 2000)
fleets = st.lists(st.tuples(speeds, speeds, st.sampled_from([0, 6, 8, 20])), max_size=8).map(
    lambda rows: tuple(plan(key, *row) for key, row in enumerate(rows, start=1))
)


@given(fleets, speeds, speeds, st.sampled_from([1000, 1024]))
def test_sure_proposals_are_within_tolerance_both_ways_and_without_rival(
    fleet: tuple[IntentPlan, ...], down: int, up: int, unit: int
) -> None:
    found = propose_plan(billed(down * unit, up * unit), fleet)
    if found.confidence not in (Confidence.EXACT, Confidence.LIKELY):
        return
    chosen = next(item for item in fleet if item.key == found.key)
    assert percent_apart(down * unit, chosen.download_kbps) <= TOLERANCE_PERCENT
    assert percent_apart(up * unit, chosen.upload_kbps) <= TOLERANCE_PERCENT
    twins = [item for item in fleet if (item.download_kbps, item.upload_kbps) == (chosen.download_kbps, chosen.upload_kbps)]
    assert twins == [chosen]


@given(fleets, speeds, speeds)
def test_the_order_of_plans_decides_nothing(fleet: tuple[IntentPlan, ...], down: int, up: int) -> None:
    assert propose_plan(billed(down * 1000, up * 1000), fleet) == propose_plan(billed(down * 1000, up * 1000), fleet[::-1])


@given(fleets, st.sampled_from([1000, 1024]), st.data())
def test_a_plan_sold_is_found_in_either_unit(fleet: tuple[IntentPlan, ...], unit: int, data: st.DataObject) -> None:
    if not fleet:
        return
    sold = data.draw(st.sampled_from(fleet))
    found = propose_plan(billed(sold.download_kbps // 1000 * unit, sold.upload_kbps // 1000 * unit), fleet)
    assert found.key is not None
    assert found.confidence is not Confidence.NONE


@pytest.mark.parametrize(
    ("kbps", "sold"), [(102_400, 100_000), (100_000, 100_000), (1024, 1000), (512_000, 500_000), (50_500, 50_500)]
)
def test_speeds_as_sold(kbps: int, sold: int) -> None:
    assert sold_kbps(kbps) == sold
