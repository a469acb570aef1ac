"""One entry of a matrix over neurons, as an expression at a row q and a column p.

A per-neuron expression stands for its value at the row, ``column(…)`` for its value at the column,
a dense weight for W_{qp}, and ``delta`` for the identity. So the Jacobian of a leaky cell reads
``(1 - alpha) * delta + alpha * (1 - n**2) * weight("n")``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
from sympy import Dummy, Expr, Matrix

from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.chains import COLUMN, ROW, Chain, Unfolding, edge, placed
from longlag.theory.language.explicit import Explicit
from longlag.theory.language.graph import Graph, build_graph
from longlag.theory.language.maps import DenseWeight
from longlag.theory.language.matrix import Weight
from longlag.theory.language.symbols import CellSymbol, State
from longlag.theory.scalar.parameters import validate_name

#: The entries of the blocks of a matrix over states, by (new state, previous state).
Entries = Mapping[tuple[str, str], Expr]


class Identity(CellSymbol):
    """1 where row and column are the same neuron, else 0."""

    role = "identity"
    constant = True


class Column(Expr):
    """A per-neuron expression at the column p."""


delta = Identity("delta")


def column(expression: Expr) -> Expr:
    """Return a per-neuron expression at the column of the entry.

    >>> from longlag.theory import state
    >>> column(state("h"))
    Column(h)
    """
    return Column(sympy.sympify(expression))


def weight(name: str) -> DenseWeight:
    """Return the entry W_{qp} of the recurrent weight of a map.

    >>> weight("n")
    n
    """
    return DenseWeight(validate_name("map", name))


def explicit_entries(stated: Expr | Entries, cell: Cell, size: int) -> Matrix:
    """Return a matrix over states and neurons, given by its entries, for a number of neurons.

    Args:
        stated: the entry of a cell with one state, or the entries by (new, previous) state; what
            is left out is zero.
        cell: whose states, drives, weights and parameters occur.
        size: the number of neurons H.

    Raises:
        LonglagError: a symbol or a state that the cell does not have.
    """
    blocks = _blocks(stated, cell)
    rows = [
        [_block(blocks.get((new, previous), sympy.S.Zero), cell, size) for previous in cell.states]
        for new in cell.states
    ]
    return Matrix(sympy.BlockMatrix(rows)) if len(rows) > 1 else rows[0][0]


def entry_chains(stated: Expr | Entries, cell: Cell) -> dict[tuple[str, str], list[Chain]] | None:
    """Return a matrix over states and neurons, given by its entries, for any number of neurons.

    Args:
        stated: as in ``explicit_entries``.
        cell: whose states, drives, weights and parameters occur.

    Returns:
        The chains of each block that is given; None where an entry is no polynomial in weights
        and the identity.

    Raises:
        LonglagError: a symbol or a state that the cell does not have.

    >>> from longlag.theory import CELLS
    >>> entry_chains(2 * weight("n"), CELLS["plain"])["h", "h"]
    [Chain(factor=2, edges=(('n', 0, 1),), equal=False, inner=0)]
    """
    found = {}
    for pair, entry in _blocks(stated, cell).items():
        chains = _chains(entry, cell)
        if chains is None:
            return None
        found[pair] = chains
    return found


def _chains(entry: Expr, cell: Cell) -> list[Chain] | None:
    row, columns, graph = _lowered(entry, cell)
    unfolding = Unfolding(graph)
    held = {symbol: Dummy() for symbol in sorted(row.atoms(DenseWeight), key=str)}
    known = {
        mark: placed(unfolding.inlined(expression), COLUMN) for mark, expression in columns.items()
    }
    written = placed(unfolding.inlined(row.xreplace(held)), ROW).xreplace(known)
    letters = (_mark, *held.values())
    if not written.is_polynomial(*letters):
        return None
    chains = []
    for (kronecker, *powers), factor in sympy.Poly(written, *letters).terms():
        counted = zip(held, powers, strict=True)
        edges = tuple(edge(w, ROW, COLUMN) for w, power in counted for _ in range(power))
        chain = Chain(factor, edges, equal=kronecker > 0)
        chains.append(chain.moved({COLUMN: ROW}) if chain.equal else chain)
    return chains


def _blocks(stated: Expr | Entries, cell: Cell) -> dict[tuple[str, str], Expr]:
    if isinstance(stated, Mapping):
        found = {pair: sympy.sympify(entry) for pair, entry in stated.items()}
    elif len(cell.states) == 1:
        found = {(cell.states[0], cell.states[0]): sympy.sympify(stated)}
    else:
        raise LonglagError(
            f"one entry for cell {cell.name!r}",
            f"it has the states {', '.join(cell.states)}, so that its matrix has blocks",
            "give a dictionary {(new, previous): entry}",
        )
    for pair in found:
        if not set(pair) <= set(cell.states):
            raise LonglagError(
                f"block {pair} of cell {cell.name!r}",
                "it has no such state",
                f"choose from {', '.join(cell.states)}",
            )
    return found


def _lowered(entry: Expr, cell: Cell) -> tuple[Expr, dict[Dummy, Expr], Graph]:
    """An entry over the nodes of a graph: at the row, with marks for what stands at the column."""
    marks = {node: Dummy(f"c{i}") for i, node in enumerate(sorted(entry.atoms(Column), key=str))}
    # Read as updates, so that maps and gates inside are written out as the cell's own are.
    updates = {State(f"row of {entry}"): entry.xreplace({**marks, delta: _mark})}
    columns = {State(f"column {i}"): node.args[0] for i, node in enumerate(marks)}
    _require_known({*updates.values(), *columns.values()}, cell, set(marks.values()))
    graph = build_graph({**cell.update, **updates, **columns})
    (row,) = (graph.update[symbol.name] for symbol in updates)
    at_columns = zip(marks.values(), columns, strict=True)
    return row, {mark: graph.update[symbol.name] for mark, symbol in at_columns}, graph


def _block(entry: Expr, cell: Cell, size: int) -> Matrix:
    row, columns, graph = _lowered(entry, cell)
    writer = Explicit(graph, size)
    dense = {symbol: writer.matrix(Weight(symbol)) for symbol in row.atoms(DenseWeight)}

    def at(q: int, p: int) -> Expr:
        held: dict[Any, Any] = {symbol: Dummy() for symbol in dense}
        written = writer.entry(row.xreplace(held), q)
        known = {mark: writer.entry(expression, p) for mark, expression in columns.items()}
        known |= {held[symbol]: matrix[q, p] for symbol, matrix in dense.items()}
        return written.xreplace({**known, _mark: sympy.Integer(int(q == p))})

    return Matrix(size, size, lambda q, p: at(int(q), int(p)))


_mark = Dummy("delta")


def _require_known(expressions: set[Expr], cell: Cell, marks: set[Any]) -> None:
    known = set().union(*(cell.symbols(role) for role in (CellSymbol,)))
    known |= set(cell.update) | marks | {_mark}
    for symbol in sorted(set().union(*(e.free_symbols for e in expressions)) - known, key=str):
        raise LonglagError(
            f"symbol {symbol} in an entry for cell {cell.name!r}",
            "the cell does not have it",
            "build the entry from the cell's states, drives, maps and parameters, delta, "
            "column(…) and weight(…)",
        )


__all__ = ["Column", "Entries", "column", "delta", "entry_chains", "explicit_entries", "weight"]
