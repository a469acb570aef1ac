"""The gradient of every sequence, against one backward pass for each."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from longlag.numerics.anisotropy import anisotropy_index, captured_energy
from longlag.numerics.gradients import gradients_by_sequence, objective_of
from longlag.numerics.gradients.by_sequence import centred_directions
from longlag.numerics.gradients.objective import leaves_with_gradient, states_of
from longlag.numerics.networks.binding import bind
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.errors import LonglagError
from tests.numerics.gradients.test_by_lag import STEPS, problem


@pytest.mark.parametrize("cell", CELLS)
def test_rows_are_the_gradients_of_single_sequences(cell: str) -> None:
    network, inputs, targets = problem(cell)
    objective = objective_of(network, burn_in=STEPS - 1)
    found = gradients_by_sequence(objective, inputs, targets)
    for row in range(3):
        leaves = leaves_with_gradient(objective)
        x, wanted = inputs[:, row : row + 1], targets[:, row : row + 1]
        loss = objective.loss(leaves, states_of(objective, leaves, x), wanted)
        parts = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True)
        flat = [
            (torch.zeros_like(leaf) if part is None else part).flatten()
            for leaf, part in zip(leaves.values(), parts, strict=True)
        ]
        torch.testing.assert_close(found[row], torch.cat(flat), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_modules_of_torch_have_them_too(kind: type) -> None:
    torch.manual_seed(0)
    module = kind(2, 4).double()
    inputs = torch.randn(STEPS, 3, 2, dtype=torch.float64)
    targets = torch.randn(STEPS, 3, 4, dtype=torch.float64)
    objective = objective_of(module, loss=lambda states, wanted: (states - wanted).square().mean())
    found = gradients_by_sequence(objective, inputs, targets)
    for row in range(3):
        module.zero_grad()
        loss = (module(inputs[:, row : row + 1])[0] - targets[:, row : row + 1]).square().mean()
        loss.backward()
        wanted = torch.cat([p.grad.flatten() for _, p in module.named_parameters()])
        torch.testing.assert_close(found[row], wanted, rtol=1e-12, atol=1e-13)


def test_a_projection_that_acts_in_the_recurrence_and_after_it_is_refused() -> None:
    with pytest.raises(LonglagError, match=r"proj_size: .*in the recurrence and after it"):
        objective_of(nn.LSTM(2, 4, proj_size=3), loss=lambda states, wanted: states.sum())


def test_chosen_leaves_and_pieces_change_nothing_else() -> None:
    network, inputs, targets = problem("gru")
    objective = objective_of(network)
    whole = gradients_by_sequence(objective, inputs, targets)
    assert torch.equal(whole, gradients_by_sequence(objective, inputs, targets, chunk=1)) or (
        torch.allclose(
            whole, gradients_by_sequence(objective, inputs, targets, chunk=1), rtol=1e-12
        )
    )
    size = objective.leaves["weight.n"].numel()
    start = 0
    for name, leaf in objective.leaves.items():
        if name == "weight.n":
            break
        start += leaf.numel()
    one = gradients_by_sequence(objective, inputs, targets, leaves=("weight.n",))
    torch.testing.assert_close(one, whole[:, start : start + size])
    with pytest.raises(LonglagError, match="leaf 'weight'"):
        gradients_by_sequence(objective, inputs, targets, leaves=("weight",))


def test_directions_have_length_one_before_their_mean_is_taken_out() -> None:
    gradients = torch.randn(6, 9, generator=torch.Generator().manual_seed(0)).double()
    found = centred_directions(gradients)
    torch.testing.assert_close(found.sum(0), torch.zeros(9).double(), rtol=0, atol=1e-14)
    rows = gradients / gradients.norm(dim=1, keepdim=True)
    torch.testing.assert_close(found, rows - rows.mean(0))


@pytest.mark.parametrize("factor", [1e-20, 1e-200])
def test_no_scale_moves_the_anisotropy_of_gradients(factor: float) -> None:
    gradients = torch.randn(6, 9, generator=torch.Generator().manual_seed(0)).double()
    plain = torch.linalg.svdvals(centred_directions(gradients))
    small = torch.linalg.svdvals(centred_directions(factor * gradients))
    for index in (anisotropy_index, captured_energy):
        torch.testing.assert_close(index(small, 3), index(plain, 3), rtol=1e-12, atol=0)


def test_a_gradient_of_zero_has_no_direction() -> None:
    with pytest.raises(LonglagError, match="1 gradients"):
        centred_directions(torch.tensor([[1.0, 0.0], [0.0, 0.0]]))


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_the_top_of_a_stack_has_the_gradient_of_each_sequence(kind: type) -> None:
    torch.manual_seed(0)
    module = kind(2, 3, num_layers=2).double()
    inputs, targets = torch.randn(5, 4, 2).double(), torch.randn(5, 4, 3).double()
    objective = objective_of(
        bind(module, 1), loss=lambda states, wanted: (states - wanted).square().mean()
    )
    found = gradients_by_sequence(objective, inputs, targets)
    for sequence in range(4):
        states = module(inputs[:, sequence : sequence + 1])[0]
        loss = (states - targets[:, sequence : sequence + 1]).square().mean()
        wanted = torch.autograd.grad(loss, list(module.parameters()))
        torch.testing.assert_close(found[sequence], torch.cat([part.flatten() for part in wanted]))
