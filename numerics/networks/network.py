"""A cell with its weights and parameters as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from torch import Tensor

from longlag.theory.cells.cell import Cell
from longlag.theory.typeset.described import described

if TYPE_CHECKING:
    from longlag.numerics.networks.flat import Layout

Arrays = Mapping[str, Tensor]


@dataclass(frozen=True)
class Network:
    """The numbers that make a cell a network: the four arguments of its generated functions.

    Args:
        cell: the cell.
        state: the initial states, shape (..., H).
        drive: the drives, shape (..., H) for one step or (T, ..., H) for T steps.
        weight: the recurrent weights.
        parameter: the parameters.
        duration: the number of time steps T where no drive tells it.
        layout: how arrays with axes lie in the vectors; none for a cell without.
    """

    cell: Cell
    state: Arrays
    drive: Arrays
    weight: Arrays
    parameter: Arrays
    duration: int = field(default=1, kw_only=True)
    layout: Layout | None = field(default=None, kw_only=True)

    def __repr__(self) -> str:
        return described(self.describe(), "state", "drive", "weight", "parameter", "at(…)")

    @property
    def size(self) -> int:
        """The number of neurons H."""
        return next(iter(self.state.values())).shape[-1]

    @property
    def steps(self) -> int:
        """The number of time steps T: of the drives, or the duration of a cell without drives."""
        return next(iter(self.drive.values())).shape[0] if self.drive else self.duration

    @property
    def arguments(self) -> tuple[Arrays, Arrays, Arrays, Arrays]:
        """State, drive, weight and parameter."""
        return self.state, self.drive, self.weight, self.parameter

    def at(self, time: int, state: Arrays) -> Network:
        """Return the network of one step: the drives at ``time`` and the given states."""
        return replace(self, state=state, drive={k: v[time] for k, v in self.drive.items()})

    def describe(self) -> str:
        """Return the size, the dtype and the spread of the weights, for a counterexample."""
        scales = ", ".join(
            f"max|{name}| = {w.detach().abs().max().item():.3g}" for name, w in self.weight.items()
        )
        dtype = str(next(iter(self.state.values())).dtype).removeprefix("torch.")
        return f"H = {self.size}, {dtype}" + (f", {scales}" if scales else "")
