"""Train a network of any cell on sequences: autograd passes through the generated step.

The drives are U x + b for every drive of the cell; the prediction is V h + c, h the new first
state. Recurrent weights, input maps and readout are trained; the parameters of the cell keep
their values unless asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import TypeAlias, get_args

import torch
from jaxtyping import Float, Int
from torch import Tensor

from longlag.numerics.precision import in_full_precision
from longlag.numerics.training.initial import Initialisation, Values, initial_network
from longlag.numerics.training.network import TrainedNetwork, check_task
from longlag.numerics.training.session import begin
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError

Progress: TypeAlias = Callable[[int, int], None]


@in_full_precision
def train(
    cell: Cell,
    inputs: Float[Tensor, "T N D"],
    targets: Float[Tensor, "T N O"] | Int[Tensor, " N"],
    *,
    size: int,
    steps: int,
    generator: torch.Generator,
    optimiser: str = "Adam",
    learning_rate: float = 1e-2,
    batch: int = 16,
    burn_in: int = 0,
    parameter: Values | None = None,
    train_parameters: bool = False,
    drive_bias: Values | None = None,
    initialisation: Initialisation = "orthogonal",
    recurrent_scale: float = 1.0,
    clip: float = 1.0,
    progress: Progress | None = None,
) -> TrainedNetwork:
    """Train a network of a cell, whole sequences at a time, from states of zero.

    Real targets are predicted after every step, with mean square error; integer targets are
    classes, predicted after the last step, with cross-entropy.

    Args:
        cell: any cell with drives.
        inputs: N sequences, time first; their dtype and device are those of the network.
        targets: for every step and sequence O real numbers, or for every sequence its class.
        size: the number of neurons H.
        steps: the number of steps of the optimiser.
        generator: where initial weights and the order of the sequences come from.
        optimiser: Adam, or another of ``OPTIMISERS``.
        learning_rate: of the optimiser.
        batch: how many sequences are drawn for each step, without repetition; N at most.
        burn_in: the first time steps, whose real targets do not count.
        parameter: parameters of the cell, a number or one for each neuron where it has one for
            each; the middle of their interval if left out.
        train_parameters: train them too, kept inside their interval.
        drive_bias: initial biases of the drives, 0 if left out; a negative one on an update gate
            makes it slow.
        initialisation: recurrent matrices are orthogonal, or normal with variance 1/H, input maps
            and readout normal with variance one over their inputs; or all of them are uniform
            within one over the root of their inputs, as PyTorch's modules begin.
        recurrent_scale: multiplies them.
        clip: the largest norm of the gradient.
        progress: called as ``progress(done, steps)``.

    Returns:
        The network after the last step.

    Raises:
        LonglagError: shapes that do not fit, unknown names, values outside their range, a loss
            that is no longer finite.

    >>> from longlag.numerics.series import last_value_loss, next_value, sunspots
    >>> from longlag.theory import CELLS
    >>> task, random = next_value(sunspots(), 16), torch.Generator().manual_seed(0)
    >>> trained = train(CELLS["plain"], *task, size=8, steps=80, generator=random)
    >>> trained.loss(*task) < last_value_loss(task)
    True
    """
    check_task(inputs, targets, burn_in)
    _check_options(
        {"size": size, "steps": steps, "batch": batch},
        {"learning_rate": learning_rate, "clip": clip, "recurrent_scale": recurrent_scale},
        initialisation,
        generator,
    )
    network = initial_network(
        cell,
        inputs,
        targets,
        size=size,
        generator=generator,
        parameter=parameter,
        drive_bias=drive_bias,
        initialisation=initialisation,
        recurrent_scale=recurrent_scale,
    )
    session = begin(
        network,
        optimiser=optimiser,
        learning_rate=learning_rate,
        clip=clip,
        train_parameters=train_parameters,
    )
    for step in range(steps):
        chosen = torch.randperm(inputs.shape[1], generator=generator)[:batch].to(inputs.device)
        wanted = targets[:, chosen] if targets.is_floating_point() else targets[chosen]
        session.update(inputs[:, chosen], wanted, burn_in=burn_in)
        if progress is not None:
            progress(step + 1, steps)
    return session.finished()


def _check_options(
    counts: Mapping[str, int],
    positive: Mapping[str, float],
    initialisation: str,
    generator: torch.Generator,
) -> None:
    for name, count in counts.items():
        if count < 1:
            raise LonglagError(f"{name} {count}", "it is an integer >= 1", "give 1 or more")
    for name, value in positive.items():
        if not (isfinite(value) and value > 0):
            raise LonglagError(f"{name} {value}", "it is positive and finite", "give one like 1")
    if initialisation not in get_args(Initialisation):
        raise LonglagError(
            f"initialisation {initialisation!r}",
            "weights are drawn one of three ways",
            f"choose one of {', '.join(get_args(Initialisation))}",
        )
    if generator.device.type != "cpu":
        raise LonglagError(
            f"generator on {generator.device}",
            "weights are drawn on the CPU, so that a seed means the same everywhere",
            "give torch.Generator(), and the inputs on the device to train on",
        )


__all__ = ["Progress", "train"]
