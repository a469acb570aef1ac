"""Numbers of a SymPy expression in mpmath: one recursion.

Unlike ``evalf`` it takes numbers for symbols as they are, and it refuses exponents too large to be
formed instead of working on them for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath
from sympy import (
    Add,
    Derivative,
    Expr,
    Max,
    Min,
    Mul,
    Pow,
    Rational,
    Subs,
    Symbol,
    cosh,
    exp,
    log,
    preorder_traversal,
    sinh,
)
from sympy.core.numbers import Exp1, Float, ImaginaryUnit, Infinity, NegativeInfinity, Pi

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.bessel import besselk
from longlag.theory.scalar.special import expm1

#: e^x is not formed for |x| beyond 2^this, mpmath would need as many bits for it: it is ∞ or 0.
_LARGEST_EXPONENT = 4096

#: Functions on which mpmath works for seconds beyond 2^this; there they are at their limits.
_SLOW = frozenset(
    {"besselk", "erf", "erfc", "expint", "gamma", "loggamma", "lowergamma", "uppergamma", "zeta"}
)
_LARGEST_OF_SLOW = 500

#: z is small beside 1 below 2^this.
_SMALL = -10

#: SymPy name ↦ mpmath name, where they differ.
_NAMES = {"Abs": "fabs", "LambertW": "lambertw", "uppergamma": "gammainc"}


class TooLargeError(ArithmeticError):
    """A number whose exponent is too large to be formed."""


class NoNumericFormError(LonglagError):
    """A function that mpmath has not."""


def evaluate(expression: Expr, values: Mapping[Symbol, Any]) -> Any:
    """Return the value of an expression, at the working precision of mpmath.

    Args:
        expression: without unevaluated integrals or sums.
        values: a number of mpmath (or an exact SymPy number) for every symbol.

    Raises:
        LonglagError: a symbol without a value, or a function without a numeric form.
        TooLargeError: a function so far out that mpmath gives up.

    >>> from sympy.abc import x
    >>> evaluate(2 * x**2, {x: 3})
    mpf('18.0')
    """
    if isinstance(expression, Symbol):
        if expression not in values:
            raise LonglagError(f"symbol {expression}", "it has no value", "give it a number")
        value = values[expression]
        return evaluate(value, {}) if isinstance(value, Expr) else mpmath.mpf(value)
    if isinstance(expression, Rational):
        return mpmath.mpf(expression.p) / expression.q
    if isinstance(expression, Float):
        return mpmath.mpf(expression)
    constants: dict[type[Expr], Any] = {
        Pi: mpmath.pi,
        Exp1: mpmath.e,
        Infinity: mpmath.inf,
        NegativeInfinity: -mpmath.inf,
    }
    if type(expression) in constants:
        return +constants[type(expression)]
    if isinstance(expression, ImaginaryUnit):
        return mpmath.mpc(0, 1)
    if isinstance(expression, Subs):
        points = [evaluate(point, values) for point in expression.point]
        inner = {**values, **dict(zip(expression.variables, points, strict=True))}
        return evaluate(expression.expr, inner)
    if isinstance(expression, Derivative):
        return _derivative(expression, values)
    # An integral over a bound symbol, such as an average over rates, knows its own numbers.
    own_value = getattr(expression, "value", None)
    if callable(own_value):
        return own_value(values)
    if isinstance(expression, (Pow, log)):
        near = _near_one(expression, values)
        if near is not None:
            return near
    arguments = [evaluate(argument, values) for argument in expression.args]
    return _apply(expression, arguments)


def _near_one(expression: Expr, values: Mapping[Symbol, Any]) -> Any:
    """ln(1 + z) or (1 + z)^y for a small z, which 1 + z itself would not hold; else None."""
    base = expression.args[0]
    if not isinstance(base, Add) or base.args[0] != 1:
        return None
    small = Add(*base.args[1:])
    z = evaluate(small, values)
    if not (isinstance(z, mpmath.mpf) and z != 0 and mpmath.mag(z) < _SMALL):
        return None
    if isinstance(expression, log):
        return mpmath.log1p(z)
    y = evaluate(expression.exp, values)
    if not (isinstance(y, mpmath.mpf) and mpmath.isfinite(y)):
        return None
    exponent = y * mpmath.log1p(z)
    if not exponent or mpmath.mag(exponent) > _LARGEST_EXPONENT:
        return _exp(exponent)
    # The digits before the point of the exponent are lost to the power.
    with mpmath.workprec(mpmath.mp.prec + max(0, mpmath.mag(exponent)) + 10):
        y, z = evaluate(expression.exp, values), evaluate(small, values)
        power = mpmath.exp(y * mpmath.log1p(z))
    return +power


def _apply(expression: Expr, arguments: list[Any]) -> Any:
    if isinstance(expression, Add):
        return sum(arguments[1:], start=arguments[0])
    if isinstance(expression, Mul):
        product = arguments[0]
        for factor in arguments[1:]:
            product = product * factor
        return product
    if isinstance(expression, Pow):
        return _power(expression, arguments[0], arguments[1])
    if isinstance(expression, (Min, Max)):
        return min(arguments) if isinstance(expression, Min) else max(arguments)
    name = type(expression).__name__
    function = _POINTS.get(name) or getattr(mpmath, _NAMES.get(name, name), None)
    if function is None:
        raise _no_numeric_form(f"function {name}")
    if name in _SLOW and mpmath.mag(arguments[-1]) > _LARGEST_OF_SLOW:
        arguments = [*arguments[:-1], mpmath.sign(arguments[-1]) * mpmath.inf]
    try:
        return function(*arguments)
    except ValueError:
        # At a pole, as that of gamma at 0.
        return mpmath.nan
    except (OverflowError, ZeroDivisionError, mpmath.mp.NoConvergence) as error:
        raise TooLargeError(f"{expression}: {error}") from None


def _no_numeric_form(what: str) -> NoNumericFormError:
    return NoNumericFormError(
        what, "it has no numeric form in mpmath", "write it in elementary functions"
    )


def _derivative(expression: Derivative, values: Mapping[Symbol, Any]) -> Any:
    """A derivative that SymPy leaves unevaluated, such as that of zeta."""
    if len(expression.variable_count) != 1:
        raise _no_numeric_form(f"derivative {expression}")
    ((variable, order),) = expression.variable_count
    at = evaluate(variable, values)
    # A step that is not lost beside a large number; mpmath's own relative one is.
    step = mpmath.ldexp(1, max(0, mpmath.mag(at) if at else 0) - mpmath.mp.prec - 10)
    return mpmath.diff(
        lambda x: evaluate(expression.expr, {**values, variable: x}), at, int(order), h=step
    )


def _power(expression: Pow, base: Any, exponent: Any) -> Any:
    if isinstance(expression.base, Exp1):
        return _exp(exponent)
    if base == 0 and exponent.real < 0:
        return mpmath.inf
    if isinstance(expression.exp, Rational) and expression.exp.q == 1:
        return base ** int(expression.exp)
    if expression.exp == Rational(1, 2):
        return mpmath.sqrt(base)
    if base == 0 or isinstance(base, mpmath.mpc) or isinstance(exponent, mpmath.mpc) or base < 0:
        return base**exponent
    logarithm = exponent * mpmath.log(base)
    if mpmath.mag(logarithm) > _LARGEST_EXPONENT:
        return _exp(logarithm)
    # The digits before the point of the logarithm are lost to the power.
    with mpmath.workprec(mpmath.mp.prec + max(0, mpmath.mag(logarithm)) + 10):
        power = mpmath.exp(exponent * mpmath.log(base))
    return +power


def _gigantic(x: Any) -> bool:
    return bool(mpmath.isfinite(x) and x and mpmath.mag(x) > _LARGEST_EXPONENT)


def _exp(x: Any) -> Any:
    if _gigantic(x):
        return mpmath.inf if x.real > 0 else mpmath.mpf(0)
    return mpmath.exp(x)


def _bounded(function: Callable[[Any], Any], below: Any, beyond: Any) -> Callable[[Any], Any]:
    """A function of e^x, with its limits where x is gigantic."""

    def bounded(x: Any) -> Any:
        if _gigantic(x):
            return mpmath.mpf(beyond if x.real > 0 else below)
        return function(x)

    return bounded


def refuse_gigantic(expression: Expr, values: Mapping[Symbol, Any]) -> None:
    """Raise TooLargeError where a part of an expression is infinite, but not at a pole."""
    for part in preorder_traversal(expression):
        if isinstance(part, (Pow, exp, sinh, cosh, expm1)) or type(part).__name__ in _SLOW:
            arguments = [evaluate(argument, values) for argument in part.args]
            ordinary = all(x != 0 and mpmath.isfinite(x) for x in arguments)
            if ordinary and mpmath.isinf(evaluate(part, values)):
                raise TooLargeError(f"e^x with x beyond 2^{_LARGEST_EXPONENT}")


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + _exp(-x)) if x.real > 0 else _exp(x) / (1 + _exp(x))


def _log_expm1(x: Any) -> Any:
    """As x + ln(1 − e^{−x}): e^x itself may be too large to be formed."""
    return x + mpmath.log(-mpmath.expm1(-x)) if mpmath.mag(x) < mpmath.mp.prec else x


def _log1mexp(x: Any) -> Any:
    return mpmath.log1p(-_exp(-x)) if x > 1 else mpmath.log(-mpmath.expm1(-x))


def _wright_omega(x: Any) -> Any:
    if x == mpmath.inf:
        return x
    if x > 0 and mpmath.mag(x) > mpmath.mp.prec:
        return x - mpmath.log(x)
    return mpmath.lambertw(_exp(x)).real


def _lower_omega(x: Any) -> Any:
    if not x >= 1:
        return mpmath.nan
    # Near 1, where the branches meet, half of the digits of e^{−x} are lost.
    with mpmath.workprec(2 * mpmath.mp.prec):
        return -mpmath.lambertw(-_exp(-x), -1).real


#: Functions that mpmath names otherwise, lacks, or computes for ever where the result is gigantic.
_POINTS: dict[str, Callable[..., Any]] = {
    "exp": _exp,
    "log": mpmath.log,
    "sinh": _bounded(mpmath.sinh, -mpmath.inf, mpmath.inf),
    "cosh": _bounded(mpmath.cosh, mpmath.inf, mpmath.inf),
    "tanh": lambda x: mpmath.tanh(x) if mpmath.mag(x) < 64 else mpmath.sign(x),
    "sigmoid": _sigmoid,
    "softplus": lambda x: mpmath.log1p(_exp(x)),
    "expm1": _bounded(mpmath.expm1, -1, mpmath.inf),
    "log_expm1": _log_expm1,
    "log1p": mpmath.log1p,
    "log1mexp": _log1mexp,
    "wright_omega": _wright_omega,
    "lower_omega": _lower_omega,
    "besselk": besselk,
    "lowergamma": lambda s, x: mpmath.gammainc(s, 0, x),
    "Heaviside": lambda x, at_zero: (mpmath.sign(x) + 1) / 2 if x else at_zero,
}
