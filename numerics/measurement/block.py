"""Which state is followed to which: the blocks of a transport, by name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from longlag.numerics.networks.network import Network
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.axes import names
from longlag.theory.language.flat import axes_of
from longlag.theory.transport.jacobian import jacobian
from longlag.theory.transport.rates import carrier


@dataclass(frozen=True)
class Block:
    """The block ∂(new state at t)/∂(previous state at t−ℓ) of a transport.

    Args:
        cell: the cell.
        previous: the state at the old end of the lag.
        new: the state at the new end.
    """

    cell: Cell
    previous: str
    new: str

    @property
    def positions(self) -> tuple[int, int]:
        """The positions of the new and of the previous state in ``cell.states``."""
        states = self.cell.states
        return states.index(self.new), states.index(self.previous)

    def __str__(self) -> str:
        return f"{self.previous}->{self.new}"


def true_entries(network: Network, block: Block) -> int:
    """Return how many entries of the vectors of a network belong to the states of a block.

    Raises:
        LonglagError: the two states have different axes, so that their block has no diagonal.
    """
    if network.layout is None:
        return network.size
    states = {symbol.name: symbol for symbol in network.cell.update}
    new, previous = (axes_of(states[name]) for name in (block.new, block.previous))
    if new != previous:
        raise LonglagError(
            f"block {block}",
            f"{block.previous} has the axes {', '.join(names(previous))}, {block.new} "
            f"{', '.join(names(new))}, and lags are compared entry by entry",
            f"choose {block.new}->{block.new} or {block.previous}->{block.previous}",
        )
    return network.layout.count(new)


def find_block(cell: Cell, text: str | None = None) -> Block:
    """Return a block by name.

    Args:
        cell: the cell.
        text: the old state, an arrow and the new one: ``c->h`` is ∂h_t/∂c_{t−ℓ}. None takes the
            block of the theory: the state that carries its own value over time, c->c for an LSTM.

    Raises:
        LonglagError: another notation, or a state that the cell does not have.

    >>> from longlag.theory import CELLS
    >>> str(find_block(CELLS["lstm"])), find_block(CELLS["lstm"], "c->h").positions
    ('c->c', (0, 1))
    """
    if text is None:
        state = carrier(jacobian(cell))
        return Block(cell, state, state)
    parts = re.split(r"\s*(?:->|→)\s*", str(text).strip())
    if len(parts) != 2 or any(name not in cell.states for name in parts):
        choices = [f"{old}->{new}" for old in cell.states for new in cell.states]
        raise LonglagError(
            f"block {text!r}",
            f"cell {cell.name!r} has the states {', '.join(cell.states)}",
            f"choose from {', '.join(choices)}",
        )
    return Block(cell, *parts)
