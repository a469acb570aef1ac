"""Closed forms of ∫ p(ν) e^{−νℓ} dν by SymPy, asked only where it answers soon, and compared.

SymPy can search for minutes, and is sometimes wrong: its transform of a density that ends at ν = 1
contains e^{−2ℓ}. So it is asked for sums of C ν^{p−1} e^{−qν} with at most a factor e^{−r/ν} or
e^{−sν²}, and its answer counts only where it agrees with the quadrature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import sympy
from sympy import Ei, Expr, Integer, LaplaceTransform, S, Symbol, exp, oo

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.spectra.rate_average import RateAverage

#: Lags at which a closed form is compared with the quadrature, and in how many digits.
_COMPARED_AT = (sympy.Rational(1, 3), Integer(30))
_DIGITS, _AGREEMENT = 20, 1e-14
#: Of processor time for one closed form.
_SECONDS = 5


def transform(average: RateAverage, samples: list[dict[Symbol, Any]]) -> Expr:
    """Return the closed form of an average, or the average itself where none is found.

    Args:
        average: over a density of rates, at a symbolic lag.
        samples: numbers for the parameters at which the closed form is compared.

    >>> nu, ell = Symbol("nu", positive=True), Symbol("ell", positive=True)
    >>> transform(RateAverage(2 * exp(-2 * nu), nu, S.Zero, oo, ell), [{}])
    2/(ell + 2)
    >>> transform(RateAverage(2 / (2 + nu)**2, nu, S.Zero, oo, ell), [{}])
    Integral(2*exp(-ell*nu)/(nu + 2)**2, (nu, 0, oo))
    """
    found = _in_time(_by_sympy, average)
    agreed = found is not None and all(_agree(found, average, values) for values in samples)
    return found if agreed else average


def mean_rate(average: RateAverage, samples: list[dict[Symbol, Any]]) -> Expr:
    """Return ∫ ν p(ν) dν, in closed form where one is found.

    Args:
        average: over the density p, at a symbolic lag.
        samples: numbers for the parameters at which the closed form is compared.

    Raises:
        LonglagError: for an infinite mean.

    >>> nu, ell = Symbol("nu", positive=True), Symbol("ell", positive=True)
    >>> mean_rate(RateAverage(2 * exp(-2 * nu), nu, S.Zero, oo, ell), [{}])
    1/2
    """
    moment = RateAverage(average.rate * average.density, *average.args[1:4], S.Zero)
    found = _in_time(_mean_by_sympy, average)
    if found is not None and found.has(oo, sympy.zoo, sympy.nan):
        raise LonglagError(
            f"mean of the rate under {average.density}",
            "it is infinite",
            "choose a spectrum of finite mean rate",
        )
    with mpmath.workdps(_DIGITS):
        numeric = [moment.value(values) for values in samples]
        if found is None:
            return moment
        pairs = zip(samples, numeric, strict=True)
        agreed = all(_close(evaluate(found, values), number) for values, number in pairs)
    return found if agreed else moment


def _in_time(search: Callable[[RateAverage], Expr | None], average: RateAverage) -> Expr | None:
    """What a search finds, or None where it takes too long: the quadrature serves as well."""
    try:
        return within(_SECONDS, search, average)
    except OutOfTimeError:
        return None


def _by_sympy(average: RateAverage) -> Expr | None:
    density, rate, (low, high), lag = average.density, average.rate, average.support, average.lag
    bounded = high != oo or low != 0
    if not _is_recognised(density, rate, bounded):
        return None
    if not bounded:
        found = sympy.laplace_transform(sympy.expand(density), rate, lag, noconds=True)
        return None if found.has(LaplaceTransform) else _tidy(found)
    found = sympy.integrate(density * exp(-rate * lag), (rate, low, high))
    return None if found.has(sympy.Integral, sympy.Piecewise) else _tidy(found)


def _mean_by_sympy(average: RateAverage) -> Expr | None:
    (low, high), rate = average.support, average.rate
    density = rate * average.density
    if low == 0 and high == oo:
        found = _by_sympy(RateAverage(density, *average.args[1:]))
        return None if found is None else sympy.simplify(found.subs(average.lag, 0))
    if not _is_recognised(density, rate, True):
        return None
    found = sympy.integrate(density, (rate, low, high))
    return None if found.has(sympy.Integral, sympy.Piecewise) else sympy.simplify(found)


def _is_recognised(density: Expr, rate: Symbol, bounded: bool) -> bool:
    """Whether ν d ln p/dν of every term is p − 1 − qν, with r/ν or −2sν² besides on the half-line.

    That is so for exactly the densities of the module's first paragraph.
    """
    for term in sympy.Add.make_args(sympy.expand(density)):
        slope = sympy.expand(rate * sympy.simplify(rate * term.diff(rate) / term))
        if not slope.is_polynomial(rate):
            return False
        powers = {power - 1 for (power,), factor in sympy.Poly(slope, rate).terms() if factor != 0}
        allowed: tuple[set[int], ...] = ({0, 1}, {-1, 0, 1}, {0, 1, 2})
        if not any(powers <= choice for choice in (allowed[:1] if bounded else allowed)):
            return False
    return True


def _tidy(found: Expr) -> Expr:
    """Return the simplest of a few forms; Ei of a polar number becomes E₁."""
    real = found.replace(Ei, lambda argument: Ei(argument).rewrite(sympy.expint))
    candidates = [real, sympy.simplify(real), sympy.gammasimp(real), sympy.factor_terms(real)]

    def rank(form: Expr) -> tuple[int, int, str]:
        growing = [power for power in form.atoms(exp) if power.args[0].is_positive]
        return len(growing), form.count_ops(), str(form)

    return min(candidates, key=rank)


def _agree(found: Expr, average: RateAverage, values: Mapping[Symbol, Any]) -> bool:
    with mpmath.workdps(_DIGITS):
        pairs = []
        for lag in _COMPARED_AT:
            at = {**values, average.lag: mpmath.mpf(lag.p) / lag.q}
            pairs.append((evaluate(found, at), average.value(at)))
        return all(_close(left, right) for left, right in pairs)


def _close(left: Any, right: Any) -> bool:
    return bool(abs(left - right) <= _AGREEMENT * abs(right))
