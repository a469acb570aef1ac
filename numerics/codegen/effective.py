"""The matrices of a cell's maps, out of the weights that are given: transposed, exponentiated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import mpmath
from sympy import Expr, Float, ImmutableDenseMatrix

from longlag.theory.cells.cell import Cell
from longlag.theory.language.given import NumberWeight
from longlag.theory.language.maps import MeanWeight
from longlag.theory.language.symbols import CellSymbol
from longlag.theory.language.weights import ExponentialWeight, MatrixForm, TransposedWeight


@dataclass(frozen=True)
class Algebra:
    """How matrices are made of others.

    Args:
        exponential: of an array (H, H).
        number: the value of a factor in a sum, over numbers and parameters.
        array: the array of a matrix of numbers.
    """

    exponential: Callable[[Any], Any]
    number: Callable[[Expr], Any]
    array: Callable[[ImmutableDenseMatrix], Any]


def derived_weights(cell: Cell) -> tuple[CellSymbol, ...]:
    """Return the weights of a cell's maps that are not given with a network, but made."""
    weights = (node.weight for node in cell.graph.maps if not isinstance(node.weight, MeanWeight))
    return tuple(dict.fromkeys(w for w in weights if _is_made(w)))


def _is_made(weight: CellSymbol) -> bool:
    if isinstance(weight, NumberWeight):
        return not weight.given
    return isinstance(weight, (TransposedWeight, ExponentialWeight))


def parts_of(weight: CellSymbol) -> Iterator[NumberWeight | Expr]:
    """Yield the matrices of numbers that a weight is made of, and the factors in its sums."""
    if isinstance(weight, TransposedWeight):
        yield from parts_of(weight.of)
    elif isinstance(weight, ExponentialWeight):
        for scale, factors in weight.of.terms:
            yield scale
            for factor in factors:
                yield from parts_of(factor)
    elif _is_made(weight):
        yield weight


def matrix_of(weight: CellSymbol, given: Mapping[str, Any], algebra: Algebra) -> Any:
    """Return the matrix of one weight.

    Args:
        weight: given, or made of others.
        given: arrays (H, H) by name.
        algebra: of the arrays.
    """
    if isinstance(weight, TransposedWeight):
        return matrix_of(weight.of, given, algebra).T
    if isinstance(weight, ExponentialWeight):
        return algebra.exponential(_sum(weight.of, given, algebra))
    if isinstance(weight, NumberWeight) and not weight.given:
        return algebra.array(weight.entries)
    return given[weight.name]


def _sum(form: MatrixForm, given: Mapping[str, Any], algebra: Algebra) -> Any:
    total: Any = 0
    for scale, factors in form.terms:
        product: Any = None
        for factor in factors:
            matrix = matrix_of(factor, given, algebra)
            product = matrix if product is None else product @ matrix
        total = total + algebra.number(scale) * product
    return total


def floats(entries: ImmutableDenseMatrix) -> list[list[float]]:
    """Return the rows of a matrix of numbers, rounded."""
    return [list(map(float, row)) for row in entries.tolist()]


def exact_numbers(entries: ImmutableDenseMatrix) -> list[list[mpmath.mpf]]:
    """Return the rows of a matrix in the working precision of mpmath.

    >>> exact_numbers(ImmutableDenseMatrix([[1, 0.5]]))
    [[mpf('1.0'), mpf('0.5')]]
    """
    digits = mpmath.mp.dps + 5

    def exact(number: Expr) -> mpmath.mpf:
        return mpmath.mpf(Float(number.evalf(digits), digits)._mpf_)

    return [list(map(exact, row)) for row in entries.tolist()]


__all__ = ["Algebra", "derived_weights", "exact_numbers", "floats", "matrix_of", "parts_of"]
