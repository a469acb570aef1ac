"""The bound of products along trajectories: slopes enclosed over a ball about every neuron's start.

For every neuron and sequence, a midpoint and a half-width enclose a_t over all W and U within reach
of the neuron's own, and |σ'| and |σ''| over that interval come from the activation's envelope. A
half-width of 0 gives the slopes on the trajectory itself. Derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.codegen.scalar import generate_scalar
from longlag.numerics.descent.network import DiagonalNetwork
from longlag.numerics.descent.neuron import neuron_functions
from longlag.numerics.descent.slopes import SLACK, envelope
from longlag.theory.descent import saturation as theory
from longlag.theory.descent.convergence import gradient_drift, linearisation_error
from longlag.theory.descent.symbols import alpha_ball, hessian_ball, radius, width
from longlag.theory.errors import LonglagError


@dataclass(frozen=True, eq=False)
class SaturationBound:
    """What gradient and Hessian of every neuron stay below for every sequence.

    Args:
        slope: S_t ≥ |σ'(a_t)|.
        curvature: C_t ≥ |σ''(a_t)|.
        gradient: g_t ≥ ‖∇H_t‖.
        hessian: b_t ≥ ‖∇²H_t‖.
    """

    slope: Float[Tensor, "*n T m"]
    curvature: Float[Tensor, "*n T m"]
    gradient: Float[Tensor, "*n T m"]
    hessian: Float[Tensor, "*n T m"]

    @property
    def network_gradient(self) -> Float[Tensor, "*n T"]:
        """√(mean_i g²) ≥ ‖∇F_t‖: the gradient has a block c_i ∇H_t^{(i)}/√m for each neuron."""
        return self.gradient.square().mean(-1).sqrt()

    @property
    def mean_hessian(self) -> Float[Tensor, "*n T"]:
        """b₁ = mean_i b."""
        return self.hessian.mean(-1)

    @property
    def root_mean_square_hessian(self) -> Float[Tensor, "*n T"]:
        """b₂ = √(mean_i b²)."""
        return self.hessian.square().mean(-1).sqrt()

    def linearisation_error(self, rho: float) -> Float[Tensor, "*n T"]:
        """Return b₁ρ²/(2√m) ≥ |F_t(Φ) − F_t(Φ₀) − ⟨∇F_t(Φ₀), Φ − Φ₀⟩|.

        Args:
            rho: ρ, where ‖φ_i − φ_i(0)‖ ≤ ρ/√m for every neuron, within the reach of the bound.
        """
        found: Tensor = _network_functions()[0](self.mean_hessian, rho, self.hessian.shape[-1])
        return found

    def gradient_drift(self, rho: float) -> Float[Tensor, "*n T"]:
        """Return b₂ρ/√m ≥ ‖∇F_t(Φ) − ∇F_t(Φ₀)‖.

        Args:
            rho: ρ, as for the linearisation error.
        """
        found: Tensor = _network_functions()[1](
            self.root_mean_square_hessian, rho, self.hessian.shape[-1]
        )
        return found


def saturation_bound(
    network: DiagonalNetwork,
    inputs: Float[Tensor, "*n T d"],
    *,
    reach_w: float = 0.0,
    reach_u: float = 0.0,
) -> SaturationBound:
    """Return the bound of products for all parameters near those of a network.

    Args:
        network: its parameters are the centres.
        inputs: X_1 … X_T of each sequence, the ones for which the bound holds.
        reach_w: ρ_w/√m, the largest distance of a W_ii from its centre.
        reach_u: ρ_u/√m, the largest distance of a U_i from its centre.

    Returns:
        Bounds for all (W, U) within reach; with reach 0, at the network's own parameters.

    Raises:
        LonglagError: a negative reach, or numbers that are not of double precision.
    """
    if not (0 <= reach_w < float("inf") and 0 <= reach_u < float("inf")):
        raise LonglagError(
            f"reach {reach_w}, {reach_u}", "it is a distance", "give finite numbers >= 0"
        )
    if inputs.dtype != torch.float64 or network.weight.dtype != torch.float64:
        raise LonglagError(
            f"dtype {inputs.dtype}",
            "an enclosure allows for the rounding of double precision",
            "give weights and inputs as float64",
        )
    shape = envelope(network.activation)
    gradient_step, hessian_step = _steps()
    largest_weight = network.weight.abs() + reach_w
    sizes = torch.linalg.vector_norm(inputs, dim=-1)[..., None]
    drives = inputs @ network.input_weight.mT
    # What a drive may be off by, as it is summed from the components of U and X.
    rounding = SLACK * (1 + sizes * torch.linalg.vector_norm(network.input_weight, dim=-1))
    middle = torch.zeros_like(drives[..., 0, :])
    half, gradient, hessian = middle, middle, middle
    steps = []
    for t in range(inputs.shape[-2]):
        norm = torch.hypot(middle.abs() + half, sizes[..., t, :])
        centre = network.weight * middle + drives[..., t, :]
        spread = largest_weight * half + reach_w * middle.abs() + reach_u * sizes[..., t, :]
        if reach_w or reach_u:
            spread = spread + rounding[..., t, :]
        slope, curvature = shape.over(centre, spread)
        hessian = hessian_step(hessian, gradient, slope, curvature, norm, largest_weight)
        gradient = gradient_step(gradient, slope, norm, largest_weight)
        middle, half = shape.values(centre, spread, slope)
        steps.append((slope, curvature, gradient, hessian))
    return SaturationBound(*(torch.stack(found, -2) for found in zip(*steps, strict=True)))


@lru_cache(maxsize=1)
def _steps() -> tuple[Callable[..., Any], Callable[..., Any]]:
    first = [theory.gradient_before, theory.slope_now, theory.norm_now, alpha_ball]
    second = [
        theory.hessian_before,
        theory.gradient_before,
        theory.slope_now,
        theory.curvature_now,
        theory.norm_now,
        alpha_ball,
    ]
    return (
        generate_scalar(theory.saturated_gradient_step(), first, "torch", "gradient_step"),
        generate_scalar(theory.saturated_hessian_step(), second, "torch", "hessian_step"),
    )


@lru_cache(maxsize=1)
def _network_functions() -> tuple[Callable[..., Any], ...]:
    arguments = [hessian_ball, radius, width]
    return tuple(
        generate_scalar(formula, arguments, "torch")
        for formula in (linearisation_error(), gradient_drift())
    )


def growth_exponent(
    network: DiagonalNetwork, inputs: Float[Tensor, "*n T d"], *, skip: int = 0
) -> Float[Tensor, "*n m"]:
    """Return the mean of ln|W σ'(a_t)| over the steps, for every neuron and sequence.

    The products grow like its exponential; ln r is what the worst case takes for it.

    Args:
        network: whose neurons are driven.
        inputs: X_1 … X_T.
        skip: first steps that do not count.
    """
    hidden = network.hidden(inputs)
    before = torch.nn.functional.pad(hidden[..., :-1, :], (0, 0, 1, 0))
    argument = network.weight * before + inputs @ network.input_weight.mT
    slope = neuron_functions(network.activation).slope(argument)
    return (network.weight * slope).abs().log()[..., skip:, :].mean(-2)
