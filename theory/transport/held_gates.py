"""A cell whose gates are inputs, and the proof that the gate split is what it says.

With every gate an input of its own, given the value that the gate has, the whole Jacobian of the
cell is that with the gates held fixed. Nothing of the derivation of the split is used.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sympy import Expr

from longlag.theory.cells.cell import Cell
from longlag.theory.language.chains import map_value
from longlag.theory.language.flat import axes_within
from longlag.theory.language.graph import Graph
from longlag.theory.language.matrix import (
    ZERO,
    Block,
    Diagonal,
    Intermediate,
    Matrix,
    Product,
    RankOne,
    Sum,
    add,
    block,
    blocks,
    multiply,
)
from longlag.theory.language.ranges import range_of
from longlag.theory.language.symbols import Drive, SharedDrive, SharedValue, Value
from longlag.theory.transport.entrywise import SymbolicEntries
from longlag.theory.transport.jacobian import Jacobian


def with_gates_as_inputs(cell: Cell) -> Cell:
    """Return a cell in which every gate is a drive of its own.

    Args:
        cell: the cell.

    >>> from longlag.theory import CELLS
    >>> print(with_gates_as_inputs(CELLS["diag_gate"]))
    h <- gate_z*tanh(n + n[h]) + h*(1 - gate_z)
    """
    inputs = _inputs(cell)
    written = {n.written: inputs[n.value] for n in cell.graph.values if n.value in inputs}
    update = {symbol: value.xreplace(written) for symbol, value in cell.update.items()}
    return Cell(cell.name, update, allow_nondifferentiable=True)


def is_gate_split(jacobian: Jacobian) -> bool:
    """Whether the two parts are seen to be those of the gate split for every number of neurons.

    Args:
        jacobian: A is to be the Jacobian with gates as inputs, A + G that of the cell.

    >>> from longlag.theory import CELLS, jacobian
    >>> is_gate_split(jacobian(CELLS["gru"], split="gate"))
    True
    >>> is_gate_split(jacobian(CELLS["gru"]))
    False
    """
    fixed = held_part(jacobian)
    return SymbolicEntries(fixed.cell).is_jacobian(fixed.local) and SymbolicEntries(
        jacobian.cell
    ).is_jacobian(jacobian.matrix)


def held_part(jacobian: Jacobian) -> Jacobian:
    """Return A as what it is to be: the whole Jacobian of the cell whose gates are inputs.

    Args:
        jacobian: in the gate split.
    """
    cell = jacobian.cell
    inputs = _inputs(cell)
    written = {n.written: inputs[n.value] for n in cell.graph.values if n.value in inputs}
    # What a map acts on is part of the name of its value, where its weight has several.
    maps = {n.value: map_value(n.written.xreplace(written)) for n in cell.graph.maps}
    fixed = _rewritten(jacobian.local, cell.graph, {**inputs, **maps})
    nothing = block([[ZERO for _ in row] for row in blocks(fixed)])
    return replace(jacobian, cell=with_gates_as_inputs(cell), local=fixed, recurrent=nothing)


def _inputs(cell: Cell) -> dict[Value, Drive]:
    """A drive for every gate, by a name that is free."""
    taken, found = set(cell.drives), {}
    written = {node.value: node.written for node in cell.graph.values}
    for gate in sorted(cell.graph.gates, key=lambda value: value.name):
        name = f"gate_{gate.name}"
        while name in taken:
            name += "_"
        taken.add(name)
        kind = SharedDrive if isinstance(gate, SharedValue) else Drive
        # Where the gate lies, as what divides by it may need.
        interval = range_of(written[gate]).interval
        found[gate] = kind(name, interval, axes=axes_within(written[gate]))
    return found


def _rewritten(node: Matrix, graph: Graph, inputs: dict[Any, Any]) -> Matrix:
    """A matrix with inputs for the gates, and all other named values written out."""

    def scalar(expression: Expr) -> Expr:
        expression = expression.xreplace(inputs)
        while values := expression.atoms(Value):
            definitions = {value: graph.definition(value) for value in values}
            expression = expression.xreplace(definitions).xreplace(inputs)
        return expression

    known: dict[Matrix, Matrix] = {}

    def matrix(part: Matrix) -> Matrix:
        if isinstance(part, Intermediate):
            if part not in known:
                known[part] = Intermediate(part.number, matrix(part.definition))
            return known[part]
        if isinstance(part, Diagonal):
            return replace(part, entry=scalar(part.entry))
        if isinstance(part, RankOne):
            return RankOne(scalar(part.column), scalar(part.row))
        if isinstance(part, Sum):
            return add(*map(matrix, part.terms))
        if isinstance(part, Product):
            return multiply(*map(matrix, part.factors))
        if isinstance(part, Block):
            return block([[matrix(entry) for entry in row] for row in part.rows])
        return part

    return matrix(node)


__all__ = ["held_part", "is_gate_split", "with_gates_as_inputs"]
