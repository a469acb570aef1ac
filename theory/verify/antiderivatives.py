"""Integrals by an antiderivative: it differentiates back, and its ends give the value.

SymPy proposes the antiderivative and is not trusted with it: its derivative must be the integrand,
it must have no jump between the limits, and what it tends to there is taken by leading terms.
"""

from __future__ import annotations

import sympy
from sympy import Dummy, Expr, Integral, Pow, S, expint, lowergamma, oo, uppergamma

from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.scalar.leading import limit_at_infinity
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.verify.budget import guarded
from longlag.theory.verify.normal import zero_method

#: Processor time for one integral.
_SECONDS = 20.0
#: Functions of one last argument that have no jump where it is positive.
_SMOOTH_ABOVE_ZERO = (sympy.log, sympy.exp, lowergamma, uppergamma, expint, sympy.erf, sympy.erfc)


def integrates_to(integral: Integral, value: Expr) -> bool:
    """Return whether an integral is seen to have a value, for all its symbols, in seconds.

    Args:
        integral: over one symbol, between limits from 0 on.
        value: what it is said to be.

    >>> x, a = sympy.Symbol("x", positive=True), sympy.Symbol("a", positive=True)
    >>> gauss = Integral(x * sympy.exp(-a * x**2), (x, 0, oo))
    >>> integrates_to(gauss, 1 / (2 * a)), integrates_to(gauss, 1 / a)
    (True, False)
    """
    try:
        return bool(within(_SECONDS, guarded, lambda: _integrates_to(integral, value)))
    except OutOfTimeError:
        return False


def _integrates_to(integral: Integral, value: Expr) -> bool:
    x = Dummy("x", positive=True)
    integrand, low, high = _in_logarithms(integral, x)
    short, names = _with_short_exponents(integrand, x)
    found = _without_turns(sympy.integrate(short, x)).xreplace(names)
    if found.has(Integral) or not _is_smooth(found, x):
        return False
    if zero_method(sympy.diff(found, x) - integrand) is None:
        return False
    try:
        ends = [_at(found, x, end) for end in (low, high)]
    except UndecidedError:
        return False
    return zero_method(ends[1] - ends[0] - value) is not None


def _in_logarithms(integral: Integral, x: Dummy) -> tuple[Expr, Expr, Expr]:
    """An integrand in a positive symbol and its limits: over −ln x where logarithms are in it."""
    symbol, low, high = integral.limits[0]
    integrand = integral.function.subs(symbol, x)
    if not (integrand.has(sympy.log(x)) and low == 0 and high == 1):
        return integrand, low, high
    return sympy.expand_log(integrand.subs(x, sympy.exp(-x)) * sympy.exp(-x)), S.Zero, oo


def _with_short_exponents(integrand: Expr, x: Dummy) -> tuple[Expr, dict[Expr, Expr]]:
    """An integrand whose exponentials e^{−(a+b)x} are e^{−cx}, with what c stands for."""
    names: dict[Expr, Expr] = {}

    def shortened(exponent: Expr) -> Expr:
        rate = sympy.expand(-exponent / x)
        if x in rate.free_symbols or not rate.is_positive or rate.is_Symbol:
            return sympy.exp(exponent)
        name = next((n for n, r in names.items() if r == rate), None)
        if name is None:
            name = Dummy("c", positive=True)
            names[name] = rate
        return sympy.exp(-name * x)

    short = sympy.powsimp(integrand).replace(sympy.exp, shortened)
    return short, names


def _without_turns(expression: Expr) -> Expr:
    """An expression with Ei(z e^{iπ}) as the exponential integral −E₁(z) that it is for z > 0."""
    turn = sympy.exp_polar(sympy.I * sympy.pi)
    return expression.replace(
        lambda e: isinstance(e, sympy.Ei) and e.args[0].has(turn),
        lambda e: -expint(1, e.args[0] / turn),
    )


def _is_smooth(expression: Expr, x: Dummy) -> bool:
    """Whether an expression has no jump for x > 0."""
    if not expression.has(x):
        return True
    if isinstance(expression, sympy.exp):
        return _is_smooth(expression.args[0], x)
    if isinstance(expression, _SMOOTH_ABOVE_ZERO):
        *orders, last = expression.args
        inside = bool(last.is_positive) or isinstance(last, Dummy)
        return inside and not any(o.has(x) for o in orders) and _is_smooth(last, x)
    if isinstance(expression, Pow):
        base, exponent = expression.as_base_exp()
        whole = exponent.is_Integer and exponent > 0
        return (whole or bool(base.is_positive)) and _is_smooth(base, x) and not exponent.has(x)
    if isinstance(expression, (sympy.Add, sympy.Mul)):
        return all(_is_smooth(part, x) for part in expression.args)
    return expression == x


def _at(expression: Expr, x: Dummy, end: Expr) -> Expr:
    """What an antiderivative tends to at an end of the integral."""
    if end == oo:
        return limit_at_infinity(expression, x)
    there = expression.subs(x, end)
    if end != S.Zero or there.is_finite:
        return there
    return limit_at_infinity(sympy.powsimp(expression.subs(x, 1 / x)), x)


__all__ = ["integrates_to"]
