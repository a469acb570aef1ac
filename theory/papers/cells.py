"""A cell in the letters of a paper: its fields and matrices at a time, states in one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Expr, Indexed, IndexedBase, Interval, MatrixSymbol, S, Set, Symbol

from longlag.theory.cells.cell import Cell
from longlag.theory.language.graph import ValueNode
from longlag.theory.language.matrix import IDENTITY, ZERO, Diagonal, Intermediate, Matrix, Weight
from longlag.theory.language.matrix import Product as MatrixProduct
from longlag.theory.language.matrix import Sum as SumOfMatrices
from longlag.theory.language.ranges import range_of
from longlag.theory.language.symbols import CellSymbol, Drive, Parameter, State
from longlag.theory.tex.names import matrix_size
from longlag.theory.verify.ordered import IndexedMatrix, NeuronDiagonal

#: States that are written out in those before them.
_MOST_STEPS = 30


@dataclass(frozen=True)
class PaperCell:
    """A cell in the letters of a paper.

    Args:
        cell: what is named.
        bases: its states, values, drives and maps ↦ families with the time as their index.
        weights: name of a map ↦ its matrix.
        parameters: its parameters ↦ symbols of the paper.
        matrices: the letters of J, D and R ↦ their blocks.
    """

    cell: Cell
    bases: Mapping[CellSymbol, IndexedBase]
    weights: Mapping[str, MatrixSymbol]
    parameters: Mapping[Parameter, Symbol]
    matrices: Mapping[Symbol, Matrix] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return all that the cell says, as a text."""
        updates = [f"{state}: {sympy.srepr(new)}" for state, new in self.cell.update.items()]
        return f"{updates} {self.bases} {self.weights} {self.parameters}"

    def occurs_in(self, expression: Any) -> bool:
        """Return whether a letter of the cell occurs.

        Args:
            expression: a matrix or a number.
        """
        letters = {*self.bases.values(), *self.weights.values(), *self.matrices}
        return any(letter in letters for letter in sympy.preorder_traversal(expression))

    def at(self, expression: Expr, time: Expr) -> Expr:
        """Return what each neuron has one of, at a time; states are those of the step before.

        Args:
            expression: in the symbols of the cell's graph.
            time: the index.
        """
        known: dict[Any, Any] = dict(self.parameters)
        for symbol, base in self.bases.items():
            known[symbol] = base[time - 1 if isinstance(symbol, State) else time]
        written: Expr = expression.xreplace(known)
        return written

    def matrix_at(self, node: Matrix, time: Expr) -> Any:
        """Return a matrix over neurons at a time.

        Args:
            node: of diagonals and weights.
            time: the index.
        """
        if node == ZERO:
            return sympy.ZeroMatrix(matrix_size(), matrix_size())
        if node == IDENTITY:
            return sympy.Identity(matrix_size())
        if isinstance(node, Diagonal):
            return NeuronDiagonal(self.at(node.entry, time), matrix_size())
        if isinstance(node, Weight):
            return self.weights[node.symbol.name]
        if isinstance(node, SumOfMatrices):
            return sympy.MatAdd(*[self.matrix_at(term, time) for term in node.terms])
        if isinstance(node, Intermediate):
            return self.matrix_at(node.definition, time)
        assert isinstance(node, MatrixProduct)
        return sympy.MatMul(*[self.matrix_at(factor, time) for factor in node.factors])

    def definitions(self) -> dict[Symbol, Any]:
        """Return the letters of J, D and R with what they are at a time."""

        def defined(node: Matrix) -> Any:
            return lambda time: self.matrix_at(node, time)

        return {name: defined(node) for name, node in self.matrices.items()}

    def parts(self) -> dict[Symbol, Any]:
        """Return the letters of J with the letters of D and R that they are the sums of."""
        names = list(self.matrices)
        count = len(names) // 3

        def both(place: int) -> Any:
            return lambda time: sympy.MatAdd(
                *[IndexedMatrix(names[place + k * count], time, matrix_size()) for k in (1, 2)]
            )

        return {names[place]: both(place) for place in range(count)}

    def domain(self, symbol: CellSymbol) -> Set:
        """Return where a letter lies, by what the cell says of it.

        Args:
            symbol: a state, a value or a drive.
        """
        values = {node.value: node.definition for node in self.cell.graph.values}
        return domain_of(values[symbol]) if symbol in values else S.Reals

    def unrolled(self, sides: Sequence[Any]) -> list[Any]:
        """Return sides in which states are written out in the first one, before all gates there.

        Args:
            sides: matrices or numbers; states inside sums and products over an index stay.
        """
        sides = list(sides)
        states = {base: symbol for symbol, base in self.bases.items() if isinstance(symbol, State)}
        for _ in range(_MOST_STEPS):
            items = sorted(set().union(*(side.atoms(Indexed) for side in sides)), key=str)
            free = [i for i in items if any(i.free_symbols <= s.free_symbols for s in sides)]
            newest = next(
                (
                    item
                    for item in free
                    if item.base in states
                    # A gate at its time has made it; a state before it has gone into it.
                    and any(_is_later(item, j, 1 if j.base in states else 0) for j in free)
                ),
                None,
            )
            if newest is None:
                return sides
            update = self.cell.graph.update[states[newest.base].name]
            sides = [side.xreplace({newest: self.at(update, newest.indices[0])}) for side in sides]
        return sides

    def with_drives(self, sides: Sequence[Expr]) -> list[Expr]:
        """Return sides in which a gate beside its own drive is written as what it is.

        Args:
            sides: of a relation; where no drive occurs, gates may be anything in their domain.
        """
        sides = list(sides)
        drives = {base: symbol for symbol, base in self.bases.items() if isinstance(symbol, Drive)}
        met = {drives.get(item.base) for side in sides for item in side.atoms(Indexed)}
        for node in reversed(self.cell.graph.values):
            if own_drive(self.cell, node) not in met:
                continue
            for item in set().union(*(side.atoms(Indexed) for side in sides)):
                if item.base == self.bases[node.value]:
                    written = self.at(node.definition, item.indices[0])
                    sides = [side.xreplace({item: written}) for side in sides]
        return sides

    def applied(self, weight: Any, value: Expr) -> Expr | None:
        """Return the value of a map where a weight is applied to what the cell applies it to.

        Args:
            weight: a matrix of the paper.
            value: what it stands before.
        """
        for node in self.cell.graph.maps:
            if self.weights.get(node.weight.name) != weight:
                continue
            for time in _times(value):
                if sympy.expand(self.at(node.argument, time) - value) == 0:
                    found: Expr = self.bases[node.value][time]
                    return found
        return None

    def own_recurrence(self, node: Matrix) -> Expr | None:
        """Return the diagonal entry of a recurrent part; None where it sums over other neurons.

        Args:
            node: a sum of chains of diagonals and weights.
        """
        terms = node.terms if isinstance(node, SumOfMatrices) else (node,)
        total: Expr = S.Zero
        for term in terms:
            factors = term.factors if isinstance(term, MatrixProduct) else (term,)
            weights = [f for f in factors if isinstance(f, Weight)]
            if len(weights) != 1 or any(isinstance(f, Intermediate) for f in factors):
                return None
            entries = [f.entry for f in factors if isinstance(f, Diagonal)]
            total += sympy.Mul(*entries) * onto_itself(self.weights[weights[0].symbol.name])
        return total


def _is_later(item: Indexed, other: Indexed, least: int) -> bool:
    gap = sympy.expand(item.indices[0] - other.indices[0])
    return bool(gap.is_Integer and gap >= least and item != other)


def _times(value: Expr) -> Iterator[Expr]:
    """The times at which a map may act on a value: that of what is in it, or one later."""
    for item in sorted(value.atoms(sympy.Indexed), key=str):
        yield item.indices[0]
        yield item.indices[0] + 1


def onto_itself(weight: MatrixSymbol) -> Symbol:
    """Return the weight of a neuron onto itself.

    Args:
        weight: a matrix of a paper.
    """
    return Symbol(f"{weight.name}^(qq)")


def domain_of(definition: Expr) -> Interval:
    """Return where a value lies.

    Args:
        definition: over the nodes of a graph.
    """
    found = range_of(definition)
    return Interval(found.low, found.high, found.low_open, found.high_open)


def own_drive(cell: Cell, node: ValueNode) -> Drive | None:
    """Return the drive that can bring a value anywhere it may be; None where there is none.

    Args:
        cell: that has the value.
        node: of the cell's graph.
    """
    others = [other.definition for other in cell.graph.values if other is not node]
    others += [*cell.graph.update.values(), *(m.argument for m in cell.graph.maps)]
    for drive in sorted(node.definition.atoms(Drive), key=str):
        inside = node.definition.args[0] if len(node.definition.args) == 1 else S.Zero
        if inside.coeff(drive) == 1 and not any(other.has(drive) for other in others):
            return drive
    return None


__all__ = ["PaperCell", "domain_of", "onto_itself", "own_drive"]
