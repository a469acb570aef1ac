"""The curse of memory: what a long memory costs to approximate, to train and to keep stable."""

from __future__ import annotations

from collections.abc import Sequence

from longlag.derivations.memory import approximation as memory_approximation
from longlag.derivations.memory import plateau as memory_plateau
from longlag.derivations.memory import reparametrisation as stable_reparametrisation
from longlag.theory.statement import Derivation


def derivations(order: int = 1) -> Sequence[Derivation]:
    """Return the sections; the order of expansions does not matter here."""
    return [
        memory_approximation.derivation(),
        memory_plateau.derivation(),
        stable_reparametrisation.derivation(),
    ]


__all__ = ["derivations"]
