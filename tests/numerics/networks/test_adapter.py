"""A user's own module, read through an adapter, is the network that the module computes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from longlag.numerics import Adapter, bind, generate, measure_transport
from longlag.numerics.checks.reference import reverse_jacobian
from longlag.numerics.gradients import gradient_by_lag, objective_of
from longlag.numerics.lags.products import trajectory
from longlag.numerics.training.step_sizes import step_sizes
from longlag.theory import Cell, LonglagError, drive, recurrent, sigmoid, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from tests.modules import MODULES

INPUTS, SIZE, STEPS = 3, 5, 6


def by_gate(path: str) -> Callable[[str], dict[str, str]]:
    return lambda gates: {gate: path.format(gate) for gate in gates}


INPUT, HIDDEN = by_gate("input.{}"), by_gate("hidden.{}.weight")

#: One adapter for each module that was written by hand.
ADAPTERS: dict[str, Adapter] = {
    "leaky": Adapter(CELLS["leaky"], {"n": "input"}, {"n": "hidden.weight"}, {"alpha": "alpha"}),
    "const_gate": Adapter(
        CELLS["const_gate"], {"n": "input"}, {"n": "hidden.weight"}, {"s": "gate"}
    ),
    "shared_gate": Adapter(
        CELLS["shared_gate"],
        {"s": ("gate_input", "gate_hidden.bias"), "n": "input"},
        lambda m: {"s": m.gate_hidden.weight[0], "n": m.hidden.weight},
    ),
    "diag_gate": Adapter(
        CELLS["diag_gate"],
        lambda m, x: dict(zip("zn", m.input(x).chunk(2, -1), strict=True)),
        lambda m: dict(zip("zn", m.hidden.weight.chunk(2), strict=True)),
        example=torch.ones(2, INPUTS),
    ),
    "gru_reset_before": Adapter(CELLS["gru_reset_before"], INPUT("rzn"), HIDDEN("rzn")),
    "const_gate_layer_norm": Adapter(
        CELLS["const_gate_layer_norm"],
        {"n": "input"},
        {"n": "hidden.weight"},
        {"s": "gate", "n_gain": "norm.weight", "n_bias": "norm.bias"},
    ),
    "gru_layer_norm": Adapter(
        CELLS["gru_layer_norm"],
        lambda m, x: m.named(x)[0],
        HIDDEN("rzn"),
        {"n_gain": "gain", "n_bias": "shift"},
        example=torch.ones(2, INPUTS),
    ),
}


def module_of(name: str) -> Any:
    torch.manual_seed(0)
    return MODULES[name](INPUTS, SIZE)


def inputs(steps: int = STEPS) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(steps, 2, INPUTS, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("name", ADAPTERS)
def test_the_network_runs_as_the_module_does(name: str) -> None:
    module, x = module_of(name), inputs()
    network = bind(module, ADAPTERS[name]).network(x)
    run = trajectory(generate(network.cell), network)
    h = torch.zeros(2, SIZE, dtype=torch.float64)
    for t in range(STEPS):
        assert torch.allclose(run.state["h"][t], h, rtol=1e-13, atol=1e-13)
        h = module(x[t], h)


@pytest.mark.parametrize("name", ADAPTERS)
def test_its_transport_is_that_of_the_module_by_autograd(name: str) -> None:
    module, x = module_of(name), inputs()[:, 0]

    def last(h: Tensor) -> Tensor:
        for element in x:
            h = module(element, h)
        return h

    expected = reverse_jacobian(last, torch.zeros(SIZE, dtype=torch.float64))
    report = measure_transport(bind(module, ADAPTERS[name]), x, max_lag=STEPS)
    assert report.provenance.origin == type(module).__name__
    assert torch.allclose(report.per_neuron_signed["exact"][-1], expected.diagonal(), rtol=1e-10)
    assert torch.allclose(report.frobenius[-1], torch.linalg.matrix_norm(expected), rtol=1e-10)


class Peephole(nn.Module):
    """Two states, and the output before them, in single precision."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.candidate = nn.Linear(INPUTS, SIZE), nn.Linear(INPUTS, SIZE)
        self.look = nn.Linear(SIZE, SIZE, bias=False)
        self.mix = nn.Parameter(torch.randn(SIZE, SIZE) / 2)
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Tensor, hx: tuple[Tensor, Tensor]) -> tuple[Tensor, Any]:
        h, c = hx
        f = torch.sigmoid(self.gate(x) + self.look(c))
        c = f * c + (1 - f) * torch.tanh(self.candidate(x) + h @ self.mix.T)
        h = self.drop(torch.tanh(c))
        return h.sum(-1), (h, c)


H, C = state("h"), state("c")
F = sigmoid(drive("f") + recurrent("f", C))
N = F * C + (1 - F) * sigmoid(2 * (drive("n") + recurrent("n", H))) * 2 - (1 - F)
#: tanh as a logistic function, since the cell is the user's own.
OWN = Cell("peephole", {H: 2 * sigmoid(2 * N) - 1, C: N})
PEEPHOLE = Adapter(OWN, {"f": "gate", "n": "candidate"}, {"f": "look.weight", "n": "mix"})


def test_an_own_cell_with_two_states_is_bound_in_single_precision() -> None:
    module = Peephole().eval()
    x = torch.randn(STEPS, 2, INPUTS)
    hx = (torch.rand(2, SIZE), torch.rand(2, SIZE))
    bound = bind(module, PEEPHOLE)
    run = trajectory(generate(OWN), bound.network(x, hx))
    for t in range(STEPS):
        assert torch.allclose(run.state["c"][t], hx[1], atol=1e-6)
        hx = module(x[t], hx)[1]
    assert bound.weight["n"] is module.mix
    assert next(module.parameters()).dtype == torch.float32


def test_an_optimisers_step_sizes_are_found_by_way_of_an_adapter() -> None:
    module = module_of("diag_gate")
    bound, x = bind(module, ADAPTERS["diag_gate"]), inputs()
    optimiser = torch.optim.Adam(module.parameters(), lr=0.01)
    h = torch.zeros(2, SIZE, dtype=torch.float64)
    for element in x:
        h = module(element, h)
    h.square().sum().backward()
    optimiser.step()
    moment = optimiser.state[module.hidden.weight]["exp_avg_sq"]
    expected = 0.01 / ((moment / (1 - 0.999)).sqrt() + 1e-8)
    found = step_sizes(optimiser, bound)
    assert torch.allclose(found["z"], expected[:SIZE], rtol=1e-12)
    assert torch.allclose(found["n"], expected[SIZE:], rtol=1e-12)
    report = measure_transport(bound, x, max_lag=2, optimiser=optimiser)
    assert set(report.optimiser.exact) == {"z", "n"}


# A wrong adapter is refused.

RESET = ADAPTERS["gru_reset_before"]
LEAKY = ADAPTERS["leaky"]
WRONG: dict[str, tuple[str, Adapter, str]] = {
    "gates exchanged": (
        "gru_reset_before",
        replace(RESET, drive={"r": "input.z", "z": "input.r", "n": "input.n"}),
        "becomes .* in the cell and .* in the module.*of zero they differ too; look at the drives",
    ),
    "maps exchanged": (
        "gru_reset_before",
        replace(RESET, weight=lambda m: dict(zip("rzn", _weights(m, "zrn"), strict=True))),
        "state 'h' of neuron . becomes.*from states of zero they agree; look at the weights",
    ),
    "transposed": (
        "gru_reset_before",
        replace(RESET, weight=lambda m: dict(zip("rzn", [w.T for w in _weights(m)], strict=True))),
        "look at the weights",
    ),
    "reset after the map": (
        "gru_reset_before",
        Adapter(
            CELLS["gru"],
            lambda m, x: {**{g: m.input[g](x) for g in "rzn"}, "hn": 0 * m.input["n"](x)},
            HIDDEN("rzn"),
            example=torch.ones(2, INPUTS),
        ),
        "write the Cell that the module computes",
    ),
    "a bias left out": (
        "shared_gate",
        replace(ADAPTERS["shared_gate"], drive={"s": "gate_input", "n": "input"}),
        "look at the drives and parameters",
    ),
    "a row that is a column": (
        "shared_gate",
        replace(
            ADAPTERS["shared_gate"],
            weight=lambda m: {"s": m.gate_hidden.weight.T, "n": m.hidden.weight},
        ),
        r"weight 's' of SharedGate, of shape \(5, 1\): with 5 neurons it has \(5,\)",
    ),
    "too wide": (
        "leaky",
        replace(LEAKY, weight={"n": "input.weight"}),
        r"weight 'n' of Leaky, of shape \(5, 3\)",
    ),
    "no such part": (
        "leaky",
        replace(LEAKY, weight={"n": "hiden.weight"}),
        "weight 'n' named 'hiden.weight': Leaky has no such part; its tensors are alpha, input",
    ),
    "a part for a tensor": ("leaky", replace(LEAKY, weight={"n": "hidden"}), "hidden.weight"),
    "a tensor for a name": (
        "leaky",
        replace(LEAKY, weight={"n": torch.eye(5)}),
        "given as a Parameter|given as a Tensor",
    ),
    "unknown inputs": (
        "diag_gate",
        replace(ADAPTERS["diag_gate"], example=None),
        "without an example.*example=torch.randn",
    ),
    "a step that raises": (
        "leaky",
        replace(LEAKY, step=lambda m, x, h: m(x)),
        "its own step of Leaky: TypeError",
    ),
    "a step that gives something else": (
        "leaky",
        replace(LEAKY, step=lambda m, x, h: m(x, h).sum(-1)),
        r"new state 'h' of Leaky, of shape \(4,\)",
    ),
    "a step without states": ("leaky", replace(LEAKY, step=lambda m, x, h: None), "NoneType"),
    "another output": ("leaky", replace(LEAKY, step=lambda m, x, h: 1.001 * m(x, h)), "differ"),
}


def _weights(module: Any, gates: str = "rzn") -> list[Tensor]:
    return [module.hidden[gate].weight for gate in gates]


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_adapter_is_refused_with_what_differs(name: str) -> None:
    kind, adapter, message = WRONG[name]
    with pytest.raises(LonglagError, match=message) as caught:
        bind(module_of(kind), adapter)
    assert "\n" not in str(caught.value)


class OnlyRuns(nn.Module):
    """A module without a step: the loop over time is in its call, and its biases begin at zero."""

    def __init__(self) -> None:
        super().__init__()
        self.input, self.hidden = nn.Linear(INPUTS, SIZE), nn.Linear(SIZE, SIZE)
        self.head = nn.Linear(SIZE, 1)
        nn.init.zeros_(self.hidden.bias)

    def states(self, x: Tensor) -> Tensor:
        h, found = torch.zeros(x.shape[1], SIZE, dtype=x.dtype), []
        for element in x:
            h = torch.tanh(self.input(element) + self.hidden(h))
            found.append(h)
        return torch.stack(found)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.states(x))


RUNS = Adapter(
    CELLS["plain"],
    {"n": ("input", "hidden.bias")},
    {"n": "hidden.weight"},
    run=lambda m, x: m.states(x),
)


def test_a_module_that_only_runs_is_compared_over_its_run() -> None:
    module, x = OnlyRuns(), torch.randn(STEPS, 2, INPUTS)
    run = trajectory(generate(CELLS["plain"]), bind(module, RUNS).network(x))
    assert torch.allclose(run.state["h"][1:], module.states(x)[:-1], atol=1e-6)
    with pytest.raises(LonglagError, match="after the first step, from zeros, they agree; look at"):
        bind(module, replace(RUNS, weight=lambda m: {"n": m.hidden.weight.T}))
    with pytest.raises(LonglagError, match="its own run of OnlyRuns"):
        bind(module, replace(RUNS, run=lambda m, x: m.nothing(x)))
    with pytest.raises(LonglagError, match="its own step of OnlyRuns"):
        bind(module, replace(RUNS, run=None))
    with pytest.raises(LonglagError, match="step= and run="):
        replace(RUNS, step=lambda m, x, h: h)


def test_a_bias_that_is_still_zero_is_missed_all_the_same() -> None:
    module = OnlyRuns()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    with pytest.raises(LonglagError, match="once all its parameters are moved a little"):
        bind(module, replace(RUNS, drive={"n": "input"}))
    for name, value in module.state_dict().items():
        assert torch.equal(before[name], value), "the module itself is not moved"


def test_a_gradient_by_lag_goes_through_an_adapted_module() -> None:
    module, x = module_of("gru_reset_before"), inputs()
    targets = torch.randn(STEPS, 2, SIZE, dtype=torch.float64)
    bound = bind(module, ADAPTERS["gru_reset_before"])
    objective = objective_of(bound, loss=lambda states, wanted: (states - wanted).square().mean())
    found = gradient_by_lag(objective, x, targets)
    h, states = torch.zeros(2, SIZE, dtype=torch.float64), []
    for element in x:
        h = module(element, h)
        states.append(h)
    (torch.stack(states) - targets).square().mean().backward()
    for name, parameter in module.named_parameters():
        torch.testing.assert_close(found.parts[name].sum(0), parameter.grad)


def test_a_step_that_differs_from_call_to_call_is_refused() -> None:
    with pytest.raises(LonglagError, match=r"differs from call to call.*\.eval\(\)"):
        bind(Peephole(), PEEPHOLE)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gru", {}, {}), "a Cell"),
        ((CELLS["leaky"], {}, {"n": "w"}), "without drive 'n': cell 'leaky' has the drives n"),
        ((CELLS["leaky"], {"n": "i"}, {"n": "w", "z": "w"}), "with a weight 'z'"),
        ((CELLS["leaky"], {"n": "i"}, {"n": "w"}), "without parameter 'alpha'"),
    ],
)
def test_an_adapter_names_what_the_cell_has(arguments: Any, message: str) -> None:
    with pytest.raises(LonglagError, match=message):
        Adapter(*arguments)


def test_a_module_on_several_devices_is_the_module_inside() -> None:
    module = nn.GRU(2, 3)
    assert bind(nn.DataParallel(module)).module is module
    # Compiling begins at the first call, which binding does without.
    assert bind(torch.compile(module)).module is module
    x = torch.randn(7, 2)
    wrapped = measure_transport(nn.DataParallel(module), x, max_lag=3)
    assert torch.equal(wrapped.exact, measure_transport(module, x, max_lag=3).exact)
