"""An entry of a matrix over neurons at a row and a column that are symbols, for any number H.

It is a sum of chains: what stands at neurons, times weights between neurons, summed over every
inner neuron. So (diag(a) W diag(b) W)_{qp} is one chain, a_q Σ_k W_{qk} b_k W_{kp}.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import singledispatchmethod
from typing import Any, TypeAlias

from sympy import Expr, Integer, Symbol

from longlag.theory.language.graph import Graph
from longlag.theory.language.maps import LinearMap, MapValue, SharedMapValue
from longlag.theory.language.matrix import (
    Diagonal,
    Intermediate,
    Matrix,
    Product,
    RankOne,
    Sum,
    Weight,
)
from longlag.theory.language.symbols import CellSymbol
from longlag.theory.language.weights import TransposedWeight

#: The places of the row and of the column; inner neurons follow.
ROW, COLUMN, FIRST_INNER = 0, 1, 2


class Placed(Symbol):
    """A symbol of a cell at one place of a chain."""

    symbol: CellSymbol
    place: int

    def __new__(cls, symbol: CellSymbol, place: int, **_: Any) -> Placed:
        """Take a symbol that varies over neurons, and a place."""
        made: Placed = super().__new__(cls, f"{symbol.role}:{symbol.name}@{place}", real=True)
        made.symbol, made.place = symbol, place
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.symbol, self.place), {}


#: A dense weight between two places.
Edge: TypeAlias = tuple[str, int, int]


@dataclass(frozen=True)
class Chain:
    """A product of numbers at places and of weights between them, summed over inner places.

    Args:
        factor: in ``Placed`` symbols, and symbols that are one number for all neurons.
        edges: (name of the weight, place, place).
        equal: row and column are the same neuron, so that all of the column's stands at the row.
        inner: how many places are summed over, each from 1 to H.
    """

    factor: Expr
    edges: tuple[Edge, ...] = ()
    equal: bool = False
    inner: int = 0

    def moved(self, places: Mapping[int, int]) -> Chain:
        """Return the chain with other places."""
        return replace(
            self,
            factor=moved(self.factor, places),
            edges=tuple((w, places.get(a, a), places.get(b, b)) for w, a, b in self.edges),
        )


def edge(weight: CellSymbol, row: int, column: int) -> Edge:
    """Return a weight between two places; of a transposed one, the given weight the other way."""
    if isinstance(weight, TransposedWeight):
        return edge(weight.of, column, row)
    return weight.name, row, column


def placed(expression: Expr, place: int) -> Expr:
    """Return a per-neuron expression at a place.

    >>> from longlag.theory.language.symbols import parameter, state
    >>> placed(parameter("alpha") * state("h"), ROW)
    alpha*state:h@0
    """
    atoms = [atom for atom in expression.atoms(CellSymbol) if not atom.shared]
    return expression.xreplace({atom: Placed(atom, place) for atom in atoms})


def moved(expression: Expr, places: Mapping[int, int]) -> Expr:
    """Return an expression in placed symbols at other places."""
    found = {atom: places[atom.place] for atom in expression.atoms(Placed) if atom.place in places}
    return expression.xreplace({atom: Placed(atom.symbol, to) for atom, to in found.items()})


def joined(left: Iterable[Chain], right: Sequence[Chain]) -> list[Chain]:
    """Return the chains of a product of two matrices.

    Args:
        left: the chains of the left one.
        right: the chains of the right one.
    """
    return [_joined(first, second) for first in left for second in right]


def _joined(left: Chain, right: Chain) -> Chain:
    inner = left.inner + right.inner
    shift = {FIRST_INNER + k: FIRST_INNER + left.inner + k for k in range(right.inner)}
    if left.equal or right.equal:
        # What is on the diagonal of the right matrix stands at the column.
        right = right.moved(shift if left.equal else {**shift, ROW: COLUMN})
    else:
        between = FIRST_INNER + inner
        inner += 1
        left, right = left.moved({COLUMN: between}), right.moved({**shift, ROW: between})
    both = left.equal and right.equal
    return Chain(left.factor * right.factor, left.edges + right.edges, both, inner)


def on_diagonal(entry: Expr) -> list[Chain]:
    """Return the chains of diag(entry)."""
    return [] if entry == 0 else [Chain(placed(entry, ROW), equal=True)]


class Unfolding:
    """Writes matrices over the neurons of a graph as chains, in states, drives and map values.

    Args:
        graph: where named values are defined.
    """

    def __init__(self, graph: Graph) -> None:
        self.definitions = {node.value: node.definition for node in graph.values}
        self._known: dict[Expr, Expr] = {}
        self._behind: dict[Intermediate, list[Chain]] = {}

    def inlined(self, expression: Expr) -> Expr:
        """Return a per-neuron expression without named values."""
        expression = without_maps(expression)
        names = {value: self._value(value) for value in self.definitions if expression.has(value)}
        return expression.xreplace(names)

    def _value(self, value: Expr) -> Expr:
        if value not in self._known:
            self._known[value] = self.inlined(self.definitions[value])
        return self._known[value]

    @singledispatchmethod
    def chains(self, node: Matrix) -> list[Chain]:
        """Return a node, a block of its own, as chains."""
        raise TypeError(f"not a matrix of one block: {node!r}")

    @chains.register
    def _(self, node: Diagonal) -> list[Chain]:
        return on_diagonal(self.inlined(node.entry))

    @chains.register
    def _(self, node: Weight) -> list[Chain]:
        return [Chain(Integer(1), (edge(node.symbol, ROW, COLUMN),))]

    @chains.register
    def _(self, node: RankOne) -> list[Chain]:
        column, row = self.inlined(node.column), self.inlined(node.row)
        return [Chain(placed(column, ROW) * placed(row, COLUMN))]

    @chains.register
    def _(self, node: Sum) -> list[Chain]:
        return [chain for term in node.terms for chain in self.chains(term)]

    @chains.register
    def _(self, node: Product) -> list[Chain]:
        found = self.chains(node.factors[0])
        for factor in node.factors[1:]:
            found = self.bounded(joined(found, self.chains(factor)))
        return found

    @chains.register
    def _(self, node: Intermediate) -> list[Chain]:
        return self.behind(node)

    def behind(self, node: Intermediate) -> list[Chain]:
        """Return the chains of an intermediate matrix."""
        if node not in self._behind:
            self._behind[node] = self.chains(node.definition)
        return self._behind[node]

    def bounded(self, chains: list[Chain]) -> list[Chain]:
        """Return chains as they are; where many are too many it says so."""
        return chains


def map_value(node: LinearMap) -> MapValue:
    """Return the symbol of the value of a map."""
    kind = SharedMapValue if node.shared else MapValue
    return kind(node.value_name)


def without_maps(expression: Expr) -> Expr:
    """Return an expression with the values of its outermost maps in place of the maps.

    >>> from longlag.theory.language.symbols import state
    >>> from longlag.theory.language.maps import recurrent
    >>> without_maps(2 * recurrent("w", state("h")))
    2*w
    """
    outermost: dict[Any, Any] = {}

    def collect(part: Any) -> None:
        if isinstance(part, LinearMap):
            outermost[part] = map_value(part)
        else:
            for inside in part.args:
                collect(inside)

    collect(expression)
    return expression.xreplace(outermost)


__all__ = [
    "COLUMN",
    "FIRST_INNER",
    "ROW",
    "Chain",
    "Placed",
    "Unfolding",
    "edge",
    "joined",
    "map_value",
    "moved",
    "on_diagonal",
    "placed",
    "without_maps",
]
