"""Time scales of the neurons: how fast each forgets by its own local path, and in truth."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.lags.rates import neuron_product


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
    steps, smallest = local.shape[0], torch.finfo(torch.float64).tiny
    product, logarithm = local.double(), torch.zeros((), dtype=torch.float64, device=local.device)
    while True:
        size = product.abs().amax((-3, -2))
        logarithm = logarithm + size.log()
        product = product / size.clamp(min=smallest)[..., None, None, :]
        if len(product) == 1:
            break
        even = len(product) // 2 * 2
        # The last factor has no neighbour where their number is odd.
        united = neuron_product(product[1:even:2], product[0:even:2])
        product = torch.cat([united, product[even:]])
        both = logarithm[1:even:2] + logarithm[0:even:2]
        logarithm = torch.cat([both, logarithm[even:]])
    logarithm = (logarithm + product[..., new, previous, :].abs().log())[0].mean(0)
    return torch.where(logarithm == 0, torch.inf, -steps / logarithm)


def folding_lags(per_neuron: Float[Tensor, "lags H"]) -> Float[Tensor, " H"]:
    """Return the first lag at which a neuron's mean rate is below 1/e; infinity if it never is.

    Args:
        per_neuron: mean absolute rates at lags 1, 2, ….
    """
    below = per_neuron < torch.tensor(-1.0, dtype=torch.float64).exp()
    first = below.int().argmax(0).double() + 1
    return torch.where(below.any(0), first, torch.inf)
