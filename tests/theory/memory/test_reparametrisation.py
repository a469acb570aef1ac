"""Reparametrised rates: stability under perturbation, scale of the gradient, memory functions."""

from __future__ import annotations

import mpmath
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Interval, Rational, S, exp, oo

from longlag.theory import LonglagError
from longlag.theory.memory import KERNELS, Mixture, rate, time
from longlag.theory.memory.memory_function import (
    forgets_at,
    height,
    largest_radius,
    memory_function,
    step_response,
)
from longlag.theory.memory.reparametrisation import (
    REPARAMETRISATIONS,
    Reparametrisation,
    balanced_maps,
    delta,
    discrete_sensitivity,
    multiplier,
    radius,
    theta,
    unit_distance,
    unit_sensitivity,
    white_noise_sensitivity,
)
from longlag.theory.scalar.evaluate import evaluate

NUMBERS = {"a": Rational(3, 2), "b": Rational(7, 10)}
MAPS = {
    name: one.at({str(s): NUMBERS[str(s)] for s in one.domains or {}})
    for name, one in REPARAMETRISATIONS.items()
}
STABLE = [name for name, one in MAPS.items() if one.is_stable]
rates = st.fractions(Rational(1, 20), 20, max_denominator=100).map(lambda q: Rational(str(q)))
shifts = st.floats(-3, 3)
places = st.floats(-6, 6)


def number(expression: sympy.Expr, **at: float) -> float:
    symbols = {"theta": theta, "delta": delta, "beta": radius, "lambda_": multiplier, "w": rate}
    return float(evaluate(expression, {symbols[k]: mpmath.mpf(v) for k, v in at.items()}))


@pytest.mark.parametrize("name", MAPS)
@given(place=places)
def test_the_gradient_scale_is_the_norm_of_the_derivative_of_a_unit(
    name: str, place: float
) -> None:
    one = MAPS[name]
    if name == "direct":
        place = -abs(place) - 0.1
    f = mpmath.mpf(number(one.map, theta=place))
    slope = mpmath.diff(lambda x: evaluate(one.map, {theta: x}), place)
    # In units of the unit's own time, so that one rule serves slow and fast ones.
    norm = mpmath.quad(lambda t: t * mpmath.exp(-t), [0, 1, mpmath.inf]) * abs(slope) / f**2
    scale = number(one.gradient_scale, theta=place)
    assert scale == pytest.approx(float(norm), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("name", MAPS)
@given(value=st.floats(0.01, 1.4))
def test_the_inverse_gives_the_rate_back(name: str, value: float) -> None:
    place = number(MAPS[name].inverse, w=value)
    assert number(MAPS[name].map, theta=place) == pytest.approx(-value, rel=1e-12)


def test_the_scales_have_their_closed_forms() -> None:
    a = next(s for s in REPARAMETRISATIONS["rational"].map.free_symbols if str(s) == "a")
    wanted = {"direct": theta**-2, "exponential": exp(-theta), "rational": 2 * a * abs(theta)}
    for name, scale in wanted.items():
        assert sympy.simplify(REPARAMETRISATIONS[name].gradient_scale - scale) == 0
    # A wrong version: the first power of f, as if the loss scaled like the logarithm of the rate.
    one = REPARAMETRISATIONS["exponential"]
    assert sympy.simplify(abs(one.map.diff(theta)) / abs(one.map) - one.gradient_scale) != 0


def test_the_balanced_maps_solve_their_equation() -> None:
    continuous, discrete = balanced_maps()
    assert sympy.simplify(continuous - REPARAMETRISATIONS["rational"].map) == 0
    best = REPARAMETRISATIONS["best"].multiplier
    names = {str(s): s for s in best.free_symbols}
    assert sympy.simplify(discrete - best) == 0
    assert sympy.simplify(discrete - best.subs(names["a"], 2 * names["a"])) != 0


@pytest.mark.parametrize("multiplied", [0.3, 0.9, -0.5, -0.9])
def test_the_discrete_sensitivity_needs_the_absolute_multiplier(multiplied: float) -> None:
    total = sum(k * abs(multiplied) ** (k - 1) for k in range(1, 2000))
    assert number(discrete_sensitivity(), lambda_=abs(multiplied)) == pytest.approx(total)
    # As published, with 1 − λ: right for positive multipliers only.
    published = number(discrete_sensitivity(), lambda_=multiplied)
    assert (published == pytest.approx(total)) == (multiplied > 0)


@pytest.mark.parametrize("name", MAPS)
def test_the_discrete_scale_is_the_norm_of_the_derivative_of_a_discrete_unit(name: str) -> None:
    one = MAPS[name]
    for place in (-2.0, -0.4, 0.3, 0.9):
        if place not in one.domain:
            continue
        value = number(one.multiplier, theta=place)
        slope = mpmath.diff(lambda x: evaluate(one.multiplier, {theta: x}), place)
        total = abs(slope) * sum(k * abs(value) ** (k - 1) for k in range(1, 3000))
        assert number(one.discrete_scale, theta=place) == pytest.approx(float(total), rel=1e-9)


def test_a_sampled_unit_has_the_continuous_scale_over_the_step() -> None:
    step = sympy.Symbol("Delta", positive=True)
    one = MAPS["exponential"]
    sampled = Reparametrisation(
        "sampled", one.map, one.inverse, radius, discrete=1 + step * one.map
    )
    place = {theta: Rational(-3, 2), step: Rational(1, 7)}
    wanted = one.gradient_scale / step
    assert float(sampled.discrete_scale.subs(place)) == pytest.approx(float(wanted.subs(place)))


@given(value=st.floats(-0.95, 0.95))
def test_white_noise_sensitivity_is_the_sum_of_its_series(value: float) -> None:
    total = sum(k**2 * value ** (2 * (k - 1)) for k in range(1, 1500))
    assert number(white_noise_sensitivity(), lambda_=value) == pytest.approx(total, rel=1e-9)


def test_sensitivities_are_the_published_ones() -> None:
    assert unit_sensitivity() == rate**-2
    published = (1 + multiplier**2) / (1 - multiplier**2) ** 3
    assert sympy.simplify(white_noise_sensitivity() - published) == 0
    wrong = (1 + multiplier**2) / (1 - multiplier**2) ** 2
    assert sympy.simplify(white_noise_sensitivity() - wrong) != 0


@given(slow=rates, fast=rates)
def test_two_units_are_as_far_apart_as_their_times(slow: Rational, fast: Rational) -> None:
    slow, fast = min(slow, fast), max(slow, fast)
    assert unit_distance(slow, fast) == 1 / slow - 1 / fast
    with mpmath.workdps(20):
        p, q = mpmath.mpf(slow.p) / slow.q, mpmath.mpf(fast.p) / fast.q
        found = mpmath.quad(
            lambda t: abs(mpmath.exp(-p * t) - mpmath.exp(-q * t)),
            [0, 1 / q, 1 / p, 10 / p, mpmath.inf],
        )
        assert float(found) == pytest.approx(float(1 / slow - 1 / fast), abs=1e-10)


@pytest.mark.parametrize("name", STABLE)
@given(place=places, shift=shifts)
def test_a_stable_map_moves_a_unit_by_no_more_than_its_modulus(
    name: str, place: float, shift: float
) -> None:
    moved = abs(number(MAPS[name].ratio, theta=place, delta=shift) - 1)
    assert moved <= number(MAPS[name].modulus, beta=abs(shift)) * (1 + 1e-12) + 1e-14


@pytest.mark.parametrize("name", STABLE)
@pytest.mark.parametrize("shift", [0.1, 1.0, 2.5])
def test_the_modulus_is_the_supremum_and_no_more(name: str, shift: float) -> None:
    grid = [mpmath.mpf(k) / 50 for k in range(-1000, 1001)]
    ratio = sympy.lambdify((theta, delta), MAPS[name].ratio.rewrite(exp), "mpmath")
    reached = max(abs(ratio(x, s * shift) - 1) for x in grid for s in (-1, 1))
    assert float(reached) == pytest.approx(number(MAPS[name].modulus, beta=shift), rel=1e-3)


def test_the_direct_map_is_not_stable_at_any_radius() -> None:
    one = MAPS["direct"]
    assert not one.is_stable
    for shift in (1e-3, 0.1):
        moved = [number(one.ratio, theta=-shift - gap, delta=shift) for gap in (1e-2, 1e-4, 1e-6)]
        assert moved[0] < moved[1] < moved[2]
        assert moved[2] > 100


def test_bad_maps_are_refused() -> None:
    with pytest.raises(LonglagError, match="eigenvalue is negative"):
        Reparametrisation("growing", exp(theta), rate, radius)
    with pytest.raises(LonglagError, match="theta"):
        Reparametrisation("fixed", S.NegativeOne, rate, radius)
    with pytest.raises(LonglagError):
        REPARAMETRISATIONS["best"].at({"a": 1, "b": Rational(1, 4)})
    with pytest.raises(LonglagError):
        REPARAMETRISATIONS["rational"].at({"a": 1})
    Reparametrisation("half_line", theta, -rate, oo, Interval.open(-oo, 0))


@pytest.mark.parametrize("name", ["exponential", "polynomial", "two_parts", "airy"])
def test_the_memory_function_is_what_a_step_shows(name: str) -> None:
    one = KERNELS[name].at(dict.fromkeys(map(str, KERNELS[name].parameters), 2))
    assert sympy.simplify(memory_function(one) - abs(one.rho)) == 0
    # An impulse, the derivative of the step, would show |ρ'|.
    impulse = step_response(one).diff(time, 2) / height
    assert sympy.simplify(abs(impulse) - memory_function(one)) != 0


@given(values=st.lists(rates, min_size=1, max_size=4, unique=True))
def test_a_mixture_forgets_up_to_its_slowest_rate(values: list[Rational]) -> None:
    mixture = Mixture((1,) * len(values), tuple(values))
    slowest = largest_radius(mixture)
    assert slowest == min(values)
    assert forgets_at(mixture.kernel(), slowest * Rational(9, 10))
    assert not forgets_at(mixture.kernel(), slowest)


def test_polynomial_memory_is_not_fitted_stably_at_any_radius() -> None:
    one = KERNELS["polynomial"].at({"c": 1, "tau": 1, "omega": 1})
    assert not forgets_at(one, Rational(1, 1000))
    assert forgets_at(KERNELS["two_parts"], Rational(99, 100))
    with pytest.raises(LonglagError, match="in numbers"):
        forgets_at(KERNELS["polynomial"], Rational(1, 2))
