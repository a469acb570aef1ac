"""Figures of the window: N(ℓ) and H_N of every law, the three exponents beside simulation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from longlag.derivations.window.detection_checks import ALPHA, simulated
from longlag.numerics.canvas import canvas
from longlag.numerics.generate import generate
from longlag.numerics.stable import quantile
from longlag.theory.estimators.concentration import PUBLISHED_KAPPA, kappa
from longlag.theory.estimators.estimator import alpha as tail_index
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.statement import Settings

#: κ and A with which the laws are drawn.
KAPPA_SHOWN, COST_SHOWN = 3.0, 10.0
#: Numbers for parameters, by name; then what single laws have different.
_USUAL: Mapping[str, float] = {
    "a": 0.5,
    "b": 1.0,
    "c": 1.0,
    "p": 1.0,
    "s": 0.5,
    "tau": 30.0,
    "b1": 0.3,
    "b2": 0.02,
    "c1": 0.7,
    "c2": 0.3,
    "C1": 0.5,
    "C2": 0.3,
    "C3": 0.2,
    "nu1": 0.5,
    "nu2": 0.05,
    "nu3": 0.005,
}
_SPECIAL: Mapping[str, Mapping[str, float]] = {
    "exponential": {"b": 0.05},
    "humped_power": {"c": 0.3},
    "constant": {"c": 0.1},
    "tempered_power": {"b": 0.5, "tau": 200.0},
    "polynomial": {"b": 0.7},
}
_LONGEST, _MOST_SAMPLES = 1e4, 1e12


def shown_parameters(law: DecayLaw) -> dict[str, float]:
    """Return the numbers with which a law is drawn; 1 for a parameter that no table knows."""
    special = _SPECIAL.get(law.name, {})
    return {
        symbol.name: special.get(symbol.name, _USUAL.get(symbol.name, 1.0))
        for symbol in law.parameters
    }


def sample_sizes(settings: Settings) -> Any:
    """Return the figure of N(ℓ) for every registered law."""
    figure, axes = _axes(r"lag $\ell$", r"samples $N(\ell)$")
    lags = np.geomspace(1, _LONGEST, 300)
    for law in LAWS.values():
        functions = generate(law, "numpy")
        needed = functions.sample_size(
            lags, shown_parameters(law), cost=COST_SHOWN, kappa=KAPPA_SHOWN
        )
        shown = np.where(needed <= _MOST_SAMPLES, needed, np.nan)
        axes.plot(lags, shown, label=_label(law), **_style(law))
    _finish(axes, (1, _LONGEST), (1, _MOST_SAMPLES))
    return figure


def horizons(settings: Settings) -> Any:
    """Return the figure of H_N for every registered law; a constant envelope has none that ends."""
    figure, axes = _axes("samples $N$", "learnability window $H_N$")
    samples = np.geomspace(COST_SHOWN, _MOST_SAMPLES, 300)
    for law in LAWS.values():
        functions = generate(law, "numpy")
        found = functions.log_horizon(
            samples, shown_parameters(law), cost=COST_SHOWN, kappa=KAPPA_SHOWN
        )
        inside = np.isfinite(found) & (found <= np.log(_LONGEST)) & (found >= 0)
        if inside.any():
            axes.plot(
                samples, np.exp(np.where(inside, found, np.nan)), label=_label(law), **_style(law)
            )
    _finish(axes, (COST_SHOWN, _MOST_SAMPLES), (1, _LONGEST))
    return figure


def exponents(settings: Settings) -> Any:
    """Return the figure of the three exponents at α = 1.5 beside simulation."""
    figure, axes = _axes("samples $N$", r"smallest detectable mean $m/\sigma$")
    sizes = np.geomspace(200, 6000, 50)
    for estimator, colour in (("mean", "C0"), ("median", "C2")):
        found = simulated(estimator, settings.seed)
        detectable = np.array(found.detectable)
        exponent = float(kappa(ALPHA, estimator))
        middle = np.exp(np.log(detectable).mean() + np.log(np.array(found.sizes)).mean() / exponent)
        reach = float(2 * quantile(0.9, ALPHA)) if estimator == "mean" else float(middle)
        axes.plot(
            sizes,
            reach * sizes ** (-1 / exponent),
            color=colour,
            label=rf"$\kappa = {exponent:g}$, derived for the {estimator}",
        )
        axes.errorbar(
            found.sizes,
            detectable,
            yerr=3.29 * detectable * np.array(found.errors),
            fmt="o",
            color=colour,
            markersize=4,
            label=f"{estimator}, simulated",
        )
    found = simulated("mean", settings.seed)
    wrong = float(PUBLISHED_KAPPA["versions 1-2"].kappa.subs(tail_index, ALPHA))
    axes.plot(
        sizes,
        found.detectable[0] * (sizes / found.sizes[0]) ** (-1 / wrong),
        "k--",
        label=rf"$\kappa = \alpha = {wrong:g}$, versions 1 and 2",
    )
    axes.set_title(
        rf"$\alpha = {ALPHA:g}$, error levels 0.1, {found.replicates} replicates, "
        f"seed {settings.seed}",
        fontsize=9,
    )
    _finish(axes, (sizes[0], sizes[-1]), None)
    for axis, ticks in ((axes.xaxis, found.sizes), (axes.yaxis, (0.05, 0.1, 0.2, 0.5))):
        axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.minorticks_off()
    return figure


def _style(law: DecayLaw) -> dict[str, str]:
    """A colour and a dash that no other law has: there are more laws than colours."""
    dash, colour = divmod(list(LAWS).index(law.name), 7)
    return {"color": f"C{colour}", "linestyle": ("-", "--", ":", "-.")[dash % 4]}


def _label(law: DecayLaw) -> str:
    return law.name.replace("_", " ")


def _axes(across: str, up: str) -> tuple[Any, Any]:
    figure, axes = canvas(size=(6.5, 4.4))
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_xscale("log")
    axes.set_yscale("log")
    return figure, axes


def _finish(axes: Any, across: tuple[float, float], up: tuple[float, float] | None) -> None:
    axes.set_xlim(*across)
    if up is not None:
        axes.set_ylim(*up)
    axes.grid(alpha=0.25, linewidth=0.5)
    # Below, where the names of all laws leave the axes their width.
    axes.figure.legend(frameon=False, fontsize=8, loc="outside lower center", ncol=3)
