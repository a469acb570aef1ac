"""How far a mixture of exponentials moves when what was learnt, θ, moves by at most a radius.

The L¹ distance of two mixtures is computed without quadrature: between the roots of their
difference its integral is a difference of exponentials. An error in a root enters squared, since
the integrand vanishes there. The bound Σ |a_i|/w_i · |f(θ_i)/f(θ̃_i) − 1| follows from
∫|e^{−pt} − e^{−qt}| dt = |1/p − 1/q| and is attained by positive amplitudes, whose perturbations
to slower rates all add. Source: arXiv 2311.14495; attainment and distance are derived here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gamma, log

import numpy as np
from numpy.typing import NDArray

from longlag.numerics.codegen import generate_scalar
from longlag.numerics.memory.crossings import crossings
from longlag.theory.errors import LonglagError
from longlag.theory.memory import rate
from longlag.theory.memory.reparametrisation import Reparametrisation, theta

Array = NDArray[np.float64]

#: Times per e-fold at which signs are compared; a pair of closer roots would go unseen.
_PER_FOLD = 40
#: e^{−this} counts as 0.
_VANISHED = 40.0


@dataclass(frozen=True)
class Perturbation:
    """The relative L¹ error of a mixture whose parameters move by at most a radius.

    Args:
        radius: β, in the largest norm of θ̃ − θ.
        drawn: the largest error among random perturbations and the corners that slow and quicken
            all units.
        bound: the closed bound; ∞ where a rate can reach 0.
    """

    radius: float
    drawn: float
    bound: float


def exponential_norm(amplitudes: Array, rates: Array) -> float:
    """Return ∫₀^∞ |Σ a_i e^{−w_i t}| dt, from the roots of the sum.

    Args:
        amplitudes: a, shape (m,).
        rates: w > 0, shape (m,).

    >>> round(exponential_norm(np.array([1.0, -1.0]), np.array([0.5, 2.0])), 12)
    1.5
    """
    _check(amplitudes, rates)

    def slowed(times: Array) -> Array:
        # Relative to the slowest unit, so that late roots are seen.
        values: Array = np.exp(-np.outer(times, rates - rates.min())) @ amplitudes
        return values

    last = _VANISHED / rates.min()
    first = 1e-6 / rates.max()
    count = int(_PER_FOLD * log(last / first))
    times = np.concatenate([[0.0], np.geomspace(first, last, count)])
    edges = np.array([0.0, *crossings(slowed, times), np.inf])
    remaining = np.exp(-np.outer(edges, rates)) @ (amplitudes / rates)
    return float(np.abs(np.diff(remaining)).sum())


def perturbation(
    amplitudes: Array,
    rates: Array,
    reparametrisation: Reparametrisation,
    radius: float,
    *,
    draws: int,
    generator: np.random.Generator,
) -> Perturbation:
    """Return the relative L¹ error of a mixture under perturbations of what was learnt.

    Args:
        amplitudes: a, shape (m,).
        rates: w > 0, shape (m,), in the range of the map.
        reparametrisation: with a number for every parameter.
        radius: β ≥ 0.
        draws: how many random perturbations, drawn evenly from the cube |θ̃_i − θ_i| ≤ β.
        generator: of the perturbations.

    Raises:
        LonglagError: a negative radius, or rates that the map does not reach.
    """
    if not radius >= 0:
        raise LonglagError(f"radius {radius}", "a radius is not negative", "give beta >= 0")
    learnt = parameters_of(rates, reparametrisation)
    function = generate_scalar(reparametrisation.map, [theta])
    norm = exponential_norm(amplitudes, rates)
    ends = [np.full_like(learnt, sign * radius) for sign in (-1.0, 1.0)]
    # Where the map has its extremum inside the cube, at θ̃ = 0 for the maps that are even.
    inner = np.clip(-learnt, -radius, radius)
    ratios = [_ratio(function(learnt), function(learnt + shift)) for shift in (*ends, inner)]
    bound = float((np.abs(amplitudes) / rates) @ np.max(np.abs(np.array(ratios) - 1), axis=0))
    shifts = [*ends, *generator.uniform(-radius, radius, (draws, len(learnt)))]
    worst = max(_distance(amplitudes, rates, -function(learnt + shift)) for shift in shifts)
    return Perturbation(radius, worst / norm, bound / norm)


def parameters_of(rates: Array, reparametrisation: Reparametrisation) -> Array:
    """Return θ with f(θ) = −w.

    Raises:
        LonglagError: rates that the map does not reach, or a map with parameters.
    """
    if reparametrisation.domains:
        raise LonglagError(
            f"reparametrisation {reparametrisation.name!r} with "
            f"{list(map(str, reparametrisation.domains))}",
            "numbers need a map in numbers",
            "give them with .at({…})",
        )
    with np.errstate(all="ignore"):
        learnt = np.asarray(generate_scalar(reparametrisation.inverse, [rate])(rates))
    if not np.isfinite(learnt).all():
        unreached = float(rates[~np.isfinite(learnt)][0])
        raise LonglagError(
            f"rate {unreached:g}",
            f"the map {reparametrisation.map} does not reach it",
            "choose other parameters of the map, or slower rates",
        )
    return learnt


def polynomial_mixture(omega: float, count: int, *, longest: float) -> tuple[Array, Array]:
    """Return a mixture near (1 + t)^{−(1+ω)}: log-spaced nodes of its Laplace representation.

    (1+t)^{−(1+ω)} = ∫ s^ω e^{−s} e^{−st} ds/Γ(1+ω), by the rectangle rule in ln s. Amplitudes are
    positive.

    Args:
        omega: ω > 0.
        count: m, at least 2.
        longest: the time scale of the slowest unit.

    Raises:
        LonglagError: ω or the time not positive, or fewer than two units.
    """
    if not (omega > 0 and longest > 0 and count > 1):
        raise LonglagError(
            f"omega = {omega}, longest = {longest}, count = {count}",
            "the memory is integrable for omega > 0, and nodes are spaced between two",
            "give positive numbers and at least two units",
        )
    nodes = np.linspace(-log(longest), log(_VANISHED / 2), count)
    rates = np.exp(nodes)
    weights = (nodes[1] - nodes[0]) / gamma(1 + omega)
    return weights * rates ** (1 + omega) * np.exp(-rates), rates


def _distance(amplitudes: Array, rates: Array, moved: Array) -> float:
    if not (moved > 0).all():
        return float("inf")
    return exponential_norm(
        np.concatenate([amplitudes, -amplitudes]), np.concatenate([rates, moved])
    )


def _ratio(before: Array, after: Array) -> Array:
    """f/f̃, ∞ where a perturbed unit does not forget."""
    return np.where(after < 0, before / np.where(after < 0, after, 1.0), np.inf)


def _check(amplitudes: Sequence[float] | Array, rates: Array) -> None:
    if np.shape(amplitudes) != np.shape(rates) or np.ndim(rates) != 1 or not len(rates):
        raise LonglagError(
            f"amplitudes of shape {np.shape(amplitudes)} and rates of {np.shape(rates)}",
            "every unit has one of each",
            "give two arrays of shape (m,)",
        )
    if not (np.isfinite(rates).all() and (rates > 0).all()):
        raise LonglagError(
            f"rates from {float(np.min(rates)):g} to {float(np.max(rates)):g}",
            "a unit is integrable if its rate is positive",
            "give positive rates",
        )


__all__ = [
    "Perturbation",
    "exponential_norm",
    "parameters_of",
    "perturbation",
    "polynomial_mixture",
]
