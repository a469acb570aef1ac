"""A rectangle of two parameters, divided into boxes in which signs are certified.

A box in which every boundary has a sign, in interval arithmetic, lies in one phase; others are
halved until they are small, and what is left are the boundaries themselves, with their width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sympy import Rational, Symbol

from longlag.theory.balls.numbers import fraction
from longlag.theory.balls.program import Program, enclosing
from longlag.theory.balls.ranges import Range, point
from longlag.theory.errors import LonglagError
from longlag.theory.phases.diagram import Phase, PhaseDiagram

#: A box whose longer side is this part of the rectangle's is not halved again.
_SMALLEST = 1 / 256


@dataclass(frozen=True)
class Rectangle:
    """Two parameters between ends, and numbers for the others.

    Args:
        over: two parameters with the lower and the upper end of each.
        given: the other parameters with their numbers.
    """

    over: tuple[tuple[Symbol, Rational, Rational], ...]
    given: tuple[tuple[Symbol, Rational], ...] = ()


@dataclass(frozen=True)
class Box:
    """A rectangle of two parameters, and the phase that it lies in.

    Args:
        lows: the lower ends, as numbers.
        highs: the upper ends.
        phase: its place in the diagram; None where a boundary may cross it.
    """

    lows: tuple[float, float]
    highs: tuple[float, float]
    phase: int | None

    @property
    def area(self) -> float:
        """Width times height."""
        return (self.highs[0] - self.lows[0]) * (self.highs[1] - self.lows[1])


@dataclass(frozen=True)
class Map:
    """A rectangle in boxes.

    Args:
        symbols: the two parameters.
        boxes: that cover it.
    """

    symbols: tuple[Symbol, Symbol]
    boxes: tuple[Box, ...]

    @property
    def certified(self) -> float:
        """The share of the area in which the phase is certified."""
        total = sum(box.area for box in self.boxes)
        return sum(box.area for box in self.boxes if box.phase is not None) / total


def certified_map(diagram: PhaseDiagram, rectangle: Rectangle, smallest: float = _SMALLEST) -> Map:
    """Return the phases over a rectangle, certified box by box.

    Args:
        diagram: of a family with two parameters or more.
        rectangle: two parameters, and exact numbers for all others.
        smallest: the part of the rectangle's sides below which boxes are not halved.

    Raises:
        LonglagError: not two parameters; numbers for others missing; an empty interval.
    """
    over = {symbol: (low, high) for symbol, low, high in rectangle.over}
    given = dict(rectangle.given)
    parameters = set(diagram.family.domains)
    missing = sorted(str(symbol) for symbol in parameters - set(over) - set(given))
    if len(over) != 2 or (set(over) | set(given)) - parameters or missing:
        listed = ", ".join(map(str, diagram.family.domains)) or "none"
        raise LonglagError(
            f"a map over {', '.join(map(str, over)) or 'nothing'}",
            f"it needs two of the parameters ({listed})"
            + (f", and a number for {', '.join(missing)}" if missing else ""),
            "name two, and set the others",
        )
    for symbol, (low, high) in over.items():
        if not low < high:
            raise LonglagError(
                f"{symbol} from {low} to {high}", "the lower end comes first", "swap them"
            )
    wide = [(place, phase) for place, phase in enumerate(diagram.phases) if not phase.region.fixed]
    conditions = [_programs(phase, given) for _, phase in wide]
    first, second = over
    spans = tuple(float(high - low) for low, high in over.values())
    waiting = [tuple(over.values())]
    boxes = []
    while waiting:
        sides = waiting.pop()
        box = {first: _range(*sides[0]), second: _range(*sides[1])}
        place = next(
            (wide[i][0] for i, tests in enumerate(conditions) if _all_hold(tests, box)), None
        )
        parts = tuple(
            float(high - low) / span for (low, high), span in zip(sides, spans, strict=True)
        )
        if place is None and max(parts) > smallest:
            longer = parts.index(max(parts))
            low, high = sides[longer]
            middle = (low + high) / 2
            waiting += [
                tuple(half if i == longer else side for i, side in enumerate(sides))
                for half in ((low, middle), (middle, high))
            ]
            continue
        (left, right), (bottom, top) = (map(float, side) for side in sides)
        boxes.append(Box((left, bottom), (right, top), place))
    return Map((first, second), tuple(boxes))


def _programs(phase: Phase, given: Mapping[Symbol, Rational]) -> Sequence[Program]:
    return [enclosing(each.expression.subs(given)) for each in phase.region.conditions]


def _range(low: Rational, high: Rational) -> Range:
    return Range(point(fraction(low)).low, point(fraction(high)).high)


def _all_hold(tests: Sequence[Program], box: Mapping[Symbol, Range]) -> bool:
    """Whether every condition is positive in all of a box."""
    return all(
        test.over({s: box[s] for s in test.symbols}, defined=True)[0].sign > 0 for test in tests
    )


__all__ = ["Box", "Map", "Rectangle", "certified_map"]
