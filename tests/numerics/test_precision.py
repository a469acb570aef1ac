"""Inside autocast every number is the one outside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from longlag.numerics import bind, generate, measure_transport
from longlag.numerics.lags.products import expand, ordered_product
from longlag.numerics.networks.sampling import sample_network
from longlag.numerics.precision import full_precision
from longlag.theory.cells import PAPER_CELLS as CELLS

HALVES = pytest.mark.parametrize("half", [torch.float16, torch.bfloat16])
FUNCTIONS = ("step", "coefficients", "diagonals", "recurrent", "jacobian")


def leaves(found: Any) -> list[Tensor]:
    if isinstance(found, Tensor):
        return [found]
    parts = found.values() if isinstance(found, dict) else found
    return [leaf for part in parts for leaf in leaves(part)]


def assert_same_inside(half: torch.dtype, call: Callable[[], Any]) -> None:
    outside = leaves(call())
    with torch.autocast("cpu", half):
        product = torch.ones(2, 2) @ torch.ones(2, 2)
        inside = leaves(call())
    assert product.dtype == half, "autocast is on"
    for found, expected in zip(inside, outside, strict=True):
        assert found.dtype == expected.dtype
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


@HALVES
@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
@pytest.mark.parametrize("compiled", [None, False])
def test_a_measurement_is_that_outside_autocast(
    kind: Callable[..., nn.RNNBase], compiled: bool | None, half: torch.dtype
) -> None:
    module, x = kind(3, 5, num_layers=2), torch.randn(20, 2, 3)

    def call() -> list[Tensor]:
        found = measure_transport(module, x, max_lag=8, layer=1, compiled=compiled)
        return [found.exact, found.first_order, found.zeroth, found.frobenius]

    assert_same_inside(half, call)


@HALVES
@pytest.mark.parametrize("backend", ["torch", "compiled"])
@pytest.mark.parametrize("name", ["plain", "gru", "lstm", "shared_gate"])
def test_generated_functions_are_those_outside_autocast(
    name: str, backend: str, half: torch.dtype
) -> None:
    cell = CELLS[name]
    generator = torch.Generator().manual_seed(0)
    found = sample_network(cell, generator, size=6, batch=(3,), dtype=torch.float32)
    functions = generate(cell, backend)
    for function in FUNCTIONS:
        assert_same_inside(half, lambda f=function: getattr(functions, f)(*found.arguments))


@HALVES
def test_drives_and_products_are_those_outside_autocast(half: torch.dtype) -> None:
    bound, x = bind(nn.GRU(3, 4, num_layers=2), 1), torch.randn(5, 3)
    assert_same_inside(half, lambda: [dict(part) for part in bound.network(x).arguments])
    factors = torch.randn(6, 4, 4)
    assert_same_inside(half, lambda: ordered_product(factors))
    assert_same_inside(half, lambda: expand(factors, 0.1 * factors.flip(0), 2))


def test_autocast_of_several_devices_is_left_and_entered_again() -> None:
    with torch.autocast("cpu", torch.bfloat16), torch.autocast("xpu", torch.bfloat16):
        with full_precision():
            assert not torch.is_autocast_enabled("cpu")
            assert not torch.is_autocast_enabled("xpu")
        assert torch.is_autocast_enabled("cpu")


@pytest.mark.slow
def test_compiled_inside_autocast_it_is_one_graph() -> None:
    gru, generator = generate(CELLS["gru"], "torch"), torch.Generator().manual_seed(0)
    found = sample_network(CELLS["gru"], generator, batch=(3,), dtype=torch.float32)
    torch.compiler.reset()
    call = torch.compile(gru.jacobian, fullgraph=True, backend="eager")
    assert_same_inside(torch.bfloat16, lambda: call(*found.arguments))


@pytest.mark.parametrize("half", [None, torch.bfloat16])
@pytest.mark.parametrize("reduced", ["high", "medium"])
def test_products_that_a_gpu_would_round_are_whole_inside_and_as_asked_after(
    reduced: str, half: torch.dtype | None
) -> None:
    torch.set_float32_matmul_precision(reduced)
    try:
        with torch.autocast("cpu", half or torch.bfloat16, enabled=half is not None):
            with full_precision():
                assert torch.get_float32_matmul_precision() == "highest"
                assert not torch.is_autocast_enabled("cpu")
            assert torch.get_float32_matmul_precision() == reduced
            with pytest.raises(ZeroDivisionError), full_precision():
                1 / 0  # noqa: B018
            assert torch.is_autocast_enabled("cpu") == (half is not None)
        assert torch.get_float32_matmul_precision() == reduced
    finally:
        torch.set_float32_matmul_precision("highest")
