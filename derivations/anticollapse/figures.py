"""The figure of anti-collapse: three kinds of jumps, simulated envelopes and local exponents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import t as student
from sympy import Expr, Rational, S, Symbol

from longlag.derivations.anticollapse.workload_checks import simulated, values_of
from longlag.numerics.anticollapse.inversion import envelope_at, local_slope
from longlag.numerics.canvas import canvas
from longlag.theory.anticollapse import workload as process
from longlag.theory.statement import Settings

#: λ, η and κ: β = 1 and .25.
_CASES = ((1.0, 2.0, 1.0), (0.75, 1.0, 1.0))
#: ln ℓ of the lags, and of those that are simulated.
_LOGS, _SIMULATED = np.linspace(1, 12, 45), np.linspace(1, 8, 8)
_PULLED: Mapping[Symbol, Expr] = {process.pull: S.One, process.weight: S.One}
_TEMPERED = {**_PULLED, process.index: Rational(3, 2), process.temper: S.One}
_STABLE = {**_PULLED, process.index: Rational(3, 2)}


def envelopes_figure(settings: Settings) -> Any:
    """Draw envelopes of exponential jumps beside simulated events, and local exponents of all."""
    figure, axes = canvas(2, size=(6.5, 3.0))
    lags = np.exp(_LOGS)
    for number, case in enumerate(_CASES):
        values, colour = values_of(*case), f"C{number}"
        beta = case[1] - case[0] / case[2]
        exact = [envelope_at(process.EXPONENTIAL, values, float(log)) for log in _LOGS]
        axes[0].plot(lags, exact, color=colour, label=rf"exact, $\beta = {beta:g}$")
        levels = simulated(settings.seed, *case)
        runs = np.array([np.exp(-np.exp(log - levels)).mean(1) for log in _SIMULATED])
        half = student.ppf(0.975, runs.shape[1] - 1) * runs.std(1, ddof=1) / runs.shape[1] ** 0.5
        axes[0].errorbar(
            np.exp(_SIMULATED), runs.mean(1), yerr=half, fmt="os"[number], ms=3, color=colour
        )
    axes[0].set(xscale="log", yscale="log", xlabel=r"lag $\ell$", ylabel=r"$f_{\ell}$")
    axes[0].legend(frameon=False, fontsize=8)
    kinds = (
        (process.EXPONENTIAL, values_of(*_CASES[0]), "C0-", r"exponential, $\beta = 1$"),
        (process.EXPONENTIAL, values_of(*_CASES[1]), "C1-", r"exponential, $\beta = 1/4$"),
        (process.TEMPERED, _TEMPERED, "C2--", r"tempered, $\theta = 1$"),
        (process.STABLE, _STABLE, "C3:", r"stable: falls as $1/(2 \ln\ell)$"),
    )
    for jumps, values, style, label in kinds:
        slopes = [-local_slope(jumps, values, float(log)) for log in _LOGS]
        axes[1].plot(lags, slopes, style, label=label)
    axes[1].set(xscale="log", xlabel=r"lag $\ell$", ylabel=r"$-d \ln f/d \ln \ell$", ylim=(0, None))
    axes[1].legend(frameon=False, fontsize=8)
    return figure


__all__ = ["envelopes_figure"]
