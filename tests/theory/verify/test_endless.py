"""Endless sums are in closed form where their terms shrink on the whole domain, and only there."""

from __future__ import annotations

import pytest
from sympy import Interval, Rational, S, Sum, exp, oo, symbols

from longlag.theory.statement import Kind, Level, Relation
from longlag.theory.verify import verify

b, k, n, s, x = symbols("b k n s x")
DOMAINS = {s: Interval.open(0, 1), n: S.Naturals, b: Interval.open(0, oo)}

SUMS = {
    "of weights": (Sum(s * (1 - s) ** k, (k, 0, oo)), S.One),
    "their mean": (Sum(k * s * (1 - s) ** k, (k, 0, oo)), (1 - s) / s),
    "their tail": (Sum(s * (1 - s) ** k, (k, n, oo)), (1 - s) ** n),
}


@pytest.mark.parametrize("name", SUMS)
def test_geometric_sums_are_proved(name: str) -> None:
    lhs, rhs = SUMS[name]
    assert verify(Relation(Kind.IDENTITY, lhs, rhs, DOMAINS)).level is Level.PROVED


@pytest.mark.parametrize("name", SUMS)
def test_wrong_sums_are_refuted(name: str) -> None:
    lhs, rhs = SUMS[name]
    wrong = Relation(Kind.IDENTITY, lhs, rhs + s**2 / 1000, DOMAINS)
    assert verify(wrong).level is Level.REFUTED


def test_bounds_of_sums_are_proved() -> None:
    total = Sum(s**2 * (1 - s) ** k, (k, 0, oo))
    assert verify(Relation(Kind.BOUND, total, S.One, DOMAINS)).level is Level.PROVED


def test_what_does_not_converge_everywhere_is_not_summed() -> None:
    wide = {x: Interval.open(-Rational(1, 2), 2)}
    verdict = verify(Relation(Kind.IDENTITY, Sum(x**k, (k, 0, oo)), 1 / (1 - x), wide))
    assert verdict.level is not Level.PROVED


def test_exponentials_shrink() -> None:
    total = Sum(exp(-b * k), (k, 0, oo))
    verdict = verify(Relation(Kind.IDENTITY, total, 1 / (1 - exp(-b)), DOMAINS))
    assert verdict.holds
