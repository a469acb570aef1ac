"""What an argument about signs stands on, and what it is: boxes, their sides, and proofs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flint import arb
from sympy import Expr, Integer, Rational, Symbol, oo

from longlag.theory.balls.program import value
from longlag.theory.balls.ranges import Range
from longlag.theory.verify.axis import Axis
from longlag.theory.verify.cover import Cover


@dataclass(frozen=True)
class Side:
    """The range of a symbol in a box, with its ends as expressions.

    Args:
        low: the lower end, −∞ where there is none.
        high: the upper one.
        range: both, in numbers.
    """

    low: Expr
    high: Expr
    range: Range


Box = Mapping[Symbol, Side]

#: From 0 to 1, and from 0 to infinity: what quotients and differences of symbols run over.
UNIT = Side(Integer(0), Integer(1), Range(arb(0), arb(1)))
HALF_LINE = Side(Integer(0), oo, Range(arb(0), arb("inf")))


def side_of(axis: Axis) -> Side:
    """Return an axis as a side of a box."""
    if axis.listed:
        low, high = (Rational(int(v.p), int(v.q)) for v in (axis.listed[0], axis.listed[-1]))
        return Side(low, high, axis.range())
    return Side(*axis.ends, axis.range())


def side_between(low: Expr, high: Expr, whole: Side) -> Side:
    """Return the part of a side between two numbers, rounded outwards."""
    left = whole.range.low if low == whole.low else value(low, {}, 64).lower()
    right = whole.range.high if high == whole.high else value(high, {}, 64).upper()
    return Side(low, high, Range(left, right))


@dataclass
class SignProof:
    """By what an expression was seen to be nowhere negative.

    Args:
        steps: in words, each once.
        covers: what was enclosed over boxes.
    """

    steps: list[str] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)

    def note(self, step: str) -> SignProof:
        """Return the proof with one more step."""
        return SignProof(self.steps if step in self.steps else [*self.steps, step], self.covers)

    def joined(self, other: SignProof) -> SignProof:
        """Return both proofs."""
        steps = [*self.steps, *(s for s in other.steps if s not in self.steps)]
        return SignProof(steps, [*self.covers, *other.covers])
