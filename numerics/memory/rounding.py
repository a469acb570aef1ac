"""Where the rounding of doubles spoils a value: the error of an expression, to first order.

Every operation adds one rounding of its result and hands on what its arguments are off by. So the
error of an expression is an expression, and generated like any other.
"""

from __future__ import annotations

from sympy import Abs, Add, Expr, Mul, S, Symbol


def rounding_error(expression: Expr) -> Expr:
    """Return the error of an expression in units of the rounding of a double.

    Args:
        expression: over symbols, whose numbers are taken as exact.

    >>> t = Symbol("t", positive=True)
    >>> float(rounding_error(t - 1).subs(t, 3))
    2.0
    """
    if isinstance(expression, Symbol) or _is_exact(expression):
        return S.Zero
    if not expression.args:
        return Abs(expression)
    inherited = [rounding_error(argument) for argument in expression.args]
    own = _size(expression)
    if isinstance(expression, Add):
        return own + Add(*inherited)
    if isinstance(expression, Mul):
        shares = [
            error * _size(expression / argument)
            for error, argument in zip(inherited, expression.args, strict=True)
        ]
        return own + Add(*shares)
    arguments = [Symbol(f"_x{place}", real=True) for place in range(len(expression.args))]
    function = expression.func(*arguments)
    at = dict(zip(arguments, expression.args, strict=True))
    slopes = [
        error * _size(function.diff(argument).xreplace(at))
        for argument, error in zip(arguments, inherited, strict=True)
        if error != 0
    ]
    return own + Add(*slopes)


def _is_exact(number: Expr) -> bool:
    """Whether a double holds a number exactly: its denominator is a power of two."""
    return bool(number.is_Rational) and number.q & (number.q - 1) == 0


def _size(expression: Expr) -> Expr:
    """|x|, without asking SymPy for long what its sign is."""
    return expression if expression.is_positive else Abs(expression, evaluate=False)
