"""The width that gradient descent needs when the Hessian's bound knows about saturation.

B_T is replaced by means of b_T over neurons drawn at the start, for given inputs, over the ball
that the width leaves to every neuron: b falls as the width grows, so that the condition
m ≥ 4 (2νℓ⁰√ln(2nT/δ) + ρ²b₁/2 + 2ρ²b₂)²/ε holds from its root on. Derived here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.optimize import elementwise
from torch import Tensor

from longlag.numerics.codegen.scalar import generate_scalar
from longlag.numerics.descent.network import DiagonalNetwork
from longlag.numerics.descent.saturation import saturation_bound
from longlag.theory.descent import saturation as theory
from longlag.theory.descent.problem import Problem
from longlag.theory.descent.requirement import requirement
from longlag.theory.descent.symbols import delta, gradient_start, radius, risk, samples, size, steps
from longlag.theory.errors import LonglagError

_ARGUMENTS = [
    theory.mean_hessian,
    theory.root_mean_square_hessian,
    gradient_start,
    size,
    radius,
    risk,
    delta,
    samples,
    steps,
]
#: Of the width, to which its logarithm is searched.
_ACCURACY = 1e-3


@dataclass(frozen=True)
class SaturatedWidth:
    """Widths for which projected descent reaches ε, with means over neurons in place of B_T.

    The means are estimated from the neurons that were drawn; rare neurons that stay unsaturated
    weigh more at larger widths.

    Args:
        width: m.
        linearisation: the width that linearisation and drift alone would need.
        worst_case: m with B_T.
        worst_linearisation: the width that linearisation and drift alone would need with B_T.
        mean_hessian: b₁ at the width, the largest over sequences and steps.
        root_mean_square_hessian: b₂ there.
    """

    width: float
    linearisation: float
    worst_case: float
    worst_linearisation: float
    mean_hessian: float
    root_mean_square_hessian: float


def saturated_width(
    network: DiagonalNetwork, inputs: Float[Tensor, "n T d"], problem: Problem
) -> SaturatedWidth:
    """Return the width that projected descent needs on given inputs.

    Args:
        network: neurons drawn at the start; their number does not matter.
        inputs: the samples.
        problem: what is to be learnt.

    Raises:
        LonglagError: inputs that are not those of the problem.
    """
    shape = (int(problem.samples), int(problem.steps), int(problem.dimension))
    if tuple(inputs.shape) != shape:
        raise LonglagError(
            f"inputs of shape {tuple(inputs.shape)}",
            f"the problem has n, T, d = {shape}",
            "give the samples of the problem",
        )
    found = requirement(problem)
    worst, worst_linear = float(found.width), float(found.linearisation)
    reach_w, reach_u = float(problem.rho_w), float(problem.rho_u)
    start = float(found.gradient_at_start)

    def means(m: float) -> tuple[float, float]:
        root = math.sqrt(m)
        bound = saturation_bound(network, inputs, reach_w=reach_w / root, reach_u=reach_u / root)
        return float(bound.mean_hessian.max()), float(bound.root_mean_square_hessian.max())

    def needed(m: float, gradient: float) -> float:
        radii = float(problem.size), float(problem.radius)
        numbers = (float(problem.epsilon), float(problem.delta), *shape[:2])
        return float(_formula()(*means(m), gradient, *radii, *numbers))

    width = _root(lambda m: needed(m, start), worst)
    linear = _root(lambda m: needed(m, 0.0), worst_linear)
    return SaturatedWidth(width, linear, worst, worst_linear, *means(width))


def _root(needed: Callable[[float], float], largest: float) -> float:
    """The least m ≥ needed(m), where the right side falls with m and is enough at the largest."""

    @np.vectorize
    def spare(log_width: float) -> float:
        return log_width - math.log(needed(math.exp(log_width)))

    ends = math.log(needed(largest)), math.log(largest)
    if spare(ends[0]) >= 0:
        return math.exp(ends[0])
    found = elementwise.find_root(spare, ends, tolerances={"xatol": _ACCURACY})
    # The end of the bracket at which the width suffices.
    enough = found.x if found.f_x >= 0 else found.bracket[1]
    return math.exp(float(enough))


@lru_cache(maxsize=1)
def _formula() -> Callable[..., Any]:
    return generate_scalar(theory.saturated_width(), _ARGUMENTS, "numpy", "saturated_width")
