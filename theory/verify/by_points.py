"""Show a relation on a finite domain at each of its points."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from flint import fmpq
from sympy import Expr, Rational

from longlag.theory.balls.numbers import ball, is_finite
from longlag.theory.statement import Kind, Level
from longlag.theory.verify.axis import Axis
from longlag.theory.verify.budget import Budget
from longlag.theory.verify.normal import vanishes_quickly
from longlag.theory.verify.question import Point, Question
from longlag.theory.verify.shown import Shown

#: Points that are looked at, one by one.
_MOST = 20_000
#: Bits at which the sides are told apart.
_BITS = (64, 256, 1024, 4096)


def by_points(question: Question, budget: Budget) -> Shown | None:
    """Return how a bound or identity was shown at every point of a finite domain, or None.

    Args:
        question: the relation and its domains.
        budget: how long.
    """
    axes = [pieces for pieces in question.axes.values()]
    count = 1
    for pieces in axes:
        count *= sum(_length(axis) for axis in pieces)
        if not 0 < count <= _MOST:
            return None
    values = [[value for axis in pieces for value in _values(axis)] for pieces in axes]
    exact = True
    for numbers in product(*values):
        point = dict(zip(question.axes, numbers, strict=True))
        if budget.is_spent:
            return None
        found = _holds(question, point)
        if found is None:
            return None
        exact = exact and found
    level = Level.PROVED if exact else Level.CERTIFIED
    how = "exactly" if exact else "in balls"
    where = f"each of {count} points of the domain" if count > 1 else "both values"
    return Shown(level, f"{where}, {how}")


def _length(axis: Axis) -> int:
    """How many values an axis has; 0 where they are not finitely many."""
    if axis.listed:
        return len(axis.listed)
    if not axis.whole or axis.low is None or axis.high is None:
        return 0
    return int(axis.high.p) - int(axis.low.p) + 1


def _values(axis: Axis) -> Iterator[fmpq]:
    if axis.listed:
        yield from axis.listed
        return
    assert axis.low is not None
    assert axis.high is not None
    yield from (fmpq(n) for n in range(int(axis.low.p), int(axis.high.p) + 1))


def _holds(question: Question, point: Point) -> bool | None:
    """Whether a relation is exact at a point; None where it is not shown there."""
    for bits in _BITS:
        left, right = question.program.at(point, bits)
        if not (question.program.encloses and is_finite(left) and is_finite(right)):
            return None
        if isinstance(left, fmpq) and isinstance(right, fmpq):
            equal = left == right
            return True if equal or (question.kind is Kind.BOUND and left < right) else None
        if question.kind is Kind.BOUND and bool(ball(left) <= ball(right)):
            return False
    exact = {s: Rational(int(v.p), int(v.q)) for s, v in point.items()}
    difference: Expr = (question.relation.lhs - question.relation.rhs).subs(exact)
    return True if vanishes_quickly(difference) else None


__all__ = ["by_points"]
