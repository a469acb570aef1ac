"""Does heterogeneity slow decay? At a fixed mean rate always; at a fixed mean time scale not.

ν ↦ e^{−νℓ} is convex, so by Jensen's inequality every spectrum decays no faster than the single
rate at its mean. τ ↦ e^{−ℓ/τ} is convex below τ = ℓ/2 only and concave above it, so that for lags
ℓ < 2τ a spread of time scales around τ decays faster than τ alone.
"""

from __future__ import annotations

import sympy
from sympy import Expr, Interval, S, Set, Symbol, exp, log

from longlag.theory.notation import SymbolTable, ell
from longlag.theory.scalar.parameters import POSITIVE
from longlag.theory.spectra.spectrum import Spectrum, envelope_of, mean_rate_of, tau
from longlag.theory.statement import Kind, Relation

#: The relative spread h of the two time scales τ(1−h) and τ(1+h).
spread = SymbolTable("spectra").add(
    "h", "relative spread of two time scales around their mean", positive=True
)


def jensen(spectrum: Spectrum) -> Relation:
    """Return the bound exp(−ℓ E ν) ≤ f(ℓ).

    Args:
        spectrum: of finite mean rate; an infinite one raises LonglagError.

    >>> from longlag.theory.spectra import gamma_rates
    >>> jensen(gamma_rates).latex()
    'e^{- b \\\\ell \\\\theta} \\\\le \\\\left(\\\\ell \\\\theta + 1\\\\right)^{- b}'
    """
    mean, envelope = mean_rate_of(spectrum), envelope_of(spectrum)
    domains: dict[Symbol, Set] = {**spectrum.domains, ell: POSITIVE}
    return Relation(Kind.BOUND, exp(-mean * ell), envelope, domains)


_SHARES = tuple(Symbol(name, positive=True) for name in ("p1", "p2"))
_SCALES = tuple(Symbol(name, positive=True) for name in ("tau1", "tau2"))


def crossover_lag() -> Expr:
    """Return the published ℓ* = ln(p₁/p₂)/(1/τ₁ − 1/τ₂)."""
    (p1, p2), (tau1, tau2) = _SHARES, _SCALES
    return log(p1 / p2) / (1 / tau1 - 1 / tau2)


def crossover_equality() -> Relation:
    """Return ln p₁ − ℓ*/τ₁ = ln p₂ − ℓ*/τ₂ at the published ℓ*."""
    (p1, p2), (tau1, tau2) = _SHARES, _SCALES
    lag = crossover_lag()
    domains = {p1: POSITIVE, p2: POSITIVE, tau1: Interval(1, 2), tau2: Interval(3, 9)}
    # In logarithms: exp(log(p) x) of rational p and x would be computed as a power of integers.
    return Relation(Kind.IDENTITY, log(p1) - lag / tau1, log(p2) - lag / tau2, domains)


def curvature() -> Relation:
    """Return the identity ∂²/∂τ² e^{−ℓ/τ} = ℓ(ℓ − 2τ)/τ⁴ e^{−ℓ/τ}: negative for ℓ < 2τ."""
    kept = exp(-ell / tau)
    return Relation(
        Kind.IDENTITY,
        kept.diff(tau, 2),
        ell * (ell - 2 * tau) / tau**4 * kept,
        {ell: POSITIVE, tau: POSITIVE},
    )


def longest_lag_of_speeding_up() -> Expr:
    """Return the lag below which spreading time scales around τ speeds decay up.

    >>> longest_lag_of_speeding_up()
    2*tau
    """
    (lag,) = sympy.solve(exp(-ell / tau).diff(tau, 2), ell)
    return lag


def two_time_scales_envelope() -> Expr:
    """Return the average of e^{−ℓ/τ} over τ(1−h) and τ(1+h), whose mean time scale is τ.

    >>> at = {ell: 1, tau: 1, spread: S.Half}
    >>> two_time_scales_envelope().subs(at).evalf(4), exp(-ell / tau).subs(at).evalf(4)
    (0.3244, 0.3679)
    """
    scales = (tau * (1 - spread), tau * (1 + spread))
    return sympy.Add(*(exp(-ell / scale) for scale in scales)) / 2


def spread_speeds_decay() -> Relation:
    """Return the bound f(ℓ) ≤ e^{−ℓ/τ} at ℓ = 2τ(1−h)q, q ≤ 1: both τ(1±h) are at least ℓ/2.

    Jensen's inequality where e^{−ℓ/τ} is concave; derived here. τ drops out.
    """
    q = Symbol("q", positive=True)
    lag = 2 * tau * (1 - spread) * q
    spread_out, single = (
        sympy.simplify(side.subs(ell, lag))
        for side in (two_time_scales_envelope(), exp(-ell / tau))
    )
    domains = {q: Interval.Lopen(0, 1), spread: Interval.open(0, 1)}
    return Relation(Kind.BOUND, spread_out, single, domains)


def spread_slows_decay_as_published() -> Relation:
    """Return the bound e^{−ℓ/τ} ≤ f(ℓ) at a fixed mean time scale, which fails for ℓ < 2τ.

    Source: arXiv 2512.05790, "broader spectra slow the decay", read at a fixed mean time scale.
    """
    domains = {ell: POSITIVE, tau: POSITIVE, spread: Interval.open(S.Zero, 1)}
    return Relation(Kind.BOUND, exp(-ell / tau), two_time_scales_envelope(), domains)
