"""Gradient flows fall, leave the ball when an independent integrator says so, and tell why not."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.integrate import solve_ivp, trapezoid
from sympy import Rational

from longlag.numerics.memory.flow import exit_time, gradient_flow
from longlag.numerics.memory.objective import numeric_objective
from longlag.theory.errors import LonglagError
from longlag.theory.memory import KERNELS, Kernel

START = ([0.5, 0.5], [1.05, 0.95])
#: From an integration by Taylor series of the written-out equations in 20 digits.
TAYLOR = {2: 0.194573032720644, 3: 0.349560272954861, 4: 0.67228774733543}


def delayed(length: int) -> Kernel:
    return KERNELS["delayed"].at({"a": 1, "b": 1, "c": 1, "s": 1, "omega": Rational(1, length)})


@pytest.mark.parametrize("length", list(TAYLOR))
def test_the_exit_time_is_that_of_a_taylor_integration(length: int) -> None:
    assert exit_time(delayed(length), *START, 0.3, tolerance=1e-11) == pytest.approx(
        TAYLOR[length], rel=1e-9
    )


def test_the_time_on_the_theory_page_for_three_is_off_by_two_per_cent() -> None:
    assert exit_time(delayed(3), *START, 0.3) == pytest.approx(0.356 * (1 - 0.0181), rel=1e-3)


def test_an_explicit_integrator_of_the_equations_written_out_agrees() -> None:
    length = 8

    def late(w: float) -> tuple[float, float]:
        found = mpmath.sqrt(mpmath.pi / 2) * mpmath.exp(w * w / 2 - length * w)
        found *= mpmath.erfc((w - length) / mpmath.sqrt(2))
        slope = (w - length) * found - mpmath.exp(-(mpmath.mpf(length) ** 2) / 2)
        return float(found), float(slope)

    def velocity(_: float, y: np.ndarray) -> np.ndarray:
        a, w = y[:2], y[2:]
        sums = w[:, None] + w
        r, slope = np.array([late(float(v)) for v in w]).T
        r, slope = r + 1 / (1 + w), slope - 1 / (1 + w) ** 2
        return -np.concatenate(
            [2 * (a / sums).sum(1) - 2 * r, -2 * a * ((a / sums**2).sum(1) + slope)]
        )

    y0 = np.concatenate(START)

    def outside(_: float, y: np.ndarray) -> float:
        return float(np.linalg.norm(y - y0)) - 0.3

    outside.terminal = True  # type: ignore[attr-defined]
    found = solve_ivp(velocity, (0, 100), y0, method="DOP853", rtol=1e-9, events=outside)
    assert exit_time(delayed(length), *START, 0.3) == pytest.approx(found.t[-1], rel=1e-6)


@pytest.mark.parametrize("method", ["LSODA", "BDF", "Radau"])
def test_methods_agree_and_the_loss_falls_as_the_path_says(method: str) -> None:
    flow = gradient_flow(delayed(6), *START, until=1e3, delta=0.3, method=method)
    assert flow.ended == "ball"
    assert flow.end == pytest.approx(2.7665, rel=1e-4)
    assert flow.distances[-1] == pytest.approx(0.3, rel=1e-6)
    assert (np.diff(flow.losses) <= 1e-14).all()
    # dJ/dt = −‖∇J‖²
    objective = numeric_objective(delayed(6))
    speeds = [
        np.sum(np.concatenate(objective.gradient(a, w)) ** 2)
        for a, w in zip(flow.amplitudes, flow.rates, strict=True)
    ]
    lost = trapezoid(speeds, flow.times)
    assert lost == pytest.approx(flow.losses[0] - flow.losses[-1], rel=0.02)


def test_plateaus_are_followed_to_long_memories() -> None:
    assert exit_time(delayed(16), *START, 0.3) == pytest.approx(3.37779e6, rel=1e-4)


def test_a_flow_stops_where_its_loss_has_fallen() -> None:
    flow = gradient_flow(delayed(4), *START, until=1e3, loss_drop=0.3)
    assert flow.ended == "loss"
    assert flow.losses[-1] == pytest.approx(0.7 * flow.losses[0], rel=1e-6)


def test_a_flow_that_stays_inside_has_no_exit() -> None:
    assert exit_time(delayed(8), *START, 0.3, until=1.0) == float("inf")
    assert gradient_flow(delayed(8), *START, until=1.0, delta=0.3).ended == "time"


def test_flows_towards_rates_of_zero_and_overflows_are_told() -> None:
    slow = KERNELS["exponential"].at({"a": 1, "b": Rational(1, 100)})
    with pytest.raises(LonglagError, match="towards 0"):
        gradient_flow(slow, [1.0], [0.5], until=1e6, rates=(0.05, 1e3))
    with pytest.raises(LonglagError, match="overflow"):
        gradient_flow(slow, [1e200], [0.5], until=1.0)
    with pytest.raises(LonglagError, match="rate -1"):
        gradient_flow(slow, [1.0], [-1.0], until=1.0)
    with pytest.raises(LonglagError, match="imaginary"):
        gradient_flow(slow, np.array([1j]), [1.0], until=1.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": -1.0},
        {"delta": 0.0},
        {"delta": float("nan")},
        {"loss_drop": 1.0},
        {"method": "RK45"},
        {"tolerance": 0.0},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(LonglagError):
        gradient_flow(delayed(4), *START, **{"until": 1.0, **wrong})


def test_a_rate_that_starts_near_its_limit_may_rise() -> None:
    kernel = KERNELS["exponential"].at({"a": 1, "b": 1})
    flow = gradient_flow(kernel, [1.0], [1.5e-6], until=1e-3)
    assert flow.ended == "time"
    assert flow.rates[-1, 0] > 2e-6
