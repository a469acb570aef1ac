"""A counterexample is the simplest point near the one that was found, in exact numbers."""

from __future__ import annotations

import pytest
import sympy
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Interval, Rational, S, Symbol, exp, oo

from longlag.theory.statement import Kind, Level, Relation
from longlag.theory.verify import verify
from longlag.theory.verify.counterexample import complexity, counterexample, simpler
from longlag.theory.verify.question import Question

x, n = Symbol("x"), Symbol("n")


@given(p=st.integers(-(10**6), 10**6), q=st.integers(1, 10**6))
def test_simpler_fractions_are_simpler(p: int, q: int) -> None:
    value = fmpq(p, q)
    assert all(complexity(other) < complexity(value) for other in simpler(value))


NEEDLES: dict[str, tuple[Expr, Expr]] = {
    "a hundred thousandth": (exp(-(10**10) * (x - Rational(1, 3)) ** 2), Rational(3, 2) - exp(-x)),
    "in the tail": (x, exp(x / 1000) + 1000),
    "near zero": (-x * sympy.log(x), Rational(1, 10**9) + 10 * x),
    "at integers": (sympy.cos(2 * sympy.pi * x) - Rational(1, 10**9), 1 - x**2 / 10**12),
}


@pytest.mark.parametrize("name", NEEDLES)
def test_where_a_bound_fails_is_told_in_few_digits(name: str) -> None:
    lhs, rhs = NEEDLES[name]
    relation = Relation(Kind.BOUND, lhs, rhs, {x: Interval.open(0, oo)})
    verdict = verify(relation)
    assert verdict.level is Level.REFUTED
    point = Rational(verdict.counterexample.removeprefix("x = "))
    assert lhs.subs(x, point).evalf(60) > rhs.subs(x, point).evalf(60)
    assert len(verdict.counterexample) < 30
    assert "fails around it from" in verdict.sides


def test_a_point_where_the_relation_holds_is_no_counterexample() -> None:
    question = Question(Relation(Kind.BOUND, x, x**2, {x: S.Reals}))
    assert counterexample(question, {x: fmpq(2)}) is None
    found = counterexample(question, {x: fmpq(334, 1001)})
    assert found is not None
    assert found.point[x] in (fmpq(1, 2), fmpq(1, 3))
    assert str(found).startswith("x = 1/")


def test_both_sides_are_told_apart_in_as_many_digits_as_it_takes() -> None:
    near = Relation(Kind.IDENTITY, n, n + Rational(1, 10**20), {n: S.Naturals})
    left, _, right = verify(near).sides.partition(" against ")
    assert left != right
