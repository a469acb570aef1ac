"""Windows measured by gains and predicted before training, and how they are compared."""

from __future__ import annotations

import math

import numpy as np
import pytest

from longlag.derivations.learned.windows import (
    CELLS,
    LAGS,
    NUMBERS,
    SEEDS,
    Run,
    agreement,
    predicted_windows,
    signals,
    time_scale_windows,
    window,
)


@pytest.mark.parametrize(
    ("gain", "wanted"),
    [
        ((0.4, 1, 1, 1, 1), 0),
        ((0.6, 0.9, 0.5, 1, 1), 4),
        ((1, 1, 1, 1, 1), 32),
        ((math.nan, 1, 1, 1, 1), 0),
    ],
)
def test_a_window_ends_before_the_first_lag_that_is_not_learned(gain: tuple, wanted: int) -> None:
    assert window(gain) == wanted


def test_predicted_windows_grow_with_the_sequences_and_those_of_the_envelope_do_not() -> None:
    factor = float(np.median(signals("gru", 0)) * math.sqrt(NUMBERS[1]))
    law, scale = predicted_windows(factor), time_scale_windows(1e-3)
    for cell in CELLS:
        for seed in SEEDS:
            windows = [law[Run(cell, number, seed)] for number in NUMBERS]
            assert windows == sorted(windows)
            assert len({scale[Run(cell, number, seed)] for number in NUMBERS}) == 1
    assert len(set(law.values())) > 1


def test_agreement_is_perfect_with_itself_and_one_window_has_no_rank() -> None:
    runs = [Run("gru", 1, seed) for seed in range(len(LAGS))]
    measured = dict(zip(runs, LAGS, strict=True))
    assert agreement(measured, measured) == (pytest.approx(1.0), 0.0)
    doubled = {run: 2 * found for run, found in measured.items()}
    assert agreement(doubled, measured).log_ratio == pytest.approx(math.log(2))
    assert math.isnan(agreement(dict.fromkeys(runs, 8), measured).rank)
