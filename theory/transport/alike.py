"""Axes along which a transport is one matrix for every entry, as that of a memory's values."""

from __future__ import annotations

from longlag.theory.cells.cell import Cell
from longlag.theory.language.axes import Axes, Axis
from longlag.theory.language.flat import axes_of
from longlag.theory.language.graph import MapNode
from longlag.theory.language.maps import DenseWeight
from longlag.theory.language.matrix import Matrix, entries
from longlag.theory.language.parts import parts_of_kind
from longlag.theory.language.reductions import FixedWeight
from longlag.theory.language.symbols import CellSymbol, State, Value
from longlag.theory.transport.jacobian import jacobian


def alike_along(cell: Cell) -> Axes:
    """Return the axes along which every factor, and so the transport, is G ⊗ I.

    Along such an axis no map mixes entries, and the Jacobian reads nothing that varies: of a delta
    rule S ← S + β k (v − kᵀS) it is that of the values, M = ∏(I − β k kᵀ) ⊗ I.
    Source: derived here; blocks that commute with what acts along the axis.

    Args:
        cell: the cell.

    >>> from longlag.theory import CELLS
    >>> alike_along(CELLS["delta_net"]), alike_along(CELLS["gru"])
    ((P,), ())
    """
    if len(cell.axes) == 1:
        return ()
    shared = [a for a in cell.axes if all(a in axes_of(state) for state in cell.update)]
    apart = _read(jacobian(cell).matrix, cell).union(*map(_mixed, cell.graph.maps))
    return tuple(each for each in shared if each not in apart)


def _mixed(node: MapNode) -> set[Axis]:
    """The axes that a map mixes; a spread of what holds no state mixes none."""
    weight = node.weight
    if isinstance(weight, FixedWeight):
        moves = node.written.has(State)
        added = set(weight.target) - set(weight.source) if moves else set()
        return added | ({weight.over} if weight.over is not None else set())
    if isinstance(weight, DenseWeight) and weight.place is not None:
        return {each for each in (weight.to, weight.over) if each is not None}
    return set(axes_of(node.value))


def _read(matrix: Matrix, cell: Cell) -> set[Axis]:
    """The axes of all that stands in the entries of a matrix."""
    pending = {symbol for entry in entries(matrix) for symbol in parts_of_kind(entry, CellSymbol)}
    definitions = {node.value: node.definition for node in cell.graph.values}
    maps = {node.value: node for node in cell.graph.maps}
    seen: set[CellSymbol] = set()
    axes: set[Axis] = set()
    while pending:
        symbol = pending.pop()
        seen.add(symbol)
        if isinstance(symbol, Value):
            pending |= definitions[symbol].atoms(CellSymbol) - seen
        elif symbol in maps:
            node = maps[symbol]
            over = node.weight.over if isinstance(node.weight, FixedWeight) else None
            inside = node.argument.atoms(CellSymbol)
            axes |= {a for each in inside for a in axes_of(each) if a != over}
            pending |= {each for each in inside if isinstance(each, Value) or each in maps} - seen
        else:
            axes |= set(axes_of(symbol))
    return axes


__all__ = ["alike_along"]
