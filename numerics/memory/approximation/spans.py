"""Exponential sums with log-spaced rates, between the two rates that serve a kernel best.

Two numbers are searched, whatever the number of terms, and the amplitudes between solve a convex
problem. So the sum is nearly the best that there is where rates come together, as for a kernel with
sign changes or a narrow bump, and elsewhere it is a place from which all rates can be refined.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from longlag.numerics.memory.approximation.exponential_sum import (
    ExponentialSum,
    Grid,
    checked_terms,
    grid,
    judged,
)
from longlag.numerics.memory.approximation.refine import (
    fit,
    log_spaced,
    rate_limits,
    search,
    time_scales,
)
from longlag.numerics.memory.integrals import mass
from longlag.theory.memory import Kernel

Array = NDArray[np.float64]
Span = tuple[float, float]

#: Ends on a logarithmic grid, the least ratio of the two, and rounds of reweighting for a look.
_ENDS, _NARROWEST, _LOOKS = 9, 1.2, 3
#: From how many spans the ends are moved, how often, and how many spans are refined.
_STARTS, _MOVES, _REFINED = 3, 40, 2
#: The masses of all units together, relative to that of the kernel, from which on they cancel.
_CANCELLING = 1e6


def best_log_spaced(kernel: Kernel, terms: int) -> ExponentialSum:
    """Return the sum with log-spaced rates whose ends have been searched.

    Args:
        kernel: with numbers for all parameters.
        terms: the number m of exponentials.

    Raises:
        LonglagError: a kernel that is not integrable or zero.

    >>> from longlag.theory.memory import KERNELS
    >>> best_log_spaced(KERNELS["airy"], 12).l1_error < 0.005
    True
    """
    nodes = grid(kernel)

    def error(point: Array) -> float:
        return fit(nodes, _logs(nodes, point, terms), _LOOKS)[1]

    found = []
    for low, high in np.log(spans(kernel, terms)[:_STARTS]):
        start = np.array([low, high - low])
        steps = start + np.array([[0, 0], [0.2, 0], [0, 0.2]])
        found.append(
            minimize(
                error,
                start,
                method="Nelder-Mead",
                options={"initial_simplex": steps, "maxfev": _MOVES, "xatol": 1e-3, "fatol": 1e-12},
            )
        )
    rates = np.exp(_logs(nodes, min(found, key=lambda one: one.fun).x, terms))
    return log_spaced(kernel, terms, span=(float(rates[0]), float(rates[-1])))


def refined_log_spaced(kernel: Kernel, terms: int) -> ExponentialSum:
    """Return the best of log-spaced sums and what refining finds from them.

    Where units cancel, rates come together and a search gains nothing, so that none is made.

    Args:
        kernel: with numbers for all parameters.
        terms: the number m of exponentials.

    Raises:
        LonglagError: a kernel that is not integrable or zero.
    """
    start = best_log_spaced(kernel, terms)
    if np.sum(np.abs(start.amplitudes) / start.rates) > _CANCELLING * mass(kernel):
        return start
    nodes = grid(kernel)
    starts = [np.log(np.geomspace(*span, terms)) for span in spans(kernel, terms)[:_REFINED]]
    logs = min((search(nodes, one) for one in starts), key=lambda one: fit(nodes, one)[1])
    found = judged(kernel, fit(nodes, logs)[0], np.exp(logs), f"{start.method}, refined")
    return min(start, found, key=lambda one: one.l1_error)


@lru_cache(maxsize=256)
def spans(kernel: Kernel, terms: int) -> tuple[Span, ...]:
    """Return smallest and largest rates, those with the smallest error first.

    Args:
        kernel: with numbers for all parameters.
        terms: the number m of exponentials that lie between.
    """
    checked_terms(terms)
    nodes = grid(kernel)
    slow, fast = time_scales(nodes)
    # Rates that come together form t^k e^{−wt}, which peaks late for fast rates: at k/w.
    ends = np.geomspace(slow, max(fast, 2 * (terms + 1) * slow), _ENDS)
    pairs = [(low, high) for i, low in enumerate(ends) for high in ends[i:]]
    points = [np.array([np.log(low), np.log(high / low)]) for low, high in pairs]
    points.sort(key=lambda point: fit(nodes, _logs(nodes, point, terms), _LOOKS)[1])
    rates = (np.exp(_logs(nodes, point, terms)) for point in points)
    return tuple((float(found[0]), float(found[-1])) for found in rates)


def _logs(nodes: Grid, point: Array, terms: int) -> Array:
    """Logarithms of log-spaced rates, from the logarithm of the first and of the ratio of both."""
    low, width = point[0], max(float(np.abs(point[1])), np.log(_NARROWEST))
    logs = low + width * (np.linspace(0, 1, terms) if terms > 1 else np.array([0.5]))
    return np.clip(logs, *rate_limits(nodes))
