"""Time-scale coupling between states and parameters: what is algebra, and what was measured."""

from __future__ import annotations

from longlag.derivations.coupling import (
    analogies,
    directions,
    expansions,
    optimisers,
    profiles,
    runner,
)
from longlag.derivations.coupling.letters import GLOSSARY
from longlag.theory.statement import Derivation


def derivations(order: int = 1) -> list[Derivation]:
    """Return the sections; the order of expansions does not matter here."""
    parts = {
        "coupling_runs": ("Runs that may be killed", runner),
        "coupling_profiles": ("Gates and the norm of the transport", profiles),
        "coupling_expansions": ("Two expansions, measured", expansions),
        "coupling_directions": ("Directions of transport and gradients", directions),
        "coupling_optimisers": ("Cells and optimisers", optimisers),
    }
    measured = [
        Derivation(name, title, part.items(), glossary=GLOSSARY)
        for name, (title, part) in parts.items()
    ]
    return [*analogies.derivations(order), *measured]
