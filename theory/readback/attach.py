"""Readings given to the claims of a derivation, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from longlag.theory.errors import LonglagError
from longlag.theory.statement import Claim, Derivation, Reading


def with_readings(derivation: Derivation, readings: Mapping[str, Reading]) -> Derivation:
    """Return a derivation whose displays know what they came from.

    Args:
        derivation: with the claims.
        readings: name of a statement ↦ what its display is read back to.

    Raises:
        LonglagError: a name that no claim has.
    """
    names = {claim.statement.name for claim in derivation.claims}
    strangers = sorted(set(readings) - names)
    if strangers:
        raise LonglagError(
            f"readings of {', '.join(strangers)}",
            f"{derivation.name} has no such statement",
            "correct the name",
        )
    items = tuple(
        replace(item, statement=replace(item.statement, reading=readings[item.statement.name]))
        if isinstance(item, Claim) and item.statement.name in readings
        else item
        for item in derivation.items
    )
    return replace(derivation, items=items)


__all__ = ["with_readings"]
