"""Is there a constant C with lhs ≤ C rhs for all? The best one, and that it is one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import sympy
from sympy import Dummy, Expr, Float, Rational, oo

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import shown
from longlag.theory.statement import Kind, Level, Relation, Settings, Verdict
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown
from longlag.theory.verify.axis import Axis
from longlag.theory.verify.budget import Budget, effort_named
from longlag.theory.verify.decide import verify
from longlag.theory.verify.expectations import written_out
from longlag.theory.verify.far import quotient_far_out
from longlag.theory.verify.largest import Climb, Met
from longlag.theory.verify.question import Point, Question
from longlag.theory.verify.search import written

#: How much more than the largest quotient a constant may be, and still be called it.
_MARGINS = (Rational(1, 10**11), Rational(1, 10**6))
#: Denominators of constants that are guessed to be exact.
_SIMPLEST = 120


@dataclass(frozen=True)
class Constant(Shown):
    """The answer to: is there C with lhs ≤ C rhs for all?

    Args:
        value: a constant that the verdict is about, an exact fraction; None where there is none.
        supremum: of lhs/rhs, as far as it was found.
        verdict: on lhs ≤ value · rhs, or that there is no constant.
        tried: what was done, in words.
    """

    value: Rational | None
    supremum: Float | None
    verdict: Verdict
    tried: tuple[str, ...]

    def _lines(self) -> list[str]:
        return [r"C &= \infty" if self.value is None else f"C &= {scalar_tex(self.value)}"]


def best_constant(relation: Relation, settings: Settings | None = None) -> Constant:
    """Return the smallest constant C with lhs ≤ C rhs on the domain.

    Args:
        relation: a bound whose right side is not negative.
        settings: how hard.

    Returns:
        The supremum of lhs/rhs as a fraction, rounded up, with the verdict on the bound with it.

    Raises:
        LonglagError: the right side is negative somewhere.

    >>> from sympy import S
    >>> from sympy.abc import x
    >>> best_constant(Relation(Kind.BOUND, 2 * x, 1 + x**2, {x: S.Reals})).value
    1
    """
    settings = settings or Settings()
    relation = replace(
        relation,
        kind=Kind.BOUND,
        variable=None,
        lhs=written_out(relation.lhs),
        rhs=written_out(relation.rhs),
    )
    question = Question(relation)
    effort = effort_named(settings.effort)
    seconds = settings.seconds or effort.seconds
    budget = Budget(effort, seconds)
    climb = Climb(question, Budget(effort, seconds / 2), random.Random(settings.seed))
    best = climb.run()
    tried = [f"the largest quotient of {climb.evaluations} points"]
    if climb.wrong_sign is not None:
        raise LonglagError(
            f"right side {shown(relation.rhs)} at {written(climb.wrong_sign)}",
            "it is negative",
            "bound by what is not negative, or on a smaller domain",
        )
    if climb.no_bound is not None:
        return _none("the right side is 0 there, the left one is not", climb.no_bound, tried)
    if best is None:
        undecided = Verdict(
            level=Level.UNDECIDED, method="the quotient has no value at any point that was tried"
        )
        return Constant(None, None, undecided, tuple(tried))
    for where, point in _unbounded(relation, best):
        return _none(f"the quotient goes to infinity as {where}", point, tried)
    supremum = climb.exact(best)
    climb.budget = Budget(effort, seconds / 2)
    limit = climb.far_out(best)
    if limit is not None:
        tried.append("extrapolated as an integer grows")
        supremum = max(supremum, limit)
    return _shown(relation, supremum, budget, settings, tried)


def _none(why: str, point: Point, tried: list[str]) -> Constant:
    verdict = Verdict(level=Level.REFUTED, method=why, counterexample=written(point))
    return Constant(None, None, verdict, tuple(tried))


def _unbounded(relation: Relation, best: Met) -> Iterator[tuple[str, Point]]:
    """Where the quotient goes to infinity along one symbol, from where it is largest."""
    point = dict(best.point)
    for axis in best.pieces:
        others = {s: Rational(int(v.p), int(v.q)) for s, v in point.items() if s != axis.symbol}
        for where, path, t in _ways_out(axis):
            sides = [
                side.subs(others).subs(axis.symbol, path) for side in (relation.lhs, relation.rhs)
            ]
            found = quotient_far_out(replace(relation, lhs=sides[0], rhs=sides[1]), t)
            if found == oo:
                yield where, {s: v for s, v in point.items() if s != axis.symbol}


def _ways_out(axis: Axis) -> Iterator[tuple[str, Expr, Dummy]]:
    """To both ends of an axis that it does not hold, along a symbol that goes to infinity."""
    t = Dummy("t", positive=True)
    low, high = axis.ends
    if axis.listed:
        return
    if high == oo:
        yield f"{axis.symbol} → ∞", t, t
    elif axis.high_open:
        yield f"{axis.symbol} → {high}", high - 1 / t, t
    if low == -oo:
        yield f"{axis.symbol} → −∞", -t, t
    elif axis.low_open:
        yield f"{axis.symbol} → {low}", low + 1 / t, t


def _shown(
    relation: Relation, supremum: float, budget: Budget, settings: Settings, tried: list[str]
) -> Constant:
    """The smallest constant that holds, and is shown to if one near it can be."""
    found: list[tuple[Rational, Verdict]] = []
    for value in _candidates(supremum):
        seconds = max(1.0, budget.left / 2)
        verdict = verify(replace(relation, rhs=value * relation.rhs), settings, seconds=seconds)
        tried.append(f"C = {float(value):.15g}: {verdict.level}")
        if verdict.holds:
            found.append((value, verdict))
        if verdict.level in (Level.PROVED, Level.CERTIFIED):
            break
        if budget.is_spent and found:
            break
    estimate = Float(supremum, 15)
    if not found:
        undecided = Verdict(
            level=Level.UNDECIDED, method="no constant near the largest quotient holds"
        )
        return Constant(None, estimate, undecided, tuple(tried))
    shown_ones = [pair for pair in found if pair[1].level in (Level.PROVED, Level.CERTIFIED)]
    value, verdict = (shown_ones or found)[0]
    method = f"C = {shown(value)}, the supremum is {supremum:.12g}: {verdict.method}"
    return Constant(value, estimate, replace(verdict, method=method), tuple(tried))


def _candidates(supremum: float) -> Iterator[Rational]:
    simple = Rational(supremum).limit_denominator(_SIMPLEST)
    if abs(float(simple) - supremum) <= 1e-11 * max(1.0, abs(supremum)):
        yield simple
    for margin in _MARGINS:
        raised = Rational(supremum) + margin * max(abs(Rational(supremum)), Rational(1, 10**12))
        yield _rounded_up(raised, margin)


def _rounded_up(value: Rational, margin: Rational) -> Rational:
    """The next decimal with few digits more than the margin needs."""
    size = sympy.ceiling(sympy.log(abs(value) * margin / 100, 10)) if value else sympy.Integer(-12)
    unit = Rational(10) ** size
    return sympy.ceiling(value / unit) * unit


__all__ = ["Constant", "best_constant"]
