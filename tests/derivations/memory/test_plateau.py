"""The section on the plateau of training: every claim holds, and its wrong version does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from longlag.derivations.memory import plateau as memory_plateau
from longlag.derivations.memory import plateau_checks as checks
from longlag.theory.statement import Settings, Table, Verdict

SETTINGS = Settings(examples=1)


def test_only_the_law_as_a_limit_is_stated_to_fail() -> None:
    # That the claims come out so is asked of all derivations at once.
    claims = memory_plateau.derivation().claims
    assert [c.statement.name for c in claims if not c.expected_to_hold] == ["law_as_a_limit"]


@pytest.mark.parametrize(
    ("verdict", "wrong"),
    [
        (checks.ito_verdict, {"cross": 0.8}),
        (checks.derivative_verdict, {"sign": -1}),
        (checks.generated_verdict, {"offset": 1e-6}),
        (checks.hessian_verdict, {"power": 1}),
        (checks.growth_verdict, {"power": 1}),
        (checks.reference_verdict, {"wrong": 0.356}),
        (checks.plateau_verdict, {"sign": -1}),
        (checks.spread_verdict, {"power": 3}),
        (checks.silent_verdict, {"exponent": 1.0}),
        (checks.bound_verdict, {"excess": 0.55}),
        (checks.optimiser_verdict, {"momentum": 0.8}),
        (checks.adam_verdict, {"optimiser": "gradient descent"}),
    ],
)
def test_wrong_versions_are_refuted(verdict: Callable[..., Verdict], wrong: dict[str, Any]) -> None:
    found = verdict(SETTINGS, **wrong)
    assert not found.holds
    assert found.counterexample


def test_the_table_has_a_row_for_every_length() -> None:
    (table,) = (i for i in memory_plateau.derivation().items if isinstance(i, Table))
    rows = table.rows(SETTINGS)
    assert [row[0] for row in rows] == [str(k) for k in checks.LENGTHS]
    assert all(len(row) == len(table.columns) for row in rows)
