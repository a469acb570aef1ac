"""Concentration: the exponent kappa of an estimator in stable noise, and where it comes from.

N(ℓ) ∝ f(ℓ)^(-kappa) with f the signal. kappa belongs to the estimator and the noise together: the
mean has alpha/(alpha - 1), every estimator of bounded influence has 2, and no test has less.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from numbers import Real

from sympy import (
    Expr,
    FiniteSet,
    Integer,
    Integral,
    Interval,
    Range,
    S,
    Symbol,
    erfc,
    exp,
    gamma,
    integrate,
    log,
    oo,
    pi,
    sin,
    sqrt,
    sympify,
)

from longlag.theory.errors import LonglagError
from longlag.theory.estimators import ESTIMATORS, Estimator, mean
from longlag.theory.estimators.estimator import alpha as tail_index
from longlag.theory.estimators.estimator import density_at_zero, information, scale, signal
from longlag.theory.notation import SymbolTable, samples
from longlag.theory.registry import Registry
from longlag.theory.statement import Kind, Relation, Source
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown

#: c_alpha in P(X > x) ~ c_alpha x^(-alpha) at scale 1 (Zolotarev 1986); 0 at alpha = 2.
tail_constant: Expr = gamma(tail_index) * sin(pi * tail_index / 2) / pi

#: The two error levels: "signal" where there is none, and none where there is.
_symbols = SymbolTable("estimators")
error_levels = (
    _symbols.add("delta_1", "probability to see a signal where there is none", positive=True),
    _symbols.add("delta_2", "probability to miss the signal", positive=True),
)

#: No test whatever detects the signal with fewer samples. With H² the squared Hellinger distance
#: of the laws with and without signal, H² ≤ I m²/(4 sigma²), and δ₁ + δ₂ ≥ 1 - TV after N samples,
#: where TV² ≤ 1 - (1 - H²/2)^(2N) (Le Cam 1973; derived here).
fewest_samples: Expr = log(1 - (1 - sum(error_levels)) ** 2) / (
    2 * log(1 - information * signal**2 / (8 * scale**2))
)

_TAIL_INDICES = Interval.Lopen(1, 2)
_HEAVY = Interval.open(1, 2)
_POSITIVE = Interval.Lopen(0, 10)


@dataclass(frozen=True)
class PublishedKappa(Shown):
    """An exponent as some versions of a paper state it, whether or not it survives a check.

    Args:
        kappa: the exponent, in alpha.
        source: which versions.
    """

    kappa: Expr
    source: Source

    def _lines(self) -> list[str]:
        return [rf"\kappa &= {scalar_tex(self.kappa)}"]


#: arXiv 2512.05790 changed its law between versions.
PUBLISHED_KAPPA: Registry[PublishedKappa] = Registry("version group of arXiv 2512.05790")
for _versions, _kappa in {
    "versions 1-2": tail_index,
    "versions 3 and later": tail_index / (tail_index - 1),
}.items():
    _source = Source("arXiv 2512.05790", version=_versions)
    PUBLISHED_KAPPA.register(_versions, PublishedKappa(_kappa, _source))


def kappa(alpha: Expr | Real | float | Fraction, estimator: str = "mean") -> Expr:
    """Return the concentration exponent of an estimator at a tail index.

    Args:
        alpha: the tail index, 1 < alpha <= 2: a number or a symbol.
        estimator: a name in ``ESTIMATORS``.

    Returns:
        kappa: exact for an exact alpha, a Float for a float, an expression for a symbol.

    Raises:
        LonglagError: an unknown estimator, or alpha outside (1, 2].

    Derived from the law of the estimator's error (``Estimator.kappa``).

    >>> from sympy import Rational
    >>> kappa(Rational(3, 2)), kappa(Rational(3, 2), "median")
    (3, 2)
    """
    chosen = ESTIMATORS[estimator]
    return chosen.kappa.subs(tail_index, require_tail_index(alpha, chosen))


def require_tail_index(
    alpha: Expr | Real | float | Fraction, estimator: Estimator = mean, *, symbolic: bool = True
) -> Expr:
    """Return a tail index as a SymPy number or expression, or say why it cannot be one.

    Args:
        alpha: the tail index.
        estimator: the one that it is meant for, so that the reason can be told.
        symbolic: whether a symbol will do.

    Raises:
        LonglagError: not a real number (or symbol), or known to lie outside (1, 2].

    >>> require_tail_index(1.5)
    1.50000000000000
    """
    what = f"alpha = {alpha}" if isinstance(alpha, Real | Expr) else f"alpha = {alpha!r}"
    rule, remedy = "the noise has a tail index 1 < alpha <= 2", "give 1 < alpha <= 2"
    # Text never becomes an expression here: sympify would evaluate it.
    if isinstance(alpha, bool) or not isinstance(alpha, Real | Expr):
        raise LonglagError(what, rule, remedy)
    value = sympify(alpha)
    if value is S.NaN or value.is_extended_real is False or value.is_finite is False:
        raise LonglagError(what, rule, remedy)
    if not (symbolic or value.is_number):
        raise LonglagError(what, "a symbol has no value yet", f"{remedy} as a number")
    if (value > 2) is S.true:
        raise LonglagError(what, rule, f"{remedy}; alpha = 2 is the normal law")
    if (value <= 1) is S.true and 1 not in estimator.concentrates:
        raise LonglagError(
            what,
            f"at alpha <= 1 the {estimator.name} never concentrates: its error, of order"
            " N^(1/alpha - 1), does not shrink",
            "do not extrapolate, take another model of the noise or another estimator",
        )
    if (value <= 1) is S.true:
        raise LonglagError(what, f"{rule}, so that it has a mean", remedy)
    return value


def require_error_level(name: str, value: float) -> float:
    """Return an error level, or say that it is none.

    Args:
        name: what it is the probability of, for the message.
        value: a probability.

    Raises:
        LonglagError: outside (0, 1/2); a coin has 1/2.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < 0.5:
        raise LonglagError(
            f"{name} = {value!r}", "a test errs with a probability between 0 and 1/2", "give 0.1"
        )
    return float(value)


def mean_characteristic_function() -> Relation:
    """Return φ(t/N)^N = φ at the scale sigma N^(1/alpha - 1): the mean of N draws is stable again.

    The right side takes the mean's error from ``ESTIMATORS``; its kappa follows from it.
    """
    t = Symbol("t", positive=True)
    # Short fractions: SymPy writes an integer to the power of a long one out in full.
    indices = FiniteSet(*(1 + Integer(k) / 12 for k in range(1, 13)))
    domains = {tail_index: indices, scale: Range(1, 9), t: Range(1, 9), samples: Range(1, 50)}
    left = _characteristic_function(t / samples, scale) ** samples
    return Relation(Kind.IDENTITY, left, _characteristic_function(t, mean.error), domains)


def _characteristic_function(t: Expr, width: Expr) -> Expr:
    return exp(-((width * t) ** tail_index))


#: Any factor by which a deterministic transport multiplies a statistic.
transport_factor = _symbols.add(
    "a", "factor by which a transport multiplies signal and noise alike", positive=True
)


def transport_invariance() -> Relation:
    """Return N(a m, a σ) = N(m, σ) of the mean, for a deterministic factor a of the statistic.

    A matched statistic ψ(ℓ) = Σ μ δ v is linear in the transport μ, so that μ → a(ℓ) μ multiplies
    its signal and its noise alike. Derived here.
    """
    needed = mean.required_samples
    both = {signal: transport_factor * signal, scale: transport_factor * scale}
    domains = dict.fromkeys((needed.free_symbols | {transport_factor}) - {tail_index}, _POSITIVE)
    left = needed.subs(both, simultaneous=True)
    return Relation(Kind.IDENTITY, left, needed, {**domains, tail_index: _TAIL_INDICES})


def deviation_for_scale() -> Relation:
    """Return N(m, √2 σ) = 2 N(m, σ) of normal noise: its standard deviation is no stable scale.

    At α = 2 the law exp(−σ²t²) has the variance 2σ². Derived here.
    """
    needed = mean.required_samples.subs(tail_index, 2)
    domains = dict.fromkeys(needed.free_symbols, _POSITIVE)
    return Relation(Kind.IDENTITY, needed.subs(scale, sqrt(2) * scale), 2 * needed, domains)


def sample_size(estimator: str) -> Relation:
    """Return error(N) (quantile₁ + quantile₂) = m at the N that the estimator requires."""
    chosen = ESTIMATORS[estimator]
    needed = chosen.required_samples
    left = chosen.error.subs(samples, needed) * sum(chosen.quantiles)
    domains = dict.fromkeys(needed.free_symbols - {tail_index}, _POSITIVE)
    return Relation(Kind.IDENTITY, left, signal, {tail_index: _TAIL_INDICES, **domains})


def centre_density() -> Relation:
    """Return ∫₀^∞ exp(-t^alpha) dt / π = Γ(1 + 1/alpha)/π: the density at 0, by inversion."""
    t = Symbol("t", positive=True)
    left = Integral(exp(-(t**tail_index)), (t, 0, oo)) / pi
    return Relation(Kind.IDENTITY, left, density_at_zero, {tail_index: _TAIL_INDICES})


def tail_normalisation() -> Relation:
    """Return 2 c_alpha ∫₀^∞ x^(-alpha) sin x dx = 1, which fixes the constant of the tail.

    The law's jumps have the measure alpha c_alpha |x|^(-alpha-1) dx (Zolotarev 1986), so that
    |t|^alpha = 2 alpha c_alpha ∫₀^∞ (1 - cos tx) x^(-alpha-1) dx; at t = 1, by parts.
    """
    x = Symbol("x", positive=True)
    integral = integrate(sin(x) * x**-tail_index, (x, 0, oo), conds="none")
    return Relation(Kind.IDENTITY, 2 * tail_constant * integral, S.One, {tail_index: _HEAVY})


def price_of_confidence() -> Relation:
    """Return N ~ δ^(-1/(alpha - 1)) for the mean: the exponent of N in 1/δ at equal error levels.

    The quantiles are those of the tail, q_δ = (c_alpha/δ)^(1/alpha).
    """
    odds = Symbol("x", positive=True)  # 1/δ
    quantile = (tail_constant * odds) ** (1 / tail_index)
    needed = mean.required_samples.subs(dict.fromkeys(mean.quantiles, quantile))
    domains = {tail_index: _HEAVY, scale: _POSITIVE, signal: _POSITIVE}
    return Relation(Kind.EXPONENT, needed, 1 / (tail_index - 1), domains, odds)


def normal_price_of_confidence() -> Relation:
    """Return z² ≤ 2 ln(1/(2δ)), z the normal upper-δ quantile: bounded influence pays a logarithm.

    Its N is proportional to z², by way of δ = erfc(z/√2)/2.
    """
    z = Symbol("z", positive=True)
    return Relation(Kind.BOUND, z**2, -2 * log(erfc(z / sqrt(2))), {z: _POSITIVE})


def window_compression(exponent: Expr) -> Relation:
    """Return f^(-2) ≤ f^(-exponent): heavy tails shorten the window, as arXiv 2512.05790 says.

    It holds for alpha/(alpha - 1) and fails for the exponent alpha of versions 1-2.

    Args:
        exponent: kappa in the symbol alpha.
    """
    envelope = Symbol("f", positive=True)
    domains = {tail_index: _TAIL_INDICES, envelope: Interval.open(0, 1)}
    return Relation(Kind.BOUND, envelope**-2, envelope**-exponent, domains)


def smallest_exponent() -> Relation:
    """Return that ``fewest_samples`` grows like m^(-2): no test whatever has kappa < 2."""
    reach = Symbol("x", positive=True)  # 1/m
    domains = {
        scale: Interval(1, 10),
        information: Interval(Integer(2) / 5, Integer(1) / 2),
        **dict.fromkeys(error_levels, Interval.open(0, Integer(1) / 2)),
    }
    needed = fewest_samples.subs(signal, 1 / reach)
    return Relation(Kind.EXPONENT, needed, Integer(2), domains, reach)


def agreement_at_two() -> dict[str, Relation]:
    """Return kappa = 2 at alpha = 2 for every estimator and every published version.

    So a check at alpha = 2 tells none of them apart.
    """
    claimed = {name: estimator.kappa for name, estimator in ESTIMATORS.items()}
    claimed |= {name: published.kappa for name, published in PUBLISHED_KAPPA.items()}
    return {
        name: Relation(Kind.IDENTITY, exponent.subs(tail_index, 2), Integer(2), {})
        for name, exponent in claimed.items()
    }
