"""Calls take tensors of any device, stay there, and say how much of its memory they would need."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from benchmarks.device_calls import CALLS
from benchmarks.place import Place
from longlag.numerics import generate, measure_signal, measure_splits, measure_transport
from longlag.numerics.anisotropy import singular_values
from longlag.numerics.measurement.block import find_block
from longlag.numerics.measurement.footprint import available_memory, check_memory, memory_needed
from longlag.theory import LonglagError
from longlag.theory.cells import PAPER_CELLS as CELLS
from tests.card import CARD, OnCard, card

PROCESSOR = torch.device("cpu")


def compare(call: str, place: Place, tolerance: float) -> None:
    """Values of a call elsewhere are those in float64 on the processor."""
    expected, found = CALLS[call](Place(PROCESSOR)), CALLS[call](place)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        scale = float(value.abs().max())
        error = float((found[name].cpu().double() - value).abs().max())
        assert error <= tolerance * scale, (call, name, error / scale)


@pytest.mark.parametrize("call", CALLS)
def test_no_call_leaves_the_device_or_mixes_it_with_the_processor(call: str) -> None:
    with card():
        compare(call, Place(CARD), 1e-12)


def test_only_means_over_anchors_come_off_the_device() -> None:
    place = Place(CARD)
    with card() as traffic:
        CALLS["transport_of_lstm"](place)
    assert traffic.off
    assert max(traffic.off) <= place.max_lag * place.size


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("call", CALLS)
def test_a_gpu_gives_the_values_of_the_processor(call: str) -> None:
    compare(call, Place(torch.device("cuda")), 1e-9)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_the_memory_of_a_gpu_is_asked() -> None:
    device = torch.device("cuda")
    free = available_memory(device)
    assert free is not None
    assert 0 < free <= torch.cuda.get_device_properties(device).total_memory
    with pytest.raises(LonglagError, match="may be used on cuda"):
        check_memory({"drives": 2**50}, None, device)


MIXED: dict[str, tuple[Callable[[torch.Tensor], object], str]] = {
    "an array of the processor": (lambda x: x + torch.ones(2, 2), "on the card and on the proc"),
    "NumPy": (lambda x: x.numpy(), "to NumPy"),
    "compiled code": (lambda x: x.data_ptr(), "compiled function"),
    "a generator of the processor": (
        lambda x: torch.randn(2, device=x.device, generator=torch.Generator()),
        "generator of the processor",
    ),
    "an array made without a device": (lambda x: torch.cat([x, torch.zeros(1, 2)]), "aten::cat"),
}


@pytest.mark.parametrize("what", MIXED)
def test_the_device_of_the_tests_refuses_what_a_gpu_refuses(what: str) -> None:
    """Else the tests above could not fail."""
    call, message = MIXED[what]
    with card(), pytest.raises((RuntimeError, TypeError), match=message):
        call(torch.ones(2, 2).to(CARD))


def test_the_device_of_the_tests_computes() -> None:
    with card() as traffic:
        x = torch.arange(6.0, device=CARD).view(2, 3).requires_grad_()
        (gradient,) = torch.autograd.grad((x[[1]] ** 2).sum(), x)
        assert isinstance(gradient, OnCard)
        assert gradient.device == CARD
        assert not traffic.off
        assert gradient.tolist() == [[0, 0, 0], [6, 8, 10]]
        assert torch.equal(
            gradient.cpu(), 2 * torch.arange(6.0).view(2, 3) * torch.tensor([[0], [1]])
        )
        assert traffic.off == [6]


def _transport(place: Place) -> object:
    gru = place.module(nn.GRU(2, place.size))
    return measure_transport(gru, place.drawn(place.steps, 3, 2), max_lag=8)


def _signal(place: Place) -> object:
    inputs = place.drawn(8, 48, 2)
    gru = place.module(nn.GRU(2, place.size))
    return measure_signal(
        gru,
        inputs,
        inputs[..., :1],
        (1, 2),
        loss=lambda states, targets: (states[..., :1] - targets).square().mean(),
        groups=8,
        alpha=2.0,
    )


def _singular(place: Place) -> object:
    run = place.run("gru")
    return singular_values(run, place.pairs(), (2, 8), find_block(run.cell))


SHORT: dict[str, Callable[[Place], object]] = {
    "transport of a module": _transport,
    "transport of a network": lambda place: measure_transport(place.network("lstm"), max_lag=8),
    "splits": lambda place: measure_splits(place.network("gru"), max_lag=8),
    "signal": _signal,
    "singular values": _singular,
}


@pytest.mark.parametrize("what", SHORT)
def test_a_device_without_enough_memory_is_named_with_what_is_needed(what: str) -> None:
    with card(memory=100), pytest.raises(LonglagError) as caught:
        SHORT[what](Place(CARD))
    for part in ("a measurement of about", "MiB", "may be used on cuda:0", "lower max_lag",
                 "or measure on the processor"):  # fmt: skip
        assert part in str(caught.value)


def test_what_a_measurement_needs_on_a_device_holds_its_larger_pieces() -> None:
    """A GPU takes pieces of work that are far larger than a processor's cache."""
    shape, options = (1024, 16, 64), {"max_lag": 256, "per_anchor": False, "pairs": 16}
    there, here = (
        memory_needed(CELLS["gru"], shape, 4, device=device, **options) for device in (CARD, None)
    )
    assert there["exact products"] > 10 * here["exact products"]
    assert there["states, drives and coefficients"] == here["states, drives and coefficients"]


def test_functions_of_a_cell_keep_the_type_of_their_device() -> None:
    with card():
        network = Place(CARD, torch.float32).network("gru")
        found = generate(CELLS["gru"], "compiled").jacobian(*network.arguments)
        assert isinstance(found, OnCard), "compiled functions leave a device to PyTorch"
        assert found.dtype == torch.float32
