"""Recall by all-pass filters: exact where the inverse is lost, for complex and repeated units."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational

from longlag.numerics.linear.recall import recall_by_inverse, recall_curve
from longlag.theory.errors import LonglagError
from longlag.theory.linear.recall import recall

REAL = st.lists(st.integers(-99, 99), min_size=1, max_size=12).map(lambda k: np.array(k) / 100)
COMPLEX = st.lists(st.tuples(st.integers(0, 98), st.integers(0, 314)), min_size=1, max_size=6).map(
    lambda k: np.array([r / 100 * np.exp(1j * a / 100) for r, a in k])
)


@given(st.one_of(REAL, COMPLEX))
def test_recall_sums_to_the_number_of_units_and_never_rises(multipliers: np.ndarray) -> None:
    curve = recall_curve(multipliers, 6000)
    assert curve.sum() == pytest.approx(len(multipliers), rel=1e-9)
    assert (np.diff(curve) <= 0).all()
    assert curve[0] <= 1


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=3, unique=True))
def test_it_is_that_of_exact_arithmetic(tenths: list[int]) -> None:
    curve = recall_curve(np.array(tenths) / 10, 5)
    exact = [float(recall([Rational(k, 10) for k in tenths], lag)) for lag in range(6)]
    assert curve == pytest.approx(exact, abs=1e-14)


def test_the_inverse_loses_units_that_the_filters_find() -> None:
    slow = np.linspace(0.5, 0.95, 16)
    assert recall_by_inverse(slow, 3000).sum() < 15
    assert recall_curve(slow, 3000).sum() == pytest.approx(16, rel=1e-11)


@pytest.mark.parametrize("multipliers", [[], [1.0], [0.5, np.nan], [[0.5]]])
def test_what_does_not_forget_is_refused(multipliers: list[float]) -> None:
    with pytest.raises(LonglagError, match="a stable network"):
        recall_curve(np.array(multipliers), 3)
