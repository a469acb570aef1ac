"""Drawn networks of any cell: the true Jacobian, and the factors that a law is derived from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from longlag.numerics.generate import generate
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.numerics.stability.factors import Factors, Reals, stacked
from longlag.theory.cells.cell import Cell
from longlag.theory.language.flat import axes_of
from longlag.theory.stability.kinds import Structure


@dataclass(frozen=True)
class Drawn:
    """One network with all its own weights, at a drawn state.

    Args:
        network: its numbers.
        variance: of the entries of its weights, times the length of its vectors.
        true: which entries of its vectors every state has, shape (S, length).
        seed: of the draw.
    """

    network: Network
    variance: float
    true: Any
    seed: int

    @property
    def cell(self) -> Cell:
        """The cell, as it is in the vectors."""
        return self.network.cell

    def jacobian(self) -> Reals:
        """Return J over the true entries, states one after the other."""
        found = generate(self.cell).jacobian(*self.network.arguments).numpy()
        kept = self.true.ravel()
        return np.array(found[np.ix_(kept, kept)])

    def gains(self, maps: Sequence[str]) -> Reals:
        """Return g of some maps, so that entries have the variance g² over the length."""
        return np.full(len(maps), np.sqrt(self.variance))

    def factors(self, maps: Sequence[str]) -> Factors:
        """Return D, b, c and m of some maps, zero where a vector has no true entry.

        Args:
            maps: their names; what others do is left out.
        """
        found = generate(self.cell).coefficients(*self.network.arguments)
        states, size = self.cell.states, self.network.size
        rows, columns = self._entries(maps)
        held = self.true.T.astype(float)
        local = stacked(found.local, states, states, size)
        after = stacked(found.recurrent, states, maps, size)
        before = stacked(found.argument, maps, states, size)
        nested = stacked(found.nested, maps, maps, size)
        return Factors(
            tuple(maps),
            local * held[:, :, None] * held[:, None, :],
            after * rows[:, None, :] * held[:, :, None],
            before * columns[:, :, None] * held[:, None, :],
            nested * columns[:, :, None] * rows[:, None, :],
        )

    def _entries(self, maps: Sequence[str]) -> tuple[Reals, Reals]:
        """Where the values and the arguments of maps have true entries, shape (length, K) each."""
        size, layout = self.network.size, self.network.layout
        rows, columns = np.ones((size, len(maps))), np.ones((size, len(maps)))
        nodes = {node.value.name: node for node in self.cell.graph.maps}
        for k, name in enumerate(maps):
            place = getattr(nodes[name].weight, "place", None)
            if layout is not None and place is not None:
                source, target = map(layout.count, place)
                rows[target:, k] = columns[source:, k] = 0.0
        return rows, columns

    def isotropy(self, found: Structure) -> float:
        """Return E‖J‖_F² over its number of rows, given the factors, over all random matrices.

        Args:
            found: of the cell; of single maps exact but for what one matrix shares with itself.
        """
        maps = (*found.dense, *found.rows)
        factors, gains = self.factors(maps), self.gains(maps)
        inner = gains[:, None] ** 2 * (factors.nested**2).mean(0)
        taken = gains**2 * (factors.before**2).sum(-1).mean(0)
        passed = np.linalg.solve(np.eye(len(maps)) - inner, taken)
        squares = (factors.local**2).sum() + ((factors.after**2).sum(1) * passed).sum()
        return float(squares / self.true.sum())


def draw(
    cell: Cell,
    seed: int,
    *,
    size: int,
    gain: float,
    parameters: Mapping[str, float] | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Drawn:
    """Draw a network of a cell with weights of its own.

    Args:
        cell: any.
        seed: of the draw.
        size: H, or the size of its first axis.
        gain: g, entries have the variance g²/size.
        parameters: name ↦ number; what is left out is drawn.
        sizes: of the axes of a cell that has some.
    """
    generator = torch.Generator().manual_seed(seed)
    network = sample_network(cell, generator, size=size, sizes=sizes, weight_scale=gain)
    chosen = {
        name: torch.full_like(network.parameter[name], value)
        for name, value in (parameters or {}).items()
    }
    network = replace(network, parameter={**network.parameter, **chosen})
    layout, length = network.layout, network.size
    true = np.ones((len(cell.states), length), dtype=bool)
    for row, state in enumerate(cell.update):
        if layout is not None:
            true[row, layout.count(axes_of(state)) :] = False
    return Drawn(network, gain**2 * length / size, true, seed)


__all__ = ["Drawn", "draw"]
