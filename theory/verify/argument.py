"""What an argument about signs stands on, and what it is: boxes, their sides, and proofs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr, Symbol

from longlag.theory.balls.ranges import Range
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
