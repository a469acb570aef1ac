"""Draws from the stable law by the method of Chambers, Mallows and Stuck, in float64."""

from __future__ import annotations

import numpy as np

from longlag.numerics.stable.law import Law
from longlag.numerics.stable.parameters import Real, check_generator, check_law, check_size

# Three arrays of this length stay in a core's L2 cache; shorter ones cost calls.
_CHUNK = 8192
# random() gives multiples of 2^-53 in [0, 1). Half a step beyond the centre makes it symmetric
# about 0 and keeps it strictly inside (-1/2, 1/2); the difference is exact.
_CENTRE = 0.5 - 2.0**-54


def sample(
    alpha: float, size: int | tuple[int, ...], rng: np.random.Generator, beta: float = 0
) -> Real:
    """Return independent draws from the stable law.

    With V uniform on (-pi/2, pi/2), W exponential of mean 1 and phi = angle + (alpha - 1) V,

        X = (tan phi + tan V) (W cos V)^(1 - 1/alpha) (cos phi / cos angle)^(1/alpha).

    It is the formula of Chambers, Mallows and Stuck (1976) with sin(alpha (V + theta_0)) written as
    sin(phi + V): two tangents, two logarithms and one exponential, and no power.

    Args:
        alpha: the tail index, 1 < alpha <= 2; E|X|^p is finite for p < alpha only.
        size: how many draws, or the shape of the array of draws.
        rng: the source of randomness.
        beta: the skewness, in [-1, 1].

    Returns:
        float64 draws of the given shape; all finite.

    Raises:
        LonglagError: a parameter out of range, a negative size, an rng that is no Generator.

    >>> draws = sample(1.5, 10_000, np.random.default_rng(0))
    >>> draws.shape, bool(abs(np.median(draws)) < 0.05)
    ((10000,), True)
    """
    law = check_law(alpha, beta)
    shape = check_size(size)
    check_generator(rng)
    if law.alpha == 2:
        normal = rng.standard_normal(shape)
        normal *= np.sqrt(2)
        return normal
    draws = np.empty(shape)
    flat = draws.reshape(-1)
    for start in range(0, flat.size, _CHUNK):
        _fill(law, rng, flat[start : start + _CHUNK])
    return draws


def _fill(law: Law, rng: np.random.Generator, out: Real) -> None:
    """Fill one chunk, in place."""
    uniform = rng.random(out.size)
    uniform -= _CENTRE
    transform(law, uniform, rng.standard_exponential(out.size), out)


def transform(law: Law, uniform: Real, exponential: Real, out: Real) -> None:
    """Write into ``out`` the draws made of a uniform and an exponential variate.

    Args:
        law: the law, alpha < 2.
        uniform: in (-1/2, 1/2), shape (n,); overwritten.
        exponential: positive, shape (n,); overwritten. A zero gives a draw of 0, its limit.
        out: the draws, shape (n,).
    """
    phi = np.multiply(uniform, np.pi * (law.alpha - 1), out=out)
    if law.beta:
        phi += law.angle
    t = np.tan(phi, out=phi)
    uniform *= np.pi
    T = np.tan(uniform, out=uniform)
    # cos² = 1 / (1 + tan²), and log (W cos V) = log(W² / (1 + T²)) / 2.
    exponential *= exponential
    square = T * T
    square += 1
    exponential /= square
    with np.errstate(divide="ignore"):
        power = np.log(exponential, out=exponential)
    power *= 0.5 * (1 - 1 / law.alpha)
    T += t
    t *= t
    t += 1
    shrink = np.log(t, out=t)
    shrink *= 0.5 / law.alpha
    power -= shrink
    if law.beta:
        power += law.log_scale
    np.multiply(np.exp(power, out=power), T, out=out)
