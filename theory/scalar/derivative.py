"""Derivatives that have numbers: those of special functions by their order included.

SymPy writes the derivative of an incomplete gamma function by its order as a Meijer G-function,
which nobody can evaluate here. It is left unevaluated instead, and becomes a number by differences.
"""

from __future__ import annotations

import sympy
from sympy import Expr, Function, Symbol, diff

#: Functions of an order and an argument, of which SymPy differentiates the order away.
_BY_ORDER = (sympy.lowergamma, sympy.uppergamma, sympy.expint)


def differentiated(expression: Expr, symbol: Symbol) -> Expr:
    """Return the derivative of an expression.

    Args:
        expression: of elementary and special functions.
        symbol: by which it is differentiated.

    >>> from sympy.abc import s, z
    >>> differentiated(sympy.lowergamma(s, z**2), s)
    Derivative(lowergamma(s, z**2), s)
    >>> sympy.simplify(differentiated(sympy.lowergamma(2, z), z))
    z*exp(-z)
    """
    held = {
        node: Function(f"_{type(node).__name__}")(*node.args)
        for node in expression.atoms(*_BY_ORDER)
        if node.args[0].has(symbol)
    }
    if not held:
        return diff(expression, symbol)
    slope = diff(expression.xreplace(held), symbol)
    for kind in _BY_ORDER:
        slope = _released(slope, Function(f"_{kind.__name__}"), kind)
    return slope


def derivative_of_zeta(expression: Expr) -> tuple[Expr, Expr] | None:
    """Return n and s of ζ^(n)(s), which SymPy leaves as a derivative; None of all else.

    >>> from sympy.abc import x
    >>> derivative_of_zeta(sympy.zeta(x).diff(x, 2)), derivative_of_zeta(x)
    ((2, x), None)
    """
    point = None
    if isinstance(expression, sympy.Subs):
        if len(expression.point) != 1:
            return None
        (point,) = expression.point
        expression = expression.expr
    if not isinstance(expression, sympy.Derivative) or len(expression.variable_count) != 1:
        return None
    ((variable, order),) = expression.variable_count
    if expression.expr != sympy.zeta(variable) or not order.is_Integer:
        return None
    return order, variable if point is None else point


def _released(slope: Expr, held: type[Expr], kind: type[Expr]) -> Expr:
    """Put a function back; its derivative by the argument is SymPy's, that by the order stays."""

    def by_argument(derivative: Expr) -> Expr:
        function, variable = derivative.args[0], derivative.args[1][0]
        true = kind(*function.args)
        return true.diff(variable) if not function.args[0].has(variable) else derivative

    slope = slope.replace(
        lambda node: isinstance(node, sympy.Derivative) and isinstance(node.args[0], held),
        by_argument,
    )
    return slope.replace(held, kind).replace(
        lambda node: isinstance(node, sympy.Subs) and not node.expr.has(sympy.Derivative),
        lambda node: node.doit(),
    )
