"""A noisy mixture of two sinusoids, whose clean value is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import torch

from longlag.numerics.tasks.task import Sequences, Task, normal, uniform
from longlag.theory.errors import LonglagError


@dataclass(frozen=True, kw_only=True)
class SinusoidMix(Task):
    """Two sinusoids of 1 to 7 Hz with random phases on [0, 1], noise added; their clean last sum.

    Source: arXiv 2508.12121 (frequencies and noise); that the clean last value is the target is
    ours. Its variance is 1.

    Args:
        steps: the number of time steps T.
        noise: the standard deviation of what is added to the input.
    """

    steps: int = 80
    noise: float = 0.1

    def __post_init__(self) -> None:
        """Refuse a negative deviation."""
        super().__post_init__()
        if not self.noise >= 0:
            raise LonglagError(
                f"noise {self.noise:g}", "a standard deviation is not negative", "give 0 or more"
            )

    @property
    def features(self) -> int:
        """One."""
        return 1

    @property
    def lags(self) -> tuple[int, ...]:
        """Every lag: all inputs tell of the frequencies."""
        return tuple(range(self.steps))

    def draw(self, sequences: int, generator: torch.Generator) -> Sequences:
        """Draw sequences; see ``Task.draw``."""
        frequency = 1 + 6 * uniform(2, 1, sequences, generator=generator)
        phase = 2 * pi * uniform(2, 1, sequences, generator=generator)
        time = torch.linspace(0, 1, self.steps, dtype=torch.float64)[:, None]
        clean = torch.sin(2 * pi * frequency * time + phase).sum(0)
        noisy = clean + self.noise * normal(self.steps, sequences, generator=generator)
        return Sequences(noisy[..., None], self.last(clean[-1][:, None]))


__all__ = ["SinusoidMix"]
