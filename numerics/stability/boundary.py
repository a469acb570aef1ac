"""The boundary of the spectrum of a large random Jacobian: ρ(G(λ)) = 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from longlag.numerics.stability.factors import Factors, Reals

#: Radii that are looked at from outside in, of a factor between neighbours.
_FACTOR = 1.02


def growth(factors: Factors, gains: Reals, at: complex) -> Reals:
    """Return G(λ), G_kl = g_k² mean_q |m + c (λ−D)^{−1} b|²_kl, shape (K, K).

    Args:
        factors: of a network.
        gains: g, shape (K,).
        at: λ, outside of the spectrum of D.
    """
    shifted = at * np.eye(factors.states) - factors.local
    response = factors.nested + factors.before @ np.linalg.solve(shifted, factors.after)
    found: Reals = gains[:, None] ** 2 * (np.abs(response) ** 2).mean(0)
    return found


def growth_radius(factors: Factors, gains: Reals, at: complex) -> float:
    """Return ρ(G(λ)): above 1 inside of the spectrum, below 1 outside.

    Args:
        factors, gains, at: as for ``growth``.
    """
    if not factors.maps:
        return 0.0
    return float(np.abs(np.linalg.eigvals(growth(factors, gains, at))).max())


def growth_trace(factors: Factors, gains: Reals, at: complex) -> float:
    """Return tr G(λ), which is ρ(G(λ)) for one map or where all c or all b agree.

    Args:
        factors, gains, at: as for ``growth``.
    """
    return float(np.trace(growth(factors, gains, at)))


def local_radius(factors: Factors) -> float:
    """Return the largest |eigenvalue| of the local parts D_q."""
    return float(np.abs(np.linalg.eigvals(factors.local)).max())


def boundary_radius(
    factors: Factors, gains: Reals, *, angles: int = 13, by_trace: bool = False
) -> float:
    """Return the largest |λ| on the boundary or in the spectrum of D: the spectral radius of J.

    Args:
        factors, gains: as for ``growth``.
        angles: directions in the closed upper half plane that are searched; 0 and π are among them.
        by_trace: with tr G(λ) in the place of its spectral radius.
    """
    measure = growth_trace if by_trace else growth_radius
    inner = local_radius(factors)
    if not factors.maps:
        return inner
    # At the spectrum of D itself G has no value.
    start = found = max(inner, 1e-9) * (1 + 1e-9)
    for direction in np.exp(1j * np.linspace(0, np.pi, angles)):

        def above(radius: float, turn: complex = direction) -> float:
            return measure(factors, gains, radius * turn) - 1

        found = _outermost(above, found)
    return inner if found == start else found


def _outermost(above: Callable[[float], float], low: float) -> float:
    """The largest zero of a function that is negative far out, not below ``low``."""
    high = max(1.0, low)
    while above(high) > 0:
        high *= 2
    while high > low:
        inside = max(high / _FACTOR, low)
        if above(inside) > 0:
            return float(brentq(above, inside, high))
        high = inside
    return low


def spectrum_of(factors: Factors, gains: Reals, seed: int) -> NDArray[np.complex128]:
    """Return the eigenvalues of J with drawn weights, shape (H S,).

    Args:
        factors, gains: as for ``growth``.
        seed: of the draw.
    """
    generator = np.random.default_rng(seed)
    return np.linalg.eigvals(factors.jacobian(factors.draw(generator, gains))).astype(complex)


def largest_moduli(factors: Factors, gains: Reals, seed: int, draws: int) -> Reals:
    """Return the largest |eigenvalue| of J in each of some draws, shape (draws,).

    Args:
        factors, gains: as for ``growth``.
        seed: of all draws.
        draws: how many.
    """
    seeds = np.random.SeedSequence(seed).generate_state(draws)
    return np.array([np.abs(spectrum_of(factors, gains, int(each))).max() for each in seeds])


__all__ = [
    "boundary_radius",
    "growth",
    "growth_radius",
    "growth_trace",
    "largest_moduli",
    "local_radius",
    "spectrum_of",
]
