r"""Products and sums over gates: any gates in their domain, any number of them."""

from __future__ import annotations

import pytest
from sympy import Expr, IndexedBase, Interval, Product, S, Sum, exp, symbols

from longlag.theory.statement import Kind, Level, Relation, Settings
from longlag.theory.verify.families import judge_families

s = IndexedBase("s", real=True)
j, k = symbols("j k")
n, t = symbols("n t")
UNIT = {s: Interval.open(0, 1)}
DOMAINS = {n: S.Naturals, t: S.Integers}

LEAK = Product(1 - s[t - j], (j, 0, n - 1))
TOTAL = Sum(s[t - j], (j, 0, n - 1))
TELESCOPED = Sum(s[t - k] * Product(1 - s[t - j], (j, 0, k - 1)), (k, 0, n - 1))


def judged(sign: str, lhs: Expr, rhs: Expr) -> tuple[Level, str]:
    kind = Kind.IDENTITY if sign == "=" else Kind.BOUND
    relation = Relation(kind, lhs, rhs, DOMAINS)
    verdict = judge_families(sign, relation, UNIT, Settings(effort="quick"))
    return verdict.level, verdict.counterexample


TRUE = {
    "exponential": ("≤", LEAK, exp(-TOTAL)),
    "Weierstrass, below": ("≤", 1 - TOTAL, LEAK),
    "Weierstrass, above": ("≤", LEAK, 1 / (1 + TOTAL)),
    "one gate more": ("=", Product(1 - s[t - j], (j, 0, n)), LEAK * (1 - s[t - n])),
    "telescoped": ("=", TELESCOPED, 1 - LEAK),
    "at most one": ("≤", LEAK, S.One),
    "below one": ("<", LEAK, S.One),
    "Cauchy and Schwarz": ("≤", TOTAL**2, n * Sum(s[t - j] ** 2, (j, 0, n - 1))),
}
FALSE = {
    "exponential, half": ("≤", LEAK, exp(-2 * TOTAL)),
    "Weierstrass, turned": ("≤", LEAK, 1 - TOTAL),
    "one gate more, of another index": (
        "=",
        Product(1 - s[t - j], (j, 0, n)),
        LEAK * (1 - s[t - n + 1]),
    ),
    "equal at one gate": ("<", 1 - TOTAL, LEAK),
}


@pytest.mark.parametrize("name", TRUE)
def test_truths_are_shown_for_any_number_of_gates(name: str) -> None:
    assert judged(*TRUE[name])[0] is Level.PROVED


@pytest.mark.parametrize("name", FALSE)
def test_falsehoods_are_refuted_by_gates(name: str) -> None:
    level, counterexample = judged(*FALSE[name])
    assert level is Level.REFUTED
    assert counterexample.startswith("n = ")
    assert "s_t = " in counterexample


def test_a_truth_that_is_hard_to_show_is_not_refuted() -> None:
    assert judged("≤", LEAK, (1 - TOTAL / n) ** n)[0] in (Level.COMPUTED, Level.PROVED)


def test_a_range_that_ends_at_the_index_of_another_is_written_out_from_the_outside() -> None:
    twice = Sum(Sum(s[k], (k, j, n)), (j, 0, n))
    assert judged("=", twice, Sum((k + 1) * s[k], (k, 0, n)))[0] is not Level.REFUTED
    assert judged("=", twice, Sum(k * s[k], (k, 0, n)))[0] is Level.REFUTED
