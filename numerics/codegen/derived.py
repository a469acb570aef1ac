"""The matrices of a cell that are made at each call, on one backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mpmath
from sympy import Expr, ImmutableDenseMatrix

from longlag.numerics.codegen.backend import Backend
from longlag.numerics.codegen.effective import (
    Algebra,
    derived_weights,
    exact_numbers,
    matrix_of,
    parts_of,
)
from longlag.numerics.codegen.scalar import generate_scalar
from longlag.theory.cells.cell import Cell
from longlag.theory.language.given import NumberWeight
from longlag.theory.language.symbols import Parameter


class Derived:
    """Makes the matrices of the maps of one cell that no network gives.

    Args:
        cell: the cell.
        backend: of the arrays; its functions are those of a module of the same name.
    """

    def __init__(self, cell: Cell, backend: Backend) -> None:
        self.weights = derived_weights(cell)
        self._backend = backend
        parts = [part for weight in self.weights for part in parts_of(weight)]
        own = backend.scalars or backend.name
        # At once, since torch.compile cannot trace through their making.
        self._scales = {
            scale: (_names(scale), generate_scalar(scale, _symbols(scale), own))
            for scale in parts
            if not isinstance(scale, NumberWeight)
        }
        self._arrays: dict[tuple[ImmutableDenseMatrix, int], Any] = {}
        for part in parts:
            if isinstance(part, NumberWeight):
                self._array(part.entries)

    def matrices(
        self, weight: Mapping[str, Any], parameter: Mapping[str, Any], like: Any
    ) -> dict[str, Any]:
        """Return the matrices by name.

        Args:
            weight: arrays (H, H) that are given.
            parameter: numbers by name.
            like: an array of the dtype and device that they have.
        """

        def number(scale: Expr) -> Any:
            names, function = self._scales[scale]
            return function(*(self._wide(parameter[name]) for name in names))

        algebra = Algebra(
            self._backend.exponential,
            number,
            lambda entries: self._backend.cast(self._array(entries), like),
        )
        return {each.name: matrix_of(each, weight, algebra) for each in self.weights}

    def _wide(self, value: Any) -> Any:
        """A parameter as an array, a plain number in the widest precision."""
        return self._backend.array([value])[0] if isinstance(value, (int, float)) else value

    def _array(self, entries: ImmutableDenseMatrix) -> Any:
        """A matrix of numbers in the widest precision there is now."""
        key = entries, mpmath.mp.prec
        if key not in self._arrays:
            self._arrays[key] = self._backend.array(exact_numbers(entries))
        return self._arrays[key]


def _symbols(scale: Expr) -> list[Parameter]:
    return sorted(scale.atoms(Parameter), key=lambda symbol: str(symbol.name))


def _names(scale: Expr) -> list[str]:
    return [str(symbol.name) for symbol in _symbols(scale)]


__all__ = ["Derived"]
