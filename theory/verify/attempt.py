"""A bound on one box, ready to be shown: its forms, and the box cut where both sides agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product

import sympy
from flint import fmpq
from sympy import Expr, Mul, Pow, Rational, Symbol

from longlag.theory.balls.numbers import ball, is_finite
from longlag.theory.balls.program import Program
from longlag.theory.statement import Level
from longlag.theory.verify.argument import Box, Side, SignProof, side_between
from longlag.theory.verify.budget import Budget
from longlag.theory.verify.counterexample import simpler
from longlag.theory.verify.nonnegative import Prover, range_over
from longlag.theory.verify.normal import logarithm, vanishes_quickly
from longlag.theory.verify.shown import Shown

#: Points at which both sides may agree, and short points near each, that are looked at.
_MOST_TOUCHING, _MOST_NEAR = 10, 6


@dataclass
class Attempt:
    """A bound lhs ≤ rhs on a box.

    Args:
        lhs: left side, in the symbols of the box.
        rhs: right side.
        box: the sides of its symbols.
        counters: the symbols that are integers from somewhere on.
        touching: points at which both sides seem to agree.
        budget: how long.
    """

    lhs: Expr
    rhs: Expr
    box: Box
    counters: tuple[Symbol, ...]
    touching: list[dict[Symbol, fmpq]]
    budget: Budget

    def forms(self) -> Iterator[Expr]:
        """What is to be nowhere negative: the difference, the logarithm of the quotient."""
        yield self.rhs - self.lhs
        if all(self._is_positive(side) for side in (self.lhs, self.rhs)):
            yield logarithm(self.rhs, self._is_positive) - logarithm(self.lhs, self._is_positive)

    def _is_positive(self, expression: Expr) -> bool:
        """Whether it is; where a side vanishes, the bound follows from the points around it."""
        if expression.is_positive or range_over(expression, self.box).low >= 0:
            return True
        if isinstance(expression, Mul):
            return all(self._is_positive(factor) for factor in expression.args)
        if isinstance(expression, Pow):
            return self._is_positive(expression.base)
        if not expression.is_rational_function(*self.box):
            return False
        return Prover(self.budget).nonnegative(expression, self.box, 1) is not None

    def cut_boxes(self, form: Expr) -> Sequence[Box]:
        """The box, cut at points where the form is known to vanish."""
        cuts: dict[Symbol, set[Expr]] = {s: set() for s in self.box}
        for exact in self._agreeing(form):
            for s, number in exact.items():
                if self.box[s].low < number < self.box[s].high and len(cuts[s]) < 3:
                    cuts[s].add(number)
        boxes: list[dict[Symbol, Side]] = [{}]
        for s, side in self.box.items():
            ends = [side.low, *sorted(cuts[s]), side.high]
            parts = [side_between(a, b, side) for a, b in pairwise(ends)]
            boxes = [{**box, s: part} for box in boxes for part in parts]
        return boxes

    def _agreeing(self, form: Expr) -> Iterator[dict[Symbol, Rational]]:
        """Short points near those at which both sides seem to agree, where the form vanishes."""
        program = Program([form])
        seen: set[tuple[Rational, ...]] = set()
        for point in self.touching[:_MOST_TOUCHING]:
            symbols = list(point)
            choices = [list(islice(_near(point[s]), _MOST_NEAR)) for s in symbols]
            for values in islice(product(*choices), _MOST_NEAR**2):
                pairs = zip(symbols, values, strict=True)
                near = {s: Rational(int(v.p), int(v.q)) for s, v in pairs}
                key = tuple(near.values())
                if key in seen:
                    continue
                seen.add(key)
                found = program.at(dict(zip(symbols, values, strict=True)), 200)[0]
                if not is_finite(found) or not ball(found).contains(0):
                    continue
                if vanishes_quickly(sympy.simplify(form.subs(near))):
                    yield near


def _near(number: fmpq) -> Iterator[fmpq]:
    """Short fractions near a number."""
    if int(number.q).bit_length() + int(number.p).bit_length() > 600:
        return
    for short in (*simpler(number), number):
        if abs(short - number) * 20 <= abs(number):
            yield short


def is_half_line(side: Side) -> bool:
    """Whether a side runs from 0 to infinity."""
    return bool(side.low == 0 and side.high == sympy.oo)


def index_from(low: Expr) -> Symbol:
    """Return a new index of a sum or product that knows the sign of its lower end.

    Args:
        low: the lower end.

    >>> index_from(sympy.Integer(0)).is_positive is None, index_from(sympy.Integer(1)).is_positive
    (True, True)
    """
    # positive=False would say that it is 0 where it is not negative: what is not known is left out.
    known = {"positive": low.is_positive, "nonnegative": low.is_nonnegative}
    return sympy.Dummy("k", integer=True, **{name: True for name, holds in known.items() if holds})


def shown_by(proof: SignProof) -> Shown:
    """Return what an argument about signs comes to."""
    return Shown(Level.PROVED, ", ".join(proof.steps), tuple(proof.covers))
