"""A stream says what the whole input says, block by block."""

from __future__ import annotations

import weakref
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from longlag.numerics import measure_transport
from longlag.numerics.measurement import TransportReport, measure_stream
from longlag.numerics.measurement.footprint import segment_length
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import LonglagError
from longlag.theory.cells import CELLS

LAGS = 12


def gru(layers: int = 1) -> nn.GRU:
    torch.manual_seed(0)
    return nn.GRU(2, 5, layers, dtype=torch.float64)


def noise(steps: int, *more: int) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(steps, *more, 2, generator=generator, dtype=torch.float64)


def in_blocks(x: Tensor, *lengths: int) -> Iterator[np.ndarray]:
    start = 0
    while start < len(x):
        for length in lengths:
            yield x[start : start + length].numpy()
            start += length
            if start >= len(x):
                return


def assert_same(found: TransportReport, whole: TransportReport, tolerance: float = 1e-12) -> None:
    assert found.readings == whole.readings
    options = {"rtol": tolerance, "atol": tolerance}
    for name, value in whole.per_neuron.items():
        assert torch.allclose(found.per_neuron[name], value, **options), name
    for name, value in whole.per_neuron_signed.items():
        assert torch.allclose(found.per_neuron_signed[name], value, **options), name
    assert torch.allclose(found.time_scales, whole.time_scales, rtol=1e-10)
    assert torch.equal(found.folding_lags, whole.folding_lags)
    if whole.matrices is not None:
        assert torch.allclose(found.frobenius, whole.frobenius, **options)
        assert torch.allclose(found.remainder_bound, whole.remainder_bound, **options)
        for name, value in whole.errors._asdict().items():
            assert torch.allclose(getattr(found.errors, name), value, rtol=1e-9, atol=1e-12)
    if whole.angles is not None:
        assert found.angles is not None
        assert torch.allclose(found.angles, whole.angles, rtol=1e-10)


@pytest.mark.parametrize("burn_in", [0, 700])
def test_ten_thousand_steps_give_the_numbers_of_the_whole_input(burn_in: int) -> None:
    x = noise(10_000)
    whole = measure_transport(gru(), x, max_lag=LAGS, burn_in=burn_in)
    found = measure_stream(gru(), x.numpy(), max_lag=LAGS, burn_in=burn_in)
    assert found.provenance.steps == whole.provenance.steps == 10_000 - burn_in
    assert found.provenance.error_pairs == whole.provenance.error_pairs
    assert found.provenance.coverage == "every anchor"
    assert_same(found, whole)


@pytest.mark.parametrize("lengths", [(1, 3), (700,), (5000, 1)])
def test_blocks_of_an_iterator_may_have_any_length(lengths: tuple[int, ...]) -> None:
    x = noise(1300, 2)
    whole = measure_transport(gru(), x, max_lag=LAGS)
    found = measure_stream(gru(), in_blocks(x, *lengths), max_lag=LAGS, steps=1300)
    assert_same(found, whole)


@pytest.mark.parametrize("steps", [LAGS, LAGS + 1, 512, 512 + LAGS - 2, 512 + LAGS - 1, 1024])
def test_no_product_is_lost_or_counted_twice_wherever_a_segment_ends(steps: int) -> None:
    assert segment_length(LAGS) == 512
    x = noise(steps)
    assert_same(measure_stream(gru(), x, max_lag=LAGS), measure_transport(gru(), x, max_lag=LAGS))


def test_lower_layers_go_on_from_where_they_stood() -> None:
    x = noise(1200, 2)
    whole = measure_transport(gru(2), x, max_lag=LAGS, layer=1)
    assert_same(measure_stream(gru(2), x, max_lag=LAGS, layer=1), whole)


@pytest.mark.parametrize(
    "name", ["lstm", "leaky", "linear_recurrent_unit", "mlstm", "s4d", "mamba"]
)
@pytest.mark.parametrize("exact", [True, False])
def test_every_kind_of_cell_streams(name: str, exact: bool) -> None:
    given: Network = sample_network(
        CELLS[name], torch.Generator().manual_seed(2), size=3, batch=(2,), steps=1100
    )
    whole = measure_transport(given, max_lag=LAGS, exact=exact)
    found = measure_stream(given, max_lag=LAGS, exact=exact)
    assert found.provenance.route == whole.provenance.route
    assert_same(found, whole, 1e-10)
    assert found.intervals is not None


def test_a_stream_holds_no_more_blocks_however_many_come() -> None:
    alive: list[weakref.ref[Tensor]] = []
    most = 0

    def blocks() -> Iterator[Tensor]:
        nonlocal most
        for start in range(40):
            block = noise(512) + start
            alive.append(weakref.ref(block))
            yield block
            del block
            most = max(most, sum(ref() is not None for ref in alive))

    report = measure_stream(gru(), blocks(), max_lag=LAGS, exact=False)
    assert report.provenance.steps == 40 * 512
    assert most <= 2


def test_a_stream_that_ends_early_says_where() -> None:
    x = noise(1000)
    with pytest.raises(LonglagError, match=r"ends after 1000 steps: it was said to have 2000"):
        measure_stream(gru(), in_blocks(x, 300), max_lag=LAGS, steps=2000)
    with pytest.raises(LonglagError, match="it was said to have 900"):
        measure_stream(gru(), in_blocks(x, 300), max_lag=LAGS, steps=900)
    with pytest.raises(LonglagError, match="no product of 12 factors"):
        measure_stream(gru(), in_blocks(x[:11], 4), max_lag=LAGS)
    with pytest.raises(LonglagError, match="no product of 12 factors"):
        measure_stream(gru(), iter([]), max_lag=LAGS)


def test_a_value_that_is_not_finite_is_named_by_its_step() -> None:
    x = noise(3000)
    x[2900, 1] = torch.nan
    begun: list[float] = []
    with pytest.raises(LonglagError, match="the input at step 2900: it holds NaN"):
        measure_stream(gru(), x, max_lag=LAGS, begun=lambda seconds, size: begun.append(seconds))
    # An array is read through before the work begins, an iterator cannot be.
    assert not begun
    with pytest.raises(LonglagError, match="the input at step 2900: it holds NaN"):
        measure_stream(gru(), in_blocks(x, 700), max_lag=LAGS)


def test_a_stream_keeps_its_width_and_holds_real_numbers() -> None:
    x = noise(600)
    with pytest.raises(LonglagError, match=r"shape \(600, 1\) at step 600"):
        measure_stream(gru(), iter([x, x[:, :1]]), max_lag=LAGS)
    with pytest.raises(LonglagError, match=r"shape \(600, 3, 2\) at step 600"):
        measure_stream(gru(), iter([x, x[:, None].expand(-1, 3, -1)]), max_lag=LAGS)
    for wrong in (x.to(torch.complex128), "abc", [0.0]):
        with pytest.raises(LonglagError, match="a block of type"):
            measure_stream(gru(), iter([wrong]), max_lag=LAGS)
    with pytest.raises(LonglagError, match="input of type int"):
        measure_stream(gru(), 3, max_lag=LAGS)  # type: ignore[arg-type]
    with pytest.raises(LonglagError, match="runs backwards"):
        measure_stream(
            nn.GRU(2, 3, 2, bidirectional=True, dtype=torch.float64), x, max_lag=LAGS, layer=1
        )


@pytest.mark.parametrize("wrong", [0, -1.0, float("nan"), float("inf"), True])
def test_a_budget_is_positive(wrong: float) -> None:
    with pytest.raises(LonglagError, match=r"seconds .*: a budget is time"):
        measure_stream(gru(), noise(600), max_lag=LAGS, seconds=wrong)
    with pytest.raises(LonglagError, match=r"precision .*: it is half the width"):
        measure_stream(gru(), noise(600), max_lag=LAGS, precision=wrong)


def test_an_interrupt_keeps_what_is_known() -> None:
    x = noise(6000)

    def stopped() -> Iterator[Tensor]:
        yield x[:3000]
        raise KeyboardInterrupt

    found = measure_stream(gru(), stopped(), max_lag=LAGS)
    done = found.provenance.steps
    assert 0 < done <= 3000
    assert found.provenance.coverage == f"those of the first {done} steps, interrupted"
    # The anchors whose oldest factor is one of these.
    reach = measure_transport(gru(), x[: done + LAGS - 1], max_lag=LAGS, per_anchor=True)
    assert reach.per_anchor is not None
    for name in ("zeroth", "exact"):
        anchors = getattr(reach.per_anchor, name)[..., 0]
        for place in (0, LAGS - 1):
            mean = anchors[place, place : place + done].mean()
            assert torch.allclose(getattr(found, name)[place], mean, rtol=1e-12)

    def at_once() -> Iterator[Tensor]:
        yield x[:100]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_stream(gru(), at_once(), max_lag=LAGS)


def test_a_stream_that_is_left_leaves_autograd_as_it_was() -> None:
    measure_stream(gru(2), noise(3000), max_lag=LAGS, seconds=1e-6)
    assert torch.is_grad_enabled()


def test_time_that_is_used_ends_a_stream_with_what_is_known() -> None:
    found = measure_stream(gru(), noise(30_000), max_lag=LAGS, seconds=1e-6)
    assert found.provenance.steps == segment_length(LAGS)
    assert "time used" in found.provenance.coverage


def test_precision_ends_a_stream_once_its_means_are_known_as_well() -> None:
    found = measure_stream(gru(), noise(40_000), max_lag=4, exact=False, precision=0.05)
    assert found.intervals is not None
    means = {name: found.neuron_mean(name) * 5 for name in found.readings}
    assert found.intervals.relative(means) <= 0.05
    assert found.provenance.steps < 40_000
    assert "precise enough" in found.provenance.coverage
