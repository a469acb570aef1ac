"""Density, distribution function and survival function of the stable law."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfc

from longlag.numerics.stable.half_line import half_line
from longlag.numerics.stable.law import Law
from longlag.numerics.stable.parameters import Real, check_law, check_points

_LOG_NORMAL = -0.5 * np.log(4 * np.pi)


def pdf(x: ArrayLike, alpha: float, beta: float = 0) -> Real:
    """Return the density.

    Args:
        x: points, any shape; may be infinite.
        alpha: the tail index, 1 < alpha <= 2.
        beta: the skewness, in [-1, 1].

    Returns:
        f(x), of the shape of x.

    Raises:
        LonglagError: a parameter out of range, NaN, complex or no numbers.

    Its value at 0 for beta = 0 is Gamma(1 + 1/alpha) / pi.

    >>> print(f"{pdf(0, 1.5):.10f}, {pdf(100, 1.5):.10e}")
    0.2873527515, 3.0016360348e-06
    """
    return np.exp(logpdf(x, alpha, beta))


def logpdf(x: ArrayLike, alpha: float, beta: float = 0) -> Real:
    """Return the logarithm of the density, finite also where the density underflows.

    Args:
        x: points, any shape; -inf at infinite ones.
        alpha: the tail index, 1 < alpha <= 2.
        beta: the skewness, in [-1, 1].

    Returns:
        log f(x), of the shape of x.

    Raises:
        LonglagError: as :func:`pdf`.

    >>> print(f"{logpdf(100, 2):.6f}")
    -2501.265512
    """
    law, points = check_law(alpha, beta), check_points("x", x)
    if law.alpha == 2:
        with np.errstate(over="ignore"):
            return np.asarray(_LOG_NORMAL - points * points / 4)[()]
    result = np.empty_like(points)
    for side, half in _halves(law, points):
        result[side] = half_line(half).logs(np.abs(points[side]))[0]
    return result[()]


def sf(x: ArrayLike, alpha: float, beta: float = 0) -> Real:
    """Return the survival function P(X > x), accurate relative to itself also in its tail.

    Args:
        x: points, any shape; may be infinite.
        alpha: the tail index, 1 < alpha <= 2.
        beta: the skewness, in [-1, 1].

    Returns:
        P(X > x), of the shape of x.

    Raises:
        LonglagError: as :func:`pdf`.

    >>> print(f"{sf(1e6, 1.5):.10e}")
    1.9947114052e-10
    """
    law, points = check_law(alpha, beta), check_points("x", x)
    if law.alpha == 2:
        return np.asarray(erfc(points / 2) / 2)[()]
    result = np.empty_like(points)
    for side, half in _halves(law, points):
        beyond = np.exp(half_line(half).logs(np.abs(points[side]))[1])
        # Left of 0 the complement is at least P(X > 0), so nothing is lost.
        result[side] = beyond if half is law else 1 - beyond
    return result[()]


def cdf(x: ArrayLike, alpha: float, beta: float = 0) -> Real:
    """Return the distribution function P(X <= x), accurate relative to itself also in its tail.

    Args:
        x: points, any shape; may be infinite.
        alpha: the tail index, 1 < alpha <= 2.
        beta: the skewness, in [-1, 1].

    Returns:
        P(X <= x), of the shape of x: sf(-x) of the law of -X.

    Raises:
        LonglagError: as :func:`pdf`.

    >>> print(f"{cdf(0.006, 1.5):.6f}, {cdf(0, 1.5, 0.5):.6f}")
    0.501724, 0.598389
    """
    return sf(-check_points("x", x), alpha, -check_law(alpha, beta).beta)


def _halves(law: Law, points: Real) -> tuple[tuple[NDArray[np.bool_], Law], ...]:
    """Return the points right of 0 with the law, those left of it with the law of -X."""
    right = points >= 0
    return (right, law), (~right, law.reflected())
