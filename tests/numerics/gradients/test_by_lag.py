"""The gradient by lag adds up to autograd's, cell by cell and leaf by leaf."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from longlag.numerics.gradients import gradient_by_lag, objective_of
from longlag.numerics.gradients.objective import leaves_with_gradient, states_of
from longlag.numerics.networks.binding import bind
from longlag.numerics.tasks import stream
from longlag.numerics.training import TrainedNetwork
from longlag.numerics.training.initial import initial_network
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.errors import LonglagError

STEPS = 9


def problem(
    cell: str, dtype: torch.dtype = torch.float64
) -> tuple[TrainedNetwork, torch.Tensor, torch.Tensor]:
    generator = stream(0, "problem")
    inputs = torch.randn(STEPS, 3, 2, generator=generator, dtype=torch.float64).to(dtype)
    targets = torch.randn(STEPS, 3, 1, generator=generator, dtype=torch.float64).to(dtype)
    network = initial_network(
        CELLS[cell],
        inputs,
        targets,
        size=4,
        generator=generator,
        parameter=None,
        drive_bias=None,
        initialisation="normal",
        recurrent_scale=1.0,
    )
    return network, inputs, targets


@pytest.mark.parametrize("burn_in", [0, STEPS - 1])
@pytest.mark.parametrize("cell", CELLS)
def test_all_lags_add_up_to_the_gradient_of_autograd(cell: str, burn_in: int) -> None:
    network, inputs, targets = problem(cell)
    objective = objective_of(network, burn_in=burn_in)
    found = gradient_by_lag(objective, inputs, targets)
    leaves = leaves_with_gradient(objective)
    loss = objective.loss(leaves, states_of(objective, leaves, inputs), targets)
    wanted = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True)
    assert found.complete
    for name, gradient in zip(leaves, wanted, strict=True):
        total = found.direct[name] if name in found.direct else found.parts[name].sum(0)
        gradient = torch.zeros_like(total) if gradient is None else gradient
        torch.testing.assert_close(total, gradient, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("cell", ["gru", "lstm", "plain"])
def test_a_lag_is_the_product_of_its_factors(cell: str) -> None:
    network, inputs, targets = problem(cell)
    objective = objective_of(network)
    found = gradient_by_lag(objective, inputs, targets)
    # Brute force: cut the graph ℓ steps before the error, let the parameters act there alone.
    leaves = leaves_with_gradient(objective)
    generated = objective.network(leaves, inputs)
    from longlag.numerics.generate import generate

    functions, first = generate(objective.cell, "torch"), objective.cell.states[0]
    states = [dict(generated.state)]
    drives = [{k: v[t] for k, v in generated.drive.items()} for t in range(STEPS)]
    for t in range(STEPS):
        moved = functions.step(states[t], drives[t], generated.weight, generated.parameter)
        states.append({name: value.detach() for name, value in moved.items()})
    outputs = torch.stack([state[first] for state in states[1:]]).requires_grad_()
    delta = torch.autograd.grad(objective.loss(leaves, outputs, targets), outputs)[0]
    frozen = {k: v.detach() for k, v in generated.weight.items()}
    fixed = {k: v.detach() for k, v in generated.parameter.items()}
    for lag in (0, 1, 3):
        total = 0.0
        for t in range(lag, STEPS):
            s = t - lag
            state = functions.step(states[s], drives[s], generated.weight, generated.parameter)
            for now in range(s + 1, t + 1):
                drive = {k: v.detach() for k, v in drives[now].items()}
                state = functions.step(state, drive, frozen, fixed)
            total = total + (state[first] * delta[t].detach()).sum()
        name = next(iter(found.parts))
        wanted = torch.autograd.grad(total, leaves[name], retain_graph=True)[0]
        torch.testing.assert_close(found.parts[name][lag], wanted, rtol=1e-12, atol=1e-13)


def test_total_derivatives_count_lag_l_so_often_as_its_number_and_once_more() -> None:
    network, inputs, targets = problem("gru")
    found = gradient_by_lag(objective_of(network), inputs, targets)
    counts = torch.arange(1.0, STEPS + 1, dtype=torch.float64)
    for name, total in found.with_total_derivative().items():
        weighted = torch.einsum("l,l...->...", counts, found.parts[name])
        torch.testing.assert_close(total.sum(0), weighted, rtol=1e-12, atol=1e-13)
        assert not torch.allclose(total.sum(0), found.parts[name].sum(0), rtol=1e-3)


def test_short_lags_alone_are_the_first_of_all_lags() -> None:
    network, inputs, targets = problem("diag_gate")
    objective = objective_of(network)
    whole = gradient_by_lag(objective, inputs, targets)
    cut = gradient_by_lag(objective, inputs, targets, max_lag=3)
    assert not cut.complete
    for name, part in cut.parts.items():
        assert torch.equal(part, whole.parts[name][:4])


@pytest.mark.parametrize("cell", ["plain", "lstm"])
def test_chosen_lags_alone_are_those_of_all_lags(cell: str) -> None:
    network, inputs, targets = problem(cell)
    objective = objective_of(network)
    whole = gradient_by_lag(objective, inputs, targets)
    some = gradient_by_lag(objective, inputs, targets, max_lag=6, lags=(5, 2))
    assert not some.complete
    for name, part in some.parts.items():
        torch.testing.assert_close(part, whole.parts[name][[2, 5]], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
@pytest.mark.parametrize("batch_first", [False, True])
def test_modules_of_torch_add_up_to_their_own_gradient(kind: type, batch_first: bool) -> None:
    torch.manual_seed(0)
    module = kind(2, 4, batch_first=batch_first).double()
    inputs = torch.randn(STEPS, 3, 2, dtype=torch.float64)
    targets = torch.randn(STEPS, 3, 4, dtype=torch.float64)
    objective = objective_of(module, loss=lambda states, wanted: (states - wanted).square().mean())
    found = gradient_by_lag(objective, inputs, targets)
    states = module(inputs.transpose(0, 1) if batch_first else inputs)[0]
    states = states.transpose(0, 1) if batch_first else states
    (states - targets).square().mean().backward()
    for name, parameter in module.named_parameters():
        torch.testing.assert_close(found.parts[name].sum(0), parameter.grad, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("reverse", [False, True])
def test_every_layer_and_direction_adds_up(layer: int, reverse: bool) -> None:
    torch.manual_seed(0)
    module = nn.GRU(2, 4, num_layers=2, bidirectional=True).double()
    inputs = torch.randn(STEPS, 3, 2, dtype=torch.float64)
    bound = bind(module, layer, reverse=reverse)
    objective = objective_of(bound, loss=lambda states, wanted: states.square().mean())
    found = gradient_by_lag(objective, inputs, inputs)
    leaves = leaves_with_gradient(objective)
    states_of(objective, leaves, inputs).square().mean().backward()
    suffix = f"_l{layer}" + ("_reverse" if reverse else "")
    for name, part in found.parts.items():
        if name.endswith(suffix):
            torch.testing.assert_close(part.sum(0), leaves[name].grad, rtol=1e-12, atol=1e-13)


def test_float32_adds_up_in_its_own_precision() -> None:
    network, inputs, targets = problem("gru", torch.float32)
    found = gradient_by_lag(objective_of(network), inputs, targets)
    exact = gradient_by_lag(objective_of(problem("gru")[0]), inputs.double(), targets.double())
    for name, part in found.parts.items():
        torch.testing.assert_close(part.double(), exact.parts[name], rtol=1e-4, atol=1e-6)


def test_what_has_no_loss_or_no_such_lag_is_refused() -> None:
    network, inputs, targets = problem("gru")
    with pytest.raises(LonglagError, match="without a loss"):
        objective_of(nn.GRU(2, 3))
    with pytest.raises(LonglagError, match="it has the loss of its task"):
        objective_of(network, loss=lambda states, wanted: states.sum())
    with pytest.raises(LonglagError, match="max_lag 9"):
        gradient_by_lag(objective_of(network), inputs, targets, max_lag=STEPS)
