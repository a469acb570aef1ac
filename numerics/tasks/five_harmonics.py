"""Five harmonics of one slow frequency, to be continued by one step."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import torch

from longlag.numerics.tasks.task import Sequences, Task, normal, uniform
from longlag.theory.errors import LonglagError

_HARMONICS = 5


@dataclass(frozen=True, kw_only=True)
class FiveHarmonics(Task):
    """x_t = Σ_{k≤5} a_k sin(2π k t/P + φ_k)/√5, the next value wanted at every step.

    Amplitudes are normal with variance 2, phases uniform: mean 0 and variance 1 over sequences.
    Source: the author's validation of first order (sinusoidal task, T 500); amplitudes, period and
    target are ours.

    Args:
        steps: the number of time steps T.
        period: P of the slowest harmonic, in steps, more than twice five.
        noise: the standard deviation of what is added to the input.
        burn_in_steps: the first steps, whose targets do not count.
    """

    steps: int = 500
    period: float = 250.0
    noise: float = 0.05
    burn_in_steps: int = 0

    def __post_init__(self) -> None:
        """Refuse periods that the steps cannot show."""
        super().__post_init__()
        if not (self.period > 2 * _HARMONICS and self.noise >= 0):
            raise LonglagError(
                f"five harmonics of period {self.period:g} with noise {self.noise:g}",
                "the fifth is sampled twice a period or more, and noise is not negative",
                "give a period above 10",
            )
        if not 0 <= self.burn_in_steps < self.steps:
            raise LonglagError(
                f"burn_in_steps {self.burn_in_steps}",
                f"some of {self.steps} targets count",
                f"choose from 0 to {self.steps - 1}",
            )

    @property
    def features(self) -> int:
        """One."""
        return 1

    @property
    def burn_in(self) -> int:
        """The first steps, whose targets do not count."""
        return self.burn_in_steps

    @property
    def lags(self) -> tuple[int, ...]:
        """Every lag: all inputs tell of amplitudes and phases."""
        return tuple(range(self.steps))

    def draw(self, sequences: int, generator: torch.Generator) -> Sequences:
        """Draw sequences; see ``Task.draw``."""
        amplitude = normal(_HARMONICS, 1, sequences, generator=generator) * 2**0.5
        phase = 2 * pi * uniform(_HARMONICS, 1, sequences, generator=generator)
        order = torch.arange(1, _HARMONICS + 1, dtype=torch.float64)[:, None, None]
        time = torch.arange(self.steps + 1, dtype=torch.float64)[:, None]
        waves = amplitude * torch.sin(2 * pi * order * time / self.period + phase)
        clean = waves.sum(0)[..., None] / _HARMONICS**0.5
        noise = self.noise * normal(self.steps, sequences, 1, generator=generator)
        targets = clean[1:].clone()
        targets[: self.burn_in] = 0
        return Sequences(clean[:-1] + noise, targets)


__all__ = ["FiveHarmonics"]
