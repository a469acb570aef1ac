"""Weights with names: those whose numbers are given with a network, and those that bear theirs.

A matrix of numbers, such as that of a memory of Legendre polynomials, is neither drawn nor trained,
and its size is that of its axes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sympy import ImmutableDenseMatrix, Interval, Rational, S, Symbol, sympify
from sympy.core.sympify import SympifyError
from sympy.matrices.matrixbase import MatrixBase

from longlag.theory.errors import LonglagError
from longlag.theory.language.axes import NEURONS, Axes, Axis, require_axis
from longlag.theory.language.symbols import CellSymbol, own_tex
from longlag.theory.language.weights import FreeWeight
from longlag.theory.scalar.parameters import validate_name


class NumberWeight(FreeWeight):
    """A weight that bears its numbers.

    Args:
        entries: exact real numbers, a SymPy matrix.
    """

    entries: ImmutableDenseMatrix

    def __new__(
        cls,
        name: str,
        entries: ImmutableDenseMatrix,
        tex: str = "",
        to: Axis | None = None,
        over: Axis | None = None,
        place: tuple[Axes, Axes] | None = None,
        label: str = "",
        **_: Any,
    ) -> NumberWeight:
        symbol: NumberWeight = Symbol.__xnew__(cls, name, real=True)
        symbol.tex, symbol.to, symbol.over, symbol.place = tex, to, over, place
        symbol.entries, symbol.label = entries, label or name
        low, high = min(0, *entries, key=float), max(0, *entries, key=float)
        symbol.interval = Interval(low, high) if low < high else S.Reals
        return symbol

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.entries)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        own = self.tex, self.to, self.over, self.place
        return (self.name, self.entries, *own, self.label), {}

    def placed(self, source: Axes, target: Axes) -> NumberWeight:
        """Return the weight between the entries of two arrays, its own two axes known."""
        over = self.over or source[-1]
        to = self.to or over
        place = source, target
        return NumberWeight(self.name, self.entries, self.tex, to, over, place, self.label)

    @property
    def bare(self) -> NumberWeight:
        """The weight as it was made, wherever it acts."""
        return NumberWeight(self.label, self.entries, self.tex, self.to, self.over)

    def _named(self, name: str) -> NumberWeight:
        own = self.tex, self.to, self.over, self.place
        return NumberWeight(name, self.entries, *own, self.label)

    @property
    def given(self) -> tuple[FreeWeight, ...]:
        """Itself between arrays, where its matrix depends on theirs; else it needs no numbers."""
        return () if self.place is None else (self,)

    @property
    def shown(self) -> str:
        """How many rows and columns it has."""
        return "{}×{}".format(*self.entries.shape)

    @property
    def sizes(self) -> Iterator[tuple[Axis, int]]:
        """Its axes with how many entries each has: that of the columns, and that of the rows."""
        over = self.over or NEURONS
        rows, columns = self.entries.shape
        yield over, columns
        yield self.to or over, rows


def sizes_given(cell: str, weights: Iterable[CellSymbol]) -> dict[str, int]:
    """Return the sizes that the matrices of numbers of a cell give its axes, by name.

    Args:
        cell: its name, for messages.
        weights: of its maps, those that others are made of.

    Raises:
        LonglagError: two of them say different sizes of one axis.

    >>> from longlag.theory import axis
    >>> N = axis("N")
    >>> sizes_given("lines", [weight("A", value=[[0, 1], [1, 0]], over=N)])
    {'N': 2}
    """
    found: dict[str, int] = {}
    known: dict[str, NumberWeight] = {}
    for each in weights:
        for axis, size in each.sizes if isinstance(each, NumberWeight) else ():
            other = known.setdefault(axis.name, each)
            if found.setdefault(axis.name, size) == size:
                continue
            raise LonglagError(
                f"{each.shown} matrix {each.label!r} in cell {cell!r}",
                f"its axis {axis} has {size} entries, and {found[axis.name]} by "
                + ("its columns" if other == each else f"the {other.shown} matrix {other.label!r}"),
                "say where its rows go, as to=P, or give matrices that fit",
            )
    return found


def weight(
    name: str,
    interval: Interval = S.Reals,
    *,
    value: Any = None,
    over: Axis | None = None,
    to: Axis | None = None,
    tex: str = "",
) -> FreeWeight:
    """Return a weight matrix as an object: the same object is the same matrix.

    Args:
        name: an identifier; its numbers are given under it.
        interval: where its entries lie, a SymPy ``Interval``; random networks are drawn from it.
        value: its numbers where they are fixed, a list of rows, a SymPy matrix or an array; the
            axes of the cell then have its size, and no network is asked for them.
        over: the axis of its columns; by default the only one of what it acts on.
        to: the axis of its rows; by default that of its columns.
        tex: how its letter is printed; by default as the name reads.

    Raises:
        LonglagError: the name is no identifier, the interval has no length, or the numbers are no
            matrix of finite real numbers.

    >>> from longlag.theory import Cell, state
    >>> W = weight("W")
    >>> W(state("h")), (W - W.T)(state("h"))
    (W[h], W[h] - W.T[h])
    >>> turn = weight("turn", value=[[0, -1], [1, 0]])
    >>> Cell("turning", {state("h"): turn(state("h"))}).weights
    ()
    """
    if not (isinstance(interval, Interval) and interval.start < interval.end):
        raise LonglagError(
            f"interval {interval} of weight {name!r}",
            "the entries of a weight live in a real interval of positive length",
            "give one such as sympy.Interval(0, oo)",
        )
    own = own_tex("weight", name, tex)
    axes = require_axis(f"weight {name!r}: to", to), require_axis(f"weight {name!r}: over", over)
    validate_name("weight", name)
    if value is None:
        return FreeWeight(name, own, *axes, None, interval)
    if interval != S.Reals:
        raise LonglagError(
            f"interval {interval} of weight {name!r} beside its numbers",
            "an interval says where numbers are drawn, and these are given",
            "leave one of them out",
        )
    return NumberWeight(name, _entries(name, value), own, *axes)


def _entries(name: str, value: Any) -> ImmutableDenseMatrix:
    """Numbers as an exact matrix: a decimal is the fraction that it reads as."""
    rows = value if isinstance(value, MatrixBase) else getattr(value, "tolist", lambda: value)()
    rows = rows.tolist() if isinstance(rows, MatrixBase) else rows
    if not (_is_list(rows) and rows and all(map(_is_list, rows))):
        raise LonglagError(
            f"value of weight {name!r}",
            "a matrix is a list of its rows, and this is none",
            "write [[1], [2]] for a column and [[1, 2]] for a row",
        )
    widths = sorted({len(row) for row in rows})
    if len(widths) > 1 or widths == [0]:
        raise LonglagError(
            f"value of weight {name!r} with rows of {' and '.join(map(str, widths))} numbers",
            "the rows of a matrix are equally long",
            "complete them",
        )
    return ImmutableDenseMatrix(
        [
            [_entry(name, (i, j), number) for j, number in enumerate(row, 1)]
            for i, row in enumerate(rows, 1)
        ]
    )


def _entry(name: str, place: tuple[int, int], number: Any) -> Any:
    try:
        exact = sympify(number, strict=True)
    except SympifyError:
        exact = None
    if getattr(exact, "is_Float", False) and exact.is_finite:
        exact = Rational(repr(float(exact)))
    if exact is None or not (exact.is_number and exact.is_real and exact.is_finite):
        raise LonglagError(
            f"entry {place} of weight {name!r}, {number}",
            "a matrix has finite real numbers",
            "correct it; of a complex matrix give the real and the imaginary part as two weights",
        )
    return exact


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


__all__ = ["NumberWeight", "sizes_given", "weight"]
