"""Exponents of fresh products: limits, the determinant, and the mean square."""

from __future__ import annotations

import mpmath
import pytest
from sympy import Rational, S, log, simplify, symbols

from longlag.theory.stability.exponents import fresh_exponent, triangle_exponent

D, sigma, x = symbols("D sigma x", positive=True)


def test_the_largest_is_half_the_logarithm_of_chi() -> None:
    assert simplify(fresh_exponent(D, sigma, S.Zero) - log(D**2 + sigma**2) / 2) == 0


def test_nothing_kept_leaves_the_triangle_law() -> None:
    share = Rational(2, 7)
    found = fresh_exponent(S.Zero, sigma, share) - triangle_exponent(sigma**2, share)
    assert simplify(found) == 0


@pytest.mark.parametrize(("kept", "crossed"), [(0.9, 0.4), (0.4, 0.9), (0.5, 0.5)])
def test_they_add_up_to_the_logarithm_of_the_determinant(kept: float, crossed: float) -> None:
    # The mean of ln|z| over the disc around D: ln D outside of it, ln σ − (1 − D²/σ²)/2 inside.
    def of_share(share: mpmath.mpf) -> mpmath.mpf:
        s = kept**2 + crossed**2 * (1 - 2 * share)
        return mpmath.log((s + mpmath.sqrt(s**2 + 4 * crossed**4 * share * (1 - share))) / 2) / 2

    at = fresh_exponent(S(kept), S(crossed), Rational(1, 3)).evalf()
    assert float(of_share(mpmath.mpf(1) / 3)) == pytest.approx(float(at))
    inside = mpmath.log(crossed) - (1 - kept**2 / crossed**2) / 2
    wanted = mpmath.log(kept) if kept > crossed else inside
    assert float(mpmath.quad(of_share, [0, 0.5, 1])) == pytest.approx(float(wanted), abs=1e-4)
