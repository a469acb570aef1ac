"""Figures on maps of the rates: gradient scale, perturbation error, plateaus of training."""

from __future__ import annotations

from typing import Any

import numpy as np

from longlag.derivations.memory.reparametrisation_checks import (
    STABLE_MAPS,
    WIDE,
    in_numbers,
    memory_error,
)
from longlag.derivations.memory.reparametrisation_training import (
    DELAYS,
    LAGS,
    delayed_curve,
    late_energy,
    plateau_curve,
)
from longlag.numerics.canvas import blank, canvas
from longlag.numerics.codegen import generate_scalar
from longlag.numerics.memory.perturbation import polynomial_mixture
from longlag.theory.memory import rate
from longlag.theory.memory.reparametrisation import radius, theta
from longlag.theory.statement import Settings


def scale_figure(settings: Settings) -> Any:
    """Draw the gradient scale over the rate that a map gives: what a slow unit sees."""
    figure, (left, right) = canvas(2, size=(6.5, 3.2))
    rates = np.geomspace(1e-3, 50, 300)
    for name in ("direct", *STABLE_MAPS):
        one = in_numbers(name, WIDE)
        learnt = generate_scalar(one.inverse, [rate])(rates)
        scale = generate_scalar(one.gradient_scale, [theta])(learnt)
        left.plot(rates, scale, label=name)
        shown = np.linspace(-4, -0.05 if name == "direct" else 4, 200)
        right.plot(shown, generate_scalar(one.gradient_scale, [theta])(shown), label=name)
    left.set_xscale("log")
    left.set_xlabel(r"rate $w = -f(\theta)$")
    right.set_xlabel(r"$\theta$")
    for axes in (left, right):
        axes.set_yscale("log")
        axes.set_ylabel(r"$|f'(\theta)|/f(\theta)^2$")
    right.legend(frameon=False, fontsize=8)
    left.set_title("a = 1, b = 0.01", fontsize=9)
    return figure


def perturbation_figure(settings: Settings) -> Any:
    """Draw the worst error of two mixtures of a long memory over the radius, map by map."""
    figure, axes = canvas(size=(6.4, 3.6))
    radii = np.geomspace(1e-4, 1, 25)
    for colour, name in enumerate(("direct", *STABLE_MAPS)):
        one = in_numbers(name, WIDE)
        for count, style in ((8, "--"), (32, "-")):
            drawn = [memory_error(one, count, beta, settings).drawn for beta in radii]
            seen = np.array([x if np.isfinite(x) else np.nan for x in drawn])
            axes.plot(radii, seen, f"C{colour}{style}", label=f"{name}, {count} units")
        if one.is_stable:
            bound = generate_scalar(one.modulus, [radius])(radii)
            axes.plot(radii, bound, f"C{colour}:", lw=0.9)
    for count in (8, 32):
        axes.axvline(polynomial_mixture(0.5, count, longest=count**2)[1].min(), color="0.7", lw=0.7)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(r"radius $\beta$")
    axes.set_ylabel(r"worst relative $L^1$ error")
    axes.legend(frameon=False, fontsize=8, ncols=2)
    return figure


def plateau_figure(settings: Settings) -> Any:
    """Draw loss curves of linear, tanh and diagonal networks over the steps of training."""
    figure = blank((6.5, 5.6))
    # The last place is for the legends: two panels share one.
    *panels, last = figure.subplots(2, 2).flat
    for axes, saturating in zip(panels, (False, True), strict=False):
        for colour, lag in enumerate(LAGS):
            for orthogonal, style in ((False, "-"), (True, ":")):
                curve = plateau_curve(settings.seed, lag, orthogonal, saturating, long=True)
                start = "orthogonal" if orthogonal else "fading"
                axes.plot(
                    np.arange(1, len(curve.losses) + 1),
                    curve.losses,
                    f"C{colour}{style}",
                    label=f"lag {lag}, {start}",
                )
        axes.set_title(("linear" if not saturating else "tanh") + ", shifted input", fontsize=9)
    for colour, (slowest, name) in enumerate(
        ((None, "direct"), (None, "exponential"), (0.5, "direct"), (0.2, "direct"))
    ):
        curve = delayed_curve(settings.seed, DELAYS[-1], slowest, name)
        label = name if slowest is None else f"{name}, silent unit at {slowest:g}"
        panels[2].plot(
            np.arange(1, len(curve.losses) + 1),
            np.array(curve.losses) / late_energy(),
            f"C{colour}",
            label=label,
        )
    for axes in panels[:2]:
        axes.set_ylim(0, 2.4)
    panels[2].set_title(rf"diagonal, bump at $1/\omega = {DELAYS[-1]}$", fontsize=9)
    panels[2].set_ylabel("loss over the energy of the bump")
    panels[0].set_ylabel("loss")
    for axes in panels:
        axes.set_xscale("log")
        axes.set_xlabel("step")
    last.axis("off")
    for panel, title, place in (
        (panels[0], "shifted input", "upper"),
        (panels[2], "bump", "lower"),
    ):
        told = last.legend(
            *panel.get_legend_handles_labels(),
            frameon=False,
            fontsize=8,
            loc=f"{place} center",
            title=title,
            title_fontsize=8,
        )
        last.add_artist(told)
    return figure
