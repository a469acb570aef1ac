"""Compare two terms by their logarithms, and logarithms by their arguments.

A difference u^c − v^c, or P − Q e^x, has the sign of ln A − ln B, where A and B are its two terms:
exponents become factors, and a derivative makes a rational function of it. A difference of
logarithms has the sign of the difference of what they are taken of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import sympy
from sympy import Add, Expr, Mul, Pow, Rational, Symbol, exp, log

from longlag.theory.verify.argument import Box, Side, SignProof, side_between
from longlag.theory.verify.normal import logarithm, spread

#: Logarithms of more arguments, or of higher powers of them, are not put together.
_MOST_LOGARITHMS, _HIGHEST_POWER = 4, 6
#: How closely a root is enclosed at which the sign of a factor changes.
_NARROW = Rational(1, 10**6)

#: Shows that an expression is nowhere negative on a box.
Show = Callable[[Expr, Box], SignProof | None]


def in_logarithms(difference: Expr, is_nonnegative: Callable[[Expr], bool]) -> Expr | None:
    """Return ln A − ln B for a difference A − B of terms that are nowhere negative, else None.

    Args:
        difference: a sum of two terms, one of them with a symbol in an exponent.
        is_nonnegative: whether a term or factor is known to be.

    >>> x, c = sympy.symbols("x c", positive=True)
    >>> in_logarithms((1 + x) ** c - x**c, lambda part: part.is_positive)
    c*(-log(x) + log(x + 1))
    """
    if not isinstance(difference, Add) or len(difference.args) != 2:
        return None
    if not any(_has_large_exponent(term) for term in difference.args):
        return None
    for first, second in (difference.args, difference.args[::-1]):
        if is_nonnegative(first) and is_nonnegative(-second):
            quotient = logarithm(first, is_nonnegative) - logarithm(-second, is_nonnegative)
            return sympy.factor_terms(sympy.expand(quotient))
    return None


def _has_large_exponent(term: Expr) -> bool:
    return any(
        isinstance(factor, exp) or (isinstance(factor, Pow) and not factor.exp.is_number)
        for factor in Mul.make_args(term)
    )


def without_logarithms(total: Expr, is_nonnegative: Callable[[Expr], bool]) -> Expr | None:
    """Return u − v of the sign of a sum of logarithms ln u − ln v, else None.

    Args:
        total: a sum of integer multiples of logarithms.
        is_nonnegative: whether an argument is known to be: of two negative ones the difference of
            the logarithms is real too, and has the other sign.

    >>> x = sympy.Symbol("x", positive=True)
    >>> without_logarithms(2 * log(x + 1) - log(x) - log(x + 2), lambda part: part.is_positive)
    1
    """
    above: list[Expr] = []
    below: list[Expr] = []
    for term in Add.make_args(sympy.expand(total)):
        count, rest = term.as_coeff_Mul()
        if not isinstance(rest, log) or not count.is_Integer or abs(count) > _HIGHEST_POWER:
            return None
        if not is_nonnegative(rest.args[0]):
            return None
        (above if count > 0 else below).append(rest.args[0] ** abs(count))
    if not above or not below or len(above) + len(below) > _MOST_LOGARITHMS:
        return None
    return sympy.expand(Mul(*above) - Mul(*below))


#: Functions that rise, or fall, wherever their last argument is real; those of gamma's kind, of
#: Bessel and of exponential integrals where it is positive.
_RISING = (sympy.erf, sympy.atan, sympy.tanh, sympy.sinh, sympy.asinh, exp, sympy.Si)
_RISING_FROM_0 = (log, sympy.digamma, sympy.harmonic, sympy.LambertW)
_FALLING = (sympy.erfc,)
_FALLING_FROM_0 = (sympy.besselk, sympy.expint, sympy.uppergamma)


def in_arguments(difference: Expr, is_nonnegative: Callable[[Expr], bool]) -> Expr | None:
    """Return u − v, or v − u, of the sign of c (f(u) − f(v)) for a monotone f, else None.

    Args:
        difference: a sum of two terms.
        is_nonnegative: whether an argument is known to be.

    >>> x, y = sympy.symbols("x y", positive=True)
    >>> in_arguments(2 * sympy.digamma(x + y) - 2 * sympy.digamma(x), lambda part: True)
    y
    """
    if not isinstance(difference, Add) or len(difference.args) != 2:
        return None
    (count, one), (opposite, other) = (term.as_coeff_Mul() for term in difference.args)
    if count + opposite != 0 or type(one) is not type(other) or one.args[:-1] != other.args[:-1]:
        return None
    if not isinstance(one, sympy.Function) or not one.args:
        return None
    u, v = one.args[-1], other.args[-1]
    positive = is_nonnegative(u) and is_nonnegative(v)
    if isinstance(one, sympy.polygamma) and positive:
        # The digamma function rises, its derivative falls, and so on.
        order = one.args[0]
        direction = 0 if not order.is_Integer else 1 if order % 2 == 0 else -1
    elif isinstance(one, (sympy.harmonic, sympy.LambertW)) and len(one.args) > 1:
        # The last argument is an order, or a branch.
        direction = 0
    elif isinstance(one, _RISING) or (positive and isinstance(one, _RISING_FROM_0)):
        direction = 1
    elif isinstance(one, _FALLING) or (positive and isinstance(one, _FALLING_FROM_0)):
        direction = -1
    else:
        direction = 0
    return None if direction == 0 else sympy.expand(direction * sympy.sign(count) * (u - v))


def by_one_exponential(core: Expr, box: Box, show: Show) -> SignProof | None:
    """Show that P(x) + Q(x) e^{cx} is nowhere negative, with rational polynomials P and Q.

    The interval is cut where P or Q changes its sign. Where one of them is negative, logarithms
    are compared; around a root both terms are enclosed.

    Args:
        core: in one symbol.
        box: its side.
        show: shows signs of simpler expressions.
    """
    line = _line(core)
    if line is None:
        return None
    x, constant, slope, power = line
    total = SignProof()
    for part in _parts(x, (constant, slope), box[x]):
        here = {x: part}
        signs = [_sign(factor, here, show) for factor in (constant, slope)]
        if signs == [1, 1]:
            continue
        if signs == [1, -1]:
            proof = show(log(constant) - log(-slope) - power, here)
        elif signs == [-1, 1]:
            proof = show(log(slope) + power - log(-constant), here)
        else:
            proof = show(constant + slope * exp(power), here)
        if proof is None:
            return None
        total = total.joined(proof)
    return total.note("logarithms of two terms")


def _line(core: Expr) -> tuple[Symbol, Expr, Expr, Expr] | None:
    """The symbol x, P, Q and the exponent of an expression P + Q e^{cx}."""
    if len(core.free_symbols) != 1 or not core.has(exp):
        return None
    (x,) = core.free_symbols
    flat = spread(core)
    powers = flat.atoms(exp)
    if len(powers) != 1:
        return None
    (power,) = powers
    mark = sympy.Dummy("E")
    marked = flat.xreplace({power: mark})
    if not marked.is_polynomial(x, mark):
        return None
    line = sympy.Poly(marked, mark)
    if line.degree() != 1:
        return None
    slope, constant = line.all_coeffs()
    if not all(c.is_Rational for f in (slope, constant) for c in sympy.Poly(f, x).all_coeffs()):
        return None
    return x, constant, slope, power.args[0]


def _parts(x: Symbol, factors: tuple[Expr, ...], side: Side) -> Iterator[Side]:
    """The side cut around the roots of polynomials."""
    ends: set[Expr] = set()
    low = None if side.low.is_infinite else side.low
    high = None if side.high.is_infinite else side.high
    for factor in factors:
        for (left, right), _ in sympy.Poly(factor, x).intervals(eps=_NARROW, inf=low, sup=high):
            # A root that is a fraction is given as that: it is a cut of its own.
            ends |= {left, right}
    inner = sorted(end for end in ends if side.low < end < side.high)
    for left, right in pairwise((side.low, *inner, side.high)):
        yield side_between(left, right, side)


def _sign(factor: Expr, box: Box, show: Show) -> int:
    if show(factor, box) is not None:
        return 1
    return -1 if show(-factor, box) is not None else 0


__all__ = ["by_one_exponential", "in_arguments", "in_logarithms", "without_logarithms"]
