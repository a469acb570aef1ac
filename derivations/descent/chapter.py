"""Gradient descent on recurrent networks: constants, cutoff, theorems, and what they leave out."""

from __future__ import annotations

from collections.abc import Sequence

from longlag.derivations.descent import constants as descent_constants
from longlag.derivations.descent import readings
from longlag.derivations.descent import smoothness as descent_smoothness
from longlag.derivations.descent import theorems as descent_theorems
from longlag.derivations.descent import training as descent_training
from longlag.derivations.descent.notation import GLOSSARY
from longlag.theory.readback import with_readings
from longlag.theory.statement import Derivation


def derivations(order: int = 1) -> Sequence[Derivation]:
    """Return the sections; the order of expansions does not matter here."""
    return [
        with_readings(descent_constants.derivation(), readings.constants()),
        with_readings(descent_smoothness.derivation(), readings.smoothness()),
        with_readings(descent_theorems.derivation(), readings.theorems()),
        with_readings(
            Derivation(
                "descent_training",
                "Gradient descent: theorems and networks side by side",
                descent_training.items(),
                GLOSSARY,
            ),
            readings.training(),
        ),
    ]


__all__ = ["derivations"]
