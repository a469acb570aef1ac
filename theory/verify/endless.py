"""Closed forms of endless sums, where their terms shrink on the whole domain.

SymPy sums a geometric series where the size of its quotient is below one, and leaves the question
whether it is.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy
from sympy import Abs, Expr, Piecewise, S, StrictLessThan, Sum, Symbol, oo

from longlag.theory.verify.axis import Axis

Axes = Mapping[Symbol, tuple[Axis, ...]]


def sums_closed(expression: Expr, axes: Axes) -> Expr:
    """Return an expression with the endless sums in closed form that converge everywhere.

    Args:
        expression: in symbols that know their signs.
        axes: for each of these symbols, the pieces of its domain.

    >>> from sympy.abc import k
    >>> from longlag.theory.verify.axis import axes
    >>> x = Symbol("x", positive=True)
    >>> unit = {x: axes(x, sympy.Interval.open(0, 1))}
    >>> sums_closed(Sum(x**k, (k, 0, oo)), unit)
    1/(1 - x)
    """
    closed = {node: _closed(node, axes) for node in expression.atoms(Sum)}
    return expression.xreplace({node: c for node, c in closed.items() if c is not None})


def _closed(node: Sum, axes: Axes) -> Expr | None:
    if len(node.limits) != 1 or node.limits[0][2] != oo:
        return None
    # A factor in front stands outside of SymPy's cases.
    cases = sympy.piecewise_fold(node.doit())
    if not isinstance(cases, Piecewise):
        return None
    value, condition = cases.args[0]
    return None if value.has(Sum) or not _holds(condition, axes) else value


def _holds(condition: Expr, axes: Axes) -> bool:
    if not isinstance(condition, StrictLessThan):
        return False
    small, large = condition.args
    signed = [small.args[0], -small.args[0]] if isinstance(small, Abs) else [small]
    return all(is_positive(large - quotient, axes) for quotient in signed)


def is_positive(expression: Expr, axes: Axes) -> bool:
    """Return whether an expression is seen to be positive: by signs, or as a straight line.

    Args:
        expression: in symbols that know their signs.
        axes: for each of these symbols, the pieces of its domain.
    """
    if expression.is_positive:
        return True
    line = sympy.expand(expression)
    if line.is_Add and len(line.args) == 2:
        number, power = line.as_coeff_Add()
        if number == 1 and (-power).func is sympy.exp:
            return bool((-(-power).args[0]).is_positive)
    if len(line.free_symbols) != 1:
        return False
    (symbol,) = line.free_symbols
    if not line.is_polynomial(symbol) or sympy.degree(line, symbol) != 1:
        return False
    return all(_is_positive_on(line, symbol, axis) for axis in axes.get(symbol, ())) and bool(
        axes.get(symbol)
    )


def _is_positive_on(line: Expr, symbol: Symbol, axis: Axis) -> bool:
    slope = line.coeff(symbol, 1)
    rising = bool(slope.is_positive)
    end = axis.ends[0 if rising else 1]
    opened = axis.low_open if rising else axis.high_open
    if axis.listed or axis.whole or not end.is_finite:
        return False
    least = line.subs(symbol, end)
    return bool(least.is_positive) or (opened and least == S.Zero)


__all__ = ["is_positive", "sums_closed"]
