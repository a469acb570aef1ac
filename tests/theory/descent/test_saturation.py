"""The bound of products solves its recursions and is never above the worst case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational, S, Symbol, expand, simplify, sqrt

from longlag.theory.descent import saturation, worst_case
from longlag.theory.descent.convergence import misfit_bound, required_width
from longlag.theory.descent.smoothness import (
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
    hessian_ball,
    input_bound,
    input_norm,
    slope_bound,
    step,
    value_bound,
)

PARTS = st.fractions(0, 1, max_denominator=20)
BOUNDS = st.fractions(Rational(1, 10), 2, max_denominator=10)


@pytest.mark.parametrize("steps", [1, 2, 3, 6])
def test_sums_of_products_solve_the_recursions(steps: int) -> None:
    gradient, hessian = saturation.unrolled(steps)
    assert expand(saturation.spelled_out(saturation.gradient_products, steps) - gradient) == 0
    assert expand(saturation.spelled_out(saturation.hessian_products, steps) - hessian) == 0
    if steps > 1:
        early = saturation.unrolled(steps - 1)[0]
        assert expand(saturation.spelled_out(saturation.gradient_products, steps) - early) != 0


def test_the_first_step_has_no_past() -> None:
    slope, curvature, norm = (
        f(1) for f in (saturation.slopes, saturation.curvatures, saturation.norms)
    )
    assert saturation.unrolled(1) == (slope * norm, curvature * norm**2)


def test_the_worst_sequences_give_the_steps_of_the_worst_case() -> None:
    before, gradient = Symbol("b", positive=True), Symbol("g", positive=True)
    found = saturation.saturated_gradient_step(gradient, slope_bound, input_norm())
    assert found == gradient_step(gradient)
    found = saturation.saturated_hessian_step(
        before, gradient, slope_bound, curvature_bound, input_norm()
    )
    assert found == hessian_step(before, gradient)


@given(st.lists(st.tuples(PARTS, PARTS, PARTS), min_size=1, max_size=5), BOUNDS, BOUNDS, BOUNDS)
def test_products_are_never_above_the_worst_case(
    parts: list[tuple[object, object, object]], s1: object, s2: object, alpha: object
) -> None:
    numbers = {
        slope_bound: Rational(s1),
        curvature_bound: Rational(s2),
        alpha_ball: Rational(alpha),
        value_bound: Rational(3, 5),
        input_bound: Rational(4, 5),
    }
    gradient, hessian = S.Zero, S.Zero
    for of_slope, of_curvature, of_norm in parts:
        slope = Rational(of_slope) * numbers[slope_bound]
        curvature = Rational(of_curvature) * numbers[curvature_bound]
        norm = Rational(of_norm)
        gradient, hessian = (
            saturation.saturated_gradient_step(gradient, slope, norm).subs(numbers),
            saturation.saturated_hessian_step(hessian, gradient, slope, curvature, norm).subs(
                numbers
            ),
        )
    sums = {step: len(parts), gain: numbers[alpha_ball] * numbers[slope_bound], **numbers}
    for found, bound in ((gradient, gradient_bound()), (hessian, hessian_bound())):
        assert found <= bound.sum.replace(worst_geometric, spelled).subs(sums).doit()


def worst_geometric(part: object) -> bool:
    return getattr(getattr(part, "func", None), "__name__", "") == "p"


def spelled(part: object) -> object:
    from sympy import Sum

    index = Symbol("j", integer=True)
    return Sum(gain**index, (index, 0, part.args[0] - 1))


def test_means_in_place_of_the_worst_hessian() -> None:
    same = {
        saturation.mean_hessian: hessian_ball,
        saturation.root_mean_square_hessian: hessian_ball,
    }
    assert expand(saturation.saturated_misfit().subs(same) - misfit_bound()) == 0
    assert expand(saturation.saturated_width().subs(same) - required_width()) == 0
    half = {saturation.mean_hessian: 0, saturation.root_mean_square_hessian: hessian_ball}
    # Four fifths of 5/2 are the drift of the gradient.
    gap = saturation.saturated_misfit() - misfit_bound().subs(
        hessian_ball, Rational(4, 5) * hessian_ball
    )
    assert expand(gap.subs(half)) == 0


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_paths_without_saturation_reach_the_floors(steps: int) -> None:
    by_weight, by_input = worst_case.gradient_path(steps)
    grown = geometric_sum().closed
    stated = slope_bound * input_bound * grown.subs(step, steps)
    assert simplify(worst_case.with_gain(by_input) - stated) == 0
    norm = worst_case.with_gain(sqrt(by_weight**2 + by_input**2))
    assert simplify(norm**2 - worst_case.gradient_floor().subs(step, steps) ** 2) == 0
    bent = worst_case.with_gain(worst_case.bent_path(steps))
    assert simplify(bent - worst_case.bent_floor().subs(step, steps)) == 0
    mixed = worst_case.with_gain(worst_case.mixed_path(steps))
    weighted = weighted_sum().closed.subs(step, steps - 1)
    assert simplify(mixed - slope_bound**2 * input_bound * weighted) == 0
    assert simplify(bent - worst_case.bent_floor().subs(step, steps + 1)) != 0


@pytest.mark.parametrize("r", [Rational(1, 2), Rational(9, 10), Rational(13, 10), S(2)])
def test_floors_lie_below_bounds_by_at_most_their_ratio(r: Rational) -> None:
    numbers = {slope_bound: 1, curvature_bound: 1, value_bound: 1, input_bound: 2, gain: r}
    for t in (1, 2, 7, 40):
        at = {**numbers, step: t}
        floor = worst_case.gradient_floor(S.Zero).subs(at)
        ceiling = worst_case.gradient_floor(value_bound).subs(at)
        bound = gradient_bound().closed.subs(at)
        assert floor <= ceiling < bound
        assert (floor == ceiling) == (t == 1)
        assert simplify(bound - floor * worst_case.largest_ratio().subs(at)) == 0
    far = {**numbers, step: 400}
    if r > 1:
        ratio = (hessian_bound().closed / worst_case.bent_floor()).subs(far)
        assert abs(float(ratio / worst_case.hessian_ratio().subs(far)) - 1) < 1e-12
