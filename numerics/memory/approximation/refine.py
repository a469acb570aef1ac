"""Exponential sums refined by nonlinear least squares.

Variable projection: for given rates the amplitudes solve a linear problem, so only the logarithms
of the rates are searched (Golub and Pereyra; Kaufman's Jacobian). The weights are those of a
weighted L² norm first, then reweighted by the residuals of the last round, which leads to L¹.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from longlag.numerics.memory.approximation.exponential_sum import (
    ExponentialSum,
    Grid,
    checked_terms,
    grid,
    judged,
)
from longlag.theory.errors import LonglagError
from longlag.theory.memory import Kernel

Array = NDArray[np.float64]

_ROUNDS, _EVALUATIONS = 8, 20
#: Columns this close to dependent are left out of the linear problem.
_RANK = 1e-12


def log_spaced(kernel: Kernel, terms: int) -> ExponentialSum:
    """Return the sum with log-spaced rates over the time scales of a kernel, amplitudes fitted.

    It applies to every integrable kernel and is where ``refine`` can start.

    Args:
        kernel: with numbers for all parameters.
        terms: the number m of exponentials.

    Raises:
        LonglagError: a kernel that is not integrable or zero.
    """
    checked_terms(terms)
    nodes = grid(kernel)
    share = np.cumsum(np.abs(nodes.rho) * nodes.weights)
    early, late = (float(np.interp(p * share[-1], share, nodes.times)) for p in (0.05, 0.995))
    rates = np.geomspace(1 / late, max(1 / early, 4 / late), terms)
    if terms == 1:
        rates = np.array([np.abs(nodes.rho).max() / share[-1]])
    amplitudes, _ = _project(nodes, nodes.fit_weights(), np.log(rates))
    return judged(kernel, amplitudes, rates, "log-spaced rates")


def refine(kernel: Kernel, start: ExponentialSum) -> ExponentialSum:
    """Return a sum with as many terms whose relative L¹ error is not larger.

    Args:
        kernel: with numbers for all parameters.
        start: a sum with real rates.

    Raises:
        LonglagError: a sum that oscillates, or a kernel that is not integrable.

    >>> from longlag.theory.memory import KERNELS
    >>> kernel = KERNELS["polynomial"].at({"c": 1, "tau": 1, "omega": 1})
    >>> refine(kernel, log_spaced(kernel, 6)).l1_error < 0.008
    True
    """
    if start.oscillates:
        raise LonglagError(
            f"rates {start.rates.tolist()}", "only logarithms of real rates are searched",
            "start from a sum without oscillations",
        )  # fmt: skip
    nodes = grid(kernel)
    low, high = np.log(5 / nodes.times[-1]), np.log(1e2 / nodes.times[0])
    logs = np.clip(np.log(start.rates), low + 1e-9, high - 1e-9)
    weights = nodes.fit_weights()
    best_error, best = np.inf, (start.amplitudes, start.rates)
    for _ in range(_ROUNDS):
        logs = _fit(nodes, weights, logs, (low, high))
        amplitudes, residual = _project(nodes, weights, logs)
        error = float(np.abs(residual) @ nodes.weights)
        if error < best_error:
            best_error, best = error, (amplitudes, np.exp(logs))
        size = np.abs(residual)
        # Small residuals would otherwise count without bound.
        floor = 0.1 * float(np.mean(size * nodes.times)) / nodes.times
        weights = np.sqrt(nodes.weights / (size + floor))
    found = judged(kernel, *best, f"{start.method}, refined")
    return found if found.l1_error < start.l1_error else start


def _columns(nodes: Grid, weights: Array, logs: Array) -> tuple[Array, Array]:
    """Weighted exponentials, shape (n, m), each scaled to norm 1, and their norms."""
    columns = weights[:, None] * np.exp(-np.multiply.outer(nodes.times, np.exp(logs)))
    norms = np.linalg.norm(columns, axis=0)
    norms[norms == 0] = 1.0
    return columns / norms, norms


def _project(nodes: Grid, weights: Array, logs: Array) -> tuple[Array, Array]:
    """The best amplitudes for given rates, and ρ − Σ at the nodes."""
    columns, norms = _columns(nodes, weights, logs)
    amplitudes = np.linalg.lstsq(columns, weights * nodes.rho, rcond=_RANK)[0]
    residual = nodes.rho - (columns @ amplitudes) / weights
    return amplitudes / norms, residual


def _fit(nodes: Grid, weights: Array, logs: Array, ends: tuple[float, float]) -> Array:
    """The rates of the weighted least squares problem, as logarithms."""

    def residuals(logs: Array) -> Array:
        found: Array = weights * _project(nodes, weights, logs)[1]
        return found

    def jacobian(logs: Array) -> Array:
        columns, _ = _columns(nodes, weights, logs)
        basis, triangle = np.linalg.qr(columns)
        amplitudes = np.linalg.lstsq(triangle, basis.T @ (weights * nodes.rho), rcond=_RANK)[0]
        slopes = columns * amplitudes * np.multiply.outer(nodes.times, np.exp(logs))
        found: Array = slopes - basis @ (basis.T @ slopes)
        return found

    found = least_squares(residuals, logs, jac=jacobian, bounds=ends, max_nfev=_EVALUATIONS)
    result: Array = found.x
    return result
