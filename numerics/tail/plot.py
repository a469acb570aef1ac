"""The figure of a noise report: how tails fall, and how means concentrate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from longlag.numerics.canvas import canvas

if TYPE_CHECKING:
    from longlag.numerics.tail.report import NoiseReport


def noise_figure(report: NoiseReport) -> Any:
    """Return a figure: Hill estimates over the order statistics, dispersion over the block size.

    Args:
        report: what ``noise_report`` returned; its ``plot()`` calls this.
    """
    figure, (left, right) = canvas(2, size=(7.2, 3.0))
    if report.hill is not None:
        left.semilogx(report.hill.order_statistics, report.hill.alphas, color="C0", label="Hill")
    for place, each in enumerate(report.estimates):
        label = f"{each.estimator}, {report.level:.0%}"
        left.axhline(each.alpha, color=f"C{place + 1}", lw=1, label=label)
        left.axhspan(*each.interval, color=f"C{place + 1}", alpha=0.15, lw=0)
    left.set(xlabel="order statistics k", ylabel=r"tail index $\alpha$")
    left.legend(frameon=False, fontsize=8)
    scaling = report.scaling
    sizes = np.array(scaling.block_sizes, float)
    right.loglog(sizes, scaling.dispersions, "o", color="C0", markersize=3, label="measured")
    fitted = sizes[sizes >= scaling.fitted_from]
    middle = np.exp(np.log(fitted).mean())
    known = np.array(scaling.dispersions)[sizes >= scaling.fitted_from]
    height = np.exp(np.log(known).mean())
    line = height * (fitted / middle) ** scaling.slope
    right.loglog(fitted, line, color="C1", lw=1, label=rf"$\kappa$ = {scaling.kappa:.3g}")
    right.set(xlabel="block size n", ylabel="dispersion of means")
    right.legend(frameon=False, fontsize=8)
    return figure
