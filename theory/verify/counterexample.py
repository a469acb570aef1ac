"""The simplest point at which a relation fails, told with both sides, and where else it fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flint import arb, fmpq
from sympy import Symbol

from longlag.theory.balls.nodes import MANY_TERMS, adding_up_to
from longlag.theory.balls.numbers import ball
from longlag.theory.statement import Kind
from longlag.theory.verify.axis import Axis
from longlag.theory.verify.question import CONFIRMING, Gap, Point, Question
from longlag.theory.verify.search import short, written

#: Digits in which sides are told, until they differ.
_DIGITS = (8, 16, 32, 64, 200)
#: Bisections towards an end of the part that fails.
_BISECTIONS = 40


@dataclass(frozen=True)
class Counterexample:
    """A point of exact numbers at which the balls of both sides are apart.

    Args:
        point: where.
        gap: what the sides say there.
        part: of the domain of one symbol, the others held, where it fails, in words; or "".
    """

    point: Point
    gap: Gap
    part: str = ""

    @property
    def sides(self) -> str:
        """Both sides there, and where else it fails, in words."""
        for digits in _DIGITS:
            left, right = (short(ball(side), digits) for side in (self.gap.left, self.gap.right))
            if left != right:
                break
        sides = f"{left} against {right}"
        return f"{sides}; {self.part}" if self.part else sides

    @property
    def error(self) -> float:
        """The difference of the sides beside the larger one."""
        left, right = ball(self.gap.left), ball(self.gap.right)
        larger = abs(left).upper().max(abs(right).upper())
        return float(abs(left - right).upper() / larger) if larger > 0 else 0.0

    def __str__(self) -> str:
        return written(self.point)


def confirmed(question: Question, point: Point) -> Gap | None:
    """Return the gap at a point where the relation surely fails, else None."""
    gap = question.gap(point, CONFIRMING)
    return gap if gap is not None and gap.fails else None


def counterexample(question: Question, failing: Point) -> Counterexample | None:
    """Return the simplest counterexample near a failing point, or None if it is not confirmed.

    Args:
        question: the relation.
        failing: a point at which it seems to fail.
    """
    with adding_up_to(MANY_TERMS):
        return _simplest(question, failing)


def _simplest(question: Question, failing: Point) -> Counterexample | None:
    best = dict(failing)
    gap = confirmed(question, best)
    if gap is None:
        return None
    for _ in range(2):
        for symbol in question.symbols:
            for value in simpler(best[symbol]):
                if not any(axis.contains(value) for axis in question.axes[symbol]):
                    continue
                trial = {**best, symbol: value}
                found = confirmed(question, trial)
                if found is not None:
                    best, gap = trial, found
                    break
    return Counterexample(best, gap, _failing_part(question, best))


def simpler(value: fmpq) -> Iterator[fmpq]:
    """Yield fractions near a value, the simplest first, as long as they are simpler than it.

    >>> [str(v) for v in simpler(fmpq(49, 99))][:3]
    ['0', '1', '1/2']
    """
    size = complexity(value)
    seen = set()
    candidates = [fmpq(0), fmpq(1), fmpq(1, 2), fmpq(-1), fmpq(2), fmpq(3)]
    candidates += [_nearest(value, d) for d in (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 50)]
    candidates += [_digits(value, count) for count in range(1, 8)]
    candidates += [1 - _digits(1 - value, count) for count in range(1, 5)]
    for candidate in candidates:
        key = (int(candidate.p), int(candidate.q))
        if key not in seen and complexity(candidate) < size:
            seen.add(key)
            yield candidate


def complexity(value: fmpq) -> int:
    """Return how many digits a fraction takes; trailing zeros are counted as a power of ten."""
    p, q = str(abs(int(value.p))), str(int(value.q))
    return len(p.rstrip("0") or "0") + len(q.rstrip("0")) + (len(p) + len(q) > 8) + (value < 0)


def _nearest(value: fmpq, denominator: int) -> fmpq:
    scaled = value * denominator
    return fmpq((2 * int(scaled.p) + int(scaled.q)) // (2 * int(scaled.q)), denominator)


def _digits(value: fmpq, count: int) -> fmpq:
    """A value rounded to so many significant digits."""
    if value == 0:
        return value
    size = abs(value)
    power = len(str(int(size.p))) - len(str(int(size.q)))
    unit = fmpq(10) ** (power - count)
    scaled = value / unit
    return fmpq((2 * int(scaled.p) + int(scaled.q)) // (2 * int(scaled.q))) * unit


def _failing_part(question: Question, point: Point) -> str:
    """For a bound in one symbol, or along one: how far around the point it fails."""
    if question.kind is not Kind.BOUND or len(question.symbols) != 1:
        return ""
    (symbol,) = question.symbols
    axis = next((a for a in question.axes[symbol] if a.contains(point[symbol])), None)
    if axis is None or axis.listed:
        return ""
    here = axis.coordinate(point[symbol])
    ends = [_edge(question, axis, here, direction) for direction in (-1.0, 1.0)]
    left, right = (_end_text(question, axis, symbol, end) for end in ends)
    return f"fails around it from {left} to {right}"


def _edge(question: Question, axis: Axis, here: float, direction: float) -> float | None:
    """The coordinate up to which the relation fails without a break, None where it always does."""
    inside, step = here, 0.01
    outside: float | None = None
    while abs(inside) <= axis.span and step < axis.span * 2:
        trial = here + direction * step
        if not _fails(question, axis, trial):
            outside = trial
            break
        inside, step = trial, step * 1.6
    if outside is None:
        return None
    for _ in range(_BISECTIONS):
        middle = (inside + outside) / 2
        if _fails(question, axis, middle):
            inside = middle
        else:
            outside = middle
    return inside


def _fails(question: Question, axis: Axis, coordinate: float) -> bool:
    gap = question.gap({axis.symbol: axis.at(coordinate)})
    # Where the balls do not tell the sides apart, nothing ends the part that fails.
    return gap is not None and gap.size >= 0


def _end_text(question: Question, axis: Axis, symbol: Symbol, end: float | None) -> str:
    if end is None:
        return "the end of the domain"
    return short(arb(axis.at(end)), 4)
