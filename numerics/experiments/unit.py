"""A unit of an experiment: one run, which needs nothing of another."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from longlag.numerics.experiments.declared import identity
from longlag.numerics.experiments.table import Entry
from longlag.theory.registry import Registry


class StoppedError(Exception):
    """The run was asked to stop, and has saved where it stands."""


@dataclass(frozen=True)
class Workplace:
    """Where a unit works.

    Args:
        folder: its own.
        stopped: whether it is asked to stop.
    """

    folder: Path
    stopped: Callable[[], bool]


@dataclass(frozen=True)
class Performed:
    """What came out of a unit.

    Args:
        rows: one for each number, tidy.
        diverged: why it stopped before its end, if it did.
    """

    rows: list[dict[str, Entry]]
    diverged: str = ""


@dataclass(frozen=True, kw_only=True)
class Unit(ABC):
    """One run, declared: equal declarations give equal results to the last bit."""

    kind: ClassVar[str]

    @property
    def identity(self) -> str:
        """Twelve hexadecimal digits that stand for the declaration; the name of its folder."""
        return identity(self)

    @property
    @abstractmethod
    def labels(self) -> dict[str, Entry]:
        """The columns that tell its rows from those of other units."""

    @property
    def length(self) -> int:
        """How many steps of work it has, for the progress bar."""
        return 1

    def done(self, folder: Path) -> int:
        """Return how many of them were saved in its folder."""
        return 0

    @abstractmethod
    def perform(self, workplace: Workplace) -> Performed:
        """Do the work, from where it was left off.

        Raises:
            StoppedError: it was asked to stop.
        """


UNITS: Registry[type[Unit]] = Registry("kind of unit")

__all__ = ["UNITS", "Performed", "StoppedError", "Unit", "Workplace"]
