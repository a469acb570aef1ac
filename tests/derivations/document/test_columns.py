"""Columns of a printed table fit the line, and formulas in them break."""

from __future__ import annotations

import pytest

from longlag.derivations.document.columns import broken_entry, column_widths

ROOM = 400.0


def test_what_fits_keeps_its_width() -> None:
    assert column_widths(("a", "b"), [("one", "two")], ROOM) is None


def test_narrow_columns_stay_and_wide_ones_share() -> None:
    found = column_widths(("a", "b", "c"), [("one", "word " * 40, "word " * 80)], ROOM)
    assert found is not None
    assert sum(found) < 1
    narrow, half, whole = found
    assert narrow < half < whole


@pytest.mark.parametrize("columns", [2, 5, 8])
def test_the_line_is_never_passed(columns: int) -> None:
    row = tuple("word " * 3**place for place in range(columns))
    found = column_widths(("head",) * columns, [row], ROOM)
    assert found is None or sum(found) * ROOM <= ROOM - 12.0 * (columns - 1) + 1e-9


def test_a_formula_wider_than_its_column_breaks() -> None:
    sums = " + ".join("abcdefgh")
    assert broken_entry(f"is ${sums}$", 400.0) == f"is ${sums}$"
    broken = broken_entry(f"is ${sums}$", 80.0)
    assert broken.startswith(r"is $\begin{aligned}[t]")
    assert broken.count(r"\\") >= 2


def test_words_keep_their_marks() -> None:
    assert broken_entry(r"`code` costs \$5", 80.0) == r"`code` costs \$5"
