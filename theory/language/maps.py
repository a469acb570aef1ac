"""Linear maps across neurons inside an update, and the weights that each belong to one map."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from typing import Any

from sympy import Expr, Symbol
from sympy.core.numbers import ImaginaryUnit

from longlag.theory.errors import LonglagError
from longlag.theory.language.axes import Axes, Axis, require_axis
from longlag.theory.language.parts import digest, parts_of_kind, tree_size
from longlag.theory.language.symbols import CellSymbol, own_tex
from longlag.theory.scalar.parameters import as_expression, validate_name

#: Names of arguments up to this length stand as they are in the name of a map's value.
_LONGEST_NAME = 24
#: With more parts than these an expression is not written out for its name.
_LONGEST_TEXT = 500


class DenseWeight(CellSymbol):
    """An H×H recurrent weight matrix W, or one from one axis to another.

    Args:
        name: an identifier.
        tex: how it is printed.
        to: the axis of its rows; by default that of its columns.
        over: the axis of its columns; by default the only one of what it acts on.
        place: inside a cell, the axes of what it acts on and of what it gives.
    """

    role = "weight"
    constant = True
    to: Axis | None = None
    over: Axis | None = None
    place: tuple[Axes, Axes] | None = None

    def __new__(
        cls,
        name: str,
        tex: str = "",
        to: Axis | None = None,
        over: Axis | None = None,
        place: tuple[Axes, Axes] | None = None,
        **_: Any,
    ) -> DenseWeight:
        if to is None and over is None and place is None:
            return super().__new__(cls, name, tex)
        symbol = Symbol.__xnew__(cls, name, real=True)
        symbol.tex, symbol.to, symbol.over, symbol.place = tex, to, over, place
        return symbol

    def _hashable_content(self) -> tuple[Any, ...]:
        # As text, since SymPy orders symbols by it.
        return (*super()._hashable_content(), f"{self.to} {self.over} {self.place}")

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.tex, self.to, self.over, self.place), {}

    def placed(self, source: Axes, target: Axes) -> DenseWeight:
        """Return the weight between the entries of two arrays, its own two axes known."""
        over = self.over or source[-1]
        to = self.to or over
        return DenseWeight(self.name, self.tex, to, over, (source, target))

    @property
    def text(self) -> str:
        """The matrix as its user wrote it."""
        return str(self.name)

    def value_name(self, argument: Expr) -> str:
        """Return the name of the value of its map of ``argument``."""
        return str(self.name)


class RowWeight(CellSymbol):
    """A recurrent row vector u of length H; as a per-neuron symbol it stands for u_q."""

    role = "weight"
    constant = True


class MeanWeight(CellSymbol):
    """The fixed row 1ᵀ/H that takes the mean over neurons."""

    role = "mean"
    constant = True


class MapValue(CellSymbol):
    """The value (W e)_q of a linear map, named by the map."""

    role = "map"


class SharedMapValue(MapValue):
    """The value of a map that is one number for all neurons: uᵀe, or a mean over neurons."""

    shared = True


class ComplexMapValue(MapValue):
    """The value of a map of complex numbers."""

    def __new__(cls, name: str, **_: Any) -> ComplexMapValue:
        value: ComplexMapValue = Symbol.__xnew__(cls, name, complex=True)
        return value


def holds_complex(expression: Expr) -> bool:
    """Whether a number that need not be real stands in an expression of a cell."""
    atoms = parts_of_kind(expression, CellSymbol, ImaginaryUnit)
    return not all(atom.is_real for atom in atoms)


def is_real_inside(argument: Expr) -> bool | None:
    """Whether a real matrix makes real numbers of an argument; None where that is complex."""
    return None if holds_complex(argument) and not argument.is_real else True


class LinearMap(Expr):
    """A linear map across neurons inside an update: ``args`` are its weight and its argument."""

    is_commutative = True

    def __new__(cls, weight: CellSymbol, argument: Expr) -> LinearMap:
        return Expr.__new__(cls, weight, argument)

    @property
    def weight(self) -> CellSymbol:
        """The weight: a DenseWeight, RowWeight or MeanWeight."""
        return self.args[0]

    @property
    def value_name(self) -> str:
        """The name of its value."""
        weight = self.weight
        return weight.value_name(self.argument) if isinstance(weight, DenseWeight) else weight.name

    @property
    def argument(self) -> Expr:
        """The per-neuron expression it acts on."""
        return self.args[1]

    @property
    def shared(self) -> bool:
        """Whether its value is one number for all neurons."""
        return not isinstance(self.weight, DenseWeight)

    def _eval_is_real(self) -> bool | None:
        return is_real_inside(self.argument)

    def _eval_is_nonnegative(self) -> bool | None:
        return self.argument.is_nonnegative if isinstance(self.weight, MeanWeight) else None

    def _eval_derivative(self, _: Symbol) -> Expr:
        raise LonglagError(
            f"derivative of {self}",
            "a linear map mixes neurons, so its derivative is a matrix",
            "put it in a Cell and call jacobian(cell)",
        )

    def _sympystr(self, printer: Any) -> str:
        weight = self.weight.text if isinstance(self.weight, DenseWeight) else self.weight.name
        return f"{weight}[{printer._print(self.argument)}]"


def slug(text: str) -> str:
    """An identifier for a text: its letters where they tell it, else with a number behind."""
    plain = re.sub(r"[^0-9A-Za-z]+", "_", text).strip("_")
    if plain == text and len(plain) <= _LONGEST_NAME:
        return plain
    return f"{plain[:_LONGEST_NAME]}_{zlib.crc32(text.encode()):08x}"


@lru_cache(maxsize=1024)
def slug_of(expression: Expr) -> str:
    """An identifier for an expression; of a long one a number, since its text is longer still."""
    if tree_size(expression) > _LONGEST_TEXT:
        return f"long_{digest(expression)[:8]}"
    return slug(str(expression))


def recurrent(
    name: str,
    expression: Expr,
    shared: bool = False,
    *,
    over: Axis | None = None,
    to: Axis | None = None,
    tex: str = "",
) -> LinearMap:
    """Return the linear map ``name`` of a per-neuron expression.

    Args:
        name: an identifier; weights are given under it.
        expression: what the map acts on, for instance a state or ``r * h``; maps may nest.
        shared: a row vector uᵀ (one number for all neurons) instead of an H×H matrix W.
        over: the axis that it mixes; by default the only one of what it acts on.
        to: the axis of what it gives; by default the same.
        tex: how its weight is printed; by default W, or u, with the name as its index.

    >>> from longlag.theory import state
    >>> recurrent("z", state("h"))
    z[h]
    """
    checked = validate_name("map", name), own_tex("map", name, tex)
    axes = require_axis(f"map {name!r}: to", to), require_axis(f"map {name!r}: over", over)
    if shared and axes != (None, None):
        raise LonglagError(
            f"shared map {name!r} with axes",
            "its row goes over all neurons and gives one number",
            "leave them out, or write total(w * x, over=N) with a parameter w",
        )
    weight = RowWeight(*checked) if shared else DenseWeight(*checked, *axes)
    return LinearMap(weight, as_expression(f"argument of map {name!r}", expression))


__all__ = [
    "DenseWeight",
    "LinearMap",
    "MapValue",
    "MeanWeight",
    "RowWeight",
    "SharedMapValue",
    "is_real_inside",
    "recurrent",
    "slug",
    "slug_of",
]
