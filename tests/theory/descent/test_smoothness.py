"""The bounds on gradient and Hessian are their sums, through the cutoff and at any steps."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integer, Rational, S, limit, simplify, sqrt

from longlag.theory.descent.smoothness import (
    Regime,
    SmoothnessBound,
    geometric_sum,
    gradient_bound,
    gradient_step,
    hessian_bound,
    hessian_step,
    weighted_sum,
)
from longlag.theory.descent.symbols import (
    alpha_ball,
    curvature_bound,
    gain,
    input_bound,
    slope_bound,
    step,
    value_bound,
)
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import evaluate

BOUNDS = {
    "p": geometric_sum(),
    "q": weighted_sum(),
    "gradient": gradient_bound(),
    "hessian": hessian_bound(),
}
TANH = {value_bound: 1, slope_bound: 1, curvature_bound: 4 / (3 * sqrt(3)), input_bound: 1}
#: s₂ (s₀²+χ²) = 6 and 2 s₁² √(s₀²+χ²) = 4, so that everything is rational.
RATIONAL = {
    value_bound: S(3) / 5,
    input_bound: S(4) / 5,
    slope_bound: sqrt(2),
    curvature_bound: S(6),
}


def summed(name: str, steps: int, r: Any) -> Any:
    """By the definition, in the arithmetic of r, with the rational constants."""
    p = [sum((r**k for k in range(n)), 0 * r) for n in range(steps + 1)]
    if name == "p":
        return p[steps]
    if name == "q":
        return sum(((k + 1) * r**k for k in range(steps)), 0 * r)
    if name == "gradient":
        return p[steps]
    return sum((r**k * (6 * p[steps - k] ** 2 + 4 * p[steps - k - 1]) for k in range(steps)), 0 * r)


def numbers(constants: dict[Any, Any]) -> dict[Any, Any]:
    with mpmath.workdps(80):
        return {symbol: evaluate(S(value), {}) for symbol, value in constants.items()}


def scale(name: str) -> Any:
    return sqrt(2) if name == "gradient" else S.One


@pytest.mark.parametrize("name", BOUNDS)
@given(steps=st.integers(1, 12), r=st.fractions(Fraction(1, 9), 3, max_denominator=9))
def test_closed_forms_are_the_sums_in_exact_arithmetic(name: str, steps: int, r: Fraction) -> None:
    bound = BOUNDS[name]
    form = bound.at_cutoff if r == 1 else bound.closed
    inserted = form.subs(RATIONAL).subs({step: steps, gain: Rational(r)})
    expected = summed(name, steps, r)
    exact = Rational(expected.numerator, expected.denominator)
    assert simplify(inserted - scale(name) * exact) == 0


@pytest.mark.parametrize("name", BOUNDS)
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_the_closed_form_tends_to_the_one_at_the_cutoff(name: str, steps: int) -> None:
    bound = BOUNDS[name]
    near = limit(bound.closed.subs(RATIONAL).subs(step, steps), gain, 1)
    assert simplify(near - bound.at_cutoff.subs(RATIONAL).subs(step, steps)) == 0


def test_the_gradient_bound_solves_its_recursion_at_every_step() -> None:
    bound = gradient_bound().closed.subs(gain, alpha_ball * slope_bound)
    assert simplify(gradient_step(bound.subs(step, step - 1)) - bound) == 0
    assert bound.subs(step, 0) == 0
    assert simplify(gradient_step(bound.subs(step, step - 1), 2 * slope_bound) - bound) != 0


def test_the_hessian_bound_solves_its_recursion_at_every_step() -> None:
    gradient, hessian = (
        bound.closed.subs(gain, alpha_ball * slope_bound)
        for bound in (gradient_bound(), hessian_bound())
    )
    before = step - 1
    stepped = hessian_step(hessian.subs(step, before), gradient.subs(step, before))
    assert simplify(stepped - hessian) == 0
    assert simplify(hessian.subs(step, 0)) == 0
    without_cross = stepped - 2 * slope_bound * gradient.subs(step, before)
    assert simplify(without_cross - hessian) != 0


@pytest.mark.parametrize(
    ("alpha", "gradient", "hessian"),
    [(0.5, 2.83, 23.6), (0.9, 12.4, 924), (1, 28.3, 4960), (1.3, 891, 2.6e6)],
)
def test_the_numbers_of_the_page_at_twenty_steps(
    alpha: float, gradient: float, hessian: float
) -> None:
    constants = numbers(TANH)
    assert gradient_bound().value(20, alpha, constants) == pytest.approx(gradient, rel=5e-3)
    assert hessian_bound().value(20, alpha, constants) == pytest.approx(hessian, rel=2e-2)


@pytest.mark.parametrize("name", BOUNDS)
@pytest.mark.parametrize("steps", [1, 2, 7, 40])
@pytest.mark.parametrize("distance", ["0.3", "1e-8", "1e-20", "0", "-1e-20", "-1e-8", "-0.3", "-1"])
def test_values_keep_their_digits_near_the_cutoff(name: str, steps: int, distance: str) -> None:
    constants = numbers(RATIONAL)
    with mpmath.workdps(80):
        r = 1 + mpmath.mpf(distance)
        expected = summed(name, steps, r) * (mpmath.sqrt(2) if name == "gradient" else 1)
    with mpmath.workdps(40):
        found = BOUNDS[name].value(steps, r, constants)
    assert abs(found - expected) <= mpmath.mpf(10) ** -37 * (1 + expected)


@pytest.mark.parametrize("name", BOUNDS)
def test_the_limit_below_the_cutoff_is_reached_from_below(name: str) -> None:
    constants = numbers(RATIONAL)
    far = BOUNDS[name].value(mpmath.inf, 0.9, constants)
    values = [BOUNDS[name].value(steps, 0.9, constants) for steps in (10, 100, 1000, 10**18)]
    assert values == sorted(values)
    assert values[-1] == pytest.approx(far, rel=1e-12)
    assert BOUNDS[name].value(mpmath.inf, 1.1, constants) == mpmath.inf


@pytest.mark.parametrize("name", BOUNDS)
@pytest.mark.parametrize("distance", ["1", "0.3", "1e-8", "1e-20"])
def test_the_limit_keeps_its_digits_near_the_cutoff(name: str, distance: str) -> None:
    constants = numbers(RATIONAL)
    with mpmath.workdps(40):
        r = 1 - mpmath.mpf(distance)
        found = BOUNDS[name].value(mpmath.inf, r, constants)
    with mpmath.workdps(200):
        expected = BOUNDS[name].value(mpmath.inf, r, constants)
    assert abs(found - expected) <= mpmath.mpf(10) ** -38 * expected


@pytest.mark.parametrize("name", BOUNDS)
@pytest.mark.parametrize(("regime", "r"), [("below", "0.8"), ("at", "1"), ("above", "1.25")])
def test_growth_is_the_leading_term(name: str, regime: str, r: str) -> None:
    bound: SmoothnessBound = BOUNDS[name]
    leader = bound.growth(Regime(regime)).subs(RATIONAL).subs(gain, Rational(r))
    constants = numbers(RATIONAL)
    ratios = [
        bound.value(steps, r, constants) / mpmath.mpf(leader.subs(step, Integer(steps)).evalf(20))
        for steps in (100, 1000, 10000)
    ]
    assert abs(ratios[-1] - 1) < 1e-3
    assert abs(ratios[-1] - 1) <= abs(ratios[0] - 1) + 1e-15


@pytest.mark.parametrize(
    ("side", "gains"), [("below", ("1/5", "9/10")), ("at", ("1",)), ("above", ("11/10", "5"))]
)
def test_a_side_of_the_cutoff_is_parametrised_by_how_far_it_is(
    side: str, gains: tuple[str, ...]
) -> None:
    regime = Regime(side)
    over = regime.parametrise(gain)
    for r in map(Rational, gains):
        distance = max(r, 1 / r) - 1
        assert over.subs(dict.fromkeys(over.free_symbols, distance)) == r
    assert simplify(regime.restore(over) - (1 if side == "at" else gain)) == 0


def test_a_longer_past_and_a_larger_gain_only_increase_the_bounds() -> None:
    constants = numbers(RATIONAL)
    for bound in BOUNDS.values():
        values = [bound.value(steps, r, constants) for steps in (3, 9) for r in (0, 0.5, 1, 1.5)]
        assert values[:4] == sorted(values[:4])
        assert values[4:] == sorted(values[4:])
        assert all(late >= early for early, late in zip(values[:4], values[4:], strict=True))


@pytest.mark.parametrize("steps", [0, -1, 1.5, "3", math.nan, -math.inf])
def test_steps_that_do_not_count_are_refused(steps: Any) -> None:
    with pytest.raises(LonglagError, match="steps"):
        gradient_bound().value(steps, 0.9, numbers(TANH))


@pytest.mark.parametrize("r", [-0.5, math.inf, math.nan])
def test_gains_that_are_none_are_refused(r: float) -> None:
    with pytest.raises(LonglagError, match="gain"):
        hessian_bound().value(5, r, numbers(TANH))
