"""The gradient of the loss of each sequence: a matrix whose singular values tell of directions."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import grad, vmap

from longlag.numerics.gradients.objective import Leaves, Objective, states_of
from longlag.numerics.precision import in_full_precision
from longlag.theory.errors import LonglagError


@in_full_precision
def gradients_by_sequence(
    objective: Objective,
    inputs: Float[Tensor, "T N D"],
    targets: Float[Tensor, "T N O"],
    *,
    leaves: tuple[str, ...] | None = None,
    chunk: int | None = None,
) -> Float[Tensor, "N P"]:
    """Return the gradient of the loss on each sequence alone, as a row.

    By ``torch.func``: one gradient, mapped over the sequences. PyTorch's own layers below that of
    the objective, and its backward direction, cannot be mapped: there one sequence follows another.

    Args:
        objective: the loss as a function of its leaves.
        inputs: sequences, time first.
        targets: of them.
        leaves: which of the leaves, in order; all if left out.
        chunk: sequences at a time; all at once if left out.

    Raises:
        LonglagError: a leaf that there is not.
    """
    names = tuple(objective.leaves) if leaves is None else leaves
    for name in names:
        if name not in objective.leaves:
            raise LonglagError(
                f"leaf {name!r}",
                "the network has none of this name",
                f"choose from {', '.join(objective.leaves)}",
            )
    chosen = {name: objective.leaves[name] for name in names}

    def loss(held: Leaves, x: Tensor, target: Tensor) -> Tensor:
        every = {**objective.leaves, **held}
        states = states_of(objective, every, x[:, None])
        return objective.loss(every, states, target[:, None])

    if objective.step_by_step:
        found = vmap(grad(loss), in_dims=(None, 1, 1), chunk_size=chunk)(chosen, inputs, targets)
    else:
        pairs = zip(inputs.unbind(1), targets.unbind(1), strict=True)
        rows = [grad(loss)(chosen, x, target) for x, target in pairs]
        found = {name: torch.stack([row[name] for row in rows]) for name in names}
    return torch.cat([found[name].reshape(len(found[name]), -1) for name in names], 1).detach()


def centred_directions(gradients: Float[Tensor, "N P"]) -> Float[Tensor, "N P"]:
    """Return the rows at length 1, and their columns centred. Source: arXiv 2508.12121.

    Raises:
        LonglagError: a sequence whose gradient is 0, which has no direction.
    """
    # In two steps: squares of entries below the root of the smallest number would vanish.
    largest = gradients.abs().amax(1, keepdim=True)
    if not bool((largest > 0).all()):
        raise LonglagError(
            f"{int((largest <= 0).sum())} gradients that are 0",
            "a row of length 0 has no direction",
            "leave those sequences out",
        )
    scaled = gradients / largest
    rows = scaled / scaled.norm(dim=1, keepdim=True)
    return rows - rows.mean(0)


__all__ = ["centred_directions", "gradients_by_sequence"]
