"""The figures of linear networks: recall and its ceiling, sensitivity, the order of learning."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import t as student
from sympy import Float as Decimal
from sympy import Rational, exp

from longlag.derivations.linear_networks.moment_checks import slope_of
from longlag.derivations.linear_networks.recall_checks import simulated_recall
from longlag.numerics.canvas import canvas
from longlag.numerics.linear.modes import half_time_of
from longlag.numerics.linear.recall import recall_curve
from longlag.theory.linear.second_moments import correlation, normalised_sensitivity
from longlag.theory.memory.reparametrisation import REPARAMETRISATIONS, multiplier
from longlag.theory.statement import Settings

#: Units of the networks whose recall is drawn, of which the first are simulated too.
_FEW = (0.95, 0.8, 0.5, -0.6)
_SPREAD, _LAGS, _SHOWN = 16, 60, 20
#: Correlation of the inputs, and time scales of the units.
_RHO, _SCALES = Rational(4, 5), (10.0, 1e5)
#: Digits of the sensitivities.
_DIGITS = 40
#: Values of b(0), starts of a and c, and steps of the tasks.
_MULTIPLIERS, _STARTS, _STEPS = np.linspace(0.5, 1.25, 26), (0.1, 0.2), 6


def recall_figure(settings: Settings) -> Any:
    """Draw what two networks recall over the lag beside n/(ℓ+1), which none exceeds."""
    figure, axes = canvas(size=(6.0, 3.4))
    lags = np.arange(_LAGS + 1)
    networks = {
        "4 units": (np.array(_FEW), "C0", "-"),
        "16 units, .5 to .95": (np.linspace(0.5, 0.95, _SPREAD), "C1", "-"),
    }
    for name, (units, colour, style) in networks.items():
        axes.plot(lags, recall_curve(units, _LAGS), style, color=colour, label=name)
        ceiling = np.minimum(1, len(units) / (lags + 1))
        axes.plot(
            lags, ceiling, ":", color=colour, label=rf"ceiling $n/(\ell+1)$, $n = {len(units)}$"
        )
    found = simulated_recall(settings.seed, _FEW, _SHOWN)
    half = student.ppf(0.975, len(found) - 1) * found.std(0, ddof=1) / np.sqrt(len(found))
    axes.errorbar(
        lags[: _SHOWN + 1], found.mean(0), yerr=half, fmt="o", ms=3, color="C0", label="simulated"
    )
    axes.set(xlabel=r"lag $\ell$", ylabel=r"recalled share $R_{\ell}$", ylim=(0, 1.05))
    axes.legend(frameon=False, fontsize=8)
    return figure


def sensitivity_figure(settings: Settings) -> Any:
    """Draw E (∂h̃/∂θ)² over the time scale for every registered map, and for tanh."""
    figure, axes = canvas(size=(6.0, 3.4))
    scales = np.geomspace(*_SCALES, 40)
    # Differences of numbers near 1 need more digits than a float has.
    units = [exp(-1 / Decimal(scale, _DIGITS)) for scale in scales]
    normal = normalised_sensitivity().subs(correlation, _RHO)
    slopes = {name: slope_of(name) for name in REPARAMETRISATIONS}
    slopes["tanh"] = 1 - multiplier**2
    # Curves that lie on one another are solid and dotted.
    styles = ("C0-", "C1-", "k:", "C4-", "k:", "C7--")
    for (name, slope), style in zip(slopes.items(), styles, strict=True):
        numbers = {symbol: Rational(3, 2) for symbol in slope.free_symbols - {multiplier}}
        learnt = slope.subs(numbers) ** 2 * normal
        heights = [float(learnt.subs(multiplier, unit).evalf(_DIGITS)) for unit in units]
        axes.plot(scales, heights, style, label=name)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel=r"time scale $\tau = -1/\ln\lambda$",
        ylabel=r"$E\,(\partial\tilde{h}/\partial\theta)^2$",
    )
    axes.legend(frameon=False, fontsize=8, ncol=2)
    return figure


def order_figure(settings: Settings) -> Any:
    """Draw the half-times of a task at the last step and of one at the first over b(0)."""
    figure, axes = canvas(size=(6.0, 3.4))
    late, early = [0.0] * (_STEPS - 1) + [1.0], [1.0] + [0.0] * (_STEPS - 1)
    for start, style in zip(_STARTS, ("-", "--"), strict=True):
        for task, colour, name in ((late, "C0", "last"), (early, "C1", "first")):
            times = [half_time_of(task, (start, float(b), start)) for b in _MULTIPLIERS]
            label = rf"wanted at the {name} step, $a = c = {start:g}$"
            axes.plot(_MULTIPLIERS, times, style, color=colour, label=label)
    axes.axvline(1, color="0.6", lw=0.7)
    axes.set(yscale="log", xlabel="$b(0)$", ylabel="time to half the loss")
    axes.legend(frameon=False, fontsize=8)
    return figure


__all__ = ["order_figure", "recall_figure", "sensitivity_figure"]
