"""Symbolic matrices written out for a given number of neurons: the exact oracle for tests.

Neuron q of state ``h`` is the symbol ``h_q``; its drive ``d_z_q``, its weights ``W_z_q_p``, the
entries of a row ``u_s_q``. In a product over a lag, what varies in time bears the position of its
factor, 0 for the newest: ``h_1_at_0``. A cell whose own names look like these gets names with
brackets instead, so that two symbols never become one.
"""

from __future__ import annotations

import re
from functools import singledispatchmethod
from itertools import combinations

import sympy
from sympy import Expr, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.language.graph import Graph
from longlag.theory.language.maps import DenseWeight, MapValue, RowWeight
from longlag.theory.language.matrix import (
    Block,
    Diagonal,
    Intermediate,
    Matrix,
    OrderedProduct,
    PositionSum,
    Product,
    RankOne,
    Sum,
    Weight,
)
from longlag.theory.language.parts import parts_of_kind
from longlag.theory.language.reductions import is_largest
from longlag.theory.language.symbols import CellSymbol, Drive, Parameter, Value
from longlag.theory.language.weights import ExponentialWeight, TransposedWeight
from longlag.theory.notation import neurons
from longlag.theory.scalar.parameters import require_count

#: Names of a user that could be mistaken for the name of one neuron's symbol.
_LOOKS_WRITTEN_OUT = re.compile(r"^(d|u|W|value|map)_|_\d+$")


class largest_of(sympy.Function):  # noqa: N801  (a function)
    """The largest of numbers that each stand behind a weight, those with weight zero left out."""


class Explicit:
    """Writes nodes and expressions of one update out for ``size`` neurons.

    Args:
        graph: where named values and maps are defined.
        size: the number of neurons H, at least 1.
        position: the position of the factor in a product over a lag, None outside of one.
        keep_values: leave gates and map values as symbols of their own instead of expanding them.
    """

    def __init__(
        self, graph: Graph, size: int, position: int | None = None, *, keep_values: bool = False
    ) -> None:
        self.graph = graph
        self.size = require_count("size", size, "a network has at least one neuron", least=1)
        self.position = position
        self.keep_values = keep_values
        self.definitions = {node.value: node.definition for node in graph.values}
        self.maps = {node.value: node for node in graph.maps}
        parameters = {symbol.name for symbol in graph.symbols(Parameter)}
        derived = (TransposedWeight, ExponentialWeight)
        names = {s.name for s in graph.symbols(CellSymbol) if not isinstance(s, derived)}
        names |= set(graph.update)
        self.ambiguous = any(_LOOKS_WRITTEN_OUT.search(name) for name in names) or bool(
            set(graph.update) & parameters
        )
        self._known: dict[tuple[CellSymbol, int], Expr] = {}
        self._behind: dict[Intermediate, sympy.Matrix] = {}

    def at(self, position: int) -> Explicit:
        """Return the same writer for the factor at ``position``."""
        return Explicit(self.graph, self.size, position, keep_values=self.keep_values)

    def entry(self, expression: Expr, neuron: int) -> Expr:
        """Return a per-neuron expression at neuron ``neuron``, counted from 0."""
        atoms = parts_of_kind(expression, CellSymbol)
        replaced = expression.xreplace({atom: self.symbol(atom, neuron) for atom in atoms})
        return replaced.xreplace({neurons: sympy.Integer(self.size)})

    def symbol(self, symbol: CellSymbol, neuron: int) -> Expr:
        """Return a symbol of the cell at one neuron, expanded down to states, drives, weights."""
        key = symbol, 0 if symbol.shared else neuron
        if key not in self._known:
            self._known[key] = self._expand(symbol, neuron)
        return self._known[key]

    def _expand(self, symbol: CellSymbol, neuron: int) -> Expr:
        if not self.keep_values:
            if isinstance(symbol, Value):
                return self.entry(self.definitions[symbol], neuron)
            if isinstance(symbol, MapValue):
                return self._map(symbol, neuron)
        prefix = {Drive: "d_", RowWeight: "u_", Value: "value_", MapValue: "map_"}
        name = next((p for kind, p in prefix.items() if isinstance(symbol, kind)), "") + symbol.name
        return self._named(
            symbol, name, () if symbol.shared else (neuron,), varies=not symbol.constant
        )

    def _named(
        self, symbol: CellSymbol, name: str, neurons: tuple[int, ...], *, varies: bool
    ) -> Symbol:
        indices = [str(neuron + 1) for neuron in neurons]
        if varies and self.position is not None:
            indices.append(f"at_{self.position}")
        if self.ambiguous:
            # Brackets occur in no identifier, and the role sets a state h apart from a map h.
            name, indices = f"{symbol.role}:{symbol.name}[{','.join(indices)}]", []
        return Symbol("_".join([name, *indices]), real=symbol.is_real)

    def _weight(self, weight: CellSymbol, row: int, column: int) -> Symbol:
        if isinstance(weight, TransposedWeight):
            return self._weight(weight.of, column, row)
        return self._named(weight, f"W_{weight.name}", (row, column), varies=False)

    def _map(self, symbol: MapValue, neuron: int) -> Expr:
        node = self.maps[symbol]
        rows = range(self.size)
        argument = [self.entry(node.argument, p) for p in rows]
        if isinstance(node.weight, DenseWeight):
            weights = [self._weight(node.weight, neuron, p) for p in rows]
        elif isinstance(node.weight, RowWeight):
            weights = [self.symbol(node.weight, p) for p in rows]
        else:
            weights = [sympy.Rational(1, self.size)] * self.size
        if is_largest(node.weight):
            # Of the entries whose weight is not zero.
            pairs = zip(weights, argument, strict=True)
            return largest_of(*(part for pair in pairs for part in pair))
        return sympy.Add(*(w * a for w, a in zip(weights, argument, strict=True)))

    @singledispatchmethod
    def matrix(self, node: Matrix) -> sympy.Matrix:
        """Return a node as a SymPy matrix."""
        raise TypeError(f"not a matrix node: {node!r}")

    @matrix.register
    def _(self, node: Diagonal) -> sympy.Matrix:
        return sympy.diag(*(self.entry(node.entry, q) for q in range(self.size)))

    @matrix.register
    def _(self, node: Weight) -> sympy.Matrix:
        return sympy.Matrix(
            self.size, self.size, lambda q, p: self._weight(node.symbol, int(q), int(p))
        )

    @matrix.register
    def _(self, node: RankOne) -> sympy.Matrix:
        column = [self.entry(node.column, q) for q in range(self.size)]
        row = [self.entry(node.row, q) for q in range(self.size)]
        return sympy.Matrix(self.size, self.size, lambda q, p: column[q] * row[p])

    @matrix.register
    def _(self, node: Sum) -> sympy.Matrix:
        total = sympy.zeros(self.size)
        for position, term in enumerate(node.terms):
            explicit = self.matrix(term)
            total = total + explicit if position else explicit
        return total

    @matrix.register
    def _(self, node: Product) -> sympy.Matrix:
        product = self.matrix(node.factors[0])
        for factor in node.factors[1:]:
            product = product * self.matrix(factor)
        return product

    @matrix.register
    def _(self, node: Intermediate) -> sympy.Matrix:
        if node not in self._behind:
            self._behind[node] = self.matrix(node.definition)
        return self._behind[node]

    @matrix.register
    def _(self, node: Block) -> sympy.Matrix:
        return sympy.Matrix(sympy.BlockMatrix([[self.matrix(b) for b in row] for row in node.rows]))

    @matrix.register
    def _(self, node: OrderedProduct) -> sympy.Matrix:
        product = self._identity()
        for position in range(_explicit_lag(node.lag)):
            product = product * self.at(position).matrix(node.factor)
        return product

    @matrix.register
    def _(self, node: PositionSum) -> sympy.Matrix:
        # The full expansion, one product for every choice of positions: exponential, but it
        # shares nothing with the recursions it is used to check.
        lag = _explicit_lag(node.lag)
        writers = [self.at(position) for position in range(lag)]
        local = [writer.matrix(node.local) for writer in writers]
        recurrent = [writer.matrix(node.recurrent) for writer in writers]
        total = self._identity() * 0
        for chosen in combinations(range(lag), node.order):
            product = self._identity()
            for position in range(lag):
                product = product * (recurrent if position in chosen else local)[position]
            total = total + product
        return total

    def _identity(self) -> sympy.Matrix:
        return sympy.eye(len(self.graph.update) * self.size)


def _explicit_lag(lag: Expr) -> int:
    if not lag.is_Integer:
        raise LonglagError(
            f"lag {lag}", "only a product over a given lag can be written out", "use .at(lag) first"
        )
    return int(lag)


def explicit_matrix(node: Matrix, graph: Graph, size: int) -> sympy.Matrix:
    """Return a node as a SymPy matrix of ``size`` neurons per state, down to states and weights."""
    return Explicit(graph, size).matrix(node)


def explicit_update(graph: Graph, size: int) -> tuple[sympy.Matrix, sympy.Matrix]:
    """Return the column of previous states and the column of new states for ``size`` neurons."""
    writer = Explicit(graph, size)
    previous = [writer.symbol(state, q) for state in graph.states for q in range(size)]
    new = [writer.entry(update, q) for update in graph.update.values() for q in range(size)]
    return sympy.Matrix(previous), sympy.Matrix(new)
