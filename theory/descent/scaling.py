"""How the required width and iterations grow in T, n, d, δ, ε and ν, derived from the bounds.

Each requirement is written in one variable that goes to infinity, and its leading term is taken;
for T the bounds on gradient and Hessian are first replaced by their own leading terms on the given
side of the cutoff. Derived here; arXiv 2402.12241 states the growth in T, n and d.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sympy import Expr, Symbol, simplify, sqrt

from longlag.theory.descent.convergence import required_iterations, required_radius, required_width
from longlag.theory.descent.smoothness import Regime, gradient_bound, hessian_bound
from longlag.theory.descent.symbols import (
    delta,
    dimension,
    gradient_ball,
    gradient_start,
    hessian_ball,
    input_bound,
    radius,
    risk,
    samples,
    size,
    step,
    steps,
)
from longlag.theory.errors import LonglagError
from longlag.theory.notation import SymbolTable
from longlag.theory.scalar.leading import leading
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown


class Algorithm(StrEnum):
    """Which gradient descent: projected onto the ball after every step, or plain."""

    PROJECTED = "projected"
    PLAIN = "plain"


_z = SymbolTable("descent").add("z", "what goes to infinity", positive=True)
#: What goes to infinity ↦ the symbols that go with it, over z. Of inputs whose components lie in
#: [−1, 1] the norm is at most χ = √d; where ‖X_t‖ ≤ 1, nothing depends on d.
VARIABLES: Mapping[str, tuple[Expr, Mapping[Symbol, Expr]]] = {
    "T": (steps, {steps: _z}),
    "n": (samples, {samples: _z}),
    "d": (dimension, {input_bound: sqrt(_z)}),
    "1/delta": (1 / delta, {delta: 1 / _z}),
    "1/epsilon": (1 / risk, {risk: 1 / _z}),
    "nu": (size, {size: _z}),
}


@dataclass(frozen=True)
class RequirementGrowth(Shown):
    """Leading terms of what is required as one variable goes to infinity.

    Args:
        width: of m.
        iterations: of τ.
    """

    width: Expr
    iterations: Expr

    def _lines(self) -> list[str]:
        growing = {"m": self.width, r"\tau": self.iterations}
        return [rf"{letter} &\sim {scalar_tex(term)}" for letter, term in growing.items()]


@cache
def requirement_growth(
    variable: str, regime: Regime = Regime.BELOW, algorithm: Algorithm = Algorithm.PROJECTED
) -> RequirementGrowth:
    """Return how m and τ grow in one variable, with ρ = ν and at large width, where r = α s₁.

    Args:
        variable: ``T``, ``n``, ``d`` (of inputs with components in [−1, 1]), ``1/delta``,
            ``1/epsilon`` or ``nu``.
        regime: on which side of the cutoff r is; it matters for T alone.
        algorithm: projected or plain.

    Returns:
        Over the bounds ℓ and B where they do not change with the variable.

    Raises:
        LonglagError: an unknown variable.

    >>> requirement_growth("n").width
    16*ell_0**2*nu**2*log(n)/epsilon
    >>> requirement_growth("T", Regime.AT).iterations
    8*T**2*nu**2*s_1**2*(chi**2 + s_0**2)/epsilon
    """
    if variable not in VARIABLES:
        raise LonglagError(
            f"variable {variable!r}",
            "the growth in it is not derived",
            f"choose one of {', '.join(VARIABLES)}",
        )
    return RequirementGrowth(
        _leading(_in_ball(required_width(), algorithm), variable, regime),
        _leading(required_iterations(), variable, regime),
    )


def _in_ball(requirement: Expr, algorithm: Algorithm) -> Expr:
    ball = size if algorithm is Algorithm.PROJECTED else required_radius()
    return requirement.subs(radius, ball)


def _leading(requirement: Expr, variable: str, regime: Regime) -> Expr:
    shown, inserted = VARIABLES[variable]
    bounds = {
        gradient_start: gradient_bound(),
        gradient_ball: gradient_bound(),
        hessian_ball: hessian_bound(),
    }
    if variable == "T":
        leaders = {symbol: bound.growth(regime) for symbol, bound in bounds.items()}
        requirement = regime.parametrise(requirement.subs(leaders).subs(step, steps))
    elif variable == "d":
        requirement = requirement.subs({s: bound.sum for s, bound in bounds.items()})
    found = leading(requirement.subs(inserted), _z)
    return simplify(regime.restore(found.expression(_z)).subs(_z, shown))
