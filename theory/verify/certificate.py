"""A cover as plain data, to be written as JSON and checked again by another program.

Numbers are exact: fractions ``"1/3"``, ends ``"3*2^-5"`` or ``"inf"``; an expression is a list, its
function first: ``["+", "x", ["*", "-1", ["exp", "x"]]]``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import Add, Expr, Mul, Pow, Rational, Symbol, diff
from sympy.core.numbers import Exp1, Float, Pi

from longlag.theory.balls.ranges import Range
from longlag.theory.verify.cover import Cover

#: A cover as plain data.
Data = dict[str, Any]

_OPERATIONS = {Add: "+", Mul: "*", Pow: "^"}


def as_data(cover: Cover) -> Data:
    """Return a cover as plain data.

    Args:
        cover: boxes on each of which an expression is nowhere negative.
    """
    symbols = _symbols(cover)
    names = _names(symbols)
    return {
        "expression": tree(cover.expression, names),
        "symbols": [names[s] for s in symbols],
        "slopes": [tree(diff(cover.expression, s), names) for s in symbols],
        "margin": None if cover.margin == float("inf") else cover.margin,
        "boxes": [
            {"sides": [_side(box[s]) for s in symbols], "way": way} for box, way in cover.boxes
        ],
        "domain": [_side(cover.domain[s]) for s in symbols],
    }


def _symbols(cover: Cover) -> Sequence[Symbol]:
    return sorted(cover.domain, key=str)


def _names(symbols: Sequence[Symbol]) -> dict[Symbol, str]:
    """Names that tell the symbols apart, those with one name too."""
    names: dict[Symbol, str] = {}
    for symbol in symbols:
        name = symbol.name
        while name in names.values():
            name += "_"
        names[symbol] = name
    return names


def tree(expression: Expr, names: Mapping[Symbol, str]) -> Any:
    """Return an expression as nested lists.

    >>> from sympy.abc import x
    >>> tree(1 - x**2, {x: "x"})
    ['+', '1', ['*', '-1', ['^', 'x', '2']]]
    """
    if isinstance(expression, Symbol):
        return names[expression]
    if isinstance(expression, (Rational, Float)):
        return str(Rational(expression))
    if isinstance(expression, Pi):
        return ["pi"]
    if isinstance(expression, Exp1):
        return ["exp", "1"]
    if isinstance(expression, Pow) and isinstance(expression.base, Exp1):
        return ["exp", tree(expression.exp, names)]
    name = _OPERATIONS.get(type(expression), type(expression).__name__)
    return [name, *(tree(argument, names) for argument in expression.args)]


def _side(side: Range) -> list[str]:
    return [_end(side.low), _end(side.high)]


def _end(end: Any) -> str:
    if not end.is_finite():
        return "inf" if end > 0 else "-inf"
    mantissa, exponent = end.man_exp()
    return f"{mantissa}*2^{exponent}"
