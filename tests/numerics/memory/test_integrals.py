"""Mass, energy and distances of memory kernels against closed forms and mpmath."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integer, Symbol, cosh, exp, log, sin, sqrt

from longlag.numerics.memory import integrals
from longlag.numerics.memory.integrals import energy, l1_distance, l2_distance, mass
from longlag.numerics.memory.oscillation import _missing, cutoff
from longlag.theory.errors import LonglagError
from longlag.theory.memory import KERNELS, Kernel, time

positive = st.floats(0.05, 20)
EXPONENTIAL = KERNELS["exponential"].at({"a": 1, "b": 2})


@given(positive, st.floats(0.02, 5), st.floats(0.01, 100))
def test_polynomial_memory_has_the_mass_of_its_closed_form(
    c: float, omega: float, tau: float
) -> None:
    kernel = KERNELS["polynomial"].at({"c": c, "omega": omega, "tau": tau})
    assert mass(kernel) == pytest.approx(c * tau / omega, rel=1e-11)
    assert energy(kernel) == pytest.approx(c * c * tau / (1 + 2 * omega), rel=1e-11)


@given(positive, positive)
def test_one_exponential_has_mass_a_over_b(a: float, b: float) -> None:
    kernel = KERNELS["exponential"].at({"a": a, "b": b})
    assert mass(kernel) == pytest.approx(a / b, rel=1e-12)
    assert energy(kernel) == pytest.approx(a * a / (2 * b), rel=1e-12)


def test_the_mass_of_an_oscillating_kernel_is_split_at_its_zeros() -> None:
    zeros = sorted(6 + mpmath.airyaizero(i) for i in (1, 2, 3))
    expected = mpmath.quad(lambda t: abs(mpmath.airyai(t - 6)), [0, *zeros, 6, 10, 20, 40])
    assert mass(KERNELS["airy"]) == pytest.approx(float(expected), rel=1e-12)
    # A signed integral, the wrong version, is far smaller.
    signed = mpmath.quad(lambda t: mpmath.airyai(t - 6), [0, 6, 10, 20, 40])
    assert abs(float(signed)) < 0.6 * mass(KERNELS["airy"])


@pytest.mark.parametrize("omega", [1, 0.1, 0.02, 0.002])
def test_a_late_bump_is_not_missed(omega: float) -> None:
    kernel = KERNELS["delayed"].at({"a": 1, "b": 1, "c": 1, "s": 1, "omega": omega})
    root = math.sqrt(math.pi / 2)
    bump = root * math.erfc(-1 / omega / math.sqrt(2))
    assert mass(kernel) == pytest.approx(1 + bump, rel=1e-11)


@pytest.mark.parametrize(
    ("rho", "expected"),
    [
        (cosh(time) * exp(-2 * time), 2 / 3),
        (exp(-time) / sqrt(time), math.sqrt(math.pi)),
        (time**8 * exp(-time), math.factorial(8)),
        (log(2 + time) / (1 + time) ** 2, 2 * math.log(2)),
        (exp(-1000 * time), 1e-3),
        (Integer(0), 0.0),
    ],
    ids=str,
)
def test_growing_factors_singularities_and_logarithms(rho: sympy.Expr, expected: float) -> None:
    assert mass(Kernel("user", rho)) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(
    "rho", [1 / (1 + time), Integer(1), exp(time), time, 1 / time, sin(time) / (1 + time)], ids=str
)
def test_what_is_not_integrable_is_refused(rho: sympy.Expr) -> None:
    with pytest.raises(LonglagError, match="integral does not"):
        mass(Kernel("user", rho))


def test_a_square_may_be_integrable_where_the_kernel_is_not() -> None:
    assert energy(Kernel("user", 1 / (1 + time))) == pytest.approx(1, rel=1e-12)
    with pytest.raises(LonglagError, match="square of kernel 'user'"):
        energy(Kernel("user", exp(-time) / sqrt(time)))


def test_a_tail_that_is_no_power_law_is_not_guessed() -> None:
    with pytest.raises(LonglagError, match="no power law"):
        mass(Kernel("user", 1 / (2 + time) / log(2 + time) ** 2))


def test_parameters_need_numbers() -> None:
    with pytest.raises(LonglagError, match=r"kernel\.at"):
        mass(Kernel("user", exp(-Symbol("k", positive=True) * time)))


@given(positive, positive)
def test_two_exponentials_differ_by_the_difference_of_their_time_scales(p: float, q: float) -> None:
    kernel = KERNELS["exponential"].at({"a": 1, "b": p})
    assert l1_distance(kernel, [1.0], [q]) == pytest.approx(abs(1 / p - 1 / q), rel=1e-8, abs=1e-12)


@given(positive, positive, positive)
def test_the_l2_distance_is_the_root_of_the_objective(a: float, p: float, q: float) -> None:
    kernel = KERNELS["exponential"].at({"a": 1, "b": p})
    objective = 1 / (2 * p) - 2 * a / (p + q) + a * a / (2 * q)
    found = l2_distance(kernel, [a], [q]) ** 2
    assert found == pytest.approx(objective, rel=1e-10, abs=1e-13)


def test_conjugate_units_are_an_oscillation() -> None:
    kernel = Kernel("wave", exp(-time) * sympy.cos(3 * time))
    pair = np.array([0.5, 0.5]), np.array([1 + 3j, 1 - 3j])
    assert l1_distance(kernel, *pair) < 1e-12
    assert l1_distance(kernel, pair[0], np.array([1 + 2j, 1 - 2j])) > 0.1


@pytest.mark.parametrize("rates", [[0.0], [-1.0], [math.inf], [math.nan], [1.0, 2.0]])
def test_units_that_make_no_finite_integral_are_refused(rates: list[float]) -> None:
    with pytest.raises(LonglagError):
        l1_distance(EXPONENTIAL, [1.0], rates)


def test_without_its_power_law_the_tail_would_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = KERNELS["polynomial"].at({"c": 1, "omega": 0.02, "tau": 1})
    monkeypatch.setattr(integrals, "_power_law", lambda *_: 0.0)
    integrals._mass.cache_clear()
    assert mass(kernel) < 0.95 * 50
    integrals._mass.cache_clear()


def test_what_a_smooth_cutoff_leaves_out_is_integrated_to_rounding() -> None:
    powers = np.array([1.02, 1.5, 3.0, 12.0])
    nodes, weights = np.polynomial.legendre.leggauss(200)
    x = 1.5 + nodes / 2
    between = (weights / 2 * (1 - cutoff(x))) @ x[:, None] ** -powers
    assert np.allclose(
        _missing(powers), between + 2 ** (1 - powers) / (powers - 1), rtol=1e-12, atol=0
    )
