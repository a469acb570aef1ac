"""The modified Bessel function K_n(x) of whole order, for which mpmath takes a limit, and long.

At small arguments by its series, DLMF 10.31.1. At those of medium size by ∫_0^∞ e^{−x cosh t}
cosh nt dt, DLMF 10.32.9, on which the trapezoidal rule converges faster than geometrically: halving
the step doubles the digits at least.
"""

from __future__ import annotations

from typing import Any

import mpmath

#: Bits carried besides, and the size up to which the series serves.
_GUARD, _SMALL = 30, 12


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
    if not (mpmath.isint(order) and 0 < x <= precision and abs(order) <= precision):
        return mpmath.besselk(order, x)
    if x <= _SMALL:
        # e^{−x} is what is left of terms of the size of e^x.
        with mpmath.workprec(precision + _GUARD + int(3 * x)):
            found = _series(abs(int(order)), x)
        return +found
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


def _series(order: int, x: Any) -> Any:
    """K_n(x) = (finite sum)/2 ± ln(x/2) I_n(x) ∓ (sum with ψ)/2."""
    half, square = x / 2, x * x / 4
    term = mpmath.factorial(order - 1) if order else mpmath.mpf(0)
    finite = mpmath.mpf(0)
    for k in range(order):
        finite += term
        if k < order - 1:
            term *= -square / ((k + 1) * (order - 1 - k))
    # ψ(k + 1) + ψ(n + k + 1), by the recurrence of ψ.
    psi = -2 * mpmath.euler + sum(mpmath.mpf(1) / k for k in range(1, order + 1))
    weight = half**order / mpmath.factorial(order)
    growing = weighted = mpmath.mpf(0)
    k = 0
    while weight > mpmath.ldexp(growing, -mpmath.mp.prec):
        growing, weighted = growing + weight, weighted + weight * psi
        k += 1
        psi += mpmath.mpf(1) / k + mpmath.mpf(1) / (order + k)
        weight *= square / (k * (order + k))
    sign = -1 if order % 2 else 1
    return finite / (2 * half**order) - sign * mpmath.log(half) * growing + sign * weighted / 2


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
