"""What a backend is: a printer's tables, a prelude of helpers, and a gate for arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Expr


@dataclass(frozen=True)
class Backend:
    """A target for generated code.

    Args:
        name: how users call it.
        prelude: Python text that begins every generated module: imports, and the helpers that
            generated code calls (``dense``, ``row``, ``scale_rows``, …; the same in each backend).
        functions: SymPy function class ↦ name defined in the prelude.
        constants: SymPy constant ↦ expression.
        rational: text of the number p/q.
        number: text of a floating-point literal given in decimal digits.
        prepare: turns one argument into an array; raises LonglagError for what it cannot take.
        kind: what all arrays of one call must share, such as dtype and device.
    """

    name: str
    prelude: str
    functions: Mapping[type[Expr], str]
    constants: Mapping[Expr, str]
    rational: Callable[[int, int], str]
    number: Callable[[str], str]
    prepare: Callable[[str, Any], Any]
    kind: Callable[[Any], Mapping[str, str]]


def plain_rational(p: int, q: int) -> str:
    """Return p/q as Python's true division."""
    return f"{p}/{q}"


def plain_number(digits: str) -> str:
    """Return a decimal literal as it is."""
    return digits
