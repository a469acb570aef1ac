"""What a relation is reduced to is simpler, and true where and only where the relation is."""

from __future__ import annotations

import pytest
from sympy import Expr, Interval, Range, S, Sum, binomial, exp, log, oo, symbols

from longlag.theory.statement import Kind, Level, Relation, Settings
from longlag.theory.verify import verify
from longlag.theory.verify.question import Question
from longlag.theory.verify.reductions import reductions

BRIEF = Settings(effort="quick", seconds=15)
k, n, x, y = symbols("k n x y")
DOMAINS = {x: Interval.open(0, oo), y: Interval.open(0, oo), n: Range(2, oo)}

CASES = [
    (Kind.IDENTITY, "the sum completed", Sum(binomial(n, k) * x**k, (k, 1, n)), (1 + x) ** n - 1),
    (
        Kind.IDENTITY,
        "a factor divided out",
        n * (n - 1) * Sum(binomial(n, k), (k, 0, n)),
        n * (n - 1) * 2**n,
    ),
    (Kind.IDENTITY, "term by term", Sum(x**k, (k, 1, n)), x * Sum(x**k, (k, 0, n - 1))),
    (Kind.BOUND, "term by term", Sum(x**k / (k + 1), (k, 0, n)), Sum(x**k, (k, 0, n))),
    (Kind.BOUND, "two symbols as one", exp(-x * y), 1 / (1 + x * y)),
    (Kind.BOUND, "two symbols as one", log(x / y), x / y - 1),
    (Kind.BOUND, "a common factor divided out", (x + y) ** n * binomial(n, 2), (x + y) ** n * n**2),
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "why", "lhs", "rhs"), CASES)
def test_reduced_and_shown(kind: Kind, why: str, lhs: Expr, rhs: Expr) -> None:
    relation = Relation(kind, lhs, rhs, DOMAINS)
    found = dict(reductions(Question(relation)))
    assert why in found
    verdict = verify(found[why], BRIEF)
    assert verdict.level in (Level.PROVED, Level.CERTIFIED), found[why]


@pytest.mark.parametrize(("kind", "why", "lhs", "rhs"), CASES)
def test_wrong_ones_stay_wrong(kind: Kind, why: str, lhs: Expr, rhs: Expr) -> None:
    larger = lhs * 3 * n**2 if kind is Kind.BOUND else lhs + x
    relation = Relation(kind, larger, rhs, DOMAINS)
    assert verify(relation, BRIEF).level is Level.REFUTED
    for simpler in dict(reductions(Question(relation))).values():
        assert verify(simpler, BRIEF).level is not Level.PROVED


def test_factor_that_may_vanish_is_kept() -> None:
    relation = Relation(Kind.IDENTITY, (n - 2) * Sum(k, (k, 0, n)), (n - 2) * n, {n: S.Naturals})
    assert "a factor divided out" not in dict(reductions(Question(relation)))


def test_empty_sums_of_the_wrong_kind_are_left_alone() -> None:
    # For n = 0 both sums end two before their start, and are minus the term between.
    late = Relation(
        Kind.BOUND, Sum(S.One, (k, 0, n - 2)), Sum(S(2), (k, 0, n - 2)), {n: S.Naturals0}
    )
    assert "term by term" not in dict(reductions(Question(late)))
    assert verify(late, BRIEF).level is Level.REFUTED


def test_sums_are_not_completed_by_terms_without_a_value() -> None:
    total = Sum((-1) ** k * binomial(n, k) / (k + 1), (k, 0, n))
    relation = Relation(Kind.IDENTITY, total, 1 / (n + 1), {n: S.Naturals0})
    assert not dict(reductions(Question(relation)))
