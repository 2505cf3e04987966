"""Configurations as text: the same wherever read, beside each other, and what a plan cannot write."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.gam.config_text import normal, outside_ghn, side_by_side, unified

TEXT = 'hostname a\nvlan 1\n!\nghn endpoint 1 name "x"\ninterface G.hn 1/1\n shutdown\n!\nend\n'


def test_what_differs_between_readings_is_gone() -> None:
    read = "Building configuration...\r\n\r\n" + TEXT.replace("\n", "  \r\n") + "\r\n\r\n"
    assert normal(read) == TEXT
    assert normal(normal(read)) == normal(read)


def test_side_by_side_counts_lines_and_leaves_out_what_is_the_same() -> None:
    left = [f"line {number}" for number in range(1, 31)]
    right = [*left[:10], "changed", *left[11:20], "added", *left[20:]]
    rows = side_by_side("\n".join(left), "\n".join(right))
    assert [row.kind for row in rows if row.kind != "same"] == ["gap", "changed", "gap", "added", "gap"]
    changed = next(row for row in rows if row.kind == "changed")
    assert (changed.left_number, changed.left, changed.right_number, changed.right) == (11, "line 11", 11, "changed")
    added = next(row for row in rows if row.kind == "added")
    assert (added.left_number, added.left, added.right_number, added.right) == (0, "", 21, "added")


LINES = st.lists(st.sampled_from("abcde"), max_size=12)


@given(LINES, LINES)
def test_the_left_side_is_the_old_text_and_the_right_side_the_new_one(old: list[str], new: list[str]) -> None:
    rows = side_by_side("\n".join(old), "\n".join(new), context=100)
    if old == new:
        assert rows == () and unified("\n".join(old), "\n".join(new), "a", "b") == ""
    else:
        assert [row.left for row in rows if row.left_number] == old
        assert [row.right for row in rows if row.right_number] == new


def test_what_no_plan_writes_is_named_with_its_interface() -> None:
    now = TEXT.replace(" shutdown\n", "").replace("hostname a", "hostname b").replace('"x"', '"y"')
    assert sorted(outside_ghn(TEXT, now)) == ["+ hostname a", "+ interface G.hn 1/1: shutdown", "- hostname b"]
