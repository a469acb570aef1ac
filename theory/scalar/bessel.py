"""The modified Bessel function K_ν(x) where mpmath takes long: at arguments of medium size.

K_ν(x) = ∫_0^∞ e^{−x cosh t} cosh νt dt. Source: DLMF 10.32.9. The trapezoidal rule converges faster
than geometrically on it: halving the step doubles the digits at least.
"""

from __future__ import annotations

from typing import Any

import mpmath

#: Bits carried besides, and the size from which mpmath takes long.
_GUARD, _SMALL = 30, 8


def besselk(order: Any, x: Any) -> Any:
    """Return K_ν(x) at the working precision of mpmath.

    Args:
        order: ν, real.
        x: positive, possibly infinite.

    >>> mpmath.nstr(besselk(0, mpmath.mpf(10)), 12)
    '1.77800623162e-5'
    """
    if x == mpmath.inf:
        return mpmath.mpf(0)
    precision = mpmath.mp.prec
    # At whole orders mpmath takes a limit, whose terms cancel, until its asymptotic series serves.
    if not (mpmath.isint(order) and _SMALL <= x <= precision and abs(order) <= precision):
        return mpmath.besselk(order, x)
    with mpmath.workprec(precision + _GUARD):
        step = 1 / mpmath.sqrt(1 + x)
        total = step * (mpmath.exp(-x) / 2 + _sum(order, x, step, step))
        while True:
            # The nodes of half the step are those before and the ones between them.
            coarse, total = total, total / 2 + step / 2 * _sum(order, x, step / 2, step)
            step /= 2
            if abs(total - coarse) <= mpmath.ldexp(total, -(2 * precision) // 3):
                break
    return +total


def _sum(order: Any, x: Any, first: Any, step: Any) -> Any:
    """The integrand at equal steps, up to where nothing is added any more."""
    power, wave = mpmath.exp(first), mpmath.exp(order * first)
    growth, size = mpmath.exp(step), mpmath.exp(order * step)
    total = mpmath.mpf(0)
    while True:
        term = mpmath.exp(-x * (power + 1 / power) / 2) * (wave + 1 / wave) / 2
        total += term
        # Not while the terms still rise, as they do for a large order.
        falling = x * (power - 1 / power) > 2 * abs(order)
        if falling and term <= mpmath.ldexp(total, -mpmath.mp.prec):
            return total
        power, wave = power * growth, wave * size
