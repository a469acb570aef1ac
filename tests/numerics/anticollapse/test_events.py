"""Workloads event by event: the stationary law is kept, and errors are those among runs."""

from __future__ import annotations

import numpy as np
import pytest

from longlag.numerics.anticollapse.events import (
    exponential_levels,
    levels_at_jumps,
    over_runs,
    stable_levels,
    tail_exponent,
)
from longlag.theory.errors import LonglagError


def test_the_stationary_law_stays() -> None:
    generator = np.random.default_rng(0)
    start = exponential_levels(1.0, 2.0, 1.0, size=20_000, generator=generator)
    levels = levels_at_jumps(
        1.0, 2.0, 1.0, runs=start.size, events=5, generator=generator, start=start
    )
    for event in range(5):
        found = over_runs((levels[:, event] > 0.5).astype(np.float64))
        assert abs(found.value - 0.5 * np.exp(-0.5)) < 5 * found.error


def test_the_exponent_has_an_interval_that_holds_it() -> None:
    levels = levels_at_jumps(
        1.0, 2.0, 1.0, runs=100, events=1500, generator=np.random.default_rng(1)
    )[:, 500:]
    low, high = tail_exponent(levels).interval(0.999)
    assert low < 1 < high < low + 0.2


def test_the_median_of_a_law_of_mittag_leffler() -> None:
    # α = 3/2 with c Γ(−α) = κ: P(W > x) = e^x erfc √x, which is 1/2 at .5916.
    weight = 3 / (4 * np.sqrt(np.pi))
    drawn = stable_levels(1.5, weight, 1.0, size=100_000, generator=np.random.default_rng(2))
    assert float((drawn > 0.591615).mean()) == pytest.approx(0.5, abs=0.008)


def test_what_has_no_law_or_no_error_is_refused() -> None:
    generator = np.random.default_rng(0)
    with pytest.raises(LonglagError, match="pull more"):
        exponential_levels(2.0, 1.0, 1.0, size=3, generator=generator)
    with pytest.raises(LonglagError, match="simulate more"):
        over_runs(np.ones(1))
