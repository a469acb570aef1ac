"""What changes the window: runs beside unchanged ones of the same seeds."""

from __future__ import annotations

import numpy as np
import pytest

from longlag.derivations.learned import changed
from longlag.derivations.learned.changed import CHANGES, log_windows
from longlag.derivations.learned.windows import LAGS, NUMBERS, SEEDS
from longlag.numerics.experiments import EXPERIMENTS, Choice
from longlag.numerics.experiments.training import TrainingUnit
from longlag.theory.statement import Level


def test_the_changes_are_those_of_the_design() -> None:
    units = [
        unit
        for unit in EXPERIMENTS["widened"].units(Choice(size="small"))
        if isinstance(unit, TrainingUnit)
    ]
    found = {(unit.note, unit.cell) for unit in units}
    assert found == {(note, cell) for note, cells in CHANGES.items() for cell in cells}
    assert {unit.sequences for unit in units} == {NUMBERS[1]}
    assert {unit.seed for unit in units} == set(SEEDS)


def test_spreads_keep_the_mean_that_they_name() -> None:
    for unit in EXPERIMENTS["widened"].units(Choice(size="small")):
        if not isinstance(unit, TrainingUnit) or "spread" not in unit.note:
            continue
        (drive,) = unit.bias_spread
        bias = unit.session().detached().input_bias[drive].double()
        leak = bias.sigmoid() if unit.cell == "diag_gate" else (-bias).sigmoid()
        scale = 1 / leak
        mean = scale.mean() if "scale" in unit.note else 1 / leak.mean()
        assert float(mean) == pytest.approx(20, rel=0.12)
        assert float(scale.std()) > 10


def test_a_window_below_the_first_lag_counts_as_half_of_it() -> None:
    gains = np.asarray([[0, 1, 1, 1, 1], [1, 1, 0, 1, 1], [1, 1, 1, 1, 1]])
    assert log_windows(gains) == pytest.approx(np.log([LAGS[0] / 2, LAGS[1], LAGS[-1]]))


@pytest.mark.parametrize(("sign", "level"), [(1, Level.MEASURED), (-1, Level.REFUTED)])
def test_a_change_is_judged_by_its_sign(
    monkeypatch: pytest.MonkeyPatch, sign: int, level: Level
) -> None:
    apart = {cell: np.asarray([0.6, 0.7, 0.8]) for cell in CHANGES["published time scale"]}
    monkeypatch.setattr(changed, "differences", lambda note: apart)
    found = changed._change(note="published time scale", sign=sign)
    assert found.level is level
    assert "change of ln window 0.7 ±" in found.method
