"""The rates of an LSTM by two routes: 2×2 dual blocks, and a triple carried along the lag."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from longlag.numerics import generate
from longlag.numerics.lags.products import trajectory
from longlag.numerics.lags.rates import effective_rates
from longlag.numerics.networks.sampling import sample_network
from longlag.theory.cells import PAPER_CELLS as CELLS


@given(st.integers(0, 2**31), st.integers(1, 12), st.sampled_from([0.5, 30.0]))
def test_dual_blocks_of_an_lstm_agree_with_the_triple_of_the_cell_state(
    seed: int, steps: int, drive_scale: float
) -> None:
    generator = torch.Generator().manual_seed(seed)
    lstm = CELLS["lstm"]
    network = sample_network(lstm, generator, steps=steps, drive_scale=drive_scale)
    functions = generate(lstm, "torch")
    local, recurrent = functions.diagonals(*trajectory(functions, network).arguments)
    h, c = lstm.states.index("h"), lstm.states.index("c")
    gamma = torch.ones_like(local[0, c, c])
    correction = pending = torch.zeros_like(gamma)
    rates = effective_rates(local.flip(0), recurrent.flip(0), new=c, previous=c)
    for lag in range(1, steps + 1):
        now = steps - lag
        forget, through = local[now, c, c], local[now, h, c]
        correction = correction * forget + pending * through
        pending = gamma * recurrent[now, c, h]
        # What crosses from c to c in one step crosses no weight: an LSTM reads h only.
        assert not recurrent[now, c, c].any()
        gamma = gamma * forget
        assert torch.allclose(rates.zeroth[lag], gamma, rtol=1e-13, atol=0)
        assert torch.allclose(rates.first_order[lag], gamma + correction, rtol=1e-12, atol=1e-300)
        if lag == 1:
            assert torch.equal(correction, torch.zeros_like(gamma)), "the first correction is later"
