"""Exponential sums refined by nonlinear least squares.

Variable projection: for given rates the amplitudes solve a linear problem, so only the logarithms
of the rates are searched (Golub and Pereyra; Kaufman's Jacobian), by Levenberg and Marquardt. The
weights are those of a weighted L² norm first, then reweighted by the residuals of the last step,
which leads to L¹.

Where rates come together, amplitudes of opposite signs grow until what is lost to rounding decides,
and with it the processor. So the amplitudes pay a ridge, far above rounding and far below the
residuals. It is larger, and falls, while rates are searched: then no two processors end in
different minima. With it such sums are no better for a search, and log-spaced ones are taken.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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

#: What a unit of amplitude pays, relative to the norm of its exponential: for given rates, and
#: first and last while they are searched, falling to a tenth in so many steps.
_RIDGE = 1e-12
_FIRST_RIDGE, _LAST_RIDGE, _STEPS_EACH = 1e-5, 1e-7, 6
#: Steps in L², and in all; rounds of reweighting for given rates.
_STEPS_IN_L2, _STEPS, _ROUNDS = 8, 80, 12
#: A search ends after so many steps that gain less than this share.
_IDLE, _GAIN = 8, 1e-4
#: No logarithm of a rate moves further in a step; damping is raised so often before it is enough.
_LONGEST, _TRIES = 0.7, 6


def log_spaced(
    kernel: Kernel, terms: int, *, span: tuple[float, float] | None = None
) -> ExponentialSum:
    """Return the sum with log-spaced rates over the time scales of a kernel, amplitudes fitted.

    It applies to every integrable kernel and is where ``refine`` can start.

    Args:
        kernel: with numbers for all parameters.
        terms: the number m of exponentials.
        span: smallest and largest rate; by default those of the quantiles of the mass.

    Raises:
        LonglagError: a kernel that is not integrable or zero.
    """
    checked_terms(terms)
    nodes = grid(kernel)
    if terms == 1 and span is None:
        rates = np.array([np.abs(nodes.rho).max() / (np.abs(nodes.rho) @ nodes.weights)])
    else:
        rates = np.geomspace(*(span or time_scales(nodes)), terms)
    amplitudes, _ = fit(nodes, np.log(rates))
    return judged(kernel, amplitudes, rates, "log-spaced rates")


def time_scales(nodes: Grid) -> tuple[float, float]:
    """Return the rates of the quantiles of the mass, the late and the early one."""
    share = np.cumsum(np.abs(nodes.rho) * nodes.weights)
    early, late = (float(np.interp(p * share[-1], share, nodes.times)) for p in (0.05, 0.995))
    return 1 / late, max(1 / early, 4 / late)


def rate_limits(nodes: Grid) -> tuple[float, float]:
    """Return the logarithms of the smallest and the largest rate that a grid tells from others."""
    return float(np.log(5 / nodes.times[-1])), float(np.log(1e2 / nodes.times[0]))


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
            f"rates {start.rates.tolist()}",
            "only logarithms of real rates are searched",
            "start from a sum without oscillations",
        )
    nodes = grid(kernel)
    logs = search(nodes, np.log(start.rates))
    found = judged(kernel, fit(nodes, logs)[0], np.exp(logs), f"{start.method}, refined")
    return found if found.l1_error < start.l1_error else start


class Projection(NamedTuple):
    """The least squares problem of the amplitudes at given rates, with a ridge.

    Args:
        columns: weighted exponentials, shape (n, m), each scaled to norm 1.
        norms: what they were divided by, shape (m,).
        basis: orthonormal, of the columns with the ridge below them, shape (n + m, m).
        scaled: the best amplitudes of the scaled columns, shape (m,).
        residual: weighted, shape (n,).
        ridge: what a unit of scaled amplitude pays.
    """

    columns: Array
    norms: Array
    basis: Array
    scaled: Array
    residual: Array
    ridge: float

    @property
    def amplitudes(self) -> Array:
        """The best amplitudes, shape (m,)."""
        found: Array = self.scaled / self.norms
        return found

    @property
    def full_residual(self) -> Array:
        """The residual with what the amplitudes pay below it, shape (n + m,)."""
        return np.concatenate([self.residual, -self.ridge * self.scaled])

    @property
    def cost(self) -> float:
        """The sum of squares that the rates are to minimise."""
        return float(np.sum(self.full_residual**2))


def _project(nodes: Grid, weights: Array, logs: Array, ridge: float) -> Projection:
    """Return the best amplitudes for given rates.

    Args:
        nodes: times and the kernel there.
        weights: of the residuals, shape (n,).
        logs: logarithms of the rates, shape (m,).
        ridge: what a unit of scaled amplitude pays.
    """
    columns = weights[:, None] * np.exp(-np.multiply.outer(nodes.times, np.exp(logs)))
    norms = np.linalg.norm(columns, axis=0)
    norms[norms == 0] = 1.0
    columns /= norms
    first, triangle = np.linalg.qr(columns)
    second, triangle = np.linalg.qr(np.concatenate([triangle, ridge * np.eye(len(logs))]))
    top, bottom = np.split(second, [len(triangle)])
    target = weights * nodes.rho
    scaled = np.linalg.solve(triangle, top.T @ (first.T @ target))
    basis = np.concatenate([first @ top, bottom])
    return Projection(columns, norms, basis, scaled, target - columns @ scaled, ridge)


def fit(nodes: Grid, logs: Array, rounds: int = _ROUNDS) -> tuple[Array, float]:
    """Return the amplitudes for given rates with the smallest L¹ error on the grid, and that error.

    The problem is convex, so that reweighting leads to its one minimum.

    Args:
        nodes: times, their weights, and the kernel there.
        logs: logarithms of the rates, shape (m,).
        rounds: how often it is reweighted.
    """
    weights = nodes.fit_weights()
    # Without any unit the error is the mass.
    best, least = np.zeros(len(logs)), float(np.abs(nodes.rho) @ nodes.weights)
    for _ in range(rounds):
        fitted = _project(nodes, weights, logs, _RIDGE)
        size = np.abs(fitted.residual) / weights
        error = float(size @ nodes.weights)
        if error < least:
            best, least = fitted.amplitudes, error
        weights = _reweighted(nodes, size)
    return best, least


def _reweighted(nodes: Grid, size: Array) -> Array:
    """Weights with which squares of residuals count like their sizes."""
    # Small residuals would otherwise count without bound.
    floor = 0.1 * float(np.mean(size * nodes.times)) / nodes.times
    found: Array = np.sqrt(nodes.weights / (size + floor))
    return found


def search(nodes: Grid, logs: Array) -> Array:
    """Return the logarithms of the rates with the smallest L¹ error that a search meets.

    Args:
        nodes: times, their weights, and the kernel there.
        logs: where it starts, shape (m,).
    """
    low, high = rate_limits(nodes)
    logs = np.clip(logs, low, high)
    weights, best, least, idle, damping = nodes.fit_weights(), logs, np.inf, 0, 0.0
    for step in range(_STEPS):
        ridge = max(_LAST_RIDGE, _FIRST_RIDGE * 10 ** (-step / _STEPS_EACH))
        fitted = _project(nodes, weights, logs, ridge)
        size = np.abs(fitted.residual) / weights
        error = float(size @ nodes.weights)
        idle = 0 if error < (1 - _GAIN) * least else idle + 1
        if error < least:
            best, least = logs, error
        if ridge == _LAST_RIDGE and idle > _IDLE:
            break
        if step >= _STEPS_IN_L2:
            weights = _reweighted(nodes, size)
            fitted = _project(nodes, weights, logs, ridge)
        damping = damping or 1e-3 * fitted.cost
        for _ in range(_TRIES):
            moved = np.clip(logs + _move(nodes, logs, fitted, damping), low, high)
            if _project(nodes, weights, moved, ridge).cost < fitted.cost:
                logs, damping = moved, damping / 4
                break
            damping *= 6
    return best


def _move(nodes: Grid, logs: Array, fitted: Projection, damping: float) -> Array:
    """The step of Levenberg and Marquardt, by Kaufman's Jacobian."""
    slopes = -fitted.columns * np.multiply.outer(nodes.times, np.exp(logs))
    # Of columns that stay scaled to norm 1.
    slopes -= fitted.columns * np.sum(fitted.columns * slopes, axis=0)
    count = len(logs)
    changes = np.concatenate([slopes * fitted.scaled, np.zeros((count, count))])
    jacobian = changes - fitted.basis @ (fitted.basis.T @ changes)
    damped = np.concatenate([jacobian, np.sqrt(damping) * np.eye(count)])
    basis, triangle = np.linalg.qr(damped)
    step = np.linalg.solve(triangle, basis[: len(jacobian)].T @ fitted.full_residual)
    found: Array = np.clip(step, -_LONGEST, _LONGEST)
    return found
