"""The section on gradient and Hessian of a neuron: wrong versions of its claims are refuted."""

from __future__ import annotations

import pytest

from longlag.derivations.descent import saturation_runs as runs
from longlag.derivations.descent import smoothness as descent_smoothness
from longlag.derivations.descent import smoothness_figures as figures
from longlag.theory.statement import Settings, Table

SETTINGS = Settings(examples=1)


def test_tables_are_as_wide_as_their_heads() -> None:
    tables = [item for item in descent_smoothness.items() if isinstance(item, Table)]
    assert len(tables) == 4
    for table in tables:
        rows = table.rows(SETTINGS)
        assert rows
        assert all(len(row) == len(table.columns) for row in rows)


def test_what_is_found_lies_between_floor_and_bound_in_every_row() -> None:
    for row in figures.tightness_rows(SETTINGS):
        drawn, found, bound, share = (float(entry) for entry in row[1:5])
        assert drawn <= found <= bound
        assert share == pytest.approx(0.5**0.5, abs=1e-3)
        drawn, found, bound, share = (float(entry) for entry in row[5:])
        assert drawn <= found <= bound
        assert 1 / 8 < share < 1 / 4


def test_the_gain_is_lost_as_the_ball_widens() -> None:
    for alpha in runs.ALPHAS:
        found = [runs.gained(alpha, 20, reach).hessian for reach in runs.REACHES]
        assert found == sorted(found, reverse=True)
        assert found[0] > 100
        assert found[-1] < 100
