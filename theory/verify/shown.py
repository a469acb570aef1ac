"""What a proof or a certificate comes to."""

from __future__ import annotations

from dataclasses import dataclass

from longlag.theory.statement import Level
from longlag.theory.verify.cover import Cover


@dataclass(frozen=True)
class Shown:
    """That a relation holds on its whole domain.

    Args:
        level: proved by symbols, or certified by enclosures.
        method: by what.
        covers: the boxes, where there are any.
    """

    level: Level
    method: str
    covers: tuple[Cover, ...] = ()


def both(method: str, *parts: Shown) -> Shown:
    """Return what follows from several parts, as strong as the weakest.

    >>> both("induction", Shown(Level.PROVED, "a"), Shown(Level.CERTIFIED, "b")).level
    <Level.CERTIFIED: 'certified'>
    """
    certified = any(part.level is Level.CERTIFIED for part in parts)
    level = Level.CERTIFIED if certified else Level.PROVED
    return Shown(level, method, tuple(cover for part in parts for cover in part.covers))
