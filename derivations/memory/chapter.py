"""The curse of memory: what a long memory costs to approximate, to train and to keep stable."""

from __future__ import annotations

from collections.abc import Sequence

from longlag.derivations.memory import approximation as memory_approximation
from longlag.derivations.memory import plateau as memory_plateau
from longlag.derivations.memory import readings
from longlag.derivations.memory import reparametrisation as stable_reparametrisation
from longlag.theory.readback import with_readings
from longlag.theory.statement import Derivation


def derivations(order: int = 1) -> Sequence[Derivation]:
    """Return the sections; the order of expansions does not matter here."""
    return [
        with_readings(memory_approximation.derivation(), readings.approximation()),
        with_readings(memory_plateau.derivation(), readings.plateau()),
        with_readings(stable_reparametrisation.derivation(), readings.reparametrisation()),
    ]


__all__ = ["derivations"]
