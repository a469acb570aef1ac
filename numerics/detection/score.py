"""The score of the location of stable noise, tabulated: what maximum likelihood averages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float
from scipy.interpolate import make_interp_spline

from longlag.numerics.stable import logpdf

#: The log-density is a spline in v = arsinh x, where its tails are straight lines; up to x = 1e4.
_STEP, _REACH = 0.005, 9.9
#: The score is read off a grid uniform in |x|/(1 + |x|), which a quotient finds without a search.
_CELLS = 8192


@dataclass(frozen=True, eq=False)
class LocationScore:
    """The score -p'/p of the symmetric law of scale 1, and the Fisher information of its location.

    Args:
        alpha: the tail index.
        information: E score².
        values: the score at |x|/(1 + |x|) = i/8192.
        slopes: from each of them to the next.

    >>> round(location_score(2.0).information, 9)
    0.5
    """

    alpha: float
    information: float
    values: Float[np.ndarray, " nodes"]
    slopes: Float[np.ndarray, " nodes"]

    def __call__(self, x: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
        """Return the score at finite points; a relative error of 1e-4 at most."""
        place = np.abs(x)
        place /= 1 + place
        place *= _CELLS
        cell = place.astype(np.int32)
        place -= cell
        place *= self.slopes[cell]
        place += self.values[cell]
        return np.copysign(place, x)


@lru_cache(maxsize=32)
def location_score(alpha: float) -> LocationScore:
    """Return the score of the law of a tail index.

    Args:
        alpha: the tail index, 1 < alpha <= 2.

    Raises:
        LonglagError: alpha out of range.

    Quintic spline of ``stable.logpdf``; the information by the trapezoidal rule, which converges
    at once for a smooth even function. Derived here.
    """
    half = np.arange(0.0, _REACH + _STEP, _STEP)
    log_density = logpdf(np.sinh(half), alpha)
    v = np.concatenate((-half[:0:-1], half))
    spline = make_interp_spline(v, np.concatenate((log_density[:0:-1], log_density)), k=5)
    slope = spline.derivative()

    def score(x: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        return np.asarray(-slope(np.arcsinh(x)) / np.sqrt(1 + x * x))

    x = np.sinh(v)
    integrand = score(x) ** 2 * np.exp(spline(v)) * np.cosh(v)
    fraction = np.arange(_CELLS) / _CELLS
    # The last node stands for infinity, where the score of a law with tails is 0; normal draws
    # never come near it.
    values = np.append(score(fraction / (1 - fraction)), 0.0)
    values[0] = 0.0
    slopes = np.append(np.diff(values), 0.0)
    return LocationScore(float(alpha), float(np.sum(integrand) * _STEP), values, slopes)
