"""Copying: symbols at the start, to be said again after a delay."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn.functional import one_hot

from longlag.numerics.tasks.task import Sequences, Task
from longlag.theory.errors import LonglagError


@dataclass(frozen=True, kw_only=True)
class Copying(Task):
    """K symbols of an alphabet, blanks, a cue, and the same symbols as targets in the last K steps.

    Symbols are one-hot in inputs and targets; the cue is the last channel and comes at step T−K.
    Source: Hochreiter and Schmidhuber 1997; Arjovsky et al. 2016.

    Args:
        steps: the number of time steps T >= 2 K.
        symbols: K, how many are copied.
        alphabet: of how many symbols.
    """

    steps: int = 60
    symbols: int = 10
    alphabet: int = 8

    def __post_init__(self) -> None:
        """Refuse symbols that do not fit."""
        super().__post_init__()
        if not 1 <= self.symbols <= self.steps // 2 or self.alphabet < 2:
            raise LonglagError(
                f"copying {self.symbols} of {self.alphabet} symbols in {self.steps} steps",
                "they are shown and said at different steps, and are more than one",
                "give fewer symbols or more steps",
            )

    @property
    def features(self) -> int:
        """The symbols and the cue."""
        return self.alphabet + 1

    @property
    def outputs(self) -> int:
        """One for each symbol."""
        return self.alphabet

    @property
    def burn_in(self) -> int:
        """All but the last K steps."""
        return self.steps - self.symbols

    @property
    def lags(self) -> tuple[int, ...]:
        """The one lag between a symbol and its copy."""
        return (self.steps - self.symbols,)

    def draw(self, sequences: int, generator: torch.Generator) -> Sequences:
        """Draw sequences; see ``Task.draw``."""
        drawn = torch.randint(self.alphabet, (self.symbols, sequences), generator=generator)
        shown = one_hot(drawn, self.alphabet).to(torch.float64)
        inputs = shown.new_zeros(self.steps, sequences, self.features)
        targets = shown.new_zeros(self.steps, sequences, self.alphabet)
        inputs[: self.symbols, :, :-1] = shown
        inputs[-self.symbols, :, -1] = 1
        targets[-self.symbols :] = shown
        return Sequences(inputs, targets)


__all__ = ["Copying"]
