"""The best constants to ten digits, shown where they are attained; none where there is none."""

from __future__ import annotations

import pytest
from sympy import Abs, Interval, S, exp, log, oo, sqrt, symbols

from longlag.theory import LonglagError
from longlag.theory.statement import Level, Settings
from longlag.theory.verify import best_constant
from tests.theory.verify.relations import QUANTIFIED, Quantified
from tests.theory.verify.relations.case import POSITIVE, bound

BRIEF = Settings(effort="quick", seconds=2)
CONSTANTS = [case for case in QUANTIFIED if case.quantifier == "constant"]
x, y = symbols("x y")


@pytest.mark.slow
@pytest.mark.parametrize("case", CONSTANTS, ids=lambda case: case.name)
def test_known_answers(case: Quantified) -> None:
    found = best_constant(case.relation, Settings(effort="quick", seconds=6))
    if case.answer is None:
        assert found.value is None
        assert found.verdict.level is Level.REFUTED
        return
    exact = case.answer.evalf(20)
    assert abs(found.supremum - exact) < 1e-10 * exact
    assert found.value >= exact * (1 - 1e-10)
    assert found.verdict.holds


@pytest.mark.parametrize(
    ("lhs", "rhs", "domain", "best"),
    [
        (2 * x, 1 + x**2, S.Reals, 1),
        (log(x), x, Interval(1, oo), exp(-1)),
        (x * exp(-x), 1, POSITIVE, exp(-1)),
        (1 - exp(-x), x, POSITIVE, 1),
        (x, sqrt(1 + x**2), S.Reals, 1),
    ],
)
def test_attained_and_approached(lhs: object, rhs: object, domain: object, best: object) -> None:
    found = best_constant(bound(lhs, rhs, {x: domain}), BRIEF)
    assert abs(found.supremum - S(best).evalf(20)) < 1e-10
    assert found.verdict.level in (Level.PROVED, Level.CERTIFIED)


@pytest.mark.parametrize(
    ("lhs", "rhs", "domain"),
    [
        (x, sqrt(x), POSITIVE),
        (1, x, POSITIVE),
        (x, log(x), Interval.open(1, oo)),
        (1, x, Interval(0, 1)),
        (Abs(x), 1, S.Reals),
    ],
)
def test_no_constant(lhs: object, rhs: object, domain: object) -> None:
    found = best_constant(bound(lhs, rhs, {x: domain}), BRIEF)
    assert found.value is None
    assert found.verdict.level is Level.REFUTED


def test_two_symbols() -> None:
    found = best_constant(bound(x * y, x**2 + y**2, {x: POSITIVE, y: POSITIVE}), BRIEF)
    assert found.value == S.Half
    assert found.verdict.level in (Level.PROVED, Level.CERTIFIED)


def test_negative_right_side_is_refused() -> None:
    with pytest.raises(LonglagError, match="negative"):
        best_constant(bound(1, x, {x: S.Reals}), BRIEF)
