"""Gradient and Hessian of one neuron: by the derived recursions, by autograd, and at their largest.

A neuron's parameters are φ = (W, U); derivatives are ordered like φ.
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
from longlag.theory.descent import model
from longlag.theory.descent.activation import Activation, preactivation


@dataclass(frozen=True, eq=False)
class NeuronDerivatives:
    """A neuron along its sequence, p = 1 + d parameters.

    Args:
        argument: a_t = W H_{t−1} + ⟨U, X_t⟩.
        value: H_t.
        gradient: ∇H_t by (W, U).
        hessian: ∇²H_t.
    """

    argument: Float[Tensor, "*n T"]
    value: Float[Tensor, "*n T"]
    gradient: Float[Tensor, "*n T p"]
    hessian: Float[Tensor, "*n T p p"]

    @property
    def gradient_norm(self) -> Float[Tensor, "*n T"]:
        """‖∇H_t‖."""
        return torch.linalg.vector_norm(self.gradient, dim=-1)

    @property
    def hessian_norm(self) -> Float[Tensor, "*n T"]:
        """‖∇²H_t‖, the largest eigenvalue in size."""
        return torch.linalg.eigvalsh(self.hessian).abs().amax(-1)


def neuron_derivatives(
    activation: Activation,
    weight: Float[Tensor, "*n"],
    input_weight: Float[Tensor, "*n d"],
    inputs: Float[Tensor, "*n T d"],
) -> NeuronDerivatives:
    """Return value, gradient and Hessian of neurons by the recursions derived from the update.

    Args:
        activation: σ.
        weight: W of each neuron.
        input_weight: U of each neuron.
        inputs: X_1 … X_T that each neuron sees.
    """
    functions = neuron_functions(activation)
    size = input_weight.shape[-1]
    value = torch.zeros_like(weight * inputs[..., 0, 0] * input_weight[..., 0])
    gradient = value[..., None].expand(*value.shape, 1 + size)
    hessian = gradient[..., None].expand(*value.shape, 1 + size, 1 + size)
    steps = []
    for x in inputs.unbind(-2):
        argument = weight * value + (input_weight * x).sum(-1)
        new_value, gradient, hessian = functions.step(argument, weight, value, x, gradient, hessian)
        value = new_value
        steps.append((argument, value, gradient, hessian))
    arguments, values, gradients, hessians = zip(*steps, strict=True)
    return NeuronDerivatives(
        torch.stack(arguments, -1), torch.stack(values, -1), torch.stack(gradients, -2),
        torch.stack(hessians, -3),
    )  # fmt: skip


def autograd_derivatives(
    activation: Activation,
    weight: Float[Tensor, " n"],
    input_weight: Float[Tensor, "n d"],
    inputs: Float[Tensor, "n T d"],
) -> tuple[Float[Tensor, "n T p"], Float[Tensor, "n T p p"]]:
    """Return gradient and Hessian of neurons by torch.func through the generated step.

    Args:
        activation: σ.
        weight: W of each neuron.
        input_weight: U of each neuron.
        inputs: X_1 … X_T that each neuron sees.
    """

    def values(parameters: Tensor, sequence: Tensor) -> Tensor:
        one = torch.ones_like(parameters[:1])
        network = DiagonalNetwork(activation, parameters[:1], parameters[None, 1:], one)
        return network.hidden(sequence)[:, 0]

    parameters = torch.cat((weight[:, None], input_weight), -1)
    first = torch.func.vmap(torch.func.jacrev(values))(parameters, inputs)
    second = torch.func.vmap(torch.func.hessian(values))(parameters, inputs)
    return first, second


@dataclass(frozen=True)
class NeuronFunctions:
    """σ with its derivatives, and the recursions of gradient and Hessian, generated for torch."""

    value: Callable[..., Any]
    slope: Callable[..., Any]
    curvature: Callable[..., Any]
    gradient: dict[str, Callable[..., Any]]
    hessian: dict[str, Callable[..., Any]]

    def step(
        self, argument: Tensor, weight: Tensor, before: Tensor, x: Tensor, gradient: Tensor,
        hessian: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
        """Return H_t, ∇H_t and ∇²H_t from those of step t − 1."""
        slope, curvature = self.slope(argument), self.curvature(argument)
        by_weight, by_input = gradient[..., 0], gradient[..., 1:]
        s, c, w, h, g = (v[..., None] for v in (slope, curvature, weight, before, by_weight))
        new_gradient = torch.cat(
            (
                self.gradient["W"](slope, before, weight, by_weight)[..., None],
                self.gradient["U"](s, x, w, by_input),
            ),
            -1,
        )
        corner = self.hessian["WW"](
            slope, curvature, before, weight, by_weight, hessian[..., 0, 0]
        )[..., None]
        edge = self.hessian["WU"](s, c, h, w, x, g, by_input, hessian[..., 0, 1:])
        block = self.hessian["UU"](
            s[..., None], c[..., None], w[..., None], x[..., :, None], x[..., None, :],
            by_input[..., :, None], by_input[..., None, :], hessian[..., 1:, 1:],
        )  # fmt: skip
        top = torch.cat((corner, edge), -1)[..., None, :]
        rest = torch.cat((edge[..., :, None], block), -1)
        return self.value(argument), new_gradient, torch.cat((top, rest), -2)


@lru_cache(maxsize=32)
def neuron_functions(activation: Activation) -> NeuronFunctions:
    """Return the functions of a neuron with this activation."""
    derived = model.recursion()
    first = {
        "W": [model.slope, model.previous, model.weight, model.gradient_w],
        "U": [model.slope, model.input_j, model.weight, model.gradient_j],
    }
    second = {
        "WW": [
            model.slope,
            model.curvature,
            model.previous,
            model.weight,
            model.gradient_w,
            model.hessian_ww,
        ],
        "WU": [
            model.slope,
            model.curvature,
            model.previous,
            model.weight,
            model.input_j,
            model.gradient_w,
            model.gradient_j,
            model.hessian_wj,
        ],
        "UU": [
            model.slope,
            model.curvature,
            model.weight,
            model.input_j,
            model.input_k,
            model.gradient_j,
            model.gradient_k,
            model.hessian_jk,
        ],
    }
    sigma = activation.function
    value, slope, curvature = (
        generate_scalar(sigma.diff(preactivation, order), [preactivation], "torch", name)
        for order, name in enumerate(("activation", "slope", "curvature"))
    )
    return NeuronFunctions(
        value,
        slope,
        curvature,
        {k: generate_scalar(derived.gradient[k], v, "torch") for k, v in first.items()},
        {k: generate_scalar(derived.hessian[k], v, "torch") for k, v in second.items()},
    )
