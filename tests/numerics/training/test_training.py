"""Training: any cell learns, and the trained network is the one that made the predictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sympy import tanh
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

from longlag.numerics import generate
from longlag.numerics.lags.products import trajectory
from longlag.numerics.series import NextValue, digits, last_value_loss, next_value, sunspots
from longlag.numerics.training import TrainedNetwork, train
from longlag.numerics.training.initial import initial_network
from longlag.theory import Cell, LonglagError, drive, parameter, recurrent, state
from longlag.theory.cells import PAPER_CELLS as CELLS

SEEDS = st.integers(0, 2**31)
TASK = next_value(sunspots(), 24)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def learn(name: str, task: NextValue = TASK, *, seed: int = 0, **options: Any) -> TrainedNetwork:
    settings: dict[str, Any] = {"size": 6, "steps": 2, **options}
    return train(CELLS[name], *task, generator=seeded(seed), **settings)


@cache
def learnt(name: str) -> TrainedNetwork:
    return learn(name, size=12, steps=60, learning_rate=2e-2)


# It learns.


@pytest.mark.parametrize("name", CELLS)
def test_every_cell_learns_to_predict_better_than_by_the_last_value(name: str) -> None:
    trained = learnt(name)
    assert len(trained.losses) == 60
    assert trained.seconds > 0
    assert sum(trained.losses[-5:]) < 0.5 * sum(trained.losses[:5])
    assert trained.loss(*TASK) < last_value_loss(TASK)


def test_classes_are_learnt_from_the_last_step() -> None:
    pixels, labels = digits()
    chosen = (labels < 2).nonzero()[:40, 0]
    # Rows in place of pixels, so that eight steps are enough.
    rows = pixels[:, chosen, 0].reshape(8, 8, -1).transpose(1, 2).contiguous()
    task = rows, labels[chosen]
    trained = train(CELLS["gru"], *task, size=8, steps=40, batch=40, generator=seeded())
    predicted = trained.predictions(rows)[-1].argmax(-1)
    assert trained.readout_bias.shape == (2,)
    assert (predicted == labels[chosen]).double().mean() > 0.95
    assert trained.loss(*task) < 0.5 * trained.losses[0]


# The same steps, taken by PyTorch's own modules.


def weights_by_pytorch(clip: float, batch: int) -> tuple[TrainedNetwork, nn.RNN]:
    """Train the plain cell and ``nn.RNN`` from the same start, all sequences at each step."""
    settings: dict[str, Any] = {"size": 6, "parameter": None, "drive_bias": {"n": 0.1}}
    start = initial_network(
        CELLS["plain"],
        *TASK,
        generator=seeded(),
        initialisation="orthogonal",
        recurrent_scale=0.9,
        **settings,
    )
    trained = train(
        CELLS["plain"],
        *TASK,
        generator=seeded(),
        recurrent_scale=0.9,
        steps=5,
        learning_rate=1e-2,
        batch=batch,
        clip=0.2,
        **settings,
    )
    module, readout = nn.RNN(1, 6).double(), nn.Linear(6, 1).double()
    with torch.no_grad():
        module.weight_hh_l0.copy_(start.weight["n"])
        module.weight_ih_l0.copy_(start.input_weight["n"])
        module.bias_ih_l0.copy_(start.input_bias["n"])
        module.bias_hh_l0.zero_()
        readout.weight.copy_(start.readout_weight)
        readout.bias.copy_(start.readout_bias)
    module.bias_hh_l0.requires_grad_(False)
    parameters = [*module.parameters(), *readout.parameters()]
    optimiser = torch.optim.Adam([p for p in parameters if p.requires_grad], lr=1e-2)
    for _ in range(5):
        optimiser.zero_grad()
        (readout(module(TASK.inputs)[0]) - TASK.targets).square().mean().backward()
        clip_grad_norm_(parameters, clip)
        optimiser.step()
    return trained, module


def test_training_takes_the_steps_that_pytorch_takes() -> None:
    trained, module = weights_by_pytorch(clip=0.2, batch=1000)
    assert torch.allclose(trained.weight["n"], module.weight_hh_l0, rtol=0, atol=1e-10)
    assert torch.allclose(trained.input_weight["n"], module.weight_ih_l0, rtol=0, atol=1e-10)
    assert torch.allclose(trained.input_bias["n"], module.bias_ih_l0, rtol=0, atol=1e-10)


@pytest.mark.parametrize(("clip", "batch"), [(1e6, 1000), (0.2, 16)])
def test_steps_without_clipping_or_on_other_sequences_are_told_apart(
    clip: float, batch: int
) -> None:
    trained, module = weights_by_pytorch(clip, batch)
    assert not torch.allclose(trained.weight["n"], module.weight_hh_l0, rtol=0, atol=1e-5)


def test_the_step_sizes_are_those_of_the_last_step() -> None:
    whole = {"batch": 1000, "clip": 1e6}
    trained = learn("plain", steps=1, **whole)
    # After a single step Adam's v̂ is the square of the gradient.
    start = initial_network(
        CELLS["plain"],
        *TASK,
        size=6,
        generator=seeded(),
        parameter=None,
        drive_bias=None,
        initialisation="orthogonal",
        recurrent_scale=1.0,
    )
    weight = start.weight["n"].requires_grad_()
    (gradient,) = torch.autograd.grad(
        (start.predictions(TASK.inputs) - TASK.targets).square().mean(), weight
    )
    expected = 1e-2 / (gradient.abs() + 1e-8)
    assert torch.allclose(trained.step_sizes["n"], expected, rtol=1e-9)


# What is trained and what stays.


@pytest.mark.parametrize("name", ["plain", "shared_gate", "lstm", "gru_layer_norm"])
def test_the_same_seed_gives_the_same_network_and_another_seed_another(name: str) -> None:
    one, same, other = learn(name), learn(name), learn(name, seed=1)
    assert one.losses == same.losses != other.losses
    for group in ("weight", "input_weight", "input_bias", "step_sizes"):
        first, second = getattr(one, group), getattr(same, group)
        assert all(torch.equal(first[key], second[key]) for key in first)


@pytest.mark.parametrize("name", CELLS)
def test_shapes_are_those_of_the_cell_and_nothing_keeps_a_graph(name: str) -> None:
    trained, shapes = learn(name), CELLS[name].shapes(6)
    assert {k: v.shape for k, v in trained.weight.items()} == shapes["weight"]
    assert {k: v.shape for k, v in trained.step_sizes.items()} == shapes["weight"]
    assert {k: v.shape for k, v in trained.parameter.items()} == shapes["parameter"]
    assert {k: v.shape for k, v in trained.input_bias.items()} == shapes["drive"]
    assert {k: v.shape[:1] for k, v in trained.input_weight.items()} == shapes["drive"]
    groups = (trained.weight, trained.parameter, trained.input_weight, trained.input_bias)
    tensors = [t for group in groups for t in group.values()] + [trained.readout_weight]
    assert not any(t.requires_grad or t.grad is not None for t in tensors)


def test_parameters_keep_their_value_unless_they_are_trained() -> None:
    for name, symbol in {"leaky": "alpha", "const_gate": "s"}.items():
        assert learn(name).parameter[symbol] == 0.5
        assert learn(name, parameter={symbol: 0.25}).parameter[symbol] == 0.25
        moved = learn(name, parameter={symbol: 0.25}, train_parameters=True).parameter[symbol]
        assert 0 < abs(moved.item() - 0.25) < 0.1
    gain = torch.linspace(0.5, 2.0, 6)
    trained = learn("const_gate_layer_norm", parameter={"n_gain": gain})
    assert torch.equal(trained.parameter["n_gain"], gain.double())
    assert not trained.parameter["n_bias"].any()


def test_trained_parameters_stay_inside_their_interval() -> None:
    # A first step of Adam is as long as the learning rate.
    trained = learn("leaky", steps=1, learning_rate=5.0, train_parameters=True)
    alpha = trained.parameter["alpha"].item()
    assert min(alpha, 1 - alpha) == pytest.approx(1e-3)


def test_parameters_without_an_interval_start_at_zero() -> None:
    h = state("h")
    cell = Cell("shifted", {h: tanh(recurrent("n", h) + drive("n") + parameter("shift"))})
    trained = train(cell, *TASK, size=4, steps=1, generator=seeded(), train_parameters=True)
    assert abs(trained.parameter["shift"].item()) == pytest.approx(1e-2, rel=1e-4)


def test_a_bias_sets_how_slow_the_gates_are_at_the_start() -> None:
    start = learn("gru", drive_bias={"z": 3.0, "n": torch.arange(6.0)}, learning_rate=1e-9)
    assert torch.allclose(start.input_bias["z"], torch.full((6,), 3.0).double(), atol=1e-7)
    assert torch.allclose(start.input_bias["n"], torch.arange(6.0).double(), atol=1e-7)
    assert not start.input_bias["r"].round(decimals=6).any()


@given(SEEDS, st.integers(1, 8), st.sampled_from([0.5, 1.0, 2.0]))
def test_recurrent_matrices_start_orthogonal(seed: int, size: int, scale: float) -> None:
    start = initial_network(
        CELLS["shared_gate"],
        *TASK,
        size=size,
        generator=seeded(seed),
        parameter=None,
        drive_bias=None,
        initialisation="orthogonal",
        recurrent_scale=scale,
    )
    gram = start.weight["n"] @ start.weight["n"].T
    assert torch.allclose(gram, scale**2 * torch.eye(size).double(), atol=1e-12)
    assert start.weight["s"].shape == (size,)


def test_normal_weights_have_variance_one_over_the_size() -> None:
    start = learn("gru", size=64, steps=1, initialisation="normal", learning_rate=1e-9)
    for weight in start.weight.values():
        assert 64 * weight.var().item() == pytest.approx(1, abs=0.1)
        assert not torch.allclose(weight @ weight.T, torch.eye(64).double(), atol=0.1)


def test_a_burn_in_leaves_the_first_targets_out() -> None:
    spoilt = TASK.targets.clone()
    spoilt[:5] = 100
    task, wrong = NextValue(TASK.inputs, spoilt), NextValue(TASK.inputs, spoilt.roll(1, 0))
    expected = learn("plain", burn_in=5)
    assert learn("plain", task, burn_in=5).losses == expected.losses
    assert learn("plain", wrong, burn_in=5).losses != expected.losses
    assert expected.loss(*task, burn_in=5) == expected.loss(*TASK, burn_in=5)


def test_single_precision_stays_single() -> None:
    task = next_value(sunspots(), 24, dtype=torch.float32)
    trained = learn("lstm", task)
    assert trained.predictions(task.inputs).dtype == torch.float32
    assert {value.dtype for value in trained.step_sizes.values()} == {torch.float32}
    assert abs(trained.losses[-1] - learn("lstm").losses[-1]) < 1e-4


def test_progress_is_told_step_by_step() -> None:
    seen: list[tuple[int, int]] = []
    learn("plain", steps=3, progress=lambda *share: seen.append(share))
    assert seen == [(1, 3), (2, 3), (3, 3)]


# The network of the trained weights.


def predictions_of_the_network(trained: TrainedNetwork, inputs: Tensor) -> Tensor:
    """Run the network step by step with functions generated anew, and read it out."""
    network, functions = trained.network(inputs), generate(trained.cell)
    run = trajectory(functions, network)
    after = functions.step(*run.arguments)[trained.cell.states[0]]
    return after @ trained.readout_weight.T + trained.readout_bias


@pytest.mark.parametrize("name", CELLS)
def test_the_network_of_the_trained_weights_makes_the_same_predictions(name: str) -> None:
    trained = learnt(name)
    for inputs in (TASK.inputs[:, :5], TASK.inputs[:, 0]):
        network = trained.network(inputs)
        assert all(value.shape == (*inputs.shape[1:-1], 12) for value in network.state.values())
        assert not any(value.any() for value in network.state.values())
        assert {v.shape[:-1] for v in network.drive.values()} == {inputs.shape[:-1]}
        found, expected = predictions_of_the_network(trained, inputs), trained.predictions(inputs)
        assert torch.allclose(found, expected, rtol=0, atol=1e-12)
    loss = (trained.predictions(TASK.inputs) - TASK.targets).square().mean()
    assert trained.loss(*TASK) == pytest.approx(loss.item(), rel=1e-12)


def test_the_trained_weights_run_in_a_module_of_pytorch() -> None:
    trained, module = learnt("lstm"), nn.LSTM(1, 12).double()
    with torch.no_grad():
        for name, group in {
            "weight_hh_l0": trained.weight,
            "weight_ih_l0": trained.input_weight,
            "bias_ih_l0": trained.input_bias,
        }.items():
            getattr(module, name).copy_(torch.cat([group[gate] for gate in "ifgo"]))
        module.bias_hh_l0.zero_()
        found = module(TASK.inputs)[0] @ trained.readout_weight.T + trained.readout_bias
    assert torch.allclose(found, trained.predictions(TASK.inputs), rtol=0, atol=1e-12)


def transposed(weight: Tensor) -> Tensor:
    return weight.mT


def slightly_larger(value: Tensor) -> Tensor:
    return 1.0001 * value


WRONG = [("weight", transposed)] + [
    (group, slightly_larger) for group in ("weight", "input_weight", "input_bias", "parameter")
]


@pytest.mark.parametrize(("group", "mistake"), WRONG)
def test_a_network_of_other_weights_is_told_apart(
    group: str, mistake: Callable[[Tensor], Tensor]
) -> None:
    trained, inputs = learnt("leaky"), TASK.inputs[:, :5]
    other = {name: mistake(value) for name, value in getattr(trained, group).items()}
    changed = predictions_of_the_network(replace(trained, **{group: other}), inputs)
    assert not torch.allclose(changed, trained.predictions(inputs), rtol=0, atol=1e-8)


# Bad input.

H = state("h")
UNDRIVEN = Cell("undriven", {H: tanh(recurrent("n", H))})
X, Y = TASK
CLASSES = torch.zeros(X.shape[1], dtype=torch.int64)


def bad(inputs: Any = X, targets: Any = Y, cell: Any = CELLS["leaky"], **options: Any) -> Any:
    settings: dict[str, Any] = {"size": 4, "steps": 1, "generator": seeded(), **options}
    return lambda: train(cell, inputs, targets, **settings)


BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "no drives": (bad(cell=UNDRIVEN), "cell 'undriven': .*through drives"),
    "rank": (bad(X[:, 0]), r"inputs of shape \(24, 1\).*\(T, N, D\)"),
    "integers": (bad(X.long()), "dtype torch.int64"),
    "no sequences": (bad(X[:, :0], Y[:, :0]), "no axis empty"),
    "targets of another length": (bad(X, Y[1:]), r"\(23, 285, 1\).*\(24, 285, O\)"),
    "targets of another dtype": (bad(X, Y.float()), "torch.float32 on cpu: .*torch.float64"),
    "classes of another length": (bad(X, CLASSES[1:]), r"targets of shape \(284,\)"),
    "negative class": (bad(X, CLASSES - 1), "class -1: classes count from 0"),
    "burn-in": (bad(burn_in=24), "burn_in 24: .*choose from 0 to 23"),
    "burn-in of classes": (bad(X, CLASSES, burn_in=1), "0 for classes"),
    "size": (bad(size=0), "size 0: .*>= 1"),
    "steps": (bad(steps=0), "steps 0"),
    "batch": (bad(batch=0), "batch 0"),
    "learning rate": (bad(learning_rate=float("nan")), "learning_rate nan"),
    "clip": (bad(clip=0.0), "clip 0.0: .*positive"),
    "initialisation": (bad(initialisation="sparse"), "'sparse': .*orthogonal, normal, uniform"),
    "unknown parameter": (bad(parameter={"beta": 1.0}), r"parameter 'beta': .*\['alpha'\]"),
    "parameter outside": (bad(parameter={"alpha": 1.0}), r"'alpha' from 1 to 1: .*Interval"),
    "parameter shape": (bad(parameter={"alpha": torch.ones(4)}), r"'alpha' of shape \(4,\)"),
    "unknown drive": (bad(drive_bias={"z": 1.0}), r"drive_bias 'z': .*\['n'\]"),
    "diverging": (bad(1e300 * X, 1e300 * Y), "loss inf at step 0: .*standardise"),
    "features": (lambda: learnt("leaky").network(torch.ones(5, 2)), r"\(5, 2\): .*\(T, ..., 1\)"),
    "dtype": (lambda: learnt("leaky").network(torch.ones(5, 1)), "float32 on cpu: .*float64"),
    "outputs": (lambda: learnt("leaky").loss(X, Y.repeat(1, 1, 2)), "of 2 numbers.*predict 1"),
    "classes": (lambda: learnt("leaky").loss(X, CLASSES + 3), "targets of 4 classes.*predict 1"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_in_one_line(name: str) -> None:
    call, message = BAD[name]
    with pytest.raises(LonglagError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
