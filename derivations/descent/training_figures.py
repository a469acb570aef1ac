"""Table and figures of the section on training."""

from __future__ import annotations

from typing import Any

import numpy as np

from longlag.derivations.descent.limits_checks import (
    DIMENSIONS,
    LABELS,
    LEARNT,
    delay_errors,
    label_sizes,
)
from longlag.derivations.descent.training_runs import (
    ALPHAS,
    PLAIN,
    PROJECTED,
    finite_width,
    linearisation,
    trained,
)
from longlag.derivations.results import interval
from longlag.numerics.canvas import canvas
from longlag.theory.descent.convergence import drift_radius, risk_bound
from longlag.theory.statement import Settings

#: The run with a small misfit, and those of one width below, at and above the cutoff.
_DRAWN = tuple(PROJECTED[k] for k in (5, 1, 3, 4))


def run_rows(settings: Settings) -> list[list[str]]:
    """Return the runs of gradient descent beside their bounds."""
    rows = []
    for case in (*PROJECTED, *PLAIN):
        found = trained(case, settings.seed)
        bound = found.bounds(risk_bound())
        ratio = found.run.mean_risk / bound
        drift = "–"
        if case.plain:
            drift = f"{(found.run.drift[1:] / found.bounds(drift_radius())).max():.2g}"
        rows.append(
            [
                "plain" if case.plain else "projected",
                f"{case.alpha:g}",
                str(case.width),
                f"{case.size:g}",
                _shown(found.guarantee.misfit / case.problem_size),
                _shown(found.run.risk[-1] / found.run.risk[0]),
                _shown(ratio.max()),
                _shown(found.run.drift[-1] / case.problem_size),
                drift,
                _shown(found.stable_steps),
            ]
        )
    return rows


def width_figure(settings: Settings) -> Any:
    """Draw distances from the infinite width and from the linearisation over the width."""
    figure, axes = canvas(2, size=(6.5, 3.4))
    for place, alpha in enumerate(ALPHAS):
        errors = finite_width(alpha, settings.seed)
        axes[0].plot(
            errors.widths, errors.largest, f"C{place}o-", ms=3, label=rf"$\alpha = {alpha:g}$"
        )
        axes[0].plot(errors.widths, errors.bounds, f"C{place}--", lw=0.8)
        for adverse, style in ((True, "o-"), (False, "^:")):
            errors = linearisation(alpha, settings.seed, adverse=adverse)
            axes[1].plot(errors.widths, errors.largest, f"C{place}{style}", ms=3)
        axes[1].plot(errors.widths, errors.bounds, f"C{place}--", lw=0.8)
    for axis, title in zip(
        axes, ("from the infinite width", "from the linearisation"), strict=True
    ):
        axis.set_xscale("log", base=2)
        axis.set_yscale("log")
        axis.set_xlabel("width $m$")
        axis.set_title(f"largest distance {title}", fontsize=9)
    axes[0].legend(frameon=False, fontsize=8)
    return figure


def risk_figure(settings: Settings) -> Any:
    """Draw the mean risk and its bound over the steps of projected descent."""
    figure, axes = canvas()
    for place, case in enumerate(_DRAWN):
        found = trained(case, settings.seed)
        steps = np.arange(1, case.iterations + 1)
        scale = case.problem_size**2
        label = rf"$\alpha = {case.alpha:g}$, $m = {case.width}$"
        axes.plot(steps, found.run.mean_risk / scale, f"C{place}", label=label)
        axes.plot(steps, found.bounds(risk_bound()) / scale, f"C{place}--", lw=0.8)
        axes.axhline(2 * found.guarantee.misfit**2 / scale, color=f"C{place}", ls=":", lw=0.6)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(r"steps $\tau$")
    axes.set_ylabel(r"mean risk over $\nu^2$")
    axes.set_ylim(bottom=1e-4)
    axes.legend(frameon=False, fontsize=8, ncol=2, loc="lower left")
    return figure


def label_figure(settings: Settings) -> Any:
    """Draw the size of transportation maps that fit random signs over the number of samples."""
    figure, axes = canvas()
    for place, dimension in enumerate(DIMENSIONS):
        sizes, color = label_sizes(dimension, settings.seed), f"C{place}"
        slope = sizes.exponent()
        label = rf"$d = {dimension}$, exponent ${slope.value:.2f} \pm {slope.half_width:.2f}$"
        for values, style, name in ((sizes.least, "o-", label), (sizes.enough, "^:", None)):
            found = [interval(column) for column in values.T]
            axes.errorbar(
                LABELS,
                [one.mean for one in found],
                yerr=[one.half for one in found],
                fmt=style,
                color=color,
                ms=3,
                capsize=2,
                label=name,
            )
        axes.plot(LABELS, sizes.floor.mean(0), f"{color}--", lw=0.8)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xlabel("sequences $n$ with random labels")
    axes.set_ylabel(r"$\nu$")
    axes.legend(frameon=False, fontsize=8)
    return figure


def delay_figure(settings: Settings) -> Any:
    """Draw the error of fitting a delayed input by tangent features over the delay."""
    figure, axes = canvas()
    names = {
        "dense": "dense",
        "diagonal": "diagonal, as many neurons",
        "many": "diagonal, as many parameters",
        "spread": r"the same, weights all over $[-\alpha, \alpha]$",
    }
    for name, errors in delay_errors(settings.seed).items():
        style = "o--" if name == "many" else "o-"
        axes.plot(np.arange(len(errors)), errors, style, ms=3, label=names[name])
    axes.axhline(LEARNT, color="k", lw=0.6, ls=":")
    axes.set_yscale("log")
    axes.set_xlabel("delay $k$")
    axes.set_ylabel("error over the variance of $x_{T-k}$")
    axes.legend(frameon=False, fontsize=8)
    return figure


def _shown(number: float) -> str:
    """Two digits, without an exponent where there is no need for one."""
    return f"{float(f'{number:.2g}'):g}"
