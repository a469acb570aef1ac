"""Figures of a transport report: envelopes over the lag, time scales, rates neuron by neuron."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from longlag.numerics.canvas import blank

if TYPE_CHECKING:
    from longlag.numerics.measurement.report import TransportReport

_STYLES = {
    "modulus": ("-", "C3", "modulus"),
    "exact": ("-", "C0", "exact"),
    "first_order": ("--", "C1", "first order"),
    "zeroth": (":", "C2", "zeroth order"),
}


def transport_figure(report: TransportReport) -> Any:
    """Return a figure with the envelopes, the spectrum of time scales and the heat map of rates.

    Args:
        report: what ``measure_transport`` returned; its ``plot()`` calls this.
    """
    figure = blank((8.6, 5.6))
    grid = figure.add_gridspec(2, 2, width_ratios=(1.25, 1))
    draw_envelopes(figure.add_subplot(grid[:, 0]), report)
    draw_time_scales(figure.add_subplot(grid[0, 1]), report)
    draw_rates(figure.add_subplot(grid[1, 1]), report)
    figure.suptitle(textwrap.fill(report.provenance.describe(), 90), fontsize=9)
    return figure


def draw_envelopes(axes: Any, report: TransportReport) -> None:
    """Draw the envelopes per neuron, and what is known of the error of first order.

    The error of first order is the relative error of the diagonal times the exact envelope; the
    bound of the remainder bounds it at every neuron, and leaves the figure where it is too large.
    """
    lags = report.lags.tolist()
    best = report.neuron_mean(report.readings[-1])
    curves, highest = [], float(best.max())
    if report.matrices is not None:
        scale = report.frobenius / math.sqrt(report.provenance.size)
        highest = max(highest, float(scale.max()))
        wrong = f"error of first order, {report.provenance.error_pairs} anchors"
        curves = [
            (scale, "-", "0.6", r"$\|M\|_F/\sqrt{H}$"),
            (report.errors.first_order * best, "-", "C1", wrong),
            (report.remainder_bound, "-.", "C1", "bound of that error"),
        ]
    low, high = float(_smallest(best)) / 10, 3 * highest
    for values, style, colour, label in curves:
        if bool((values > 0).any()):
            # What is far above the figure would only overflow on its way to the axes.
            drawn = _drawn(torch.where(values < 1e3 * high, values, torch.nan))
            axes.plot(lags, drawn, style, color=colour, lw=0.8, label=label)
    for reading in reversed(report.readings):
        style, colour, label = _STYLES[reading]
        drawn = _drawn(report.neuron_mean(reading))
        if all(math.isnan(value) for value in drawn[1:]):
            label += ": 0 beyond lag 1" if not math.isnan(drawn[0]) else ": 0"
        marker = "." if len(lags) < 33 else None
        axes.plot(lags, drawn, style, color=colour, marker=marker, markersize=4, label=label)
    _mark_breakdown(axes, report)
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    if len(lags) > 32:
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter("{x:.0f}")
    axes.set_xlabel(r"lag $\ell$")
    axes.set_ylabel(r"mean of $|M^{(qq)}_{t,\ell}|$ over neurons, anchors, sequences")
    dotted = "" if report.matrices is None else "; dotted: first order is wrong by 10 %, 50 %"
    axes.set_title(f"envelopes{dotted}", fontsize=9)
    axes.legend(frameon=False, fontsize=8)


def _mark_breakdown(axes: Any, report: TransportReport) -> None:
    reached: dict[int, list[str]] = {}
    for level in () if report.matrices is None else (0.1, 0.5):
        lag = report.breakdown(level)
        if lag is not None:
            reached.setdefault(lag, []).append(f"{level:.0%}")
    for lag, levels in reached.items():
        axes.axvline(lag, color="C1", lw=0.7, ls=(0, (1, 2)))
        axes.annotate(
            ", ".join(levels),
            (lag, 0.99),
            xycoords=("data", "axes fraction"),
            ha="right",
            va="top",
            fontsize=8,
            color="C1",
        )


def draw_time_scales(axes: Any, report: TransportReport) -> None:
    """Draw the sorted time scales of the local path beside the lags at which rates fold."""
    size = report.provenance.size
    neurons = range(1, size + 1)
    longest = int(report.lags[-1])
    series = (
        (report.time_scales, "C2", r"local path $\tau_q$"),
        (report.folding_lags, "C0", rf"{_STYLES[report.readings[-1]][2]} rate first below $1/e$"),
    )
    for values, colour, label in series:
        drawn = _drawn(values.sort(descending=True).values)
        if not all(math.isnan(value) for value in drawn):
            axes.plot(neurons, drawn, ".", color=colour, markersize=4, label=label)
    notes = []
    for count, text in (
        (int((report.time_scales == 0).sum()), "have no local path"),
        (int(torch.isinf(report.time_scales).sum()), "never leak"),
        (int(torch.isinf(report.folding_lags).sum()), f"stay above 1/e to lag {longest}"),
    ):
        if count:
            notes.append(f"{count} of {size} {text}")
    axes.set_title("time scales, sorted" + "".join(f"\n{note}" for note in notes), fontsize=9)
    axes.set_yscale("log")
    axes.set_xlabel("neurons")
    axes.set_ylabel("steps")
    _whole_numbers(axes.xaxis, 0, size + 1, axes.set_xlim)
    if axes.get_legend_handles_labels()[1]:
        axes.legend(frameon=False, fontsize=8)


def draw_rates(axes: Any, report: TransportReport) -> None:
    """Draw the best rates over neuron and lag, neurons ordered by how slowly they forget."""
    from matplotlib.colors import LogNorm

    best = report.readings[-1]
    rates = report.per_neuron[best]
    order = rates.log1p().sum(0).argsort(descending=True)
    top = max(float(rates.max()), 1e-300)
    bottom = max(float(_smallest(rates)), top * 1e-6)
    image = axes.imshow(
        rates[:, order].T.clamp(min=bottom).numpy(),
        aspect="auto",
        origin="upper",
        cmap="viridis",
        norm=LogNorm(bottom, top) if bottom < top else None,
        interpolation="nearest",
        extent=(0.5, len(rates) + 0.5, rates.shape[1] + 0.5, 0.5),
    )
    clipped = bool((rates < bottom).any())
    axes.figure.colorbar(
        image, ax=axes, label="mean of $|M^{(qq)}|$", extend="min" if clipped else "neither"
    )
    _whole_numbers(axes.yaxis, rates.shape[1] + 0.5, 0.5, axes.set_ylim)
    _whole_numbers(axes.xaxis, 0.5, len(rates) + 0.5, axes.set_xlim)
    axes.set_xlabel(r"lag $\ell$")
    axes.set_ylabel("neurons, slowest first")
    axes.set_title(f"{_STYLES[best][2]} rates", fontsize=9)


def _whole_numbers(axis: Any, low: float, high: float, limit: Any) -> None:
    """Put ticks at whole numbers only: there is no half neuron and no half lag."""
    from matplotlib.ticker import MaxNLocator

    limit(low, high)
    axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _drawn(values: Tensor) -> list[float]:
    """Leave out what logarithmic axes cannot show."""
    return [value if 0 < value < math.inf else math.nan for value in values.tolist()]


def _smallest(values: Tensor) -> Tensor:
    """The smallest positive value, or a tiny number where there is none."""
    positive = values[values > 0]
    return positive.min() if len(positive) else torch.tensor(1e-300, dtype=values.dtype)
