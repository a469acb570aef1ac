"""Effective learning rates as numbers, without division, so that gates may be exactly 0."""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor


class Rates(NamedTuple):
    """Rates at lags 0, 1, …, L: shape (L + 1, ..., H)."""

    zeroth: Tensor
    first_order: Tensor


def effective_rates(
    local: Float[Tensor, "lag *batch S S H"],
    recurrent: Float[Tensor, "lag *batch S S H"],
    *,
    new: int = 0,
    previous: int = 0,
    learning_rate: float = 1.0,
) -> Rates:
    """Return zeroth- and first-order effective learning rates over every lag of a window.

    The pair obeys C ← C D + Γ ρ, Γ ← Γ D over the S×S blocks of each neuron, ρ the diagonal of R.
    Source: arXiv 2512.05790; the recursion is derived here, see ``theory.rates``.

    Args:
        local: D by neuron, newest step first, as ``Generated.diagonals`` gives it.
        recurrent: the diagonal of R by neuron.
        new: the position of the state at the new end of the lag.
        previous: the position of the state at the old end.
        learning_rate: the global step size η.
    """
    states = local.shape[-2]
    eye = torch.eye(states, dtype=local.dtype, device=local.device)[..., None]
    gamma = eye.expand(*local.shape[1:]).clone()
    correction = torch.zeros_like(gamma)
    zeroth, first = [gamma], [gamma]
    for d, rho in zip(local, recurrent, strict=True):
        correction = neuron_product(correction, d) + neuron_product(gamma, rho)
        gamma = neuron_product(gamma, d)
        zeroth.append(gamma)
        first.append(gamma + correction)
    select = [
        learning_rate * torch.stack(values)[..., new, previous, :] for values in (zeroth, first)
    ]
    return Rates(*select)


def neuron_product(
    left: Float[Tensor, "*batch S S H"], right: Float[Tensor, "*batch S S H"]
) -> Float[Tensor, "*batch S S H"]:
    """Return the product of the S×S blocks of each neuron."""
    if left.shape[-2] == 1:
        return left * right
    return torch.einsum("...abq,...bcq->...acq", left, right)
