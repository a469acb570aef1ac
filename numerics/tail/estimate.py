"""An estimated tail index with all that the number depends on."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from longlag.numerics.tail.data import half_width


@dataclass(frozen=True, kw_only=True)
class TailIndex:
    """The tail index of a symmetric stable law fitted to data.

    The law has the characteristic function exp(i location t − scale^alpha |t|^alpha). The standard
    error and the interval are those of a stable law; on other data they mean nothing.

    Args:
        estimator: the name of the estimator.
        n: the number of samples.
        alpha: the tail index, at most 2.
        standard_error: of alpha, before it is cut at 2.
        interval: for alpha, cut to [0, 2].
        level: the confidence level of the interval.
        scale: in the unit of the data; at alpha = 2 the standard deviation over √2.
        location: the centre of symmetry, in the unit of the data.
        predicted_kappa: the exponent alpha/(alpha − 1) of the mean under this law; ∞ for
            alpha <= 1. What the data do is for ``block_differences`` to measure.
    """

    estimator: str
    n: int
    alpha: float
    standard_error: float
    interval: tuple[float, float]
    level: float
    scale: float
    location: float
    predicted_kappa: float


def tail_index(
    *,
    estimator: str,
    n: int,
    alpha: float,
    standard_error: float,
    level: float,
    scale: float,
    location: float,
) -> TailIndex:
    """Return an estimate with its interval and the exponent that it predicts.

    Args:
        estimator: the name of the estimator.
        n: the number of samples.
        alpha: as estimated; it may exceed 2.
        standard_error: of alpha.
        level: of the interval.
        scale: in the unit of the data.
        location: in the unit of the data.

    >>> fit = tail_index(estimator="by hand", n=1, alpha=1.5, standard_error=0.1, level=0.95,
    ...                  scale=1.0, location=0.0)
    >>> fit.predicted_kappa, [round(end, 2) for end in fit.interval]
    (3.0, [1.3, 1.7])
    """
    reach = half_width(level) * standard_error
    alpha = min(alpha, 2.0)
    return TailIndex(
        estimator=estimator,
        n=n,
        alpha=alpha,
        standard_error=standard_error,
        interval=(max(alpha - reach, 0.0), min(alpha + reach, 2.0)),
        level=level,
        scale=scale,
        location=location,
        predicted_kappa=alpha / (alpha - 1) if alpha > 1 else inf,
    )
