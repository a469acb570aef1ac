"""Linear networks: ceilings of recall, second moments, and the course of learning."""

from __future__ import annotations

from longlag.derivations.linear_networks import letters as the
from longlag.derivations.linear_networks.modes import mode_claims
from longlag.derivations.linear_networks.moments import moment_claims
from longlag.derivations.linear_networks.recall import recall_claims
from longlag.theory.statement import Derivation, Text


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
            (recalled, *recall_claims()),
            glossary=the.GLOSSARY,
        ),
        Derivation(
            "sensitivity",
            "How sensitive a linear unit is",
            (sensed, *moment_claims()),
            glossary=the.GLOSSARY,
        ),
        Derivation(
            "modes", "How its modes are learned", (learned, *mode_claims()), glossary=the.GLOSSARY
        ),
    ]
