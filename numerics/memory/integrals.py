"""Integrals of a memory kernel over all time: its mass, its energy, its distance to exponentials.

Gauss–Legendre panels, geometric in t and never wider than the features expected at early times,
split where the integrand changes its sign and bisected until two levels agree. Beyond the last
panel, and before the first, the integrand is continued by its power law: ∫_T^∞ f = T f(T)/(p − 1)
with p = −d ln f/d ln t. Derived here. A tail that oscillates on and on is averaged instead, see
``oscillation``.

Possible issues: a feature later than t = 64 and much narrower than 1/4, or later than t = 2048 and
much narrower than its own time, lies between the nodes and is not seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from longlag.numerics.memory.crossings import crossings
from longlag.numerics.memory.density import FIRST, LAST, Array, Integrand, density
from longlag.numerics.memory.oscillation import Tail, cutoff, fitted_tail, slow_oscillation
from longlag.theory.errors import LonglagError
from longlag.theory.memory.kernel import Kernel
from longlag.theory.scalar.budget import OutOfTimeError, within

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(15)
#: A unit of this rate is gone by then.
SLOWEST = 800 / LAST
#: (until, widest panel): beyond, panels grow with t.
_WIDTHS = ((64.0, 0.25), (2048.0, 1.0))
_RATIO = 2.0
_TOLERANCE = 1e-12
_MOST_PANELS, _LEVELS = 200_000, 60
#: A tail that is this small beside the rest needs no power law.
_NEGLIGIBLE = 1e-13
#: Of a value, relative to the whole kernel.
_ROUNDING = 1e-14
#: A tail that oscillates is cut off so much beyond where it is seen to.
_FURTHER = 2
#: What an integral may take, in seconds of processor time.
_SECONDS = 8
#: Local powers at two late times agree to this, or the tail is no power law.
_SAME_POWER = 1e-6


def mass(kernel: Kernel) -> float:
    """Return ∫₀^∞ |ρ(t)| dt, the norm of the functional on bounded inputs.

    Args:
        kernel: with numbers for all parameters.

    Raises:
        LonglagError: a kernel with parameters left, or one that is not integrable.

    >>> from longlag.theory.memory import KERNELS
    >>> round(mass(KERNELS["polynomial"].at({"c": 1, "tau": 1, "omega": 0.125})), 9)
    8.0
    """
    return _in_time(_mass, kernel)


def energy(kernel: Kernel) -> float:
    """Return ∫₀^∞ ρ(t)² dt, the variance of the functional on white noise.

    Args:
        kernel: with numbers for all parameters.

    Raises:
        LonglagError: a kernel with parameters left, or one whose square is not integrable.

    >>> from longlag.theory.memory import KERNELS
    >>> round(energy(KERNELS["exponential"].at({"a": 3, "b": 2})), 9)
    2.25
    """
    return _in_time(_energy, kernel)


def l1_distance(kernel: Kernel, amplitudes: ArrayLike, rates: ArrayLike) -> float:
    """Return ∫₀^∞ |ρ(t) − Σ_i a_i e^{−w_i t}| dt.

    It is the largest error of the network on inputs bounded by 1. Of complex units the real part
    of the sum is taken.

    Args:
        kernel: with numbers for all parameters.
        amplitudes: the a_i, shape (m,).
        rates: the w_i, shape (m,), with positive real parts.

    Raises:
        LonglagError: rates that are not positive, shapes that differ, a kernel not integrable.

    >>> from longlag.theory.memory import KERNELS
    >>> kernel = KERNELS["exponential"].at({"a": 1, "b": 2})
    >>> round(l1_distance(kernel, [1.0], [4.0]), 9)
    0.25
    """
    gap = difference(kernel, amplitudes, rates)
    noise = _ROUNDING * (mass(kernel) + _sizes(amplitudes, rates))
    return integral(
        lambda t: np.abs(gap(t)), gap, f"kernel {kernel.name!r}", tolerance=1e-6, noise=noise
    )


def l2_distance(kernel: Kernel, amplitudes: ArrayLike, rates: ArrayLike) -> float:
    """Return (∫₀^∞ (ρ(t) − Σ_i a_i e^{−w_i t})² dt)^{1/2}, the root of the training objective.

    Args:
        kernel: with numbers for all parameters.
        amplitudes: the a_i, shape (m,).
        rates: the w_i, shape (m,), with positive real parts.

    Raises:
        LonglagError: as for ``l1_distance``.
    """
    gap = difference(kernel, amplitudes, rates)
    what, noise = (
        f"the square of kernel {kernel.name!r}",
        (_ROUNDING**2 * (energy(kernel) + _sizes(amplitudes, rates) ** 2)),
    )
    return math.sqrt(integral(lambda t: gap(t) ** 2, None, what, noise=noise))


def difference(kernel: Kernel, amplitudes: ArrayLike, rates: ArrayLike) -> Integrand:
    """Return ρ(t) − Σ_i a_i e^{−w_i t} as a function of an array of times.

    Raises:
        LonglagError: rates that are not positive, or shapes that differ.
    """
    rho = density(kernel)
    a, w = np.atleast_1d(np.asarray(amplitudes)), np.atleast_1d(np.asarray(rates))
    if a.shape != w.shape or a.ndim != 1:
        raise LonglagError(
            f"amplitudes of shape {a.shape} and rates of shape {w.shape}",
            "every unit has one of each",
            "give two series of the same length",
        )
    if not (np.all(np.real(w) > 0) and np.all(np.isfinite(w)) and np.all(np.isfinite(a))):
        raise LonglagError(
            f"rates {w.tolist()}",
            "a sum of exponentials is integrable if it is finite and every "
            "rate has a positive real part",
            "remove the other units",
        )
    if np.real(w).min() < SLOWEST:
        raise LonglagError(
            f"rate {np.real(w).min():.3g}",
            f"times are followed up to {LAST:.0e}, when slower units are still there",
            f"give rates of at least {SLOWEST:.0e}",
        )

    def gap(t: Array) -> Array:
        with np.errstate(over="ignore"):
            units = np.exp(-np.multiply.outer(t, w))
        if np.iscomplexobj(units):
            # Where nothing is left, ∞ times a phase is no number.
            units = np.where(np.multiply.outer(t, np.real(w)) < 700, units, 0)
        return rho(t) - np.real(units @ a)

    return gap


def integral(
    integrand: Integrand,
    signed: Integrand | None,
    what: str,
    *,
    tolerance: float = _TOLERANCE,
    noise: float = 0.0,
) -> float:
    """Return ∫₀^∞ f(t) dt of a function that is not negative, or say that it does not converge.

    Args:
        integrand: f.
        signed: a function whose sign changes are the kinks of f; None if f is smooth.
        what: is called not integrable, in messages.
        tolerance: what two levels of panels may differ by, relative to the integral.
        noise: what a panel may be off by in any case, where f is a difference of rounded values.

    Raises:
        LonglagError: an integral that diverges, or panels that do not settle.
    """
    late = slow_oscillation(integrand)
    tail = None
    if late is not None:
        tail = oscillating_tail(integrand, signed, what, late, tolerance, noise)
    if tail is not None:
        return tail.total
    try:
        ends = sum(_power_law(integrand, at, s, what, noise) for at, s in ((FIRST, 1), (LAST, -1)))
        edges = _edges()
        if signed is not None:
            edges = np.union1d(edges, _kinks(signed, edges))
        return ends + _over_panels(integrand, what, edges, ends, tolerance, noise)
    except LonglagError:
        if late is None:
            raise
    raise LonglagError(
        what,
        f"its integral does not converge, as far as can be told: beyond t = {late:g} it "
        "oscillates, and its average does not fall like a power above 1",
        "give a kernel that decays faster",
    )


def oscillating_tail(
    integrand: Integrand,
    signed: Integrand | None,
    what: str,
    late: float,
    tolerance: float = _TOLERANCE,
    noise: float = 0.0,
) -> Tail | None:
    """Return the integral of a function whose tail oscillates, and the average of that tail.

    Args:
        integrand: f.
        signed: as for ``integral``.
        what: is called not integrable, in messages.
        late: what ``slow_oscillation`` found.
        tolerance: as for ``integral``.
        noise: as for ``integral``.

    Returns:
        None where its average does not fall like a power above 1.
    """
    start = _power_law(integrand, FIRST, 1, what, noise)
    late *= _FURTHER
    edges = np.append(_edges()[_edges() < 2 * late], 2 * late)
    if signed is not None:
        edges = np.union1d(edges, _kinks(signed, edges))

    def cut_off(places: Array) -> Array:
        # The cutoffs vary more slowly than f, so that what resolves f resolves their product.
        return start + _over_panels(
            integrand,
            what,
            edges,
            start,
            tolerance,
            noise,
            factors=lambda t: cutoff(t / places[:, None]),
        )

    return fitted_tail(cut_off, late)


def _over_panels(
    integrand: Integrand,
    what: str,
    edges: Array,
    known: float,
    tolerance: float,
    noise: float,
    factors: Callable[[Array], Array] = np.ones_like,
) -> Any:
    """The integral from the first to the last edge, beside what is known of the rest.

    With factors of the integrand, an array with as many rows, the integrals with each of them.
    """
    low, high = edges[:-1], edges[1:]
    coarse = _panels(integrand, low, high)
    total: Any = 0.0
    evaluated = 0
    scale = abs(known) + float(np.sum(np.abs(coarse)))
    if not np.isfinite(scale):
        raise _diverges(what, "it grows without bound")
    for _ in range(_LEVELS):
        evaluated += len(low)
        if evaluated > _MOST_PANELS:
            break
        middle = 0.5 * (low + high)
        left, right = _panels(integrand, low, middle), _panels(integrand, middle, high)
        fine = left + right
        # A thousandth of the tolerance each; most panels are far below.
        settled = np.abs(fine - coarse) <= max(1e-3 * tolerance * scale, noise)
        if factors is np.ones_like:
            total += float(np.sum(fine[settled]))
        else:
            total = total + _weighted(integrand, factors, low[settled], high[settled])
        if settled.all():
            return total
        open_ = ~settled
        low, high = (
            np.concatenate([low[open_], middle[open_]]),
            np.concatenate([middle[open_], high[open_]]),
        )
        coarse = np.concatenate([left[open_], right[open_]])
    raise LonglagError(
        what,
        "its integral does not settle: it oscillates or is singular beyond what panels resolve",
        "give a kernel that is smooth and in the end monotone",
    )


def _in_time(measure: Callable[[Kernel], float], kernel: Kernel) -> float:
    """A number of a kernel, unless its values take too long to find."""
    try:
        return within(_SECONDS, measure, kernel)
    except OutOfTimeError as error:
        raise LonglagError(
            f"kernel {kernel.name!r}",
            f"its integral does not settle: {error}",
            "write it in simpler functions, without poles and differences that cancel",
        ) from None


@lru_cache(maxsize=256)
def _mass(kernel: Kernel) -> float:
    rho = density(kernel)
    return integral(lambda t: np.abs(rho(t)), rho, f"kernel {kernel.name!r}")


@lru_cache(maxsize=256)
def _energy(kernel: Kernel) -> float:
    rho = density(kernel)
    return integral(lambda t: rho(t) ** 2, None, f"the square of kernel {kernel.name!r}")


def _sizes(amplitudes: ArrayLike, rates: ArrayLike) -> float:
    """The sum of the masses of all units: what cancels between them is rounded."""
    return float(np.sum(np.abs(amplitudes) / np.real(rates)))


@lru_cache(maxsize=1)
def _edges() -> Array:
    """Edges of panels from the first to the last time."""
    count = round(np.log(LAST / FIRST) / np.log(_RATIO))
    pieces = [np.geomspace(FIRST, LAST, count + 1)]
    start = 0.0
    for until, width in _WIDTHS:
        pieces.append(np.arange(start + width, until + width / 2, width))
        start = until
    return np.unique(np.concatenate(pieces))


def _panels(integrand: Integrand, low: Array, high: Array) -> Array:
    """The integral over every panel."""
    half = 0.5 * (high - low)
    nodes = 0.5 * (high + low)[:, None] + half[:, None] * _NODES
    values = integrand(nodes.ravel()).reshape(nodes.shape)
    result: Array = half * (values @ _WEIGHTS)
    return result


def _weighted(
    integrand: Integrand, factors: Callable[[Array], Array], low: Array, high: Array
) -> Array:
    """The integrals with every factor over the halves of all panels together."""
    middle = 0.5 * (low + high)
    left, right = np.concatenate([low, middle]), np.concatenate([middle, high])
    half = 0.5 * (right - left)
    nodes = (0.5 * (right + left)[:, None] + half[:, None] * _NODES).ravel()
    shares = integrand(nodes) * (half[:, None] * _WEIGHTS).ravel()
    result: Array = factors(nodes) @ shares
    return result


def _kinks(signed: Integrand, edges: Array) -> Array:
    """Where a function that is sampled within panels changes its sign."""
    steps = np.diff(edges)[:, None] * np.linspace(0, 1, 9)[:-1]
    return crossings(signed, (edges[:-1, None] + steps).ravel())


def _power_law(integrand: Integrand, at: float, side: int, what: str, noise: float) -> float:
    """The integral from 0 to a first time (side 1), or from a last one on (side −1)."""
    times = at * np.array([0.25, 0.5, 1.0]) ** side
    values = integrand(times)
    if not np.isfinite(values).all():
        raise _diverges(what, "it is not bounded")
    if values[-1] * at <= noise or values.min() <= 0:
        return 0.0
    powers = np.diff(np.log(values)) / np.diff(np.log(times))
    power = float(powers[-1])
    if side * (power + 1) <= _SAME_POWER:
        where = "0" if side > 0 else "infinity"
        raise _diverges(what, f"towards {where} it behaves like t^{power:.4g}")
    if abs(powers[0] - power) > _SAME_POWER and values[-1] * at > _NEGLIGIBLE:
        raise LonglagError(
            what,
            f"at t = {at:.0e} it is {values[-1]:.2g} and no power law, so that the rest of "
            "its integral is unknown",
            "give a kernel that decays like a power or faster",
        )
    return float(values[-1] * at / abs(power + 1))


def _diverges(what: str, why: str) -> LonglagError:
    return LonglagError(
        what, f"its integral does not converge: {why}", "give a kernel that is integrable over t>0"
    )


__all__ = [
    "SLOWEST",
    "density",
    "difference",
    "energy",
    "integral",
    "l1_distance",
    "l2_distance",
    "mass",
    "oscillating_tail",
]
