"""Strict bounds: equality anywhere refutes them, and what is not shown is said."""

from __future__ import annotations

import pytest
from sympy import Expr, Interval, Max, S, Set, Sum, exp, log, oo, sin, symbols, tanh

from longlag.theory.statement import Kind, Level, Relation, Settings
from longlag.theory.verify import verify_strict

BRIEF = Settings(effort="quick", seconds=1)
POSITIVE = Interval.open(0, oo)
k, n, x = symbols("k n x")


def strict(lhs: Expr, rhs: Expr, domain: Set) -> Relation:
    symbol = next(iter((lhs - rhs).free_symbols))
    return Relation(Kind.BOUND, lhs, rhs, {symbol: domain})


@pytest.mark.parametrize(
    ("lhs", "rhs", "domain"),
    [
        (1 + x, exp(x), POSITIVE),
        (log(1 + x), x, POSITIVE),
        (tanh(x), x, POSITIVE),
        (2 * x, x**2 + 2, S.Reals),
        (1 - x ** n.subs(n, 3), 1, Interval.open(0, 1)),
        (Max(x, 1), x + 1, POSITIVE),
    ],
)
def test_shown(lhs: Expr, rhs: Expr, domain: Set) -> None:
    verdict = verify_strict(strict(lhs, S(rhs), domain), BRIEF)
    assert verdict.level in (Level.PROVED, Level.CERTIFIED)
    assert "strict" in verdict.method


@pytest.mark.parametrize(
    ("lhs", "rhs", "domain"),
    [
        (2 * x, 1 + x**2, S.Reals),
        (1 + x, exp(x), S.Reals),
        (log(1 + x), x, Interval(0, oo)),
        (1 / x, S.One, S.Naturals),
        (x * (1 - x), S.One / 4, Interval(0, 1)),
    ],
)
def test_equality_refutes(lhs: Expr, rhs: Expr, domain: Set) -> None:
    verdict = verify_strict(strict(lhs, rhs, domain), BRIEF)
    assert verdict.level is Level.REFUTED
    assert verdict.sides == "equal"


def test_what_is_only_a_bound_is_not_called_strict() -> None:
    # Equal at π/2 + 2πk, which no fraction is.
    verdict = verify_strict(strict(sin(x), S.One, S.Reals), BRIEF)
    assert verdict.level is Level.COMPUTED
    assert "searched only" in verdict.method


@pytest.mark.slow
def test_sums_are_followed_from_their_first_gap() -> None:
    relation = strict(log(n + 1), Sum(1 / k, (k, 1, n)), S.Naturals)
    assert verify_strict(relation, BRIEF).holds
