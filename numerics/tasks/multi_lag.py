"""Regression on several lags at once: what the published learnability windows were measured on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.stable import sample
from longlag.numerics.tasks.streams import stream
from longlag.numerics.tasks.task import Sequences, Task, normal
from longlag.theory.errors import LonglagError
from longlag.theory.estimators.concentration import require_tail_index
from longlag.theory.scalar.parameters import require_count


@dataclass(frozen=True, kw_only=True)
class MultiLag(Task):
    """y_t = Σ_k c_k u·x_{t−ℓ_k} + d ξ_t, x_t ~ N(0, I), u a random unit vector, ξ_t ~ N(0, 1).

    Inputs before the first step count as 0. The targets of the first steps, which reach before it,
    count too unless ``burn_in_steps`` says otherwise. Source: arXiv 2512.05790.

    Args:
        steps: the number of time steps T.
        channels: D.
        delays: the taught lags ℓ_k, different from each other, from 0 to T−1.
        coefficients: c_k, as many.
        noise: d.
        noise_tail: α of the noise, in (1, 2]: below 2 symmetric and stable, of the stable scale
            that N(0, 1) has, 1/√2.
        direction_seed: which unit vector u.
        burn_in_steps: the first steps, whose targets do not count.
    """

    steps: int = 192
    channels: int = 4
    delays: tuple[int, ...] = (8, 16, 32, 64, 96)
    coefficients: tuple[float, ...] = (0.6, 0.5, 0.4, 0.3, 0.22)
    noise: float = 0.4
    noise_tail: float = 2.0
    direction_seed: int = 0
    burn_in_steps: int = 0

    def __post_init__(self) -> None:
        """Refuse lags and coefficients that do not fit."""
        super().__post_init__()
        require_count("channels", self.channels, "a step shows one number or more", least=1)
        require_tail_index(self.noise_tail, symbolic=False)
        fitting = len(self.delays) == len(self.coefficients) == len(set(self.delays)) > 0
        if not fitting or min(self.delays) < 0 or max(self.delays) >= self.steps:
            raise LonglagError(
                f"delays {list(self.delays)} with coefficients {list(self.coefficients)}",
                f"they are as many, the delays different and from 0 to {self.steps - 1}",
                "give one coefficient for every delay",
            )
        if not (self.noise >= 0 and 0 <= self.burn_in_steps < self.steps):
            raise LonglagError(
                f"noise {self.noise:g}, burn_in_steps {self.burn_in_steps}",
                "noise is not negative and some targets count",
                f"give noise >= 0 and burn_in_steps below {self.steps}",
            )

    @property
    def features(self) -> int:
        """The number of input channels D."""
        return self.channels

    @property
    def burn_in(self) -> int:
        """The first steps, whose targets do not count."""
        return self.burn_in_steps

    @property
    def lags(self) -> tuple[int, ...]:
        """The taught lags."""
        return self.delays

    @property
    def direction(self) -> Float[Tensor, " D"]:
        """The unit vector u."""
        drawn = normal(self.channels, generator=stream(self.direction_seed, "direction"))
        return drawn / drawn.norm()

    def draw(self, sequences: int, generator: torch.Generator) -> Sequences:
        """Draw sequences; see ``Task.draw``."""
        inputs = normal(self.steps, sequences, self.channels, generator=generator)
        targets = self.noise * self._disturbance(sequences, generator)
        for delay in self.delays:
            targets += self.part(inputs, delay)
        targets[: self.burn_in] = 0
        return Sequences(inputs, targets)

    def _disturbance(self, sequences: int, generator: torch.Generator) -> Float[Tensor, "T N 1"]:
        shape = (self.steps, sequences, 1)
        if self.noise_tail == 2:
            return normal(*shape, generator=generator)
        seed = int(torch.randint(2**63 - 1, (), generator=generator))
        drawn = sample(self.noise_tail, shape, np.random.default_rng(seed))
        return torch.from_numpy(drawn) / math.sqrt(2)

    def part(self, inputs: Float[Tensor, "T N D"], lag: int) -> Float[Tensor, "T N 1"]:
        """Return what the inputs at one lag add to the targets, c u·x_{t−ℓ}; 0 if it is not taught.

        Args:
            inputs: of the task.
            lag: from 0 to T−1.
        """
        coefficient = dict(zip(self.delays, self.coefficients, strict=True)).get(lag, 0.0)
        seen = (inputs @ self.direction.to(inputs))[..., None]
        found = torch.zeros_like(seen)
        found[lag:] = coefficient * seen[: self.steps - lag]
        found[: self.burn_in] = 0
        return found


__all__ = ["MultiLag"]
