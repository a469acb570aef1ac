"""Time scales of gates that are known."""

from __future__ import annotations

import math

import pytest
import torch

from longlag.numerics.measurement.time_scales import folding_lags, leak_time_scales


def test_a_constant_gate_has_the_time_scale_of_its_exponential() -> None:
    gates = torch.tensor([0.9, 0.5, 0.0, 1.0, 1.1], dtype=torch.float64)
    local = gates.expand(2000, 3, 1, 1, 5)
    found = leak_time_scales(local, new=0, previous=0)
    assert found[:2].tolist() == pytest.approx([-1 / math.log(0.9), -1 / math.log(0.5)], rel=1e-10)
    assert found[2:4].tolist() == [0.0, math.inf]
    assert float(found[4]) == pytest.approx(-1 / math.log(1.1))
    # Over 2000 steps the plain product of the second gate would be zero.
    assert 0.5**2000 == 0.0


def test_alternating_gates_have_the_time_scale_of_their_geometric_mean() -> None:
    local = torch.tensor([0.9, 0.1], dtype=torch.float64).repeat(500)[:, None, None, None, None]
    expected = -1 / math.log(math.sqrt(0.09))
    assert float(leak_time_scales(local, new=0, previous=0)) == pytest.approx(expected)
    assert expected != pytest.approx(-1 / math.log(0.5))


def test_two_states_have_the_growth_rate_of_their_blocks() -> None:
    forget, through = 0.8, 0.3
    block = torch.tensor([[0.0, through * forget], [0.0, forget]], dtype=torch.float64)
    local = block[..., None].expand(3000, 1, 2, 2, 1)
    for new in (0, 1):
        found = float(leak_time_scales(local, new=new, previous=1))
        assert found == pytest.approx(-1 / math.log(forget), rel=2e-3)
    assert float(leak_time_scales(local, new=0, previous=0)) == 0.0


def test_a_rate_folds_at_the_first_lag_below_one_over_e() -> None:
    lags = torch.arange(1, 11).double()[:, None]
    rates = torch.exp(-lags / torch.tensor([2.5, 100.0]))
    assert folding_lags(rates).tolist() == [3.0, math.inf]
