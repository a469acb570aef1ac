"""How functions behave far out: what they miss of their limit, and enclosed leading terms.

Functions that saturate are written as their limit minus what is missing, so that limits cancel
exactly: 1 − tanh² is 4e^{−2a}(…), not the difference of two ranges at 1. Derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flint import arb
from sympy import (
    Expr,
    Function,
    LambertW,
    S,
    asinh,
    atan,
    besselk,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    expint,
    factorial,
    log,
    pi,
    polygamma,
    sin,
    sinh,
    sqrt,
    tanh,
    uppergamma,
    zeta,
)

from longlag.theory.balls.program import enclosed
from longlag.theory.balls.ranges import Range, logarithm, point, union
from longlag.theory.scalar.far import FAR
from longlag.theory.scalar.functions import sigmoid, softplus
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.suprema.tail import UNIT, Tail, Z, at_z

if TYPE_CHECKING:
    from longlag.theory.suprema.beyond import Walk

_ZERO, _ONE = arb(0), arb(1)

#: f(y)/(f'(0) y) lies in [1 − b y², 1]: the slope at 0 and b.
ODD: dict[type[Expr], tuple[Expr, Expr]] = {
    tanh: (S.One, S.One / 3),
    atan: (S.One, S.One / 3),
    erf: (2 / sqrt(pi), S.One / 3),
    sin: (S.One, S.One / 6),
    asinh: (S.One, S.One / 6),
}


class BinomialSlope(Function):
    """((1 + y)^p − 1)/y = p (1 + θy)^{p−1} with θ in [0, 1]."""

    nargs = 2


class ZetaRest(Function):
    """ζ(s) − 1, or a derivative of ζ, by its order and s."""

    nargs = 2


def rest_of_zeta(order: Expr) -> Expr:
    """Return what a ``ZetaRest`` is of ``Z``, in functions that have balls.

    >>> rest_of_zeta(S.Zero)
    zeta(z) - 1
    """
    return zeta(Z) - 1 if order == 0 else zeta(Z).diff(Z, order)


def _bounded_wave(walk: Walk, inside: Tail, expression: Expr) -> Tail:
    return Tail(Range(-_ONE, _ONE))


def _logarithm(walk: Walk, inside: Tail, expression: Expr) -> Tail:
    """ln(a^p k) = √a (p ln a/√a + ln k/√a), and ln a/√a falls from e² on."""
    if inside.exponent or walk.start < 8:
        raise UndecidedError("a logarithm of an exponential")
    slow = Range(_ZERO, at_z(log(Z) / sqrt(Z), point(walk.start)).high)
    root = Range(_ZERO, at_z(1 / sqrt(Z), point(walk.start)).high)
    return Tail(enclosed(inside.power) * slow + logarithm(inside.factor) * root, S.Half)


def _scaled(walk: Walk, inside: Tail, expression: Expr) -> Tail:
    """f(L) = h(L) k(L) with k monotone and k → 1: so ∫e^{−t}(1 + t/L)^c dt, and L√π e^{L²} erfc."""
    far = FAR[type(expression)]
    of_z = [Z if argument.has(walk.variable) else argument for argument in expression.args]
    # Not farther out than where the two are numbers beside each other.
    least = walk.least(inside).min(arb(1000))
    first = at_z(expression.func(*of_z) / far(*of_z), point(least))
    return walk.tail(far(*expression.args)).times(Tail(union(UNIT, first)))


def _inverse_sine(walk: Walk, inside: Tail, expression: Expr) -> Tail:
    """asinh u = ln(u + √(u² + 1)), odd."""
    positive = inside.sign * expression.args[0]
    found = walk.tail(log(positive + sqrt(positive**2 + 1)))
    return found.times(Tail(point(arb(inside.sign))))


def _lambert(walk: Walk, inside: Tail, expression: Expr) -> Tail:
    """0 < W(L) < ln(1 + L)."""
    if len(expression.args) > 1:
        raise UndecidedError("another branch")
    walk.least(inside)
    return walk.tail(log(1 + expression.args[0])).times(Tail(Range(_ZERO, _ONE)))


def _polygamma(walk: Walk, inside: Tail, expression: Expr) -> Tail:
    """ψ(L) lies in ln L − [0, 1/L], |ψ⁽ⁿ⁾(L)| in (n−1)!/Lⁿ [1, 1 + n/L]."""
    order, argument = expression.args
    inverse = 1 / walk.least(inside)
    if order == 0:
        below = Tail(Range(-inverse.upper(), _ZERO))
        return walk.sum([walk.tail(log(argument)), below])
    bend = Range(_ONE, (1 + int(order) * inverse).upper())
    size = (-1) ** (order + 1) * factorial(order - 1)
    return inside.to_the(-order).times(Tail(enclosed(size) * bend))


def _zeta_rest(walk: Walk, inside: Tail, expression: Expr) -> Tail:
    """(−1)ⁿ 2^{−s} Σ_m (ln m)ⁿ (m/2)^{−s}, where the sum falls to (ln 2)ⁿ."""
    order, argument = expression.args
    # Not farther out than where ζ(s) − 1 has digits.
    least = walk.least(inside).min(arb(32))
    if not least > 1:
        raise UndecidedError("the zeta function near its pole")
    first = at_z(rest_of_zeta(order) * 2**Z, point(least))
    last = enclosed((-log(2)) ** order)
    return walk.tail(exp(-log(2) * argument)).times(Tail(union(first, last)))


BEYOND: dict[type[Expr], Callable[[Walk, Tail, Expr], Tail]] = {
    sin: _bounded_wave,
    cos: _bounded_wave,
    log: _logarithm,
    asinh: _inverse_sine,
    LambertW: _lambert,
    polygamma: _polygamma,
    ZetaRest: _zeta_rest,
    **dict.fromkeys((besselk, erfc, expint, uppergamma), _scaled),
}


def _logistic(sign: int, argument: Expr) -> Expr:
    """σ(±u) with u → ∞."""
    small = exp(-argument)
    return 1 - small / (1 + small) if sign > 0 else small / (1 + small)


#: The same functions of sign·u with u → ∞.
MISSING: dict[type[Expr], Callable[[int, Expr], Expr]] = {
    tanh: lambda sign, u: sign * (1 - 2 * exp(-2 * u) / (1 + exp(-2 * u))),
    sigmoid: _logistic,
    erf: lambda sign, u: sign * (1 - erfc(u)),
    erfc: lambda sign, u: erfc(u) if sign > 0 else 2 - erfc(u),
    atan: lambda sign, u: sign * (pi / 2 - atan(1 / u)),
    softplus: lambda sign, u: (u if sign > 0 else S.Zero) + log(1 + exp(-u)),
    cosh: lambda sign, u: exp(u) * (1 + exp(-2 * u)) / 2,
    sinh: lambda sign, u: sign * exp(u) * (1 - exp(-2 * u)) / 2,
    zeta: lambda sign, u: 1 + ZetaRest(S.Zero, u) if sign > 0 else zeta(-u),
}
