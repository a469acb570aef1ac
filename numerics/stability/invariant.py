r"""Boundaries of spectra of D + b U c where all directions are alike to the matrix U.

U is normal, and free of D, b and c for large H, as W − Wᵀ of independent normal entries is, or its
exponential. With p = b c, λ is an eigenvalue where 0 is one of (λ − D)/p − U: a sum of two free
normal parts. By the subordination of free sums r = R_U(y), y = ⟨p/(λ − D − r p)⟩, and λ lies
outside of the spectrum while f(y) ⟨|p/(λ − D − r p)|²⟩ < 1, f = 1/|y|² − 1/⟨1/|ω − u|²⟩ at
ω = r + 1/y. Derived here from the off-diagonal part of the quaternionic R-transform (Jarosz, Nowak
2006, math-ph/0402057). Independent entries have r = 0 and f = g²: then it is tr G(λ) = 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from longlag.numerics.stability.factors import Factors, Reals
from longlag.theory.errors import LonglagError

Complexes = NDArray[np.complex128]

#: Rays of each kind that are searched, and how far apart neighbouring points are, from outside in.
_RAYS, _FACTOR = 31, 1.03
_NEWTON, _HALVINGS, _CLOSE, _SMALL = 12, 14, 1e-9, 1e-3
#: Nodes for the mean over a spectrum on the circle.
_NODES = 128


class Passed(NamedTuple):
    """What a matrix makes of an unknown, by which the equation is solved.

    Args:
        mean: y.
        shift: r = R_U(y).
        spread: f.
    """

    mean: Complexes
    shift: Complexes
    spread: Reals


class Invariant(NamedTuple):
    """A random matrix to which all directions are alike.

    Args:
        passed: unknown ↦ y, r and f.
        start: y far out, where it is small ↦ the unknown.
        isotropy: E U_ij² H.
        trace: E U_ii.
    """

    passed: Callable[[Complexes], Passed]
    start: Callable[[Complexes], Complexes]
    isotropy: float
    trace: float


def antisymmetric(gain: float) -> Invariant:
    """Return W − Wᵀ: r = −2g² y and f = 2g², of an ellipse without width.

    Args:
        gain: g, entries of W have the variance g²/H.
    """
    variance = 2 * gain**2

    def passed(unknown: Complexes) -> Passed:
        return Passed(unknown, -variance * unknown, np.full(unknown.shape, variance))

    return Invariant(passed, lambda mean: mean, variance, 0.0)


def orthogonal(angles: Reals, weights: Reals) -> Invariant:
    """Return an orthogonal matrix V e^{iΘ} Vᵀ with Haar V, by the distribution of its angles.

    Args:
        angles: θ, symmetric around 0.
        weights: of them, with the sum 1.
    """
    points = np.exp(1j * angles)

    def passed(unknown: Complexes) -> Passed:
        outside = 1 / (unknown[:, None] - points)
        mean, squares = outside @ weights, (np.abs(outside) ** 2) @ weights
        return Passed(mean, unknown - 1 / mean, 1 / np.abs(mean) ** 2 - 1 / squares)

    trace = float(np.cos(angles) @ weights)
    return Invariant(passed, lambda mean: 1 / mean, 1.0, trace)


def haar() -> Invariant:
    """Return a Haar orthogonal matrix: angles that are uniform on the circle."""
    return orthogonal(2 * np.pi * np.arange(_NODES) / _NODES, np.full(_NODES, 1 / _NODES))


def exponential(gain: float) -> Invariant:
    """Return exp(A − Aᵀ): angles by Wigner's semicircle of radius 2√2 g, wrapped on the circle.

    Near a Haar matrix for large g only. The nodes are those of Gauss and Chebyshev.

    Args:
        gain: g, entries of A have the variance g²/H.
    """
    nodes = np.pi * np.arange(1, _NODES + 1) / (_NODES + 1)
    weights = 2 / (_NODES + 1) * np.sin(nodes) ** 2
    return orthogonal(2 * np.sqrt(2) * gain * np.cos(nodes), weights)


def invariant_radius(factors: Factors, matrix: Invariant) -> float:
    """Return the largest |λ| on the boundary of the spectrum of D + b U c.

    Args:
        factors: of one state and one map.
        matrix: U.

    Raises:
        LonglagError: several states or maps.
    """
    upright, radial = invariant_boundary(factors, matrix)
    return float(np.abs(np.concatenate([upright, radial])).max(initial=0.0))


def invariant_boundary(factors: Factors, matrix: Invariant) -> tuple[Complexes, Complexes]:
    """Return points on the upper boundary: above every D, and outermost in every direction from 0.

    Args:
        factors, matrix: as for ``invariant_radius``.

    Raises:
        LonglagError: several states or maps.
    """
    if factors.states != 1 or len(factors.maps) != 1:
        raise LonglagError(
            f"{factors.states} states and {len(factors.maps)} maps",
            "free parts are summed for one of each",
            "sample networks of it",
        )
    local = factors.local[:, 0, 0]
    crossed = factors.after[:, 0, 0] * factors.before[:, 0, 0]
    # Upright ones too: of W − Wᵀ with equal neurons the spectrum is a line, which no other meets.
    upright = np.linspace(local.min(), local.max(), _RAYS)
    radial = np.exp(1j * np.linspace(0, np.pi, _RAYS))
    rays = _Rays(
        np.concatenate([upright, np.zeros(_RAYS)]),
        np.concatenate([np.full(_RAYS, 1j), radial]),
        local,
        crossed,
        matrix,
    )
    found, entered = rays.entries()
    return found[:_RAYS][entered[:_RAYS]], found[_RAYS:][entered[_RAYS:]]


class _Rays(NamedTuple):
    """Points base + s · turn, along which the spectrum is searched from outside in."""

    base: Reals
    turn: Complexes
    local: Reals
    crossed: Reals
    matrix: Invariant

    def entries(self) -> tuple[Complexes, Any]:
        """Where each ray enters the spectrum, from outside in, and which do."""
        scale = np.abs(self.crossed).max() * np.sqrt(self.matrix.isotropy)
        far = 2 * (np.abs(self.local).max() + 2 * scale)
        unknown = self.matrix.start(self.crossed.mean() / (self.base + far * self.turn))
        low, high = np.zeros(len(self.base)), np.full(len(self.base), far)
        ways = np.arange(len(self.base))
        while far > _SMALL * scale and len(ways):
            further = far / _FACTOR
            value, found = self.value(ways, np.full(len(ways), further), unknown[ways])
            enters = value >= 1
            low[ways[enters]] = further
            ways = ways[~enters]
            high[ways], unknown[ways], far = further, found[~enters], further
        entered = np.flatnonzero(low)
        for _ in range(_HALVINGS):
            middle = (low[entered] + high[entered]) / 2
            inside = self.value(entered, middle, unknown[entered])[0] >= 1
            low[entered[inside]], high[entered[~inside]] = middle[inside], middle[~inside]
        return self.base + high * self.turn, low > 0

    def value(self, ways: Any, along: Reals, unknown: Complexes) -> tuple[Reals, Complexes]:
        """Return f ⟨|p/(λ−D−rp)|²⟩ on some rays at some places, and what solves it there."""
        apart = (self.base[ways] + along * self.turn[ways])[:, None] - self.local
        unknown, left = unknown.copy(), np.arange(len(ways))

        def gap(each: Complexes) -> Complexes:
            mean, shift, _ = self.matrix.passed(each)
            found: Complexes = mean - self._taken(apart[left], shift).mean(-1)
            return found

        # Inside of the spectrum Newton's steps lead nowhere, and need not.
        with np.errstate(all="ignore"):
            for _ in range(_NEWTON):
                here, step = gap(unknown[left]), 1e-7 * unknown[left]
                change = here * step / (gap(unknown[left] + step) - here)
                unknown[left] -= change
                left = left[~(np.abs(change) < _CLOSE * np.abs(unknown[left]))]
                if not len(left):
                    break
            _, shift, spread = self.matrix.passed(unknown)
            value = spread * (np.abs(self._taken(apart, shift)) ** 2).mean(-1)
        value[left] = np.inf
        return np.where(np.isfinite(value), value, np.inf), unknown

    def _taken(self, apart: Complexes, shift: Complexes) -> Complexes:
        found: Complexes = self.crossed / (apart - shift[:, None] * self.crossed)
        return found


__all__ = [
    "Invariant",
    "antisymmetric",
    "exponential",
    "haar",
    "invariant_boundary",
    "invariant_radius",
    "orthogonal",
]
