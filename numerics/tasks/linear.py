"""Linear tasks: the target is a mean or a sum of some past values of channel 0."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import torch

from longlag.numerics.tasks.task import Sequences, Task, uniform
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import require_count


@dataclass(frozen=True, kw_only=True)
class _OfThePast(Task):
    """Channels are U(0, 1); the target is Σ_ℓ w x_{T−1−ℓ} of channel 0 over the lags.

    Args:
        steps: the number of time steps T, more than the longest lag.
        channels: D; all but the first are distractors.
    """

    channels: int = 1

    def __post_init__(self) -> None:
        """Refuse lags that reach before the first step."""
        super().__post_init__()
        require_count("channels", self.channels, "a step shows one number or more", least=1)
        if not self.lags or min(self.lags) < 0 or max(self.lags) >= self.steps:
            raise LonglagError(
                f"lags {list(self.lags)} in {self.steps} steps",
                "the target is made of inputs that exist",
                "choose lags from 0 to steps − 1",
            )

    @property
    def features(self) -> int:
        """The number of input channels D."""
        return self.channels

    @property
    @abstractmethod
    def weight(self) -> float:
        """What each of the past values counts."""

    def draw(self, sequences: int, generator: torch.Generator) -> Sequences:
        """Draw sequences; see ``Task.draw``."""
        inputs = uniform(self.steps, sequences, self.channels, generator=generator)
        past = [self.steps - 1 - lag for lag in self.lags]
        return Sequences(inputs, self.last(self.weight * inputs[past, :, :1].sum(0)))


@dataclass(frozen=True, kw_only=True)
class ShortSum(_OfThePast):
    """The sum of the last values of channel 0. Source: arXiv 2508.12121.

    Args:
        steps, channels: as for every linear task.
        window: how many values.
    """

    steps: int = 80
    window: int = 6

    @property
    def lags(self) -> tuple[int, ...]:
        """The lags below the window."""
        return tuple(range(self.window))

    @property
    def weight(self) -> float:
        """One each."""
        return 1.0


@dataclass(frozen=True, kw_only=True)
class MovingAverage(_OfThePast):
    """The mean of the last values of channel 0. Source: arXiv 2508.12121.

    Args:
        steps, channels: as for every linear task.
        window: how many values.
    """

    steps: int = 120
    channels: int = 6
    window: int = 8

    @property
    def lags(self) -> tuple[int, ...]:
        """The lags below the window."""
        return tuple(range(self.window))

    @property
    def weight(self) -> float:
        """One over the window."""
        return 1 / self.window


@dataclass(frozen=True, kw_only=True)
class DelaySum(_OfThePast):
    """The mean of channel 0 at some delays. Source: arXiv 2508.12121.

    Args:
        steps, channels: as for every linear task.
        delays: the lags ℓ, different from each other; step T−1−ℓ counts.
    """

    steps: int = 120
    channels: int = 6
    delays: tuple[int, ...] = (4, 12, 24, 36)

    def __post_init__(self) -> None:
        """Refuse a delay that is given twice."""
        super().__post_init__()
        if len(set(self.delays)) < len(self.delays):
            raise LonglagError(
                f"delays {list(self.delays)}", "each counts once", "leave the repeated ones out"
            )

    @property
    def lags(self) -> tuple[int, ...]:
        """The delays."""
        return self.delays

    @property
    def weight(self) -> float:
        """One over their number."""
        return 1 / len(self.delays)


__all__ = ["DelaySum", "MovingAverage", "ShortSum"]
