"""The required width suffices, and for projected descent no smaller one does."""

from __future__ import annotations

import math
import time
from typing import Any

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, pi, sqrt, tanh
from sympy.abc import x

from longlag.theory.descent.problem import Problem
from longlag.theory.descent.requirement import requirement
from longlag.theory.descent.scaling import Algorithm
from longlag.theory.descent.smoothness import Regime
from longlag.theory.errors import LonglagError

GIVEN: dict[str, Any] = {
    "steps": 20,
    "samples": 100,
    "dimension": 3,
    "alpha": 0.9,
    "delta": 0.05,
    "epsilon": 0.1,
}

problems = st.builds(
    lambda nu_w, nu_u, extra, **given: Problem(
        nu_w=nu_w, nu_u=nu_u, rho_w=nu_w + extra, rho_u=nu_u, **given
    ),
    steps=st.integers(1, 60),
    samples=st.integers(1, 10**6),
    dimension=st.integers(1, 50),
    alpha=st.floats(0, 1.5),
    delta=st.floats(1e-6, 0.9),
    epsilon=st.floats(1e-4, 0.9),
    nu_w=st.floats(0.1, 3),
    nu_u=st.floats(0.1, 3),
    extra=st.floats(0, 2),
)


def tanh_bounds(alpha_ball: float, steps: int) -> tuple[float, float]:
    """ℓ_T and B_T of tanh by their recursions, in plain floats."""
    gradient = hessian = 0.0
    for _ in range(steps):
        moved = math.sqrt(2) + alpha_ball * gradient
        hessian = 4 / 27**0.5 * moved**2 + 2 * gradient + alpha_ball * hessian
        gradient = moved
    return gradient, hessian


def misfit(problem: Problem, alpha_ball: float, ball: float, width: float) -> float:
    """x at a width, written out anew."""
    steps = int(problem.steps)
    _, hessian = tanh_bounds(alpha_ball, steps)
    at_start, _ = tanh_bounds(float(problem.alpha), steps)
    union = math.log(2 * float(problem.samples) * steps / float(problem.delta))
    finite_width = 2 * float(problem.size) * at_start * math.sqrt(union / width)
    return finite_width + 2.5 * hessian * ball**2 / math.sqrt(width)


@settings(max_examples=15)
@given(problem=problems)
def test_the_required_width_suffices_and_a_smaller_one_does_not(problem: Problem) -> None:
    found = requirement(problem)
    width, ball = float(found.width), float(problem.radius)
    assert width % 2 == 0 or width > 2**53
    at_width = misfit(problem, float(found.alpha_ball), ball, width)
    descended = float(problem.size) ** 2 / float(found.step_size * found.iterations)
    assert descended + 2 * at_width**2 <= float(problem.epsilon) * (1 + 1e-9)
    smaller = 0.999 * width - 2
    if smaller > 0:
        room = float(problem.rho_w) / math.sqrt(smaller)
        below = misfit(problem, float(problem.alpha) + room, ball, smaller)
        assert 2 * below**2 > float(problem.epsilon) / 2


@settings(max_examples=15)
@given(problem=problems)
def test_plain_descent_stays_in_its_ball_at_the_required_width(problem: Problem) -> None:
    found = requirement(problem, "plain")
    width, ball = float(found.width), float(found.radius)
    x_at_width = misfit(problem, float(found.alpha_ball), ball, width)
    size = float(problem.size)
    time = float(found.step_size * found.iterations)
    gradient, _ = tanh_bounds(float(found.alpha_ball), int(problem.steps))
    drift = 2 * gradient * math.sqrt(time * size**2 + 2 * (time * x_at_width) ** 2)
    assert drift <= ball * (1 + 1e-9)
    assert ball >= size * (1 - 1e-12)
    assert size**2 / time + 2 * x_at_width**2 <= float(problem.epsilon) * (1 + 1e-9)
    assert float(found.step_size) <= 1 / (4 * gradient**2) * (1 + 1e-9)


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("steps", [2, 20, 200]),
        ("samples", [10, 10**4, 10**8]),
        ("alpha", [0, 0.9, 1, 1.2]),
        ("epsilon", [0.5, 0.1, 0.01]),
        ("delta", [0.5, 0.1, 1e-9]),
        ("nu_u", [0.5, 1, 2]),
        ("input_bound", [0.5, 1, 3]),
    ],
)
def test_a_harder_problem_needs_more_neurons(
    algorithm: Algorithm, name: str, values: list[Any]
) -> None:
    found = [requirement(Problem(**{**GIVEN, name: value}), algorithm) for value in values]
    widths = [one.width for one in found]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]
    iterations = [one.iterations for one in found]
    # Through the width the iterations depend a little on everything; they never fall by more.
    assert iterations[-1] >= iterations[0] * 0.99


def test_the_dimension_counts_by_the_number_of_parameters_alone() -> None:
    found = [requirement(Problem(**{**GIVEN, "dimension": d})) for d in (1, 9)]
    assert found[0].width == found[1].width
    assert found[1].parameters == 5 * found[0].parameters


def test_plain_descent_needs_more_than_projected() -> None:
    problem = Problem(**GIVEN)
    projected, plain = (requirement(problem, each) for each in Algorithm)
    assert plain.width > 1000 * projected.width
    assert plain.radius > projected.radius


@pytest.mark.parametrize(
    ("alpha", "regime"), [(0, "below"), (0.99, "below"), (1, "at"), (1.001, "above")]
)
def test_the_regime_is_the_side_of_the_cutoff(alpha: float, regime: str) -> None:
    found = requirement(Problem(**{**GIVEN, "alpha": alpha}))
    assert found.regime is Regime(regime)
    assert (found.cutoff is None) == (found.horizon_free is None) == (regime != "below")


@pytest.mark.parametrize(("scale", "regime"), [(1, "below"), (2, "at"), (3, "above")])
def test_the_cutoff_moves_with_the_slope_of_the_activation(scale: int, regime: str) -> None:
    found = Problem(**{**GIVEN, "alpha": 0.5, "activation": tanh(scale * x)})
    assert found.regime is Regime(regime)


def test_the_cutoff_binds_only_bounds_that_hold_at_every_horizon() -> None:
    given = {**GIVEN, "steps": 1, "alpha": 0.9999, "nu_u": 0.001, "nu_w": 0.001}
    found = requirement(Problem(**given, rho_w=0.5, rho_u=0.001))
    assert found.cutoff == pytest.approx((0.5 / 1e-4) ** 2)
    assert found.width < found.cutoff < found.horizon_free
    assert found.gain > 1


@pytest.mark.parametrize(("share", "name"), [(1e-4, "finite width"), (1, "linearisation")])
def test_the_larger_term_binds(share: float, name: str) -> None:
    found = requirement(Problem(**GIVEN, nu_w=share, nu_u=share))
    assert found.binding == name
    widths = {"finite width": found.finite_width, "linearisation": found.linearisation}
    assert found.concentration == found.finite_width, "the old name is kept"
    assert widths[name] == max(widths.values())


@pytest.mark.parametrize("zeros", [10, 31, 60])
@pytest.mark.parametrize("name", ["tanh", "erf"])
def test_close_to_the_cutoff_no_digits_are_lost(zeros: int, name: str) -> None:
    cutoff = 1 if name == "tanh" else sqrt(pi) / 2
    alpha = cutoff * (1 - Rational(1, 10**zeros))
    found = {
        digits: requirement(Problem(**{**GIVEN, "alpha": alpha, "activation": name}), digits=digits)
        for digits in (15, 60)
    }
    few, many = found[15].horizon_free, found[60].horizon_free
    assert abs(few / many - 1) < mpmath.mpf(10) ** -14
    # B ~ 1/(1 − r)³, and ρ_w/√m takes part of the room.
    assert mpmath.log10(many) > 6 * zeros


def test_a_tiny_target_still_needs_a_pair_of_neurons_and_a_step() -> None:
    tiny = Rational(1, 10**20)
    for algorithm in Algorithm:
        found = requirement(Problem(**GIVEN, nu_w=tiny, nu_u=tiny), algorithm)
        assert (found.width, found.iterations) == (2, 1)
    wide = requirement(Problem(**GIVEN, nu_w=tiny, nu_u=tiny, rho_w=1, rho_u=1))
    assert wide.width > 2
    assert wide.iterations == 1


@pytest.mark.parametrize("alpha", [Rational(9, 10), 1, Rational(11, 10)])
def test_gigantic_horizons_take_no_longer(alpha: Any) -> None:
    began = time.monotonic()
    found = requirement(Problem(**{**GIVEN, "alpha": alpha, "steps": 10**400}))
    assert time.monotonic() - began < 15
    assert mpmath.isfinite(mpmath.log(found.width))


@pytest.mark.parametrize("digits", [0, -40, 1.5, "3", 101])
def test_digits_are_checked(digits: Any) -> None:
    with pytest.raises(LonglagError, match="digits"):
        requirement(Problem(**GIVEN), digits=digits)


def test_an_unknown_algorithm_is_told() -> None:
    with pytest.raises(LonglagError, match="choose projected or plain"):
        requirement(Problem(**GIVEN), "Plain")


def test_below_the_cutoff_the_width_is_nearly_free_of_the_horizon() -> None:
    found = {T: requirement(Problem(**{**GIVEN, "steps": T})) for T in (10**3, 10**6, 10**12)}
    widths = [one.width for one in found.values()]
    assert widths[-1] < 1.05 * widths[0]
    assert all(one.width <= one.horizon_free for one in found.values())
    assert found[10**12].iterations == found[10**6].iterations


def test_nothing_overflows_above_the_cutoff() -> None:
    found = requirement(Problem(**{**GIVEN, "alpha": 1.3, "steps": 10**18}))
    # m ~ r^(4T): its logarithm is known although it has 4.6e17 digits.
    assert float(mpmath.log(found.width)) == pytest.approx(4e18 * math.log(1.3), rel=1e-9)
    assert float(mpmath.log(found.iterations)) == pytest.approx(2e18 * math.log(1.3), rel=1e-9)
    assert 0 < found.step_size < mpmath.mpf(10) ** -(10**17)


def test_digits_can_be_asked_for() -> None:
    problem = Problem(**{**GIVEN, "activation": "erf", "alpha": Rational(1, 3)})
    rough, fine = requirement(problem, digits=15), requirement(problem, digits=40)
    assert rough.width == fine.width
    assert abs(rough.gradient / fine.gradient - 1) < mpmath.mpf(10) ** -14


def test_a_ball_without_recurrent_weights_keeps_the_gain() -> None:
    found = requirement(Problem(**GIVEN, nu_w=0, nu_u=1))
    assert found.gain == pytest.approx(0.9)
    assert found.cutoff == 0


REFUSED = {
    "steps": (0, -3, 1.5, "20", 10**401),
    "samples": (0, 2.5),
    "dimension": (0, -1),
    "alpha": (-0.1, math.nan, math.inf),
    "delta": (0, 1, -0.1, 1.5),
    "epsilon": (0, 1, 2),
    "nu_w": (-1,),
    "rho_w": (0.5, -1),
    "rho_u": (0.1,),
    "input_bound": (0, -1),
    "activation": ("softplus", "relu", "tan", "nonsense", x**2, 3),
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values]
)
def test_bad_numbers_are_refused_in_one_line(name: str, value: Any) -> None:
    with pytest.raises(LonglagError) as refused:
        Problem(**{**GIVEN, name: value})
    assert "\n" not in str(refused.value)
    assert refused.value.remedy


def test_a_target_of_size_zero_is_refused() -> None:
    with pytest.raises(LonglagError, match="size 0"):
        Problem(**GIVEN, nu_w=0, nu_u=0)


def test_radii_are_the_sizes_where_they_are_not_given() -> None:
    problem = Problem(**GIVEN, nu_w=1, nu_u=2)
    assert (problem.rho_w, problem.rho_u) == (1, 2)
    assert problem.size == problem.radius == sqrt(5)


def test_the_old_name_of_the_number_of_steps_still_works() -> None:
    numbers = {"samples": 100, "dimension": 3, "alpha": 0.5, "delta": 0.1, "epsilon": 0.1}
    assert Problem(horizon=20, **numbers) == Problem(steps=20, **numbers)
    for both in ({}, {"steps": 20, "horizon": 20}):
        with pytest.raises(LonglagError, match="give steps alone"):
            Problem(**both, **numbers)
