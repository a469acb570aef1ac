"""The order of work on a relation: break it, prove it, certify it, within a budget."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import replace

from sympy import Expr, FiniteSet, sympify

from longlag.theory.errors import LonglagError
from longlag.theory.statement import (
    DERIVED_HERE,
    Claim,
    Kind,
    Level,
    Reading,
    Relation,
    Settings,
    Source,
    Statement,
    Verdict,
    failure_rate_bound,
)
from longlag.theory.verify import limits
from longlag.theory.verify.bounds import show_bound
from longlag.theory.verify.budget import Budget, effort_named, guarded
from longlag.theory.verify.by_points import by_points
from longlag.theory.verify.certificate import as_data
from longlag.theory.verify.counterexample import counterexample
from longlag.theory.verify.expectations import written_out
from longlag.theory.verify.identities import prove_identity
from longlag.theory.verify.question import Point, Question
from longlag.theory.verify.reductions import reductions
from longlag.theory.verify.search import Search, written
from longlag.theory.verify.shown import Shown

#: Logarithms of quotients nearer to 0 than this are told to the proof: both sides may agree there.
_NEAR = 1e-2
#: With fewer digits than this the settings ask for nothing that makes sense.
_FEWEST_DIGITS = 15


def verify(
    relation: Relation, settings: Settings | None = None, *, seconds: float | None = None
) -> Verdict:
    """Return the strongest verdict on a relation that the budget allows.

    Args:
        relation: the two sides and their domain.
        settings: effort, seed, and the least number of random points.
        seconds: of processor time in all; by default what the effort allows.

    Returns:
        refuted with a counterexample; else proved; else certified; else computed, if the search met
        values; else undecided, with what was tried.

    Raises:
        LonglagError: a symbol without a domain, an empty domain, a side that is not real.

    >>> from sympy import sin, cos, S
    >>> from sympy.abc import x
    >>> from longlag.theory.statement import Kind, Relation
    >>> verify(Relation(Kind.IDENTITY, sin(x)**2 + cos(x)**2, S(1), {x: S.Reals})).level
    <Level.PROVED: 'proved'>
    """
    settings = settings or Settings()
    relation = replace(relation, lhs=written_out(relation.lhs), rhs=written_out(relation.rhs))
    one_by_one = _one_by_one(relation)
    if one_by_one is not None:
        return _joined([verify(each, settings, seconds=seconds) for each in one_by_one])
    question, budget = _prepared(relation, settings, seconds)
    searched, touching = _searched(question, budget, settings)
    if searched.level is Level.REFUTED:
        return searched
    shown = _reduced(question, budget, settings) or _shown(question, budget, settings, touching)
    return shown if shown is not None else searched


def _reduced(question: Question, budget: Budget, settings: Settings) -> Verdict | None:
    """The verdict of a proof of a simpler relation from which this one follows, if there is one."""
    found = budget.part(0.1, guarded, lambda: list(reductions(question)))
    for why, simpler in found or []:
        shown = budget.part(0.4, _shown, Question(simpler), budget, settings, ())
        if shown is not None:
            return replace(shown, method=f"{why}: {shown.method}")
    return None


def _one_by_one(relation: Relation) -> list[Relation] | None:
    """The relation at each number of a finite set that holds others than fractions."""
    for symbol, domain in relation.domains.items():
        if isinstance(domain, FiniteSet) and not all(v.is_Rational for v in domain.args):
            rest = {s: d for s, d in relation.domains.items() if s != symbol}
            return [
                replace(
                    relation,
                    lhs=relation.lhs.subs(symbol, number),
                    rhs=relation.rhs.subs(symbol, number),
                    domains=rest,
                )
                for number in domain.args
            ]
    return None


def _joined(verdicts: list[Verdict]) -> Verdict:
    """The weakest of several verdicts that a relation needs all of."""
    order = [level for level in Level if level is not Level.REFUTED]
    return max(verdicts, key=lambda verdict: [*order, Level.REFUTED].index(verdict.level))


def compute(relation: Relation, settings: Settings, *, seconds: float | None = None) -> Verdict:
    """Return the verdict of the search alone: refuted, or computed.

    Args:
        relation: the two sides and their domain.
        settings: effort, seed, and the least number of random points.
        seconds: of processor time in all.
    """
    question, budget = _prepared(relation, settings, seconds)
    return _searched(question, budget, settings)[0]


def prove(relation: Relation, seconds: float = 10.0) -> bool:
    """Return whether a relation is shown on its whole domain, a limit at all other symbols.

    Args:
        relation: the two sides and their domain.
        seconds: of processor time.
    """
    question = Question(relation)
    budget = Budget(effort_named("normal"), seconds)
    if question.is_asymptotic:
        limit = limits.prove_limit(question, budget)
        return limit is not None and limit[0]
    return _shown(question, budget, Settings(), ()) is not None


def _prepared(
    relation: Relation, settings: Settings, seconds: float | None
) -> tuple[Question, Budget]:
    if settings.digits < _FEWEST_DIGITS or settings.examples < 1:
        raise LonglagError(
            f"{settings.digits} digits at {settings.examples} points",
            f"a comparison needs at least {_FEWEST_DIGITS} digits and one point",
            "raise digits or examples in the settings",
        )
    effort = effort_named(settings.effort)
    if settings.examples > effort.evaluations:
        effort = replace(effort, evaluations=settings.examples)
    allowed = seconds if seconds is not None else settings.seconds or effort.seconds
    return Question(relation), Budget(effort, allowed)


def _searched(
    question: Question, budget: Budget, settings: Settings
) -> tuple[Verdict, tuple[Point, ...]]:
    """The verdict of a search, and where both sides nearly agree."""
    if question.is_asymptotic:
        return _followed(question, budget, settings), ()
    search = Search(question, budget, random.Random(settings.seed), settings.examples)
    started = time.process_time()
    failing = search.run()
    found = None if failing is None else counterexample(question, failing)
    if found is not None:
        return Verdict(
            level=Level.REFUTED,
            method=_enclosing(question),
            seed=settings.seed,
            counterexample=str(found),
            sides=found.sides,
            points=search.evaluations,
            error=found.error,
        ), ()
    search.refuse_what_is_not_real()
    met = search.evaluations - search.undefined
    if met == 0:
        return Verdict(
            level=Level.UNDECIDED,
            seed=settings.seed,
            points=search.evaluations,
            method="no side has a value at any point that was tried; name a domain where both have",
        ), ()
    uphill = ", steps uphill" if question.kind is Kind.BOUND else ""
    return Verdict(
        level=Level.COMPUTED,
        points=met,
        seed=settings.seed,
        failure_rate=failure_rate_bound(met),
        method=f"searched for a counterexample: special values, random points{uphill}",
        seconds=time.process_time() - started,
    ), search.nearly_equal(_NEAR)


def _enclosing(question: Question) -> str:
    if question.program.encloses:
        return "both sides enclosed in balls"
    return "both sides by quadrature or extrapolation, with wide estimates of their errors"


def _shown(
    question: Question, budget: Budget, settings: Settings, touching: tuple[Point, ...]
) -> Verdict | None:
    """The verdict of a proof or a certificate, if there is one."""
    started = time.process_time()
    if question.is_asymptotic:
        return None
    shown = guarded(by_points, question, budget)
    if shown is None and question.kind is Kind.IDENTITY:
        method = prove_identity(question, budget)
        shown = None if method is None else Shown(Level.PROVED, method)
    elif shown is None:
        shown = show_bound(question, budget, touching)
    if shown is None:
        return None
    return Verdict(
        level=shown.level,
        method=shown.method,
        seed=settings.seed,
        certificate=tuple(as_data(cover) for cover in shown.covers),
        seconds=time.process_time() - started,
    )


def _followed(question: Question, budget: Budget, settings: Settings) -> Verdict:
    """Judge a limit or an exponent: by leading terms, and by following it outwards."""
    generator = random.Random(settings.seed)
    proof = limits.prove_limit(question, budget)
    error = limits.error_expression(question)
    count = 3 if proof is not None else max(3, min(settings.examples, 12))
    worst, told = 0.0, 0
    for point in limits.points(question, generator, count if question.symbols else 1):
        followed = limits.follow(question, error, point, budget)
        says = followed.says
        if says is None:
            continue
        told += 1
        if says is False and not (proof is not None and proof[0]):
            return Verdict(
                level=Level.REFUTED,
                method=proof[1] if proof else "followed outwards",
                seed=settings.seed,
                counterexample=written(point),
                sides=limits.where(question, followed),
                error=abs(followed.errors[-1]),
            )
        worst = max(worst, abs(followed.errors[-1]))
    if proof is not None:
        holds, method = proof
        if holds:
            return Verdict(level=Level.PROVED, method=method, seed=settings.seed)
        return Verdict(
            level=Level.REFUTED,
            method=method,
            seed=settings.seed,
            counterexample="every point",
            error=float("inf"),
        )
    if told == 0:
        return Verdict(
            level=Level.UNDECIDED,
            seed=settings.seed,
            method="followed outwards as far as numbers go, where it was not settled",
        )
    return Verdict(
        level=Level.COMPUTED,
        method="followed outwards to 2^(2^40) or as far as it has a value",
        points=told,
        seed=settings.seed,
        error=worst,
    )


def claim(
    name: str,
    relation: Relation,
    tex: str = "",
    *,
    title: str = "",
    text: str = "",
    source: Source = DERIVED_HERE,
    expected_to_hold: bool = True,
    wrong: Mapping[str, Relation | Expr] | None = None,
    reading: Reading | None = None,
) -> Claim:
    """Return a claim that two scalar sides decide.

    Args:
        name: of the statement, an identifier.
        relation: what is judged.
        tex: what is displayed; by default the relation.
        title: above the display.
        text: what the step does, in words.
        source: where it is published.
        expected_to_hold: False for what does not survive.
        wrong: name of a wrong version ↦ the relation that it states, or its right side alone.
        reading: what the display is read back to.

    >>> from sympy import S
    >>> from sympy.abc import x
    >>> square = Relation(Kind.IDENTITY, (x + 1) ** 2, x**2 + 2 * x + 1, {x: S.Reals})
    >>> mine = claim("square", square, wrong={"no cross term": x**2 + 1})
    >>> mine.judge(Settings()).level, mine.misstated("no cross term").judge(Settings()).level
    (<Level.PROVED: 'proved'>, <Level.REFUTED: 'refuted'>)
    """
    others = {
        key: value if isinstance(value, Relation) else replace(relation, rhs=sympify(value))
        for key, value in (wrong or {}).items()
    }
    return Claim(
        Statement(name, relation.kind, tex or relation.latex(), source=source, reading=reading),
        _judge_relation,
        title,
        text,
        expected_to_hold,
        stated={"relation": relation},
        wrong={key: {"relation": v} for key, v in others.items()},
    )


def _judge_relation(settings: Settings, *, relation: Relation) -> Verdict:
    return verify(relation, settings)
