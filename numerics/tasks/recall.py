"""Recall: the sum of the values that were marked early."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from longlag.numerics.tasks.task import Sequences, Task, uniform
from longlag.theory.errors import LonglagError


@dataclass(frozen=True, kw_only=True)
class Recall(Task):
    """Channel 0 is U(0, 1), the last channel marks steps of the first third; their values' sum.

    Source: arXiv 2508.12121 (five marks in the first third); that the target is the sum is ours.

    Args:
        steps: the number of time steps T.
        marks: how many steps are marked, at most T/3.
        channels: D >= 2; those between the first and the last are U(0, 1) distractors.
    """

    steps: int = 80
    marks: int = 5
    channels: int = 2

    def __post_init__(self) -> None:
        """Refuse more marks than there are places."""
        super().__post_init__()
        if not 1 <= self.marks <= self.steps // 3 or self.channels < 2:
            raise LonglagError(
                f"{self.marks} marks in {self.steps // 3} steps, {self.channels} channels",
                "marks are different steps of the first third, in a channel of their own",
                "give fewer marks, more steps, or two channels",
            )

    @property
    def features(self) -> int:
        """The number of input channels D."""
        return self.channels

    @property
    def lags(self) -> tuple[int, ...]:
        """The lags of the first third."""
        return tuple(range(self.steps - self.steps // 3, self.steps))

    def draw(self, sequences: int, generator: torch.Generator) -> Sequences:
        """Draw sequences; see ``Task.draw``."""
        inputs = uniform(self.steps, sequences, self.channels, generator=generator)
        early = uniform(self.steps // 3, sequences, generator=generator)
        inputs[..., -1] = 0
        inputs[..., -1].scatter_(0, early.argsort(0)[: self.marks], 1)
        total = (inputs[..., 0] * inputs[..., -1]).sum(0)
        return Sequences(inputs, self.last(total[:, None]))


__all__ = ["Recall"]
