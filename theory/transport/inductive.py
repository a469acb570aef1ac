"""Parts of a Jacobian with intermediate matrices proved one after the other, for every H.

Written out, the paths through a transition of many layers are too many to compare. So the
derivative ∂a/∂h of an argument a of maps in which paths meet stays closed, a matrix of which
nothing is known: each intermediate matrix V is seen to be ∂a/∂h without its diagonal, by those
before it, and then stands for that in what follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from sympy import Expr, Integer

from longlag.theory.cells.cell import Cell
from longlag.theory.language.chains import COLUMN, ROW, Chain, joined, without_maps
from longlag.theory.language.maps import MapValue
from longlag.theory.language.matrix import (
    Diagonal,
    Intermediate,
    Matrix,
    Product,
    Sum,
    blocks,
    intermediates,
)
from longlag.theory.transport.entrywise import SymbolicEntries, map_chain, negative
from longlag.theory.transport.meetings import cut_where_paths_meet


def are_parts(cell: Cell, local: Matrix, recurrent: Matrix) -> bool:
    """Whether matrices are seen to be D and R of a cell for every H.

    Args:
        cell: the cell.
        local: the derivative with the values of all maps held fixed.
        recurrent: what runs through maps.

    >>> from longlag.theory import CELLS, jacobian
    >>> cell = CELLS["recurrent_highway"]
    >>> found = jacobian(cell)
    >>> are_parts(cell, found.local, found.recurrent), are_parts(cell, found.local, found.local)
    (True, False)
    """
    by_meetings = bool(intermediates(local, recurrent)) and _ByMeetings(cell).are_parts(
        local, recurrent
    )
    return by_meetings or SymbolicEntries(cell).are_parts(local, recurrent)


class _ByMeetings(SymbolicEntries):
    """Entries by definition in which derivatives of arguments where paths meet stay closed."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(cell)
        met = set(cut_where_paths_meet(cell.graph).meetings.values())
        values = [node.value for node in cell.graph.maps if node.argument in met]
        self.closed: dict[MapValue, Expr] = {v: self.maps[v].argument for v in values}
        #: What an intermediate matrix was seen to be: an argument, and the state it is derived by.
        self.meant: dict[Intermediate, tuple[Expr, str]] = {}

    def are_parts(self, local: Matrix, recurrent: Matrix) -> bool:
        """Whether matrices are seen to be D and R of the cell for every H."""
        pending = list(product(dict.fromkeys(self.closed.values()), self.states))
        for each in intermediates(local, recurrent):
            stated = list(self.chains(each.definition))
            found = next((key for key in pending if self._is_behind(stated, *key)), None)
            if found is None:
                return False
            self.meant[each] = found
            pending.remove(found)

        def differences() -> Iterator[list[Chain]]:
            for part, expected in ((local, self.local), (recurrent, self.recurrent)):
                for new, row in zip(self.cell.states, blocks(part), strict=True):
                    for old, entry in zip(self.cell.states, row, strict=True):
                        yield [*self.chains(entry), *negative(expected(new, old))]

        return self._vanish(differences)

    def _is_behind(self, stated: list[Chain], argument: Expr, state: str) -> bool:
        """Whether chains are the derivative of an argument over maps."""
        return self.vanish_at_once([*stated, *negative(self._through_maps(argument, state))])

    def chains(self, node: Matrix) -> Iterator[Chain]:
        """Return a matrix as chains that end in closed derivatives where a map is before them."""
        for term in node.terms if isinstance(node, Sum) else (node,):
            factors = term.factors if isinstance(term, Product) else (term,)
            found, crossed = [Chain(Integer(1), equal=True)], False
            for factor in factors:
                if not isinstance(factor, Intermediate):
                    right = self.unfolding.chains(factor)
                elif crossed:
                    right = self._closed_without_diagonal(*self.meant[factor])
                else:
                    right = list(self.chains(factor.definition))
                found = joined(found, right)
                crossed |= not isinstance(factor, Diagonal)
            yield from found

    def _closed_without_diagonal(self, argument: Expr, state: str) -> list[Chain]:
        local = self._slope(without_maps(argument), self.states[state])
        return [self._derivative(argument, state), *negative(local)]

    def _derivative(self, argument: Expr, state: str) -> Chain:
        place = list(dict.fromkeys(self.closed.values())).index(argument)
        return Chain(Integer(1), ((f"derivative {place} by {state}", ROW, COLUMN),))

    def _of_map(self, value: MapValue, previous: str) -> list[Chain]:
        if value not in self.closed:
            return super()._of_map(value, previous)
        derivative = self._derivative(self.closed[value], previous)
        return joined([map_chain(self.maps[value])], [derivative])


__all__ = ["are_parts"]
