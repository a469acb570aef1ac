"""Derivatives of a cell along the edges of its graph, and matrices along its paths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeAlias

from sympy import Add, Expr, S, factor_terms

from longlag.theory.cells.cell import Cell
from longlag.theory.language.graph import MapNode
from longlag.theory.language.maps import MapValue, MeanWeight, RowWeight
from longlag.theory.language.matrix import (
    Diagonal,
    Intermediate,
    Matrix,
    Product,
    RankOne,
    Sum,
    Weight,
    add,
    diagonal,
    mean_vanishes,
    multiply,
)
from longlag.theory.language.symbols import CellSymbol, State
from longlag.theory.notation import neurons
from longlag.theory.transport.meetings import Cut, Meeting, cut_where_paths_meet

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


class Along:
    """Derivatives along the edges of a graph that is cut where paths meet, each taken once.

    Args:
        cut: the graph.
        derivative: how an edge is differentiated, by default that of the cut graph, in full.
    """

    def __init__(self, cut: Cut, derivative: Derivative | None = None) -> None:
        self.cut = cut
        self._derivative = derivative or cut.graph.derivative
        self._bodies: dict[CellSymbol, Expr] = {
            s: cut.graph.update[s.name] for s in cut.graph.states
        }
        self._bodies |= {node.value: node.argument for node in cut.graph.maps}
        # An argument is that of any of its maps.
        self._maps = {cut.whole(node.argument): node.value for node in cut.graph.maps}
        self._slopes: dict[tuple[CellSymbol, CellSymbol], Expr] = {}
        self._totals: dict[tuple[CellSymbol, CellSymbol], Expr] = {}

    def slope(self, body: CellSymbol, by: CellSymbol) -> Expr:
        """Return a derivative with what paths meet in held fixed.

        Args:
            body: a state, for its new value, or the value of a map, for its argument.
            by: a state, the value of a map, or a meeting.
        """
        if (body, by) not in self._slopes:
            found = self._derivative(self._bodies[body], by)
            self._slopes[body, by] = self.cut.whole(found)
        return self._slopes[body, by]

    def total(self, body: CellSymbol, by: CellSymbol) -> Expr:
        """Return a derivative along all edges, with the values of all other maps held fixed."""
        if (body, by) not in self._totals:
            passed = [self.passed(body, m, self.at(m), by) for m in self.cut.meetings]
            found = self.slope(body, by)
            if any(each != 0 for each in passed):
                found = factor_terms(Add(found, *passed))
            self._totals[body, by] = found
        return self._totals[body, by]

    def passed(self, body: CellSymbol, meeting: Meeting, there: CellSymbol, by: CellSymbol) -> Expr:
        """Return the part of a total that passes a meeting; ``there`` is a map of its argument."""
        passing = self.slope(body, meeting)
        return passing * self.total(there, by) if passing != 0 else S.Zero

    def at(self, meeting: Meeting) -> MapValue:
        """Return the value of a map whose argument a meeting is."""
        return self._maps[self.cut.meetings[meeting]]


class Moved(Along):
    """What derivatives along edges miss where gates are held fixed.

    Args:
        cut: the graph.
        derivative: the part of a derivative that runs through a gate.
        whole: derivatives in full.
        held: with the gates held fixed.
    """

    def __init__(self, cut: Cut, derivative: Derivative, whole: Along, held: Along) -> None:
        super().__init__(cut, derivative)
        self.whole, self.held = whole, held

    def passed(self, body: CellSymbol, meeting: Meeting, there: CellSymbol, by: CellSymbol) -> Expr:
        """Return the part of a total that passes a meeting."""
        moved, held = self.slope(body, meeting), self.held.slope(body, meeting)
        return (moved * self.whole.total(there, by) if moved != 0 else S.Zero) + (
            held * self.total(there, by) if held != 0 else S.Zero
        )


def coefficients(cell: Cell, along: Along | None = None) -> Coefficients:
    """Differentiate a cell's update along every edge of its graph.

    Args:
        cell: the cell.
        along: the derivatives; by default in full.

    Returns:
        The nonzero derivatives, with gates kept as symbols.

    >>> from longlag.theory import CELLS
    >>> coefficients(CELLS["diag_gate"]).recurrent["h", "z"]
    z*(1 - z)*(-h + n)
    """
    graph = cell.graph
    along = along or Along(cut_where_paths_meet(graph))
    states, maps = graph.states, [node.value for node in graph.maps]

    def fields(bodies: Iterable[CellSymbol], inputs: Iterable[CellSymbol]) -> Fields:
        edges = {(a.name, b.name): along.total(a, b) for a, b in product(bodies, inputs)}
        return {names: slope for names, slope in edges.items() if slope != 0}

    open_gate = {}
    for name, update in graph.update.items():
        candidate = graph.candidate(name)
        if candidate is not None:
            open_gate[name] = update.diff(candidate)
    return Coefficients(
        local=fields(states, states),
        recurrent=fields(states, maps),
        argument=fields(maps, states),
        nested=fields(maps, maps),
        open_gate=open_gate,
    )


class Numbering:
    """Gives sums in which paths meet their numbers; what is the same has one."""

    def __init__(self) -> None:
        self._known: dict[Matrix, Matrix] = {}

    def __call__(self, matrix: Matrix) -> Matrix:
        """Return a sum of several terms by its number, any other matrix as it is."""
        if not isinstance(matrix, Sum) or len(matrix.terms) < 2:
            return matrix
        return self._known.setdefault(matrix, Intermediate(len(self._known) + 1, matrix))


class Assembler:
    """Joins edge derivatives to matrices along every path through the maps.

    Args:
        along: the derivatives along the edges of the graph of a cell.
        numbered: gives what paths meet in a number.
    """

    def __init__(self, along: Along, numbered: Numbering) -> None:
        self.cut, self.along, self.numbered = along.cut, along, numbered
        self.maps = [replace(n, argument=along.cut.whole(n.argument)) for n in along.cut.graph.maps]
        self.means = [(n.value, n.argument) for n in self.maps if isinstance(n.weight, MeanWeight)]
        self._met = set(along.cut.meetings.values())
        self._behind: dict[tuple[Expr, State], Matrix] = {}

    def crossing(self, output: CellSymbol, state: State) -> Matrix:
        """Return paths from ``output``, a new state or a map, to ``state`` that cross maps."""
        terms = []
        for meeting, argument in self.cut.meetings.items():
            passing = self.along.slope(output, meeting)
            if passing != 0:
                terms.append(scaled(Diagonal(passing), self.behind(argument, state)))
        for node in self.maps:
            derivative = self.along.slope(output, node.value)
            if derivative != 0:
                terms.append(self.join(derivative, node, state))
        return add(*terms)

    def behind(self, argument: Expr, state: State) -> Matrix:
        """Return paths from the argument of some maps to ``state`` that cross maps."""
        if (argument, state) not in self._behind:
            found = self.crossing(self.value(argument), state)
            self._behind[argument, state] = self.named(argument, found)
        return self._behind[argument, state]

    def value(self, argument: Expr) -> CellSymbol:
        """Return the value of a map of an argument."""
        return next(node.value for node in self.maps if node.argument == argument)

    def named(self, argument: Expr, matrix: Matrix) -> Matrix:
        """Return what is behind an argument of maps by its number, if paths meet in it."""
        return self.numbered(matrix) if argument in self._met else matrix

    def join(self, derivative: Expr, node: MapNode, state: State) -> Matrix:
        """Return the paths over a map, with the derivative before it and all that are behind."""
        local = diagonal(self.along.total(node.value, state))
        return self.through(derivative, node, add(local, self.behind(node.argument, state)))

    def through(self, derivative: Expr, node: MapNode, inner: Matrix) -> Matrix:
        """Return a map with the derivatives before and behind it."""
        # Distributed over the sum, so that every term is a plain chain of factors.
        left = multiply(Diagonal(derivative), map_matrix(node))
        return add(*(self.across(left, term) for term in terms_of(inner)))

    def across(self, left: Matrix, term: Matrix) -> Matrix:
        """Return a product of a map and what is behind it, without what adds up to nothing."""
        opened = terms_of(term.definition) if isinstance(term, Intermediate) else (term,)
        kept = [each for each in opened if not self.vanishes(left, each)]
        return multiply(left, term) if len(kept) == len(opened) else scaled(left, add(*kept))

    def vanishes(self, left: Matrix, right: Matrix) -> bool:
        """Return whether a product sums deviations from a mean."""
        first = right.factors[0] if isinstance(right, Product) else right
        if not (isinstance(left, RankOne) and isinstance(first, RankOne)):
            return False
        return mean_vanishes(left.row, first.column, self.means)


class Rest(Assembler):
    """Joins what holding the gates fixed leaves out: of o W i it is (o − o′) W i + o′ W (i − i′).

    Args:
        moved: the differences o − o′ and i − i′; it knows o and i, o′ and i′.
        numbered: gives what paths meet in a number.
    """

    def __init__(self, moved: Moved, numbered: Numbering) -> None:
        super().__init__(moved.whole, numbered)
        self.held, self.moved = moved.held, moved
        self._left_behind: dict[tuple[Expr, State], Matrix] = {}

    def left_out(self, output: CellSymbol, state: State) -> Matrix:
        """Return paths from ``output`` to ``state`` over a map, and over a gate."""
        terms = []
        for meeting, argument in self.cut.meetings.items():
            moved, held = (each.slope(output, meeting) for each in (self.moved, self.held))
            if moved != 0:
                terms.append(scaled(Diagonal(moved), self.behind(argument, state)))
            if held != 0:
                terms.append(scaled(Diagonal(held), self.left_behind(argument, state)))
        for node in self.maps:
            moved, held = (each.slope(output, node.value) for each in (self.moved, self.held))
            if moved != 0:
                terms.append(self.join(moved, node, state))
            if held != 0:
                local = diagonal(self.moved.total(node.value, state))
                inner = add(local, self.left_behind(node.argument, state))
                terms.append(self.through(held, node, inner))
        return add(*terms)

    def left_behind(self, argument: Expr, state: State) -> Matrix:
        """Return what is left out from the argument of some maps to ``state``."""
        if (argument, state) not in self._left_behind:
            found = self.left_out(self.value(argument), state)
            self._left_behind[argument, state] = self.named(argument, found)
        return self._left_behind[argument, state]


def scaled(left: Matrix, matrix: Matrix) -> Matrix:
    """Return left · matrix, distributed over the terms of a sum."""
    return add(*(multiply(left, term) for term in terms_of(matrix)))


def terms_of(matrix: Matrix) -> tuple[Matrix, ...]:
    """Return the terms of a sum; any other matrix is its own single term, zero has none."""
    return matrix.terms if isinstance(matrix, Sum) else (matrix,)


def map_matrix(node: MapNode) -> Matrix:
    """Return the matrix of a linear map: W, 1uᵀ, or 11ᵀ/H."""
    if isinstance(node.weight, RowWeight):
        return RankOne(S.One, node.weight)
    if isinstance(node.weight, MeanWeight):
        return RankOne(S.One, 1 / neurons)
    return Weight(node.weight)


__all__ = [
    "Along",
    "Assembler",
    "Coefficients",
    "Fields",
    "Moved",
    "Numbering",
    "Rest",
    "coefficients",
    "map_matrix",
]
