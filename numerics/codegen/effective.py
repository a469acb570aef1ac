"""The matrices of a cell's maps, out of the weights that are given: transposed, exponentiated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import MeanWeight
from longlag.theory.language.symbols import CellSymbol, Parameter
from longlag.theory.language.weights import ExponentialWeight, MatrixForm, TransposedWeight

#: Returns the exponential of a matrix.
Exponential = Callable[[Any], Any]


def derived_weights(cell: Cell) -> tuple[CellSymbol, ...]:
    """Return the weights of a cell's maps that are made of others."""
    weights = (node.weight for node in cell.graph.maps if not isinstance(node.weight, MeanWeight))
    kinds = (TransposedWeight, ExponentialWeight)
    return tuple(dict.fromkeys(w for w in weights if isinstance(w, kinds)))


def matrix_of(
    weight: CellSymbol,
    given: Mapping[str, Any],
    parameter: Mapping[str, Any],
    exponential: Exponential,
) -> Any:
    """Return the matrix of one weight.

    Args:
        weight: given, or made of others.
        given: arrays (H, H) by name.
        parameter: numbers by name, for the factors in a sum.
        exponential: of the backend's arrays.
    """
    if isinstance(weight, TransposedWeight):
        return matrix_of(weight.of, given, parameter, exponential).T
    if isinstance(weight, ExponentialWeight):
        return exponential(_sum(weight.of, given, parameter, exponential))
    return given[weight.name]


def _sum(
    form: MatrixForm,
    given: Mapping[str, Any],
    parameter: Mapping[str, Any],
    exponential: Exponential,
) -> Any:
    total: Any = 0
    for scale, factors in form.terms:
        product: Any = None
        for factor in factors:
            matrix = matrix_of(factor, given, parameter, exponential)
            product = matrix if product is None else product @ matrix
        total = total + _number(scale, parameter) * product
    return total


def _number(scale: Any, parameter: Mapping[str, Any]) -> Any:
    """A factor in numbers; a product or a sum is done by the arrays' own operations."""
    if scale.is_Integer:
        return int(scale)
    if isinstance(scale, Parameter):
        return parameter[scale.name]
    if scale.is_Rational:
        return int(scale.p) / int(scale.q)
    if scale.is_Add or scale.is_Mul:
        first, *others = [_number(part, parameter) for part in scale.args]
        for other in others:
            first = first + other if scale.is_Add else first * other
        return first
    if scale.is_Pow and scale.exp.is_Integer:
        return _number(scale.base, parameter) ** int(scale.exp)
    return float(scale)


__all__ = ["Exponential", "derived_weights", "matrix_of"]
