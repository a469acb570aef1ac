"""Bound torch.nn modules: the generated functions must reproduce what the real module does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils import parametrizations
from torch.nn.utils.rnn import pack_sequence

from longlag.numerics import Generated, generate
from longlag.numerics.lags.products import ordered_product, trajectory
from longlag.numerics.networks import binding
from longlag.numerics.networks.binding import FAMILIES, BoundModule, Family, bind
from longlag.numerics.networks.network import Network
from longlag.numerics.training.step_sizes import step_sizes
from longlag.theory import LonglagError
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.cells.cell import Cell
from longlag.theory.registry import Registry

TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5}

SEQUENCES: dict[str, Callable[..., nn.RNNBase]] = {
    "rnn_tanh": partial(nn.RNN, nonlinearity="tanh"),
    "rnn_relu": partial(nn.RNN, nonlinearity="relu"),
    "gru": nn.GRU,
    "lstm": nn.LSTM,
}
STEPS: dict[str, Callable[..., nn.RNNCellBase]] = {
    "rnn_tanh": partial(nn.RNNCell, nonlinearity="tanh"),
    "rnn_relu": partial(nn.RNNCell, nonlinearity="relu"),
    "gru": nn.GRUCell,
    "lstm": nn.LSTMCell,
}


@dataclass(frozen=True)
class Case:
    """What to build and to run; ``batch`` is None for an unbatched input."""

    layers: int = 1
    bidirectional: bool = False
    bias: bool = True
    batch_first: bool = False
    batch: int | None = 2
    given_hx: bool = True
    inputs: int = 3
    size: int = 4
    steps: int = 4
    weight_scale: float = 1.0
    dtype: torch.dtype = torch.float64
    seed: int = 0


# Errors grow with the gain over the steps, so the scale stops where that is harmless.
cases = st.builds(
    Case,
    layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    bias=st.booleans(),
    batch_first=st.booleans(),
    batch=st.sampled_from([None, 1, 3]),
    given_hx=st.booleans(),
    inputs=st.integers(1, 4),
    size=st.integers(1, 6),
    steps=st.integers(1, 5),
    weight_scale=st.sampled_from([0.0, 1e-3, 1e-2, 1e-1, 1.0, 3.0]),
    seed=st.integers(0, 2**16),
)
decades = st.sampled_from([0.0, 1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0, 1e3])


@dataclass(frozen=True)
class Example:
    """A module with drawn parameters, an input and an initial state in the module's layout."""

    module: Any
    x: Tensor
    hx: Any

    @property
    def tolerance(self) -> float:
        """Rounding enters through the pre-activations, so the weights set the scale of errors."""
        largest: float = max(p.detach().abs().max().item() for p in self.module.parameters())
        return TOLERANCE[self.x.dtype] * max(1.0, largest)


def make(kind: str, case: Case, *, single_step: bool = False) -> Example:
    generator = torch.Generator().manual_seed(case.seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64).to(case.dtype)

    batch = () if case.batch is None else (case.batch,)
    module: nn.Module
    if single_step:
        module = STEPS[kind](case.inputs, case.size, bias=case.bias, dtype=case.dtype)
        x, shape = normal(*batch, case.inputs), (*batch, case.size)
    else:
        module = SEQUENCES[kind](
            case.inputs,
            case.size,
            case.layers,
            bias=case.bias,
            batch_first=case.batch_first,
            bidirectional=case.bidirectional,
            dtype=case.dtype,
        )
        time_last = case.batch_first and case.batch is not None
        x = normal(*((*batch, case.steps) if time_last else (case.steps, *batch)), case.inputs)
        shape = (case.layers * (1 + case.bidirectional), *batch, case.size)
    for parameter in module.parameters():
        fan_in = parameter.shape[1] if parameter.ndim == 2 else 1
        parameter.data = case.weight_scale / fan_in**0.5 * normal(*parameter.shape)
    states = tuple(torch.tanh(normal(*shape)) for _ in bind(module).cell.states)
    hx = states if len(states) > 1 else states[0]
    return Example(module, x, hx if case.given_hx else None)


@cache
def generated(cell: Cell) -> Generated:
    return generate(cell, "torch")


def directions(module: Any) -> list[bool]:
    return [False, True] if module.bidirectional else [False]


def as_tuple(hx: Any) -> tuple[Tensor, ...]:
    return hx if isinstance(hx, tuple) else (hx,)


def assert_close(what: str, found: Tensor, expected: Tensor, tolerance: float) -> None:
    assert found.shape == expected.shape, f"{what} has shape {found.shape}, not {expected.shape}"
    error = (found - expected).abs().max().item()
    bound = tolerance * max(1.0, expected.abs().max().item())
    assert error <= bound, f"{what} off by {error:.3g} > {bound:.3g}"


def assert_reproduces(bound: BoundModule, example: Example) -> None:
    """The generated trajectory has the outputs and the final states of the real module."""
    module: Any = bound.module
    functions = generated(bound.cell)
    run = trajectory(functions, bound.network(example.x, example.hx))
    after = functions.step(*run.arguments)
    index = bound.layer * len(directions(module)) + bound.reverse
    time = 1 if module.batch_first and example.x.ndim == 3 else 0
    output, final = module(example.x, example.hx)
    for name, part in zip(bound.cell.states, as_tuple(final), strict=True):
        assert_close(f"final {name}", after[name][-1], part[index], example.tolerance)
    if bound.layer == module.num_layers - 1:
        both = output.movedim(time, 0).split(module.hidden_size, -1)
        expected = both[1].flip(0) if bound.reverse else both[0]
        assert_close("output", after["h"], expected, example.tolerance)
    if not module.bidirectional:
        # Final states of every beginning of the sequence show the inner layers and the LSTM's c.
        for steps in range(1, run.steps):
            _, final = module(example.x.narrow(time, 0, steps), example.hx)
            for name, part in zip(bound.cell.states, as_tuple(final), strict=True):
                found = after[name][steps - 1]
                assert_close(f"{name} at {steps}", found, part[index], example.tolerance)


def packed(module: Any, x: Tensor, hx: Any, index: int | None) -> tuple[Any, Tensor]:
    """A function of one layer's packed states through the real module, and where it stands."""
    parts = as_tuple(hx)

    def through(states: Tensor) -> Tensor:
        pieces = states.chunk(len(parts), -1)
        if index is not None:
            pieces = tuple(
                torch.cat([part[:index], piece[None], part[index + 1 :]])
                for part, piece in zip(parts, pieces, strict=True)
            )
        result = module(x, pieces if len(pieces) > 1 else pieces[0])
        final = as_tuple(result if index is None else result[1])
        return torch.cat([part if index is None else part[index] for part in final], -1)

    return through, torch.cat([part if index is None else part[index] for part in parts], -1)


def assert_same_transport(bound: BoundModule, example: Example) -> None:
    """The ordered product of generated Jacobians is autograd through the real sequence."""
    functions = generated(bound.cell)
    run = trajectory(functions, bound.network(example.x, example.hx))
    newest_first = functions.jacobian(*run.arguments).flip(0)
    index = bound.layer * len(directions(bound.module)) + bound.reverse
    through, start = packed(bound.module, example.x, example.hx, index)
    expected = torch.func.jacrev(through)(start)
    norms = torch.linalg.matrix_norm(newest_first, 2).clamp(min=1).prod().item()
    assert_close("transport", ordered_product(newest_first), expected, example.tolerance * norms)


def assert_same_step(bound: BoundModule, example: Example) -> None:
    """One generated step and its Jacobian are those of the real cell module."""
    network = bound.network(example.x, example.hx)
    expected = as_tuple(bound.module(example.x, example.hx))
    for name, part in zip(bound.cell.states, expected, strict=True):
        found = generated(bound.cell).step(*network.arguments)[name]
        assert_close(f"new {name}", found, part, example.tolerance)
    if example.x.ndim == 1 and example.hx is not None:
        through, start = packed(bound.module, example.x, example.hx, None)
        jacobian = generated(bound.cell).jacobian(*network.arguments)
        expected_jacobian = torch.func.jacrev(through)(start)
        assert_close("Jacobian", jacobian, expected_jacobian, example.tolerance)


@pytest.mark.parametrize("kind", SEQUENCES)
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_every_layout_is_reproduced(kind: str, layers: int, bidirectional: bool) -> None:
    for bias, batch_first, batch in product([True, False], [True, False], [None, 2]):
        case = Case(layers, bidirectional, bias, batch_first, batch, steps=3)
        example = make(kind, case)
        for layer, reverse in product(range(layers), directions(example.module)):
            assert_reproduces(bind(example.module, layer, reverse=reverse), example)


@pytest.mark.parametrize("kind", SEQUENCES)
@given(case=cases, data=st.data())
def test_sequence_is_reproduced(kind: str, case: Case, data: st.DataObject) -> None:
    example = make(kind, case)
    layer = data.draw(st.integers(0, case.layers - 1))
    reverse = data.draw(st.sampled_from(directions(example.module)))
    assert_reproduces(bind(example.module, layer, reverse=reverse), example)


@pytest.mark.parametrize("kind", SEQUENCES)
@given(case=cases)
def test_single_precision_is_reproduced(kind: str, case: Case) -> None:
    case = replace(case, dtype=torch.float32, weight_scale=min(case.weight_scale, 1.0))
    example = make(kind, case)
    bound = bind(example.module, case.layers - 1, reverse=case.bidirectional)
    assert {value.dtype for value in bound.drive(example.x, example.hx).values()} == {case.dtype}
    assert_reproduces(bound, example)


@pytest.mark.parametrize("kind", SEQUENCES)
@given(case=cases, data=st.data())
def test_transport_is_autograd_through_the_sequence(
    kind: str, case: Case, data: st.DataObject
) -> None:
    case = replace(case, batch=None, given_hx=True)
    example = make(kind, case)
    layer = data.draw(st.integers(0, case.layers - 1))
    reverse = data.draw(st.sampled_from(directions(example.module)))
    assert_same_transport(bind(example.module, layer, reverse=reverse), example)


@pytest.mark.parametrize("kind", STEPS)
@given(case=cases, scale=decades)
def test_single_step_is_reproduced(kind: str, case: Case, scale: float) -> None:
    example = make(kind, replace(case, weight_scale=scale), single_step=True)
    assert_same_step(bind(example.module), example)


@pytest.mark.parametrize("kind", STEPS)
@given(case=cases, scale=decades)
def test_single_step_jacobian_is_autograd(kind: str, case: Case, scale: float) -> None:
    case = replace(case, weight_scale=scale, batch=None, given_hx=True)
    example = make(kind, case, single_step=True)
    assert_same_step(bind(example.module), example)


@pytest.mark.parametrize("kind", SEQUENCES)
@given(case=cases)
def test_gradients_are_those_of_the_module(kind: str, case: Case) -> None:
    # Nonzero weights: a gradient that vanishes everywhere would be compared in vain.
    case = replace(case, layers=2, batch_first=False, weight_scale=max(case.weight_scale, 0.1))
    example = make(kind, case)
    bound = bind(example.module, 1, reverse=case.bidirectional)
    run = trajectory(generated(bound.cell), bound.network(example.x, example.hx))
    after = generated(bound.cell).step(*run.arguments)["h"]
    output = example.module(example.x, example.hx)[0].split(case.size, -1)[-1]
    parameters = list(example.module.parameters())
    direction = torch.linspace(-1, 1, case.size, dtype=case.dtype)
    loss = ((after.flip(0) if case.bidirectional else after) * direction).sum()
    found = torch.autograd.grad(loss, parameters, materialize_grads=True, allow_unused=True)
    expected = torch.autograd.grad((output * direction).sum(), parameters)
    for gradient, truth in zip(found, expected, strict=True):
        assert_close("gradient", gradient, truth, 100 * example.tolerance)


def test_drives_reach_every_parameter_they_depend_on() -> None:
    example = make("gru", Case(layers=2))
    drives = bind(example.module, 1).drive(example.x)
    loss = torch.stack(list(drives.values())).square().sum()
    names, parameters = zip(*example.module.named_parameters(), strict=True)
    gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
    unreached = {n for n, g in zip(names, gradients, strict=True) if g is None or not g.any()}
    assert unreached == {"weight_hh_l1"}


# Wrong bindings, which the assertions above must catch.


def bias_outside_the_reset(inputs: Any, bias: Any) -> dict[str, Tensor]:
    drives = {gate: inputs[gate] + bias[gate] for gate in inputs}
    return {**drives, "hn": torch.zeros_like(bias["n"])}


def bias_inside_and_outside(inputs: Any, bias: Any) -> dict[str, Tensor]:
    return {**{gate: inputs[gate] + bias[gate] for gate in inputs}, "hn": bias["n"]}


def without_recurrent_bias(inputs: Any, bias: Any) -> dict[str, Tensor]:
    return dict(inputs)


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("rnn_tanh", {"drives": without_recurrent_bias}),
    ("rnn_relu", {"drives": without_recurrent_bias}),
    ("rnn_relu", {"cell": lambda module: CELLS["plain"]}),
    ("gru", {"gates": ("z", "r", "n")}),
    ("gru", {"drives": bias_outside_the_reset}),
    ("gru", {"drives": bias_inside_and_outside}),
    ("lstm", {"gates": ("f", "i", "g", "o")}),
    ("lstm", {"gates": ("i", "f", "o", "g")}),
    ("lstm", {"drives": without_recurrent_bias}),
]


@pytest.mark.parametrize(("kind", "mistake"), WRONG)
@pytest.mark.parametrize("seed", range(3))
def test_wrong_binding_is_caught(kind: str, mistake: dict[str, Any], seed: int) -> None:
    def broken(module: nn.Module, **place: Any) -> BoundModule:
        bound = bind(module, **place)
        return replace(bound, family=replace(bound.family, **mistake))

    case = Case(layers=2, bidirectional=True, batch=None, size=6, seed=seed)
    for layer, reverse in product([0, 1], [False, True]):
        example = make(kind, case)
        bound = broken(example.module, layer=layer, reverse=reverse)
        with pytest.raises(AssertionError, match="final h off by"):
            assert_reproduces(bound, example)
        with pytest.raises(AssertionError, match="transport off by"):
            assert_same_transport(bound, example)
    example = make(kind, case, single_step=True)
    with pytest.raises(AssertionError, match="new h off by"):
        assert_same_step(broken(example.module), example)


class Backwards(BoundModule):
    def network(self, x: object, hx: object = None) -> Network:
        network = super().network(x, hx)
        return replace(network, drive={k: v.flip(0) for k, v in network.drive.items()})


class Transposed(BoundModule):
    @property
    def weight(self) -> dict[str, Tensor]:
        return {name: weight.T for name, weight in super().weight.items()}


class FromZero(BoundModule):
    def initial_state(self, x: object, hx: object = None) -> dict[str, Tensor]:
        return super().initial_state(x)


class LowerFromZero(BoundModule):
    def drive(self, x: object, hx: object = None) -> dict[str, Tensor]:
        return super().drive(x)


@pytest.mark.parametrize("kind", SEQUENCES)
@pytest.mark.parametrize("wrong", [Backwards, Transposed, FromZero, LowerFromZero])
def test_wrong_reading_is_caught(kind: str, wrong: type[BoundModule]) -> None:
    example = make(kind, Case(layers=2, bidirectional=True))
    for reverse in (False, True):
        right = bind(example.module, 1, reverse=reverse)
        assert_reproduces(right, example)
        with pytest.raises(AssertionError, match="off by"):
            assert_reproduces(wrong(right.module, right.family, 1, reverse), example)


# What a bound module shares with the module.


def test_weights_are_views_that_follow_the_module() -> None:
    gru: Any = nn.GRU(3, 4)
    bound = bind(gru)
    assert bound.weight["r"].data_ptr() == gru.weight_hh_l0.data_ptr()
    assert all(weight._base is not None for weight in bound.weight.values())
    assert bound.drive(torch.ones(5, 2, 3))["hn"].stride()[:2] == (0, 0)
    with torch.no_grad():
        gru.weight_hh_l0.mul_(2)
    assert torch.equal(torch.cat(list(bound.weight.values())), gru.weight_hh_l0)
    gru.double()
    assert bound.drive(torch.ones(5, 2, 3, dtype=torch.float64))["n"].dtype == torch.float64


@pytest.mark.parametrize("kind", SEQUENCES)
def test_tensors_are_on_the_device_of_the_module(kind: str) -> None:
    bound = bind(SEQUENCES[kind](3, 4, device="meta"))
    network = bound.network(torch.ones(5, 3, device="meta"))
    for group in network.arguments:
        assert {value.device.type for value in group.values()} <= {"meta"}


def test_parametrized_weights_are_seen_as_the_module_sees_them() -> None:
    example = make("gru", Case(layers=2))
    for name in ("weight_hh_l0", "weight_hh_l1"):
        parametrizations.orthogonal(example.module, name)
    for layer in (0, 1):
        assert_reproduces(bind(example.module, layer), example)


def test_dropout_counts_only_while_training() -> None:
    example = make("lstm", Case(layers=3))
    example.module.dropout = 0.5
    bound = bind(example.module.eval(), 2)
    assert_reproduces(bound, example)
    example.module.train()
    with pytest.raises(LonglagError, match=r"dropout 0\.5 in training mode: .*call \.eval\(\)"):
        bound.drive(example.x)
    assert bind(nn.GRU(3, 4, dropout=0.0), 0).layer == 0


# A projected state is that of a cell before its projection.


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("given_hx", [False, True])
def test_a_projected_lstm_is_reproduced(layers: int, bidirectional: bool, given_hx: bool) -> None:
    torch.manual_seed(3)
    options = {"num_layers": layers, "bidirectional": bidirectional, "proj_size": 3}
    module = nn.LSTM(2, 5, **options, dtype=torch.float64)
    x, ways = torch.randn(6, 2, 2, dtype=torch.float64), 1 + bidirectional
    h = torch.randn(layers * ways, 2, 3, dtype=torch.float64)
    c = torch.randn(layers * ways, 2, 5, dtype=torch.float64)
    hx = (h, c) if given_hx else None
    output, (last_h, last_c) = module(x, hx)
    for layer, reverse in product(range(layers), directions(module)):
        bound = bind(module, layer, reverse=reverse)
        functions = generated(bound.cell)
        after = functions.step(*trajectory(functions, bound.network(x, hx)).arguments)
        index = layer * ways + reverse
        made = after["u"] @ bound.projection.T
        assert_close("final h", made[-1], last_h[index], 1e-12)
        assert_close("final c", after["c"][-1], last_c[index], 1e-12)
        if layer == layers - 1:
            expected = output.split(3, -1)[reverse]
            assert_close("output", made, expected.flip(0) if reverse else expected, 1e-12)


def test_the_transport_of_a_projected_lstm_is_that_of_its_own_state() -> None:
    torch.manual_seed(4)
    module = nn.LSTM(2, 5, proj_size=3, dtype=torch.float64)
    x, c = torch.randn(6, 2, dtype=torch.float64), torch.randn(1, 5, dtype=torch.float64)
    h = torch.randn(1, 3, dtype=torch.float64)
    bound = bind(module)
    functions = generated(bound.cell)
    run = trajectory(functions, bound.network(x, (h, c)))
    found = ordered_product(functions.jacobian(*run.arguments).flip(0))
    expected = torch.func.jacrev(lambda c: module(x, (h, c))[1][1][0])(c)[:, 0]
    assert_close("transport", found[5:, 5:], expected, 1e-12)
    with pytest.raises(LonglagError, match="computed from other parameters"):
        step_sizes(torch.optim.SGD(module.parameters(), lr=0.1), module)


class LeakyCell(nn.RNNCellBase):
    """A module that longlag does not know until its family is registered."""

    def __init__(self, inputs: int, size: int) -> None:
        super().__init__(inputs, size, bias=True, num_chunks=1, dtype=torch.float64)
        self.alpha = nn.Parameter(torch.tensor(0.25, dtype=torch.float64))

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        a = nn.functional.linear(x, self.weight_ih, self.bias_ih)
        a = a + nn.functional.linear(h, self.weight_hh, self.bias_hh)
        return (1 - self.alpha) * h + self.alpha * torch.tanh(a)


def test_a_new_family_is_one_registration(monkeypatch: pytest.MonkeyPatch) -> None:
    module = LeakyCell(3, 4)
    with pytest.raises(LonglagError, match="LeakyCell"):
        bind(module)
    families: Registry[Family] = Registry("module family")
    for name, family in FAMILIES.items():
        families.register(name, family)
    leaky = Family(
        (LeakyCell,),
        cell=lambda module: CELLS["leaky"],
        gates=("n",),
        drives=lambda inputs, bias: {"n": inputs["n"] + bias["n"]},
        parameter=lambda module: {"alpha": module.alpha},
    )
    families.register("Leaky", leaky)
    monkeypatch.setattr(binding, "FAMILIES", families)
    x, h = torch.ones(2, 3, dtype=torch.float64), torch.zeros(2, 4, dtype=torch.float64)
    assert_same_step(bind(module), Example(module, x, h))
    assert_same_step(bind(module), Example(module, x[0], h[0]))


# Bad input.


class DoubledGRU(nn.GRU):
    def forward(self, *arguments: Any) -> Any:
        return super().forward(*arguments)


def run(module: nn.Module, x: Any, hx: Any = None) -> Callable[[], Any]:
    return lambda: bind(module).network(x, hx)


def flat_projection() -> nn.LSTM:
    """A projection that reaches a plane only."""
    module = nn.LSTM(2, 4, proj_size=3)
    with torch.no_grad():
        module.weight_hr_l0[0] = module.weight_hr_l0[1]
    return module


X = torch.ones(5, 2)
BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "unsupported module": (lambda: bind(nn.Linear(2, 2)), "Linear.*RNN, RNNCell, GRU, .*LSTMCell"),
    "overridden forward": (lambda: bind(DoubledGRU(2, 2)), "DoubledGRU.*their own forward"),
    "layer too high": (lambda: bind(nn.GRU(2, 2, 3), 3), "layer 3: this GRU has 3; .*0 to 2"),
    "layer negative": (lambda: bind(nn.GRU(2, 2, 3), -1), "layer -1"),
    "layer of a cell": (lambda: bind(nn.LSTMCell(2, 2), 1), "layer 1: this LSTMCell has 1"),
    "forward only": (lambda: bind(nn.RNN(2, 2), reverse=True), "reverse.*bidirectional=True"),
    "reverse cell": (lambda: bind(nn.RNNCell(2, 2), reverse=True), "RNNCell runs forward only"),
    "projected hx": (
        run(nn.LSTM(2, 4, proj_size=3), X, (torch.ones(1, 4), torch.ones(1, 4))),
        r"hx 'h' of shape \(1, 4\): .*\(1, 3\)",
    ),
    "hx beyond the projection": (
        run(flat_projection(), X, (torch.eye(3)[:1], torch.ones(1, 4))),
        "hx 'h': no state of the cell has it as its projection.*start from zeros",
    ),
    "dropout": (lambda: bind(nn.GRU(2, 2, 2, dropout=0.1)), r"dropout 0\.1.*\.eval\(\)"),
    "packed": (run(nn.GRU(2, 2), pack_sequence([torch.ones(3, 2)])), "PackedSequence.*one by one"),
    "not a tensor": (run(nn.GRU(2, 2), [[1.0, 2.0]]), "input of type list"),
    "features": (run(nn.GRU(2, 2), torch.ones(5, 3)), r"\(5, 3\): .*D = 2"),
    "rank 1": (run(nn.GRU(2, 2), torch.ones(2)), r"\(2,\): .*\(T, D\) or \(T, N, D\)"),
    "rank 4": (
        run(nn.GRU(2, 2, batch_first=True), torch.ones(1, 1, 1, 2)),
        r"\(1, 1, 1, 2\): .*\(T, D\) or \(N, T, D\)",
    ),
    "rank of a cell": (run(nn.GRUCell(2, 2), torch.ones(1, 1, 2)), r"\(D,\) or \(N, D\)"),
    "no steps": (run(nn.GRU(2, 2), torch.ones(0, 2)), r"\(0, 2\): .*no axis empty"),
    "dtype": (run(nn.GRU(2, 2), X.double()), "float64: .*float32"),
    "integers": (run(nn.GRU(2, 2), X.long()), "int64: .*float32"),
    "device": (run(nn.GRU(2, 2), torch.ones(5, 2, device="meta")), "device meta: .*device cpu"),
    "hx shape": (
        run(nn.GRU(2, 2, 2), torch.ones(5, 3, 2), torch.ones(3, 2, 2)),
        r"hx 'h' of shape \(3, 2, 2\): .*\(2, 3, 2\)",
    ),
    "hx rank": (
        run(nn.GRU(2, 2), X, torch.ones(1, 1, 2)),
        r"hx 'h' of shape \(1, 1, 2\): .*\(1, 2\)",
    ),
    "hx of a cell": (run(nn.GRUCell(2, 4), torch.ones(2), torch.ones(1, 4)), r"expects \(4,\)"),
    "hx dtype": (run(nn.GRU(2, 2), X, torch.ones(1, 2).double()), "hx 'h' has dtype"),
    "hx single": (run(nn.LSTM(2, 2), X, torch.ones(1, 2)), r"hx of type Tensor.*\(h_0, c_0\)"),
    "hx pair": (run(nn.GRU(2, 2), X, (torch.ones(1, 2),) * 2), "hx 'h' of type tuple"),
    "hx part": (run(nn.LSTM(2, 2), X, (torch.ones(1, 2), 0)), "hx 'c' of type int"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_in_one_line(name: str) -> None:
    call, message = BAD[name]
    with pytest.raises(LonglagError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
