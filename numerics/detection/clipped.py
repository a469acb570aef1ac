"""The stable law with its jumps clipped: the limit of the mean of draws clipped at N^(1/alpha).

With jumps of measure alpha c_alpha |x|^(-alpha-1) dx, those beyond 1 set back to ±1, the
characteristic function is exp(-2 alpha c_alpha ∫₀¹ (1 - cos tx) x^(-alpha-1) dx
- 2 c_alpha (1 - cos t)). Derived here. Its tails fall faster than any exponential (Sato 1999,
section 26): the clip spares the mean's price of confidence, not its exponent.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, pi

import numpy as np
from jaxtyping import Float
from scipy.optimize import brentq
from scipy.special import roots_jacobi
from sympy import lambdify

from longlag.numerics.stable import quantile
from longlag.theory.errors import LonglagError
from longlag.theory.estimators.concentration import tail_constant
from longlag.theory.estimators.estimator import alpha as tail_index

#: exp(-t^alpha) has fallen below 1e-17 where its exponent reaches this.
_DECAY = 40.0
#: Less than 1e-20 lies beyond so many clipped jumps.
_FARTHEST = 24.0
_SMALLEST = 1e-12


def clipped_quantile(error_level: float, alpha: float) -> float:
    """Return the upper quantile of the symmetric stable law of scale 1 with jumps clipped at 1.

    Args:
        error_level: the probability above the quantile, in (0, 1/2).
        alpha: the tail index, 1 < alpha <= 2; the normal law has no jumps to clip.

    Raises:
        LonglagError: alpha out of range, or an error level below the 1e-12 that float64 resolves.

    >>> bool(clipped_quantile(1e-3, 1.5) < quantile(0.999, 1.5) / 5)
    True
    """
    if error_level < _SMALLEST:
        raise LonglagError(
            f"error level {error_level!r}",
            f"1/2 less a sum of rounded terms resolves no probability below {_SMALLEST:g}",
            "give a larger one",
        )
    plain = -float(quantile(error_level, alpha))
    if alpha == 2:
        return plain
    t, transform = _transform(float(alpha))

    def excess(x: float) -> float:
        return 0.5 - float(transform @ np.sin(t * x)) - error_level

    return float(brentq(excess, 0.0, min(plain, _FARTHEST), xtol=1e-12))


@lru_cache(maxsize=32)
def _transform(alpha: float) -> tuple[Float[np.ndarray, " points"], Float[np.ndarray, " points"]]:
    """Return t and w with P(0 < X < x) = Σ w sin(tx), by Gil-Pelaez and the midpoint rule.

    The integrand is even and entire, so the rule converges exponentially while x stays well below
    its period, which is 100.
    """
    constant = lambdify(tail_index, tail_constant, "math")(alpha)
    farthest = _DECAY ** (1 / alpha)
    count = ceil(16 * farthest)
    t = (np.arange(count) + 0.5) * (farthest / count)
    # Gauss-Jacobi takes the weight s^(1 - alpha); (1 - cos ts)/s² = (t²/2) sinc²(ts/2) is smooth.
    node, weight = roots_jacobi(ceil(farthest) + 24, 0, 1 - alpha)
    s, weight = (1 + node) / 2, weight / 2 ** (2 - alpha)
    small = t * t / 2 * (np.sinc(np.multiply.outer(t, s) / (2 * pi)) ** 2 @ weight)
    exponent = -2 * constant * (alpha * small + 1 - np.cos(t))
    return t, np.exp(exponent) / t * (farthest / count) / pi
