"""Does a spread of time scales slow decay? At a fixed mean rate always, at a fixed mean τ not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sympy import Derivative, Interval, Rational, exp, lambdify

from longlag.numerics.canvas import canvas
from longlag.theory.notation import WINDOW, ell
from longlag.theory.readback import of_relation, read_back, said
from longlag.theory.spectra import SPECTRA
from longlag.theory.spectra.heterogeneity import (
    curvature,
    jensen,
    longest_lag_of_speeding_up,
    spread,
    spread_slows_decay_as_published,
    spread_speeds_decay,
    two_time_scales_envelope,
)
from longlag.theory.spectra.spectrum import envelope_of, mean_rate_of, nu, tau
from longlag.theory.statement import Derivation, Figure, Item, Relation, Settings, Source, Text
from longlag.theory.verify import claim
from longlag.theory.window.formula import formula

PAPER = Source("arXiv 2512.05790", "broader spectra slow the decay")
_JENSEN = ("gamma_rates", "uniform_rates")


def heterogeneity() -> Derivation:
    """Return the section: Jensen's inequality, its reading that fails, a figure of spectra."""
    curved, published, speeds = curvature(), short_lags(), spread_speeds_decay()
    items: list[Item] = [
        Text(
            r"$\nu \mapsto e^{-\nu \ell}$ is convex, so by Jensen's inequality no spectrum decays "
            "faster than a single rate at its mean. The same is not true of time scales."
        ),
        *[
            claim(
                f"jensen_{name}",
                (relation := jensen(SPECTRA[name])),
                rf"{formula(exp(-mean_rate_of(SPECTRA[name]) * ell))} \le {formula(relation.rhs)}",
                title=name.replace("_", " ").capitalize(),
                text=r"At a fixed mean rate heterogeneity slows decay: $e^{-\ell\, E \nu} "
                r"\le f(\ell)$.",
                source=PAPER,
                wrong={"from above": replace(relation, lhs=relation.rhs, rhs=relation.lhs)},
                reading=of_relation(relation),
            )
            for name in _JENSEN
        ],
        claim(
            "curvature",
            curved,
            rf"\frac{{\partial^2}}{{\partial \tau^2}} e^{{-\ell/\tau}} = {formula(curved.rhs)}",
            title="Over time scales",
            text=rf"Concave for $\ell < {formula(longest_lag_of_speeding_up())}$.",
            wrong={"a flipped sign": -curved.rhs},
            reading=read_back(said(Derivative(exp(-ell / tau), (tau, 2)), "=", curved.rhs)),
        ),
        claim(
            "published_reading",
            published,
            rf"e^{{-\ell/\tau}} \le {formula(published.rhs)}",
            title="At a fixed mean time scale, as one may read the paper",
            text=r"Half of the units have $\tau(1-h)$, half $\tau(1+h)$: the mean is $\tau$.",
            source=PAPER,
            expected_to_hold=False,
            reading=of_relation(published),
        ),
        claim(
            "spread_speeds_decay",
            speeds,
            rf"{formula(two_time_scales_envelope())} \le e^{{-\ell/\tau}} \qquad "
            r"(\ell \le 2 \tau (1 - h))",
            title="What holds instead",
            text=r"While both $\tau(1 \pm h)$ are at least $\ell/2$, a spread speeds decay up.",
            wrong={"it slows decay": replace(speeds, lhs=speeds.rhs, rhs=speeds.lhs)},
            reading=read_back(
                said(two_time_scales_envelope(), "≤", exp(-ell / tau)),
                said(ell, "≤", 2 * tau * (1 - spread)),
            ),
        ),
        Figure(
            "spectra",
            "Spectra of mean rate 1 and the envelopes that they make; the single rate decays "
            "fastest, as Jensen's inequality says.",
            spectra_figure,
        ),
    ]
    return Derivation(
        "heterogeneity", "Heterogeneity: when it slows decay", tuple(items), glossary=WINDOW
    )


def short_lags() -> Relation:
    """Return the published reading at lags below both time scales, where every point refutes it."""
    published = spread_slows_decay_as_published()
    unit = Rational(1, 10)
    domains = {ell: Interval(unit, 1), tau: Interval(3, 9), spread: Interval(unit, 5 * unit)}
    return replace(published, domains=domains)


def spectra_figure(settings: Settings) -> Any:
    """Return the figure of three densities of rates beside their envelopes."""
    figure, (left, right) = canvas(2, size=(6.5, 3.2))
    lags = np.geomspace(0.1, 1000, 200)
    right.plot(lags, np.exp(-lags), "k--", label=r"single rate $\nu = 1$")
    cases = (
        ("gamma_rates", {"b": 0.5, "theta": 2.0}, r"Gamma, $b = 0.5$"),
        ("gamma_rates", {"b": 2.0, "theta": 0.5}, r"Gamma, $b = 2$"),
        ("uniform_rates", {"B": 2.0}, "even on $[0, 2]$"),
    )
    for name, numbers, label in cases:
        spectrum = SPECTRA[name]
        values = {symbol: numbers[symbol.name] for symbol in spectrum.parameters}
        rates = np.linspace(1e-3, 4, 400)
        top = spectrum.support[1].subs(values)
        inside = rates[rates <= float(top)] if top.is_finite else rates
        density = lambdify(nu, spectrum.rate_average.density.subs(values), "numpy")(inside)
        left.plot(inside, np.broadcast_to(density, inside.shape), label=label)
        right.plot(lags, lambdify(ell, envelope_of(spectrum).subs(values), "numpy")(lags))
    left.set_ylim(0, 2)
    left.set_xlabel(r"rate $\nu$")
    left.set_ylabel(r"density $p(\nu)$")
    left.legend(frameon=False, fontsize=8)
    right.set_xscale("log")
    right.set_yscale("log")
    right.set_ylim(1e-5, 1.5)
    right.set_xlabel(r"lag $\ell$")
    right.set_ylabel(r"envelope $f(\ell)$")
    right.legend(frameon=False, fontsize=8)
    return figure
