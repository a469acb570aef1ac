"""How hard to check, as a person gives it."""

from __future__ import annotations

from longlag.theory.errors import LonglagError
from longlag.theory.statement import Settings

#: Seconds for one relation: a day.
_LONGEST = 86_400


def make_settings(
    examples: int, seed: int, effort: str = "normal", seconds: float | None = None
) -> Settings:
    """Return the settings of a check.

    Args:
        examples: random networks or points, at least one.
        seed: of them.
        effort: quick, normal or thorough.
        seconds: of processor time for one relation; None for what the effort allows.

    Raises:
        LonglagError: no example, no such effort, or no time.
    """
    from longlag.theory.verify.budget import effort_named

    effort_named(effort)
    if seconds is not None and not 0 < seconds < _LONGEST:
        raise LonglagError(
            f"--seconds {seconds}",
            "a check takes some time and comes to an end",
            f"give a number above 0 and below {_LONGEST}",
        )
    if examples < 1:
        raise LonglagError(
            f"--examples {examples}", "a check needs at least one example", "give a number >= 1"
        )
    return Settings(examples=examples, seed=seed, effort=effort, seconds=seconds)
