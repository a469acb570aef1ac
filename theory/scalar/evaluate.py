"""Numbers and enclosures of a SymPy expression: one recursion, run in mpmath and in its intervals.

Unlike ``evalf`` it takes intervals, and it refuses exponents too large to be formed instead of
working on them for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
    """A function that mpmath or its intervals have not."""


def evaluate(expression: Expr, values: Mapping[Symbol, Any], context: Any = mpmath.mp) -> Any:
    """Return the value of an expression, at the context's precision.

    Args:
        expression: without unevaluated integrals or sums.
        values: a number of the context (or an exact SymPy number) for every symbol.
        context: ``mpmath.mp``, or ``mpmath.iv`` for an enclosure.

    Raises:
        LonglagError: a symbol without a value, or a function without a numeric form.
        TooLargeError: a function so far out that mpmath gives up; or, in intervals, a gigantic
            exponent.

    >>> from sympy.abc import x
    >>> evaluate(2 * x**2, {x: 3})
    mpf('18.0')
    """
    if isinstance(expression, Symbol):
        if expression not in values:
            raise LonglagError(f"symbol {expression}", "it has no value", "give it a number")
        value = values[expression]
        return evaluate(value, {}, context) if isinstance(value, Expr) else context.mpf(value)
    if isinstance(expression, Rational):
        return context.mpf(expression.p) / expression.q
    if isinstance(expression, Float):
        return context.mpf(mpmath.mpf(expression._mpf_))
    constants: dict[type[Expr], Any] = {
        Pi: context.pi,
        Exp1: context.e,
        Infinity: context.inf,
        NegativeInfinity: -context.inf,
    }
    if type(expression) in constants:
        return +constants[type(expression)]
    if isinstance(expression, ImaginaryUnit):
        return mpmath.mpc(0, 1)
    if isinstance(expression, Subs):
        points = [evaluate(point, values, context) for point in expression.point]
        inner = {**values, **dict(zip(expression.variables, points, strict=True))}
        return evaluate(expression.expr, inner, context)
    if isinstance(expression, Derivative):
        return _derivative(expression, values, context)
    # An integral over a bound symbol, such as an average over rates, knows its own numbers.
    own_value = getattr(expression, "value", None)
    if callable(own_value):
        if context is not mpmath.mp:
            raise LonglagError(f"{expression}", "it has no enclosure", "evaluate it in mpmath.mp")
        return own_value(values)
    if context is mpmath.mp and isinstance(expression, (Pow, log)):
        near = _near_one(expression, values)
        if near is not None:
            return near
    arguments = [evaluate(argument, values, context) for argument in expression.args]
    return _apply(expression, arguments, context)


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


def _apply(expression: Expr, arguments: list[Any], context: Any) -> Any:
    if isinstance(expression, Add):
        return sum(arguments[1:], start=arguments[0])
    if isinstance(expression, Mul):
        product = arguments[0]
        for factor in arguments[1:]:
            product = product * factor
        return product
    if isinstance(expression, Pow):
        return _power(expression, arguments[0], arguments[1], context)
    if isinstance(expression, (Min, Max)):
        return _extreme(min if isinstance(expression, Min) else max, arguments, context)
    name = type(expression).__name__
    function = _function(name, context)
    if function is None:
        raise _no_numeric_form(f"function {name}", context)
    if context is mpmath.mp and name in _SLOW and mpmath.mag(arguments[-1]) > _LARGEST_OF_SLOW:
        arguments = [*arguments[:-1], mpmath.sign(arguments[-1]) * mpmath.inf]
    try:
        return function(*arguments)
    except ValueError:
        if context is mpmath.iv:
            raise
        # At a pole, as that of gamma at 0.
        return mpmath.nan
    except (OverflowError, ZeroDivisionError, mpmath.libmp.NoConvergence) as error:
        raise TooLargeError(f"{expression}: {error}") from None


def _function(name: str, context: Any) -> Callable[..., Any] | None:
    if context is mpmath.iv:
        return _ENCLOSURES.get(name)
    found: Callable[..., Any] | None = getattr(context, _NAMES.get(name, name), None)
    return _POINTS.get(name, found)


def _no_numeric_form(what: str, context: Any) -> NoNumericFormError:
    where = "interval arithmetic" if context is mpmath.iv else "mpmath"
    return NoNumericFormError(
        what, f"it has no numeric form in {where}", "write it in elementary functions"
    )


def _derivative(expression: Derivative, values: Mapping[Symbol, Any], context: Any) -> Any:
    """A derivative that SymPy leaves unevaluated, such as that of zeta."""
    if context is not mpmath.mp or len(expression.variable_count) != 1:
        raise _no_numeric_form(f"derivative {expression}", context)
    ((variable, order),) = expression.variable_count
    at = evaluate(variable, values)
    # A step that is not lost beside a large number; mpmath's own relative one is.
    step = mpmath.ldexp(1, max(0, mpmath.mag(at) if at else 0) - mpmath.mp.prec - 10)
    return mpmath.diff(
        lambda x: evaluate(expression.expr, {**values, variable: x}), at, int(order), h=step
    )


def _extreme(choose: Callable[..., Any], arguments: list[Any], context: Any) -> Any:
    """The largest or smallest; of intervals that overlap, that of each end."""
    if context is not mpmath.iv:
        return choose(arguments)
    ends = [choose(x.a for x in arguments), choose(x.b for x in arguments)]
    return context.mpf(ends)


def _power(expression: Pow, base: Any, exponent: Any, context: Any) -> Any:
    if isinstance(expression.base, Exp1):
        return _exp(exponent) if context is mpmath.mp else _enclosed_exp(exponent)
    if context is mpmath.mp and base == 0 and exponent.real < 0:
        return context.inf
    if isinstance(expression.exp, Rational) and expression.exp.q == 1:
        return base ** int(expression.exp)
    if expression.exp == Rational(1, 2):
        return context.sqrt(base)
    if context is mpmath.mp:
        return _power_of_numbers(base, exponent)
    return base**exponent


def _power_of_numbers(base: Any, exponent: Any) -> Any:
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


def _enclosed_exp(x: Any) -> Any:
    if _gigantic(mpmath.mpf(abs(x).b)):
        raise TooLargeError(f"e^x with x beyond 2^{_LARGEST_EXPONENT}")
    return mpmath.iv.exp(x)


#: Bits carried beyond an interval's own where mpmath rounds to nearest, and those then trusted.
_GUARD_BITS = 30


def _monotone(function: Callable[[Any], Any], *, falling: bool = False) -> Callable[[Any], Any]:
    """The enclosure of a monotone function by its ends, where mpmath rounds it to nearest.

    The ends are worked out in more bits than are kept, and moved outwards by one part in those.
    """

    def enclosure(x: Any) -> Any:
        precision = mpmath.iv.prec
        with mpmath.workprec(precision + _GUARD_BITS):
            ends = [function(mpmath.make_mpf(end)) for end in x._mpi_]
            low, high = reversed(ends) if falling else ends
            slack = mpmath.ldexp(1, -precision)
            return mpmath.iv.mpf([low - abs(low) * slack, high + abs(high) * slack])

    return enclosure


def _enclosed_wave(function: Callable[[Any], Any], size: Any) -> Callable[[Any], Any]:
    """A periodic function, not reduced by its period where that takes gigantically many digits."""

    def enclosure(x: Any) -> Any:
        largest = mpmath.make_mpf(abs(x)._mpi_[1])
        return mpmath.iv.mpf([-size, size]) if _gigantic(largest) else function(x)

    return enclosure


def _enclosed_sign(x: Any) -> Any:
    return mpmath.iv.mpf([mpmath.sign(x.a.a), mpmath.sign(x.b.b)])


#: Functions with enclosures. mpmath's other functions accept intervals too, but what they return
#: encloses nothing: ends that cannot be compared are, and atan2 and loggamma round to nearest.
_ENCLOSURES: dict[str, Callable[..., Any]] = {
    **{name: getattr(mpmath.iv, name) for name in ("log", "gamma")},
    "sin": _enclosed_wave(mpmath.iv.sin, 1),
    "cos": _enclosed_wave(mpmath.iv.cos, 1),
    "tan": _enclosed_wave(mpmath.iv.tan, mpmath.inf),
    "Abs": abs,
    "asinh": _monotone(mpmath.asinh),
    "atan": _monotone(mpmath.atan),
    "erf": _monotone(mpmath.erf),
    "erfc": _monotone(mpmath.erfc, falling=True),
    "exp": _enclosed_exp,
    "expm1": lambda x: _enclosed_exp(x) - 1,
    "log1p": lambda x: mpmath.iv.log(1 + x),
    "log1mexp": lambda x: mpmath.iv.log(1 - _enclosed_exp(-x)),
    "sinh": lambda x: (_enclosed_exp(x) - _enclosed_exp(-x)) / 2,
    "cosh": lambda x: (_enclosed_exp(x) + _enclosed_exp(-x)) / 2,
    "tanh": lambda x: 1 - 2 / (_enclosed_exp(2 * x) + 1),
    "sigmoid": lambda x: 1 / (1 + _enclosed_exp(-x)),
    "softplus": lambda x: mpmath.iv.log(1 + _enclosed_exp(x)),
    "sign": _enclosed_sign,
    "Heaviside": lambda x, at_zero: (_enclosed_sign(x) + 1) / 2,
}


@contextmanager
def working(precision: int) -> Iterator[None]:
    """Work at a precision in bits, in mpmath and in its intervals."""
    before = mpmath.iv.prec
    with mpmath.workprec(precision):
        mpmath.iv.prec = precision
        try:
            yield
        finally:
            mpmath.iv.prec = before
