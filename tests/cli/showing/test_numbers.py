"""Numbers are printed by one rule, with no digit lost and none that makes a count too small."""

from __future__ import annotations

import json
import math

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longlag.cli.showing.numbers import json_text, number_json, number_text


@given(st.floats(allow_nan=False), st.integers(3, 15))
def test_text_is_the_number_to_its_digits(value: float, digits: int) -> None:
    found = float(number_text(value, digits))
    assert found == value or abs(found - value) <= 0.5001 * 10.0 ** (1 - digits) * abs(value)
    assert len(number_text(value, digits)) <= max(17, digits + 7)


@given(st.floats(allow_nan=False))
def test_a_double_goes_through_json_unchanged(value: float) -> None:
    found = json.loads(json.dumps(number_json(value)))
    assert float(found) == value


@given(st.integers(-(2**53) + 1, 2**53 - 1))
def test_integers_are_integers(value: int) -> None:
    for given_as in (value, float(value), mpmath.mpf(value)):
        assert number_text(given_as, 3) == str(value)
        assert json.dumps(number_json(given_as)) == str(value)


@given(st.integers(2**53, 10**400), st.integers(2, 15))
def test_counts_are_never_rounded_down(value: int, digits: int) -> None:
    with mpmath.workdps(500):
        exact = mpmath.mpf(value)
        shown = [number_text(exact, digits, up=True), number_json(exact, up=True)]
        for found in map(mpmath.mpf, shown):
            assert found >= exact
        assert mpmath.mpf(shown[0]) <= exact * (1 + mpmath.mpf(10) ** (1 - digits))


def test_a_last_digit_that_a_computation_missed_does_not_go_up() -> None:
    with mpmath.workdps(30):
        missed = mpmath.mpf(10) ** 25 * (1 + mpmath.mpf(10) ** -28)
        assert number_text(missed, 8, up=True) == "1.0e+25"


def test_more_digits_than_a_double_has_are_written_out() -> None:
    with mpmath.workdps(60):
        third = mpmath.mpf(1) / 3
    # Whatever precision surrounds it, a number keeps its digits.
    found = json_text({"third": number_json(third, 40), "rest": {"a": [1, 2]}, "none": None})
    assert f'"third": 0.{"3" * 40}' in found
    assert json.loads(found)["rest"] == {"a": [1, 2]}
    assert number_text(third, 30) == "0." + "3" * 30


@pytest.mark.parametrize(
    ("value", "text", "plain"),
    [
        (None, "none", None),
        (math.inf, "inf", "inf"),
        (-mpmath.inf, "-inf", "-inf"),
        (mpmath.mpf(10) ** 400, "1.0e+400", "1.0e+400"),
        (0.0, "0", 0),
        (math.nan, "nan", "nan"),
    ],
)
def test_what_is_no_double_is_told_in_words(value: object, text: str, plain: object) -> None:
    assert number_text(value) == text
    assert number_json(value) == plain
