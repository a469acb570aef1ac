"""Prove an identity at all integers from its first ones, where both sides obey a linear recurrence.

A sum of terms P(n) b^n with a polynomial P, Fibonacci's numbers, sines of multiples: each obeys a
linear recurrence with constant coefficients, so do sums and products of them, and sums up to n. A
difference that obeys one of order d, and vanishes at d integers in a row, vanishes at all that
follow.
"""

from __future__ import annotations

import sympy
from sympy import Add, Expr, Mul, Pow, Sum, Symbol, cos, exp, fibonacci, lucas, sin

from longlag.theory.verify.normal import zero_method

#: Orders of a recurrence that are checked.
_HIGHEST = 12


def by_first_terms(difference: Expr, n: Symbol, first: int) -> str | None:
    """Return how a difference was shown to vanish for all integers from the first on, or None.

    Args:
        difference: of both sides.
        n: the integer.
        first: its least value.

    >>> n = Symbol("n", integer=True, positive=True)
    >>> cassini = fibonacci(n - 1) * fibonacci(n + 1) - fibonacci(n) ** 2 - (-1) ** n
    >>> by_first_terms(cassini, n, 1)
    'a linear recurrence in n of order at most 8, and its first terms'
    """
    written = difference.replace(lambda e: isinstance(e, Sum), lambda e: _outside(e, n))
    order = _order(sympy.expand(written), n)
    if order is None or order > _HIGHEST:
        return None
    for value in range(first, first + order):
        if zero_method(written.subs(n, value).doit()) is None:
            return None
    return f"a linear recurrence in {n.name} of order at most {order}, and its first terms"


def _outside(total: Sum, n: Symbol) -> Expr:
    """A sum with powers that depend on n but not on the index taken out of it."""
    if len(total.limits) != 1:
        return total
    index = total.limits[0][0]
    spread = sympy.expand_power_exp(sympy.expand_power_base(total.function))
    outside, inside = spread.as_independent(index, as_Add=False)
    return outside * Sum(inside, *total.limits)


def _order(expression: Expr, n: Symbol) -> int | None:
    """The order of a recurrence that an expression obeys; None where none is known."""
    if n not in expression.free_symbols:
        return 1
    if isinstance(expression, Add):
        return _of_parts(expression.args, n, sum)
    if isinstance(expression, Mul):
        powers = [f for f in expression.args if f.is_polynomial(n)]
        others = [f for f in expression.args if not f.is_polynomial(n)]
        start = sympy.degree(Mul(*powers), n) + 1 if Mul(*powers).has(n) else 1
        return _of_parts(others, n, lambda orders: int(start) * int(sympy.prod(orders)))
    if expression.is_polynomial(n):
        return int(sympy.degree(expression, n)) + 1
    if isinstance(expression, (Pow, exp)):
        return _of_power(expression, n)
    if isinstance(expression, (fibonacci, lucas)) and len(expression.args) == 1:
        return 2 if _steps(expression.args[0], n) else None
    if isinstance(expression, (sin, cos)):
        return 2 if sympy.diff(expression.args[0], n, 2) == 0 else None
    if isinstance(expression, Sum) and len(expression.limits) == 1:
        return _of_sum(expression, n)
    return None


def _of_parts(parts: tuple[Expr, ...] | list[Expr], n: Symbol, joined: object) -> int | None:
    orders = [_order(part, n) for part in parts]
    if any(order is None for order in orders):
        return None
    assert callable(joined)
    return int(joined(orders))


def _of_power(power: Expr, n: Symbol) -> int | None:
    base, exponent = power.as_base_exp()
    if n not in base.free_symbols:
        return 1 if sympy.diff(exponent, n, 2) == 0 else None
    inner = _order(base, n)
    if inner is None or not (exponent.is_Integer and exponent > 0):
        return None
    # Products of d solutions of one recurrence, whatever their order.
    return int(sympy.binomial(inner + exponent - 1, exponent))


def _of_sum(total: Sum, n: Symbol) -> int | None:
    index, low, high = total.limits[0]
    if n in total.function.free_symbols or n in low.free_symbols or not _steps(high, n):
        return None
    if sympy.diff(high, n) != 1:
        return None
    inner = _order(sympy.expand(total.function), index)
    return None if inner is None else inner + 1


def _steps(argument: Expr, n: Symbol) -> bool:
    """Whether an argument goes up by a positive integer as n goes up by one."""
    step = sympy.expand(argument.subs(n, n + 1) - argument)
    return bool(step.is_Integer and step > 0)


__all__ = ["by_first_terms"]
