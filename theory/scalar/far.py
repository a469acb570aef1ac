"""How functions behave as their argument goes to infinity or to zero."""

from __future__ import annotations

from collections.abc import Callable

from sympy import (
    Ei,
    Expr,
    LambertW,
    S,
    asinh,
    atan,
    besselk,
    cosh,
    digamma,
    erf,
    erfc,
    erfcinv,
    exp,
    expint,
    factorial,
    gamma,
    harmonic,
    li,
    log,
    loggamma,
    lowergamma,
    pi,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    uppergamma,
    zeta,
)

from longlag.theory.scalar.functions import sigmoid, softplus


def _stirling(z: Expr) -> Expr:
    """Γ(y + c) ~ √(2π) e^{y ln y − y} y^{c − 1/2} for z = y + c with a number c."""
    number, grown = z.as_coeff_Add()
    return sqrt(2 * pi) * exp(grown * log(grown) - grown) * grown ** (number - S.Half)


#: Behaviour of functions as their argument goes to infinity.
FAR: dict[type[Expr], Callable[..., Expr]] = {
    expint: lambda order, z: exp(-z) / z,
    uppergamma: lambda s, z: z ** (s - 1) * exp(-z),
    lowergamma: lambda s, z: gamma(s),
    erfc: lambda z: exp(-(z**2)) / (z * sqrt(pi)),
    erf: lambda z: S.One,
    besselk: lambda order, z: sqrt(pi / (2 * z)) * exp(-z),
    gamma: _stirling,
    # Of Hurwitz: ζ(s, a) ~ a^{1−s}/(s−1); of Riemann: ζ(z) → 1.
    zeta: lambda s, a=None: S.One if a is None else a ** (1 - s) / (s - 1),
    softplus: lambda z: z,
    sigmoid: lambda z: S.One,
    tanh: lambda z: S.One,
    sinh: lambda z: exp(z) / 2,
    cosh: lambda z: exp(z) / 2,
    atan: lambda z: pi / 2,
    asinh: lambda z: log(2 * z),
    LambertW: log,
    harmonic: log,
    digamma: log,
    loggamma: lambda z: z * log(z),
    li: lambda z: z / log(z),
    Ei: lambda z: exp(z) / z,
    factorial: lambda z: _stirling(z + 1),
}


#: The same as their argument goes to minus infinity.
FAR_BELOW: dict[type[Expr], Callable[..., Expr]] = {
    softplus: exp,
    sigmoid: exp,
    erfc: lambda z: S(2),
    cosh: lambda z: exp(-z) / 2,
}


#: Functions that are zero at zero, where their slope is not.
THROUGH_ZERO = (tanh, sinh, sin, tan, atan, asinh, erf)


#: Functions that are infinite at zero, as their argument falls to it.
AT_ZERO: dict[type[Expr], Callable[..., Expr]] = {
    erfcinv: lambda z: sqrt(-log(z)),
    gamma: lambda z: 1 / z,
}


#: What is left of functions that tend to a number at infinity when it is taken off.
DEPARTURES: dict[type[Expr], Callable[..., Expr]] = {
    sigmoid: lambda z: -exp(-z),
    tanh: lambda z: -2 * exp(-2 * z),
    erf: lambda z: -exp(-(z**2)) / (z * sqrt(pi)),
    atan: lambda z: -1 / z,
}
