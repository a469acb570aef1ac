"""Tables and figures of the section on gradient and Hessian of a neuron."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from longlag.derivations.descent.saturation_runs import (
    ALPHAS,
    HORIZONS,
    REACHES,
    exponents,
    gained,
    widths,
)
from longlag.derivations.descent.smoothness_checks import (
    GAINS,
    HORIZON,
    bounds_at_horizon,
    climbed,
    sampled,
)
from longlag.numerics.canvas import canvas
from longlag.theory.descent.smoothness import geometric_sum
from longlag.theory.statement import Settings


def tightness_rows(settings: Settings) -> list[list[str]]:
    """Return bounds at T, the largest norms found by ascent and by sampling, and their shares."""
    bound, most, drawn = (
        bounds_at_horizon("tanh"),
        climbed("tanh", settings.seed),
        sampled("tanh", settings.seed),
    )
    rows = []
    for place, r in enumerate(GAINS):
        row = [f"{r:g}"]
        for order, found in enumerate((most.gradient, most.hessian)):
            limit = float(bound[order][place])
            row += [f"{float(drawn[order][place]):.3g}", f"{float(found[place]):.4g}"]
            row += [f"{limit:.4g}", f"{float(found[place]) / limit:.3f}"]
        rows.append(row)
    return rows


def gain_rows(settings: Settings) -> list[list[str]]:
    """Return factors gained at T over the reach of the ball."""
    rows = []
    for alpha in ALPHAS:
        for reach in REACHES:
            found = gained(alpha, HORIZON, reach, settings.seed)
            rows.append(
                [
                    f"{alpha:g}",
                    f"{reach:g}",
                    f"{found.median_gradient:.3g}",
                    f"{found.gradient:.3g}",
                    f"{found.largest_gradient:.3g}",
                    f"{found.hessian:.3g}",
                    f"{found.largest_hessian:.3g}",
                ]
            )
    return rows


def exponent_rows(settings: Settings) -> list[list[str]]:
    """Return exponents of the products through 200 steps beside ln r."""
    rows = []
    for alpha in (0.9, *ALPHAS):
        found = exponents(alpha, settings.seed)
        rows.append(
            [f"{alpha:g}", f"{math.log(alpha):.3f}", f"{float(found.mean()):.3f}"]
            + [f"{float(found.quantile(share)):.3f}" for share in (0.5, 0.99, 1.0)]
        )
    return rows


def width_rows(settings: Settings) -> list[list[str]]:
    """Return required widths with the worst case and with means over neurons."""
    rows = []
    for alpha in (0.5, 0.9, *ALPHAS):
        found = widths(alpha, settings.seed)
        rows.append(
            [
                f"{alpha:g}",
                f"{found.worst_case:.2g}",
                f"{found.width:.2g}",
                f"{found.worst_case / found.width:.2g}",
                f"{found.worst_linearisation:.2g}",
                f"{found.linearisation:.2g}",
            ]
        )
    return rows


def tightness_figure(settings: Settings) -> Any:
    """Draw bounds and largest norms over r through the cutoff."""
    figure, (left, right) = canvas(2, size=(6.5, 3.2))
    bound, most = bounds_at_horizon("tanh"), climbed("tanh", settings.seed)
    drawn = sampled("tanh", settings.seed)
    grown = np.array([float(geometric_sum().value(HORIZON, r, {})) for r in GAINS])
    for axes, order, found, floor, name in (
        (left, 0, most.gradient, grown, r"\nabla H_T"),
        (right, 1, most.hessian, 4 / (3 * math.sqrt(3)) * grown**2, r"\nabla^2 H_T"),
    ):
        axes.plot(GAINS, bound[order], "k-", label=(r"bound $\ell_T$", r"bound $B_T$")[order])
        axes.plot(GAINS, found, "C0o-", ms=3, label="largest found by ascent")
        axes.plot(GAINS, floor, "C1--", lw=1, label="floor, proved")
        axes.plot(GAINS, drawn[order], "C2s:", ms=3, label="largest of 400 drawn")
        axes.axvline(1.0, color="0.7", lw=0.8)
        axes.set_yscale("log")
        axes.set_xlabel(r"$r = \alpha_m s_1$")
        axes.set_title(rf"$\|{name}\|$, $T = {HORIZON}$, tanh", fontsize=9)
        axes.legend(frameon=False, fontsize=8)
    return figure


def gain_figure(settings: Settings) -> Any:
    """Draw the factor gained over T on the trajectory, and over the reach of the ball."""
    figure, (left, right) = canvas(2, size=(6.5, 3.2))
    for place, alpha in enumerate(ALPHAS):
        on_path = [gained(alpha, steps, 0.0, settings.seed) for steps in HORIZONS]
        left.plot(
            HORIZONS,
            [found.gradient for found in on_path],
            f"C{place}o-",
            ms=3,
            label=rf"$\alpha = {alpha:g}$",
        )
        left.plot(HORIZONS, [found.largest_gradient for found in on_path], f"C{place}:", lw=1)
        scale = on_path[0].gradient * alpha ** (np.array(HORIZONS) - HORIZONS[0])
        left.plot(HORIZONS, scale, f"C{place}--", lw=0.8)
        reaches = np.logspace(-5, -0.5, 10)
        over = [gained(alpha, HORIZON, float(reach), settings.seed) for reach in reaches]
        right.plot(reaches, [found.gradient for found in over], f"C{place}-")
        right.plot(reaches, [found.hessian for found in over], f"C{place}--")
    left.set_xlabel("$T$")
    left.set_ylabel(r"factor gained over $\ell_T$")
    left.set_title(r"on the trajectory; dashed: $r^T$, dotted: worst neuron", fontsize=8)
    left.legend(frameon=False, fontsize=8)
    right.set_xscale("log")
    right.set_xlabel(r"reach $\rho/\sqrt{m}$ of the ball")
    right.set_title(rf"$T = {HORIZON}$; full: gradient, dashed: mean Hessian", fontsize=8)
    for axes in (left, right):
        axes.set_yscale("log")
    return figure
