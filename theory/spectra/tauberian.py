"""From slow units to long lags: the tail of a spectrum decides how its envelope decays.

If P(ν ≤ x) = x^b L(1/x) near 0, with L slowly varying, then f(ℓ) ~ Γ(1+b) ℓ^{−b} L(ℓ), and the
converse. Source: Feller, An Introduction to Probability Theory, vol. II, XIII.5, theorem 2.
"""

from __future__ import annotations

from enum import StrEnum

import sympy
from sympy import Dummy, Expr, Integral, Symbol, exp, gamma, oo

from longlag.theory.errors import LonglagError
from longlag.theory.notation import ell
from longlag.theory.spectra.spectrum import Spectrum, Variable, nu


def tauberian(tail: Expr, variable: Symbol, kind: Variable = Variable.RATE) -> Expr:
    """Return what the envelope is asymptotic to at long lags.

    Args:
        tail: P(ν ≤ x) for x → 0, or P(τ > x) for x → ∞; slowly varying factors are kept.
        variable: the symbol x.
        kind: which of the two.

    Raises:
        LonglagError: for a tail that is not a power times a slowly varying factor.

    >>> x, b, C = (Symbol(name, positive=True) for name in ("x", "b", "C"))
    >>> tauberian(C * x**b, x)
    C*gamma(b + 1)/ell**b
    >>> tauberian(x**-b * sympy.log(x), x, Variable.TIME_SCALE)
    log(ell)*gamma(b + 1)/ell**b
    >>> tauberian(1 / (1 - sympy.log(x)), x)
    1/(log(ell) + 1)
    """
    by_rate = tail if Variable(kind) is Variable.RATE else tail.subs(variable, 1 / variable)
    index = regular_index(by_rate, variable)
    if index.is_negative:
        raise LonglagError(
            f"tail {tail}",
            f"it grows like the power {-index}, and a probability does not",
            "give P(nu <= x) near 0, or P(tau > x) near infinity with kind='time_scale'",
        )
    reached = sympy.expand_log(by_rate.subs(variable, 1 / ell), force=True)
    return sympy.simplify(gamma(1 + index)) * sympy.powsimp(reached)


def regular_index(tail: Expr, variable: Symbol) -> Expr:
    """Return the power with which ``tail`` varies at 0: the limit of its logarithmic derivative.

    >>> x = Symbol("x", positive=True)
    >>> regular_index(x**2 * sympy.log(x) ** 3, x)
    2
    """
    u = Dummy("u", positive=True)  # x = e^{−u}: powers of logarithms become rational
    slope = sympy.simplify(variable * sympy.diff(tail, variable) / tail)
    index = slope
    if variable in slope.free_symbols:
        slope = sympy.expand_log(slope.subs(variable, exp(-u)), force=True)
        index = sympy.limit(sympy.simplify(slope), u, oo)
    if not index.is_finite or index.has(sympy.Limit) or u in index.free_symbols:
        raise LonglagError(
            f"tail {tail}",
            f"its logarithmic derivative tends to {index}, so it varies like no power",
            "give a power times a slowly varying factor",
        )
    return index


def asymptote_of(spectrum: Spectrum) -> Expr:
    """Return what the envelope of a spectrum with a density is asymptotic to.

    A density ν^{b−1} L(1/ν) has P(ν ≤ x) ~ x^b L(1/x)/b for b > 0 (Karamata); for b = 0 the density
    is integrated.

    Args:
        spectrum: with slow units: rates down to 0.

    Raises:
        LonglagError: where no rates are near 0, or too few, so that the decay is no power.

    >>> asymptote_of(Spectrum("fast", 4 * nu * exp(-2 * nu)))
    4/ell**2
    """
    if spectrum.density is None or spectrum.rate_average.support[0] != 0:
        raise LonglagError(
            f"spectrum {spectrum.name!r}",
            "a power law needs rates down to 0, and the slowest one here is positive",
            "its envelope decays exponentially: see envelope_of",
        )
    density = spectrum.rate_average.density
    index = sympy.simplify(regular_index(density, nu) + 1)
    if index.is_zero:
        return tauberian(_distribution(spectrum, density), nu)
    if not index.is_positive:
        raise LonglagError(
            f"density {density} of spectrum {spectrum.name!r}",
            f"it varies like nu to the {index - 1} near 0, which has no integral",
            "give a density",
        )
    factor = sympy.limit(sympy.powsimp(density * nu ** (1 - index)), nu, 0, "+")
    if factor.is_positive and factor.is_finite:
        density = factor * nu ** (index - 1)
    reached = sympy.expand_power_base(sympy.powsimp(density.subs(nu, 1 / ell) / ell))
    return sympy.gammasimp(gamma(index) * reached)


class Decay(StrEnum):
    """How fast an envelope falls at long lags, as its slowest rates decide."""

    EXPONENTIAL = "exponential"
    BETWEEN = "faster than every power, slower than every exponential"
    POWER = "power law"
    LOGARITHMIC = "slower than every power"


def decay_of(spectrum: Spectrum) -> Decay:
    """Return the class of the law that a spectrum makes.

    Args:
        spectrum: a positive slowest rate makes an exponential law; of rates down to 0, the power
            with which the density varies there decides.

    >>> decay_of(Spectrum("slow", 4 * nu * exp(-2 * nu))).value
    'power law'
    """
    if spectrum.density is None or spectrum.rate_average.support[0] != 0:
        return Decay.EXPONENTIAL
    try:
        index = sympy.simplify(regular_index(spectrum.rate_average.density, nu) + 1)
    except LonglagError:
        return Decay.BETWEEN
    return Decay.LOGARITHMIC if index.is_zero else Decay.POWER


def _distribution(spectrum: Spectrum, density: Expr) -> Expr:
    """Return P(ν ≤ x) as a function of ``nu``."""
    u = Dummy("u", positive=True)
    inside = sympy.expand_log((density * nu).subs(nu, exp(-u)), force=True)
    found = sympy.integrate(sympy.powsimp(inside), (u, Dummy("v", positive=True), oo))
    bound = found.free_symbols - density.free_symbols
    if found.has(Integral, sympy.Piecewise) or len(bound) != 1:
        raise LonglagError(
            f"density {density} of spectrum {spectrum.name!r}",
            "P(nu <= x) is needed, and SymPy does not integrate it",
            "give P(nu <= x) to tauberian",
        )
    return found.subs(bound.pop(), -sympy.log(nu))
