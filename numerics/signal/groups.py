"""Gradients by lag as means over groups of sequences: enough to resample, little to hold."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.gradients import Objective, gradient_by_lag
from longlag.numerics.measurement.footprint import check_memory


def gradient_groups(
    objective: Objective,
    inputs: Float[Tensor, "T N D"],
    targets: Float[Tensor, "T N O"],
    lags: Sequence[int],
    *,
    groups: int,
    leaves: Sequence[str],
    memory_limit: int | None = None,
) -> Float[Tensor, "G K P"]:
    """Return the mean g^{(ℓ)} of every group of sequences, one group after another.

    Never held at once: sequences × lags × parameters; only one group's steps and the result are.

    Args:
        objective: the loss, a mean over sequences, as a function of its leaves.
        inputs: sequences, time first, equally many for every group.
        targets: of them.
        lags: rising, K of them.
        groups: how many, G.
        leaves: whose gradient, in the order of the columns.
        memory_limit: bytes that may be used; None asks the machine.

    Raises:
        LonglagError: more memory than there is.
    """
    size = inputs.shape[1] // groups
    parameters = sum(objective.leaves[name].numel() for name in leaves)
    count = groups * len(lags) * parameters
    needed = {"gradients of groups": count * inputs.element_size()}
    check_memory(needed, memory_limit, inputs.device)
    found = inputs.new_empty(groups, len(lags), parameters)
    for group, row in enumerate(found):
        chosen = slice(group * size, (group + 1) * size)
        parts = gradient_by_lag(
            objective,
            inputs[:, chosen],
            targets[:, chosen],
            max_lag=max(lags),
            lags=lags,
            memory_limit=memory_limit,
        ).parts
        row.copy_(torch.cat([parts[name].flatten(1) for name in leaves], 1))
    return found


def shifted_in_groups(
    targets: Float[Tensor, "T N O"], groups: int, places: int
) -> Float[Tensor, "T N O"]:
    """Return targets dealt out among the sequences of a group, so that groups stay independent.

    Args:
        targets: time first.
        groups: how many.
        places: every sequence gets the target of the one this many places before it.

    >>> shifted_in_groups(torch.arange(6)[None, :, None], 2, 1).flatten().tolist()
    [2, 0, 1, 5, 3, 4]
    """
    return targets.unflatten(1, (groups, -1)).roll(places, 2).flatten(1, 2)


__all__ = ["gradient_groups", "shifted_in_groups"]
