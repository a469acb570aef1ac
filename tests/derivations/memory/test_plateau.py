"""The section on the plateau of training: every claim holds, and its wrong version does not."""

from __future__ import annotations

from longlag.derivations.memory import plateau as memory_plateau
from longlag.derivations.memory import plateau_checks as checks
from longlag.theory.statement import Settings, Table

SETTINGS = Settings(examples=1)


def test_only_the_law_as_a_limit_is_stated_to_fail() -> None:
    # That the claims come out so is asked of all derivations at once.
    claims = memory_plateau.derivation().claims
    assert [c.statement.name for c in claims if not c.expected_to_hold] == ["law_as_a_limit"]


def test_the_table_has_a_row_for_every_length() -> None:
    (table,) = (i for i in memory_plateau.derivation().items if isinstance(i, Table))
    rows = table.rows(SETTINGS)
    assert [row[0] for row in rows] == [str(k) for k in checks.LENGTHS]
    assert all(len(row) == len(table.columns) for row in rows)
