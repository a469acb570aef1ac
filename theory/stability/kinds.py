r"""Which law bounds the spectrum of a cell: by the kinds of matrices among its maps.

The response T(λ) of theory.stability.linearised is derived from D and R of any cell. What bounds
the spectrum is what multiplies it: matrices of independent entries, one row that all neurons share,
sums over neurons, an antisymmetric or orthogonal matrix, or fixed numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.given import NumberWeight
from longlag.theory.language.graph import MapNode
from longlag.theory.language.maps import DenseWeight, MeanWeight, RowWeight
from longlag.theory.language.reductions import FixedWeight
from longlag.theory.language.weights import (
    ExponentialWeight,
    FreeWeight,
    MatrixForm,
    TransposedWeight,
)
from longlag.theory.stability.linearised import Linearised, taken_apart
from longlag.theory.transport.jacobian import jacobian


class Law(Enum):
    """What bounds the spectrum for large H, in words, with its source."""

    LOCAL = "D alone, exact"
    INDEPENDENT = "independent entries"
    RECTANGULAR = "independent entries, not square"
    SUMS = "independent entries; sums drop out"
    ROW = "independent entries; a Gaussian outlier of the row"
    ANTISYMMETRIC = "antisymmetric, free of D"
    ORTHOGONAL = "orthogonal, free of D"
    RANK_ONE = "D and fixed rank one, exact"
    MEMORY = "fixed memory; Gaussian outliers of what it reads"


@dataclass(frozen=True)
class Structure:
    """A cell around its maps, each by its kind.

    Args:
        parts: D, b, c and m.
        law: which bounds the spectrum.
        dense: names of the maps with matrices of independent entries.
        rows: of those with one row for all neurons.
        sums: of sums, means and spreads over neurons.
        others: of the rest: antisymmetric, orthogonal or fixed matrices.
    """

    parts: Linearised
    law: Law
    dense: tuple[str, ...]
    rows: tuple[str, ...]
    sums: tuple[str, ...]
    others: tuple[str, ...]


@lru_cache(maxsize=256)
def structure(cell: Cell) -> Structure:
    """Return a cell around its maps, and which law bounds its spectrum.

    Args:
        cell: any.

    Raises:
        LonglagError: no law is known, with the reason.

    >>> from longlag.theory import CELLS
    >>> [structure(CELLS[name]).law.name for name in ("gru", "shared_gate", "antisymmetric")]
    ['INDEPENDENT', 'ROW', 'ANTISYMMETRIC']
    """
    parts = taken_apart(cell)
    local = jacobian(cell).is_local
    nodes = () if local else cell.graph.maps
    dense, rows, sums, others = (
        tuple(node.value.name for node in nodes if _is_kind(node, kinds)) for kinds in _KINDS
    )
    found = Structure(parts, Law.LOCAL, dense, rows, sums, others)
    if not local:
        found = Structure(parts, _law(found, nodes), dense, rows, sums, others)
    return found


#: Types of weights in dense, rows, sums.
_KINDS: tuple[tuple[type, ...], ...] = (
    (DenseWeight, FreeWeight),
    (RowWeight,),
    (MeanWeight, FixedWeight),
    (TransposedWeight, ExponentialWeight, NumberWeight),
)


def _is_kind(node: MapNode, kinds: tuple[type, ...]) -> bool:
    return type(node.weight) in kinds


def _law(found: Structure, nodes: Sequence[MapNode]) -> Law:
    returns = comes_back(found.parts, found.sums)
    if found.others:
        return _law_of_others(found, nodes)
    if not found.dense and not found.rows:
        return Law.RANK_ONE
    if returns:
        raise _unknown(found, "a sum over neurons acts on states that it moves")
    labels = [_label(node) for node in nodes if node.value.name in found.dense]
    if len(labels) > len(set(labels)):
        raise _unknown(found, "two of its maps share a weight, whose traces do not vanish")
    if len(found.rows) > 1:
        raise _unknown(found, "it has several rows, whose outliers repel")
    if found.rows:
        return Law.ROW
    if found.sums:
        return Law.SUMS
    square = all(n.weight.place is None or n.weight.place[0] == n.weight.place[1] for n in nodes)
    return Law.INDEPENDENT if square else Law.RECTANGULAR


def _law_of_others(found: Structure, nodes: Sequence[MapNode]) -> Law:
    """The law of a cell with matrices that are made of others."""
    parts, weights = found.parts, {node.value.name: node.weight for node in nodes}
    if found.rows:
        raise _unknown(found, "it has a row beside a matrix made of others")
    kinds = {type(weights[name]) for name in found.others}
    if kinds == {TransposedWeight} and len(parts.maps) == 2 and len(parts.cell.states) == 1:
        (other,), (own,) = found.others, found.dense
        back, forth = (parts.maps.index(name) for name in (other, own))
        opposite = (parts.after[:, back] + parts.after[:, forth]).applyfunc(_simplified)
        alike = parts.before[back, :] == parts.before[forth, :] and parts.nested.is_zero_matrix
        if weights[other].of == weights[own] and opposite.is_zero_matrix and alike:
            return Law.ANTISYMMETRIC
        raise _unknown(found, "it has a matrix and its transpose in other places")
    if kinds == {ExponentialWeight} and len(parts.maps) == 1 and len(parts.cell.states) == 1:
        matrix = weights[found.others[0]]
        if is_antisymmetric(matrix.of):
            return Law.ORTHOGONAL
        raise _unknown(found, "the exponential of a matrix that is not antisymmetric")
    fixed = all(isinstance(found_weight, NumberWeight) for found_weight in _given(nodes, found))
    if fixed and found.dense:
        return Law.MEMORY
    raise _unknown(found, "it has a matrix made of others among its maps")


def _given(nodes: Sequence[MapNode], found: Structure) -> list[FreeWeight]:
    """The weights that the matrices made of others are made of."""
    return [w for node in nodes if node.value.name in found.others for w in node.weight.given]


def is_antisymmetric(form: MatrixForm) -> bool:
    """Whether a form in matrices is A − Aᵀ of one of free entries.

    Args:
        form: terms of a factor and matrices.
    """
    if [len(factors) for _, factors in form.terms] != [1, 1]:
        return False
    (one, (first,)), (other, (second,)) = form.terms
    pair = {first, second}
    return bool(one == -other) and any(
        isinstance(each, TransposedWeight) and pair == {each, each.of} for each in pair
    )


def comes_back(parts: Linearised, names: Sequence[str]) -> bool:
    """Whether values of some maps come back to themselves through states and those maps alone.

    If not, m + c (λ − D)^{−1} b of those maps is nilpotent: they pass on what others give them, and
    have no pole of their own.

    Args:
        parts: a cell around its maps.
        names: of maps.

    >>> from longlag.theory import CELLS
    >>> delta, normed = (structure(CELLS[n]) for n in ("delta_net", "lstm_layer_norm"))
    >>> comes_back(delta.parts, delta.sums), comes_back(normed.parts, normed.sums)
    (True, False)
    """
    places = {name: parts.maps.index(name) for name in names}
    moved = {name: _moved_states(parts, k) for name, k in places.items()}
    graph = {
        to: {
            source
            for source, k in places.items()
            if parts.nested[row, k] != 0 or any(parts.before[row, i] != 0 for i in moved[source])
        }
        for to, row in places.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return True
    return False


def _moved_states(parts: Linearised, place: int) -> set[int]:
    """The states that the value of a map moves, at once or by way of other states."""
    found: set[int] = set()
    further = {i for i in range(parts.local.rows) if parts.after[i, place] != 0}
    while further - found:
        found |= further
        further = {i for i in range(parts.local.rows) for j in found if parts.local[i, j] != 0}
    return found


def _label(node: MapNode) -> str:
    weight = node.weight
    return str(weight.label if isinstance(weight, FreeWeight) else weight.name)


def _simplified(entry: object) -> object:
    return entry.simplify() if hasattr(entry, "simplify") else entry


def _unknown(found: Structure, why: str) -> LonglagError:
    return LonglagError(
        f"no law for the spectrum of cell {found.parts.cell.name!r}",
        why,
        "sample networks of it: longlag stability",
    )


__all__ = ["Law", "Structure", "comes_back", "is_antisymmetric", "structure"]
