"""How long a check may take: evaluations, boxes, and seconds of processor time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sympy import PoleError, SympifyError
from sympy.polys.polyerrors import BasePolynomialError

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.scalar.signs import UndecidedError

Result = TypeVar("Result")

#: What SymPy and longlag raise on expressions that they cannot work on.
UNWORKABLE = (
    ValueError,
    TypeError,
    NotImplementedError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    IndexError,
    KeyError,
    AssertionError,
    SympifyError,
    PoleError,
    BasePolynomialError,
    UndecidedError,
    LonglagError,
)


def guarded(strategy: Callable[..., Result | None], *arguments: Any) -> Result | None:
    """Return what a strategy returns, or None where it cannot work on an odd expression.

    Args:
        strategy: what is run; that it raises only means that nothing is shown.
        arguments: its arguments.

    >>> guarded(int, "3"), guarded(int, "three")
    (3, None)
    """
    try:
        return strategy(*arguments)
    except UNWORKABLE:
        return None


@dataclass(frozen=True)
class Effort:
    """What a check may cost.

    Args:
        evaluations: of a relation at random points.
        boxes: of a cover.
        seconds: of processor time in all, where nothing else is asked for.
    """

    evaluations: int
    boxes: int
    seconds: float


#: By name; counts decide, so that a verdict is the same on every machine, and seconds end the rest.
EFFORTS = {
    "quick": Effort(evaluations=300, boxes=400, seconds=3.0),
    "normal": Effort(evaluations=1500, boxes=4000, seconds=20.0),
    "thorough": Effort(evaluations=40_000, boxes=200_000, seconds=300.0),
}


def effort_named(name: str) -> Effort:
    """Return an effort by its name.

    Raises:
        LonglagError: no such effort.
    """
    if name not in EFFORTS:
        raise LonglagError(
            f"effort {name!r}", f"it is one of {', '.join(EFFORTS)}", "choose one of them"
        )
    return EFFORTS[name]


@dataclass
class Budget:
    """What is left of an effort.

    Args:
        effort: evaluations and boxes.
        seconds: of processor time in all.
    """

    effort: Effort
    seconds: float
    started: float = field(default_factory=time.process_time)

    @property
    def evaluations(self) -> int:
        """Of a relation at random points."""
        return self.effort.evaluations

    @property
    def boxes(self) -> int:
        """Of a cover."""
        return self.effort.boxes

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.seconds - (time.process_time() - self.started)

    @property
    def is_spent(self) -> bool:
        """Whether no time is left."""
        return self.left <= 0

    def part(self, share: float, function: Callable[..., Result], *arguments: Any) -> Result | None:
        """Return what a function returns within a share of the time that is left, else None."""
        seconds = self.left * share
        if seconds <= 0.01:
            return None
        try:
            return within(seconds, function, *arguments)
        except OutOfTimeError:
            return None
