r"""The envelope and the tail of any stationary law of W, from its transform E e^{−sW}.

f(ℓ) = E exp(−ℓ e^{−W}) = (1/2πi) ∫ Γ(z) ℓ^{−z} E e^{zW} dz by Mellin and Barnes, over Re z = σ > 0
below the exponent of the tail: no draw, no tail that is cut off. Where W has no exponential moment
σ lies in (−1, 0), and 1 is added for the pole at 0. The tail is inverted on Talbot's contour.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import sympy
from jaxtyping import Float
from scipy.special import gamma
from sympy import Expr, Symbol

from longlag.theory.anticollapse.workload import Jumps, frequency
from longlag.theory.scalar.evaluate import evaluate

#: Where the contour lies, as a share of the exponent of the tail.
_INSIDE = 0.8
#: Ends of the pieces of the quadrature along the contour, in units of the distance to a pole or of
#: one; |Γ| has fallen to e^{−28} at the last.
_NEAR, _FAR = (0, 0.3, 1, 3, 10, 30), (1, 3, 6, 12, 18)
_NODES = 24


def envelope_at(jumps: Jumps, values: Mapping[Symbol, Expr], log_lag: float) -> float:
    """Return f(ℓ) at ln ℓ, for lags beyond any float.

    Args:
        jumps: of W.
        values: of their parameters, with a stationary law.
        log_lag: ln ℓ ≥ 1; double precision is enough while f(ℓ)^{1/5} is far above its rounding.

    >>> from longlag.theory.anticollapse import workload as w
    >>> values = {w.pull: sympy.S(1), w.rate: sympy.S(1), w.decay: sympy.S(2)}
    >>> round(envelope_at(w.EXPONENTIAL, values, float(np.log(10))), 6)
    0.05002
    """
    return _envelope_and_change(jumps, tuple(values.items()), log_lag)[0]


def local_slope(jumps: Jumps, values: Mapping[Symbol, Expr], log_lag: float) -> float:
    """Return d ln f/d ln ℓ at ln ℓ.

    Args:
        jumps, values, log_lag: as for ``envelope_at``.
    """
    found, change = _envelope_and_change(jumps, tuple(values.items()), log_lag)
    return change / found


@lru_cache(maxsize=256)
def _envelope_and_change(
    jumps: Jumps, values: tuple[tuple[Symbol, Expr], ...], log_lag: float
) -> tuple[float, float]:
    """f and d f/d ln ℓ."""
    strip = float(jumps.root(dict(values)) or evaluate(jumps.edge, dict(values)))
    at = _INSIDE * strip if strip > 0 else -1 / max(2.0, log_lag)
    points, weights = _quadrature(strip - at if strip > 0 else -at, log_lag)
    z = at + 1j * points
    terms = gamma(z) * np.exp(-z * log_lag) * _function(jumps, values, "numpy")(-z)
    found = float((weights * terms.real).sum()) / np.pi
    change = float((weights * (-z * terms).real).sum()) / np.pi
    return (found if strip > 0 else found + 1), change


def _quadrature(
    width: float, log_lag: float
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Points and weights of Gauss and Legendre, piece by piece, narrow where a pole is near."""
    near = sorted({width * end for end in _NEAR if width * end < 1} | {float(end) for end in _FAR})
    ends = near[:1]
    for low, high in pairwise(near):
        # ℓ^{−z} turns once in 2π/ln ℓ: no piece holds more than a few turns.
        pieces = max(1, int(np.ceil((high - low) * log_lag / 20)))
        ends += [low + (high - low) * (k + 1) / pieces for k in range(pieces)]
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    edges = np.array(ends)
    half = np.diff(edges)[:, None] / 2
    points = edges[:-1, None] + half * (nodes + 1)
    return points.ravel(), (half * weights).ravel()


def survival_at(
    jumps: Jumps, values: Mapping[Symbol, Expr], level: float, tilt: mpmath.mpf
) -> mpmath.mpf:
    """Return e^{tilt·x} P(W > x) by Talbot's inversion of its transform.

    Args:
        jumps, values: as for ``envelope_at``.
        level: x > 0.
        tilt: at most the exponent of the tail; without it the digits of a small tail are lost.
    """
    transform = _function(jumps, tuple(values.items()), "mpmath")

    def tilted(s: Any) -> Any:
        return (1 - transform(s - tilt)) / (s - tilt)

    return mpmath.invertlaplace(tilted, level, method="talbot", degree=24)


@lru_cache(maxsize=64)
def _function(jumps: Jumps, values: tuple[tuple[Symbol, Expr], ...], language: str) -> Any:
    given = jumps.transform().subs({symbol: sympy.nsimplify(value) for symbol, value in values})
    given = given if language == "mpmath" else given.evalf()
    return sympy.lambdify(frequency, given, language)


__all__ = ["envelope_at", "local_slope", "survival_at"]
