"""Derivatives of a cell along the edges of its graph, and matrices along its paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sympy import Expr, S

from longlag.theory.cells.cell import Cell
from longlag.theory.language.graph import MapNode
from longlag.theory.language.maps import MapValue, MeanWeight, RowWeight
from longlag.theory.language.matrix import (
    Diagonal,
    Matrix,
    Product,
    RankOne,
    Weight,
    add,
    diagonal,
    mean_vanishes,
    multiply,
)
from longlag.theory.language.symbols import CellSymbol, State
from longlag.theory.notation import neurons

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


#: Differentiates an expression of a graph by one of its symbols.
Derivative: TypeAlias = Callable[[Expr, CellSymbol], Expr]


def coefficients(cell: Cell, derivative: Derivative | None = None) -> Coefficients:
    """Differentiate a cell's update along every edge of its graph.

    Args:
        cell: the cell.
        derivative: how an edge is differentiated; by default that of the graph, in full.

    Returns:
        The nonzero derivatives, with gates kept as symbols.

    >>> from longlag.theory import CELLS
    >>> coefficients(CELLS["diag_gate"]).recurrent["h", "z"]
    z*(1 - z)*(-h + n)
    """
    graph = cell.graph
    derivative = derivative or graph.derivative
    states = list(cell.update)
    maps = [node.value for node in graph.maps]
    arguments = {node.value.name: node.argument for node in graph.maps}

    def fields(outputs: Mapping[str, Expr], inputs: list[State] | list[MapValue]) -> Fields:
        found = {}
        for name, expression in outputs.items():
            for variable in inputs:
                slope = derivative(expression, variable)
                if slope != 0:
                    found[name, variable.name] = slope
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


class Assembler:
    """Joins edge derivatives to matrices along every path through the maps.

    Args:
        cell: the cell.
        found: the derivatives of its edges.
    """

    def __init__(self, cell: Cell, found: Coefficients) -> None:
        self.maps = cell.graph.maps
        self.found = found
        self.means = [(n.value, n.argument) for n in self.maps if isinstance(n.weight, MeanWeight)]

    def crossing(self, outer: Fields, output: str, state: str) -> Matrix:
        """Return paths from ``output`` to ``state`` that first cross one of the maps."""
        terms = []
        for node in self.maps:
            derivative = outer.get((output, node.value.name))
            if derivative is not None:
                terms.append(self.join(derivative, node, state))
        return add(*terms)

    def join(self, derivative: Expr, node: MapNode, state: str) -> Matrix:
        """Return the paths over a map, with the derivative before it and all that are behind."""
        name = node.value.name
        inner = add(
            diagonal(self.found.argument.get((name, state), S.Zero)),
            self.crossing(self.found.nested, name, state),
        )
        return self.through(derivative, node, inner)

    def through(self, derivative: Expr, node: MapNode, inner: Matrix) -> Matrix:
        """Return a map with the derivatives before and behind it."""
        # Distributed over the sum, so that every term is a plain chain of factors.
        left = multiply(Diagonal(derivative), map_matrix(node))
        terms = inner.terms if hasattr(inner, "terms") else (inner,)
        return add(*(multiply(left, term) for term in terms if not self.vanishes(left, term)))

    def vanishes(self, left: Matrix, right: Matrix) -> bool:
        """Return whether a product sums deviations from a mean."""
        first = right.factors[0] if isinstance(right, Product) else right
        if not (isinstance(left, RankOne) and isinstance(first, RankOne)):
            return False
        return mean_vanishes(left.row, first.column, self.means)


class Rest(Assembler):
    """Joins what holding the gates fixed leaves out: of o W i it is (o − o′) W i + o′ W (i − i′).

    Args:
        cell: the cell.
        whole: all derivatives, o and i.
        held: with the gates held fixed, o′ and i′.
        moved: the differences o − o′ and i − i′.
    """

    def __init__(
        self, cell: Cell, whole: Coefficients, held: Coefficients, moved: Coefficients
    ) -> None:
        super().__init__(cell, whole)
        self.held, self.moved = held, moved

    def left_out(self, moved: Fields, held: Fields, output: str, state: str) -> Matrix:
        """Return paths from ``output`` to ``state`` over a map, and over a gate."""
        terms = []
        for node in self.maps:
            name = node.value.name
            if (output, name) in moved:
                terms.append(self.join(moved[output, name], node, state))
            if (output, name) in held:
                inner = add(
                    diagonal(self.moved.argument.get((name, state), S.Zero)),
                    self.left_out(self.moved.nested, self.held.nested, name, state),
                )
                terms.append(self.through(held[output, name], node, inner))
        return add(*terms)


def map_matrix(node: MapNode) -> Matrix:
    """Return the matrix of a linear map: W, 1uᵀ, or 11ᵀ/H."""
    if isinstance(node.weight, RowWeight):
        return RankOne(S.One, node.weight)
    if isinstance(node.weight, MeanWeight):
        return RankOne(S.One, 1 / neurons)
    return Weight(node.weight)


__all__ = [
    "Assembler",
    "Coefficients",
    "Derivative",
    "Fields",
    "Rest",
    "coefficients",
    "map_matrix",
]
