"""NARMA: a nonlinear recursion of its own past and of an input."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.tasks.task import Sequences, Task, uniform
from longlag.theory.errors import LonglagError

#: A recursion that passes this has left its attractor, on which it stays below 1.
_DIVERGED = 10.0
#: Redrawn at most so often; at T = 120 about one sequence in 4000 diverges.
_ATTEMPTS = 100


@dataclass(frozen=True, kw_only=True)
class NARMA(Task):
    """y⁺ = .3 y + .05 y Σ_{j<n} y_{t−j} + 1.5 u_{t−n+1} u_t + .1, u ~ U(0, ½), the target y_T.

    Of order 20 the right side is inside a hyperbolic tangent and the constant .01, as usual.
    Sequences that diverge are drawn again, and counted. Source: Atiya and Parlos 2000;
    arXiv 2508.12121 (order 10, T 120, six channels).

    Args:
        steps: the number of time steps T >= the order.
        order: n, 10 or 20.
        channels: D; channel 0 is u, the others are U(0, 1) distractors.
    """

    steps: int = 120
    order: int = 10
    channels: int = 6

    def __post_init__(self) -> None:
        """Refuse another order, and fewer steps than it."""
        super().__post_init__()
        if self.order not in (10, 20) or self.steps < self.order or self.channels < 1:
            raise LonglagError(
                f"NARMA of order {self.order} over {self.steps} steps, {self.channels} channels",
                "it is known of order 10 and 20, over at least as many steps",
                "choose order 10 or 20 and more steps",
            )

    @property
    def features(self) -> int:
        """The number of input channels D."""
        return self.channels

    @property
    def lags(self) -> tuple[int, ...]:
        """Every lag: through its own past the target depends on all."""
        return tuple(range(self.steps))

    def draw(self, sequences: int, generator: torch.Generator) -> Sequences:
        """Draw sequences; see ``Task.draw``.

        Raises:
            LonglagError: one that diverges whenever it is drawn.
        """
        inputs = uniform(self.steps, sequences, self.channels, generator=generator)
        inputs[..., 0] /= 2
        values, redrawn = self.follow(inputs[..., 0]), 0
        for _ in range(_ATTEMPTS):
            # NaN is no number below the bound either.
            diverged = ~(values.abs() < _DIVERGED)
            count = int(diverged.sum())
            if not count:
                return Sequences(inputs, self.last(values[:, None]), redrawn)
            redrawn += count
            inputs[:, diverged, 0] = uniform(self.steps, count, generator=generator) / 2
            values[diverged] = self.follow(inputs[:, diverged, 0])
        raise LonglagError(
            f"NARMA over {self.steps} steps",
            f"the recursion diverged in each of {_ATTEMPTS} draws",
            "take fewer steps, or order 20, which is bounded",
        )

    def follow(self, drive: Float[Tensor, "T N"]) -> Float[Tensor, " N"]:
        """Return y_T of an input u, from a past of 0."""
        n = self.order
        past = drive.new_zeros(n, drive.shape[1])
        delayed = torch.cat([drive.new_zeros(n - 1, drive.shape[1]), drive])
        for step in range(len(drive)):
            now = past[-1]
            moved = 0.3 * now + 0.05 * now * past.sum(0) + 1.5 * delayed[step] * drive[step]
            moved = torch.tanh(moved + 0.01) if n == 20 else moved + 0.1
            past = torch.cat([past[1:], moved[None]])
        return past[-1]


__all__ = ["NARMA"]
