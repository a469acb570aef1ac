"""How sharp the bounds ℓ_t and B_t are: what gradient and Hessian of a neuron can reach.

With inputs of two components or more, a large ‖U‖ takes every pre-activation a_t where one wants it
by an input component that is almost 0, and leaves the other at χ. Along that one,
- a_t = a*, where |σ'(a*)| = s₁ is largest and σ''(a*) = 0, gives ∂H_t/∂U = s₁ χ p_t(r), and with
  ∂H_t/∂W = s₁ σ(a*) p_{t−1}(r) the floor of the gradient;
- the same with the last a_t where |σ''| = s₂ is largest gives ∂²H_t/∂U² = s₂ χ² p_t(r)²;
- the first path also gives ∂²H_t/∂W∂U = s₁² χ q_{t−1}(r).
Where σ(0) = 0 and a* = 0, U = 0 does the same for the first and the third, with any inputs of one
sign. Derived here.
"""

from __future__ import annotations

from functools import cache

from sympy import Expr, S, Symbol, powsimp, simplify, sqrt

from longlag.theory.descent import model
from longlag.theory.descent.smoothness import Regime, geometric_sum, hessian_bound, weighted_sum
from longlag.theory.descent.symbols import (
    alpha_ball,
    curvature_bound,
    gain,
    input_bound,
    slope_bound,
    step,
    value_bound,
)
from longlag.theory.notation import SymbolTable

#: |σ(a*)|, the value where the slope is largest.
value_at_steepest = SymbolTable("descent").add(
    "s_*", r"$|\sigma(a_*)|$, the value where the slope is largest", nonnegative=True
)


def gradient_floor(value: Expr = value_at_steepest) -> Expr:
    """Return s₁ √(χ² p_t² + σ(a*)² p_{t−1}²) ≤ sup ‖∇H_t‖, for r ≠ 1.

    With s₀ in place of |σ(a*)| it is an upper bound, a little below ℓ_t: H_0 = 0, so that the
    gradient by W starts a step later.

    Args:
        value: |σ(a*)| for the floor, s₀ for the upper bound.
    """
    now = geometric_sum().closed
    before = now.subs(step, step - 1)
    return slope_bound * sqrt((input_bound * now) ** 2 + (value * before) ** 2)


def bent_floor() -> Expr:
    """Return s₂ χ² p_t² ≤ sup ‖∇²H_t‖, the second derivative by U, for r ≠ 1."""
    return curvature_bound * (input_bound * geometric_sum().closed) ** 2


def mixed_floor() -> Expr:
    """Return s₁² χ q_{t−1} ≤ sup ‖∇²H_t‖, the second derivative by W and U, for r ≠ 1."""
    return slope_bound**2 * input_bound * weighted_sum().closed.subs(step, step - 1)


def largest_ratio() -> Expr:
    """Return √(1 + s₀²/χ²), by which ℓ_t can exceed the largest gradient, whatever r and t are."""
    return sqrt(1 + value_bound**2 / input_bound**2)


@cache
def hessian_ratio() -> Expr:
    """Return the limit as t → ∞ of B_t over its floor s₂χ²p_t², above the cutoff.

    >>> hessian_ratio()
    r*(chi**2 + s_0**2)/(chi**2*(r - 1))
    """
    leader = hessian_bound().growth(Regime.ABOVE)
    floor = curvature_bound * (input_bound * geometric_sum().growth(Regime.ABOVE)) ** 2
    return simplify(powsimp(leader / floor))


def gradient_path(steps: int) -> tuple[Expr, Expr]:
    """Return ∂H_t/∂W and ∂H_t/∂U along a_t = a*, by the recursions derived from the update.

    Args:
        steps: t ≥ 1; the result is over W = α_m, with r not put in.

    >>> gradient_path(1)
    (0, chi*s_1)
    """
    derived = model.recursion().gradient
    by_weight: Expr = S.Zero
    by_input: Expr = S.Zero
    for t in range(steps):
        known = _at_steepest(t)
        by_weight, by_input = (
            derived["W"].xreplace(known | {model.gradient_w: by_weight}),
            derived["U"].xreplace(known | {model.gradient_j: by_input}),
        )
    return by_weight, by_input


def bent_path(steps: int) -> Expr:
    """Return ∂²H_t/∂U² where a_t is the point of largest curvature after t − 1 steps at a*.

    Args:
        steps: t ≥ 1.

    >>> bent_path(1)
    chi**2*s_2
    """
    _, by_input = gradient_path(steps - 1)
    known = _at_steepest(steps - 1) | {
        model.curvature: curvature_bound,
        model.gradient_j: by_input,
        model.gradient_k: by_input,
        model.input_k: input_bound,
        # σ''(a*) = 0 keeps it 0 so far.
        model.hessian_jk: S.Zero,
    }
    return model.recursion().hessian["UU"].xreplace(known)


def mixed_path(steps: int) -> Expr:
    """Return ∂²H_t/∂W∂U along a_t = a*.

    Args:
        steps: t ≥ 1.
    """
    found: Expr = S.Zero
    for t in range(steps):
        by_weight, by_input = gradient_path(t)
        known = _at_steepest(t) | {
            model.curvature: S.Zero,
            model.gradient_w: by_weight,
            model.gradient_j: by_input,
            model.hessian_wj: found,
        }
        found = model.recursion().hessian["WU"].xreplace(known)
    return found


def _at_steepest(before: int) -> dict[Symbol, Expr]:
    """A step at a*, after ``before`` others."""
    return {
        model.slope: slope_bound,
        model.weight: alpha_ball,
        model.input_j: input_bound,
        model.previous: value_at_steepest if before else S.Zero,
    }


def with_gain(expression: Expr) -> Expr:
    """Write r = α_m s₁ into a path, through α_m = r/s₁."""
    return expression.subs(alpha_ball, gain / slope_bound)
