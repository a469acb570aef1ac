"""The one-step Jacobian of a cell, derived from its update.

J_t = ∂h_t/∂h_{t−1} = D_t + R_t. The local part D holds the paths on which a neuron reaches itself
without crossing a linear map; the recurrent part R holds all paths that cross at least one.
Source: arXiv 2508.12121 and 2512.05790 state them cell by cell; derived here from the update.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeAlias

from sympy import Expr, S
from sympy import Matrix as ExplicitMatrix

from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.displays import matrix_equations
from longlag.theory.language.explicit import explicit_matrix
from longlag.theory.language.graph import MapNode, ValueNode
from longlag.theory.language.matrix import (
    ZERO,
    Diagonal,
    Matrix,
    Product,
    RankOne,
    Weight,
    add,
    block,
    blocks,
    diagonal,
    mean_vanishes,
    multiply,
)
from longlag.theory.language.symbols import MapValue, MeanWeight, RowWeight, State
from longlag.theory.language.text import TextPrinter
from longlag.theory.notation import neurons
from longlag.theory.typeset.shown import Shown, aligned

#: Per-neuron derivatives keyed by (what is differentiated, by what).
Fields: TypeAlias = Mapping[tuple[str, str], Expr]


@dataclass(frozen=True)
class Coefficients:
    """Every per-neuron derivative that the Jacobian is assembled from; zeros are left out.

    Args:
        local: (state, previous state) ↦ ∂(new state)/∂(previous state), no map crossed.
        recurrent: (state, map) ↦ ∂(new state)/∂(value of the map).
        argument: (map, previous state) ↦ ∂(argument of the map)/∂(previous state).
        nested: (map, inner map) ↦ ∂(argument of the map)/∂(value of the inner map).
        open_gate: state ↦ ∂(new state)/∂(candidate), where the update has one candidate.
    """

    local: Fields
    recurrent: Fields
    argument: Fields
    nested: Fields
    open_gate: Mapping[str, Expr]


@dataclass(frozen=True)
class Jacobian(Shown):
    """The one-step Jacobian of a cell as its local and its recurrent part.

    Args:
        cell: what it was derived from.
        coefficients: its per-neuron derivatives.
        local: D, diagonal (a block of diagonals for several states).
        recurrent: R, a sum of terms that each cross at least one map.
    """

    cell: Cell
    coefficients: Coefficients
    local: Matrix
    recurrent: Matrix

    @cached_property
    def matrix(self) -> Matrix:
        """J = D + R."""
        pairs = zip(blocks(self.local), blocks(self.recurrent), strict=True)
        return block([[add(d, r) for d, r in zip(*rows, strict=True)] for rows in pairs])

    def block(self, new: str, previous: str) -> Matrix:
        """Return the block ∂(new state)/∂(previous state)."""
        states = self.cell.states
        for name in (new, previous):
            if name not in states:
                raise LonglagError(
                    f"state {name!r}",
                    f"cell {self.cell.name!r} has no such state",
                    f"choose from {', '.join(states)}",
                )
        return blocks(self.matrix)[states.index(new)][states.index(previous)]

    def to_explicit(self, size: int) -> ExplicitMatrix:
        """Return the Jacobian of ``size`` neurons as a SymPy matrix, blocks in order of states."""
        return explicit_matrix(self.matrix, self.cell.graph, size)

    def __str__(self) -> str:
        return jacobian_text(self)

    def _lines(self) -> list[str]:
        return jacobian_equations(self)


def coefficients(cell: Cell) -> Coefficients:
    """Differentiate a cell's update along every edge of its graph.

    Args:
        cell: the cell.

    Returns:
        The nonzero derivatives, with gates kept as symbols.

    >>> from longlag.theory import CELLS
    >>> coefficients(CELLS["diag_gate"]).recurrent["h", "z"]
    z*(1 - z)*(-h + n)
    """
    graph = cell.graph
    states = list(cell.update)
    maps = [node.value for node in graph.maps]
    arguments = {node.value.name: node.argument for node in graph.maps}

    def fields(outputs: Mapping[str, Expr], inputs: list[State] | list[MapValue]) -> Fields:
        found = {}
        for name, expression in outputs.items():
            for variable in inputs:
                derivative = graph.derivative(expression, variable)
                if derivative != 0:
                    found[name, variable.name] = derivative
        return found

    open_gate = {}
    for name, update in graph.update.items():
        candidate = graph.candidate(name)
        if candidate is not None:
            open_gate[name] = update.diff(candidate)
    return Coefficients(
        local=fields(graph.update, states),
        recurrent=fields(graph.update, maps),
        argument=fields(arguments, states),
        nested=fields(arguments, maps),
        open_gate=open_gate,
    )


def jacobian(cell: Cell) -> Jacobian:
    """Derive the one-step Jacobian of a cell.

    Args:
        cell: the cell.

    Returns:
        Its local and recurrent parts, of symbolic dimension; derived once for each cell.

    Raises:
        LonglagError: what is given is no Cell.

    >>> from longlag.theory import CELLS
    >>> jacobian(CELLS["diag_gate"]).local
    Diagonal(entry=1 - z)
    """
    if not isinstance(cell, Cell):
        raise LonglagError(
            f"{cell!r}", "only a Cell has a Jacobian", "give a Cell, such as CELLS['gru']"
        )
    return derive_jacobian(cell)


@lru_cache(maxsize=64)
def derive_jacobian(cell: Cell) -> Jacobian:
    """Derive the Jacobian without asking what is given; see ``jacobian``."""
    found = coefficients(cell)
    assembler = _Assembler(cell, found)
    states = cell.states
    local = [[diagonal(found.local.get((i, j), S.Zero)) for j in states] for i in states]
    recurrent = [[assembler.crossing(found.recurrent, i, j) for j in states] for i in states]
    return Jacobian(cell, found, block(local), block(recurrent))


class _Assembler:
    """Joins edge derivatives to matrices along every path through the maps."""

    def __init__(self, cell: Cell, found: Coefficients) -> None:
        self.maps = cell.graph.maps
        self.found = found
        self.means = [(n.value, n.argument) for n in self.maps if isinstance(n.weight, MeanWeight)]

    def crossing(self, outer: Fields, output: str, state: str) -> Matrix:
        """Paths from ``output`` to ``state`` that first cross one of the maps."""
        terms = []
        for node in self.maps:
            derivative = outer.get((output, node.value.name))
            if derivative is not None:
                terms.append(self.join(derivative, node, state))
        return add(*terms)

    def join(self, derivative: Expr, node: MapNode, state: str) -> Matrix:
        name = node.value.name
        inner = add(
            diagonal(self.found.argument.get((name, state), S.Zero)),
            self.crossing(self.found.nested, name, state),
        )
        # Distributed over the sum, so that every term is a plain chain of factors.
        left = multiply(Diagonal(derivative), map_matrix(node))
        terms = inner.terms if hasattr(inner, "terms") else (inner,)
        return add(*(multiply(left, term) for term in terms if not self.vanishes(left, term)))

    def vanishes(self, left: Matrix, right: Matrix) -> bool:
        first = right.factors[0] if isinstance(right, Product) else right
        if not (isinstance(left, RankOne) and isinstance(first, RankOne)):
            return False
        return mean_vanishes(left.row, first.column, self.means)


def map_matrix(node: MapNode) -> Matrix:
    """Return the matrix of a linear map: W, 1uᵀ, or 11ᵀ/H."""
    if isinstance(node.weight, RowWeight):
        return RankOne(S.One, node.weight)
    if isinstance(node.weight, MeanWeight):
        return RankOne(S.One, 1 / neurons)
    return Weight(node.weight)


def jacobian_text(jacobian: Jacobian) -> str:
    """Return the local and the recurrent part of a Jacobian, one block a line, and its letters.

    >>> from longlag.theory import CELLS, jacobian
    >>> print(jacobian_text(jacobian(CELLS["leaky"])))
    D = (1 - alpha) I
    R = diag(alpha*(1 - n**2)) W_n
    where n = tanh(d_n + (W_n h))
    """
    printer = TextPrinter(jacobian.cell.graph)
    states = jacobian.cell.states
    lines = []
    for letter, part in (("D", jacobian.local), ("R", jacobian.recurrent)):
        for new, row in zip(states, blocks(part), strict=True):
            for previous, entry in zip(states, row, strict=True):
                block = "" if len(states) == 1 else f"[{new}, {previous}]"
                if entry != ZERO or not block:
                    lines.append(f"{letter}{block} = {printer.node(entry)}")
    word = "where"
    for node in jacobian.cell.graph.nodes:
        definition = node.definition if isinstance(node, ValueNode) else printer.mean(node)
        if definition is not None:
            lines.append(f"{word} {node.value.name} = {printer.doprint(definition)}")
            word = "     "
    return "\n".join(lines)


def jacobian_equations(jacobian: Jacobian) -> list[str]:
    """Return the local and the recurrent part of a Jacobian as lines of LaTeX."""
    graph = jacobian.cell.graph
    local = matrix_equations(jacobian.local, "D", graph)
    return [*local, *matrix_equations(jacobian.recurrent, "R", graph)]


def jacobian_latex(jacobian: Jacobian) -> str:
    """Return the local and the recurrent part of a Jacobian as aligned LaTeX."""
    return aligned(jacobian_equations(jacobian))


__all__ = ["Coefficients", "Fields", "Jacobian", "coefficients", "jacobian", "map_matrix"]
