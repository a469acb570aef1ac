"""Adding: the sum of two marked values, one in either half."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from longlag.numerics.tasks.task import Sequences, Task, uniform
from longlag.theory.errors import LonglagError


@dataclass(frozen=True, kw_only=True)
class Adding(Task):
    """Channel 0 is U(0, 1), the last channel marks two steps; the target is the sum of the marked.

    The marks are uniform in [0, T/2) and [T/2, T). Mean of the target 1, variance 1/6. Source:
    Hochreiter and Schmidhuber 1997; with distractors as in arXiv 2508.12121 (T 80 with four
    channels, T 120 with six).

    Args:
        steps: the number of time steps T >= 2.
        channels: D >= 2; those between the first and the last are U(0, 1) distractors.
    """

    steps: int = 80
    channels: int = 4

    def __post_init__(self) -> None:
        """Refuse fewer than two steps or two channels."""
        super().__post_init__()
        if self.steps < 2 or self.channels < 2:
            raise LonglagError(
                f"adding over {self.steps} steps with {self.channels} channels",
                "it marks a step in either half, in a channel of its own",
                "give two or more of each",
            )

    @property
    def features(self) -> int:
        """The number of input channels D."""
        return self.channels

    @property
    def lags(self) -> tuple[int, ...]:
        """Every lag: the marks may be anywhere."""
        return tuple(range(self.steps))

    def draw(self, sequences: int, generator: torch.Generator) -> Sequences:
        """Draw sequences; see ``Task.draw``."""
        inputs = uniform(self.steps, sequences, self.channels, generator=generator)
        half = self.steps // 2
        first = torch.randint(0, half, (1, sequences), generator=generator)
        second = torch.randint(half, self.steps, (1, sequences), generator=generator)
        inputs[..., -1] = 0
        for marked in (first, second):
            inputs[..., -1].scatter_(0, marked, 1)
        total = (inputs[..., 0] * inputs[..., -1]).sum(0)
        return Sequences(inputs, self.last(total[:, None]))


__all__ = ["Adding"]
