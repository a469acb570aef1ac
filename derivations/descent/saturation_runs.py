"""What the section on saturation compares: neurons in balls, factors gained, required widths."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from longlag.derivations.descent.smoothness_checks import DIMENSION, HORIZON, random_inputs
from longlag.numerics.descent.bounds import bounds
from longlag.numerics.descent.network import DiagonalNetwork, symmetric_start
from longlag.numerics.descent.saturated_width import SaturatedWidth, saturated_width
from longlag.numerics.descent.saturation import SaturationBound, growth_exponent, saturation_bound
from longlag.numerics.descent.smoothness import NeuronDerivatives, neuron_derivatives
from longlag.theory.descent.activation import activation
from longlag.theory.descent.problem import Problem
from longlag.theory.statement import Settings

#: |W| at the start above the cutoff, horizons and reaches ρ/√m over which the gain is shown.
ALPHAS = (1.1, 1.3, 1.5)
HORIZONS = (10, 20, 30, 40)
REACHES = (0.0, 1e-4, 1e-3, 1e-2, 1e-1)
WIDTH, SEQUENCES = 1024, 4


@dataclass(frozen=True, eq=False)
class Ball:
    """A network, neurons moved inside the ball about their start, and the bound there.

    Args:
        label: alpha, reach and activation, for a counterexample.
        network: at its start.
        inputs: one sequence.
        reach: by which W and U of every neuron may move.
        weight: W where the neurons are now.
        input_weight: U where they are now.
        bound: over the ball.
    """

    label: str
    network: DiagonalNetwork
    inputs: Tensor
    reach: float
    weight: Tensor
    input_weight: Tensor
    bound: SaturationBound

    def derivatives(self, *, moved: bool) -> NeuronDerivatives:
        """Return the neurons' derivatives at the start, or where they are now."""
        weight = self.weight if moved else self.network.weight
        input_weight = self.input_weight if moved else self.network.input_weight
        inputs = self.inputs.expand(len(weight), *self.inputs.shape)
        return neuron_derivatives(self.network.activation, weight, input_weight, inputs)

    def neuron_ratios(self) -> dict[str, float]:
        """Return the largest gradient and Hessian of a neuron as shares of their bounds."""
        found = self.derivatives(moved=True)
        return {
            "gradient": float((found.gradient_norm / self.bound.gradient.mT).amax()),
            "Hessian": float((found.hessian_norm / self.bound.hessian.mT).amax()),
        }

    def network_ratios(self) -> dict[str, float]:
        """Return gradient, linearisation error and drift of the network as shares of bounds."""
        m = self.network.width
        start, now = self.derivatives(moved=False), self.derivatives(moved=True)
        rho = math.sqrt(2 * m) * self.reach
        step_w, step_u = self.weight - self.network.weight, self.input_weight
        moved = torch.cat((step_w[:, None], step_u - self.network.input_weight), -1)
        gradient = now.gradient.square().sum((0, -1)).div(m).sqrt()
        drift = (now.gradient - start.gradient).square().sum((0, -1)).div(m).sqrt()
        linear = (start.gradient * moved[:, None]).sum(-1)
        # Over all signs c_i, which the bound does not know.
        remainder = (now.value - start.value - linear).abs().sum(0) / math.sqrt(m)
        return {
            "gradient": float((gradient / self.bound.network_gradient).amax()),
            "linearisation": float((remainder / self.bound.linearisation_error(rho)).amax()),
            "drift": float((drift / self.bound.gradient_drift(rho)).amax()),
        }


def balls(settings: Settings, *, reach_share: float = 1.0) -> Iterator[Ball]:
    """Yield networks with neurons moved to the edge of balls of several sizes.

    Args:
        settings: examples and the seed.
        reach_share: of the reach for which the bound is worked out; below 1 it is wrong.
    """
    generator = torch.Generator().manual_seed(settings.seed)
    for _ in range(settings.examples):
        for name, alpha, reach in (
            ("tanh", 1.5, 1e-3),
            ("tanh", 1.1, 0.1),
            ("sin", 0.9, 0.03),
            ("erf", 1.2, 0.01),
        ):
            network = symmetric_start(
                activation(name), width=128, dimension=DIMENSION, alpha=alpha, generator=generator
            )
            inputs = random_inputs(generator, 1, HORIZON)[0]
            turn = torch.randn(network.width, 1 + DIMENSION, generator=generator).double()
            by_input = turn[:, 1:] / torch.linalg.vector_norm(turn[:, 1:], dim=-1, keepdim=True)
            near = reach_share * reach
            yield Ball(
                f"alpha = {alpha:g}, reach {reach:g}, {name}",
                network,
                inputs,
                reach,
                network.weight + reach * turn[:, 0].sign(),
                network.input_weight + reach * by_input,
                saturation_bound(network, inputs, reach_w=near, reach_u=near),
            )


@dataclass(frozen=True)
class Gain:
    """By what factors the bound of products is below the worst case, after T steps.

    Args:
        gradient: ℓ_T over √(mean g_T²), which bounds the network's gradient.
        largest_gradient: ℓ_T over the largest g_T of a neuron.
        median_gradient: ℓ_T over the median of g_T.
        hessian: B_T over the mean of b_T.
        largest_hessian: B_T over the largest b_T of a neuron.
    """

    gradient: float
    largest_gradient: float
    median_gradient: float
    hessian: float
    largest_hessian: float


@lru_cache(maxsize=256)
def gained(alpha: float, steps: int, reach: float, seed: int = 0) -> Gain:
    """Return the factors gained for neurons at the symmetric start and random unit inputs.

    Args:
        alpha: |W| at the start.
        steps: T.
        reach: ρ/√m, by which W and U may move.
        seed: of neurons and inputs.
    """
    network, inputs = driven(alpha, steps, seed)
    found = saturation_bound(network, inputs, reach_w=reach, reach_u=reach)
    worst = bounds(network.activation, alpha + reach, steps)
    gradient, hessian = found.gradient[:, -1], found.hessian[:, -1]
    ell, b = worst.gradient[-1], worst.hessian[-1]
    return Gain(
        float(ell / found.network_gradient[:, -1].square().mean().sqrt()),
        float(ell / gradient.amax()),
        float(ell / gradient.median()),
        float(b / hessian.mean()),
        float(b / hessian.amax()),
    )


@lru_cache(maxsize=16)
def driven(alpha: float, steps: int, seed: int) -> tuple[DiagonalNetwork, Tensor]:
    """Return neurons of the symmetric start, each once, and random unit inputs.

    Args:
        alpha: |W|.
        steps: T.
        seed: of both.
    """
    generator = torch.Generator().manual_seed(seed)
    network = symmetric_start(
        activation("tanh"), width=2 * WIDTH, dimension=DIMENSION, alpha=alpha, generator=generator
    )
    # The second half copies the first.
    return network.part(slice(0, WIDTH)), random_inputs(generator, SEQUENCES, steps)


@lru_cache(maxsize=16)
def exponents(alpha: float, seed: int = 0) -> Tensor:
    """Return the mean of ln|W σ'(a_t)| of every neuron and sequence through 200 driven steps.

    Args:
        alpha: |W|.
        seed: of neurons and inputs.
    """
    return growth_exponent(*driven(alpha, 200, seed), skip=20)


@lru_cache(maxsize=16)
def widths(alpha: float, seed: int = 0) -> SaturatedWidth:
    """Return required widths at T = 20, n = 4, d = 3, δ = ε = .1 and ν = ρ of 1 and 1."""
    problem = Problem(
        steps=HORIZON, samples=SEQUENCES, dimension=DIMENSION, alpha=alpha, delta=0.1, epsilon=0.1
    )
    return saturated_width(*driven(alpha, HORIZON, seed), problem)
