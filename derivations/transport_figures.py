"""Figures of a transport report: envelopes over the lag, time scales, rates neuron by neuron."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import torch
from torch import Tensor

from longlag.numerics.measurement import TransportReport

_STYLES = {
    "exact": ("-", "C0", "exact"),
    "first_order": ("--", "C1", "first order"),
    "zeroth": (":", "C2", "zeroth order"),
}


def transport_figure(report: TransportReport) -> Any:
    """Return a figure with the envelopes, the spectrum of time scales and the heat map of rates.

    Args:
        report: what ``measure_transport`` returned.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.6, 5.6), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=(1.25, 1))
    draw_envelopes(figure.add_subplot(grid[:, 0]), report)
    draw_time_scales(figure.add_subplot(grid[0, 1]), report)
    draw_rates(figure.add_subplot(grid[1, 1]), report)
    figure.suptitle(textwrap.fill(report.provenance.describe(), 90), fontsize=9)
    return figure


def draw_envelopes(axes: Any, report: TransportReport) -> None:
    """Draw the exact envelope per neuron beside both expansions, the error and its bound.

    The error of first order is the relative error of the diagonal times the exact envelope; the
    bound of the remainder bounds it at every neuron, and leaves the figure where it exceeds it.
    """
    lags = report.lags.tolist()
    exact = report.neuron_mean("exact")
    for reading, (style, colour, label) in _STYLES.items():
        drawn = _drawn(report.neuron_mean(reading))
        marker = "." if len(lags) < 33 else None
        axes.plot(lags, drawn, style, color=colour, marker=marker, markersize=4, label=label)
    scale = report.frobenius / math.sqrt(report.provenance.size)
    axes.plot(lags, _drawn(scale), "-", color="0.6", lw=1, label=r"$\|M\|_F/\sqrt{H}$")
    for values, style, label in (
        (report.errors.first_order * exact, "-", "error of first order"),
        (report.remainder_bound, "-.", "bound of that error"),
    ):
        axes.plot(lags, _drawn(values), style, color="C1", lw=0.8, label=label)
    for level in (0.1, 0.5):
        lag = report.breakdown(level)
        if lag is not None:
            axes.axvline(lag, color="C1", lw=0.7, ls=(0, (1, 2)))
            axes.annotate(
                f"{level:.0%}", (lag, 0.99), xycoords=("data", "axes fraction"),
                ha="right", va="top", fontsize=8, color="C1",
            )  # fmt: skip
    axes.set_yscale("log")
    top = max(float(exact.max()), float(scale.max()))
    axes.set_ylim(float(_smallest(exact)) / 10, 3 * top)
    if len(lags) > 32:
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter("{x:.0f}")
    axes.set_xlabel(r"lag $\ell$")
    axes.set_ylabel(r"mean of $|M^{(qq)}_{t,\ell}|$ over neurons, anchors, sequences")
    axes.set_title("envelopes; dotted: first order is wrong by 10 %, 50 %", fontsize=9)
    axes.legend(frameon=False, fontsize=8)


def draw_time_scales(axes: Any, report: TransportReport) -> None:
    """Draw the sorted time scales of the local path beside the lags at which rates fold."""
    size = report.provenance.size
    neurons = range(1, size + 1)
    longest = int(report.lags[-1])
    local = report.time_scales.sort(descending=True).values
    axes.plot(neurons, _drawn(local), ".", color="C2", markersize=4, label=r"local path $\tau_q$")
    folded = report.folding_lags.sort(descending=True).values
    axes.plot(neurons, _drawn(folded), ".", color="C0", markersize=4,
              label=r"exact rate first below $1/e$")  # fmt: skip
    beyond = int(torch.isinf(report.folding_lags).sum())
    title = "time scales, sorted"
    if beyond:
        title += f"; {beyond} of {size} stay above 1/e to lag {longest}"
    axes.set_title(title, fontsize=9)
    axes.set_yscale("log")
    axes.set_xlabel("neurons")
    axes.set_ylabel("steps")
    axes.legend(frameon=False, fontsize=8)


def draw_rates(axes: Any, report: TransportReport) -> None:
    """Draw the exact rates over neuron and lag, neurons ordered by how slowly they forget."""
    from matplotlib.colors import LogNorm

    rates = report.per_neuron["exact"]
    order = rates.log1p().sum(0).argsort(descending=True)
    top = max(float(rates.max()), 1e-300)
    bottom = max(float(_smallest(rates)), top * 1e-6)
    image = axes.imshow(
        rates[:, order].T.clamp(min=bottom).numpy(), aspect="auto", origin="upper", cmap="viridis",
        norm=LogNorm(bottom, top) if bottom < top else None, interpolation="nearest",
        extent=(0.5, len(rates) + 0.5, rates.shape[1] + 0.5, 0.5),
    )  # fmt: skip
    axes.figure.colorbar(image, ax=axes, label="mean of $|M^{(qq)}|$")
    axes.set_xlabel(r"lag $\ell$")
    axes.set_ylabel("neurons, slowest first")
    axes.set_title("exact rates", fontsize=9)


def _drawn(values: Tensor) -> list[float]:
    """Leave out what logarithmic axes cannot show."""
    return [value if 0 < value < math.inf else math.nan for value in values.tolist()]


def _smallest(values: Tensor) -> Tensor:
    """The smallest positive value, or a tiny number where there is none."""
    positive = values[values > 0]
    return positive.min() if len(positive) else torch.tensor(1e-300, dtype=values.dtype)
