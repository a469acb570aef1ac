"""Whether an expression is zero: normal forms, the cheap ones first."""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import (
    Dummy,
    Expr,
    Function,
    Integral,
    LambertW,
    Mul,
    Pow,
    Product,
    Sum,
    binomial,
    cosh,
    exp,
    expand_func,
    expand_log,
    gamma,
    log,
    sinh,
    tanh,
)

from longlag.theory.scalar.functions import relu, sigmoid, softplus
from longlag.theory.scalar.special import (
    expm1,
    log1mexp,
    log1p,
    log_expm1,
    lower_omega,
    wright_omega,
)
from longlag.theory.verify.continuity import is_continuous_between_limits

_IN_EXPONENTIALS: dict[type[Function], Callable[[Expr], Expr]] = {
    sigmoid: lambda x: 1 / (1 + exp(-x)),
    softplus: lambda x: log(1 + exp(x)),
    relu: lambda x: sympy.Max(x, 0),
    expm1: lambda x: exp(x) - 1,
    log1p: lambda x: log(1 + x),
    log1mexp: lambda x: log(1 - exp(-x)),
    log_expm1: lambda x: log(exp(x) - 1),
    wright_omega: lambda x: LambertW(exp(x)),
    lower_omega: lambda x: -LambertW(-exp(-x), -1),
    tanh: lambda x: 1 - 2 / (exp(2 * x) + 1),
    sinh: lambda x: (exp(x) - exp(-x)) / 2,
    cosh: lambda x: (exp(x) + exp(-x)) / 2,
}


#: Numbers of things chosen, up to which a binomial is written as a polynomial.
_CHOSEN = 6


def elementary(expression: Expr) -> Expr:
    """Return an expression with σ, tanh and their kind written in exponentials and logarithms.

    Binomials of few chosen things are written as polynomials.

    >>> from sympy.abc import x
    >>> elementary(sigmoid(x))
    1/(1 + exp(-x))
    """
    for function, written in _IN_EXPONENTIALS.items():
        expression = expression.replace(function, written)
    return expression.replace(
        lambda e: isinstance(e, binomial) and e.args[1].is_Integer and 0 <= e.args[1] <= _CHOSEN,
        expand_func,
    )


def spread(expression: Expr) -> Expr:
    """Return an expression whose powers are products of powers of single bases and exponents.

    Powers of positive numbers become exponentials with the number's prime factors' logarithms kept
    as bases, so that 4ⁿ and 2²ⁿ agree.
    """
    expression = expression.replace(
        lambda e: isinstance(e, Pow) and e.base.is_Rational and e.base > 0 and not e.exp.is_number,
        lambda e: _prime_powers(e),
    )
    expression = sympy.expand(expression, deep=True, power_base=True, power_exp=True, log=False)
    return sympy.powdenest(expression)


def _prime_powers(power: Pow) -> Expr:
    factors = sympy.factorrat(power.base)
    return Mul(*[Pow(prime, count * power.exp) for prime, count in factors.items()])


def vanishes_quickly(expression: Expr) -> bool:
    """Whether cheap normal forms show that an expression is zero: expansion, rational functions.

    >>> from sympy.abc import x
    >>> vanishes_quickly((x + 1) ** 2 - x**2 - 2 * x - 1)
    True
    """
    if expression.is_zero:
        return True
    if sympy.expand(expression) == 0:
        return True
    return rational_form_is_zero(expression)


def rational_form_is_zero(expression: Expr) -> bool:
    """Whether an expression is the zero of a field of rational functions of its transcendents."""
    flat = spread(elementary(expression))
    if flat == 0:
        return True
    try:
        return bool(sympy.cancel(sympy.together(flat)) == 0)
    except (sympy.PolynomialError, NotImplementedError, ZeroDivisionError, AttributeError):
        return False


def _in_logarithms(expression: Expr) -> Expr:
    return expand_log(elementary(expression))


def _combined(expression: Expr) -> Expr:
    return sympy.gammasimp(sympy.expand_func(expression).rewrite(gamma))


def _trigonometric(expression: Expr) -> Expr:
    return sympy.trigsimp(sympy.expand_trig(expression))


def in_closed_form(expression: Expr) -> Expr:
    """Return an expression with integrals, sums and products in SymPy's closed forms.

    >>> from sympy.abc import k, x
    >>> in_closed_form(Integral(exp(-x) * exp(-2 * x), (x, 0, sympy.oo)))
    1/3
    """
    gathered = expression.replace(
        lambda e: isinstance(e, Integral), lambda e: Integral(sympy.powsimp(e.function), *e.limits)
    )
    return gathered.doit()


def logarithm(expression: Expr, is_positive: Callable[[Expr], bool]) -> Expr:
    """Return the logarithm of a positive expression, of products and powers that of their parts.

    Args:
        expression: positive where it is meant.
        is_positive: whether a part is.

    >>> x = sympy.Symbol("x", positive=True)
    >>> logarithm(x**3 * exp(-x), lambda part: True)
    -x + 3*log(x)
    """
    if isinstance(expression, Mul):
        if all(is_positive(factor) for factor in expression.args):
            return sympy.Add(*[logarithm(factor, is_positive) for factor in expression.args])
    elif isinstance(expression, exp):
        return expression.args[0]
    elif isinstance(expression, Pow) and is_positive(expression.base):
        return expression.exp * logarithm(expression.base, is_positive)
    elif isinstance(expression, gamma):
        return sympy.loggamma(expression.args[0])
    elif expression.is_Rational:
        return expand_log(log(expression))
    return log(expression)


def without_lambert(expression: Expr) -> Expr:
    """Return a sum of logarithms with ln |W(z)| written as ln |z| − W(z).

    >>> from sympy.abc import z
    >>> without_lambert(log(LambertW(z)) + LambertW(z))
    log(z)
    """
    for function in expression.atoms(LambertW):
        sign = -1 if function.args[1:] == (-1,) else 1
        size = Dummy("W", positive=True)
        marked = sympy.expand(expand_log(expression.subs(function, sign * size)))
        instead = log(sign * function.args[0]) - sign * size
        back = marked.subs(log(size), instead).subs(size, sign * function)
        expression = sympy.expand(expand_log(back))
    return expression


#: Rewritings, each followed by the rational normal form; the cheap ones first.
_REWRITINGS: tuple[tuple[str, Callable[[Expr], Expr]], ...] = (
    ("logarithms", _in_logarithms),
    ("gamma functions", _combined),
    ("trigonometry", _trigonometric),
    ("special functions", expand_func),
    ("closed forms", in_closed_form),
    ("simplification", sympy.simplify),
    ("simplification of exponentials", lambda e: sympy.simplify(e.rewrite(exp))),
)


def without_gaps(expression: Expr) -> Expr:
    """Return an expression whose integrals SymPy may work out, the others being symbols.

    Args:
        expression: in symbols that know their signs.

    >>> from sympy.abc import u
    >>> without_gaps(Integral(u**-2, (u, -1, 1))).is_Symbol
    True
    """
    unsafe = [part for part in expression.atoms(Integral) if not is_continuous_between_limits(part)]
    return expression.xreplace({part: Dummy("I", real=True) for part in unsafe})


def zero_method(expression: Expr) -> str | None:
    """Return by what an expression is seen to be zero, or None where it is not seen.

    Args:
        expression: in symbols that know their domains.

    >>> from sympy.abc import x
    >>> zero_method(sympy.sin(x) ** 2 + sympy.cos(x) ** 2 - 1)
    'SymPy, trigonometry'
    """
    if expression == 0 or sympy.expand(expression) == 0:
        return "SymPy, cancellation"
    if rational_form_is_zero(expression):
        return "SymPy, rational normal form"
    expression = without_gaps(expression)
    opaque = expression.has(Sum, Product, Integral)
    for name, rewritten in _REWRITINGS:
        if name == "closed forms" and not opaque:
            continue
        try:
            form = rewritten(expression)
        except (ValueError, TypeError, NotImplementedError, AttributeError, RecursionError):
            continue
        if form == 0 or (form != expression and rational_form_is_zero(form)):
            return f"SymPy, {name}"
    return None


def numerator(expression: Expr) -> Expr:
    """Return a factor of an expression that carries its sign apart from its denominator."""
    return sympy.fraction(sympy.together(expression))[0]


__all__ = ["elementary", "numerator", "spread", "vanishes_quickly", "zero_method"]
