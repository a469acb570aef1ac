"""Gradient and Hessian of one neuron: by the derived recursions, by autograd, and at their largest.

A neuron's parameters are φ = (W, U); derivatives are ordered like φ.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.descent.network import DiagonalNetwork
from longlag.numerics.descent.neuron import neuron_functions
from longlag.theory.descent.activation import Activation


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
        torch.stack(arguments, -1),
        torch.stack(values, -1),
        torch.stack(gradients, -2),
        torch.stack(hessians, -3),
    )


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
