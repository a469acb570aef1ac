"""The first-order matrix and second-order diagonal of one anchor are terms of the expansion."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from longlag.numerics.lags.anchor import first_order_matrices, second_order_diagonal
from longlag.numerics.lags.products import block_diagonal, expand, per_neuron
from longlag.numerics.lags.rates import effective_rates
from longlag.theory.errors import LonglagError


def random_parts(
    seed: int, lag: int, states: int, size: int, scale: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Return D by neuron and R of every factor, time forward."""
    generator = torch.Generator().manual_seed(seed)
    width = states * size
    local = torch.rand(lag, states, states, size, generator=generator, dtype=torch.float64)
    recurrent = torch.randn(lag, width, width, generator=generator, dtype=torch.float64)
    return scale * local / states, scale * recurrent / width**0.5


def expansion(local: Tensor, recurrent: Tensor, lag: int, order: int) -> Tensor:
    """Return the term of one order of the newest ``lag`` factors, by truncated jets."""
    d, r = block_diagonal(local).flip(0)[:lag], recurrent.flip(0)[:lag]
    return expand(d, r, order)[order]


def relative(found: Tensor, true: Tensor) -> float:
    return ((found - true).abs().max() / true.abs().max().clamp(min=1e-300)).item()


@given(st.integers(0, 999), st.integers(1, 12), st.integers(1, 3), st.integers(1, 5))
def test_first_order_matrix_is_the_first_term_of_the_expansion(
    seed: int, lag: int, states: int, size: int
) -> None:
    local, recurrent = random_parts(seed, lag, states, size)
    for term in first_order_matrices(local, recurrent):
        assert relative(term.matrix, expansion(local, recurrent, term.lag, 1)) < 1e-13
        gamma = expansion(local, recurrent, term.lag, 0)
        assert relative(block_diagonal(term.local), gamma) < 1e-13


@given(st.integers(0, 999), st.integers(2, 12), st.integers(1, 3), st.integers(1, 5))
def test_second_order_diagonal_is_that_of_the_second_term(
    seed: int, lag: int, states: int, size: int
) -> None:
    local, recurrent = random_parts(seed, lag, states, size)
    found = second_order_diagonal(local, recurrent)
    assert found.shape == (lag, states, states, size)
    for k in range(1, lag + 1):
        true = per_neuron(expansion(local, recurrent, k, 2), states)
        assert relative(found[k - 1], true) < 1e-13


def test_the_diagonal_of_the_matrix_is_the_first_order_rate() -> None:
    local, recurrent = random_parts(3, 20, 2, 4)
    rates = effective_rates(local.flip(0), per_neuron(recurrent, 2).flip(0), new=1, previous=0)
    for term in first_order_matrices(local, recurrent):
        diagonal = term.local[1, 0] + per_neuron(term.matrix, 2)[1, 0]
        assert relative(diagonal, rates.first_order[term.lag]) < 1e-13


@pytest.mark.parametrize("wrong", ["reversed", "transposed", "short"])
def test_wrong_versions_are_caught(wrong: str) -> None:
    local, recurrent = random_parts(5, 6, 1, 4)
    matrix = expansion(local, recurrent, 6, 1)
    diagonal = per_neuron(expansion(local, recurrent, 6, 2), 1)
    if wrong == "reversed":
        local, recurrent = local.flip(0), recurrent.flip(0)
    elif wrong == "transposed":
        recurrent = recurrent.mT
    else:
        local, recurrent = local[1:], recurrent[1:]
    *_, last = first_order_matrices(local, recurrent)
    assert relative(last.matrix, matrix) > 1e-3
    if wrong != "transposed":
        assert relative(second_order_diagonal(local, recurrent)[-1], diagonal) > 1e-3


def test_chosen_lags_are_those_of_all() -> None:
    local, recurrent = random_parts(7, 9, 2, 3)
    every = {term.lag: term.matrix for term in first_order_matrices(local, recurrent)}
    some = {term.lag: term.matrix for term in first_order_matrices(local, recurrent, {2, 7})}
    assert sorted(some) == [2, 7]
    assert all(torch.equal(matrix, every[lag]) for lag, matrix in some.items())


def test_float32_keeps_products_below_its_smallest_number() -> None:
    local, recurrent = (part.float() for part in random_parts(11, 30, 1, 4, scale=1e-8))
    *_, last = first_order_matrices(local, recurrent)
    true = expansion(local.double(), recurrent.double(), 30, 1)
    assert 0 < true.abs().max() < 1e-230
    assert relative(last.matrix / true.abs().max(), true / true.abs().max()) < 1e-13


def test_parts_that_carry_a_graph_are_taken() -> None:
    local, recurrent = (part.requires_grad_() for part in random_parts(2, 4, 1, 3))
    *_, last = first_order_matrices(local, recurrent)
    assert not last.matrix.requires_grad
    assert not second_order_diagonal(local, recurrent).requires_grad


def test_gates_of_zero_are_taken() -> None:
    local, recurrent = random_parts(13, 5, 1, 4)
    local[2] = 0
    *_, last = first_order_matrices(local, recurrent)
    assert relative(last.matrix, expansion(local, recurrent, 5, 1)) < 1e-13


@pytest.mark.parametrize(
    ("local", "recurrent", "lags"),
    [((3, 2, 2), (3, 2, 2), None), ((3, 1, 1, 2), (3, 4, 4), None), ((0, 1, 1, 2), (0, 2, 2), None),
     ((3, 1, 1, 2), (3, 2, 2), [4]), ((3, 1, 1, 2), (3, 2, 2), [0])],
)  # fmt: skip
def test_what_does_not_fit_is_refused(
    local: tuple[int, ...], recurrent: tuple[int, ...], lags: list[int] | None
) -> None:
    with pytest.raises(LonglagError):
        first_order_matrices(torch.ones(local), torch.ones(recurrent), lags)
