"""The section on training beside its bounds: wrong versions of its claims are refuted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from longlag.derivations.descent import limits_checks as limits
from longlag.derivations.descent import training_checks as checks
from longlag.derivations.descent.training import items
from longlag.derivations.descent.training_runs import trained
from longlag.theory.descent.guarantee import drift_guarantee
from longlag.theory.errors import LonglagError
from longlag.theory.statement import Settings, Table, Verdict

SETTINGS = Settings(examples=2)


@pytest.mark.parametrize(
    ("verdict", "wrong"),
    [
        (checks.start_verdict, {"mirrored": False}),
        (checks.concentration_verdict, {"exponent": -0.4}),
        (checks.concentration_verdict, {"exponent": -1.0}),
        (checks.concentration_verdict, {"share": 0.05}),
        (checks.linearisation_verdict, {"exponent": -1.0}),
        (checks.linearisation_verdict, {"share": 0.01}),
        (checks.random_directions_verdict, {"exponent": -0.5}),
        (checks.projected_verdict, {"step": 400.0}),
        (checks.projected_verdict, {"share": 0.05}),
        (checks.step_verdict, {"step": 400.0}),
        (checks.step_verdict, {"misfit": -1.0}),
        (checks.plain_verdict, {"step": 400.0}),
        (checks.plain_verdict, {"share": 0.02}),
        (limits.samples_verdict, {"power": 0.0}),
        (limits.labels_verdict, {"power": 1.0}),
        (limits.dense_width_verdict, {"exponents": (-1.0, -0.5, 0.5)}),
        (limits.dense_width_verdict, {"exponents": (-0.5, -1.0, 0.5)}),
        (limits.dense_width_verdict, {"exponents": (-0.5, -0.5, -0.5)}),
        (limits.dense_growth_verdict, {"rate": 2.0}),
        (limits.mixing_verdict, {"better": ("dense", "many")}),
    ],
)
def test_wrong_versions_are_refuted(verdict: Callable[..., Verdict], wrong: dict[str, Any]) -> None:
    found = verdict(SETTINGS, **wrong)
    assert not found.holds
    assert found.counterexample


def test_the_table_has_a_row_for_every_run() -> None:
    (table,) = (item for item in items() if isinstance(item, Table))
    rows = table.rows(SETTINGS)
    assert len(rows) == len(checks.PROJECTED) + len(checks.PLAIN)
    assert all(len(row) == len(table.columns) for row in rows)


def test_descent_stands_the_steps_that_its_linearisation_stands() -> None:
    case = checks.PLAIN[0]
    stable = trained(case, 0).stable_steps
    assert stable > 100
    below, above = (trained(case, 0, share * stable).run.risk for share in (0.9, 1.2))
    assert below[-1] < 0.1 * below[0]
    # Beyond, the risk grows until the network is no longer near its linearisation.
    assert above.max() > 1e3 * above[0]


def test_the_drift_has_a_radius_for_small_targets_only() -> None:
    # The largest size that the text tells.
    case = checks.PLAIN[0]
    for size, known in ((2.6e-4, True), (2.8e-4, False)):
        problem = replace(case, size=size).problem
        try:
            drift_guarantee(problem, case.width, iterations=case.iterations)
        except LonglagError:
            assert not known
        else:
            assert known


def test_lags_are_counted_up_to_the_first_that_is_missed() -> None:
    below, above = 0.5 * limits.LEARNT, 2 * limits.LEARNT
    assert limits.learnt_lags(np.array([below, below, above, below])) == 2
    assert limits.learnt_lags(np.array([above, below])) == 0
    assert limits.learnt_lags(np.array([below, below])) == 2
