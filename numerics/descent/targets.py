"""Targets that wide networks can learn: means of a neuron's gradient along a bounded map.

f*_t(X) = E⟨∇H_t(X; φ₀), v(φ₀)⟩ over φ₀ = (±α, N(0, I)), with |v_w| ≤ ν_w and ‖v_u‖ ≤ ν_u: the
class F_ν of arXiv 2402.12241. The mean is a quadrature, so that errors of finite networks are
measured against the target itself and not against another network.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.descent.network import DiagonalNetwork
from longlag.theory.descent.activation import Activation
from longlag.theory.errors import LonglagError

#: Where the normal density has fallen below 1e-13 of its largest value.
_REACH = 7.75
_FIRST_SPACING, _FINEST_SPACING = {1: 1 / 8, 2: 1 / 4}, {1: 2.0**-12, 2: 2.0**-5}
#: Sequences × steps × neurons that are held at once.
_HELD = 2**21


@dataclass(frozen=True, eq=False)
class TransportMap:
    """A bounded map v of a neuron's parameters: how far each neuron should move, times √m.

    v_w = ν_w cos(⟨k_w, φ⟩ + b_w) and v_u = ν_u cos(⟨k_u, φ⟩ + b_u) e with φ = (W, U).

    Args:
        size_w: ν_w ≥ |v_w|.
        size_u: ν_u ≥ ‖v_u‖.
        frequencies: k_w and k_u, shape (2, 1 + d).
        phases: b_w and b_u, shape (2,).
        direction: the unit vector e, shape (d,).
    """

    size_w: float
    size_u: float
    frequencies: Float[Tensor, "2 p"]
    phases: Float[Tensor, " 2"]
    direction: Float[Tensor, " d"]

    @property
    def size(self) -> float:
        """ν = √(ν_w² + ν_u²)."""
        return math.hypot(self.size_w, self.size_u)

    def __call__(
        self, weight: Float[Tensor, " m"], input_weight: Float[Tensor, "m d"]
    ) -> tuple[Float[Tensor, " m"], Float[Tensor, "m d"]]:
        """Return v_w and v_u at the parameters of m neurons."""
        angles = torch.cat((weight[:, None], input_weight), 1) @ self.frequencies.mT + self.phases
        by_weight, by_input = torch.cos(angles).unbind(1)
        return self.size_w * by_weight, self.size_u * by_input[:, None] * self.direction


def draw_map(
    dimension: int, generator: torch.Generator, *, size_w: float = 1.0, size_u: float = 1.0
) -> TransportMap:
    """Draw a transportation map.

    Args:
        dimension: d of an input.
        generator: of the random numbers.
        size_w: ν_w.
        size_u: ν_u.
    """

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    direction = normal(dimension)
    return TransportMap(
        size_w,
        size_u,
        0.5 * normal(2, 1 + dimension),
        0.5 * normal(2),
        direction / torch.linalg.vector_norm(direction),
    )


@dataclass(frozen=True, eq=False)
class Target:
    """A member of the class F_ν.

    Args:
        activation: σ.
        alpha: α, the size of a recurrent weight at the start.
        transport: v.
    """

    activation: Activation
    alpha: float
    transport: TransportMap

    def values(
        self, inputs: Float[Tensor, "n T d"], *, tolerance: float = 1e-10
    ) -> Float[Tensor, "n T"]:
        """Return f*_1 … f*_T, by the trapezoidal rule over the normal density.

        Its error falls as e^{−2πy/h} with the spacing h and the distance y of the nearest pole of
        the activation, where that of Gauss–Hermite falls with the root of the number of nodes
        only; h is halved until two values agree.

        Args:
            inputs: X_1 … X_T of each sequence, in one or two dimensions.
            tolerance: what two successive values differ by at most, over ν.

        Raises:
            LonglagError: three dimensions or more, or no agreement at the finest spacing.
        """
        dimension = inputs.shape[-1]
        if dimension not in _FIRST_SPACING:
            raise LonglagError(
                f"inputs of dimension {dimension}",
                "the mean is a quadrature over a grid",
                "give inputs of dimension 1 or 2",
            )
        spacing = _FIRST_SPACING[dimension]
        before = self._on_grid(inputs, spacing)
        gap = math.inf
        while spacing > _FINEST_SPACING[dimension]:
            spacing /= 2
            found = self._on_grid(inputs, spacing)
            gap = float((found - before).abs().max())
            if gap <= tolerance * self.transport.size:
                return found
            before = found
        raise LonglagError(
            f"target with alpha = {self.alpha:g} over {inputs.shape[-2]} steps",
            f"two quadratures must agree to {tolerance:g}, and differ by {gap:.2g}",
            "take fewer steps, a smaller alpha, or one dimension",
        )

    def _on_grid(self, inputs: Tensor, spacing: float) -> Tensor:
        network, shares = gaussian_grid(
            self.activation, self.alpha, inputs.shape[-1], spacing, device=inputs.device
        )
        chunk = max(1, _HELD // inputs[..., 0].numel())
        total = inputs.new_zeros(inputs.shape[:-1])
        for first in range(0, network.width, chunk):
            part = slice(first, first + chunk)
            neurons = network.part(part)
            moved = along(neurons, inputs, *self.transport(neurons.weight, neurons.input_weight))
            total += moved @ shares[part]
        return total

    def witness(self, network: DiagonalNetwork) -> DiagonalNetwork:
        """Return the network with Φ̄_i = φ_i + c_i v(φ_i)/√m, whose linearisation is near f*.

        Args:
            network: at its random start.
        """
        by_weight, by_input = self.transport(network.weight, network.input_weight)
        signs = network.signs / network.width**0.5
        return network.with_parameters(
            network.weight + signs * by_weight, network.input_weight + signs[:, None] * by_input
        )


def gaussian_grid(
    activation: Activation,
    alpha: float,
    dimension: int,
    spacing: float,
    *,
    device: torch.device | None = None,
) -> tuple[DiagonalNetwork, Float[Tensor, " m"]]:
    """Return neurons on a grid and the shares with which they stand for (±α, N(0, I)).

    Args:
        activation: σ.
        alpha: α.
        dimension: d, 1 or 2.
        spacing: of the grid.
        device: of the neurons; the processor if left out.
    """
    reach = round(_REACH / spacing)
    points = torch.arange(-reach, reach + 1, device=device).to(torch.float64) * spacing
    axes = torch.meshgrid(*[points] * dimension, indexing="ij")
    nodes = torch.stack([axis.reshape(-1) for axis in axes], 1)
    density = torch.exp(-0.5 * nodes.square().sum(1))
    # Where the density is below what the reach leaves out, in the corners, nothing is lost.
    kept = density > math.exp(-0.5 * _REACH**2)
    nodes, density = nodes[kept], density[kept] * (spacing / math.sqrt(2 * math.pi)) ** dimension
    ones = torch.ones_like(density)
    network = DiagonalNetwork(
        activation, torch.cat((alpha * ones, -alpha * ones)), nodes.repeat(2, 1), ones.repeat(2)
    )
    return network, density.repeat(2) / 2


def along(
    network: DiagonalNetwork,
    inputs: Float[Tensor, "n T d"],
    by_weight: Float[Tensor, " m"],
    by_input: Float[Tensor, "m d"],
) -> Float[Tensor, "n T m"]:
    """Return ⟨∇H_t^{(i)}, v_i⟩ of every neuron.

    Args:
        network: the neurons.
        inputs: X_1 … X_T of each sequence.
        by_weight: v_w of each neuron.
        by_input: v_u of each neuron.
    """

    def hidden(weight: Tensor, input_weight: Tensor) -> Tensor:
        return network.with_parameters(weight, input_weight).hidden(inputs)

    at = (network.weight, network.input_weight)
    moved: Tensor = torch.func.jvp(hidden, at, (by_weight, by_input))[1]
    return moved


def draw_sequences(
    samples: int, steps: int, dimension: int, generator: torch.Generator
) -> Float[Tensor, "n T d"]:
    """Draw sequences of inputs uniformly from the unit ball, ‖X_t‖ ≤ 1.

    Args:
        samples: n.
        steps: T.
        dimension: d.
        generator: of the random numbers.
    """
    shape = samples, steps, dimension
    normal = torch.randn(shape, generator=generator, dtype=torch.float64)
    lengths = torch.rand((*shape[:-1], 1), generator=generator, dtype=torch.float64)
    sphere = normal / torch.linalg.vector_norm(normal, dim=-1, keepdim=True)
    return sphere * lengths ** (1 / dimension)
