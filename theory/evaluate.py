"""Numbers and enclosures of a SymPy expression: one recursion, run in mpmath and in its intervals.

Unlike ``evalf`` it takes intervals, and it refuses exponents too large to be formed instead of
working on them for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath
from sympy import Add, Expr, Max, Min, Mul, Pow, Rational, Symbol
from sympy.core.numbers import Exp1, Float, ImaginaryUnit, Infinity, NegativeInfinity, Pi

from longlag.theory.errors import LonglagError

#: e^x is not formed for |x| beyond 2^this; mpmath would need as many bits for it.
_LARGEST_EXPONENT = 4096

#: SymPy name ↦ mpmath name, where they differ.
_NAMES = {"Abs": "fabs", "LambertW": "lambertw", "uppergamma": "gammainc"}


class TooLargeError(ArithmeticError):
    """A number whose exponent is too large to be formed."""


def evaluate(expression: Expr, values: Mapping[Symbol, Any], context: Any = mpmath.mp) -> Any:
    """Return the value of an expression, at the context's precision.

    Args:
        expression: without unevaluated integrals or sums.
        values: a number of the context (or an exact SymPy number) for every symbol.
        context: ``mpmath.mp``, or ``mpmath.iv`` for an enclosure.

    Raises:
        LonglagError: a symbol without a value, or a function without a numeric form.
        TooLargeError: an intermediate e^x with a gigantic x.

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
        Pi: context.pi, Exp1: context.e, Infinity: context.inf, NegativeInfinity: -context.inf,
    }  # fmt: skip
    if type(expression) in constants:
        return +constants[type(expression)]
    if isinstance(expression, ImaginaryUnit):
        return mpmath.mpc(0, 1)
    arguments = [evaluate(argument, values, context) for argument in expression.args]
    return _apply(expression, arguments, context)


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
        return (min if isinstance(expression, Min) else max)(arguments)
    name = type(expression).__name__
    special = _SPECIAL.get(name)
    if special is not None:
        return special(context, *arguments)
    function = getattr(context, _NAMES.get(name, name), None)
    if function is None:
        raise LonglagError(
            f"function {name}", f"it has no numeric form in {_context_name(context)}",
            "write it in elementary functions",
        )  # fmt: skip
    return function(*arguments)


def _context_name(context: Any) -> str:
    return "interval arithmetic" if context is mpmath.iv else "mpmath"


def _power(expression: Pow, base: Any, exponent: Any, context: Any) -> Any:
    if isinstance(expression.base, Exp1):
        return _exponential(context, exponent)
    if isinstance(expression.exp, Rational) and expression.exp.q == 1:
        return base ** int(expression.exp)
    if expression.exp == Rational(1, 2):
        return context.sqrt(base)
    if context is mpmath.mp:
        if base == 0:
            return base**exponent
        _refuse_gigantic(exponent * mpmath.log(abs(base)))
    return base**exponent


def _exponential(context: Any, x: Any) -> Any:
    _refuse_gigantic(x if context is mpmath.mp else mpmath.mpf(abs(x).b))
    return context.exp(x)


def _refuse_gigantic(x: Any) -> None:
    if mpmath.isnan(x) or mpmath.isinf(x):
        raise TooLargeError(str(x))
    if x and mpmath.mag(x) > _LARGEST_EXPONENT:
        raise TooLargeError(mpmath.nstr(x, 5))


def _lower_omega(context: Any, x: Any) -> Any:
    # Near the branch point half of the digits are lost.
    with mpmath.extraprec(mpmath.mp.prec):
        return -context.lambertw(-_exponential(context, -x), -1).real


#: Functions that mpmath names otherwise, lacks, or gives as complex numbers; also in intervals.
_SPECIAL: dict[str, Callable[..., Any]] = {
    "exp": _exponential,
    "log": lambda c, x: c.log(x),
    "sinh": lambda c, x: (_exponential(c, x) - _exponential(c, -x)) / 2,
    "cosh": lambda c, x: (_exponential(c, x) + _exponential(c, -x)) / 2,
    "tanh": lambda c, x: 1 - 2 / (_exponential(c, 2 * x) + 1),
    "sigmoid": lambda c, x: 1 / (1 + _exponential(c, -x)),
    "softplus": lambda c, x: c.log(1 + _exponential(c, x)),
    "expm1": lambda c, x: mpmath.expm1(x),
    "log_expm1": lambda c, x: mpmath.log(mpmath.expm1(x)),
    "wright_omega": lambda c, x: c.lambertw(_exponential(c, x)).real,
    "lower_omega": _lower_omega,
    "lowergamma": lambda c, s, x: c.gammainc(s, 0, x),
}
