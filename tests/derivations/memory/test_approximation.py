"""Approximation by exponentials: every claim is as expected, and wrong versions are refuted."""

from __future__ import annotations

import pytest

from longlag.derivations.memory import approximation as section
from longlag.derivations.memory import approximation_checks as checks
from longlag.theory.statement import Figure, Level, Settings, Table

SETTINGS = Settings(examples=2)


def test_two_published_statements_are_stated_to_fail() -> None:
    # That the claims come out so is asked of all derivations at once.
    claims = section.derivation().claims
    assert {c.statement.name for c in claims if not c.expected_to_hold} == {
        "rate_bound_published",
        "exponentially_many",
    }


def test_what_sympy_settles_is_proved() -> None:
    claims = {claim.statement.name: claim for claim in section.derivation().claims}
    for name in ("derivatives_of_g", "truncation", "truncation_proved"):
        assert claims[name].judge(SETTINGS).level is Level.PROVED


def test_only_without_one_over_beta_the_bound_knows_no_unit_of_time() -> None:
    assert not checks.unit_verdict(SETTINGS, power=1.0).holds
    assert checks.unit_verdict(SETTINGS, power=0.0).holds


@pytest.mark.slow
def test_the_table_and_the_figures_can_be_made() -> None:
    items = section.derivation().items
    (table,) = (item for item in items if isinstance(item, Table))
    rows = table.rows(SETTINGS)
    assert [int(row[2]) for row in rows] == [5, 9, 16, 29]
    assert all(len(row) == len(table.columns) for row in rows)
    for figure in (item for item in items if isinstance(item, Figure)):
        assert len(figure.draw(SETTINGS).axes[0].lines) >= 8
