"""The network with diagonal recurrence as tensors: its start, its outputs and its derivatives.

H_t = σ(W ⊙ H_{t−1} + U X_t), F_t = m^{−1/2} Σ_i c_i H_t^{(i)}; each function is generated from the
update in ``longlag.theory.descent``. Source: arXiv 2402.12241.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.codegen import Generated
from longlag.numerics.descent.neuron import neuron_functions
from longlag.numerics.generate import generate
from longlag.theory.descent import model
from longlag.theory.descent.activation import Activation
from longlag.theory.descent.problem import check_width
from longlag.theory.errors import LonglagError


@dataclass(frozen=True, eq=False)
class DiagonalNetwork:
    """m neurons that do not see each other.

    Args:
        activation: σ.
        weight: W_ii, shape (m,).
        input_weight: U_i, shape (m, d).
        signs: c_i = ±1, shape (m,).
    """

    activation: Activation
    weight: Float[Tensor, " m"]
    input_weight: Float[Tensor, "m d"]
    signs: Float[Tensor, " m"]

    @property
    def width(self) -> int:
        """The number m of neurons."""
        return self.weight.shape[0]

    def with_parameters(
        self, weight: Float[Tensor, " m"], input_weight: Float[Tensor, "m d"]
    ) -> DiagonalNetwork:
        """Return the network with other weights."""
        return replace(self, weight=weight, input_weight=input_weight)

    def hidden(self, inputs: Float[Tensor, "*n T d"]) -> Float[Tensor, "*n T m"]:
        """Return H_1 … H_T of every neuron.

        Args:
            inputs: X_1 … X_T of each sequence.
        """
        drives = inputs @ self.input_weight.mT
        generated = _generated(self.activation)
        before = torch.zeros_like(drives[..., 0, :])
        values = []
        for drive in drives.unbind(-2):
            before = generated.step({"h": before}, {"U": drive}, {}, {"W": self.weight})["h"]
            values.append(before)
        return torch.stack(values, -2)

    def outputs(self, inputs: Float[Tensor, "*n T d"]) -> Float[Tensor, "*n T"]:
        """Return F_1 … F_T."""
        return self.hidden(inputs) @ self.signs / self.width**0.5

    def neuron_gradients(self, inputs: Float[Tensor, "*n T d"]) -> Float[Tensor, "*n T m p"]:
        """Return ∇H_t of every neuron by (W, U), p = 1 + d, by the derived recursion.

        ∇F_t by the parameters of neuron i is c_i ∇H_t^{(i)}/√m.
        """
        drives = inputs @ self.input_weight.mT
        functions = neuron_functions(self.activation)
        before = torch.zeros_like(drives[..., 0, :])
        gradient = before[..., None].expand(*before.shape, 1 + inputs.shape[-1])
        gradients = []
        for x, drive in zip(inputs.unbind(-2), drives.unbind(-2), strict=True):
            argument = self.weight * before + drive
            slope = functions.slope(argument)
            gradient = functions.gradient_step(
                slope, self.weight, before, x[..., None, :], gradient
            )
            before = functions.value(argument)
            gradients.append(gradient)
        return torch.stack(gradients, -3)

    def part(self, neurons: slice) -> DiagonalNetwork:
        """Return the network of some of the neurons."""
        return replace(
            self,
            weight=self.weight[neurons],
            input_weight=self.input_weight[neurons],
            signs=self.signs[neurons],
        )


def symmetric_start(
    activation: Activation,
    *,
    width: int,
    dimension: int,
    alpha: float,
    generator: torch.Generator,
    dtype: torch.dtype = torch.float64,
) -> DiagonalNetwork:
    """Draw a network whose outputs are 0 whatever the inputs.

    Neurons i ≤ m/2 have W_ii = ±α with equal probability, U_i ~ N(0, I) and c_i = ±1; the other
    half copies them with −c_i. Source: arXiv 2402.12241.

    Args:
        activation: σ.
        width: m, even.
        dimension: d.
        alpha: α ≥ 0.
        generator: of the random numbers.
        dtype: of the weights.

    Raises:
        LonglagError: an odd width, α < 0, or no input.
    """
    check_width(width)
    if not alpha >= 0:
        raise LonglagError(f"alpha {alpha}", "it is a size, 0 or more", "give a number such as 0.9")
    if dimension < 1:
        raise LonglagError(f"dimension {dimension}", "an input has components", "give 1 or more")
    half = width // 2

    def coins() -> Tensor:
        return 2.0 * torch.randint(2, (half,), generator=generator, dtype=dtype) - 1.0

    weight = alpha * coins()
    input_weight = torch.randn(half, dimension, generator=generator, dtype=dtype)
    signs = coins()
    return DiagonalNetwork(
        activation, weight.repeat(2), input_weight.repeat(2, 1), torch.cat((signs, -signs))
    )


@lru_cache(maxsize=32)
def _generated(activation: Activation) -> Generated:
    return generate(model.diagonal_cell(activation), "torch")
