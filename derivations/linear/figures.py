"""The figures of linear recurrences: two rates of random gates, and windows of a delta rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from longlag.derivations.linear import letters as the
from longlag.derivations.linear.checks import drawn_keys, with_errors
from longlag.derivations.linear.selective_checks import mamba_gates, mamba_rates
from longlag.numerics.canvas import canvas
from longlag.theory.notation import ell
from longlag.theory.statement import Settings

#: Standard errors of a 95 % interval.
_BAND = 1.96
_TICKS = (1, 4, 8, 12)
#: Sizes of keys whose products are drawn, and α and β of the draws.
_SIZES, _KEPT, _REPLACED = (2, 8), 0.98, 0.7


def selective_figure(settings: Settings) -> Any:
    """Draw mean and typical products of Mamba's gates, and of a delta rule its two means."""
    figure, axes = canvas(2, size=(6.5, 3.0))
    _gates(axes[0], settings)
    _keys(axes[1], settings)
    return figure


def _gates(axes: Any, settings: Settings) -> None:
    products = mamba_gates(settings.seed).cumprod(0)
    lags = np.arange(1, len(products) + 1)
    of_mean, typical = mamba_rates()
    drawn = (
        (products, of_mean, "C0", r"mean product, $(E\,a)^{\ell}$", False),
        (products.log(), typical, "C1", r"typical product, $e^{\ell E \ln a}$", True),
    )
    for values, rate, colour, label, of_logarithm in drawn:
        means, errors = (each.numpy() for each in with_errors(values))
        ends = [means - _BAND * errors, means + _BAND * errors]
        low, high = (np.exp(end) for end in ends) if of_logarithm else ends
        axes.plot(lags, np.exp(-rate * lags), color=colour, lw=1, label=label)
        axes.errorbar(
            lags,
            np.exp(means) if of_logarithm else means,
            yerr=_below_and_above(means, low, high, of_logarithm),
            fmt="o" if not of_logarithm else "s",
            ms=3,
            color=colour,
        )
    axes.set(yscale="log", xticks=_TICKS, xlabel=r"lag $\ell$", title="gates of Mamba, $A = 16$")
    axes.legend(frameon=False, fontsize=8)


def _below_and_above(means: Any, low: Any, high: Any, of_logarithm: bool) -> Any:
    centre = np.exp(means) if of_logarithm else means
    return np.stack([centre - low, high - centre])


def _keys(axes: Any, settings: Settings) -> None:
    styles = ((the.KEPT, 0, "C0", "o"), (the.KEPT_SQUARE, 1, "C1", "s"))
    names = (r"diagonal, $(\alpha(1 - \beta/K))^{\ell}$", r"norm, $E\|M\|_F^2/K$")
    for size, dashes in zip(_SIZES, ("--", "-"), strict=True):
        for (factor, which, colour, marker), name in zip(styles, names, strict=True):
            means, errors = (each.numpy() for each in drawn_keys(settings.seed, size)[which])
            lags = np.arange(1, len(means) + 1)
            values = {the.SIZE: size, the.ALPHA: _KEPT, the.BETA: _REPLACED}
            stated = the.over_the_lag(factor).subs(values)
            axes.plot(
                lags,
                [float(stated.subs(ell, int(lag))) for lag in lags],
                dashes,
                color=colour,
                lw=1,
                label=f"{name}, $K = {size}$",
            )
            axes.errorbar(lags, means, yerr=_BAND * errors, fmt=marker, ms=3, color=colour)
    axes.set(
        yscale="log",
        ylim=(2e-6, 2),
        xticks=_TICKS,
        xlabel=r"lag $\ell$",
        title=rf"delta rule, $\alpha = {_KEPT:g}$, $\beta = {_REPLACED:g}$",
    )
    axes.legend(frameon=False, fontsize=8)


__all__ = ["selective_figure"]
