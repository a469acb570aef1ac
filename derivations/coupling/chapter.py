"""Time-scale coupling between states and parameters: what is algebra, and what was measured."""

from __future__ import annotations

from longlag.derivations.coupling import analogies
from longlag.theory.statement import Derivation


def derivations(order: int = 1) -> list[Derivation]:
    """Return the sections; the order of expansions does not matter here."""
    return analogies.derivations(order)
