"""Every cell against a PyTorch module written by hand; torch.nn's own are in test_binding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from longlag.numerics import Generated, generate
from longlag.numerics.networks.binding import FAMILIES, bind
from longlag.theory.cells import PAPER_CELLS as CELLS
from tests.modules import (
    MODULES,
    ConstGate,
    DiagGate,
    LayerNormGRU,
    Leaky,
    ResetBeforeGRU,
    SharedGate,
)

INPUTS = 3
TOLERANCE = 1e-12

Forward = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Case:
    size: int = 4
    batch: tuple[int, ...] = (3,)
    weight_scale: float = 1.0
    drive_scale: float = 1.0
    seed: int = 0


cases = st.builds(
    Case,
    size=st.integers(1, 6),
    batch=st.sampled_from([(), (1,), (3,), (2, 3)]),
    weight_scale=st.sampled_from([0.0, 1e-3, 1e-1, 1.0, 10.0]),
    drive_scale=st.sampled_from([0.0, 1e-3, 1.0, 10.0, 1e3]),
    seed=st.integers(0, 2**16),
)


@dataclass(frozen=True)
class Example:
    """A module with drawn parameters, an input and a state."""

    name: str
    module: Any
    x: Tensor
    h: Tensor

    @property
    def arguments(self) -> tuple[dict[str, Tensor], ...]:
        named: tuple[dict[str, Tensor], ...] = self.module.named(self.x)
        return ({"h": self.h}, *named)

    @property
    def scale(self) -> float:
        """Rounding enters through the pre-activations, so their size is the scale of errors."""
        _, drive, weight, _ = self.arguments
        return max(1.0, *(v.abs().max().item() for g in (drive, weight) for v in g.values()))


@cache
def generated(name: str) -> Generated:
    return generate(CELLS[name], "torch")


def make(name: str, case: Case) -> Example:
    generator = torch.Generator().manual_seed(case.seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    module: nn.Module = MODULES[name](INPUTS, case.size)
    for path, parameter in module.named_parameters():
        if parameter.ndim == 0:
            value = torch.rand((), generator=generator, dtype=torch.float64)
        elif "input" in path:
            value = case.drive_scale * normal(*parameter.shape)
        elif "hidden" in path:
            value = case.weight_scale / case.size**0.5 * normal(*parameter.shape)
        else:
            value = 1 + 0.5 * normal(*parameter.shape)
        parameter.data = value
    h = torch.tanh(normal(*case.batch, case.size))
    return Example(name, module, normal(*case.batch, INPUTS), h)


def assert_same_step(example: Example, forward: Forward) -> None:
    found = generated(example.name).step(*example.arguments)["h"]
    expected = forward(example.x, example.h)
    assert found.shape == expected.shape
    error = (found - expected).abs().max().item()
    assert error <= TOLERANCE * example.scale, f"step off by {error:.3g}"


def assert_same_jacobian(example: Example, forward: Forward) -> None:
    size = example.h.shape[-1]
    found = generated(example.name).jacobian(*example.arguments)
    rows = example.x.reshape(-1, INPUTS), example.h.reshape(-1, size)
    expected = torch.vmap(torch.func.jacrev(forward, argnums=1))(*rows)
    expected = expected.reshape(*example.h.shape, size)
    assert found.shape == expected.shape
    error = (found - expected).abs().max().item()
    bound = TOLERANCE * example.scale * max(1.0, expected.abs().max().item())
    assert error <= bound, f"Jacobian off by {error:.3g}"


@pytest.mark.parametrize("name", MODULES)
@given(case=cases)
def test_step_is_the_module(name: str, case: Case) -> None:
    example = make(name, case)
    assert_same_step(example, example.module)


@pytest.mark.parametrize("name", MODULES)
@given(case=cases)
def test_jacobian_is_that_of_the_module(name: str, case: Case) -> None:
    example = make(name, case)
    assert_same_jacobian(example, example.module)


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_saturated_gates_stay_finite(name: str, sign: float) -> None:
    example = make(name, Case(drive_scale=0.0))
    for path, parameter in example.module.named_parameters():
        if "input" in path:
            parameter.data.fill_(sign * 1e3)
    assert_same_step(example, example.module)
    assert_same_jacobian(example, example.module)


def unbiased_layer_norm(a: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
    centred = a - a.mean(-1, keepdim=True)
    return gain * centred / torch.sqrt(a.var(-1, keepdim=True) + 1e-5) + shift


def layer_norm_gru(
    module: LayerNormGRU, normalise: Callable[..., Tensor], gates: str = "rz"
) -> Forward:
    def forward(x: Tensor, h: Tensor) -> Tensor:
        r, z = (torch.sigmoid(module.input[g](x) + module.hidden[g](h)) for g in gates)
        inputs, recurrent = module.input["n"](x), r * module.hidden["n"](h)
        n = torch.tanh(normalise(inputs, recurrent, module.gain, module.shift))
        return z * h + (1 - z) * n

    return forward


def wide_epsilon(i: Tensor, r: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
    return nn.functional.layer_norm(i + r, i.shape[-1:], gain, shift, eps=1e-3)


def recurrent_part_only(i: Tensor, r: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
    return i + nn.functional.layer_norm(r, i.shape[-1:], gain, shift)


def standard(i: Tensor, r: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
    return nn.functional.layer_norm(i + r, i.shape[-1:], gain, shift)


def unbiased(i: Tensor, r: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
    return unbiased_layer_norm(i + r, gain, shift)


def wrong_leaky(m: Leaky) -> Forward:
    return lambda x, h: torch.lerp(torch.tanh(m.input(x) + m.hidden(h)), h, m.alpha)


def wrong_const_gate(m: ConstGate) -> Forward:
    return lambda x, h: m.gate * h + (1 - m.gate) * torch.tanh(m.input(x) + m.hidden(h))


def wrong_shared_gate(m: SharedGate) -> Forward:
    def swapped(x: Tensor, h: Tensor) -> Tensor:
        s = torch.sigmoid(m.gate_input(x) + m.gate_hidden(h))
        return s * h + (1 - s) * torch.tanh(m.input(x) + m.hidden(h))

    return swapped


def wrong_diag_gate(m: DiagGate) -> Forward:
    def swapped(x: Tensor, h: Tensor) -> Tensor:
        gate, candidate = (m.input(x) + m.hidden(h)).chunk(2, -1)
        return torch.lerp(torch.tanh(candidate), h, torch.sigmoid(gate))

    return swapped


def wrong_reset(m: ResetBeforeGRU) -> Forward:
    def reset_after(x: Tensor, h: Tensor) -> Tensor:
        r, z = (torch.sigmoid(m.input[g](x) + m.hidden[g](h)) for g in "rz")
        return h + z * (torch.tanh(m.input["n"](x) + r * m.hidden["n"](h)) - h)

    return reset_after


def wrong_update_gate(m: ResetBeforeGRU) -> Forward:
    def swapped(x: Tensor, h: Tensor) -> Tensor:
        r, z = (torch.sigmoid(m.input[g](x) + m.hidden[g](h)) for g in "rz")
        n = torch.tanh(m.input["n"](x) + m.hidden["n"](r * h))
        return n + z * (h - n)

    return swapped


def wrong_const_gate_variance(m: ConstGate) -> Forward:
    def forward(x: Tensor, h: Tensor) -> Tensor:
        assert m.norm is not None
        a = unbiased_layer_norm(m.input(x) + m.hidden(h), m.norm.weight, m.norm.bias)
        return (1 - m.gate) * h + m.gate * torch.tanh(a)

    return forward


WRONG: list[tuple[str, Callable[..., Forward]]] = [
    ("leaky", wrong_leaky),
    ("const_gate", wrong_const_gate),
    ("shared_gate", wrong_shared_gate),
    ("diag_gate", wrong_diag_gate),
    ("gru_reset_before", wrong_reset),
    ("gru_reset_before", wrong_update_gate),
    ("const_gate_layer_norm", wrong_const_gate_variance),
    ("gru_layer_norm", lambda m: layer_norm_gru(m, unbiased)),
    ("gru_layer_norm", lambda m: layer_norm_gru(m, wide_epsilon)),
    ("gru_layer_norm", lambda m: layer_norm_gru(m, recurrent_part_only)),
    ("gru_layer_norm", lambda m: layer_norm_gru(m, standard, "zr")),
]


@pytest.mark.parametrize(("name", "wrong"), WRONG)
@settings(max_examples=4)
@given(seed=st.integers(0, 2**16))
def test_a_wrong_module_is_caught(name: str, wrong: Callable[..., Forward], seed: int) -> None:
    example = make(name, Case(seed=seed))
    with pytest.raises(AssertionError, match="step off by"):
        assert_same_step(example, wrong(example.module))
    with pytest.raises(AssertionError, match="Jacobian off by"):
        assert_same_jacobian(example, wrong(example.module))


def test_every_wrong_list_covers_every_module() -> None:
    assert {name for name, _ in WRONG} == set(MODULES)


def test_modules_and_bound_families_cover_every_cell() -> None:
    bound = {bind(kind(1, 1)).cell.name for family in FAMILIES.values() for kind in family.kinds}
    assert set(MODULES) | bound == set(CELLS)
    assert not set(MODULES) & bound
