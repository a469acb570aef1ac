"""Anti-collapse: time scales as a workload, its three laws, and the tests of a power law."""

from __future__ import annotations

from longlag.derivations.anticollapse import letters as the
from longlag.derivations.anticollapse.figures import envelopes_figure
from longlag.derivations.anticollapse.judging import judging_claims
from longlag.derivations.anticollapse.stable import tempered_claims, untempered_claims
from longlag.derivations.anticollapse.workload import workload_claims
from longlag.theory.statement import Derivation, Figure, Text


def derivations(order: int = 1) -> list[Derivation]:
    """Return the sections; there is nothing to expand over a lag."""
    pulled = Text(
        "Training pulls the logarithm of a time scale down at a constant rate, and rare jumps push "
        "it up. What is left in the long run is a spectrum, and it decides how the network forgets."
    )
    tempered = Text(
        "Jumps with a stable tail that is tempered far out have two phases: the pull decides the "
        "exponent, or the temper does."
    )
    untempered = Text("Without a temper the spectrum has no exponent at all.")
    judging = Text(
        "A straight line through the logarithms of a tail is weak evidence. The gate is $R^2 \\ge "
        ".9$ of $\\ln \\tau$ against the logarithm of how many are as long."
    )
    figure = Figure(
        "envelopes_of_jumps",
        "Left: envelopes of exponential jumps, exact, and over simulated events with 95 % "
        "intervals over runs. Right: local exponents of three kinds of jumps, by contour "
        "integrals.",
        envelopes_figure,
    )
    return [
        Derivation(
            "workload",
            "A pull and jumps",
            (pulled, *workload_claims(), figure),
            glossary=the.GLOSSARY,
        ),
        Derivation(
            "tempered_jumps",
            "Tempered jumps: a phase boundary",
            (tempered, *tempered_claims()),
            glossary=the.GLOSSARY,
        ),
        Derivation(
            "stable_jumps",
            "Stable jumps: logarithmic forgetting",
            (untempered, *untempered_claims()),
            glossary=the.GLOSSARY,
        ),
        Derivation(
            "judged_spectra",
            "What shows a spectrum",
            (judging, *judging_claims()),
            glossary=the.GLOSSARY,
        ),
    ]
