"""The flow of a mode is the logistic curve while its multiplier stays."""

from __future__ import annotations

import numpy as np
import pytest

from longlag.numerics.linear.modes import half_time_of, learn_mode
from longlag.theory.errors import LonglagError


def test_the_difference_of_squares_is_kept_along_the_flow() -> None:
    a, _, c = learn_mode([0.2, 0.0, 1.0], (0.3, 0.6, 0.1), np.linspace(0, 8, 50))
    assert a**2 - c**2 == pytest.approx(np.full(50, 0.08), abs=1e-8)


def test_a_task_of_one_step_has_the_half_time_of_its_logistic_curve() -> None:
    # p runs from p₀ to 1 at the rate 2; the loss (1 − p)²/2 has fallen by half before p = 1/2.
    start = 0.1
    half = 1 - (1 - start**2) / np.sqrt(2)
    expected = np.log((1 / start**2 - 1) / (1 / half - 1)) / 2
    assert half_time_of([1.0], (start, 0.5, start)) == pytest.approx(expected, abs=1e-5)


def test_a_loss_that_does_not_fall_in_time_is_refused() -> None:
    with pytest.raises(LonglagError, match="look further"):
        half_time_of([1.0] + [0.0] * 9, (0.01, 0.2, 0.01), longest=2.0)
