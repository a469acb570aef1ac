"""How hard to check, as a person gives it."""

from __future__ import annotations

from longlag.theory.errors import LonglagError
from longlag.theory.statement import Settings


def make_settings(examples: int, seed: int) -> Settings:
    """Return the settings of a check; fewer than one example raises LonglagError."""
    if examples < 1:
        raise LonglagError(
            f"--examples {examples}", "a check needs at least one example", "give a number >= 1"
        )
    return Settings(examples=examples, seed=seed)
