"""The per-neuron factors of a network's Jacobian around its maps, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sympy import Matrix

from longlag.numerics.generate import generate
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.stability.linearised import at_rest, linearised

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Factors:
    """A step for small changes, δh ↦ D δh + Σ_k b_k u_k, u_k = W_k (c_k δh + Σ_l m_kl u_l).

    Args:
        maps: names of the maps k.
        local: D, shape (H, S, S).
        after: b, shape (H, S, K).
        before: c, shape (H, K, S).
        nested: m, shape (H, K, K).
    """

    maps: tuple[str, ...]
    local: Reals
    after: Reals
    before: Reals
    nested: Reals

    @property
    def size(self) -> int:
        """The number of neurons H."""
        return len(self.local)

    @property
    def states(self) -> int:
        """The number of states S of a neuron."""
        return int(self.local.shape[-1])

    def only(self, maps: Sequence[str]) -> Factors:
        """Return the factors of some of the maps, what the others do left out.

        Args:
            maps: their names.
        """
        kept = [self.maps.index(name) for name in maps]
        return Factors(
            tuple(maps),
            self.local,
            self.after[:, :, kept],
            self.before[:, kept, :],
            self.nested[:, kept, :][:, :, kept],
        )

    def jacobian(self, weights: Sequence[Reals]) -> Reals:
        """Return J with some weights, neurons slow and states fast, shape (H S, H S).

        Args:
            weights: a matrix H × H for every map.
        """
        size, states = self.size, self.states
        # Maps come in order, so what a map acts on is known when it is its turn.
        eye = np.eye(size * states).reshape(size, states, size * states)
        passed: list[Reals] = []
        for k, weight in enumerate(weights):
            taken = np.einsum("qs,qsn->qn", self.before[:, k], eye)
            for inner, value in enumerate(passed):
                taken = taken + self.nested[:, k, inner, None] * value
            passed.append(weight @ taken)
        total = np.einsum("qst,qtn->qsn", self.local, eye)
        for k, value in enumerate(passed):
            total = total + self.after[:, :, k, None] * value[:, None, :]
        return total.reshape(size * states, size * states)

    def draw(self, generator: np.random.Generator, gains: Reals) -> list[Reals]:
        """Return independent normal weights, of variance g_k²/H.

        Args:
            generator: where the randomness comes from.
            gains: g, shape (K,).
        """
        shape = (self.size, self.size)
        return [g * generator.standard_normal(shape) / np.sqrt(self.size) for g in gains]


def factors_of(network: Network) -> Factors:
    """Return the factors of a network at its first state.

    Args:
        network: of a cell that is covered, without leading axes.

    Raises:
        LonglagError: a cell whose maps are no independent dense matrices.
    """
    maps = linearised(network.cell).maps
    found = generate(network.cell).coefficients(*network.arguments)
    states = network.cell.states
    size = network.size
    return Factors(
        maps,
        stacked(found.local, states, states, size),
        stacked(found.recurrent, states, maps, size),
        stacked(found.argument, maps, states, size),
        stacked(found.nested, maps, maps, size),
    )


def stacked(
    edges: Mapping[tuple[str, str], torch.Tensor],
    rows: Sequence[str],
    columns: Sequence[str],
    size: int,
) -> Reals:
    """Return derivatives by names as one array, shape (size, rows, columns).

    Args:
        edges: (row, column) ↦ numbers of each neuron; zero where there are none.
        rows: names.
        columns: names.
        size: the number of neurons H.
    """
    made = np.zeros((size, len(rows), len(columns)))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            if (row, column) in edges:
                made[:, i, j] = edges[row, column].numpy()
    return made


def resting_factors(cell: Cell, parameters: Mapping[str, Any], size: int) -> Factors:
    """Return the factors of a cell at the state zero without drives, for equal neurons.

    Args:
        cell: that rests there.
        parameters: name ↦ number.
        size: the number of neurons H.

    Raises:
        LonglagError: a cell whose maps are no independent dense matrices; as ``at_rest``.
    """
    linearised(cell)
    rest = at_rest(cell, parameters)

    def spread(part: Matrix) -> Reals:
        values = np.array(part.tolist(), dtype=np.float64).reshape(part.shape)
        return np.broadcast_to(values, (size, *values.shape))

    return Factors(rest.maps, *map(spread, (rest.local, rest.after, rest.before, rest.nested)))


def sampled_factors(
    cell: Cell,
    seed: int,
    *,
    size: int,
    gain: float = 1.0,
    drive_scale: float = 1.0,
    parameters: Mapping[str, Any] | None = None,
) -> Factors:
    """Return the factors at a state of a network that is drawn.

    Args:
        cell: the cell.
        seed: of the draw.
        size: the number of neurons H.
        gain: g of the weights that make the values of its maps.
        drive_scale: standard deviation of the drives, one step.
        parameters: name ↦ number, the same for all neurons; what is left out is drawn.

    Raises:
        LonglagError: a cell that is not covered, or whose state is an array over several axes.
    """
    linearised(cell)
    if len(cell.axes or ()) > 1:
        raise LonglagError(
            f"stability of cell {cell.name!r}",
            "its state is an array over several axes, which no random weight mixes",
            "its D says it all: longlag derive",
        )
    generator = torch.Generator().manual_seed(seed)
    network = sample_network(cell, generator, size=size, weight_scale=gain, drive_scale=drive_scale)
    chosen = {
        name: torch.full_like(network.parameter[name], float(value))
        for name, value in (parameters or {}).items()
    }
    return factors_of(replace(network, parameter={**network.parameter, **chosen}))


__all__ = ["Factors", "Reals", "factors_of", "resting_factors", "sampled_factors", "stacked"]
