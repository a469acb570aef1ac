"""One time scale, read from a gate, a weight or a rate; the window it gives; what it costs."""

from __future__ import annotations

import math

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational, S, exp, log, pi, simplify, sqrt, tanh

from longlag.theory import LonglagError
from longlag.theory.bridges.time_scale import (
    forgotten_share,
    kept_share,
    late_size,
    late_weight,
    late_weights,
    level,
    needed_time_scale,
    reach,
    silent_exit,
    silent_gain,
    silent_resistance,
    steady_curvature,
    steepest_level,
    tau,
    time_scale,
    window_of_time_scale,
)
from longlag.theory.descent.symbols import gain, slope_bound
from longlag.theory.laws import LAWS
from longlag.theory.memory.kernel import rate
from longlag.theory.memory.plateau import late_symbol, length, silent
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import positive
from longlag.theory.window.horizon import solve_horizon
from longlag.theory.window.window import COST, KAPPA, SAMPLES

SCALES = st.floats(0.2, 1e6)
C = LAWS["exponential"].parameters[1]


def test_gate_weight_and_rate_read_one_number() -> None:
    assert time_scale(kept_share()) == tau
    assert time_scale(exp(-rate)) == 1 / rate
    assert simplify(1 - kept_share() - forgotten_share().rewrite(exp)) == 0


@given(SCALES)
def test_a_gate_of_a_time_scale_has_that_time_scale(scale: float) -> None:
    with mpmath.workdps(40):
        gate = evaluate(forgotten_share(), {tau: mpmath.mpf(scale)})
        assert abs(-1 / mpmath.log(1 - gate) / scale - 1) < 1e-30
        # The inverse of a gate is too long by half a step.
        assert scale + 0.5 <= 1 / gate <= scale + 1


@pytest.mark.parametrize("share", [0, 1, -0.5, 1.5, S(2), float("nan")])
def test_what_does_not_fade_has_no_time_scale(share: float) -> None:
    with pytest.raises(LonglagError, match="between 0 and 1"):
        time_scale(share)


@given(SCALES, st.floats(0.1, 10), st.integers(2, 12), st.floats(1, 6))
def test_the_window_is_what_the_solver_finds(
    scale: float, amplitude: float, digits: int, exponent: float
) -> None:
    values = {tau: scale, C: amplitude, SAMPLES: 10**digits, COST: 1e-9, KAPPA: exponent}
    closed = float(evaluate(window_of_time_scale(), values))
    found = solve_horizon(
        LAWS["exponential"],
        {"b": 1 / scale, "c": amplitude},
        samples=10**digits,
        cost=1e-9,
        kappa=exponent,
    )
    assert math.isclose(closed, float(found.horizon), rel_tol=1e-12)


def test_the_needed_time_scale_reaches_its_lag() -> None:
    assert simplify(window_of_time_scale().subs(tau, needed_time_scale()) - reach) == 0
    assert needed_time_scale().subs({COST: 1, C: 1, KAPPA: 2}) == 2 * reach / log(SAMPLES)


@given(st.floats(0.05, 0.9))
def test_the_resistance_of_a_silent_unit_is_what_a_fit_leaves(v: float) -> None:
    # The best a e^{−t} + b t e^{−t} beside e^{−vt}, by the normal equations in many digits.
    with mpmath.workdps(30):
        x = mpmath.mpf(v)
        gram = mpmath.matrix([[1 / mpmath.mpf(2), 1 / mpmath.mpf(4)], [1 / mpmath.mpf(4)] * 2])
        against = mpmath.matrix([1 / (1 + x), 1 / (1 + x) ** 2])
        left = 1 / (2 * x) - (against.T * mpmath.lu_solve(gram, against))[0]
        assert abs(evaluate(silent_resistance(), {silent: x, rate: 1}) / left - 1) < 1e-12
    with mpmath.workdps(15):
        assert silent_resistance().subs(silent, rate) == 0


def test_the_gain_is_the_square_of_the_push_over_the_resistance() -> None:
    pull = late_symbol(silent) * exp(-silent * length)
    assert simplify(silent_gain() * silent_resistance() - pull**2) == 0
    assert simplify(silent_exit() * 4 * length**2 * silent_gain()) == 1
    slope = log(silent_exit()).diff(length).simplify()
    assert simplify(slope - (2 * silent - 2 / length)) == 0


@given(st.floats(0.05, 0.95), st.floats(-0.9, 0.9))
def test_the_curvature_of_a_steady_neuron(r: float, h: float) -> None:
    # u as a function of h is explicit, so that d²h/du² = −u''/u'³.
    u = mpmath.taylor(lambda x: mpmath.atanh(x) - r * x, h, 2)
    expected = -2 * u[2] / u[1] ** 3
    found = evaluate(steady_curvature(), {gain: r, level: h})
    assert abs(found - expected) <= 1e-6 * (1 + abs(expected))


@given(st.floats(0.05, 0.999))
def test_no_level_is_steeper_than_the_steepest(r: float) -> None:
    def steepness(h: float) -> float:
        return abs(float(evaluate(steady_curvature(), {gain: r, level: h})))

    best = float(evaluate(steepest_level(), {gain: r}))
    assert 0 < best < 1
    assert all(steepness(k / 200) <= steepness(best) * (1 + 1e-12) for k in range(1, 200))


def test_what_a_target_holds_of_a_late_input() -> None:
    by_inputs, by_weight = late_weights()
    assert by_inputs == slope_bound * gain**reach
    at_three = slope_bound**2 * gain**2 * 3 * sqrt(2 / pi)
    assert simplify(by_weight.subs(reach, 3) - at_three) == 0
    # Cauchy–Schwarz: no ν that is smaller reaches g, and (a, b)/√(a² + b²) does.
    assert simplify(late_weight / late_size() - sqrt(by_inputs**2 + by_weight**2)) == 0


def test_the_cell_behind_the_curvature_is_tanh() -> None:
    a = positive("a")
    at_zero_gain = steady_curvature().subs({gain: 0, level: tanh(a)})
    assert simplify(at_zero_gain - tanh(a).diff(a, 2)) == 0
    assert steady_curvature().subs({gain: Rational(1, 2), level: 0}) == 0
