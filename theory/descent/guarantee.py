"""The bounds on gradient descent as numbers at a given width."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mpmath
from sympy import Expr, Symbol, sympify

from longlag.theory.descent import convergence as bounds
from longlag.theory.descent import symbols
from longlag.theory.descent.problem import Problem, check_width
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import evaluate


@dataclass(frozen=True)
class Guarantee:
    """What is known of a network of m neurons on a problem, with probability 1 − δ.

    Args:
        problem: T, n, α, δ, σ, ν and ρ; its ε is not used.
        width: m, even: the symmetric start has neurons in pairs.
        joint_radius: of a ball ‖φ_i − φ_i(0)‖ ≤ ρ/√m, in which |W_ii − W_ii(0)| ≤ ρ/√m too; by
            default the problem's ball, with a radius for W and one for U.
    """

    problem: Problem
    width: int
    joint_radius: float | None = None

    def __post_init__(self) -> None:
        """Refuse a width that no symmetric start has."""
        check_width(self.width)

    @cached_property
    def numbers(self) -> Mapping[Symbol, Any]:
        """ℓ⁰_T, ℓ_T, B_T, x and what they are made of, by symbol, as mpmath's numbers."""
        problem, joint = self.problem, self.joint_radius
        radius, radius_w = (joint, joint) if joint else (problem.radius, problem.rho_w)
        room = evaluate(sympify(radius_w), {}) / mpmath.sqrt(self.width)
        steps = int(problem.steps)
        numbers: dict[Symbol, Any] = {
            **problem.at_start(steps),
            **problem.in_ball(evaluate(problem.alpha, {}) + room, steps),
            symbols.radius: evaluate(sympify(radius), {}),
            symbols.width: self.width,
        }
        return {**numbers, symbols.misfit: evaluate(bounds.misfit_bound(), numbers)}

    def number(self, expression: Expr, **others: Any) -> Any:
        """Return one of the bounds of ``convergence`` as an mpmath number, which does not overflow.

        Args:
            expression: the bound.
            others: ``step_size`` η, ``iterations`` τ, or ``current_risk`` R, where it has them.
        """
        given = {getattr(symbols, name): number for name, number in others.items()}
        return evaluate(expression, {**self.numbers, **given})

    def value(self, expression: Expr, **others: Any) -> float:
        """Return the same as a float."""
        return float(self.number(expression, **others))

    @property
    def finite_width(self) -> float:
        """e_m."""
        return self.value(bounds.finite_width_error())

    @property
    def linearisation(self) -> float:
        """B_T ρ²/(2√m)."""
        return self.value(bounds.linearisation_error())

    @property
    def misfit(self) -> float:
        """x."""
        return self.value(symbols.misfit)

    @property
    def step_size(self) -> float:
        """The largest η that the bounds allow, 1/(4ℓ_T²)."""
        return self.value(bounds.largest_step())


def problem_of(
    *,
    steps: int,
    samples: int,
    dimension: int,
    alpha: float,
    size: tuple[float, float],
    radius: tuple[float, float] | None = None,
    activation: Any = "tanh",
    delta: float = 0.05,
) -> Problem:
    """Return a problem whose risk to reach does not matter.

    Args:
        steps: T.
        samples: n.
        dimension: d.
        alpha: α.
        size: ν_w and ν_u.
        radius: ρ_w and ρ_u; the same as ``size`` by default.
        activation: σ.
        delta: δ.
    """
    rho_w, rho_u = radius or size
    return Problem(
        steps=steps,
        samples=samples,
        dimension=dimension,
        alpha=alpha,
        delta=delta,
        epsilon=0.5,
        activation=activation,
        nu_w=size[0],
        nu_u=size[1],
        rho_w=rho_w,
        rho_u=rho_u,
    )


#: Rounds of the iteration for the drift radius, and how well it settles.
_ROUNDS, _SETTLED = 400, 1e-9


def drift_guarantee(
    problem: Problem, width: int, *, iterations: int, share: float = 1.0
) -> tuple[Guarantee, float, float]:
    """Return the least radius that plain descent cannot leave in τ steps, with its step size.

    ρ = 2ℓ√(ητν² + 2η²τ²x²) with ℓ, x and η ≤ 1/(4ℓ²) at the radius ρ; the iteration from ρ = ν
    rises to its least solution, if there is one.

    Args:
        problem: its radii are not used.
        width: m.
        iterations: τ.
        share: of the largest step size that is taken.

    Returns:
        the guarantee in a ball of that radius, the radius, and η.

    Raises:
        LonglagError: no radius solves the equation, so that nothing is known of so many steps.
    """
    radius = float(evaluate(problem.size, {}))
    for _ in range(_ROUNDS):
        guarantee = Guarantee(problem, width, radius)
        step = share * guarantee.step_size
        found = guarantee.value(bounds.drift_radius(), step_size=step, iterations=iterations)
        if found <= radius * (1 + _SETTLED):
            return guarantee, radius, step
        # A little beyond, so that the iteration ends above the solution and not below it.
        radius = found * (1 + _SETTLED / 2)
        if radius > width:
            break
    raise LonglagError(
        f"{iterations} steps at width {width}",
        "no drift radius solves rho = 2 ell sqrt(eta tau nu^2 + 2 eta^2 tau^2 x^2)",
        "take fewer steps, a smaller target or a larger width",
    )
