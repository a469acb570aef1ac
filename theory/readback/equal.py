"""Whether what was read is what was said: the same expression, or equal by a normal form."""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr

from longlag.theory.spectra.average import Average
from longlag.theory.verify.normal import vanishes_quickly


def same(read: Any, meant: Any) -> bool:
    """Whether two expressions are one.

    Args:
        read: what a reader found.
        meant: what was printed.

    >>> from sympy.abc import x
    >>> same(x * (1 + x), x + x**2), same(x + 1, x - 1)
    (True, False)
    """
    read, meant = _comparable(read), _comparable(meant)
    if read == meant:
        return True
    if not (isinstance(read, Expr) and isinstance(meant, Expr)):
        return False
    if read.free_symbols != meant.free_symbols:
        return False
    difference = Add(read, -meant)
    return bool(difference == 0 or vanishes_quickly(difference))


def _comparable(expression: Any) -> Any:
    """An expression without the nodes that only say how it is evaluated."""
    if not isinstance(expression, Expr):
        return expression
    averages = {average: average.as_integral() for average in expression.atoms(Average)}
    return expression.xreplace(averages) if averages else expression


__all__ = ["same"]
