"""Time scales of the neurons: how fast each forgets by its own local path, and in truth."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor


def leak_time_scales(
    local: Float[Tensor, "T B S S H"], *, new: int, previous: int
) -> Float[Tensor, " H"]:
    """Return τ_q of the local path, Γ ~ e^{−ℓ/τ_q}: −1/mean ln|d| for one state per neuron.

    For several states it is the growth rate of the block of Γ over the whole run, the mean over
    the sequences. A gate that was ever exactly 0 gives 0, one that never leaks infinity; a
    negative value says that the local path grows.

    Args:
        local: D by neuron.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
    """
    steps, states = local.shape[0], local.shape[-2]
    eye = torch.eye(states, dtype=torch.float64, device=local.device)[..., None]
    product = eye.expand(*local.shape[1:]).clone()
    logarithm = torch.zeros_like(product[..., 0, 0, :])
    for block in local.flip(0):
        product = torch.einsum("...abq,...bcq->...acq", product, block.double())
        size = product.abs().amax((-3, -2))
        logarithm += size.log()
        product = product / torch.where(size > 0, size, 1)[..., None, None, :]
    logarithm = (logarithm + product[..., new, previous, :].abs().log()).mean(0)
    return torch.where(logarithm == 0, torch.inf, -steps / logarithm)


def folding_lags(per_neuron: Float[Tensor, "lags H"]) -> Float[Tensor, " H"]:
    """Return the first lag at which a neuron's mean rate is below 1/e; infinity if it never is.

    Args:
        per_neuron: mean absolute rates at lags 1, 2, ….
    """
    below = per_neuron < torch.tensor(-1.0, dtype=torch.float64).exp()
    first = below.int().argmax(0).double() + 1
    return torch.where(below.any(0), first, torch.inf)
