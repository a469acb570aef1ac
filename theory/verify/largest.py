"""The largest quotient of two sides over a domain: where it is met, or towards where it grows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise, product

from flint import arb, fmpq

from longlag.theory.balls.nodes import MANY_TERMS, adding_up_to
from longlag.theory.balls.numbers import ball, is_finite, precision
from longlag.theory.verify.axis import Axis
from longlag.theory.verify.budget import Budget
from longlag.theory.verify.question import Point, Question

#: Combinations of special values, starts of walks, steps of one, and steps of the last.
_MOST_SPECIAL, _STARTS, _STEPS, _LAST_STEPS = 400, 8, 250, 1500
#: A step of a coordinate below which a walk ends; the value is then off by its square.
_SHORTEST = 2.0**-25
#: Operations up to which an evaluation is cheap.
_CHEAP = 150
#: Coordinates of integers along which a limit is extrapolated: their powers of two.
_DOUBLINGS = range(3, 10)

Pieces = tuple[Axis, ...]


@dataclass(frozen=True)
class Met:
    """A quotient at coordinates."""

    value: float
    coordinates: tuple[float, ...]
    pieces: Pieces

    @property
    def point(self) -> Point:
        """Where it was met, in fractions."""
        pairs = zip(self.pieces, self.coordinates, strict=True)
        return {axis.symbol: axis.at(u) for axis, u in pairs}


@dataclass
class Climb:
    """A search for the largest lhs/rhs.

    Args:
        question: a bound; its sides are divided.
        budget: how many evaluations, how long.
        generator: of random numbers.
        evaluations: that were made.
        no_bound: a point at which the right side is zero and the left one is positive.
        wrong_sign: a point at which the right side is negative.
    """

    question: Question
    budget: Budget
    generator: random.Random
    evaluations: int = 0
    no_bound: Point | None = None
    wrong_sign: Point | None = None
    _met: list[Met] = field(default_factory=list)

    def run(self) -> Met | None:
        """Return the largest quotient that is found; None where there is no value at all."""
        dear = min(1.0, _CHEAP / max(1, self.question.swift.cost))
        count = max(30, int(self.budget.evaluations * dear))
        symbols = self.question.symbols
        axes = [self.question.axes[s] for s in symbols]
        for values, pieces in islice(self._special(axes), max(20, int(_MOST_SPECIAL * dear))):
            # At the value itself: an end is not reached by coordinates.
            self.quotient({axis.symbol: v for axis, v in zip(pieces, values, strict=True)})
            pairs = zip(pieces, values, strict=True)
            self._look(tuple(axis.coordinate(value) for axis, value in pairs), pieces)
        for _ in range(count):
            if self.budget.is_spent or self.wrong_sign or self.no_bound:
                break
            pieces = tuple(self.generator.choice(choice) for choice in axes)
            self._look(tuple(axis.draw(self.generator) for axis in pieces), pieces)
        self._met.sort(key=lambda met: -met.value)
        if not self._met or self.wrong_sign or self.no_bound:
            return None
        found = [self.walk(start, min(_STEPS, count)) for start in self._starts()]
        best = max(found, key=lambda met: met.value)
        return self.walk(best, _LAST_STEPS, first=0.05)

    def _starts(self) -> list[Met]:
        chosen: list[Met] = []
        for met in self._met:
            if len(chosen) == _STARTS:
                break
            if not any(
                all(abs(a - b) < 0.7 for a, b in zip(met.coordinates, c.coordinates, strict=True))
                for c in chosen
            ):
                chosen.append(met)
        return chosen

    def _special(self, axes: list[Pieces]) -> Iterator[tuple[tuple[fmpq, ...], Pieces]]:
        choices = [
            [(axis, value) for axis in pieces for value in axis.special()] for pieces in axes
        ]
        for combination in product(*choices):
            yield tuple(value for _, value in combination), tuple(axis for axis, _ in combination)

    def quotient(self, point: Point, bits: int = 80) -> arb | None:
        """Return lhs/rhs at a point, as a ball; None where it has no value.

        Args:
            point: fractions.
            bits: the working precision.
        """
        self.evaluations += 1
        with precision(bits):
            left, right = (ball(side) for side in self.question.swift.run(point))
            if not (is_finite(left) and is_finite(right)):
                return None
            if not (isinstance(left, arb) and isinstance(right, arb)):
                return None
            if right < 0:
                self.wrong_sign = point
                return None
            if right.is_zero() and left > 0:
                self.no_bound = point
            value = left / right
            return value if value.is_finite() else None

    def _look(self, coordinates: tuple[float, ...], pieces: Pieces) -> Met | None:
        met = Met(0.0, coordinates, pieces)
        value = self.quotient(met.point)
        if value is None or not value.rad() < abs(value).mid() * arb(2) ** -40 + arb(2) ** -60:
            return None
        found = Met(float(value.mid()), coordinates, pieces)
        self._met.append(found)
        return found

    def walk(
        self, start: Met, steps: int, first: float = 1.0, held: frozenset[int] = frozenset()
    ) -> Met:
        """Return what a walk uphill leads to.

        Args:
            start: where from.
            steps: evaluations at most.
            first: the length of the first step.
            held: positions of coordinates that stay.
        """
        best, step = start, first
        free = [i for i in range(len(start.coordinates)) if i not in held]
        direction: list[float] | None = None
        while free and steps > 0 and step > _SHORTEST and not self.budget.is_spent:
            better = None
            for trial in self._directions(free, len(start.coordinates), direction):
                moved = tuple(a + step * d for a, d in zip(best.coordinates, trial, strict=True))
                steps -= 1
                found = self._look(moved, best.pieces)
                if found is not None and found.value > best.value:
                    better, direction = found, trial
                    break
            if better is None:
                direction = None
            step = step / 2.3 if better is None else step * 1.7
            best = better or best
        return best

    def _directions(
        self, free: list[int], dimension: int, last: list[float] | None
    ) -> Iterator[list[float]]:
        if last is not None:
            yield last
        for i in free:
            for sign in (1.0, -1.0):
                unit = [0.0] * dimension
                unit[i] = sign
                yield unit
        for _ in free if len(free) > 1 else ():
            yield [self.generator.gauss(0, 1) if i in free else 0.0 for i in range(dimension)]

    def far_out(self, best: Met) -> float | None:
        """Return the limit of the largest quotient as an integer grows, by extrapolation.

        Sums have few terms in the search; where the largest quotient grows with their number, its
        values at doubled integers are extrapolated in powers of one over them (Richardson).

        Args:
            best: the largest quotient of the search.
        """
        for i, axis in enumerate(best.pieces):
            if not axis.whole or axis.high is not None or axis.low is None:
                continue
            values: list[float] = []
            with adding_up_to(MANY_TERMS):
                at = best
                for k in _DOUBLINGS:
                    goal = axis.coordinate(fmpq(1 << k))
                    moved = [goal if j == i else u for j, u in enumerate(at.coordinates)]
                    start = self._near(tuple(moved), best.pieces, i)
                    if start is None:
                        break
                    at = self.walk(start, _STEPS, held=frozenset((i,)))
                    values.append(self.exact(at))
            limit = _extrapolated(values)
            if limit is not None and limit > best.value:
                return limit
        return None

    def _near(self, coordinates: tuple[float, ...], pieces: Pieces, held: int) -> Met | None:
        """The best of a few random moves of the coordinates that are not held."""
        found = [self._look(coordinates, pieces)]
        for _ in range(60):
            spread = self.generator.choice((0.5, 2.0, 8.0))
            moved = [
                u if j == held else u + self.generator.gauss(0, spread)
                for j, u in enumerate(coordinates)
            ]
            found.append(self._look(tuple(moved), pieces))
        return max((met for met in found if met), key=lambda met: met.value, default=None)

    def exact(self, met: Met) -> float:
        """Return the quotient at a point in many digits."""
        value = self.quotient(met.point, 200)
        return met.value if value is None else float(value.mid())


def _extrapolated(values: list[float]) -> float | None:
    """The limit of values at n, 2n, 4n, …, in powers of 1/n; None where it does not settle."""
    if len(values) < 4 or not all(a < b for a, b in pairwise(values)):
        return None
    row, diagonal = list(values), [values[-1]]
    power = 2.0
    while len(row) > 1:
        row = [b + (b - a) / (power - 1) for a, b in pairwise(row)]
        diagonal.append(row[-1])
        power *= 2
    changes = [abs(b - a) for a, b in pairwise(diagonal)]
    least = min(range(len(changes)), key=changes.__getitem__)
    return diagonal[least + 1] if changes[least] < 1e-6 * abs(diagonal[-1]) else None


__all__ = ["Climb", "Met"]
