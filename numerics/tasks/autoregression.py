"""AR(2): a process that the inputs know nothing about."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from longlag.numerics.tasks.task import Sequences, Task, normal, uniform
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import require_count


@dataclass(frozen=True, kw_only=True)
class AR2(Task):
    """y_t = a y_{t−1} + b y_{t−2} + N(0, d²) from 0, the target y_T; the inputs are U(0, 1).

    As published the inputs are independent of the target: no lag carries anything, and the task
    measures nothing about transport (defect 8). With ``shown`` channel 0 is the process itself, one
    step behind. Source: arXiv 2508.12121.

    Args:
        steps: the number of time steps T.
        channels: D.
        coefficients: (a, b), of a stationary process.
        deviation: d.
        shown: whether channel 0 shows the process.
    """

    steps: int = 120
    channels: int = 6
    coefficients: tuple[float, float] = (1.6, -0.7)
    deviation: float = 0.05
    shown: bool = False

    def __post_init__(self) -> None:
        """Refuse a process that is not stationary."""
        super().__post_init__()
        require_count("channels", self.channels, "a step shows one number or more", least=1)
        first, second = self.coefficients
        if not (abs(second) < 1 and abs(first) < 1 - second and self.deviation > 0):
            raise LonglagError(
                f"AR(2) with {first:g}, {second:g} and deviation {self.deviation:g}",
                "it is stationary for |b| < 1 and |a| < 1 − b, and noisy",
                "give coefficients such as 1.6, −.7",
            )

    @property
    def features(self) -> int:
        """The number of input channels D."""
        return self.channels

    @property
    def lags(self) -> tuple[int, ...]:
        """None, or the two that the recursion reads."""
        return (0, 1) if self.shown else ()

    def draw(self, sequences: int, generator: torch.Generator) -> Sequences:
        """Draw sequences; see ``Task.draw``."""
        inputs = uniform(self.steps, sequences, self.channels, generator=generator)
        noise = self.deviation * normal(self.steps, sequences, generator=generator)
        first, second = self.coefficients
        past, now = torch.zeros_like(noise[0]), torch.zeros_like(noise[0])
        for step in range(self.steps):
            if self.shown:
                inputs[step, :, 0] = now
            past, now = now, first * now + second * past + noise[step]
        return Sequences(inputs, self.last(now[:, None]))


__all__ = ["AR2"]
