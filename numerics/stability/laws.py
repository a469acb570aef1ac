"""The largest eigenvalue of a drawn network, by the law of its cell and as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from longlag.numerics.stability.boundary import boundary_radius
from longlag.numerics.stability.factors import Factors, Reals
from longlag.numerics.stability.invariant import (
    Invariant,
    antisymmetric,
    exponential,
    invariant_radius,
)
from longlag.numerics.stability.outliers import Memory, memory_radii, rank_one_radius, row_radii
from longlag.numerics.stability.whole import Drawn, draw
from longlag.theory.cells.cell import Cell
from longlag.theory.stability.kinds import Law, Structure, structure

_INVARIANT = {Law.ANTISYMMETRIC: antisymmetric, Law.ORTHOGONAL: exponential}
#: Draws of what a law leaves to chance, for each network.
_CHANCES = 32


@dataclass(frozen=True)
class Compared:
    """What a law says of drawn networks, beside what they are.

    Args:
        law: which.
        stated: the means over networks of |λ|max and of ‖J‖_F² over its rows, by the law.
        found: the same of the networks.
        errors: standard errors of found − stated, over networks.
        draws: how many networks.
    """

    law: Law
    stated: tuple[float, float]
    found: tuple[float, float]
    errors: tuple[float, float]
    draws: int

    def half_widths(self, level: float = 0.95) -> tuple[float, float]:
        """Return half of the intervals of found − stated, by Student's distribution.

        Args:
            level: of the intervals.
        """
        factor = float(student.ppf((1 + level) / 2, self.draws - 1))
        return factor * self.errors[0], factor * self.errors[1]


def compare(
    cell: Cell,
    *,
    gain: float,
    size: int,
    draws: int,
    seed: int,
    sizes: Mapping[str, int] | None = None,
    parameters: Mapping[str, float] | None = None,
    law: Law | None = None,
) -> Compared:
    """Return what the law of a cell says of drawn networks, beside what they are.

    Each network has weights, a state, drives and parameters of its own, so that the two are paired.

    Args:
        cell: with a law.
        gain: g of all maps, entries have the variance g²/H.
        size: H, or the size of its first axis.
        draws: how many networks.
        seed: of them.
        sizes: of the axes of a cell that has some.
        parameters: name ↦ number; what is left out is drawn.
        law: another one in the place of its own, to see it fail.

    Raises:
        LonglagError: no law is known.
    """
    found = structure(cell)
    used = law or found.law
    rows = []
    for each in np.random.SeedSequence(seed).generate_state(draws):
        drawn = draw(cell, int(each), size=size, gain=gain, sizes=sizes, parameters=parameters)
        step = drawn.jacobian()
        stated = radius_by(used, drawn, found, gain), isotropy_by(used, drawn, found, gain)
        largest = float(np.abs(np.linalg.eigvals(step)).max())
        rows.append((*stated, largest, float((step**2).sum() / len(step))))
    table = np.array(rows)
    errors = (table[:, 2:] - table[:, :2]).std(0, ddof=1) / np.sqrt(draws)
    means = table.mean(0)
    return Compared(
        used,
        (float(means[0]), float(means[1])),
        (float(means[2]), float(means[3])),
        (float(errors[0]), float(errors[1])),
        draws,
    )


def observed(
    cell: Cell,
    *,
    gain: float,
    size: int,
    draws: int,
    seed: int,
    parameters: Mapping[str, float] | None = None,
) -> Reals:
    """Return |λ|max and ‖J‖_F² over its rows of drawn networks, shape (draws, 2), without a law.

    Args:
        cell: any.
        gain, size, draws, seed, parameters: as for ``compare``.
    """
    found = []
    for each in np.random.SeedSequence(seed).generate_state(draws):
        step = draw(cell, int(each), size=size, gain=gain, parameters=parameters).jacobian()
        largest = float(np.abs(np.linalg.eigvals(step)).max())
        found.append((largest, float((step**2).sum() / len(step))))
    return np.array(found)


def radius_by(law: Law, drawn: Drawn, found: Structure, gain: float) -> float:
    """Return |λ|max of a drawn network by a law, the mean where the law leaves it to chance.

    Args:
        law: which.
        drawn: the network.
        found: of its cell.
        gain: g.
    """
    return _RADII[law](drawn, found, gain)


def _bulk(drawn: Drawn, found: Structure, gain: float) -> float:
    return boundary_radius(drawn.factors(found.dense), drawn.gains(found.dense))


def _local(drawn: Drawn, found: Structure, gain: float) -> float:
    return boundary_radius(drawn.factors(()), np.ones(0))


def _row(drawn: Drawn, found: Structure, gain: float) -> float:
    maps = (*found.dense, *found.rows)
    return float(row_radii(drawn.factors(maps), drawn.gains(maps), drawn.seed, _CHANCES).mean())


def _of_invariant(made: Callable[[float], Invariant]) -> Callable[[Drawn, Structure, float], float]:
    def radius(drawn: Drawn, found: Structure, gain: float) -> float:
        return invariant_radius(_of_one(drawn, found), made(gain))

    return radius


def _of_one(drawn: Drawn, found: Structure) -> Factors:
    """The factors of the one matrix: of W − Wᵀ those of W."""
    return drawn.factors(found.dense or found.others)


def _rank_one(drawn: Drawn, found: Structure, gain: float) -> float:
    return max(rank_one_radius(*parts) for parts in _rank_one_blocks(drawn, found))


def _rank_one_blocks(drawn: Drawn, found: Structure) -> Iterator[tuple[Reals, Reals, Reals]]:
    """D, b and c of the entries that each sum is over, on which J is D + b cᵀ."""
    acting = tuple(
        name
        for name in found.sums
        if any(entry != 0 for entry in found.parts.before[found.parts.maps.index(name), :])
    )
    factors = drawn.factors(acting)
    nodes = {node.value.name: node for node in drawn.cell.graph.maps}
    matrix = drawn.network.weight[str(nodes[acting[0]].weight.name)].numpy()
    parts = factors.local[:, 0, 0], factors.after[:, 0, 0], factors.before[:, 0, 0]
    for group in sorted({tuple(np.flatnonzero(row)) for row in matrix}):
        local, after, before = (part[list(group)] for part in parts)
        yield local, after, before


def _memory_of(drawn: Drawn, found: Structure) -> Memory:
    """The network is the state that matrices of independent entries move."""
    parts, states = found.parts, range(len(drawn.cell.states))
    places = {name: parts.maps.index(name) for name in found.dense}
    own = next(row for row in states if any(parts.after[row, k] != 0 for k in places.values()))
    reading = next(name for name, k in places.items() if parts.before[k, own] == 0)
    lengths = drawn.true.sum(1)
    ends = lengths.cumsum()
    network, memory = (slice(ends[row] - lengths[row], ends[row]) for row in (own, 1 - own))
    step = drawn.jacobian()
    spread = drawn.factors(found.dense).after[: lengths[own], own, 0]
    read = drawn.network.weight[reading].numpy()[: lengths[own], : lengths[1 - own]]
    variance = drawn.variance / drawn.network.size
    crossed = spread[:, None] * read
    return Memory(step[memory, memory], step[memory, network], crossed, spread, variance)


def _memory(drawn: Drawn, found: Structure, gain: float) -> float:
    return float(memory_radii(_memory_of(drawn, found), drawn.seed, _CHANCES).mean())


_RADII: dict[Law, Callable[[Drawn, Structure, float], float]] = {
    Law.LOCAL: _local,
    Law.INDEPENDENT: _bulk,
    Law.RECTANGULAR: _bulk,
    Law.SUMS: _bulk,
    Law.ROW: _row,
    **{law: _of_invariant(made) for law, made in _INVARIANT.items()},
    Law.RANK_ONE: _rank_one,
    Law.MEMORY: _memory,
}


def isotropy_by(law: Law, drawn: Drawn, found: Structure, gain: float) -> float:
    """Return ‖J‖_F² over its number of rows by a law, the mean over random matrices.

    Fixed sums and memories are no random matrices: what they add to D is taken as it is.

    Args:
        law, drawn, found, gain: as for ``radius_by``.
    """
    if law in _INVARIANT:
        made = _INVARIANT[law](gain)
        factors = _of_one(drawn, found)
        local, after, before = (
            part[:, 0, 0] for part in (factors.local, factors.after, factors.before)
        )
        both = 2 * made.trace * (local * after * before).mean()
        squares = made.isotropy * (after**2).mean() * (before**2).mean()
        return float((local**2).mean() + both + squares)
    if law is Law.RANK_ONE:
        return _rank_one_squares(drawn, found) / int(drawn.true.sum())
    if law is Law.MEMORY:
        return _memory_of(drawn, found).squares() / int(drawn.true.sum())
    return drawn.isotropy(found)


def _rank_one_squares(drawn: Drawn, found: Structure) -> float:
    return sum(
        float((d**2).sum() + 2 * (d * b * c).sum() + (b**2).sum() * (c**2).sum())
        for d, b, c in _rank_one_blocks(drawn, found)
    )


__all__ = ["Compared", "compare", "isotropy_by", "observed", "radius_by"]
