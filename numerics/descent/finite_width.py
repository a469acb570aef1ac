"""How far a finite network is from its infinite width, and from its linearisation.

The first distance is bounded by e_m = 2νℓ⁰_T √(ln(2nT/δ)/m) with probability 1 − δ over the start,
the second by B_T ρ²/(2√m) in the ball; both are measured here over many starts and widths.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy import stats
from torch import Tensor

from longlag.numerics.descent.network import DiagonalNetwork, symmetric_start
from longlag.numerics.descent.targets import Target, along

#: Sequences × steps × neurons that are held at once.
_HELD = 2**21


def finite_width_errors(
    target: Target,
    inputs: Float[Tensor, "n T d"],
    widths: Sequence[int],
    *,
    neurons: int,
    generator: torch.Generator,
) -> dict[int, Float[Tensor, "starts n T"]]:
    """Return ⟨∇F_t(Φ₀), Φ̄ − Φ₀⟩ − f*_t of as many starts of each width as neurons allow.

    The inner product is the mean of ⟨∇H_t(φ_i), v(φ_i)⟩ over the m/2 independent neurons of a
    start: its other half has the same values, for c_i appears twice.

    Args:
        target: f*.
        inputs: the sequences.
        widths: m, even, each at most twice ``neurons``.
        neurons: the number of independent neurons in all; each width uses all of them.
        generator: of the random numbers.
    """
    exact = target.values(inputs)
    drawn = symmetric_start(
        target.activation,
        width=2 * neurons,
        dimension=inputs.shape[-1],
        alpha=target.alpha,
        generator=generator,
    )
    chunk = max(1, _HELD // exact.numel())
    parts = []
    for first in range(0, neurons, chunk):
        some = drawn.part(slice(first, min(neurons, first + chunk)))
        parts.append(along(some, inputs, *target.transport(some.weight, some.input_weight)))
    values = torch.cat(parts, -1)
    errors = {}
    for width in widths:
        starts = 2 * neurons // width
        blocks = values[..., : starts * width // 2].unflatten(-1, (starts, width // 2))
        errors[width] = torch.movedim(blocks.mean(-1) - exact[..., None], -1, 0)
    return errors


@dataclass(frozen=True)
class Slope:
    """A slope in double logarithmic axes, with an interval of confidence.

    Args:
        value: the slope.
        half_width: of its interval.
    """

    value: float
    half_width: float

    def covers(self, exponent: float) -> bool:
        """Whether an exponent lies in the interval."""
        return abs(self.value - exponent) <= self.half_width


def slope_of_repeats(
    sizes: Sequence[float], values: Float[np.ndarray, "repeats sizes"], *, confidence: float = 0.95
) -> Slope:
    """Return the mean slope of ln values in ln sizes over independent repeats.

    Args:
        sizes: what is varied.
        values: positive, one row for each repeat; points of a row may depend on each other.
        confidence: of the interval.
    """
    logarithms = np.log(np.asarray(sizes, dtype=float))
    centred = logarithms - logarithms.mean()
    slopes = np.log(values) @ centred / (centred @ centred)
    error = slopes.std(ddof=1) / math.sqrt(len(slopes))
    quantile = stats.t.ppf((1 + confidence) / 2, len(slopes) - 1)
    return Slope(float(slopes.mean()), float(quantile * error))


def linearisation_errors(
    network: DiagonalNetwork, moved: DiagonalNetwork, inputs: Float[Tensor, "n T d"]
) -> Float[Tensor, "n T"]:
    """Return F_t(Φ) − F_t(Φ₀) − ⟨∇F_t(Φ₀), Φ − Φ₀⟩.

    Neuron by neuron before the sum, so that the terms of F do not cancel in rounding.

    Args:
        network: at Φ₀.
        moved: at Φ.
        inputs: the sequences.
    """
    change = moved.weight - network.weight, moved.input_weight - network.input_weight
    linear = along(network, inputs, *change)
    remainders = moved.hidden(inputs) - network.hidden(inputs) - linear
    errors: Tensor = remainders @ network.signs / network.width**0.5
    return errors


def moved_randomly(
    network: DiagonalNetwork, radius: tuple[float, float], generator: torch.Generator
) -> DiagonalNetwork:
    """Return the network with every neuron at the edge of its ball, in a random direction.

    Args:
        network: at its start.
        radius: ρ_w and ρ_u.
        generator: of the random numbers.
    """
    shape = network.width, 1 + network.input_weight.shape[1]
    directions = torch.randn(shape, generator=generator, dtype=network.weight.dtype)
    return _moved(network, directions.to(network.weight.device), radius)


def moved_adversely(
    network: DiagonalNetwork, radius: tuple[float, float], sequence: Float[Tensor, "T d"]
) -> DiagonalNetwork:
    """Return the network with every neuron moved so that the last remainders add up.

    Neuron i moves along the eigenvector of ∇²H_T of the largest eigenvalue of c_i ∇²H_T, to the
    edge of its ball.

    Args:
        network: at its start.
        radius: ρ_w and ρ_u.
        sequence: X_1 … X_T.
    """
    eigenvalues, eigenvectors = torch.linalg.eigh(last_hessians(network, sequence))
    signed = network.signs[:, None] * eigenvalues
    chosen = signed.argmax(1)
    directions = eigenvectors.gather(2, chosen[:, None, None].expand(-1, signed.shape[1], 1))
    return _moved(network, directions[..., 0], radius)


def last_hessians(
    network: DiagonalNetwork, sequence: Float[Tensor, "T d"]
) -> Float[Tensor, "m p p"]:
    """Return ∇²H_T of every neuron by (W, U), by automatic differentiation.

    Neurons do not see each other, so that second derivatives of the sum over neurons are theirs.

    Args:
        network: the neurons.
        sequence: X_1 … X_T.
    """
    parameters = torch.cat((network.weight[:, None], network.input_weight), 1).requires_grad_()
    last = network.with_parameters(parameters[:, 0], parameters[:, 1:]).hidden(sequence)[-1]
    (gradient,) = torch.autograd.grad(last.sum(), parameters, create_graph=True)
    rows = [
        torch.autograd.grad(column.sum(), parameters, retain_graph=True)[0]
        for column in gradient.unbind(1)
    ]
    return torch.stack(rows, 1).detach()


def _moved(
    network: DiagonalNetwork, directions: Tensor, radius: tuple[float, float]
) -> DiagonalNetwork:
    """Go along each direction until |δW| = ρ_w/√m or ‖δU‖ = ρ_u/√m."""
    by_weight = directions[:, 0].abs()
    by_input = torch.linalg.vector_norm(directions[:, 1:], dim=1)
    reach = torch.minimum(radius[0] / by_weight, radius[1] / by_input) / network.width**0.5
    change = directions * reach[:, None]
    return network.with_parameters(
        network.weight + change[:, 0], network.input_weight + change[:, 1:]
    )
