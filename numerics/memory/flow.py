"""Gradient flow on the objective of white-noise training: d(a, w)/dt = −∇J(a, w).

Near a fit of the first part of a delayed memory the flow is both slow and stiff: the amplitudes
settle within a time of 1, the way out takes ω² e^{w/ω}. So an implicit method follows it, with
−Hessian as its Jacobian. Source: JMLR 23(42), 2022.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from longlag.names import listed
from longlag.numerics.memory.objective import NumericObjective, numeric_objective, real_numbers
from longlag.numerics.memory.transform import RATES
from longlag.theory.errors import LonglagError
from longlag.theory.memory import Kernel
from longlag.theory.typeset.described import described

_METHODS = ("LSODA", "BDF", "Radau")
#: Amplitudes and rates beyond this are an overflow: ρ is of order 1 where anybody looks.
_OVERFLOW = 1e8
#: A stiff flow that proceeds takes some thousands.
_MOST_EVALUATIONS = 20_000
#: Exit times are looked for up to here.
LONGEST = 1e15


@dataclass(frozen=True, eq=False)
class Flow:
    """A trajectory of the gradient flow.

    Args:
        times: shape (n,), from 0.
        amplitudes: shape (n, m).
        rates: shape (n, m).
        losses: J, shape (n,), falling.
        ended: ``time``, ``ball`` where the δ-ball was left, or ``loss`` where the loss had fallen
            by its share.
        evaluations: of the gradient.
    """

    times: np.ndarray
    amplitudes: np.ndarray
    rates: np.ndarray
    losses: np.ndarray
    ended: str
    evaluations: int

    def __repr__(self) -> str:
        units, time = self.rates.shape[-1], self.times[-1]
        told = f"gradient flow of {units} units to time {time:.4g}: {self.ended}"
        return described(told, "end", "distances", "losses")

    @property
    def end(self) -> float:
        """The time at which it ended."""
        return float(self.times[-1])

    @property
    def distances(self) -> np.ndarray:
        """‖(a, w) − start‖₂ over time, shape (n,)."""
        moved = np.concatenate([self.amplitudes, self.rates], 1)
        distances: np.ndarray = np.linalg.norm(moved - moved[0], axis=1)
        return distances


def gradient_flow(
    kernel: Kernel,
    a: ArrayLike,
    w: ArrayLike,
    *,
    until: float,
    delta: float | None = None,
    loss_drop: float | None = None,
    method: str = "LSODA",
    tolerance: float = 1e-9,
    rates: tuple[float, float] = RATES,
) -> Flow:
    """Follow the gradient flow from a start until a time or an event.

    Args:
        kernel: with a number for every parameter.
        a: amplitudes at the start, shape (m,).
        w: rates at the start, shape (m,).
        until: the time to stop at.
        delta: stop where ‖(a, w) − start‖₂ reaches it.
        loss_drop: stop where J has fallen by this share of J at the start, in (0, 1).
        method: ``LSODA``, ``BDF`` or ``Radau`` of SciPy.
        tolerance: relative, of a step; the absolute one is a thousandth of it.
        rates: the smallest and the largest rate that the transform must serve.

    Raises:
        LonglagError: a rate that falls to the smallest one, a flow that overflows or does not
            proceed, times, radii or shares out of range; and as for ``NumericObjective.value``.

    >>> from longlag.theory.memory import KERNELS
    >>> kernel = KERNELS["exponential"].at({"a": 1, "b": 1})
    >>> flow = gradient_flow(kernel, [0.5], [1.5], until=100.0)
    >>> flow.ended, bool(flow.losses[-1] < 1e-9)
    ('time', True)
    """
    for what, number, limit in (
        ("until", until, np.inf),
        ("delta", delta, np.inf),
        ("loss_drop", loss_drop, 1.0),
        ("tolerance", tolerance, 1.0),
    ):
        if number is not None and not 0 < number < limit:
            raise LonglagError(
                f"{what} {number:g}", f"it lies between 0 and {limit:g}", "correct it"
            )
    if method not in _METHODS:
        raise LonglagError(f"method {method!r}", "the flow is stiff", f"use {', '.join(_METHODS)}")
    objective = numeric_objective(kernel, rates=rates)
    start = np.concatenate([np.asarray(real_numbers(each), dtype=float) for each in (a, w)])
    first_loss = _first_loss(objective, a, w)
    m = len(start) // 2

    def split(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # A trial step may overshoot; the event below tells whether the flow itself does.
        return y[:m], np.clip(y[m:], *rates)

    calls = 0

    def velocity(_: float, y: np.ndarray) -> np.ndarray:
        nonlocal calls
        calls += 1
        if calls > _MOST_EVALUATIONS:
            raise LonglagError(
                f"the gradient flow from a = {start[:m].tolist()}, w = {start[m:].tolist()}",
                f"it does not proceed within {_MOST_EVALUATIONS} evaluations of the gradient",
                "start nearer to the kernel, or stop earlier",
            )
        return -np.concatenate(objective.gradient(*split(y)))

    def linearised(_: float, y: np.ndarray) -> np.ndarray:
        jacobian: np.ndarray = -objective.hessian(*split(y))
        return jacobian

    events = {
        # J is infinite on the other side of 0, and so is the quadrature.
        "rate": lambda _, y: y[m:].min() / rates[0] - 2,
        "overflow": lambda _, y: min(_OVERFLOW, rates[1]) - np.abs(y).max(),
    }
    if delta is not None:
        events["ball"] = lambda _, y: float(np.linalg.norm(y - start)) - delta
    if loss_drop is not None:
        goal = (1 - loss_drop) * first_loss
        events["loss"] = lambda _, y: objective.value(*split(y)) - goal
    for event in events.values():
        event.terminal = True  # type: ignore[attr-defined]
    for name in ("rate", "overflow"):
        # A rate that starts near its limit may rise.
        events[name].direction = -1  # type: ignore[attr-defined]
    if np.abs(start).max() >= min(_OVERFLOW, rates[1]):
        raise LonglagError(
            f"a start with numbers up to {np.abs(start).max():g}",
            "the flow would overflow",
            f"start below {min(_OVERFLOW, rates[1]):g}",
        )
    try:
        solution: Any = solve_ivp(
            velocity,
            (0.0, until),
            start,
            method=method,
            jac=linearised,
            rtol=tolerance,
            atol=1e-3 * tolerance,
            events=list(events.values()),
        )
    except ValueError as error:
        raise LonglagError(
            "the gradient flow",
            f"the integrator gives up ({error})",
            "measure time in units of the kernel, or stop earlier",
        ) from None
    happened = [name for name, at in zip(events, solution.t_events, strict=True) if len(at)]
    _check_ending(solution, happened, m)
    trajectory = solution.y.T
    losses = np.array([objective.value(*split(y)) for y in trajectory])
    return Flow(
        solution.t,
        trajectory[:, :m],
        trajectory[:, m:],
        losses,
        happened[0] if happened else "time",
        int(solution.nfev),
    )


def exit_time(
    kernel: Kernel,
    a: ArrayLike,
    w: ArrayLike,
    delta: float,
    *,
    until: float = LONGEST,
    tolerance: float = 1e-9,
) -> float:
    """Return the first time at which the gradient flow is δ away from its start.

    Args:
        kernel: with a number for every parameter.
        a: amplitudes at the start, shape (m,).
        w: rates at the start, shape (m,).
        delta: the radius, in the Euclidean norm of all 2m numbers.
        until: give up after this time.
        tolerance: relative, of a step.

    Returns:
        the time, or infinity where the flow is still inside at ``until``.

    Raises:
        LonglagError: as for ``gradient_flow``.

    >>> from longlag.theory.memory import KERNELS
    >>> kernel = KERNELS["delayed"].at({"a": 1, "b": 1, "c": 1, "s": 1, "omega": 0.5})
    >>> round(exit_time(kernel, [0.5, 0.5], [1.05, 0.95], 0.3), 4)
    0.1946
    """
    flow = gradient_flow(kernel, a, w, until=until, delta=delta, tolerance=tolerance)
    return flow.end if flow.ended == "ball" else float("inf")


def _first_loss(objective: NumericObjective, a: ArrayLike, w: ArrayLike) -> float:
    with np.errstate(all="ignore"):
        loss = float(objective.value(a, w))
    if not np.isfinite(loss):
        raise LonglagError(
            f"a start with J = {loss}", "the flow overflows at once", "start at smaller amplitudes"
        )
    return loss


def _check_ending(solution: Any, happened: list[str], m: int) -> None:
    """Tell why a flow broke off, where it did."""
    if "rate" in happened:
        unit = int(np.argmin(solution.y[m:, -1]))
        raise LonglagError(
            f"rate of unit {unit} at t = {solution.t[-1]:.6g}",
            "it falls towards 0, where the unit never forgets and J is infinite",
            "start elsewhere, stop earlier, or give a lower rates=(smallest, largest)",
        )
    if "overflow" in happened or solution.status < 0:
        raise LonglagError(
            f"gradient flow at t = {solution.t[-1]:.6g}",
            "it overflows"
            if "overflow" in happened
            else f"it does not proceed: {solution.message}",
            "start nearer to a fit, or at smaller amplitudes",
        )


__all__ = ["Flow", "exit_time", "gradient_flow"]

listed(__name__)
