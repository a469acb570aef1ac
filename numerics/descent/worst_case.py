"""The largest gradient and Hessian of a neuron that can be found, over parameters and inputs.

With two input components, a large U along the first steers every pre-activation a_t by an input
that is almost 0 there, and leaves the second component at its largest. So the neuron's whole path
is a free choice, and gradient ascent over a_1 … a_T climbs to the worst case. Derived here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.descent.neuron import neuron_functions
from longlag.numerics.descent.smoothness import neuron_derivatives
from longlag.theory.descent.activation import Activation

#: ‖U‖ of a steered neuron: the first input component is of the order of its inverse.
STRENGTH = 1e4
#: Where slope and curvature of an activation are looked for.
_REACH, _SPACING = 80000, 1e-4


@dataclass(frozen=True, eq=False)
class SteeredNeurons:
    """Neurons with inputs ‖X_t‖ = χ that take them through given pre-activations.

    Args:
        weight: W.
        input_weight: U, of two components.
        inputs: X_1 … X_T.
    """

    weight: Float[Tensor, "*n"]
    input_weight: Float[Tensor, "*n 2"]
    inputs: Float[Tensor, "*n T 2"]


@dataclass(frozen=True, eq=False)
class WorstCase:
    """The largest norms found by ascent, one entry for each α_m.

    Args:
        gradient: ‖∇H_T‖.
        hessian: ‖∇²H_T‖.
    """

    gradient: Float[Tensor, " n"]
    hessian: Float[Tensor, " n"]


def steer(
    activation: Activation,
    weight: Float[Tensor, "*n"],
    arguments: Float[Tensor, "*n T"],
    *,
    input_norm: float = 1.0,
) -> SteeredNeurons:
    """Return neurons whose pre-activations are the given ones.

    Args:
        activation: σ.
        weight: W.
        arguments: a_1 … a_T.
        input_norm: χ.
    """
    value = neuron_functions(activation).value
    before = torch.nn.functional.pad(value(arguments[..., :-1]), (1, 0))
    steering = (arguments - weight[..., None] * before) / STRENGTH
    rest = torch.sqrt(input_norm**2 - steering**2)
    input_weight = arguments.new_zeros(*weight.shape, 2)
    input_weight[..., 0] = STRENGTH
    return SteeredNeurons(weight, input_weight, torch.stack((steering, rest), -1))


@lru_cache(maxsize=64)
def steepest(activation: Activation, order: int) -> tuple[float, float]:
    """Return an a at which |σ'| (order 1) or |σ''| (order 2) is largest, and the derivative there.

    Args:
        activation: σ.
        order: 1 or 2.

    >>> from longlag.theory.descent.activation import activation
    >>> steepest(activation("tanh"), 1)
    (0.0, 1.0)
    """
    functions = neuron_functions(activation)
    derivative = functions.slope if order == 1 else functions.curvature
    grid = _SPACING * torch.arange(-_REACH, _REACH + 1, dtype=torch.float64)
    values = derivative(grid)
    best = int(values.abs().argmax())
    return float(grid[best]), float(values[best])


def worst_case(
    activation: Activation,
    alphas: tuple[float, ...],
    steps: int,
    *,
    generator: torch.Generator,
    input_norm: float = 1.0,
    restarts: int = 8,
    ascents: int = 150,
    rate: float = 0.03,
) -> WorstCase:
    """Climb to the largest gradient and Hessian at several α_m.

    Half of the starts stay near the point of largest slope and end at that of the largest
    curvature, where the lower bounds are taken; the others are spread.

    Args:
        activation: σ.
        alphas: the α_m.
        steps: T.
        generator: of the starts.
        input_norm: χ.
        restarts: starts for each α_m.
        ascents: steps of the ascent.
        rate: of ascent.
    """
    top, slope = steepest(activation, 1)
    bend, _ = steepest(activation, 2)
    weight = math.copysign(1.0, slope) * torch.tensor(alphas, dtype=torch.float64)
    weight = weight[:, None].expand(-1, restarts)
    found = []
    for order in (1, 2):
        noise = torch.randn(len(alphas), restarts, steps, generator=generator, dtype=torch.float64)
        spread = torch.logspace(-4, 0, restarts, dtype=torch.float64)[:, None]
        start = top + spread * noise
        if order == 2:
            start[:, : restarts // 2, -1] = bend
        path = start.clone().requires_grad_()
        optimiser = torch.optim.Adam([path], lr=rate)
        best = torch.zeros(len(alphas), dtype=torch.float64)
        for _ in range(ascents):
            neurons = steer(activation, weight, path, input_norm=input_norm)
            derivatives = neuron_derivatives(
                activation, neurons.weight, neurons.input_weight, neurons.inputs
            )
            norm = derivatives.gradient_norm if order == 1 else derivatives.hessian_norm
            last = norm[..., -1]
            best = torch.maximum(best, last.detach().amax(-1))
            optimiser.zero_grad()
            (-last.log().sum()).backward()
            optimiser.step()
        found.append(best)
    return WorstCase(*found)
