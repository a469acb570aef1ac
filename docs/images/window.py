"""The README's picture: what crosses each lag of a GRU, and the sequences that a lag takes.

python docs/images/window.py      # writes docs/images/window.png
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from longlag.numerics import measure_transport
from longlag.numerics.measurement import TransportReport

#: A = 1, and κ of a mean where gradients have a variance.
SAMPLES, COST, KAPPA = 1e4, 1.0, 2.0
_LAGS = 32
#: Of Okabe and Ito, told apart by all eyes.
_EXACT, _FIRST = "#0072B2", "#D55E00"


def measured() -> TransportReport:
    """Return the measurement of the README."""
    torch.manual_seed(0)
    gru = torch.nn.GRU(1, 16)
    return measure_transport(gru, torch.randn(200, 1), max_lag=_LAGS)


def drawn(report: TransportReport) -> Any:
    """Return the figure."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.7), layout="constrained")
    left, right = figure.subplots(1, 2)
    lags = report.lags.tolist()
    for name, colour, style in (("exact", _EXACT, "-"), ("first_order", _FIRST, "--")):
        envelope = report.neuron_mean(name).tolist()
        words = "to first order" if name == "first_order" else name
        left.semilogy(lags, envelope, style, color=colour, label=words)
        cost = [COST * value**-KAPPA for value in envelope]
        right.semilogy(lags, cost, style, color=colour, label=words)
    window = report.window(samples=SAMPLES, cost=COST, kappa=KAPPA).last
    assert window is not None
    right.axhline(SAMPLES, color="0.5", linewidth=0.8)
    right.plot([window, window], [1, SAMPLES], color="0.5", linewidth=0.8)
    right.annotate(
        f"N = 10 000\nwindow $H_N$ = {window:.0f}",
        (window, SAMPLES),
        (12, 30),
        arrowprops={"arrowstyle": "-", "color": "0.5"},
    )
    left.set(xlabel="lag ℓ", ylabel="envelope f(ℓ)", title="what crosses a lag")
    right.set(xlabel="lag ℓ", ylabel="N(ℓ) = A f(ℓ)$^{-κ}$", title="the sequences that it takes")
    right.set_ylim(1, 1e12)
    left.legend(frameon=False)
    return figure


if __name__ == "__main__":
    drawn(measured()).savefig(Path(__file__).with_suffix(".png"), dpi=200)
