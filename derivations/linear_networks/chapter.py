"""Linear networks: ceilings of recall, second moments, and the course of learning."""

from __future__ import annotations

from longlag.derivations.linear_networks import letters as the
from longlag.derivations.linear_networks.figures import (
    order_figure,
    recall_figure,
    sensitivity_figure,
)
from longlag.derivations.linear_networks.modes import mode_claims
from longlag.derivations.linear_networks.moments import moment_claims
from longlag.derivations.linear_networks.recall import recall_claims
from longlag.theory.statement import Derivation, Figure, Text


def _order() -> Figure:
    return Figure(
        "order_of_learning",
        "When the loss has fallen by half, of a task at the last of six steps and of one at the "
        "first, over where the multiplier begins: they change places before 1.",
        order_figure,
    )


def derivations(order: int = 1) -> list[Derivation]:
    """Return the sections; there is nothing to expand over a lag."""
    recalled = Text(
        "How many inputs does the state of a linear network hold? Under white input the best "
        "linear readout of the input some lags before recalls a share of its variance, and these "
        "shares have a budget."
    )
    sensed = Text(
        "A unit that remembers long is large, and its derivative by what it learns is larger. The "
        "first is mended by a norm, the second by the map from what is learnt to the multiplier: "
        r"$E\, (\partial\tilde{h}/\partial\theta)^2 = \lambda'(\theta)^2 S$, bounded over all time "
        r"scales if and only if $\lambda' = O(1-\lambda)$, since $(1-\lambda)^2 S$ has a positive "
        "limit."
    )
    learned = Text(
        "A linear recurrent network whose singular vectors are aligned with those of its task "
        "falls apart into modes. Each waits on a plateau and then learns fast; how long it waits "
        "depends on how much is wanted of it, and how far back."
    )
    return [
        Derivation(
            "recall",
            "What a linear network recalls",
            (
                recalled,
                *recall_claims(),
                Figure(
                    "recalled_shares",
                    "What two networks recall over the lag, and the ceilings that no network of "
                    "their size passes; points: regression on a simulated one, 95 % intervals over "
                    "sequences.",
                    recall_figure,
                ),
            ),
            glossary=the.GLOSSARY,
        ),
        Derivation(
            "sensitivity",
            "How sensitive a linear unit is",
            (
                sensed,
                *moment_claims(),
                Figure(
                    "sensitivities",
                    r"How sensitive a normalised unit is to what is learnt, over its time scale, "
                    r"by the closed form at $\rho = 4/5$; parameters of the maps 3/2.",
                    sensitivity_figure,
                ),
            ),
            glossary=the.GLOSSARY,
        ),
        Derivation(
            "modes",
            "How its modes are learned",
            (learned, *mode_claims(), _order()),
            glossary=the.GLOSSARY,
        ),
    ]
