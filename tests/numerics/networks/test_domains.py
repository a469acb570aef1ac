"""Networks are drawn where their symbols live, and a run that leaves that place says where."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sympy import Interval, exp, oo

from longlag.numerics import generate, measure_transport
from longlag.numerics.lags.products import trajectory
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import Cell, LonglagError, drive, parameter, sigmoid, state

INTERVALS = [
    Interval.open(0, oo),
    Interval(-oo, -2),
    Interval(0, 1),
    Interval.open(5, 7),
    Interval(-1, oo),
]


@pytest.mark.parametrize("interval", INTERVALS, ids=str)
@given(seed=st.integers(0, 2**16), scale=st.sampled_from([0.1, 1.0, 20.0]))
def test_every_number_is_drawn_from_its_interval(
    interval: Interval, seed: int, scale: float
) -> None:
    h, x, p = state("h", interval), drive("x", interval), parameter("p", interval)
    cell = Cell("a", {h: h + x - p})
    network = sample_network(cell, torch.Generator().manual_seed(seed), steps=3, drive_scale=scale)
    for values in (network.state["h"], network.drive["x"], network.parameter["p"]):
        assert float(values.min()) >= float(interval.start)
        assert float(values.max()) <= float(interval.end)


def test_a_drive_without_an_interval_is_drawn_as_before() -> None:
    h = state("h")
    cells = [Cell("a", {h: h + drive("x", i)}) for i in (Interval(-oo, oo), Interval(0, oo))]
    bare, folded = (
        sample_network(cell, torch.Generator().manual_seed(0), steps=9).drive["x"] for cell in cells
    )
    assert torch.equal(bare.abs(), folded)
    assert bool((bare < 0).any())


n = state("n", Interval.open(0, oo))
SHRINKING = Cell("shrinking", {n: n - drive("x", Interval(0, oo))})


def test_a_run_that_leaves_the_interval_says_the_step_and_the_value() -> None:
    network = sample_network(SHRINKING, torch.Generator().manual_seed(0), size=2, steps=6)
    network.state["n"][:] = 2.5
    network.drive["x"][:] = 1.0
    with pytest.raises(LonglagError, match=r"state n = -0\.5 at step 3 of a run of cell"):
        trajectory(generate(SHRINKING, "torch"), network)
    network.drive["x"][:] = 0.25
    assert trajectory(generate(SHRINKING, "torch"), network).steps == 6
    network.drive["x"][3, 1] = math.nan
    with pytest.raises(LonglagError, match="state n = nan at step 4"):
        trajectory(generate(SHRINKING, "torch"), network)


def test_a_measurement_says_it_too() -> None:
    network = sample_network(SHRINKING, torch.Generator().manual_seed(0), batch=(1,), steps=9)
    network.drive["x"][:] = 1.0
    with pytest.raises(LonglagError, match=r"it lives in Interval.open\(0, oo\)"):
        measure_transport(network, max_lag=3)


def test_what_keeps_inside_runs() -> None:
    cell = Cell("kept", {n: sigmoid(drive("f")) * n + exp(drive("i"))})
    network = sample_network(cell, torch.Generator().manual_seed(0), steps=50, drive_scale=3.0)
    assert trajectory(generate(cell, "torch"), network).steps == 50
