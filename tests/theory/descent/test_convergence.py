"""The theorems follow from one step of descent, and the requirements solve them."""

from __future__ import annotations

import pytest
from sympy import Expr, Rational, S, simplify, sqrt

from longlag.theory.descent.convergence import (
    cutoff_width,
    drift_radius,
    finite_width_error,
    gradient_drift,
    largest_step,
    linearisation_error,
    linearisation_width,
    mean_square_error,
    misfit_bound,
    progress,
    progress_bound,
    progress_gap,
    required_iterations,
    required_radius,
    required_width,
    risk_bound,
    width_of_finite_width_error,
)
from longlag.theory.descent.symbols import (
    current_risk,
    delta,
    gradient_ball,
    gradient_start,
    hessian_ball,
    iterations,
    misfit,
    radius,
    risk,
    samples,
    size,
    step_size,
    steps,
    width,
)


def at_requirement(expression: Expr) -> Expr:
    """With the largest step, the required iterations and the required width."""
    inserted = expression.subs({iterations: required_iterations(), step_size: largest_step()})
    return simplify(inserted.subs(misfit, misfit_bound()).subs(width, required_width()))


def test_the_gap_of_one_step_is_a_sum_of_squares() -> None:
    assert simplify(progress_bound() - progress() - progress_gap()) == 0
    # At the largest step the second square has no weight left.
    gap = progress_gap().subs(step_size, largest_step())
    assert simplify(gap - (sqrt(current_risk) - misfit) ** 2 / (2 * gradient_ball**2)) == 0


def test_a_larger_step_can_leave_the_bound_of_one_step() -> None:
    gap = progress_gap().subs({step_size: 2 * largest_step(), misfit: sqrt(current_risk)})
    assert simplify(gap).subs({current_risk: 1, gradient_ball: 1}) < 0


def test_the_sum_over_the_steps_is_the_risk_bound() -> None:
    start = size**2
    summed = (start - iterations * (progress_bound() + step_size * current_risk) * -1) / (
        step_size * iterations
    )
    assert simplify(summed - risk_bound()) == 0


def test_the_requirements_make_the_bound_the_risk_itself() -> None:
    assert at_requirement(risk_bound()) == risk
    halves = [at_requirement(size**2 / (step_size * iterations)), at_requirement(2 * misfit**2)]
    assert halves == [risk / 2, risk / 2]


def test_the_mean_square_requirement_names_neither_samples_nor_horizon() -> None:
    asked = required_width(mean_square=True)
    assert not asked.free_symbols & {samples, steps}
    inserted = misfit_bound(mean_square=True).subs(width, asked)
    numbers = {
        size: 1,
        radius: 1,
        risk: Rational(1, 4),
        gradient_start: 2,
        hessian_ball: 3,
        delta: Rational(1, 20),
    }
    assert abs((2 * inserted**2).subs(numbers).evalf(30) - Rational(1, 8)) < 1e-25


@pytest.mark.parametrize("chance", [Rational(1, 10**9), Rational(1, 20), Rational(9, 10)])
def test_the_mean_square_error_is_below_that_of_the_union_bound(chance: Expr) -> None:
    ratio = mean_square_error() / finite_width_error()
    at_one = ratio.subs({samples: 1, steps: 1, delta: chance})
    assert at_one.evalf() < 1.3
    assert ratio.subs({samples: 10**6, steps: 10, delta: chance}).evalf() < at_one.evalf()


def test_a_wrong_constant_misses_the_risk() -> None:
    fewer = risk_bound().subs(iterations, required_iterations() / 2)
    assert at_requirement(fewer) != risk


def test_the_drift_at_the_requirements_is_the_required_radius() -> None:
    drifted = drift_radius().subs(misfit, sqrt(risk) / 2)
    found = at_requirement(drifted)
    assert simplify(found - 4 * gradient_ball * size**2 / sqrt(risk)) == 0
    numbers = {gradient_ball: S(3), size: S(2), risk: Rational(1, 4)}
    assert required_radius().subs(numbers) == found.subs(numbers)
    small = {gradient_ball: S(1) / 10, size: S(2), risk: S(9)}
    assert required_radius().subs(small) == 2


def test_misfit_is_finite_width_linearisation_and_drift() -> None:
    parts = finite_width_error() + linearisation_error() + 2 * radius * gradient_drift()
    assert simplify(misfit_bound() - parts) == 0
    at_equal = misfit_bound().subs(gradient_start, 0)
    assert simplify(at_equal - Rational(5, 2) * hessian_ball * radius**2 / sqrt(width)) == 0


def test_the_width_is_at_least_that_of_each_term_alone() -> None:
    numbers = {size: 1, radius: 1, risk: Rational(1, 4), gradient_start: 2, hessian_ball: 3}
    whole, first, second = (
        expression.subs(numbers)
        for expression in (required_width(), width_of_finite_width_error(), linearisation_width())
    )
    assert simplify(whole - (sqrt(first) + sqrt(second)) ** 2) == 0
    assert whole != first + second


@pytest.mark.parametrize(("alpha", "slope"), [(Rational(9, 10), S(1)), (S(3), Rational(1, 4))])
def test_beyond_the_cutoff_width_the_gain_is_below_one(alpha: Expr, slope: Expr) -> None:
    bound = cutoff_width(alpha, slope, S(2))
    gains = [(alpha + 2 / sqrt(m)) * slope for m in (bound / 2, bound, 2 * bound)]
    assert gains[0] > 1 == simplify(gains[1]) > gains[2]
