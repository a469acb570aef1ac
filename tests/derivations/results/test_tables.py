"""Shipped numbers: one for each seed, intervals over seeds, and what they decide."""

from __future__ import annotations

import math

import numpy as np
import pytest

from longlag.derivations.results import (
    Interval,
    Shipped,
    above,
    interval,
    measured,
    paired,
    shipped,
    slopes,
)
from longlag.numerics.experiments import EXPERIMENTS, Choice
from longlag.theory.errors import LonglagError
from longlag.theory.statement import Level

TABLE = Shipped(
    tuple(
        {"cell": cell, "seed": seed, "quantity": "AI", "lag": lag, "value": seed + slope * lag}
        for cell, slope in (("gru", 2.0), ("lstm", 1.0))
        for seed in range(4)
        for lag in (1, 2, 5)
    ),
    {"command": "longlag experiment run x --size small -o FOLDER"},
)
NAMES = (
    "anisotropy",
    "anisotropy_published",
    "crossed",
    "expansion",
    "gate_profiles",
    "gate_profiles_published",
    "learned",
    "signal",
    "widened",
)


def test_there_is_one_number_of_each_seed() -> None:
    assert TABLE.by_seed(cell="gru", lag=2) == {0: 4.0, 1: 5.0, 2: 6.0, 3: 7.0}
    with pytest.raises(LonglagError, match="several of one seed"):
        TABLE.by_seed(cell="gru")
    with pytest.raises(LonglagError, match="none"):
        TABLE.by_seed(cell="plain", lag=2)
    assert TABLE.lags(cell="gru") == [1, 2, 5]
    assert slopes(TABLE, (1, 2, 5), quantity="AI", cell="gru") == pytest.approx(
        dict.fromkeys(range(4), 2.0)
    )


def test_paired_differences_lose_what_seeds_share() -> None:
    gru, lstm = (TABLE.by_seed(cell=cell, lag=5) for cell in ("gru", "lstm"))
    assert paired(gru, lstm) == Interval(5.0, 0.0, 4)
    assert interval(gru.values()).half > 1
    with pytest.raises(LonglagError, match="paired"):
        paired(gru, {0: 1.0})


def test_intervals_hold_the_mean_so_often_as_they_say() -> None:
    random = np.random.default_rng(0)
    found = [interval(random.normal(1, 2, 5)) for _ in range(4000)]
    assert np.mean([one.low < 1 < one.high for one in found]) == pytest.approx(0.95, abs=0.012)
    assert interval([3.0]).half == math.inf


def test_an_interval_that_holds_the_bound_leaves_it_open() -> None:
    clear, open_, below = Interval(1, 0.5, 3), Interval(0.2, 0.5, 3), Interval(-1, 0.5, 3)
    assert above({"a": clear}, 0) is True
    assert above({"a": clear, "b": open_}, 0) is None
    assert above({"a": open_, "b": below}, 0) is False
    levels = {True: Level.MEASURED, None: Level.UNDECIDED, False: Level.REFUTED}
    for holds, level in levels.items():
        verdict = measured(TABLE, holds, "numbers", 4)
        assert verdict.level is level
        assert "longlag experiment run x --size small" in verdict.method


@pytest.mark.parametrize("name", NAMES)
def test_shipped_results_are_those_of_the_small_design(name: str) -> None:
    table = shipped(name)
    experiment, published = name.removesuffix("_published"), name.endswith("_published")
    assert table.about["experiment"] == experiment
    choice = table.about["choice"]
    assert choice["size"] == "small"
    assert choice["published"] is published
    assert f"run {experiment} --size small" in table.about["command"]
    assert {"longlag", "torch", "numpy"} <= set(table.about)
    assert "host" not in table.about
    units = EXPERIMENTS[experiment].units(
        Choice(size="small", published=published, seeds=choice["seeds"])
    )
    labels = {tuple(sorted(unit.labels.items())) for unit in units}
    keys = {name for unit in labels for name, _ in unit}
    found = {
        tuple(sorted((k, v) for k, v in row.items() if k in keys and v is not None))
        for row in table.rows
    }
    assert labels <= found
