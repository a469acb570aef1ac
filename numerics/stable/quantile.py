"""Quantiles of the stable law: Newton's method on whichever tail is the small one."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from longlag.numerics.stable.half_line import HalfLine, half_line
from longlag.numerics.stable.law import Law
from longlag.numerics.stable.parameters import Real, check_law, check_probabilities

_GRID = 400
_MOST_STEPS = 60
# The least positive number is about e^-745, the greatest e^709.78.
_LOG_LEAST, _LOG_GREATEST = -746.0, 709.78


def quantile(p: ArrayLike, alpha: float, beta: float = 0) -> Real:
    """Return the quantile function, the inverse of :func:`cdf`.

    Args:
        p: probabilities, any shape; 0 and 1 give -inf and inf.
        alpha: the tail index, 1 < alpha <= 2.
        beta: the skewness, in [-1, 1].

    Returns:
        x with P(X <= x) = p, of the shape of p.

    Raises:
        LonglagError: a parameter out of range, p outside [0, 1] or NaN, complex or no numbers.

    Possible issues: for p near 1 the float 1 - p is what limits the answer; the far right tail is
    quantile(1 - p, alpha, beta) = -quantile(p, alpha, -beta) with a small p.

    >>> print(f"{quantile(0.5, 1.5)}, {quantile(0.9, 2):.6f}")
    0.0, 1.812388
    """
    law, points = check_law(alpha, beta), check_probabilities(p)
    if law.alpha == 2:
        return np.asarray(np.sqrt(2) * ndtri(points))[()]
    at_zero = law.reflected().positivity
    right = points >= at_zero
    result = np.empty_like(points)
    result[right] = _upper(law, 1 - points[right], points[right] - at_zero)
    result[~right] = -_upper(law.reflected(), points[~right], at_zero - points[~right])
    return result[()]


def _upper(law: Law, survival: Real, mass: Real) -> Real:
    """Return x >= 0 with P(X > x) = survival and P(0 < X < x) = mass, each exact where small."""
    half = half_line(law)
    x = np.full_like(survival, np.inf)
    near = mass <= half.central.mass(np.asarray(half.central.reach))
    x[near] = _near(half, mass[near]) * np.exp(law.log_scale)
    rest = ~near & (survival > 0)
    x[rest] = _beyond(half, np.log(survival[rest]))
    return x


def _near(half: HalfLine, mass: Real) -> Real:
    """Return z with P(0 < X / scale < z) = mass, within the central series."""
    series = half.central
    z = np.minimum(mass / series.density(np.zeros(1)), series.reach)
    for _ in range(_MOST_STEPS):
        step = (series.mass(z) - mass) / series.density(z)
        z = np.clip(z - step, 0, series.reach)
        if np.all(np.abs(step) <= 1e-15 * z):
            break
    return z


def _beyond(half: HalfLine, target: Real) -> Real:
    """Return x with log P(X > x) = target: safeguarded Newton in log x against the log."""
    log_x, log_sf = _grid(half.law)
    cell = np.clip(np.searchsorted(-log_sf, -target), 1, log_x.size - 1)
    low, high = log_x[cell - 1], log_x[cell]
    share = (target - log_sf[cell - 1]) / (log_sf[cell] - log_sf[cell - 1])
    guess = low + np.clip(share, 0, 1) * (high - low)
    for _ in range(_MOST_STEPS):
        density, survival = half.logs(np.exp(guess))
        low, high = (
            np.where(survival > target, guess, low),
            np.where(survival > target, high, guess),
        )
        # d log sf / d log x = -x f / sf
        trial = guess + (survival - target) * np.exp(survival - density - guess)
        trial = np.where((trial < low) | (trial > high), (low + high) / 2, trial)
        # Newton squares the error: one step this short leaves none.
        done = np.abs(trial - guess) <= 1e-12 * np.maximum(1, np.abs(guess))
        guess = trial
        if done.all():
            break
    return np.where(target < log_sf[-1], np.inf, np.exp(guess))


@lru_cache(maxsize=128)
def _grid(law: Law) -> tuple[Real, Real]:
    """Return log x and log P(X > x), from where the central series ends to the least number."""
    half = half_line(law)
    first = np.log(half.central.reach)
    power = law.alpha / (law.alpha - 1)
    if half.tail.coefficients.size:
        turn = np.log(half.tail.start)
        log_far = (np.log(half.tail.coefficients[0] / law.alpha) - _LOG_LEAST) / law.alpha
        last = min(max(log_far, turn) + 1, _LOG_GREATEST - law.log_scale)
        log_z = np.concatenate(
            [np.linspace(first, turn, _GRID)[:-1], np.linspace(turn, last, _GRID)]
        )
    else:
        # P(X > x) < exp(-r_0)
        last = (np.log(-_LOG_LEAST) - half.quadrature.log_floor) / power
        log_z = np.linspace(first, last, _GRID)
    log_x = log_z + law.log_scale
    # The first point lies just within the series, so that the grid holds all that is beyond it.
    log_x[0] -= 1e-9
    return log_x, half.logs(np.exp(log_x))[1]
