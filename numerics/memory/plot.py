"""The figure of ``longlag memory``: a kernel, its approximations, the plateau of training."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from longlag.numerics.canvas import canvas
from longlag.numerics.memory.integrals import density

if TYPE_CHECKING:
    from longlag.numerics.memory.study import MemoryStudy


def study_figure(study: MemoryStudy) -> Any:
    """Return a figure with the kernel, the error over the number of terms, and the loss over time.

    Args:
        study: what ``study_memory`` returned; its ``plot()`` calls this.
    """
    figure, (left, middle, right) = canvas(3, size=(9.6, 3.2))
    _draw_kernel(left, study)
    _draw_errors(middle, study)
    _draw_loss(right, study)
    figure.suptitle(f"{study.kernel.name}: {study.kernel.rho}", fontsize=9)
    return figure


def _draw_kernel(axes: Any, study: MemoryStudy) -> None:
    rho = density(study.kernel)
    # To where what is left of the kernel no longer shows.
    ends = np.geomspace(1, 1e6, 200)
    values = np.abs(rho(ends))
    longest = float(ends[np.flatnonzero(values > 1e-3 * values.max())[-1]])
    span = min(longest, 60.0)
    t = np.concatenate(
        [np.geomspace(1e-4, 1, 100, endpoint=False) * span / 60, np.linspace(span / 60, span, 400)]
    )
    axes.plot(t, rho(t), "k-", lw=1.5, label=r"$\rho(t)$")
    for found in {id(found): found for found in study.sums}.values():
        fitted = np.real(np.exp(-np.outer(t, found.rates)) @ found.amplitudes)
        axes.plot(t, fitted, "--", lw=0.9, label=f"{found.terms} terms")
    axes.set_xlabel("t")
    axes.legend(frameon=False, fontsize=7)
    axes.set_title("kernel and approximations", fontsize=9)


def _draw_errors(axes: Any, study: MemoryStudy) -> None:
    terms = list(study.terms)
    axes.plot(terms, [found.l1_error for found in study.sums], "C0o-", markersize=4)
    axes.axhline(study.error, color="0.7", lw=0.7)
    axes.set_yscale("log")
    axes.set_xlabel("terms")
    axes.set_ylabel("relative L1 error", color="C0")
    # On axes of its own, since it may fall by twenty decades.
    beside = axes.twinx()
    beside.plot(terms, [found.smallest_rate for found in study.sums], "C3s:", markersize=4)
    beside.set_yscale("log")
    beside.set_ylabel("slowest rate", color="C3")
    axes.set_title("upper bounds on the best error", fontsize=9)


def _draw_loss(axes: Any, study: MemoryStudy) -> None:
    axes.set_title(f"training {len(study.rates)} units", fontsize=9)
    if study.flow is None:
        axes.text(0.5, 0.5, r"$J$ is infinite", ha="center", transform=axes.transAxes)
        return
    axes.plot(study.flow.times[1:], study.flow.losses[1:], "C0-")
    axes.set_xscale("log")
    axes.set_xlabel("time of the gradient flow")
    axes.set_ylabel("J")
    if math.isfinite(study.exit_time):
        axes.axvline(study.exit_time, color="C1", lw=0.8, label=f"leaves {study.delta:g}-ball")
    if study.predicted is not None:
        axes.axvline(study.predicted, color="C2", lw=0.8, ls="--", label="plateau law")
    if axes.get_legend_handles_labels()[1]:
        axes.legend(frameon=False, fontsize=7)


__all__ = ["study_figure"]
