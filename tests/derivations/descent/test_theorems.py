"""Theorems on gradient descent: wrong constants, exponents and steps are refuted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sympy import Expr, Rational, S

from longlag.derivations.descent.theorems import (
    allowed_relation,
    drift_relation,
    growth_rows,
    required_relation,
    step_relation,
    summed_relation,
)
from longlag.derivations.descent.theorems_checks import (
    exponents_verdict,
    logarithm_verdict,
    mean_square_verdict,
    rate_verdict,
)
from longlag.theory.statement import Level, Relation, Settings
from longlag.theory.verify import verify

SETTINGS = Settings()
Exponents = tuple[Expr, Expr, Expr]


def off_at(right: Exponents, place: int) -> Exponents:
    """The same with one number off by a tenth."""
    first, second, third = (e + Rational(place == k, 10) for k, e in enumerate(right))
    return first, second, third


@pytest.mark.parametrize("relate", [step_relation, summed_relation, required_relation])
def test_a_wrong_factor_is_refuted(relate: Callable[..., Relation]) -> None:
    assert verify(relate(), SETTINGS).level is Level.PROVED
    assert verify(relate(S(2)), SETTINGS).level is Level.REFUTED


def test_a_step_above_the_largest_can_leave_its_bound() -> None:
    assert verify(allowed_relation(), SETTINGS).holds
    many = Settings(examples=200)
    assert verify(allowed_relation(S(8)), many).level is Level.REFUTED


def test_another_power_of_the_target_in_the_drift_is_refuted() -> None:
    assert verify(drift_relation(), SETTINGS).level is Level.PROVED
    assert verify(drift_relation(power=1), SETTINGS).level is Level.REFUTED


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_wrong_exponent_is_refuted(place: int) -> None:
    right = (S(1), S(1), S(3))
    assert exponents_verdict(SETTINGS, "1/epsilon", right).holds
    assert not exponents_verdict(SETTINGS, "1/epsilon", off_at(right, place)).holds


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_wrong_rate_above_the_cutoff_is_refuted(place: int) -> None:
    right = (S(2), S(4), S(8))
    assert rate_verdict(SETTINGS, right).holds
    assert not rate_verdict(SETTINGS, off_at(right, place)).holds


@pytest.mark.parametrize("change", ["n", "T"])
def test_the_union_bound_grows_and_the_mean_square_does_not(change: str) -> None:
    assert logarithm_verdict(SETTINGS, change, "width").holds
    assert not logarithm_verdict(SETTINGS, change, "width", grows=False).holds
    assert logarithm_verdict(SETTINGS, change, "mean_square", grows=False).holds
    assert not logarithm_verdict(SETTINGS, change, "mean_square").holds


def test_errors_fall_as_the_root_of_the_width_and_not_as_the_width() -> None:
    assert mean_square_verdict(SETTINGS).level is Level.MEASURED
    wrong = mean_square_verdict(SETTINGS, exponent=S.One)
    assert wrong.level is Level.REFUTED


def test_the_table_has_a_row_for_every_variable_and_every_side() -> None:
    rows = growth_rows(SETTINGS)
    assert len(rows) == 7
    assert all(len(row) == 4 for row in rows)
    assert "T^{6}" in rows[1][2]
    assert "T^{10}" in rows[1][3]
