"""Limits of what is left after leading terms cancel."""

from __future__ import annotations

from sympy import Expr, Interval, LambertW, S, log, oo, symbols

from longlag.theory.statement import Kind, Relation
from longlag.theory.verify.far import quotient_far_out

x = symbols("x")


def limit(lhs: Expr, rhs: Expr = S.One) -> Expr | None:
    return quotient_far_out(Relation(Kind.LIMIT, lhs, rhs, {x: Interval.open(1, oo)}, x), x)


def test_lambert_is_a_logarithm_less_that_of_the_logarithm() -> None:
    rest = LambertW(x) - log(x)
    assert limit(rest) == -oo
    assert limit(rest + log(log(x))) == 0
    assert limit(rest + log(log(x)), log(log(x)) / log(x)) == 1


def test_vast_powers_are_not_written_out() -> None:
    assert limit((1 - 1 / x) ** (10**9) - 1, 1 / x) is None
    assert limit((1 - 1 / x) ** 9 - 1, 1 / x) == -9
