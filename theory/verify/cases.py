"""Cases by the sign of what stands in absolute values, steps, maxima and conditions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import sympy
from sympy import Abs, Expr, Heaviside, Max, Min, Piecewise, S, Symbol, sign
from sympy.core.relational import Relational

#: Switches that are told apart at most.
_MOST = 3


def switches(expression: Expr) -> list[Expr]:
    """Return the expressions on whose sign the parts of an expression depend.

    Each stands once, whatever its sign and constant factor; none where there are too many.

    >>> from sympy.abc import x, y
    >>> switches(Abs(x - y) + sign(2 * y - 2 * x))
    [x - y]
    """
    found: list[Expr] = []
    for part in sympy.preorder_traversal(expression):
        for switch in _switches_of(part):
            primitive = _primitive(switch)
            if primitive.free_symbols and primitive not in found:
                found.append(primitive)
    return sorted(found, key=str) if len(found) <= _MOST else []


def _switches_of(part: Any) -> Iterator[Expr]:
    if isinstance(part, (Abs, sign, Heaviside)):
        yield part.args[0]
    elif isinstance(part, (Max, Min)) and len(part.args) == 2:
        yield part.args[0] - part.args[1]
    elif isinstance(part, Piecewise):
        for _, condition in part.args:
            for relational in condition.atoms(Relational):
                yield relational.lhs - relational.rhs


def _primitive(switch: Expr) -> Expr:
    content, primitive = sympy.expand(switch).as_content_primitive()
    del content
    negative = primitive.could_extract_minus_sign()
    return -primitive if negative else primitive


def cases(expression: Expr) -> Iterator[tuple[dict[Expr, int], Expr]]:
    """Yield the signs of the switches, and the expression where they have them.

    Args:
        expression: with switches; without any, nothing is yielded.

    >>> from sympy.abc import x
    >>> [case for _, case in cases(Abs(x) - x)]
    [-2*x, 0, 0]
    """
    found = switches(expression)
    if not found:
        return
    for signs in product((-1, 0, 1), repeat=len(found)):
        known = dict(zip(found, signs, strict=True))
        yield known, switched(expression, known)


def switched(expression: Expr, known: dict[Expr, int]) -> Expr:
    """Return an expression with its switches at given signs; at sign 0 a symbol is solved for."""
    changed = expression.replace(
        lambda part: isinstance(part, (Abs, sign, Heaviside, Max, Min, Piecewise)),
        lambda part: _at(part, known),
    )
    for switch, value in known.items():
        if value == 0:
            for symbol in sorted(switch.free_symbols, key=str):
                solutions = sympy.solve(switch, symbol)
                if len(solutions) == 1:
                    changed = changed.subs(symbol, solutions[0])
                    break
    return changed


def _sign_of(expression: Expr, known: dict[Expr, int]) -> int | None:
    primitive = _primitive(expression)
    if primitive in known:
        ratio = sympy.simplify(expression / primitive)
        return int(known[primitive] * sympy.sign(ratio)) if ratio.is_number else None
    if expression.is_number:
        return int(sympy.sign(expression))
    return None


def _at(part: Any, known: dict[Expr, int]) -> Expr:
    if isinstance(part, Piecewise):
        for piece, condition in part.args:
            holds = condition.replace(
                lambda c: isinstance(c, Relational), lambda c: _relation_at(c, known)
            )
            if holds == True:  # noqa: E712  (SymPy's own truth values)
                return piece
            if holds != False:  # noqa: E712
                return part
        return S.NaN
    if isinstance(part, (Max, Min)):
        if len(part.args) != 2:
            return part
        order = _sign_of(part.args[0] - part.args[1], known)
        if order is None:
            return part
        return part.args[0] if (order >= 0) == isinstance(part, Max) else part.args[1]
    order = _sign_of(part.args[0], known)
    if order is None:
        return part
    if isinstance(part, Abs):
        return order * part.args[0]
    if isinstance(part, sign):
        return sympy.Integer(order)
    at_zero = part.args[1] if len(part.args) > 1 else S.Half
    return {1: S.One, -1: S.Zero, 0: at_zero}[order]


def _relation_at(condition: Relational, known: dict[Expr, int]) -> Any:
    order = _sign_of(condition.lhs - condition.rhs, known)
    return condition if order is None else condition.func(order, 0)


def ordered(u: Expr) -> tuple[Symbol, Symbol] | None:
    """Return x and y where u is x − y or y − x, else None.

    >>> from sympy.abc import x, y
    >>> ordered(x - y)
    (x, y)
    """
    symbols = sorted(u.free_symbols, key=str)
    if len(symbols) == 2 and sympy.expand(u - symbols[0] + symbols[1]) == 0:
        return symbols[0], symbols[1]
    return None
