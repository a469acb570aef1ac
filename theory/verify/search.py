"""Break it: a search over the whole domain for a point at which a relation fails.

Special values and their combinations, random points on logarithmic scales, coincident symbols, then
steps uphill from where the relation is nearest to failing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, islice, product

from flint import fmpq
from sympy import Symbol

from longlag.theory.balls.nodes import MANY_TERMS, adding_up_to
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import shown
from longlag.theory.statement import Kind
from longlag.theory.verify.axis import Axis
from longlag.theory.verify.budget import Budget
from longlag.theory.verify.question import Gap, Point, Question

#: Combinations of special values that are tried at most.
_MOST_SPECIAL = 1500
#: Operations up to which an evaluation is cheap; dearer ones are made less often.
_CHEAP = 150
#: Starts of a walk uphill, and its steps.
_STARTS, _FEWEST_STARTS = 14, 4
_STEPS = 160
#: Both sides nearly agree where their quotient is as near to 1 as this; such points are kept.
_TOUCHING, _MOST_TOUCHING = 1e-7, 12
#: Symbols of which all pairs are walked along together.
_FEW = 4
#: Steps of a walk among sums of many terms.
_FAR_STEPS = 80
#: A step of a coordinate below which a walk ends.
_SHORTEST = 2.0**-18


@dataclass
class Search:
    """What a search has met.

    Args:
        question: what is searched.
        budget: how long.
        generator: of random numbers.
        fewest: points of each kind that are looked at, whatever they cost.
    """

    question: Question
    budget: Budget
    generator: random.Random
    fewest: int = 5
    evaluations: int = 0
    undefined: int = 0
    failing: Point | None = None
    touching: list[Point] = field(default_factory=list)
    nearest: list[tuple[float, tuple[float, ...], tuple[Axis, ...]]] = field(default_factory=list)
    not_real: tuple[Point, Gap] | None = None

    def look(self, point: Point) -> float | None:
        """Evaluate the relation at a point, note a failure, return how far it is from failing."""
        self.evaluations += 1
        gap = self.question.gap(point)
        if gap is None:
            self.undefined += 1
            return None
        if gap.size != gap.size:
            if self.not_real is None:
                self.not_real = (point, gap)
            return None
        if gap.fails and self.failing is None:
            self.failing = point
        if gap.size > -_TOUCHING and len(self.touching) < _MOST_TOUCHING:
            self.touching.append(point)
        return gap.size

    def run(self, share: float = 1.0) -> Point | None:
        """Return a point at which the relation fails, or None.

        Args:
            share: of the budget's evaluations.
        """
        dear = min(1.0, _CHEAP / max(1, self.question.swift.cost))
        count = max(self.fewest, int(self.budget.evaluations * share * dear))
        for point in islice(self._special(), max(self.fewest, int(_MOST_SPECIAL * dear))):
            if self._done(self.look(point)):
                return self.failing
        for point in islice(self._consecutive(), 2 * count):
            if self._done(self.look(point)):
                return self.failing
        for pieces, coordinates in islice(self._random(), count):
            if self._done(self._note(pieces, coordinates)):
                return self.failing
        if self.question.kind is Kind.BOUND:
            self._climb(count)
        if self.failing is None:
            self._look_far()
        return self.failing

    def _look_far(self) -> None:
        """Look at a few points where sums have many terms."""
        wholes = [s for s in self.question.symbols if self.question.axes[s][0].whole]
        if not wholes or not self.question.adds_up:
            return
        with adding_up_to(MANY_TERMS):
            for exponent in (9, 10, 11, 12, 13):
                pieces, coordinates = next(self._random())
                moved = tuple(
                    float(exponent) if axis.whole else u
                    for axis, u in zip(pieces, coordinates, strict=True)
                )
                if self._done(self._note(pieces, moved)):
                    return
            if self.question.kind is Kind.BOUND:
                best = sorted(self.nearest, key=lambda entry: -entry[0])[:2]
                for size, coordinates, pieces in best:
                    self._walk(size, list(coordinates), pieces, _FAR_STEPS)

    def _done(self, _: object) -> bool:
        return self.failing is not None or self.budget.is_spent

    def _special(self) -> Iterator[Point]:
        symbols = self.question.symbols
        choices = [
            [value for axis in self.question.axes[s] for value in axis.special()] for s in symbols
        ]
        many = 1
        for choice in choices:
            many *= max(1, len(choice))
        if many <= _MOST_SPECIAL:
            for values in product(*choices):
                yield dict(zip(symbols, values, strict=True))
            return
        for _ in range(_MOST_SPECIAL // 3):
            yield {s: self.generator.choice(c) for s, c in zip(symbols, choices, strict=True)}
        for shared in choices[0]:
            # Coincident symbols.
            equal = {s: shared for s in symbols}
            if all(self._contains(s, shared) for s in symbols):
                yield equal

    def _consecutive(self) -> Iterator[Point]:
        """The first integers one after another, where one integer is all that there is."""
        if len(self.question.symbols) != 1:
            return
        (symbol,) = self.question.symbols
        for axis in self.question.axes[symbol]:
            if axis.whole and axis.low is not None:
                value = axis.low
                while axis.contains(value):
                    yield {symbol: value}
                    value = value + 1

    def _contains(self, symbol: Symbol, value: fmpq) -> bool:
        return any(axis.contains(value) for axis in self.question.axes[symbol])

    def _random(self) -> Iterator[tuple[tuple[Axis, ...], tuple[float, ...]]]:
        """Random coordinates: apart, near each other, or on one line through the middle."""
        symbols = self.question.symbols
        while True:
            pieces = tuple(self.generator.choice(self.question.axes[s]) for s in symbols)
            coordinates = [axis.draw(self.generator) for axis in pieces]
            kind = self.generator.random()
            if len(symbols) > 1 and kind < 0.25:
                a, b = self.generator.sample(range(len(symbols)), 2)
                value = pieces[a].at(coordinates[a])
                coordinates[b] = pieces[b].coordinate(value)
                if kind < 0.15:
                    coordinates[b] += self.generator.gauss(0, 1) * 2.0 ** -self.generator.randint(
                        0, 20
                    )
            yield pieces, tuple(coordinates)

    def point(self, pieces: tuple[Axis, ...], coordinates: tuple[float, ...]) -> Point:
        """Return the point at coordinates."""
        return {axis.symbol: axis.at(u) for axis, u in zip(pieces, coordinates, strict=True)}

    def _note(self, pieces: tuple[Axis, ...], coordinates: tuple[float, ...]) -> float | None:
        size = self.look(self.point(pieces, coordinates))
        if size is not None:
            self.nearest.append((size, coordinates, pieces))
            if len(self.nearest) > 400:
                self.nearest.sort(key=lambda entry: -entry[0])
                del self.nearest[100:]
        return size

    def _climb(self, count: int) -> None:
        self.nearest.sort(key=lambda entry: -entry[0])
        used: list[tuple[float, ...]] = []
        starts = min(_STARTS, max(_FEWEST_STARTS, count // 40))
        for size, coordinates, pieces in list(self.nearest):
            if len(used) >= starts or self._done(None):
                return
            if any(_near(coordinates, other) for other in used):
                continue
            used.append(coordinates)
            self._walk(size, list(coordinates), pieces, min(_STEPS, count) + count // 20)

    def _walk(self, size: float, at: list[float], pieces: tuple[Axis, ...], steps: int) -> None:
        """Walk uphill by steps that grow where they help and shrink where they do not."""
        dimension = len(at)
        if dimension == 0:
            return
        step = 1.0
        direction: list[float] | None = None
        while steps > 0 and step > _SHORTEST and not self._done(None):
            trials = [direction] if direction else []
            for i in range(dimension):
                for sign in (1.0, -1.0):
                    unit = [0.0] * dimension
                    unit[i] = sign
                    trials.append(unit)
            if 1 < dimension <= _FEW:
                # Along products and quotients of two symbols that stay as they are.
                for i, j in combinations(range(dimension), 2):
                    for a, b in ((1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)):
                        diagonal = [0.0] * dimension
                        diagonal[i], diagonal[j] = a, b
                        trials.append(diagonal)
            if dimension > 1:
                trials += [[self.generator.gauss(0, 1) for _ in at] for _ in range(dimension)]
            improved = False
            for trial in trials:
                assert trial is not None
                moved = [a + step * d for a, d in zip(at, trial, strict=True)]
                found = self.look(self.point(pieces, tuple(moved)))
                steps -= 1
                if self._done(None):
                    return
                if found is not None and found > size:
                    size, at, improved = found, moved, True
                    direction = trial
                    break
            step = step * 1.7 if improved else step / 2.3
            if not improved:
                direction = None
        self.nearest.append((size, tuple(at), pieces))

    def nearly_equal(self, within: float) -> tuple[Point, ...]:
        """Return points at which both sides agree or nearly do.

        Args:
            within: how near to 1 their quotient is.
        """
        best = sorted(self.nearest, key=lambda entry: -entry[0])[:4]
        near = [self.point(pieces, at) for size, at, pieces in best if size > -within]
        return (*self.touching, *near)

    def refuse_what_is_not_real(self) -> None:
        """Raise LonglagError if a side of a bound was found to be complex."""
        if self.not_real is None:
            return
        point, gap = self.not_real
        side = self.question.relation.lhs
        value = gap.left
        if getattr(value, "imag", None) is None or value.imag == 0:
            side, value = self.question.relation.rhs, gap.right
        raise LonglagError(
            f"{shown(side)} at {written(point)}",
            f"it is {short(value)}, not a real number",
            "state it on a smaller domain, or correct the expression",
        )


def _near(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return all(abs(x - y) < 0.7 for x, y in zip(a, b, strict=True))


def written(point: Mapping[Symbol, fmpq]) -> str:
    """Return a point in words, in exact numbers where they are short.

    >>> written({Symbol("x"): fmpq(1, 3)})
    'x = 1/3'
    """
    return ", ".join(f"{s} = {short_fraction(v)}" for s, v in point.items()) or "every point"


def short_fraction(value: fmpq) -> str:
    """Return a fraction, or a power of two times a decimal where it is long."""
    text = f"{value}"
    if len(text) <= 24:
        return text
    from flint import arb

    return str(arb(value).str(8, radius=False))


def short(value: object, digits: int = 8) -> str:
    """Return a ball with few digits."""
    return str(value.str(digits, radius=False)) if hasattr(value, "str") else str(value)
