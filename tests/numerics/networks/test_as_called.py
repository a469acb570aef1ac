"""A bound module has the numbers of its next call, or is refused with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules import module as everywhere
from torch.nn.utils import parametrizations, parametrize, prune

from longlag.numerics import bind, generate, measure_transport
from longlag.numerics.lags.products import trajectory
from longlag.numerics.networks.as_called import as_called
from longlag.theory import LonglagError

pytestmark = pytest.mark.filterwarnings("ignore:.*weight_norm.*is deprecated:FutureWarning")


def pruned_twice(module: nn.Module) -> None:
    prune.l1_unstructured(module, "weight_hh_l0", amount=5)
    prune.random_structured(module, "weight_hh_l0", amount=1, dim=1)


def pruned_within_a_norm(module: nn.Module) -> None:
    # The part is made before the weight, in the order of the hooks.
    nn.utils.weight_norm(module, "weight_hh_l0")
    prune.l1_unstructured(module, "weight_hh_l0_v", amount=3)  # no row whole
    module._forward_pre_hooks.move_to_end(next(iter(module._forward_pre_hooks)))


REMADE: dict[str, Callable[[Any], object]] = {
    "pruned": lambda m: prune.l1_unstructured(m, "weight_hh_l0", amount=9),
    "pruned twice": pruned_twice,
    "pruned inputs": lambda m: prune.l1_unstructured(m, "weight_ih_l0", amount=4),
    "pruned bias": lambda m: prune.l1_unstructured(m, "bias_hh_l0", amount=4),
    "weight norm": lambda m: nn.utils.weight_norm(m, "weight_hh_l0"),
    "weight norm of all": lambda m: nn.utils.weight_norm(m, "weight_hh_l0", dim=None),
    "spectral norm": lambda m: nn.utils.spectral_norm(m, "weight_hh_l0").eval(),
    "pruned within a norm": pruned_within_a_norm,
    "orthogonal": lambda m: parametrizations.orthogonal(m, "weight_hh_l0"),
    "new weight norm": lambda m: parametrizations.weight_norm(m, "weight_hh_l0"),
}


def step(module: nn.Module) -> None:
    """A step of an optimiser, after which the weight of the last call still stands there."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter += 0.3 * torch.randn_like(parameter)


def outputs(module: nn.Module, x: Tensor, layer: int = 0) -> Tensor:
    bound = bind(module, layer)
    functions = generate(bound.cell)
    run = trajectory(functions, bound.network(x))
    return functions.step(*run.arguments)["h"]


@pytest.mark.parametrize("name", REMADE)
@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_weights_are_those_of_the_next_call(name: str, kind: Callable[..., nn.Module]) -> None:
    module, x = kind(3, 4, num_layers=2, dtype=torch.float64), torch.randn(6, 3).double()
    REMADE[name](module)
    module(x)
    step(module)
    before = {key: value.clone() for key, value in module.state_dict().items()}
    found = outputs(module, x, layer=1)
    assert all(torch.equal(before[key], value) for key, value in module.state_dict().items())
    torch.testing.assert_close(found, module(x)[0], rtol=0, atol=1e-13)


def test_a_measurement_is_that_of_a_plain_module_with_these_weights() -> None:
    torch.manual_seed(0)
    lstm, plain, x = nn.LSTM(3, 5), nn.LSTM(3, 5), torch.randn(12, 3)
    nn.utils.weight_norm(lstm, "weight_hh_l0")
    step(lstm)
    v, g = lstm.weight_hh_l0_v, lstm.weight_hh_l0_g
    parts = {name: getattr(lstm, name).detach() for name in plain.state_dict()}
    plain.load_state_dict({**parts, "weight_hh_l0": (g * v / v.norm(dim=1, keepdim=True)).detach()})
    found, expected = (measure_transport(each, x, max_lag=6) for each in (lstm, plain))
    torch.testing.assert_close(found.exact, expected.exact, rtol=1e-5, atol=1e-8)


def test_gradients_reach_the_parts() -> None:
    gru, x = nn.GRU(3, 4, dtype=torch.float64), torch.randn(6, 3).double()
    prune.l1_unstructured(gru, "weight_hh_l0", amount=9)
    outputs(gru, x).square().sum().backward()
    found = gru.weight_hh_l0_orig.grad
    gru.zero_grad()
    gru(x)[0].square().sum().backward()
    torch.testing.assert_close(found, gru.weight_hh_l0_orig.grad, rtol=0, atol=1e-12)


def test_a_plain_module_is_itself() -> None:
    gru = nn.GRU(1, 2)
    assert as_called(gru) is gru


def halved(module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (inputs[0] / 2, *inputs[1:])


def with_(change: Callable[[Any], object]) -> nn.Module:
    module = nn.LSTM(2, 3)
    change(module)
    return module


def _renamed(module: nn.RNN) -> nn.Module:
    module.nonlinearity = "relu"
    return module


class Halved(nn.LSTM):
    def __call__(self, x: Tensor, hx: Any = None) -> Any:
        return super().__call__(x / 2, hx)


class Masked(nn.Module):
    """Connections dropped at random in every call, as a parametrization."""

    def forward(self, weight: Tensor) -> Tensor:
        return nn.functional.dropout(weight, 0.5, self.training)


class FromOutside(nn.Module):
    """A wrapper that sets the recurrent weight before it calls the module."""

    def __init__(self) -> None:
        super().__init__()
        self.module = nn.LSTM(2, 3)
        self.weight_hh_l0_raw = self.module.weight_hh_l0
        del self.module._parameters["weight_hh_l0"]
        self.module.weight_hh_l0 = self.weight_hh_l0_raw * 2


def sparse(module: Any) -> None:
    module.weight_hh_l0 = nn.Parameter(module.weight_hh_l0.detach().to_sparse())


REFUSED: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "a pre-hook": (lambda: with_(lambda m: m.register_forward_pre_hook(halved)), "halved"),
    "a hook": (lambda: with_(lambda m: m.register_forward_hook(lambda *a: None)), "a forward hook"),
    "another call": (lambda: Halved(2, 3), "Halved: its forward or its call was replaced"),
    "another forward": (lambda: with_(lambda m: setattr(m, "forward", m.forward)), "replaced"),
    "dropout": (lambda: nn.LSTM(2, 3, 2, dropout=0.5), r"0\.5 in training mode.*eval\(\)"),
    "spectral norm": (
        lambda: with_(lambda m: nn.utils.spectral_norm(m, "weight_hh_l0")),
        r"training.*eval\(\)",
    ),
    "random weights": (
        lambda: with_(lambda m: parametrize.register_parametrization(m, "weight_hh_l0", Masked())),
        r"another weight at every call; call \.eval\(\)",
    ),
    "a weight from outside": (lambda: FromOutside().module, "something outside sets it"),
    "nonlinearity": (lambda: _renamed(nn.RNN(2, 3)), "RNN_TANH"),
    "complex": (lambda: nn.GRU(2, 3, dtype=torch.complex64), "imaginary"),
    "mixed": (
        lambda: with_(
            lambda m: m._parameters.update(
                bias_hh_l0=nn.Parameter(torch.zeros(12, dtype=torch.float64))
            )
        ),
        "one type",
    ),
    "no bias": (lambda: with_(lambda m: setattr(m, "bias_hh_l0", None)), "no tensor"),
    "sizes": (lambda: with_(lambda m: setattr(m, "hidden_size", 5)), r"shape \(20, 2\)"),
    "layers": (lambda: with_(lambda m: setattr(m, "num_layers", 3)), "weight_ih_l1"),
    "sparse": (lambda: with_(sparse), "sparse"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_weights_do_not_tell_is_refused(name: str) -> None:
    make, told = REFUSED[name]
    with pytest.raises(LonglagError, match=told) as caught:
        measure_transport(make(), torch.randn(8, 2), max_lag=3)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "register",
    [everywhere.register_module_forward_pre_hook, everywhere.register_module_forward_hook],
)
def test_hooks_of_all_modules_are_refused_while_they_are_there(register: Any) -> None:
    gru, x = nn.GRU(2, 3), torch.randn(8, 2)
    bound = bind(gru)
    handle = register(lambda *given: None)
    try:
        for call in (lambda: bind(gru), lambda: bound.network(x), lambda: bound.weight):
            with pytest.raises(LonglagError, match="of all modules"):
                call()
    finally:
        handle.remove()
    assert bound.network(x).steps == 8


def test_eval_makes_a_module_one_that_can_be_read() -> None:
    x = torch.randn(8, 2)
    for name in ("dropout", "spectral norm", "random weights"):
        module = REFUSED[name][0]().eval()
        found = outputs(module, x, module.num_layers - 1)
        assert torch.allclose(found, module(x)[0], atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_measured_in_single(dtype: torch.dtype) -> None:
    module, x = nn.LSTM(2, 3, 2).to(dtype), torch.randn(8, 2, dtype=dtype)
    found = measure_transport(module, x, max_lag=3, layer=1)
    expected = measure_transport(module.float(), x.float(), max_lag=3, layer=1)
    assert torch.allclose(found.exact, expected.exact, rtol=0.05)
    assert found.provenance.dtype.startswith("float32 (given as")
