"""How many samples an estimator needs, as a number: the formulas of theory with values put in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from numbers import Real

from scipy.integrate import tanhsinh
from scipy.special import ndtri
from sympy import Expr, Symbol

from longlag.numerics.detection.clipped import clipped_quantile
from longlag.numerics.detection.score import location_score
from longlag.numerics.stable import quantile, sf
from longlag.theory.errors import LonglagError
from longlag.theory.estimators import ESTIMATORS, Estimator, concentration, mean
from longlag.theory.estimators import estimator as symbols
from longlag.theory.estimators.concentration import (
    error_levels,
    require_error_level,
    require_tail_index,
)


def required_samples(
    estimator: str,
    alpha: float,
    signal: float,
    *,
    scale: float = 1.0,
    false_alarm: float = 0.1,
    miss: float = 0.1,
) -> float:
    """Return the number of samples with which an estimator detects a mean.

    Args:
        estimator: a name in ``ESTIMATORS``.
        alpha: the tail index of the noise, 1 < alpha <= 2.
        signal: the mean to be told from 0, positive. Telling +m from -m takes as many samples as
            telling 2m from 0, with both error levels alike.
        scale: of the noise, in the units of the signal.
        false_alarm: probability of a signal found where there is none, in (0, 1/2).
        miss: probability of the signal not found, in (0, 1/2).

    Returns:
        N, not rounded; inf beyond float64. Exact for the mean, asymptotic for the others, as
        ``Estimator.exact`` says: trust those from a few hundred on.

    Raises:
        LonglagError: an unknown estimator, or an argument out of range.

    ``Estimator.required_samples``: the mean's exponent as in arXiv 2512.05790, versions 3 and
    later; the constants are derived here.

    >>> f"{required_samples('mean', 1.5, 0.5):.1f}, {required_samples('median', 1.5, 0.5):.1f}"
    '560.7, 79.6'
    """
    case = _Case.of(alpha, signal, scale, false_alarm, miss, ESTIMATORS[estimator])
    return case.evaluate(case.estimator.required_samples)


def fewest_samples(
    alpha: float, signal: float, *, scale: float = 1.0, false_alarm: float = 0.1, miss: float = 0.1
) -> float:
    """Return a number of samples below which no test whatever detects a mean.

    Args:
        alpha: as for :func:`required_samples`.
        signal: as there, and at most the scale: the bound is one of small signals.
        scale: as there.
        false_alarm: as there.
        miss: as there.

    Raises:
        LonglagError: an argument out of range.

    ``theory.concentration.fewest_samples`` (Le Cam; derived here).

    >>> fewest_samples(1.5, 0.1) < required_samples("maximum_likelihood", 1.5, 0.1)
    True
    """
    case = _Case.of(alpha, signal, scale, false_alarm, miss)
    if case.signal > case.scale:
        raise LonglagError(
            f"signal = {signal}",
            "the bound is one of signals within the noise",
            f"give one of at most the scale {scale}",
        )
    return case.evaluate(concentration.fewest_samples)


def fisher_information(alpha: float) -> float:
    """Return the Fisher information of the location of the symmetric stable law of scale 1.

    Args:
        alpha: the tail index, 1 < alpha <= 2.

    I = ∫ p'²/p dx, by quadrature of ``stable.logpdf``; 1/2 at alpha = 2.

    >>> f"{fisher_information(1.5):.6f}"
    '0.428097'
    """
    return location_score(float(require_tail_index(alpha, symbolic=False))).information


@lru_cache(maxsize=128)
def asymptotic_variance(threshold: float, alpha: float) -> float:
    """Return N times the variance of the M-estimator that clips at a threshold, for large N.

    Args:
        threshold: k > 0, in scales of the noise.
        alpha: the tail index, 1 < alpha <= 2.

    V = E ψ² / (E ψ')² with ψ(x) = clip(x, ±k): E ψ² = 4 ∫₀^k x P(X > x) dx, E ψ' = P(|X| < k)
    (Huber 1964).

    >>> f"{asymptotic_variance(1.345 * 2**0.5, 2.0) / 2:.4f}"  # against the mean's, 2
    '1.0526'
    """
    k = _positive("threshold", threshold)
    square = 4 * float(tanhsinh(lambda x: x * sf(x, alpha), 0.0, k).integral)
    return square / (1 - 2 * float(sf(k, alpha))) ** 2


@dataclass(frozen=True, kw_only=True)
class _Case:
    """The model's numbers, and with them the value of every symbol of its formulas."""

    alpha: float
    signal: float
    scale: float
    levels: tuple[float, float]
    estimator: Estimator

    @classmethod
    def of(
        cls,
        alpha: float,
        signal: float,
        scale: float,
        false_alarm: float,
        miss: float,
        estimator: Estimator = mean,
    ) -> _Case:
        """Return the case, or say which number is out of range."""
        return cls(
            alpha=float(require_tail_index(alpha, estimator, symbolic=False)),
            signal=_positive("signal", signal),
            scale=_positive("scale", scale),
            levels=(
                require_error_level("false_alarm", false_alarm),
                require_error_level("miss", miss),
            ),
            estimator=estimator,
        )

    def evaluate(self, expression: Expr) -> float:
        """Return an expression as a number; inf where it is beyond float64."""
        values = {symbol: self.value(symbol) for symbol in expression.free_symbols}
        return float(expression.subs(values).evalf())

    def value(self, symbol: Symbol) -> float:
        """Return what a symbol stands for; each is computed only where it is asked for."""
        for group, at_level in (
            (error_levels, lambda level: level),
            # Lower quantiles, turned: 1 less a small probability would lose it.
            (symbols.stable_quantiles, lambda level: -float(quantile(level, self.alpha))),
            (symbols.normal_quantiles, lambda level: -float(ndtri(level))),
            (symbols.clipped_quantiles, lambda level: clipped_quantile(level, self.alpha)),
        ):
            if symbol in group:
                return at_level(self.levels[group.index(symbol)])
        if symbol == symbols.variance:
            return asymptotic_variance(float(self.estimator.threshold), self.alpha)
        if symbol == symbols.information:
            return fisher_information(self.alpha)
        plain = {symbols.alpha: self.alpha, symbols.signal: self.signal, symbols.scale: self.scale}
        return plain[symbol]


def _positive(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value) or value <= 0:
        raise LonglagError(
            f"{name} = {value!r}", "it is measured against the noise", "give a number above 0"
        )
    return float(value)
