"""A linear network of n units recalls n lags in all, and never more at a longer lag."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Integer, Rational, S

from longlag.theory.errors import LonglagError
from longlag.theory.linear.recall import recall, recall_ceiling, step_of_recall, steps_of_recall

HUNDREDTHS = st.lists(st.integers(-95, 95), min_size=1, max_size=4, unique=True)


def fractions(hundredths: list[int]) -> list[Expr]:
    return [Rational(each, 100) for each in hundredths]


@given(HUNDREDTHS)
def test_the_inverse_and_the_all_pass_function_say_the_same(hundredths: list[int]) -> None:
    multipliers, left = fractions(hundredths), S.One
    for lag, step in enumerate(steps_of_recall(multipliers, 6)):
        left -= step**2
        assert recall(multipliers, lag) == left


@given(HUNDREDTHS.filter(lambda found: 0 not in found))
def test_partial_fractions_give_every_step(hundredths: list[int]) -> None:
    multipliers = fractions(hundredths)
    steps = steps_of_recall(multipliers, 5)
    for lag in range(1, 6):
        assert step_of_recall(multipliers, [each**lag for each in multipliers]) == steps[lag]


@given(HUNDREDTHS)
def test_no_lag_is_recalled_above_the_ceiling(hundredths: list[int]) -> None:
    multipliers = fractions(hundredths)
    for lag in range(8):
        share = recall(multipliers, lag)
        if share > 0:
            assert lag <= recall_ceiling(len(multipliers), share)


def test_a_delay_line_attains_the_ceiling() -> None:
    steps = steps_of_recall([S.Zero] * 5, 6)
    assert [int(step) for step in steps] == [0, 0, 0, 0, 0, 1, 0]
    assert recall_ceiling(5, S.One) == 4


@pytest.mark.parametrize(
    ("multipliers", "message"),
    [
        ([], "at least one unit"),
        ([Integer(1)], "a stable unit forgets"),
        ([S.Half, S.Half], "two units of one multiplier are one"),
    ],
)
def test_what_is_no_stable_network_is_refused(multipliers: list[Expr], message: str) -> None:
    with pytest.raises(LonglagError, match=message):
        recall(multipliers, 1)


@pytest.mark.parametrize("share", [S.Zero, Integer(2), -S.Half])
def test_a_share_is_one_of_variance(share: Expr) -> None:
    with pytest.raises(LonglagError, match="share of variance"):
        recall_ceiling(3, share)
