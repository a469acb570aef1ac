"""Whether an expression has neither jumps nor poles that change its sign in a box."""

from __future__ import annotations

from collections.abc import Callable

import sympy
from flint import arb
from sympy import Dummy, Expr, Function, Pow, preorder_traversal

from longlag.theory.balls.program import NoEnclosureError, Program
from longlag.theory.balls.ranges import Range
from longlag.theory.scalar.functions import relu, sigmoid, softplus
from longlag.theory.scalar.special import expm1, log1p, log_expm1, lower_omega, wright_omega

#: Continuous wherever their arguments are.
_EVERYWHERE = (
    sympy.exp,
    sympy.sin,
    sympy.cos,
    sympy.atan,
    sympy.asinh,
    sympy.tanh,
    sympy.sinh,
    sympy.cosh,
    sympy.sech,
    sympy.erf,
    sympy.erfc,
    sympy.erfi,
    sympy.Abs,
    sympy.Max,
    sympy.Min,
    sympy.Si,
    sigmoid,
    softplus,
    relu,
    expm1,
    wright_omega,
)
#: Continuous where their last argument is positive.
_POSITIVE = (
    sympy.log,
    sympy.gamma,
    sympy.loggamma,
    sympy.digamma,
    sympy.polygamma,
    sympy.besselk,
    sympy.expint,
    sympy.uppergamma,
    sympy.lowergamma,
    sympy.Ei,
    sympy.factorial,
    sympy.harmonic,
    log_expm1,
)
#: Continuous where their last argument exceeds this.
_FROM: dict[type[Function], float] = {
    sympy.zeta: 1.0,
    log1p: -1.0,
    sympy.acosh: 1.0,
    lower_omega: 1.0,
    sympy.LambertW: -0.3678,
}
#: Continuous between these.
_BETWEEN: dict[type[Function], tuple[float, float]] = {
    sympy.asin: (-1, 1),
    sympy.acos: (-1, 1),
    sympy.atanh: (-1, 1),
    sympy.erfinv: (-1, 1),
}


def is_continuous_between_limits(integral: Expr) -> bool:
    """Whether an integrand is seen to be continuous between its limits.

    SymPy takes an antiderivative at the limits even where a pole lies between them.

    Args:
        integral: an Integral over intervals, in symbols that know their signs.

    >>> from sympy.abc import u
    >>> is_continuous_between_limits(sympy.Integral(u**-2, (u, -1, 1)))
    False
    >>> is_continuous_between_limits(sympy.Integral(u**-2, (u, 1, sympy.oo)))
    True
    """
    expression = integral.function
    ranges: dict[Expr, Range] = {}
    for limit in integral.limits:
        if len(limit) != 3:
            return False
        u, low, high = limit
        ends = (_range_by_sign(low, ranges), _range_by_sign(high, ranges))
        signs = {"nonnegative": True} if min(end.low for end in ends) >= 0 else {"real": True}
        if max(end.high for end in ends) <= 0:
            signs = {"nonpositive": True}
        known = Dummy(u.name, **signs)
        ranges[known] = Range(min(e.low for e in ends), max(e.high for e in ends))
        expression = expression.subs(u, known)
    return is_continuous(expression, lambda part: _range_by_sign(part, ranges))


def _range_by_sign(part: Expr, ranges: dict[Expr, Range]) -> Range:
    """A range that holds a part, its symbols known by their signs or by given ranges."""
    if part.is_infinite:
        end = arb("inf") if part.is_extended_positive else arb("-inf")
        return Range(end, end)
    box = {s: ranges.get(s, _of_sign(s)) for s in part.free_symbols}
    try:
        return Program([part]).over(box)[0]
    except NoEnclosureError:
        return _of_sign(part)


def _of_sign(part: Expr) -> Range:
    low = arb(0) if part.is_nonnegative else arb("-inf")
    return Range(low, arb(0) if part.is_nonpositive else arb("inf"))


def is_continuous(expression: Expr, ranged: Callable[[Expr], Range]) -> bool:
    """Whether an expression is continuous where its parts lie.

    Args:
        expression: in any symbols.
        ranged: from a part of it, the range that holds its values.

    >>> from flint import arb
    >>> from sympy.abc import x
    >>> is_continuous(1 / x, lambda part: Range(arb(-1), arb(1)))
    False
    """
    return all(_is_continuous_here(part, ranged) for part in preorder_traversal(expression))


def _is_continuous_here(part: Expr, ranged: Callable[[Expr], Range]) -> bool:
    if isinstance(part, Pow):
        return _power_is_continuous(part, ranged)
    if isinstance(part, (sympy.Piecewise, sympy.Sum, sympy.Product, sympy.Integral)):
        return False
    if isinstance(part, sympy.Derivative | sympy.Subs):
        return False
    if not isinstance(part, (Function, sympy.Max, sympy.Min)) or isinstance(part, _EVERYWHERE):
        return True
    if not part.args:
        return False
    argument = part.args[0] if isinstance(part, sympy.LambertW) else part.args[-1]
    if isinstance(part, _POSITIVE):
        return bool(argument.is_positive) or bool(ranged(argument).low >= 0)
    start = _FROM.get(type(part))
    if start is not None:
        return bool(ranged(argument).low >= start)
    between = _BETWEEN.get(type(part))
    if between is not None:
        found = ranged(argument)
        return bool(found.low >= between[0] and found.high <= between[1])
    return False


def _power_is_continuous(power: Pow, ranged: Callable[[Expr], Range]) -> bool:
    if power.base == sympy.E or (power.exp.is_Integer and power.exp >= 0):
        return True
    if power.base.is_positive:
        return True
    base = ranged(power.base)
    if power.exp.is_Integer:
        return bool(base.low >= 0 or base.high <= 0)
    return bool(base.low >= 0)
