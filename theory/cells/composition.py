"""Cells one after the other within a step, and substeps of one cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Expr

from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.letters import weight_tex
from longlag.theory.language.maps import DenseWeight, LinearMap, MeanWeight
from longlag.theory.language.reductions import FixedWeight
from longlag.theory.language.symbols import CellSymbol
from longlag.theory.language.weights import FreeWeight
from longlag.theory.scalar.parameters import require_count


def in_turn(name: str, cells: Iterable[Cell]) -> Cell:
    """Return the cell whose step is one step of each of some cells, the first one first.

    Maps of one name are one weight, drives and parameters of one name are the same in all.

    Args:
        name: of the new cell.
        cells: with the same states.

    Raises:
        LonglagError: no cells, cells with other states, or a shared row in more than one of them.

    >>> from longlag.theory import CELLS
    >>> in_turn("twice", [CELLS["plain"], CELLS["plain"]]).update
    mappingproxy({h: tanh(n + n[tanh(n + n[h])])})
    """
    every = list(cells)
    if not every:
        raise LonglagError(f"cell {name!r} of no cells", "it has a first one", "give one or more")
    states = set(every[0].update)
    update: dict[Any, Expr] = {symbol: symbol for symbol in every[0].update}
    for place, cell in enumerate(every):
        if set(cell.update) != states:
            raise LonglagError(
                f"cell {cell.name!r} after {every[0].name!r}",
                f"its states are {', '.join(cell.states)}, not {', '.join(every[0].states)}",
                "give cells with the same states",
            )
        known: dict[Any, Any] = {}
        update = {s: _shared(cell.update[s], place, known).xreplace(update) for s in update}
    told = " then ".join(cell.name for cell in every)
    return Cell(
        name,
        update,
        description=f"in turn {told}",
        allow_nondifferentiable=any(cell.allow_nondifferentiable for cell in every),
    )


def substeps(cell: Cell, count: int) -> Cell:
    """Return the cell whose step is ``count`` steps of a cell under the same drives.

    Args:
        cell: the cell, such as an Euler step of an equation.
        count: at least 1.

    Raises:
        LonglagError: the count is no positive integer, or the cell has a shared row.

    >>> from longlag.theory import CELLS
    >>> substeps(CELLS["leaky"], 2).name
    'leaky_2_substeps'
    """
    number = require_count("substeps", count, "a step has at least one", least=1)
    return in_turn(f"{cell.name}_{number}_substeps", [cell] * number)


def _shared(expression: Any, place: int, known: dict[Any, Any]) -> Any:
    """An expression whose maps may stand beside those of another of the same names."""
    if not expression.args:
        return expression
    if expression not in known:
        parts = [_shared(part, place, known) for part in expression.args]
        if isinstance(expression, LinearMap):
            known[expression] = LinearMap(_weight(expression.weight, place), parts[-1])
        else:
            known[expression] = expression.func(*parts)
    return known[expression]


def _weight(weight: CellSymbol, place: int) -> CellSymbol:
    """The weight of a map, as an object that may have several, in the cell of that place."""
    if isinstance(weight, MeanWeight) and place:
        return MeanWeight(f"{weight.name}_{place + 1}")
    if isinstance(weight, DenseWeight) and not isinstance(weight, (FreeWeight, FixedWeight)):
        return FreeWeight(weight.name, weight_tex(weight), weight.to, weight.over, weight.place)
    return weight


__all__ = ["in_turn", "substeps"]
