"""One rule integrates over every support, whatever the powers and logarithms at its ends."""

from __future__ import annotations

import time

import mpmath
import numpy as np
import pytest
from sympy import Integer, Rational, S, exp, gamma, log, oo, pi, sqrt

from longlag.theory import LonglagError
from longlag.theory.notation import ell
from longlag.theory.spectra.quadrature import integrate
from longlag.theory.spectra.spectrum import Spectrum, envelope_of, law_of, nu
from longlag.theory.window.horizon import solve_horizon

LOG_NORMAL = Spectrum("log_normal", exp(-(log(nu) ** 2) / 2) / (nu * sqrt(2 * pi)))


def beta(a: Rational, b: Rational) -> Spectrum:
    density = nu ** (a - 1) * (1 - nu) ** (b - 1) * gamma(a + b) / gamma(a) / gamma(b)
    return Spectrum("beta", density, support=(S.Zero, S.One))


@pytest.mark.parametrize(
    ("a", "b", "lag"),
    [
        (Rational(1, 2), Rational(3, 10), 1),
        (Rational(7, 2), Rational(9, 10), 10**3),
        (Rational(1, 10), Rational(1, 2), 10**9),
    ],
)
def test_a_power_at_either_end_of_a_bounded_support_is_integrated(
    a: Rational, b: Rational, lag: int
) -> None:
    found = beta(a, b).rate_average.subs(ell, lag).evalf(25)
    with mpmath.workdps(40):
        p, q = mpmath.mpf(a.p) / a.q, mpmath.mpf(b.p) / b.q
        kummer = mpmath.hyp1f1(p, p + q, -lag)
        assert abs(mpmath.mpf(found) / kummer - 1) < 1e-22


@pytest.mark.parametrize("power", [Rational(-9, 10), Rational(-1, 2), S.Zero, Rational(5, 2)])
def test_a_power_at_an_end_other_than_0_is_integrated_up_to_infinity(power: Rational) -> None:
    with mpmath.workdps(30):
        p = mpmath.mpf(power.p) / power.q
        found = integrate(lambda x: (x - 3) ** p / (x - 2) ** (p + 2), mpmath.mpf(3), mpmath.inf)
        assert abs(found * (p + 1) - 1) < 1e-28


@pytest.mark.parametrize("end", ["low", "high"])
def test_a_power_of_minus_1_diverges_at_any_end(end: str) -> None:
    distance = {"low": lambda x: x - 2, "high": lambda x: 3 - x}[end]
    with pytest.raises(LonglagError, match="diverges"):
        integrate(lambda x: 1 / distance(x), mpmath.mpf(2), mpmath.mpf(3))


@pytest.mark.parametrize("lag", [1, 30, 10**4])
def test_a_log_normal_density_is_the_normal_one_of_gauss_and_hermite(lag: int) -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(150)
    known = weights @ np.exp(-lag * np.exp(nodes)) / weights.sum()
    found = float(envelope_of(LOG_NORMAL).subs(ell, lag).evalf(15))
    assert found == pytest.approx(known, rel=1e-8)


def test_signs_may_cancel() -> None:
    with mpmath.workdps(20):
        zero = integrate(lambda x: mpmath.log(x) / (1 + x**2), mpmath.mpf(0), mpmath.inf)
        assert abs(zero) < 1e-17


def test_a_window_of_a_spectrum_without_a_closed_form_takes_seconds() -> None:
    start = time.process_time()
    found = solve_horizon(law_of(LOG_NORMAL), {}, samples=10**6, cost=1, kappa=2)
    assert time.process_time() - start < 8
    assert found.certificate.endswith("an average of decaying ones")
    nodes, weights = np.polynomial.hermite_e.hermegauss(150)
    lag = float(found.horizon)
    assert weights @ np.exp(-lag * np.exp(nodes)) / weights.sum() == pytest.approx(1e-3, rel=1e-7)


def test_bits_beside_an_end_do_not_reach_the_gamma_functions_of_a_norm() -> None:
    start = time.process_time()
    assert abs(envelope_of(beta(Rational(2), Rational(1, 20))).subs(ell, 0).evalf(15) - 1) < 1e-14
    assert time.process_time() - start < 8


def test_a_support_far_from_1_is_as_good_as_any() -> None:
    wide = Spectrum("wide", Rational(1, 10**9), support=(Integer(10**12), 10**12 + 10**9))
    assert abs(wide.rate_average.subs(ell, 0).evalf(20) - 1) < 1e-18
    late = Spectrum("late", exp(10**6 - nu), support=(Integer(10**6), oo))
    found = late.rate_average.subs(ell, Rational(1, 10**6)).evalf(20)
    assert abs((found * exp(1) * Rational(10**6 + 1, 10**6)).evalf(20) - 1) < 1e-17


def test_a_closed_form_is_looked_for_no_longer_than_it_is_worth() -> None:
    start = time.process_time()
    envelope_of(beta(Rational(7, 10), Rational(3)))
    assert time.process_time() - start < 12
