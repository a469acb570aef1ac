"""Discrete optimisers on the objective of white-noise training, beside its gradient flow.

A step of gradient descent is an Euler step of the flow, so its time is steps × learning rate. The
optimisers are PyTorch's; their gradients are the generated ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.optim import SGD, Adam, Optimizer

from longlag.numerics.memory.objective import numeric_objective, real_numbers
from longlag.numerics.memory.transform import RATES
from longlag.theory.errors import LonglagError
from longlag.theory.memory import Kernel

#: Name ↦ the optimiser of some parameters at a learning rate.
OPTIMISERS: dict[str, Callable[[Any, float], Optimizer]] = {
    "gradient descent": lambda parameters, step: SGD(parameters, lr=step),
    "momentum": lambda parameters, step: SGD(parameters, lr=step, momentum=0.9),
    "adam": lambda parameters, step: Adam(parameters, lr=step),
}


@dataclass(frozen=True, eq=False)
class Descent:
    """A trajectory of a discrete optimiser.

    Args:
        optimiser: its name.
        times: steps × learning rate, shape (n + 1,), from 0.
        amplitudes: shape (n + 1, m).
        rates: shape (n + 1, m).
        losses: J, shape (n + 1,).
        ended: ``steps``, ``ball`` where the δ-ball was left, or ``loss`` where the loss had fallen
            by its share.
    """

    optimiser: str
    times: np.ndarray
    amplitudes: np.ndarray
    rates: np.ndarray
    losses: np.ndarray
    ended: str

    @property
    def end(self) -> float:
        """Steps × learning rate at which it ended."""
        return float(self.times[-1])


def descend(
    kernel: Kernel,
    a: ArrayLike,
    w: ArrayLike,
    *,
    optimiser: str = "gradient descent",
    learning_rate: float = 0.01,
    steps: int = 1000,
    delta: float | None = None,
    loss_drop: float | None = None,
    rates: tuple[float, float] = RATES,
) -> Descent:
    """Run an optimiser on J from a start, until an event or for a number of steps.

    Args:
        kernel: with a number for every parameter.
        a: amplitudes at the start, shape (m,).
        w: rates at the start, shape (m,).
        optimiser: a name in ``OPTIMISERS``.
        learning_rate: of the optimiser.
        steps: the most steps.
        delta: stop at the first step at which ‖(a, w) − start‖₂ has reached it.
        loss_drop: stop at the first step at which J has fallen by this share of its start.
        rates: the smallest and the largest rate that the transform must serve.

    Raises:
        LonglagError: an unknown optimiser, a learning rate or a number of steps that is not
            positive, a step to a rate that is not positive or to numbers that are not finite.

    >>> from longlag.theory.memory import KERNELS
    >>> kernel = KERNELS["exponential"].at({"a": 1, "b": 1})
    >>> run = descend(kernel, [0.5], [1.5], learning_rate=0.2, steps=200)
    >>> run.ended, bool(run.losses[-1] < 1e-4)
    ('steps', True)
    """
    if optimiser not in OPTIMISERS:
        raise LonglagError(
            f"optimiser {optimiser!r}",
            "it is none of the known ones",
            f"use {', '.join(OPTIMISERS)}",
        )
    if not (0 < learning_rate < np.inf and steps >= 1):
        raise LonglagError(
            f"{steps} steps at a learning rate of {learning_rate:g}",
            "both are positive",
            "correct them",
        )
    objective = numeric_objective(kernel, "torch", rates=rates)
    # Copies: the optimiser works in place.
    units = [torch.tensor(np.array(real_numbers(values), dtype=float)) for values in (a, w)]
    start = torch.cat(units).clone()
    stepper = OPTIMISERS[optimiser](units, learning_rate)
    path, losses, ended = [start.numpy().copy()], [float(objective.value(*units))], "steps"
    for step in range(steps):
        for values, slope in zip(units, objective.gradient(*units), strict=True):
            values.grad = slope
        stepper.step()
        try:
            loss = float(objective.value(*units))
        except LonglagError as error:
            raise LonglagError(
                f"{optimiser} at step {step + 1}, learning rate {learning_rate:g}",
                f"it leaves where J is defined: {error.value}, {error.rule}",
                "lower the learning rate",
            ) from error
        here = torch.cat(units)
        path.append(here.numpy().copy())
        losses.append(loss)
        if delta is not None and float((here - start).norm()) >= delta:
            ended = "ball"
            break
        if loss_drop is not None and loss <= (1 - loss_drop) * losses[0]:
            ended = "loss"
            break
    m = len(start) // 2
    whole = np.stack(path)
    return Descent(
        optimiser,
        learning_rate * np.arange(len(path)),
        whole[:, :m],
        whole[:, m:],
        np.array(losses),
        ended,
    )
