"""What a backend is: a printer's tables, a prelude of helpers, and a gate for arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Float

#: The helpers that generated code calls; each backend's prelude defines them all.
HELPERS: tuple[str, ...] = (
    "sqrt",
    "where",
    "arrays",
    "constant",
    "frame_of",
    "field",
    "dense",
    "row",
    "mean",
    "largest",
    "zero_matrix",
    "block_of",
    "add_rows",
    "add_outer",
    "add_diagonal",
    "add_matrix",
    "scale_rows",
    "scale_columns",
    "left_multiply",
    "inner",
    "diagonal_of",
    "diagonal_of_product",
    "diagonal_through",
    "stack_entries",
    "bisect",
)


@dataclass(frozen=True)
class Backend:
    """A target for generated code.

    Args:
        name: how users call it.
        prelude: Python text that a generated module begins with: imports, and definitions of the
            helpers and functions it calls. Only those that a module needs are printed in it.
        functions: SymPy function class ↦ name defined in the prelude.
        constants: SymPy constant ↦ expression.
        rational: text of the number p/q.
        number: text of a floating-point literal.
        folds_constants: print a function of constants, such as log(2), as a literal. Needed where
            the functions take arrays only, or where their results would change an array's dtype.
        array: turns numbers, or rows of them, into an array of the widest precision.
        prepare: turns one argument, given its role and name, into an array; raises LonglagError
            for what it cannot take.
        aspects: what all arrays of one call must share, such as dtype and device.
        kind: the values of the aspects for one array.
        exponential: of a matrix.
        cast: turns an array into one of the dtype and device of another.
        holds: whether a condition is true everywhere; true where a tracer hides its values.
        quiet: a context in which infinite results give no warnings.
        precise: a context in which arrays keep their precision, whatever surrounds the call.
        scalars: the backend whose functions of numbers take its arrays, by default itself.
    """

    name: str
    prelude: str
    functions: Mapping[type[Expr], str]
    constants: Mapping[Expr, str]
    rational: Callable[[int, int], str]
    number: Callable[[Float], str]
    folds_constants: bool
    array: Callable[[Sequence[Any]], Any]
    prepare: Callable[[str, str, Any], Any]
    aspects: tuple[str, ...]
    kind: Callable[[Any], tuple[Any, ...]]
    exponential: Callable[[Any], Any]
    cast: Callable[[Any, Any], Any]
    holds: Callable[[Any], bool] = lambda condition: bool(condition)
    quiet: Callable[[], AbstractContextManager[Any]] = nullcontext
    precise: Callable[[], AbstractContextManager[Any]] = nullcontext
    scalars: str = ""


def plain_rational(p: int, q: int) -> str:
    """Return p/q as Python's true division, which rounds correctly."""
    return f"{p}/{q}" if q != 1 else repr(float(p))


def plain_number(value: Float) -> str:
    """Return the shortest literal of the nearest double."""
    return repr(float(value))
