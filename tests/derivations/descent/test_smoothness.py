"""The section on gradient and Hessian of a neuron: wrong versions of its claims are refuted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from longlag.derivations.descent import saturation_checks as saturation
from longlag.derivations.descent import saturation_runs as runs
from longlag.derivations.descent import smoothness as descent_smoothness
from longlag.derivations.descent import smoothness_checks as smoothness
from longlag.derivations.descent import smoothness_figures as figures
from longlag.theory.statement import Settings, Table, Verdict

SETTINGS = Settings(examples=1)


@pytest.mark.parametrize(
    ("verdict", "given", "wrong"),
    [
        (smoothness.agreement_verdict, {"order": 1}, {"offset": 1e-6}),
        (smoothness.agreement_verdict, {"order": 2}, {"offset": 1e-6}),
        (smoothness.bound_verdict, {"order": 1}, {"share": 0.7}),
        (smoothness.bound_verdict, {"order": 2}, {"share": 0.49}),
        (smoothness.floor_verdict, {}, {"shift": 1}),
        (smoothness.ceiling_verdict, {}, {"share": 0.2}),
        (smoothness.ratio_verdict, {}, {"power": 2}),
        (smoothness.cutoff_verdict, {}, {"exponent": 3.0}),
        (saturation.products_verdict, {}, {"missing": 1}),
        (saturation.saturation_bound_verdict, {}, {"reach_share": 0.5}),
        (saturation.network_verdict, {}, {"share": 0.05}),
        (saturation.gain_verdict, {}, {"saturated": False}),
        (saturation.exponent_verdict, {}, {"drive": 1e-12}),
        (saturation.idle_verdict, {}, {"size": 1.0}),
        (saturation.width_verdict, {}, {"factor": 1e9}),
    ],
)
def test_a_wrong_version_is_refuted(
    verdict: Callable[..., Verdict], given: dict[str, Any], wrong: dict[str, Any]
) -> None:
    # That the right version holds is asked of all derivations at once.
    found = verdict(SETTINGS, **given, **wrong)
    assert not found.holds
    assert found.counterexample


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
