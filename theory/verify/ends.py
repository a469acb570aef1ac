"""Limits of an expression at the ends of a side, by leading terms or by SymPy."""

from __future__ import annotations

import sympy
from sympy import Expr, S, Symbol, oo

from longlag.theory.scalar.leading import limit_at_infinity
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.verify.normal import elementary


def limit_of(expression: Expr, symbol: Symbol) -> Expr | None:
    """Return the limit of an expression as a symbol goes to infinity, or its sign if infinite.

    Args:
        expression: what has a limit.
        symbol: what goes to infinity.
    """
    return limit_at_end(expression, symbol, oo)


def limit_at_end(expression: Expr, symbol: Symbol, end: Expr) -> Expr | None:
    """Return the limit at an infinite end, by its leading term; None where it is not told."""
    forward = expression if end == oo else expression.subs(symbol, -symbol)
    x = sympy.Dummy("x", positive=True)
    try:
        found = limit_at_infinity(elementary(forward).subs(symbol, x), x)
    except (UndecidedError, RecursionError, NotImplementedError, ValueError, TypeError):
        return _slow_limit(expression, symbol, end)
    return _signed(found)


def _signed(limit: Expr) -> Expr | None:
    """A limit with an infinite one replaced by its sign."""
    if limit.has(oo, -oo):
        return S.One if limit == oo else -S.One if limit == -oo else None
    return limit if limit.is_real is not False else None


def _slow_limit(expression: Expr, symbol: Symbol, end: Expr) -> Expr | None:
    if expression.free_symbols != {symbol}:
        return None
    try:
        found = sympy.limit(expression, symbol, end)
    except (NotImplementedError, ValueError, TypeError, RecursionError, AttributeError):
        return None
    return _signed(found) if found.is_extended_real else None


def one_sided_limit(expression: Expr, symbol: Symbol, end: Expr, direction: int) -> Expr | None:
    """Return the limit of an expression at a finite end, from inside; None where it is not told."""
    try:
        found = sympy.limit(expression, symbol, end, "+" if direction > 0 else "-")
    except (NotImplementedError, ValueError, TypeError, RecursionError, AttributeError):
        return None
    return _signed(found) if found.is_extended_real else None
