"""Products over a lag as numbers: order, expansion, remainder bound, per-neuron blocks, rates."""

from __future__ import annotations

from math import comb

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from longlag.numerics import generate
from longlag.numerics.checks.reference import (
    autograd_transport,
    evaluate_update,
    evaluate_update_exactly,
)
from longlag.numerics.lags.products import (
    block_diagonal,
    expand,
    ordered_product,
    parts,
    per_neuron,
    remainder_bound,
    trajectory,
)
from longlag.numerics.lags.rates import effective_rates
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import LonglagError, transport
from longlag.theory.cells import PAPER_CELLS as CELLS

SEEDS = st.integers(0, 2**31)


def matrices(seed: int, lag: int, size: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(lag, size, size, generator=generator, dtype=torch.float64) / size**0.5


def network(name: str, seed: int, **options: int) -> Network:
    return sample_network(CELLS[name], torch.Generator().manual_seed(seed), **options)


@given(SEEDS, st.integers(0, 5), st.integers(1, 4))
def test_the_newest_factor_stands_on_the_left(seed: int, lag: int, size: int) -> None:
    factors = matrices(seed, lag, size)
    expected = torch.eye(size, dtype=torch.float64)
    for factor in reversed(factors):
        expected = factor @ expected
    assert torch.allclose(ordered_product(factors), expected, atol=1e-13)


@given(SEEDS, st.integers(1, 5), st.integers(1, 4), st.integers(0, 6))
def test_terms_are_the_derivatives_at_zero_by_forward_mode(
    seed: int, lag: int, size: int, order: int
) -> None:
    local, recurrent = matrices(seed, lag, size), matrices(seed + 1, lag, size)
    terms = expand(local, recurrent, order)

    def product(epsilon: Tensor) -> Tensor:
        return ordered_product(local + epsilon * recurrent)

    zero, one = torch.zeros((), dtype=torch.float64), torch.ones((), dtype=torch.float64)
    value, derivative = torch.func.jvp(product, (zero,), (one,))
    assert torch.allclose(terms[0], value, atol=1e-13)
    if order >= 1:
        assert torch.allclose(terms[1], derivative, atol=1e-13)
    if order >= lag:
        assert torch.allclose(terms.sum(0), ordered_product(local + recurrent), atol=1e-12)
        assert not terms[lag + 1 :].any()


@pytest.mark.parametrize("name", CELLS)
def test_the_expansion_is_exact_once_the_order_reaches_the_lag(name: str) -> None:
    steps = network(name, 3, size=3, steps=4)
    functions = generate(CELLS[name], "torch")
    found = parts(functions, trajectory(functions, steps))
    exact = autograd_transport(lambda *a: evaluate_update(steps.cell, *a), steps)
    assert torch.allclose(expand(*found, 4).sum(0), exact, atol=1e-13)
    assert not torch.allclose(expand(*found, 0).sum(0), exact, atol=1e-6)


@given(SEEDS, st.integers(1, 12), st.integers(0, 12))
def test_the_remainder_bound_is_a_sum_of_positive_terms(seed: int, lag: int, order: int) -> None:
    local, recurrent = matrices(seed, lag, 2), matrices(seed + 1, lag, 2) * 1e-6
    d, r = (float(torch.linalg.matrix_norm(m, 2).max()) for m in (local, recurrent))
    tail = sum(comb(lag, i) * d ** (lag - i) * r**i for i in range(order + 1, lag + 1))
    bound = remainder_bound(transport(CELLS["gru"], order), local, recurrent)
    assert bound == pytest.approx(tail, rel=1e-12), "the closed form loses no digits here"
    left_out = ordered_product(local + recurrent) - expand(local, recurrent, order).sum(0)
    assert float(torch.linalg.matrix_norm(left_out, 2)) <= bound + 1e-13


@given(SEEDS, st.integers(1, 3), st.integers(1, 4))
def test_blocks_of_neurons_survive_the_round_trip(seed: int, states: int, size: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    fields = torch.randn(2, states, states, size, generator=generator, dtype=torch.float64)
    matrix = block_diagonal(fields)
    assert torch.equal(per_neuron(matrix, states), fields)
    # Entry (a, b) of neuron q stands in row a of block a and column b of block b.
    for a, b, q in ((0, states - 1, 0), (states - 1, 0, size - 1)):
        assert torch.equal(matrix[:, a * size + q, b * size + q], fields[:, a, b, q])
    assert int((matrix != 0).sum()) == fields.numel()


@given(SEEDS, st.integers(1, 8))
def test_lstm_rates_are_the_triple_recursion(seed: int, lag: int) -> None:
    # Γ, C, pending of the cell state, newest step to oldest: a second route to c → c.
    steps = network("lstm", seed, size=3, steps=lag)
    functions = generate(CELLS["lstm"], "torch")
    run = trajectory(functions, steps)
    fields = functions.diagonals(*run.arguments)
    local, recurrent = fields.local.flip(0), fields.recurrent.flip(0)
    rates = effective_rates(local, recurrent, new=1, previous=1)
    forget, through_h, recurrent_ch = local[:, 1, 1], local[:, 0, 1], recurrent[:, 1, 0]
    gamma = torch.ones(3, dtype=torch.float64)
    correction, pending = torch.zeros_like(gamma), torch.zeros_like(gamma)
    for k in range(lag):
        correction = correction * forget[k] + pending * through_h[k]
        pending = gamma * recurrent_ch[k]
        gamma = gamma * forget[k]
        assert torch.allclose(rates.zeroth[k + 1], gamma, atol=1e-14)
        assert torch.allclose(rates.first_order[k + 1], gamma + correction, atol=1e-14)
    assert torch.equal(rates.zeroth[1], rates.first_order[1]), "the first correction is at lag 2"


def test_rates_survive_gates_that_are_exactly_closed() -> None:
    local = torch.zeros(3, 1, 1, 2, dtype=torch.float64)
    recurrent = torch.ones_like(local)
    rates = effective_rates(local, recurrent)
    assert torch.equal(rates.zeroth[1], torch.zeros(2, dtype=torch.float64))
    assert torch.equal(rates.first_order[1], torch.ones(2, dtype=torch.float64))
    assert not rates.first_order[2:].any(), "the quotient form gives NaN here"
    assert torch.equal(
        effective_rates(local, recurrent, learning_rate=0.5).zeroth[0] * 2,
        torch.ones(2, dtype=torch.float64),
    )


def test_leak_and_open_gate_products_are_different_functions() -> None:
    steps = network("diag_gate", 0, size=3, steps=4)
    functions = generate(CELLS["diag_gate"], "torch")
    fields = functions.coefficients(*trajectory(functions, steps).arguments)
    leak = fields.local["h", "h"].flip(0).cumprod(0)
    opened = fields.open_gate["h"].flip(0).cumprod(0)
    assert torch.allclose(leak[0] + opened[0], torch.ones(3, dtype=torch.float64))
    assert not torch.allclose(leak[1:], opened[1:])


def test_a_trajectory_needs_a_time_axis() -> None:
    functions = generate(CELLS["leaky"], "torch")
    with pytest.raises(LonglagError, match="one drive for every time step"):
        trajectory(functions, network("leaky", 0, size=3))


def test_fifty_digits_show_the_rounding_of_float64() -> None:
    step = network("gru", 1, size=3)
    exact = evaluate_update_exactly(step)["h"]
    rounded = evaluate_update(step.cell, *step.arguments)["h"]
    gap = max(abs(float(e - float(r))) for e, r in zip(exact, rounded, strict=True))
    assert 0 < gap < 1e-15
