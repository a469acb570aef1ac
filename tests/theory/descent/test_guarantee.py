"""Bounds at a given width are those from which the width was required."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest

from longlag.theory.descent import Problem, requirement
from longlag.theory.descent.convergence import (
    drift_radius,
    largest_step,
    required_iterations,
    risk_bound,
)
from longlag.theory.descent.guarantee import Guarantee, drift_guarantee
from longlag.theory.errors import LonglagError

GIVEN: dict[str, Any] = {"steps": 12, "samples": 50, "dimension": 2, "delta": 0.05, "epsilon": 0.2}


@pytest.mark.parametrize("alpha", [0.5, 1, 1.2])
def test_at_the_required_width_the_bound_is_the_risk(alpha: float) -> None:
    problem = Problem(**GIVEN, alpha=alpha)
    needed = requirement(problem)
    guarantee = Guarantee(problem, int(needed.width))
    step = guarantee.number(largest_step())
    steps = guarantee.number(required_iterations(), risk=problem.epsilon)
    found = guarantee.value(risk_bound(), step_size=step, iterations=steps)
    assert found == pytest.approx(0.2, rel=1e-4)
    assert found <= 0.2
    assert guarantee.misfit == pytest.approx(
        guarantee.finite_width + 5 * guarantee.linearisation, rel=1e-14
    )
    assert guarantee.step_size == pytest.approx(float(step), rel=1e-14)


def test_what_overflows_a_float_is_a_number_all_the_same() -> None:
    guarantee = Guarantee(Problem(**{**GIVEN, "steps": 10**5}, alpha=1.5), 64)
    found = guarantee.number(risk_bound(), step_size=1, iterations=1)
    assert mpmath.log10(found) > 10**4


@pytest.mark.parametrize("iterations", [1, 10, 100])
def test_the_drift_radius_solves_its_equation(iterations: int) -> None:
    problem = Problem(**GIVEN, alpha=0.5, nu_w=1e-4, nu_u=1e-4)
    guarantee, radius, step = drift_guarantee(problem, 4096, iterations=iterations)
    drift = guarantee.value(drift_radius(), step_size=step, iterations=iterations)
    assert drift <= radius * (1 + 1e-8)
    assert guarantee.joint_radius == radius >= 1e-4


def test_steps_of_which_nothing_is_known_are_told() -> None:
    with pytest.raises(LonglagError, match="take fewer steps"):
        drift_guarantee(Problem(**GIVEN, alpha=1), 64, iterations=1000)


@pytest.mark.parametrize("width", [0, -2, 7, 1001])
def test_a_width_that_no_symmetric_start_has_is_refused(width: int) -> None:
    with pytest.raises(LonglagError, match="in pairs"):
        Guarantee(Problem(**GIVEN, alpha=0.5), width)
