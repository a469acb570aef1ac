"""From where a bound holds, and whether it does for all sufficiently large values."""

from __future__ import annotations

import pytest
from sympy import Interval, S, exp, log, oo, sin, symbols

from longlag.theory import LonglagError
from longlag.theory.statement import Level, Settings
from longlag.theory.verify import eventually, least_from
from tests.theory.verify.relations import QUANTIFIED, Quantified
from tests.theory.verify.relations.case import POSITIVE, bound

BRIEF = Settings(effort="quick", seconds=2)
FROM = [case for case in QUANTIFIED if case.quantifier == "from"]
EVENTUALLY = [case for case in QUANTIFIED if case.quantifier == "eventually"]
a, n, x = symbols("a n x")


@pytest.mark.parametrize("case", FROM, ids=lambda case: case.name)
def test_least_value(case: Quantified) -> None:
    found = least_from(case.relation, settings=BRIEF)
    exact = case.answer.evalf(20)
    assert 0 <= found.value - exact < 1e-10 * exact
    assert found.verdict.level in (Level.PROVED, Level.CERTIFIED)
    assert found.before.startswith("fails at")


@pytest.mark.parametrize("case", EVENTUALLY, ids=lambda case: case.name)
def test_for_all_sufficiently_large(case: Quantified) -> None:
    found = eventually(case.relation, settings=BRIEF)
    assert found.holds == (case.answer is not None)
    if case.answer is not None:
        assert abs(found.value / case.answer - 1) < 1e-10
        assert found.verdict.level is Level.PROVED


def test_bound_that_holds_everywhere_starts_at_the_end() -> None:
    found = least_from(bound(n, n**2, {n: S.Naturals}), n, BRIEF)
    assert (found.value, found.before) == (1, "")
    assert found.verdict.level is Level.PROVED


def test_failure_between_integers_of_the_scan_is_found() -> None:
    # Fails at 1000 alone, beyond the first few powers of two that are scanned.
    relation = bound(S.One, (n - 1000) ** 2, {n: S.Naturals})
    assert least_from(relation, n, BRIEF).value == 1001


def test_other_symbols_range_over_their_domains() -> None:
    relation = bound(a * n, n**2, {n: S.Naturals, a: Interval(0, 7)})
    assert least_from(relation, n, BRIEF).value == 7


@pytest.mark.parametrize(
    ("lhs", "rhs", "holds"),
    [
        (log(x), x, True),
        (x, log(x) ** 3, False),
        (exp(-x), 1 / x, True),
        (x + log(x), x, False),
        (x, x + 1, True),
        (2 + sin(x), x, True),
    ],
)
def test_leading_terms(lhs: object, rhs: object, holds: bool) -> None:
    assert eventually(bound(lhs, rhs, {x: POSITIVE}), x, BRIEF).holds is holds


def test_no_value_from_which_it_holds() -> None:
    found = least_from(bound(n**2, n, {n: S.Naturals}), n, BRIEF)
    assert found.holds is False
    assert found.verdict.level is Level.REFUTED


def test_symbol_must_run_to_infinity() -> None:
    with pytest.raises(LonglagError, match="upper end"):
        least_from(bound(x, 1, {x: Interval(0, 1)}), x)
    with pytest.raises(LonglagError, match="variable"):
        eventually(bound(x, 1, {x: Interval(0, oo)}))


def test_where_a_bound_fails_as_far_as_numbers_go_nothing_is_said() -> None:
    found = eventually(bound(x * sin(x), x / 2, {x: POSITIVE}), x, BRIEF)
    assert found.holds is None
    assert found.verdict.level is Level.UNDECIDED
