"""Exponents of sampled networks: intervals of both kinds, and parameters that hold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from longlag.numerics.anisotropy.trajectories import study_trajectories
from longlag.theory import LonglagError
from longlag.theory.cells import CELLS


def test_without_weights_exponents_are_the_logarithm_of_what_is_kept() -> None:
    found = study_trajectories(
        CELLS["leaky"], {"alpha": 0.25}, gain=0, neurons=5, draws=2, seed=0, count=3, steps=60
    )
    np.testing.assert_allclose(found.exponents, math.log(0.75))
    assert found.dimension is not None
    assert found.dimension.value == 0


def test_intervals_shrink_with_time_and_with_networks() -> None:
    def width(draws: int, steps: int) -> tuple[float, float]:
        found = study_trajectories(
            CELLS["plain"], {}, gain=2.5, neurons=24, draws=draws, seed=3, count=1, steps=steps
        )
        return float(found.over_time[0]), float(found.over_networks(found.exponents)[1][0])

    short, long, many = width(3, 120), width(3, 1200), width(12, 120)
    assert long[0] < short[0]
    assert many[1] < short[1]


def test_few_steps_are_refused() -> None:
    with pytest.raises(LonglagError, match="errors over time need many"):
        study_trajectories(
            CELLS["plain"], {}, gain=1, neurons=4, draws=2, seed=0, count=1, steps=10
        )
