"""Initialisations: what each unit keeps, the law that this makes, and its window."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Integer, Integral, S, Symbol

from longlag.derivations.initialisations.checks import envelope_verdict, network_verdict
from longlag.derivations.initialisations.hippo import hippo_claim
from longlag.derivations.initialisations.starts import start_claims
from longlag.derivations.results.judged import live_claim
from longlag.derivations.window.law import window_items
from longlag.numerics.canvas import canvas
from longlag.theory.initialisations import INITIALISATIONS, Initialisation, chance
from longlag.theory.notation import WINDOW, ell, of_lag
from longlag.theory.readback import Name, read_back, said
from longlag.theory.statement import (
    Claim,
    Derivation,
    Figure,
    Item,
    Kind,
    Settings,
    Statement,
    Text,
)
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.window.formula import formula
from longlag.theory.window.window import learnability_window

#: Of what a section is one.
_FAMILY = "Initialisations, from what a unit keeps to their window"
_MEASURED = Symbol(r"\hat{f}", real=True)
_STATED = Symbol("f", real=True)
_KEPT = Symbol("a", real=True)


def derive_initialisation(scheme: Initialisation) -> Derivation:
    """Return the section of an initialisation: what is kept, the envelope, the window.

    Args:
        scheme: registered or of one's own.
    """
    told = f"{scheme.description[:1].upper()}{scheme.description[1:]}."
    items: list[Item] = [Text(f"{told} Source: {scheme.source}." if scheme.source else told)]
    items += [envelope_claim(scheme)]
    if INITIALISATIONS.get(scheme.name) == scheme:
        items.append(_network_claim(scheme))
    items += window_items(learnability_window(scheme.law))
    title = f"Initialisation: {scheme.name.replace('_', ' ')}"
    return Derivation(f"initialisation_{scheme.name}", title, tuple(items), WINDOW, _FAMILY)


def envelope_claim(scheme: Initialisation) -> Claim:
    """Return the claim that a(u) makes its envelope, exactly or in a limit."""
    average = Integral(scheme.kept**ell, (chance, S.Zero, S.One))
    envelope, grows = scheme.envelope, scheme.limit
    name = of_lag("f")
    if grows is None:
        tex = f"{name} = {scalar_tex(average)} = {formula(envelope)}"
        reading = read_back(said(Name(name), "=", average, "=", envelope))
    else:
        tex = rf"{name} = {scalar_tex(average)} \sim {formula(envelope)}"
        tex += rf" \qquad ({scalar_tex(grows)} \to \infty)"
        reading = read_back(
            said(Name(name), "=", average, "∼", envelope), said(grows, "→", S.Infinity)
        )
    text = "What a unit keeps is raised to the lag and averaged over the units."
    if grows is not None:
        text += f" In the limit the lag over ${scalar_tex(grows)}$ is held."
    return Claim(
        Statement("envelope", Kind.IDENTITY if grows is None else Kind.LIMIT, tex, reading=reading),
        envelope_verdict,
        title="Envelope",
        text=text,
        stated={"scheme": scheme, "envelope": envelope},
        wrong={
            "at twice the lag": {"envelope": envelope.subs(ell, 2 * ell)},
            "squared": {"envelope": envelope**2},
        },
    )


def _network_claim(scheme: Initialisation) -> Claim:
    other = "uniform_gates" if scheme.name != "uniform_gates" else "beta_gates"
    return live_claim(
        "network",
        _MEASURED,
        "=",
        _STATED,
        network_verdict,
        title="A network of it",
        text=r"$\hat{f}$ is the mean over the units of a drawn network, as its generated Jacobian "
        "says, with the usual numbers.",
        kind=Kind.IDENTITY,
        stated={"scheme": scheme.name, "drawn": scheme.name},
        wrong={"a network of another initialisation": {"drawn": other}},
    )


def every_envelope(settings: Settings) -> Any:
    """Return the figure of all envelopes over the lag, with the usual numbers."""
    figure, axes = canvas(size=(6.4, 4.0))
    lags = np.unique(np.geomspace(1, 3e4, 24).round())
    styles = ("-", "--", ":", "-.")
    for place, (name, scheme) in enumerate(INITIALISATIONS.items()):
        values = [float(scheme.mean_at(Integer(int(lag)), scheme.usual)) for lag in lags]
        shown = [value if value > 1e-6 else float("nan") for value in values]
        axes.plot(
            lags,
            shown,
            styles[place // 7],
            color=f"C{place % 7}",
            lw=1.2,
            label=name.replace("_", " "),
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(1e-6, 1.5)
    axes.set_xlabel(r"lag $\ell$")
    axes.set_ylabel(r"$f(\ell)$ before training")
    axes.legend(frameon=False, fontsize=8, ncol=2, loc="lower left")
    return figure


def derivations(order: int = 1) -> list[Derivation]:
    """Return the sections, and one figure of all; there is nothing to expand."""
    overview = Derivation(
        "initialisations",
        "From an initialisation to a window",
        (
            Text(
                "A bias or an eigenvalue decides what a unit keeps of its state in a step, as long "
                "as weights to its gate are small. So a scheme of initialisation is a spectrum, "
                "and has an envelope and a window before any training."
            ),
            hippo_claim(),
            *start_claims(),
            Figure(
                "every_initialisation",
                "Envelopes of all registered initialisations with their usual numbers, by "
                "quadrature.",
                every_envelope,
            ),
        ),
        glossary=WINDOW,
    )
    return [overview, *map(derive_initialisation, INITIALISATIONS.values())]


__all__ = ["derivations", "derive_initialisation", "envelope_claim", "every_envelope"]
