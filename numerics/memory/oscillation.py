"""Integrals of functions whose tail oscillates and falls like a power, such as sin²t/t².

Nobody can follow the oscillation to the end. Cut off smoothly at R, it averages itself out faster
than any power of R; what the integral then lacks is the tail of the average, c t^{−p} and its
corrections, so that J(R) = J − b₀R^{1−p} − b₁R^{−p} − …, and J is found by a fit at several R.
Derived here.

Possible issues: the fit finds an average that falls like a power times a series in 1/t; another one
is refused, as is a frequency that changes on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.integrate import tanhsinh
from scipy.optimize import minimize_scalar

from longlag.numerics.memory.density import Array, Integrand

#: Cutoffs to begin with; so many turns are wanted between one and its double.
_CUTOFFS = tuple(8.0 * 4.0**power for power in range(10))
_FEWEST_TURNS, _MOST_TURNS = 300, 6000
_SAMPLES, _FEW_SAMPLES = 40_000, 200
#: A tail that falls further between a cutoff and its eightfold is no power of use.
_SLOWEST_FALL = 1e-10
#: Cutoffs of a fit lie between the largest and its eighth; it has so many powers
#: at most.
_FITTED, _POWERS = 17, 5
_LEAST_POWER, _LARGEST_POWER, _GRID, _VALLEYS = 1.02, 12.0, 240, 3
#: Relative to the integral: what is rounding, how well a fit must fit, what two fits may differ by.
_ROUNDING, _RESIDUAL, _AGREEMENT = 1e-12, 2e-11, 1e-7


@dataclass(frozen=True)
class Tail:
    """What lies beyond a cutoff on average: Σ_i c_i t^{−p−i}.

    Args:
        total: the integral, tail included.
        cutoff: R, where the average takes over.
        power: p.
        coefficients: the c_i, shape (n,).
    """

    total: float
    cutoff: float
    power: float
    coefficients: Array

    def average(self, t: Array) -> Array:
        """Return the average of the function at late times."""
        powers = self.power + np.arange(len(self.coefficients))
        result: Array = t[..., None] ** -powers @ self.coefficients
        return result


def cutoff(x: Array) -> Array:
    """Return 1 up to x = 1 and 0 from x = 2 on, smooth in between.

    >>> cutoff(np.array([0.5, 1.5, 3.0])).tolist()
    [1.0, 0.5, 0.0]
    """
    inside = np.clip(x - 1, 1e-9, 1 - 1e-9)
    with np.errstate(under="ignore"):
        falling, rising = np.exp(-1 / (1 - inside)), np.exp(-1 / inside)
    result: Array = np.where(x <= 1, 1.0, np.where(x >= 2, 0.0, falling / (falling + rising)))
    return result


def slow_oscillation(function: Integrand) -> float | None:
    """Return a time beyond which a function turns often and falls like a power; None if none.

    >>> slow_oscillation(lambda t: np.sin(t) ** 2 / t**2)
    512.0
    >>> slow_oscillation(lambda t: np.exp(-t) * np.sin(t) ** 2) is None
    True
    """
    for start in _CUTOFFS:
        # Of many turns a few samples see some.
        if _turns(function(np.linspace(start, 2 * start, _FEW_SAMPLES))) < _FEW_SAMPLES / 20:
            continue
        t = np.linspace(start, 2 * start, _SAMPLES)
        values = function(t)
        turns = _turns(values)
        if turns < _FEWEST_TURNS:
            continue
        far = function(8 * t[::100])
        slow = np.max(np.abs(far)) * 8 > _SLOWEST_FALL * np.max(np.abs(values))
        return start if slow and turns <= _MOST_TURNS else None
    return None


def _turns(values: Array) -> int:
    """How often a series changes between rising and falling; one that is infinite does not."""
    if not np.isfinite(values).all():
        return 0
    slopes = np.sign(np.diff(values))
    slopes = slopes[slopes != 0]
    return int(np.sum(slopes[1:] != slopes[:-1]))


def fitted_tail(integral: Callable[[Array], Array], largest: float) -> Tail | None:
    """Return the whole integral and the average tail from integrals cut off smoothly.

    Args:
        integral: takes cutoffs R, shape (n,), to ∫₀^∞ f(t) χ(t/R) dt at each of them.
        largest: the largest cutoff, beyond many turns of f.

    Returns:
        None where no power above 1 fits: the integral diverges, or its tail is another one.
    """
    places = np.geomspace(largest / 8, largest, _FITTED)
    values = integral(places)
    scale = float(np.max(np.abs(values)))
    if np.ptp(values) <= _ROUNDING * scale:
        return Tail(float(values[-1]), largest, 2.0, np.zeros(1))
    x = places / largest
    grid = np.geomspace(_LEAST_POWER, _LARGEST_POWER, _GRID)

    def fit(power: float, terms: int) -> tuple[float, Array]:
        matrix = np.concatenate([np.ones((len(x), 1)), -_powers(x, power, terms)], 1)
        found, *_ = np.linalg.lstsq(matrix, values, rcond=None)
        return float(np.max(np.abs(matrix @ found - values))), found

    def best(terms: int) -> tuple[float, float, Array]:
        residuals = np.array([fit(float(power), terms)[0] for power in grid])
        inner = residuals[1:-1]
        valleys = np.flatnonzero((inner <= residuals[:-2]) & (inner <= residuals[2:])) + 1
        powers = [
            float(
                minimize_scalar(
                    lambda p: fit(p, terms)[0],
                    bounds=(grid[at - 1], grid[at + 1]),
                    method="bounded",
                    options={"xatol": 1e-10},
                ).x
            )
            for at in valleys[np.argsort(residuals[valleys])][:_VALLEYS]
        ]
        power = min((*powers, float(grid[0])), key=lambda p: fit(p, terms)[0])
        return power, *fit(power, terms)

    for terms in range(1, _POWERS + 1):
        # As few as will do: with more of them another power fits as well.
        power, residual, found = best(terms)
        if residual > _RESIDUAL * scale:
            continue
        _, more = fit(power, terms + 1)
        if power < _LEAST_POWER * 1.01 or abs(found[0] - more[0]) > _AGREEMENT * abs(found[0]):
            return None
        shape = (power + np.arange(terms)).astype(np.float64)
        coefficients = found[1:] * largest ** (shape - 1) / _missing(shape)
        return Tail(float(found[0]), largest, power, coefficients)
    return None


def _powers(x: Array, power: float, terms: int) -> Array:
    result: Array = x[:, None] ** (1 - power - np.arange(terms))
    return result


def _missing(powers: Array) -> Array:
    """∫₀^∞ (1 − χ(x)) x^{−p} dx for every power p."""
    between = tanhsinh(lambda x, p: (1 - cutoff(x)) * x**-p, 1.0, 2.0, args=(powers,), rtol=1e-14)
    result: Array = between.integral + 2 ** (1 - powers) / (powers - 1)
    return result
