"""The course of learning of one mode, integrated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from sympy import Float as Decimal
from sympy import lambdify

from longlag.theory.errors import LonglagError
from longlag.theory.linear.modes import entry, gain, gradient_flow, mode_loss, multiplied


def learn_mode(
    wanted: Sequence[float],
    start: tuple[float, float, float],
    times: Float[NDArray[np.float64], " n"],
) -> Float[NDArray[np.float64], "3 n"]:
    """Return a, b and c along gradient flow on E = ½ Σ_i (s_i − c b^{T−i} a)².

    Args:
        wanted: s_1 … s_T.
        start: a(0), b(0), c(0).
        times: rising, from 0.

    Raises:
        LonglagError: the flow cannot be followed to the last time.
    """
    flow = lambdify([(entry, multiplied, gain)], gradient_flow(mode_loss([*map(Decimal, wanted)])))
    found = solve_ivp(
        lambda _, at: flow(at),
        (0.0, float(times[-1])),
        start,
        t_eval=times,
        method="LSODA",
        rtol=1e-10,
        atol=1e-12,
    )
    if not found.success:
        raise LonglagError(
            f"learning from {start} to t = {times[-1]:g}",
            f"the flow is followed to t = {found.t[-1] if len(found.t) else 0:g}",
            "choose a shorter time, or a start with |b| nearer to 1",
        )
    states: NDArray[np.float64] = found.y
    return states


def half_time_of(
    wanted: Sequence[float], start: tuple[float, float, float], *, longest: float = 50.0
) -> float:
    """Return when the loss has fallen by half, in units of the flow's time.

    Args:
        wanted: s_1 … s_T.
        start: a(0), b(0), c(0).
        longest: how far to look.

    Raises:
        LonglagError: it has not by then.
    """
    times = np.linspace(0, longest, 20_001)
    loss = lambdify([(entry, multiplied, gain)], mode_loss([*map(Decimal, wanted)]))
    values = np.asarray(loss(learn_mode(wanted, start, times)))
    below = np.flatnonzero(values <= values[0] / 2)
    if not len(below):
        raise LonglagError(
            f"loss {values[-1]:.4g} at t = {longest:g}",
            f"it begins at {values[0]:.4g} and has not fallen by half",
            "look further with longest=…",
        )
    at = int(below[0])
    share = (values[at - 1] - values[0] / 2) / (values[at - 1] - values[at])
    return float(times[at - 1] + share * (times[at] - times[at - 1]))


__all__ = ["half_time_of", "learn_mode"]
