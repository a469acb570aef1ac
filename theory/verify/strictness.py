"""Strict bounds: lhs ≤ rhs, and both sides nowhere equal as far as that can be shown."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace

import sympy
from flint import fmpq
from sympy import Expr, Integer, Rational, Symbol

from longlag.theory.balls.numbers import compared
from longlag.theory.statement import Kind, Level, Relation, Settings, Verdict
from longlag.theory.verify.axis import Axis
from longlag.theory.verify.bounds import parts
from longlag.theory.verify.budget import Budget, effort_named
from longlag.theory.verify.decide import prove, verify
from longlag.theory.verify.normal import elementary
from longlag.theory.verify.question import Question
from longlag.theory.verify.search import Search, written

#: Shares of the smaller side that may be added to it without reaching the larger one.
_MARGINS = (Rational(1, 10), Rational(1, 1000))
#: Seconds at most for one way to show that the sides are nowhere equal.
_SECONDS = 3.0
#: Logarithms of quotients nearer to 0 than this are looked at for an equality.
_NEAR = 1e-2


def verify_strict(relation: Relation, settings: Settings | None = None) -> Verdict:
    """Return the verdict on lhs < rhs.

    Args:
        relation: a bound; what is judged is its strict form.
        settings: as of ``verify``.

    Returns:
        As of ``verify`` on lhs ≤ rhs; refuted where both sides are equal at exact numbers; where
        only ≤ is shown, computed, and the method says so.

    >>> from sympy import S
    >>> from sympy.abc import x
    >>> verify_strict(Relation(Kind.BOUND, 2 * x, x**2 + 2, {x: S.Reals})).level.value
    'proved'
    """
    settings = settings or Settings()
    verdict = verify(relation, settings)
    if verdict.level is Level.REFUTED or not verdict.holds:
        return verdict
    question = Question(relation)
    equal = _met(question, settings)
    if equal is not None:
        return replace(
            verdict,
            level=Level.REFUTED,
            method="both sides are equal, exactly",
            error=0.0,
            counterexample=written(equal),
            sides="equal",
            certificate=(),
        )
    if verdict.level not in (Level.PROVED, Level.CERTIFIED):
        return replace(verdict, method=f"{verdict.method}; no equality was met")
    seconds = min(_SECONDS, (settings.seconds or _SECONDS) / 2)
    apart = [
        next(_ways(Question(replace(relation, lhs=left, rhs=right)), seconds), None)
        for left, right in parts(relation.lhs, relation.rhs)
    ]
    if None not in apart:
        ways = "; ".join(dict.fromkeys(str(way) for way in apart))
        return replace(verdict, method=f"{verdict.method}; strict: {ways}")
    return replace(
        verdict,
        level=Level.COMPUTED,
        method=f"≤ is {verdict.level} by {verdict.method}; that the sides are nowhere equal is "
        "searched only",
    )


def _met(question: Question, settings: Settings) -> Mapping[Symbol, fmpq] | None:
    """A point at which both sides are the same exact number, if one is met."""
    budget = Budget(effort_named("quick"), _SECONDS)
    search = Search(question, budget, random.Random(settings.seed), settings.examples)
    search.run(0.3)
    for point in search.nearly_equal(_NEAR):
        left, right = question.sides(point, 200)
        if compared(left, right) == 0:
            return point
    return None


def _ways(question: Question, seconds: float) -> Iterator[str]:
    """Yield by what both sides of a bound that holds are seen to be nowhere equal."""
    lhs, rhs = (elementary(side) for side in _sides(question))
    difference = sympy.factor(sympy.together(question.lifted(rhs - lhs)))
    if sympy.factor_terms(question.lifted(rhs - lhs)).is_positive or difference.is_positive:
        yield "the difference is a sum of what is positive"
    if all(
        _vanishes_nowhere(question, factor, seconds) for factor in sympy.Mul.make_args(difference)
    ):
        yield "no factor of the difference vanishes"
    for margin in _margins(question):
        relation = question.relation
        if prove(replace(relation, lhs=relation.lhs + margin), seconds):
            yield "with room to spare"


def _vanishes_nowhere(question: Question, factor: Expr, seconds: float) -> bool:
    """Whether a factor, in symbols that know their domains, has one sign and no zero."""
    base = factor.base if isinstance(factor, sympy.Pow) else factor
    if base.is_nonzero:
        return True
    back = {lifted: symbol for symbol, lifted in question.assumed.items()}
    plain = base.xreplace(back)
    if len(plain.free_symbols) != 1:
        return False
    domains = question.relation.domains
    for lower, upper in ((sympy.S.Zero, plain), (plain, sympy.S.Zero)):
        relation = Relation(Kind.BOUND, lower, upper, domains)
        if prove(relation, seconds):
            return _rises_strictly(Question(relation), seconds)
    return False


def _sides(question: Question) -> tuple[Expr, Expr]:
    """Both sides of its relation."""
    return question.relation.lhs, question.relation.rhs


def _margins(question: Question) -> Iterator[Expr]:
    """What may be added to the left side: a share of a positive side, or of the first gap."""
    lhs, rhs = _sides(question)
    for side in (rhs, lhs):
        if question.lifted(side).is_positive:
            for share in _MARGINS:
                yield share * side
    for symbol, pieces in question.axes.items():
        if len(question.axes) == 1 and len(pieces) == 1 and pieces[0].whole:
            first = pieces[0].low
            if first is not None:
                gap = sympy.N((rhs - lhs).subs(symbol, Integer(int(first.p))).doit())
                if gap.is_positive:
                    yield sympy.nsimplify(gap / 2, rational=True)
    yield from _MARGINS


def _rises_strictly(question: Question, seconds: float) -> bool:
    """Whether a bound in one symbol on an open interval has a monotone analytic difference.

    Such a difference is nowhere negative, and where it is zero inside, it is zero on one side of
    that point, thus everywhere.
    """
    if len(question.symbols) != 1:
        return False
    (symbol,) = question.symbols
    pieces = question.axes[symbol]
    if len(pieces) != 1 or pieces[0].whole or pieces[0].listed:
        return False
    axis = pieces[0]
    lhs, rhs = (elementary(side) for side in _sides(question))
    difference = rhs - lhs
    if not (_is_analytic(question.lifted(difference)) and _differ_somewhere(question, axis)):
        return False
    slope = sympy.diff(difference, symbol)
    domain = {symbol: question.relation.domains[symbol]}
    zero = sympy.S.Zero
    for lower, upper, included in (
        (zero, slope, axis.low is not None and not axis.low_open),
        (slope, zero, axis.high is not None and not axis.high_open),
    ):
        if not included and prove(Relation(Kind.BOUND, lower, upper, domain), seconds):
            return True
    return False


def _differ_somewhere(question: Question, axis: Axis) -> bool:
    gaps = (question.gap({axis.symbol: value}) for value in axis.special())
    return any(gap is not None and gap.size < 0 for gap in gaps)


def _is_analytic(expression: Expr) -> bool:
    """Whether nothing in an expression is known to break its power series inside the domain."""
    roots = (p.base for p in expression.atoms(sympy.Pow) if not p.exp.is_integer)
    return all(base.is_positive for base in roots) and not expression.has(
        sympy.Abs,
        sympy.Max,
        sympy.Min,
        sympy.Piecewise,
        sympy.floor,
        sympy.ceiling,
        sympy.sign,
        sympy.Heaviside,
        sympy.Sum,
        sympy.Product,
        sympy.Integral,
    )


__all__ = ["verify_strict"]
