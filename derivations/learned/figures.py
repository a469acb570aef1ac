"""A trained network: which lags it learned, beside what it transports and what the law says."""

from __future__ import annotations

from typing import Any

import numpy as np

from longlag.derivations.learned.signals import MOMENTS, by_lag, required
from longlag.derivations.learned.windows import CELLS, LAGS, LEARNED, NUMBERS, SEEDS
from longlag.numerics.canvas import blank
from longlag.theory.statement import Settings

_LAST = MOMENTS[-1]
#: What a network transports.
_TRANSPORTED = {
    "f exact": r"mean $|$diagonal$|$",
    "f operator": r"$\|M\|_2$",
    "f read_out": r"$\|V\,\mathrm{E}M\|$",
}


def trained_figure(settings: Settings) -> Any:
    """Draw, a row for each cell: gain and gradient by lag, transport, and sequences needed."""
    figure = blank((6.3, 1.75 * len(CELLS)))
    axes = figure.subplots(len(CELLS), 3, sharex=True)
    for (learned, transported, law), cell in zip(axes, CELLS, strict=True):
        _curves(learned, _each("gain", cell, _LAST), "C0", "o-", "gain")
        gradient = _each("target signal", cell, _LAST)
        _curves(learned, gradient / gradient[:, :1], "C1", "s--", r"$s(\ell)/s(2)$")
        learned.axhline(LEARNED, color="0.6", lw=0.8)
        learned.set(ylabel=cell.replace("_", " "), ylim=(-0.1, 1.3))
        for place, (quantity, label) in enumerate(_TRANSPORTED.items()):
            _curves(transported, _each(quantity, cell, _LAST), f"C{place}", ".-", label)
            _curves(transported, _each(quantity, cell, 0), f"C{place}", ":")
        transported.set_yscale("log")
        _needed(law, cell)
    titles = ("what it learned", "what it transports", "what the law says before training")
    for panel, title in zip(axes[0], titles, strict=True):
        panel.set_title(title, fontsize=9)
        # Above, where no curve runs.
        panel.legend(frameon=False, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.1))
    for panel in axes[-1]:
        panel.set_xscale("log", base=2)
        panel.set_xticks(LAGS, [str(lag) for lag in LAGS])
        panel.set_xlabel(r"lag $\ell$")
    return figure


def _each(quantity: str, cell: str, update: int) -> Any:
    """A quantity of every seed, shape (seeds, lags)."""
    return np.asarray([by_lag(quantity, cell, seed, update) for seed in SEEDS])


def _curves(panel: Any, values: Any, colour: str, style: str, label: str | None = None) -> None:
    """Draw the middle seed, and the others thin."""
    for curve in values:
        panel.plot(LAGS, curve, "-" if "-" in style else ":", color=colour, lw=0.4)
    panel.plot(LAGS, np.median(values, 0), style, color=colour, label=label, ms=4, lw=1.3)


def _needed(panel: Any, cell: str) -> None:
    """Draw N(ℓ) of every seed; filled where most of the lag was learned from 1024 sequences."""
    told = ["needed", "of these, learned"]
    for seed in SEEDS:
        needed, lags = required(cell, seed), np.asarray(LAGS)
        learned = by_lag("gain", cell, seed, _LAST) > LEARNED
        labels = told if seed == SEEDS[0] else [None, None]
        panel.plot(lags, needed, "o-", color="C0", mfc="white", ms=5, lw=0.8, label=labels[0])
        panel.plot(lags[learned], needed[learned], "o", color="C0", ms=5, label=labels[1])
    panel.axhline(NUMBERS[-1], color="0.6", lw=0.8)
    panel.set(yscale="log", ylabel=r"sequences $N(\ell)$")


__all__ = ["trained_figure"]
