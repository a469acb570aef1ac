"""σ with its derivatives and the recursions of a neuron, generated from the update for torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from longlag.numerics.codegen.scalar import generate_scalar
from longlag.theory.descent import model
from longlag.theory.descent.activation import Activation, preactivation


@dataclass(frozen=True)
class NeuronFunctions:
    """σ with its derivatives, and the recursions of gradient and Hessian, generated for torch."""

    value: Callable[..., Any]
    slope: Callable[..., Any]
    curvature: Callable[..., Any]
    gradient: dict[str, Callable[..., Any]]
    hessian: dict[str, Callable[..., Any]]

    def gradient_step(
        self, slope: Tensor, weight: Tensor, before: Tensor, x: Tensor, gradient: Tensor
    ) -> Tensor:
        """Return ∇H_t from that of step t − 1.

        Args:
            slope: σ'(a_t), shape (...).
            weight: W.
            before: H_{t−1}.
            x: X_t, shape (..., d).
            gradient: ∇H_{t−1} by (W, U), shape (..., 1 + d).
        """
        by_weight = self.gradient["W"](slope, before, weight, gradient[..., 0])
        by_input = self.gradient["U"](slope[..., None], x, weight[..., None], gradient[..., 1:])
        return torch.cat((by_weight[..., None], by_input), -1)

    def step(
        self,
        argument: Tensor,
        weight: Tensor,
        before: Tensor,
        x: Tensor,
        gradient: Tensor,
        hessian: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return H_t, ∇H_t and ∇²H_t from those of step t − 1."""
        slope, curvature = self.slope(argument), self.curvature(argument)
        by_weight, by_input = gradient[..., 0], gradient[..., 1:]
        s, c, w, h, g = (v[..., None] for v in (slope, curvature, weight, before, by_weight))
        new_gradient = self.gradient_step(slope, weight, before, x, gradient)
        corner = self.hessian["WW"](
            slope, curvature, before, weight, by_weight, hessian[..., 0, 0]
        )[..., None]
        edge = self.hessian["WU"](s, c, h, w, x, g, by_input, hessian[..., 0, 1:])
        block = self.hessian["UU"](
            s[..., None],
            c[..., None],
            w[..., None],
            x[..., :, None],
            x[..., None, :],
            by_input[..., :, None],
            by_input[..., None, :],
            hessian[..., 1:, 1:],
        )
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
