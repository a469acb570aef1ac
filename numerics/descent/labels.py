"""How large a transportation map must be for a network to fit given labels.

Of the maps v with E⟨∇H_T(X^j; φ₀), v(φ₀)⟩ = y_j that of the least mean square is
v = Σ_j a_j ∇H_T(X^j; φ₀) with K a = y and K_jk = E⟨∇H_T(X^j), ∇H_T(X^k)⟩. Its mean square yᵀK⁻¹y
is at most ν² for any bounded map, and its own largest size is a ν that will do. Over random signs
y its mean is tr K⁻¹ ≥ n²/tr K ≥ n/ℓ_T². Derived here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.descent.network import DiagonalNetwork
from longlag.numerics.descent.targets import gaussian_grid
from longlag.theory.descent.activation import Activation
from longlag.theory.errors import LonglagError

#: Sequences × steps × neurons that are held at once.
_HELD = 2**20


@dataclass(frozen=True, eq=False)
class TangentFeatures:
    """The last gradients of the neurons that stand for an infinite network.

    Args:
        gradients: ∇H_T of each sequence and neuron by (W, U), shape (n, m, p).
        shares: with which the neurons stand for (±α, N(0, I)), shape (m,).
    """

    gradients: Float[Tensor, "n m p"]
    shares: Float[Tensor, " m"]

    def gram(self) -> Float[Tensor, "n n"]:
        """Return K_jk = E⟨∇H_T(X^j), ∇H_T(X^k)⟩."""
        return self._weighted @ self._weighted.mT

    @property
    def _weighted(self) -> Tensor:
        return (self.gradients * self.shares.sqrt()[:, None]).flatten(1)

    @cached_property
    def _triangle(self) -> Tensor:
        """R with K = RᵀR, from the features themselves: K squares their condition."""
        triangle: Tensor = torch.linalg.qr(self._weighted.mT, mode="r")[1]
        extreme = triangle.diagonal().abs()
        if not extreme.min() > 1e-12 * extreme.max():
            raise LonglagError(
                f"{len(triangle)} sequences",
                "their gradients must be independent to 12 digits",
                "take fewer sequences, or inputs of more dimensions",
            )
        return triangle

    def first(self, samples: int) -> TangentFeatures:
        """Return those of the first sequences."""
        return TangentFeatures(self.gradients[:samples], self.shares)

    def mean_square_gradient(self) -> float:
        """Return tr K/n, the mean of ‖∇H_T‖² over sequences and neurons."""
        squares = self.gradients.square().sum(2)
        return float((squares @ self.shares).mean())

    def mean_square_size(self) -> float:
        """Return tr K⁻¹, the mean of yᵀK⁻¹y over labels y of random signs."""
        like = {"dtype": self.gradients.dtype, "device": self.gradients.device}
        identity = torch.eye(len(self.gradients), **like)  # type: ignore[call-overload]
        inverse = torch.linalg.solve_triangular(self._triangle, identity, upper=True)
        return float(inverse.square().sum())

    def least_map(self, labels: Float[Tensor, " n"]) -> LeastMap:
        """Return the map of the least mean square that fits labels.

        Args:
            labels: y.
        """
        half = torch.linalg.solve_triangular(self._triangle.mT, labels[:, None], upper=False)
        weights = torch.linalg.solve_triangular(self._triangle, half, upper=True)[:, 0]
        values = torch.einsum("n,nmp->mp", weights, self.gradients)
        found = torch.einsum("nmp,mp,m->n", self.gradients, values, self.shares)
        return LeastMap(
            math.sqrt(float(half.square().sum())),
            float(torch.linalg.vector_norm(values, dim=1).max()),
            float((found - labels).abs().max()),
        )


@dataclass(frozen=True)
class LeastMap:
    """Sizes of the map of the least mean square that fits labels.

    Args:
        root_mean_square: √(yᵀK⁻¹y), at most the ν of any map that fits.
        largest: sup‖v‖, a ν that suffices.
        misfit: max_j |E⟨∇H_T(X^j), v⟩ − y_j|, what rounding leaves.
    """

    root_mean_square: float
    largest: float
    misfit: float


def grid_features(
    activation: Activation, alpha: float, inputs: Float[Tensor, "n T d"], *, spacing: float = 0.25
) -> TangentFeatures:
    """Return the last gradients of neurons on a quadrature grid.

    Args:
        activation: σ.
        alpha: α.
        inputs: X_1 … X_T of each sequence, in one or two dimensions.
        spacing: of the grid, in standard deviations.
    """
    network, shares = gaussian_grid(
        activation, alpha, inputs.shape[-1], spacing, device=inputs.device
    )
    return TangentFeatures(last_gradients(network, inputs), shares)


def sampled_features(network: DiagonalNetwork, inputs: Float[Tensor, "n T d"]) -> TangentFeatures:
    """Return the last gradients of a wide network, whose neurons count alike.

    Args:
        network: at its symmetric start, of which the first half is taken.
        inputs: X_1 … X_T of each sequence, of any dimension.
    """
    half = network.width // 2
    neurons = network.part(slice(0, half))
    shares = network.weight.new_full((half,), 1 / half)
    return TangentFeatures(last_gradients(neurons, inputs), shares)


def last_gradients(
    network: DiagonalNetwork, inputs: Float[Tensor, "n T d"]
) -> Float[Tensor, "n m p"]:
    """Return ∇H_T of each sequence and neuron by (W, U)."""
    chunk = max(1, _HELD // inputs.numel())
    parts = [
        network.part(slice(first, first + chunk)).neuron_gradients(inputs)[:, -1]
        for first in range(0, network.width, chunk)
    ]
    return torch.cat(parts, 1)
