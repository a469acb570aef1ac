"""Step sizes read from an optimiser: they are the λ with which its last step was taken."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils import parametrizations
from torch.optim import SGD, Adagrad, Adam, AdamW, NAdam, Optimizer, RMSprop

from longlag.numerics.networks.binding import bind
from longlag.numerics.training import step_sizes as optimisers
from longlag.numerics.training.step_sizes import (
    OPTIMISERS,
    StepRule,
    effective_step_sizes,
    parameter_step_sizes,
    step_sizes,
)
from longlag.theory import LonglagError
from longlag.theory.registry import Registry

SEEDS = st.integers(0, 2**31)

#: Without momentum a step is −λ∘gradient.
MEMORYLESS: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    "adam": partial(Adam, betas=(0.0, 0.99)),
    "adam_large_eps": partial(Adam, betas=(0.0, 0.9), eps=0.1),
    "adam_amsgrad": partial(Adam, betas=(0.0, 0.5), amsgrad=True),
    "adam_per_tensor": partial(Adam, betas=(0.0, 0.99), foreach=False),
    "adam_fused": partial(Adam, betas=(0.0, 0.99), fused=True),
    "adamw": partial(AdamW, betas=(0.0, 0.99), weight_decay=0.0),
    "adamw_amsgrad": partial(AdamW, betas=(0.0, 0.5), weight_decay=0.0, amsgrad=True),
    "rmsprop": partial(RMSprop, alpha=0.9),
    "rmsprop_large_eps": partial(RMSprop, alpha=0.9, eps=0.1),
    "rmsprop_centered": partial(RMSprop, alpha=0.9, centered=True),
}
MODULES: dict[str, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


def normal(seed: int, *shape: int, scale: float = 1.0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(shape, generator=generator, dtype=torch.float64)


def make(kind: str = "gru", seed: int = 0, **options: Any) -> nn.RNNBase:
    torch.manual_seed(seed)
    return MODULES[kind](3, 4, dtype=torch.float64, **options)


def train(module: nn.Module, optimiser: Optimizer, steps: int = 4, seed: int = 0) -> None:
    """Take steps on gradients of changing size, the last ones smaller, as AMSGrad notices."""
    for step in range(steps):
        optimiser.zero_grad()
        output = module(normal(seed + step, 6, 2, 3))[0]
        (2.0**-step * output.square().sum()).backward()
        optimiser.step()


def recurrent_parameters(module: nn.Module) -> dict[str, Tensor]:
    return {n: p for n, p in module.named_parameters() if n.startswith("weight_hh")}


def worst(found: Tensor, expected: Tensor) -> float:
    return ((found - expected).abs().max() / expected.abs().max()).item()


# The step that the optimiser takes.


def step_error(module: nn.Module, optimiser: Optimizer, read: Callable[..., Tensor]) -> float:
    """Compare a further step with −λ∘gradient, λ read after it; relative to the largest."""
    train(module, optimiser)
    parameters = recurrent_parameters(module)
    before = {name: value.detach().clone() for name, value in parameters.items()}
    train(module, optimiser, steps=1, seed=9)
    return max(
        worst(value.detach() - before[name], -read(optimiser, value) * value.grad)
        for name, value in parameters.items()
    )


@pytest.mark.parametrize("name", MEMORYLESS)
@pytest.mark.parametrize("kind", MODULES)
def test_a_step_without_momentum_is_the_step_sizes_times_the_gradient(name: str, kind: str) -> None:
    module = make(kind, num_layers=2, bidirectional=True)
    optimiser = MEMORYLESS[name](module.parameters(), lr=0.1)
    assert step_error(module, optimiser, parameter_step_sizes) < 1e-12


def test_momentum_changes_the_numerator_and_not_the_step_sizes() -> None:
    module = make()
    weight: Any = module.weight_hh_l0
    averages: dict[str, tuple[Optimizer, Callable[[dict[str, Any]], Tensor]]] = {
        "sgd": (SGD([weight], lr=0.1, momentum=0.9), lambda state: state["momentum_buffer"]),
        "adam": (
            Adam([weight], lr=0.1),
            lambda state: state["exp_avg"] / (1 - 0.9 ** state["step"].item()),
        ),
    }
    for optimiser, average in averages.values():
        train(module, optimiser)
        before = weight.detach().clone()
        train(module, optimiser, steps=1, seed=9)
        sizes = parameter_step_sizes(optimiser, weight)
        expected = -sizes * average(optimiser.state[weight])
        assert worst(weight.detach() - before, expected) < 1e-12


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_stochastic_gradient_descent_has_the_learning_rate_of_the_group(momentum: float) -> None:
    module = make(num_layers=2)
    optimiser = SGD(
        [
            {"params": [p for n, p in module.named_parameters() if n.endswith("l0")], "lr": 0.25},
            {"params": [p for n, p in module.named_parameters() if n.endswith("l1")]},
        ],
        lr=torch.tensor(0.5),
        momentum=momentum,
    )
    for layer, rate in enumerate((0.25, 0.5)):
        for sizes in step_sizes(optimiser, module, layer).values():
            assert torch.equal(sizes, torch.full((4, 4), rate, dtype=torch.float64))


# Wrong readings of the state, which the experiment must catch.


def without_bias_correction(group: Any, state: Any) -> Tensor:
    return state["exp_avg_sq"].sqrt() + group["eps"]


def epsilon_inside_the_root(group: Any, state: Any) -> Tensor:
    correction = 1 - group["betas"][1] ** state["step"].item()
    return (state["exp_avg_sq"] / correction + group["eps"]).sqrt()


def epsilon_before_the_correction(group: Any, state: Any) -> Tensor:
    correction = 1 - group["betas"][1] ** state["step"].item()
    return (state["exp_avg_sq"].sqrt() + group["eps"]) / correction**0.5


def moment_without_the_root(group: Any, state: Any) -> Tensor:
    correction = 1 - group["betas"][1] ** state["step"].item()
    return state["exp_avg_sq"] / correction + group["eps"]


def not_the_largest_moment(group: Any, state: Any) -> Tensor:
    correction = 1 - group["betas"][1] ** state["step"].item()
    return state["exp_avg_sq"].sqrt() / correction**0.5 + group["eps"]


def not_centered(group: Any, state: Any) -> Tensor:
    return state["square_avg"].sqrt() + group["eps"]


WRONG: list[tuple[str, str, Any]] = [
    ("adam", "Adam", without_bias_correction),
    ("adamw", "Adam", without_bias_correction),
    ("adam", "Adam", moment_without_the_root),
    ("adam_large_eps", "Adam", epsilon_inside_the_root),
    ("adam_large_eps", "Adam", epsilon_before_the_correction),
    ("adam_amsgrad", "Adam", not_the_largest_moment),
    ("rmsprop_centered", "RMSprop", not_centered),
]


@pytest.mark.parametrize(("name", "kind", "divisor"), WRONG)
def test_a_wrong_divisor_is_caught(name: str, kind: str, divisor: Any) -> None:
    module = make()
    optimiser = MEMORYLESS[name](module.parameters(), lr=0.1)

    def read(optimiser: Optimizer, parameter: Tensor) -> Tensor:
        group = optimiser.param_groups[0]
        return group["lr"] / divisor(group, optimiser.state[parameter])

    assert step_error(module, optimiser, parameter_step_sizes) < 1e-12
    assert step_error(module, optimiser, read) > 1e-3


# Which weight is whose.


@pytest.mark.parametrize("kind", MODULES)
@pytest.mark.parametrize(("layer", "reverse"), [(0, False), (1, False), (1, True)])
def test_maps_have_the_rows_of_their_gates(kind: str, layer: int, reverse: bool) -> None:
    module = make(kind, num_layers=2, bidirectional=True)
    optimiser = Adam(module.parameters())
    train(module, optimiser)
    bound = bind(module, layer, reverse=reverse)
    sizes = step_sizes(optimiser, module, layer, reverse=reverse)
    assert list(sizes) == list(bound.weight)
    stacked = getattr(module, f"weight_hh_l{layer}" + "_reverse" * reverse)
    assert torch.equal(torch.cat(list(sizes.values())), parameter_step_sizes(optimiser, stacked))
    again = step_sizes(optimiser, bound)
    assert all(torch.equal(sizes[name], again[name]) for name in sizes)
    assert not any(size.requires_grad for size in sizes.values())
    others = step_sizes(optimiser, module, 1 - layer, reverse=reverse)
    assert not any(torch.equal(sizes[name], others[name]) for name in sizes)


def test_rows_are_the_neurons_that_a_weight_leads_to() -> None:
    module = make()
    optimiser = Adam(module.parameters(), betas=(0.0, 0.9))
    train(module, optimiser, steps=1)
    rows: Any = module.weight_hh_l0.grad
    sizes = step_sizes(optimiser, bind(module))["n"]
    assert worst(1e-3 / sizes, rows[8:].abs() + 1e-8) < 1e-12


def test_sizes_follow_the_live_state_and_are_copies_of_it() -> None:
    module = make()
    optimiser = Adam(module.parameters())
    train(module, optimiser, steps=1)
    first = step_sizes(optimiser, module)["n"]
    kept = first.clone()
    train(module, optimiser, steps=3)
    assert torch.equal(first, kept)
    assert not torch.equal(first, step_sizes(optimiser, module)["n"])


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
def test_sizes_are_read_where_no_gradient_is_taken(context: Any) -> None:
    module = make()
    optimiser = Adam(module.parameters())
    train(module, optimiser)
    expected = step_sizes(optimiser, module)["n"]
    with context():
        assert torch.equal(step_sizes(optimiser, module)["n"], expected)


def test_a_state_that_was_saved_and_loaded_gives_the_same_sizes() -> None:
    module, copy = make(), make()
    optimiser, other = Adam(module.parameters()), Adam(copy.parameters())
    train(module, optimiser)
    other.load_state_dict(optimiser.state_dict())
    assert torch.equal(step_sizes(other, copy)["r"], step_sizes(optimiser, module)["r"])


# The average over a row.


@given(SEEDS, st.integers(1, 6), st.sampled_from([(), (1,), (2, 3)]))
def test_the_rayleigh_reading_is_the_quotient_written_out(
    seed: int, size: int, batch: tuple[int, ...]
) -> None:
    sizes, states = normal(seed, size, size).exp(), normal(seed + 1, 3, *batch, size)
    found = effective_step_sizes(sizes, states)
    assert found.shape == states.shape
    flat, rows = states.reshape(-1, size), found.reshape(-1, size)
    for h, row in zip(flat, rows, strict=True):
        for q in range(size):
            squares = sum(sizes[q, j] * h[j] ** 2 for j in range(size))
            assert abs(row[q] - squares / sum(h**2)) < 1e-12 * row[q]
    even = effective_step_sizes(sizes, states, "row_mean")
    assert torch.allclose(even, sizes.mean(1).expand_as(states), rtol=1e-12)


@given(SEEDS, st.integers(1, 8), st.sampled_from([0.0, 1e-8, 1e-3, 1.0]), st.integers(-3, 3))
def test_rayleigh_stays_below_the_row_mean_for_second_moments_of_rank_one(
    seed: int, size: int, epsilon: float, decade: int
) -> None:
    error, h = normal(seed, size), normal(seed + 1, 1, size, scale=10.0**decade)
    sizes = 1 / (error.abs()[:, None] * h.abs() + epsilon)
    rayleigh, even = (effective_step_sizes(sizes, h, name) for name in ("rayleigh", "row_mean"))  # type: ignore[arg-type]
    assert bool((rayleigh <= even * (1 + 1e-12)).all())
    # With its columns turned round, λ is large where h is, and the inequality turns round too.
    turned = effective_step_sizes(1 / sizes, h)
    assert bool((turned >= (1 / sizes).mean(1) * (1 - 1e-12)).all())


def test_rayleigh_stays_below_the_row_mean_for_one_real_gradient() -> None:
    module, state = make("rnn"), normal(5, 1, 4)
    optimiser = RMSprop(module.parameters())
    module(normal(6, 1, 3), state)[0].square().sum().backward()
    optimiser.step()
    sizes = step_sizes(optimiser, module)["n"]
    assert torch.linalg.matrix_rank(module.weight_hh_l0.grad) == 1  # type: ignore[arg-type]
    rayleigh, even = effective_step_sizes(sizes, state), sizes.mean(1)
    assert bool((rayleigh[0] < even).all())


@given(SEEDS, st.integers(1, 8), st.integers(-500, 500))
def test_the_rayleigh_reading_does_not_change_with_the_scale_of_the_state(
    seed: int, size: int, power: int
) -> None:
    sizes, states = normal(seed, size, size).exp(), normal(seed + 1, 4, size)
    found = effective_step_sizes(sizes, states * 2.0**power)
    assert torch.equal(found, effective_step_sizes(sizes, states))


@given(SEEDS, st.integers(1, 8))
def test_a_zero_state_takes_the_row_mean_and_leaves_the_others_alone(seed: int, size: int) -> None:
    sizes, states = normal(seed, size, size).exp(), normal(seed + 1, 4, size)
    holed = states.clone()
    holed[2] = 0
    found, whole = effective_step_sizes(sizes, holed), effective_step_sizes(sizes, states)
    assert torch.equal(found[2], sizes.mean(1))
    assert torch.equal(found[[0, 1, 3]], whole[[0, 1, 3]])


def test_even_step_sizes_have_one_reading() -> None:
    sizes = torch.full((4, 4), 0.25)
    for reading in ("rayleigh", "row_mean"):
        found = effective_step_sizes(sizes, normal(1, 3, 2, 4), reading)  # type: ignore[arg-type]
        assert found.dtype == torch.float64
        assert torch.allclose(found, torch.tensor(0.25, dtype=torch.float64), rtol=1e-15)


def test_columns_read_as_rows_are_caught() -> None:
    sizes, states = normal(3, 4, 4).exp(), normal(4, 2, 4)
    right, wrong = effective_step_sizes(sizes, states), effective_step_sizes(sizes.T, states)
    assert not torch.allclose(right, wrong, rtol=1e-2)


# A further optimiser, and bad input.


def test_a_new_optimiser_is_one_registration(monkeypatch: pytest.MonkeyPatch) -> None:
    module = make()
    optimiser = Adagrad(module.parameters(), lr=0.1)
    with pytest.raises(LonglagError, match="optimiser of type Adagrad"):
        step_sizes(optimiser, module)
    rules: Registry[StepRule] = Registry("optimiser")
    for name, rule in OPTIMISERS.items():
        rules.register(name, rule)
    rules.register("Adagrad", StepRule(Adagrad, lambda g, s: s["sum"].sqrt() + g["eps"]))
    monkeypatch.setattr(optimisers, "OPTIMISERS", rules)
    assert step_error(module, optimiser, parameter_step_sizes) < 1e-12


class Inherited(Adam):
    """The steps of Adam under another name."""


class Clipped(Adam):
    """Other steps under the roof of Adam."""

    def step(self, closure: Any = None) -> Any:
        return None


def test_a_subclass_with_the_same_step_has_the_same_rule() -> None:
    module = make()
    optimiser = Inherited(module.parameters(), lr=0.1, betas=(0.0, 0.9))
    assert step_error(module, optimiser, parameter_step_sizes) < 1e-12


def read_after(
    optimiser: Callable[..., Optimizer], *, steps: int = 2, place: Any = (), **group: Any
) -> Callable[[], Any]:
    def call() -> Any:
        module = make()
        trained = optimiser(module.parameters())
        train(module, trained, steps)
        trained.param_groups[0].update(group)
        return step_sizes(trained, module, *place)

    return call


def frozen() -> Any:
    module = make(num_layers=2)
    optimiser = Adam(module.parameters())
    module.weight_hh_l1.requires_grad_(False)  # type: ignore[operator]
    train(module, optimiser)
    return step_sizes(optimiser, module, 1)


def parametrized() -> Any:
    module = make("rnn")
    parametrizations.orthogonal(module, "weight_hh_l0")
    return step_sizes(Adam(module.parameters()), module)


def never_a_number() -> Any:
    module = make()
    optimiser = RMSprop(module.parameters())
    train(module, optimiser)
    optimiser.state[module.weight_hh_l0]["square_avg"].fill_(-1.0)  # type: ignore[index]
    return step_sizes(optimiser, module)


def no_epsilon() -> Any:
    weight = torch.zeros(2, 2, requires_grad=True)
    optimiser = Adam([weight], eps=0.0)
    weight.grad = torch.zeros(2, 2)
    optimiser.step()
    return parameter_step_sizes(optimiser, weight)


EVEN, STATES = torch.ones(4, 4), torch.ones(3, 4)
BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "unknown": (read_after(NAdam), "optimiser of type NAdam: only SGD, Adam, .*RMSprop"),
    "overridden": (read_after(Clipped), "optimiser of type Clipped.*own step"),
    "not an optimiser": (lambda: step_sizes(make(), make()), "optimiser of type GRU"),
    "another module": (
        lambda: step_sizes(SGD(make().parameters(), lr=1.0), make()),
        r"parameter of shape \(12, 4\): this SGD does not hold it",
    ),
    "no step": (read_after(Adam, steps=0), "Adam without a step.*optimiser.step"),
    "no step of RMSprop": (read_after(RMSprop, steps=0), "RMSprop without a step"),
    "frozen": (frozen, "Adam without a step on this parameter.*unfrozen"),
    "rate zero": (read_after(Adam, lr=0.0), "learning rate 0 of Adam: .*positive"),
    "rate negative": (read_after(SGD, lr=-0.5), "learning rate -0.5 of SGD"),
    "rate not a number": (read_after(SGD, lr=float("nan")), "learning rate nan"),
    "maximize": (read_after(partial(Adam, maximize=True)), "maximize=True: .*loss that falls"),
    "parametrized": (parametrized, "weights of ParametrizedRNN: .*parametrization"),
    "never a number": (never_a_number, "RMSprop with eps 1e-08 .*not finite"),
    "no epsilon": (no_epsilon, "Adam with eps 0 .*eps > 0"),
    "layer": (read_after(SGD, place=(3,)), "layer 3: this GRU has 1"),
    "bound twice": (
        lambda: step_sizes(SGD(make().parameters()), bind(make()), 1),
        "layer=1, reverse=False of a bound module",
    ),
    "reading": (lambda: effective_step_sizes(EVEN, STATES, "max"), "reading 'max'.*row_mean"),  # type: ignore[arg-type]
    "no time": (lambda: effective_step_sizes(EVEN, STATES[0]), r"states of shape \(4,\)"),
    "other size": (lambda: effective_step_sizes(EVEN[:2], STATES), r"step sizes \(2, 4\)"),
    "device": (lambda: effective_step_sizes(EVEN, STATES.to("meta")), "states on meta"),
    "nan state": (lambda: effective_step_sizes(EVEN, STATES / 0), "states that are not finite"),
    "nan size": (lambda: effective_step_sizes(EVEN / 0, STATES), "step sizes that are not finite"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_in_one_line(name: str) -> None:
    call, message = BAD[name]
    with pytest.raises(LonglagError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
