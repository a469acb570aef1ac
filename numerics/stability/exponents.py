"""Mean-field exponents of sampled networks: of unequal neurons, of one matrix, of plain cells."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm
from sympy import lambdify, symbols

from longlag.numerics.stability.factors import Reals
from longlag.theory.stability.exponents import fresh_exponent

#: Points across a disc, quantiles for a Gaussian mean, iterations of a fixed point.
_ACROSS, _NODES, _MOST, _CLOSE = 600, 2000, 10_000, 1e-12


def shares(count: int) -> Reals:
    """Return x = (i − ½)/H for the exponents i = 1 … H.

    Args:
        count: H.
    """
    return (np.arange(count) + 0.5) / count


def fresh_exponents(kept: float, crossed: float, count: int) -> Reals:
    """Return the H exponents of D + σW with fresh weights; see ``fresh_exponent``.

    Args:
        kept: D.
        crossed: σ.
        count: H.
    """
    return _generated()(kept, crossed, shares(count))


@lru_cache(maxsize=1)
def _generated() -> Callable[..., Reals]:
    letters = symbols("D sigma x", nonnegative=True)
    function: Callable[..., Reals] = lambdify(letters, fresh_exponent(*letters), "numpy")
    return function


def tied_exponents(kept: float, crossed: float, count: int) -> Reals:
    """Return the H exponents of D + σW with one matrix: logarithms of moduli on a disc.

    Its eigenvalues are uniform on the disc of radius σ around D (Girko's circular law).

    Args:
        kept: D.
        crossed: σ.
        count: H.
    """
    line = np.linspace(-1, 1, _ACROSS)
    points = line[:, None] + 1j * line
    moduli = np.abs(kept + crossed * points[np.abs(points) < 1])
    found: Reals = np.log(np.quantile(moduli, 1 - shares(count)))
    return found


def crossed_exponents(factors: Reals, gain: float, count: int) -> Reals:
    """Return the H exponents of diag(b) W with unequal b: λ(x) = ½ ln(g² x/s), x = ⟨sb²/(1 + sb²)⟩.

    What is left of the image b w outside of those of k = xH others is g² ⟨b²/(1 + s b²)⟩ = g² x/s.
    Derived here as ``fresh_exponent``; of equal b it is the triangle law.

    Args:
        factors: b, any shape; its mean is over all.
        gain: g.
        count: H.
    """
    squares = factors.ravel() ** 2

    def left(logarithm: float, share: float) -> float:
        taken = np.exp(logarithm) * squares
        return float((taken / (1 + taken)).mean()) - share

    found = []
    for share in shares(count):
        logarithm = brentq(left, -60, 200, args=(float(share),))
        found.append(0.5 * (2 * np.log(gain) + np.log(share) - logarithm))
    return np.array(found)


def plain_factors(gain: float) -> Reals:
    """Return b = 1 − tanh² of a chaotic plain network without input, at quantiles.

    Its pre-activations are normal with q = g² E tanh²(√q z). Source: Sompolinsky, Crisanti, Sommers
    1988, in discrete time.

    Args:
        gain: g > 1.
    """
    z = norm.ppf((np.arange(_NODES) + 0.5) / _NODES)
    variance = gain**2
    for _ in range(_MOST):
        further = gain**2 * float((np.tanh(np.sqrt(variance) * z) ** 2).mean())
        if abs(further - variance) < _CLOSE * variance:
            break
        variance = further
    return np.asarray(1 - np.tanh(np.sqrt(variance) * z) ** 2)


__all__ = ["crossed_exponents", "fresh_exponents", "plain_factors", "shares", "tied_exponents"]
