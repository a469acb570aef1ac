"""Growth of the requirements is what their numbers do."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
from sympy import Expr, Rational, S, simplify, sqrt

from longlag.theory.descent.convergence import required_iterations, required_radius, required_width
from longlag.theory.descent.scaling import VARIABLES, Algorithm, requirement_growth
from longlag.theory.descent.smoothness import Regime, gradient_bound, hessian_bound
from longlag.theory.descent.symbols import (
    curvature_bound,
    delta,
    dimension,
    gain,
    gradient_ball,
    gradient_start,
    hessian_ball,
    input_bound,
    radius,
    risk,
    samples,
    size,
    slope_bound,
    step,
    steps,
    value_bound,
)
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import evaluate

GAINS = {Regime.BELOW: Rational(4, 5), Regime.AT: S(1), Regime.ABOVE: Rational(5, 4)}
START = {
    steps: S(20),
    samples: S(50),
    delta: Rational(1, 20),
    risk: Rational(1, 10),
    size: S(2),
    input_bound: S(1),
    value_bound: S(1),
    slope_bound: S(1),
    curvature_bound: 4 / (3 * sqrt(3)),
}


def required(
    name: str, factor: int, regime: Regime, algorithm: Algorithm, changed: dict[Any, Any]
) -> tuple[Any, ...]:
    """m, τ and their predicted leading terms with one variable at ``factor``."""
    numbers = START | changed
    for symbol, expression in VARIABLES[name][1].items():
        if symbol in numbers:
            numbers[symbol] = expression.subs(next(iter(expression.free_symbols)), factor)
    constants = {symbol: evaluate(value, {}) for symbol, value in numbers.items()}
    constants[dimension] = mpmath.mpf(factor)
    r = evaluate(GAINS[regime], {})
    constants[gain] = r
    bounds = {
        gradient_ball: gradient_bound(),
        gradient_start: gradient_bound(),
        hessian_ball: hessian_bound(),
    }
    count = int(numbers[steps])
    constants |= {s: bound.value(count, r, constants) for s, bound in bounds.items()}
    ball = size if algorithm is Algorithm.PROJECTED else required_radius()
    growth = requirement_growth(name, regime, algorithm)

    def number(expression: Expr) -> Any:
        return evaluate(expression.subs(radius, ball).doit(), {step: count, **constants})

    return tuple(
        number(e)
        for e in (required_width(), required_iterations(), growth.width, growth.iterations)
    )


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("regime", Regime)
@pytest.mark.parametrize("name", [name for name in VARIABLES if name != "d"])
def test_leading_terms_are_approached(name: str, regime: Regime, algorithm: Algorithm) -> None:
    with mpmath.workdps(30):
        slow = name in ("n", "1/delta") or (name == "T" and regime is Regime.BELOW)
        # Logarithms need a variable far out to be seen; powers of the gain soon are gigantic.
        far = [10**4, 10**8] if name == "T" and not slow else [10**40, 10**4000]
        # Of a tiny target the logarithm in the error at finite width is the larger term early.
        target = {size: Rational(1, 10**6)} if slow else {}
        distances = []
        for factor in far:
            width, iterations, leading_width, leading_iterations = required(
                name, factor, regime, algorithm, target
            )
            distances.append(abs(mpmath.log(width / leading_width)))
            assert abs(iterations / leading_iterations - 1) < 1e-3
        assert distances[1] < 1e-2
        assert distances[1] <= distances[0] + mpmath.mpf(10) ** -25


@pytest.mark.parametrize(("algorithm", "power"), [(Algorithm.PROJECTED, 6), (Algorithm.PLAIN, 10)])
def test_at_the_cutoff_the_width_is_a_power_of_the_horizon(
    algorithm: Algorithm, power: int
) -> None:
    found = requirement_growth("T", Regime.AT, algorithm).width
    assert simplify(found.diff(steps) * steps / found) == power


@pytest.mark.parametrize(("algorithm", "power"), [(Algorithm.PROJECTED, 4), (Algorithm.PLAIN, 8)])
def test_above_the_cutoff_the_width_is_exponential_in_the_horizon(
    algorithm: Algorithm, power: int
) -> None:
    found = requirement_growth("T", Regime.ABOVE, algorithm).width
    assert simplify(found.subs(steps, steps + 1) / found) == gain**power


def test_below_the_cutoff_the_width_still_grows_as_the_logarithm_of_the_horizon() -> None:
    found = requirement_growth("T", Regime.BELOW)
    assert simplify(found.width.diff(steps) * steps).diff(steps) == 0
    assert found.width.has(steps)
    assert not found.iterations.has(steps)


@pytest.mark.parametrize(("algorithm", "power"), [(Algorithm.PROJECTED, 4), (Algorithm.PLAIN, 8)])
def test_the_size_of_the_target_counts_most(algorithm: Algorithm, power: int) -> None:
    found = requirement_growth("nu", Regime.BELOW, algorithm).width
    assert simplify(found.diff(size) * size / found) == power


@pytest.mark.parametrize(("algorithm", "power"), [(Algorithm.PROJECTED, 2), (Algorithm.PLAIN, 4)])
def test_inputs_with_bounded_components_cost_a_power_of_the_dimension(
    algorithm: Algorithm, power: int
) -> None:
    found = requirement_growth("d", Regime.AT, algorithm)
    assert simplify(found.width.doit().diff(dimension) * dimension / found.width.doit()) == power
    assert simplify(found.iterations.diff(dimension) * dimension / found.iterations) == 1


def test_no_theorem_names_the_dimension_where_inputs_have_bounded_norm() -> None:
    for expression in (required_width(), required_iterations(), required_radius()):
        assert dimension not in expression.free_symbols


def test_an_unknown_variable_is_told() -> None:
    with pytest.raises(LonglagError, match=r"'k'.*choose one of T, n, d"):
        requirement_growth("k")
