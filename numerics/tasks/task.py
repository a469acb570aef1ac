"""What a task is: sequences, targets, which steps count, and at which lags the inputs matter."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.theory.scalar.parameters import require_count


class Sequences(NamedTuple):
    """N sequences of a task, time first.

    Args:
        inputs: shape (T, N, D).
        targets: shape (T, N, O); those before the task's ``burn_in`` are 0 and do not count.
        redrawn: how many sequences were thrown away because their target diverged.
    """

    inputs: Float[Tensor, "T N D"]
    targets: Float[Tensor, "T N O"]
    redrawn: int = 0


@dataclass(frozen=True, kw_only=True)
class Task(ABC):
    """A task with its sizes; subclasses add theirs as further fields.

    Args:
        steps: the number of time steps T.
    """

    steps: int = 100

    def __post_init__(self) -> None:
        """Refuse sizes that leave no step to predict."""
        require_count("steps", self.steps, "a sequence has one step or more", least=1)

    @property
    @abstractmethod
    def features(self) -> int:
        """The number of input channels D."""

    @property
    def outputs(self) -> int:
        """The number of predicted values O."""
        return 1

    @property
    def burn_in(self) -> int:
        """The first steps, whose targets do not count: all but the last, unless overridden."""
        return self.steps - 1

    @property
    @abstractmethod
    def lags(self) -> tuple[int, ...]:
        """The lags ℓ for which the last target depends on the input x_{T−1−ℓ}."""

    @abstractmethod
    def draw(self, sequences: int, generator: torch.Generator) -> Sequences:
        """Draw sequences in float64.

        Args:
            sequences: how many, N.
            generator: where every random number comes from.
        """

    def last(self, values: Float[Tensor, "N O"]) -> Float[Tensor, "T N O"]:
        """Return targets that are 0 but at the last step."""
        targets = values.new_zeros(self.steps, *values.shape)
        targets[-1] = values
        return targets


def uniform(*shape: int, generator: torch.Generator) -> Tensor:
    """Draw U(0, 1) in float64."""
    return torch.rand(shape, generator=generator, dtype=torch.float64)


def normal(*shape: int, generator: torch.Generator) -> Tensor:
    """Draw N(0, 1) in float64."""
    return torch.randn(shape, generator=generator, dtype=torch.float64)


__all__ = ["Sequences", "Task", "normal", "uniform"]
