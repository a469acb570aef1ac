"""The rate bound: its proof step by step, its γ, and what it makes of polynomial memory."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational, exp, oo, simplify, sympify

from longlag.theory.errors import LonglagError
from longlag.theory.memory import KERNELS, Kernel, time
from longlag.theory.memory.rate_bound import (
    constant,
    derivative_identity,
    rate_bound,
    weighted_derivatives,
)
from longlag.theory.memory.rate_truncation import (
    balanced_count,
    cut,
    error,
    omega,
    proved_exponent,
    slowest_rate_bound,
    terms,
    truncation_error,
)
from longlag.theory.statement import Level, Relation, Settings
from longlag.theory.verify import verify

SETTINGS = Settings(examples=3)


def exponential(a: float, b: float) -> Kernel:
    return KERNELS["exponential"].at({"a": a, "b": b})


@pytest.mark.parametrize("alpha", [1, 2, 3, 4])
def test_derivatives_by_u_are_derivatives_by_t_with_stirling_numbers(alpha: int) -> None:
    right = derivative_identity(alpha)
    assert verify(right, SETTINGS).level is Level.PROVED
    wrong = Relation(right.kind, right.lhs, 2 * right.rhs, right.domains)
    assert verify(wrong, SETTINGS).level is Level.REFUTED


@pytest.mark.parametrize("alpha", [1, 2, 3, 5])
def test_the_constant_bounds_the_falling_product(alpha: int) -> None:
    c = float(constant(alpha))
    for m in range(alpha, 200):
        assert rate_bound(alpha, m, 1.0) <= c / m**alpha * (1 + 1e-12)
    assert rate_bound(alpha, alpha, 1.0) == pytest.approx(c / alpha**alpha, rel=1e-12)
    assert rate_bound(alpha, alpha - 1, 1.0) == math.inf if alpha > 1 else True


@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0.05, 0.99), st.integers(1, 3))
def test_gamma_of_an_exponential_is_known(a: float, b: float, share: float, alpha: int) -> None:
    # |e^{βt}y^{(k)}|/β^k = (a/b)(b/β)^k e^{−(b−β)t}, largest at t = 0 and k = α+1.
    curve = weighted_derivatives(exponential(a, b), alpha)
    assert curve.rate == pytest.approx(b, rel=1e-6)
    expected = a / b * share ** -(alpha + 1)
    assert curve.gamma(share * b) == pytest.approx(expected, rel=1e-9)
    beta, gamma = curve.best()
    assert beta == pytest.approx(b, rel=1e-4)
    assert gamma == pytest.approx(a / b, rel=1e-4)
    assert curve.gamma(1.01 * b) == math.inf


@given(st.floats(0.1, 10), st.integers(4, 30))
def test_the_derived_bound_does_not_depend_on_the_unit_of_time(scale: float, m: int) -> None:
    kernel = Kernel("hump", time * exp(-time))
    factor = Rational(str(scale))
    faster = Kernel("faster", factor * kernel.rho.subs(time, factor * time))
    (beta, gamma), (other, changed) = (weighted_derivatives(k, 2).best() for k in (kernel, faster))
    # The grid of times is not rescaled.
    assert rate_bound(2, m, changed) == pytest.approx(rate_bound(2, m, gamma), rel=2e-2)
    assert other == pytest.approx(beta * scale, rel=2e-2)


def test_the_best_beta_is_a_minimum() -> None:
    curve = weighted_derivatives(KERNELS["two_parts"], 2)
    for power in (0.0, 1.0):
        beta, gamma = curve.best(power)
        for other in (0.9 * beta, 1.1 * beta):
            assert curve.gamma(other) * other**-power > gamma * beta**-power


def test_a_kernel_that_falls_faster_than_any_exponential_has_a_finite_best_beta() -> None:
    beta, gamma = weighted_derivatives(KERNELS["airy"], 2).best()
    assert 0.1 < beta < 10
    assert math.isfinite(gamma)


def test_polynomial_memory_has_no_gamma() -> None:
    curve = weighted_derivatives(KERNELS["polynomial"].at({"c": 1, "tau": 1, "omega": 3}), 1)
    assert curve.gamma(1e-3) == math.inf
    with pytest.raises(LonglagError, match="does not decay exponentially"):
        curve.best()


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True])
def test_smoothness_is_a_positive_integer(wrong: object) -> None:
    with pytest.raises(LonglagError, match="counts derivatives"):
        constant(wrong)


def test_parameters_need_numbers() -> None:
    with pytest.raises(LonglagError, match=r"kernel\.at"):
        weighted_derivatives(KERNELS["exponential"], 1)


def test_truncation_needs_omega_over_epsilon_to_the_inverse_power() -> None:
    assert simplify(balanced_count() - omega * error ** (-1 / omega)) == 0
    reach, smallest = terms / (1 - omega), (1 - omega) ** (omega - 1) * terms**-omega
    half = {omega: Rational(1, 3), terms: 7}
    at_best = float(truncation_error().subs(half).subs(cut, reach.subs(half)))
    assert at_best == pytest.approx(float(smallest.subs(half)), rel=1e-14)
    for factor in (0.9, 1.1):
        other = truncation_error().subs(half).subs(cut, factor * reach.subs(half))
        assert float(other) > at_best


def test_from_omega_one_on_the_truncation_argument_says_nothing() -> None:
    assert truncation_error().subs(omega, 1).limit(cut, oo) == 1 / terms
    assert truncation_error().subs(omega, 2).limit(cut, oo) == 0


def test_the_proved_exponent_tends_to_that_of_the_argument() -> None:
    for alpha in (1, 2, 5):
        expected = sympify(alpha + 1 + omega) / (alpha * omega)
        assert simplify(proved_exponent(alpha) - expected) == 0
    assert float(proved_exponent(200).subs(omega, Rational(1, 4))) == pytest.approx(4, rel=0.01)


@given(st.floats(0.1, 2), st.floats(1e-3, 0.2), st.floats(0.5, 100))
def test_the_slowest_rate_solves_its_equation(power: float, eps: float, amplitude: float) -> None:
    w = slowest_rate_bound(power, eps, amplitude)
    reach = (2 * eps) ** (-1 / power) - 1
    assert math.log(w) + w * reach == pytest.approx(math.log(amplitude * power / eps), abs=1e-8)


@pytest.mark.parametrize("wrong", [(0, 0.1, 1), (1, 0.5, 1), (1, 0, 1), (1, 0.1, 0)])
def test_no_rate_follows_from_senseless_numbers(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(LonglagError):
        slowest_rate_bound(*wrong)
