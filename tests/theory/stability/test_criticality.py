"""Critical gains, isotropy and what tied weights change, in exact numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, N, Rational, S, exp, oo, simplify, sqrt, symbols

from longlag.theory import LonglagError
from longlag.theory.cells import CELLS
from longlag.theory.stability.criticality import (
    critical_gain,
    isotropy_at,
    tied_asymptote,
    tied_square_norm,
)
from longlag.theory.stability.linearised import at_rest


@pytest.mark.parametrize(
    ("name", "gain"),
    [
        ("plain", S.One),
        ("diag_gate", S.One),
        ("gru", S(2)),
        ("gru_reset_before", S(2)),
        ("minimal_gated_unit", S(2)),
        ("lstm", S(2)),
        ("coupled_lstm", S(2)),
        ("cfc", sqrt(2)),
        ("min_gru", oo),
        ("ran", oo),
    ],
)
def test_critical_gains_at_rest(name: str, gain: Expr) -> None:
    assert critical_gain(CELLS[name]) == gain


def test_a_leak_does_not_move_the_critical_gain() -> None:
    alpha = symbols("alpha", positive=True)
    assert simplify(critical_gain(CELLS["leaky"], {"alpha": alpha}) - 1) == 0


def test_an_eigenvalue_of_one_without_weights_is_told() -> None:
    with pytest.raises(LonglagError, match="eigenvalue 1 by itself"):
        critical_gain(CELLS["nbrc"])


@pytest.mark.parametrize(
    ("name", "isotropy"),
    [("plain", S.One), ("gru", Rational(5, 16)), ("recurrent_highway", Rational(1, 8))],
)
def test_isotropy_at_rest(name: str, isotropy: Expr) -> None:
    assert isotropy_at(at_rest(CELLS[name], {})) == isotropy


def test_the_constant_gate_of_the_refutation() -> None:
    kept, crossed = Rational(19, 20), Rational(1, 20)
    assert float(tied_square_norm(kept, crossed, 144)) == pytest.approx(0.10859726, abs=1e-8)
    assert float((kept**2 + crossed**2) ** 144) == pytest.approx(5.7e-7, rel=0.01)


@given(st.fractions(0, 1, max_denominator=12), st.fractions(0, 1, max_denominator=12))
def test_tied_weights_keep_no_less_than_fresh_ones(kept: object, crossed: object) -> None:
    D, sigma = (Rational(str(each)) for each in (kept, crossed))
    for lag in range(4):
        assert tied_square_norm(D, sigma, lag) >= (D**2 + sigma**2) ** lag


def test_they_have_a_quotient_that_approaches_one() -> None:
    D, sigma = Rational(9, 10), Rational(1, 5)
    gaps = [
        abs(1 - N(tied_square_norm(D, sigma, lag)) / N(tied_asymptote(D, sigma, S(lag))))
        for lag in (10, 40, 160)
    ]
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0.01


def test_the_limit_is_the_mean_over_the_circle() -> None:
    # Parseval: the mean of |D + σz|^{2ℓ} over |z| = 1 is the sum of the squared coefficients.
    t, D, sigma = symbols("t D sigma", real=True)
    for lag in (1, 2, 3):
        found = ((D + sigma * exp(S.ImaginaryUnit * t)) ** lag).expand()
        conjugate = found.subs(S.ImaginaryUnit, -S.ImaginaryUnit)
        squared = (found * conjugate).expand()
        constant = squared.as_independent(t, as_Add=True)[0]
        assert simplify(constant - tied_square_norm(D, sigma, lag)) == 0
