"""Of relations whose truth is known no false one survives and no true one is refuted."""

from __future__ import annotations

import pytest

from longlag.theory.statement import Level, Settings
from longlag.theory.verify import compute, verify
from tests.theory.verify.relations import ALL, Case

QUICK = Settings(effort="quick")
FALSE = [case for case in ALL if not case.true]
TRUE = [case for case in ALL if case.true]


@pytest.mark.parametrize("case", FALSE, ids=lambda case: case.name)
def test_what_is_false_is_refuted_with_both_sides(case: Case) -> None:
    verdict = verify(case.relation)
    assert verdict.level is Level.REFUTED
    assert verdict.counterexample
    assert verdict.sides or verdict.method.startswith("leading terms")


@pytest.mark.parametrize("case", TRUE, ids=lambda case: case.name)
def test_what_is_true_survives_the_search(case: Case) -> None:
    assert compute(case.relation, QUICK).level is not Level.REFUTED
