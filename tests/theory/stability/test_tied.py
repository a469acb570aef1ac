"""What one matrix for all steps makes of a product, in exact numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Matrix, N, Rational, S, cos, exp, integrate, pi, simplify, sin, symbols

from longlag.theory.stability.tied import (
    fresh_square_norm,
    orthogonal_square_norm,
    tied_asymptote,
    tied_square_norm,
)


def test_the_constant_gate_of_the_refutation() -> None:
    kept, crossed = Rational(19, 20), Rational(1, 20)
    assert float(tied_square_norm(kept, crossed, 144)) == pytest.approx(0.10859726, abs=1e-8)
    assert float(fresh_square_norm(kept, crossed, S(144))) == pytest.approx(5.7e-7, rel=0.01)


@given(st.fractions(0, 1, max_denominator=12), st.fractions(0, 1, max_denominator=12))
def test_tied_weights_keep_no_less_than_fresh_ones(kept: object, crossed: object) -> None:
    D, sigma = (Rational(str(each)) for each in (kept, crossed))
    for lag in range(4):
        assert tied_square_norm(D, sigma, lag) >= fresh_square_norm(D, sigma, S(lag))


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


@pytest.mark.parametrize("lag", [1, 2, 3])
def test_two_neurons_by_integration_over_all_orthogonal_matrices(lag: int) -> None:
    t = symbols("t", real=True)
    D, sigma = Rational(2, 3), Rational(1, 4)
    turns = Matrix([[cos(t), -sin(t)], [sin(t), cos(t)]])
    means = []
    for matrix in (turns, turns * Matrix([[1, 0], [0, -1]])):
        product = (D * Matrix.eye(2) + sigma * matrix) ** lag
        square = sum(entry**2 for entry in product).expand() / 2
        means.append(integrate(square, (t, 0, 2 * pi)) / (2 * pi))
    assert simplify(sum(means) / 2 - orthogonal_square_norm(D, sigma, lag, S(2))) == 0
