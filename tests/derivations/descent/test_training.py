"""The section on training beside its bounds: wrong versions of its claims are refuted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from longlag.derivations.descent import limits_checks as limits
from longlag.derivations.descent import training_checks as checks
from longlag.derivations.descent.training import items
from longlag.derivations.descent.training_runs import trained
from longlag.theory.descent.guarantee import drift_guarantee
from longlag.theory.errors import LonglagError
from longlag.theory.statement import Settings, Table

SETTINGS = Settings(examples=2)


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
