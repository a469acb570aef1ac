"""The tail index from four quantiles (McCulloch), with exact quantiles instead of his table."""

from __future__ import annotations

from functools import cache
from math import sqrt

import numpy as np
from jaxtyping import Float
from scipy.interpolate import PchipInterpolator

from longlag.numerics.stable import quantile
from longlag.numerics.tail.data import check_data, check_level, spread
from longlag.numerics.tail.estimate import TailIndex, tail_index
from longlag.numerics.tail.table import LARGEST_ALPHA, density_table
from longlag.theory.errors import LonglagError

MINIMUM = 100

_PROBABILITIES = np.array([0.05, 0.25, 0.75, 0.95])
_ALPHAS = np.linspace(1, 2, 51)


def mcculloch(data: Float[np.ndarray, " n"], *, level: float = 0.95) -> TailIndex:
    """Fit a symmetric stable law to the quartiles and the 5 % and 95 % quantiles.

    Solves ν = (q.95 − q.05)/(q.75 − q.25) for alpha with the quantiles of the stable law; ν falls
    from 6.31 at alpha = 1 to 2.44 at alpha = 2, where a smaller ν is put. The scale is the ratio
    of the interquartile ranges, the location the median. Source: McCulloch (1986), symmetric case;
    the standard error is the delta method on sample quantiles of the fitted law.

    Args:
        data: independent samples, shape (n,), n >= 100.
        level: of the interval.

    Raises:
        LonglagError: bad data, or tails heavier than those of the Cauchy law.

    >>> normal = np.random.default_rng(0).normal(3, 2, 1000)
    >>> round(mcculloch(normal).alpha, 1)
    2.0
    """
    check_level(level)
    data = check_data(data, estimator="McCulloch", minimum=MINIMUM)
    location, half = spread(data)
    low, high = np.quantile(data, (0.05, 0.95))
    ratio = float(high - low) / (2 * half)
    upper = _upper_quantiles()
    heaviest, lightest = upper[0, 1] / upper[0, 0], upper[-1, 1] / upper[-1, 0]
    if ratio > heaviest:
        raise LonglagError(
            f"(q.95 − q.05)/(q.75 − q.25) = {ratio:.3g}",
            f"it is at most {heaviest:.3g} for alpha >= 1; below, no mean concentrates",
            "look at kogon_williams for the index",
        )
    alpha = float(_index_of_ratio()(max(ratio, lightest)))
    quartile, outer = PchipInterpolator(_ALPHAS, upper)(alpha)
    return tail_index(
        estimator="McCulloch",
        n=data.size,
        alpha=alpha,
        scale=half / float(quartile),
        location=location,
        standard_error=_standard_error(alpha, float(quartile), float(outer), data.size),
        level=level,
    )


@cache
def _upper_quantiles() -> Float[np.ndarray, "alpha two"]:
    """Return q.75 and q.95 at every node of alpha."""
    cauchy = np.tan(np.pi * (_PROBABILITIES[2:] - 0.5))
    return np.stack([cauchy, *(quantile(_PROBABILITIES[2:], alpha) for alpha in _ALPHAS[1:])])


@cache
def _index_of_ratio() -> PchipInterpolator:
    """Return alpha as a function of ν, which falls with alpha."""
    upper = _upper_quantiles()
    return PchipInterpolator((upper[:, 1] / upper[:, 0])[::-1], _ALPHAS[::-1])


def _standard_error(alpha: float, quartile: float, outer: float, n: int) -> float:
    """Return the standard error of alpha from the covariance min(p, q)(1 − max(p, q))/(n f_p f_q)
    of sample quantiles.
    """
    points = np.array([-outer, -quartile, quartile, outer])
    density = np.exp(density_table().evaluate(points, min(alpha, LARGEST_ALPHA)).value)
    p = _PROBABILITIES
    covariance = (np.minimum.outer(p, p) - np.outer(p, p)) / np.outer(density, density) / n
    ratio = outer / quartile
    gradient = np.array([-1.0, ratio, -ratio, 1.0]) / (2 * quartile)
    slope = float(_index_of_ratio()(ratio, 1))
    return abs(slope) * sqrt(gradient @ covariance @ gradient)
