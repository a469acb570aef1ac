"""A decay law and its window as a figure: what is left of a lag, and the samples that it takes."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

from longlag.numerics.canvas import canvas
from longlag.numerics.generate import generate
from longlag.theory.laws.law import DecayLaw
from longlag.theory.scalar.parameters import Number, Numbers
from longlag.theory.window.horizon import Horizon, Status, solve_horizon

_POINTS = 400
#: Lags that are drawn where the window has no end, or one that nobody would look at.
_MOST = 1e6
#: How far beyond its end a window is followed; from which ratio of lags on axes are logarithmic.
_BEYOND, _WIDE = 2.0, 30.0
#: How far beyond N the axis reaches.
_ABOVE = 100.0


def plot_window(
    law: DecayLaw, parameters: Numbers, *, samples: Number, cost: Number = 1, kappa: Number
) -> Any:
    """Return a figure of a law: f(ℓ), and N(ℓ) = A f(ℓ)^{−κ} with the window that N samples reach.

    Args:
        law: the law.
        parameters: symbol or name ↦ number, for each of its parameters.
        samples: N.
        cost: A, the samples needed where f = 1.
        kappa: the concentration exponent.

    Returns:
        A matplotlib figure.

    Raises:
        LonglagError: what ``solve_horizon`` refuses.
    """
    found = solve_horizon(law, parameters, samples=samples, cost=cost, kappa=kappa)
    numbers = {str(name): float(value) for name, value in law.values(parameters).items()}
    lags = _lags(law, found)
    with np.errstate(all="ignore"):
        envelope = np.asarray(generate(law, "numpy").envelope(lags, numbers), float)
        needed = float(cost) * envelope ** -float(kappa)
    figure, (left, right) = canvas(2, size=(7.2, 2.9))
    left.plot(lags, np.where(envelope > 0, envelope, np.nan), color="C0")
    left.set(xlabel=r"lag $\ell$", ylabel=r"$f(\ell)$", yscale="log")
    right.plot(lags, np.where(np.isfinite(needed), needed, np.nan), color="C0")
    right.axhline(float(samples), color="0.5", lw=0.8, label=f"N = {float(samples):g}")
    end = _end(found)
    if end is not None and end <= lags[-1]:
        right.axvline(end, color="C1", lw=0.8, label=_told(found))
    else:
        right.plot([], [], color="C1", lw=0.8, label=_told(found))
    right.set(xlabel=r"lag $\ell$", ylabel=r"$N(\ell) = A f(\ell)^{-\kappa}$", yscale="log")
    right.set_ylim(top=float(samples) * _ABOVE)
    right.legend(frameon=False, fontsize=8)
    if lags[-1] > _WIDE * lags[0] > 0:
        left.set_xscale("log")
        right.set_xscale("log")
    return figure


def _lags(law: DecayLaw, found: Horizon) -> np.ndarray:
    """Lags from the smallest to beyond the window."""
    first = float(law.start)
    last = _MOST
    end = _end(found)
    if end is not None:
        last = min(max(_BEYOND * end, first + 10), _MOST)
    if found.status == Status.NONE:
        last = first + 10
    if last > _WIDE * max(first, 1.0):
        return np.geomspace(max(first, 1.0), last, _POINTS)
    return np.linspace(first, last, _POINTS)


def _end(found: Horizon) -> float | None:
    """The last lag of a window that ends."""
    if found.status != Status.FINITE or found.horizon is None:
        return None
    return float(found.horizon)


def _told(found: Horizon) -> str:
    """The window in words."""
    if found.status != Status.FINITE:
        return f"window {found.status}"
    return f"$H_N$ = {mpmath.nstr(found.horizon, 4).removesuffix('.0')}"


__all__ = ["plot_window"]
