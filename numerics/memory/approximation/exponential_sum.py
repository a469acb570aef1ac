"""A sum of exponentials beside the kernel that it approximates, and the grid it is fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from longlag.numerics.memory.integrals import density, energy, l1_distance, l2_distance, mass
from longlag.theory.errors import LonglagError
from longlag.theory.memory import Kernel, Mixture
from longlag.theory.scalar.parameters import require_count

Array = NDArray[np.float64]

#: Shares of the mass that lie before the first and beyond the last time of a grid.
_SHARE = 1e-6
#: Grids go on beyond both ends, so that units cannot cancel where they are seen and not elsewhere.
_BEYOND = 100
_QUANTILES, _DECADES_EACH = 64, 6
#: Panels are bisected until their masses agree to this share of the whole.
_AGREEMENT, _BISECTIONS = 1e-6, 8
#: Where residuals count no less: a share of the mass per unit of ln t.
_FLOOR = 1e-2
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(5)


@dataclass(frozen=True, eq=False)
class ExponentialSum:
    """Σ_i a_i e^{−w_i t} as an approximation of a kernel.

    Args:
        amplitudes: the a_i, shape (m,).
        rates: the w_i, shape (m,), ascending; complex ones, in conjugate pairs, only of methods
            that were asked for oscillations.
        l1_error: ∫|ρ − Σ| dt relative to ∫|ρ| dt, which bounds the error on bounded inputs.
        l2_error: (∫(ρ − Σ)² dt)^{1/2} relative to (∫ρ² dt)^{1/2}; nan where ∫ρ² dt diverges.
        method: how it was found.
    """

    amplitudes: NDArray[Any]
    rates: NDArray[Any]
    l1_error: float
    l2_error: float
    method: str

    @property
    def terms(self) -> int:
        """The number m of units."""
        return len(self.rates)

    @property
    def oscillates(self) -> bool:
        """Whether some of the units are conjugate pairs, which no diagonal real network has."""
        return bool(np.iscomplexobj(self.rates))

    @property
    def smallest_rate(self) -> float:
        """The slowest unit: what perturbation of the network makes it unstable."""
        return float(np.real(self.rates).min())

    @property
    def largest_amplitude(self) -> float:
        """max |a_i|: how much the units cancel."""
        return float(np.abs(self.amplitudes).max())

    def mixture(self) -> Mixture:
        """Return it as a symbolic mixture.

        Raises:
            LonglagError: for conjugate pairs.
        """
        if self.oscillates:
            raise LonglagError(
                f"the rates {self.rates.tolist()}",
                "a mixture has real exponentials",
                "approximate without oscillations",
            )
        return Mixture(tuple(self.amplitudes.tolist()), tuple(self.rates.tolist()))


def judged(kernel: Kernel, amplitudes: ArrayLike, rates: ArrayLike, method: str) -> ExponentialSum:
    """Return a sum of exponentials with its errors, its units from slow to fast.

    Args:
        kernel: with numbers for all parameters.
        amplitudes: the a_i, shape (m,).
        rates: the w_i, shape (m,).
        method: how they were found.

    Raises:
        LonglagError: a kernel that is not integrable, is zero, or rates that are not positive.
    """
    total = positive_mass(kernel)
    a, w = np.asarray(amplitudes), np.asarray(rates)
    order = np.lexsort((np.imag(w), np.real(w)))
    a, w = a[order], w[order]
    error = l1_distance(kernel, a, w) / total
    try:
        l2_error = l2_distance(kernel, a, w) / energy(kernel) ** 0.5
    except LonglagError:
        # ρ is integrable, ρ² need not be, near t = 0.
        l2_error = float("nan")
    return ExponentialSum(a, w, error, l2_error, method)


def positive_mass(kernel: Kernel) -> float:
    """Return the mass of a kernel, which errors are relative to.

    Raises:
        LonglagError: the kernel is zero, or not integrable.
    """
    total = mass(kernel)
    if total == 0:
        raise LonglagError(
            f"kernel {kernel.name!r}",
            "it is zero, and errors are relative to its mass",
            "give another kernel",
        )
    return total


def checked_terms(terms: int) -> int:
    """Return a number of units.

    Raises:
        LonglagError: not a positive integer.
    """
    return require_count("terms", terms, "a sum has one exponential or more", least=1)


class Grid(NamedTuple):
    """Times, weights of a quadrature over them, and the kernel there; each of shape (n,)."""

    times: Array
    weights: Array
    rho: Array

    def l1(self, amplitudes: Array, rates: Array) -> float:
        """Return ∫|ρ − Σ| dt on the grid: quick, for searches."""
        gap = self.rho - np.exp(-np.multiply.outer(self.times, rates)) @ amplitudes
        return float(np.abs(gap) @ self.weights)

    def fit_weights(self) -> Array:
        """Return square roots of weights with which squares of residuals count like their values.

        Residuals are expected in proportion to what is still to come of the kernel.
        """
        envelope = np.maximum.accumulate(np.abs(self.rho)[::-1])[::-1]
        floor = _FLOOR * float(np.abs(self.rho) @ self.weights) / self.times
        found: Array = np.sqrt(self.weights / np.maximum(envelope, floor))
        return found


@lru_cache(maxsize=64)
def grid(kernel: Kernel) -> Grid:
    """Return times at which sums are fitted to a kernel.

    Panels between quantiles of the mass, so that narrow bumps are seen, and geometric ones, so
    that no time scale is left out; a share of 1e−6 of the mass lies beyond either end.

    Args:
        kernel: with numbers for all parameters.

    Raises:
        LonglagError: a kernel that is not integrable or zero.
    """
    total = positive_mass(kernel)
    rho = density(kernel)
    fine = np.union1d(np.geomspace(1e-12, 1e58, 7000), np.arange(0.05, 200, 0.05))
    heights = np.abs(rho(fine))
    pieces = 0.5 * (heights[1:] + heights[:-1]) * np.diff(fine)
    share = np.concatenate([[0.0], np.cumsum(pieces)])
    share /= share[-1]
    first = float(fine[np.searchsorted(share, _SHARE)])
    # The other end by the mass that is left: a sum from the left would round it away.
    left = np.cumsum(pieces[::-1])[::-1] / np.sum(pieces)
    last = float(fine[np.searchsorted(-left, -_SHARE)])
    quantiles = np.interp(np.linspace(_SHARE, 1 - _SHARE, _QUANTILES + 1), share, fine)
    ends = first / _BEYOND, _BEYOND * last
    panels = np.geomspace(*ends, round(_DECADES_EACH * np.log10(ends[1] / ends[0])) + 1)
    edges = np.unique(np.concatenate([[0.0], quantiles, panels]))
    for _ in range(_BISECTIONS):
        middle = 0.5 * (edges[1:] + edges[:-1])
        whole = _panels(kernel, edges)[0]
        halves = _panels(kernel, np.sort(np.concatenate([edges, middle])))[0].reshape(-1, 2)
        bad = np.abs(halves.sum(1) - whole) > _AGREEMENT * total
        if not bad.any():
            break
        edges = np.sort(np.concatenate([edges, middle[bad]]))
    return _panels(kernel, edges)[1]


def _panels(kernel: Kernel, edges: Array) -> tuple[Array, Grid]:
    """The mass in every panel, and the grid of their nodes."""
    half = 0.5 * np.diff(edges)
    times = (0.5 * (edges[1:] + edges[:-1])[:, None] + half[:, None] * _NODES).ravel()
    weights = (half[:, None] * _WEIGHTS).ravel()
    heights = density(kernel)(times)
    masses = (np.abs(heights) * weights).reshape(-1, len(_NODES)).sum(1)
    return masses, Grid(times, weights, heights)
