"""First-order rates of all anchors at all lags: the recursion, its formula, 50 digits, refusals."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf
from torch import Tensor

from longlag.numerics.compiled import toolchain
from longlag.numerics.lags import first_order
from longlag.numerics.lags.first_order import (
    envelope,
    first_order_means,
    first_order_per_anchor,
    workspace_bytes,
)
from longlag.numerics.lags.rates import effective_rates
from longlag.theory import LonglagError

needs_compiler = pytest.mark.skipif(toolchain() is None, reason="no C compiler")
PATHS = [pytest.param(True, marks=needs_compiler, id="compiled"), pytest.param(False, id="torch")]

SHAPES = st.fixed_dictionaries(
    {
        "steps": st.integers(1, 140),
        "batch": st.sampled_from([(), (1,), (3,), (2, 2)]),
        "states": st.integers(1, 3),
        "neurons": st.sampled_from([1, 3, 16, 19]),
    }
)
SEEDS = st.integers(0, 2**31)
SINGLE = st.sampled_from([torch.float32, torch.float64])


def factors(
    seed: int,
    steps: int = 90,
    batch: tuple[int, ...] = (2,),
    states: int = 1,
    neurons: int = 5,
    *,
    lowest: float = 0.5,
) -> tuple[Tensor, Tensor]:
    """Gates between ``lowest`` and 1 and corrections that stay below them, so that none cancels."""
    generator = torch.Generator().manual_seed(seed)
    shape = (steps, *batch, states, states, neurons)
    uniform = torch.rand(2, *shape, generator=generator, dtype=torch.float64)
    local = lowest + (1 - lowest) * uniform[0]
    return local / states, local * uniform[1] / (10 * states)


def expected_rates(
    local: Tensor, recurrent: Tensor, lag: int, new: int, previous: int
) -> tuple[Tensor, Tensor]:
    """Γ and μ of all anchors by ``effective_rates`` over windows of ℓ steps, newest first."""
    windows = [
        torch.stack([part[start : start + lag].flip(0) for start in range(len(part) - lag + 1)], 1)
        for part in (local, recurrent)
    ]
    rates = effective_rates(*windows, new=new, previous=previous)
    return rates.zeroth[-1], rates.first_order[-1]


def mean(rates: Tensor) -> Tensor:
    return rates.flatten(0, -2).mean(0)


def relative(value: Tensor, truth: Tensor) -> float:
    """The largest relative error; the smallest normal double is the smallest error that counts."""
    error = (value - truth).abs()
    smallest = torch.finfo(torch.float64).tiny
    return float((error / truth.abs()).where(~(error <= smallest), 0).max())


@pytest.mark.parametrize("compiled", PATHS)
@given(SEEDS, SHAPES, SINGLE, st.data())
def test_means_are_those_of_the_recursion_window_by_window(
    compiled: bool, seed: int, shape: dict, dtype: torch.dtype, data: st.DataObject
) -> None:
    local, recurrent = (part.to(dtype) for part in factors(seed, **shape))
    position = st.integers(0, shape["states"] - 1)
    new, previous = data.draw(position), data.draw(position)
    lags = data.draw(st.integers(1, shape["steps"]))
    options = {"max_lag": lags, "new": new, "previous": previous, "compiled": compiled}
    means = first_order_means(local, recurrent, **options)
    total = envelope(local, recurrent, **options)
    tolerance = 1e-6 if dtype == torch.float32 else 1e-12
    for lag in {1, lags // 2 + 1, lags}:
        pair = expected_rates(local.double(), recurrent.double(), lag, new, previous)
        for rates, got in zip(pair, (means.zeroth, means.first_order), strict=True):
            assert relative(got.absolute[lag - 1], mean(rates.abs())) < tolerance
            assert relative(got.signed[lag - 1], mean(rates)) < tolerance
        assert relative(total[lag - 1], mean(pair[1].abs()).sum()) < tolerance


@pytest.mark.parametrize("compiled", PATHS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_one_state_is_the_formula_with_a_quotient(compiled: bool, dtype: torch.dtype) -> None:
    local, recurrent = (part.to(dtype) for part in factors(3, steps=200))
    d, rho = local.double()[:, :, 0, 0], recurrent.double()[:, :, 0, 0]
    means = first_order_means(local, recurrent, max_lag=200, compiled=compiled)
    for lag in (1, 7, 64, 65, 130, 200):
        gamma = torch.stack([d[s : s + lag].prod(0) for s in range(201 - lag)])
        ratio = torch.stack([(rho / d)[s : s + lag].sum(0) for s in range(201 - lag)])
        tolerance = 1e-6 if dtype == torch.float32 else 1e-12
        assert relative(means.zeroth.signed[lag - 1], mean(gamma)) < tolerance
        rates = gamma * (1 + ratio)
        assert relative(means.first_order.absolute[lag - 1], mean(rates.abs())) < tolerance


@pytest.mark.parametrize("compiled", PATHS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("gate", [0.52, 1e-3, 1e-30, 3.0])
def test_long_products_agree_with_50_digits(
    compiled: bool, dtype: torch.dtype, gate: float
) -> None:
    """Down to 1e-300 and up to 1e250, far outside the range of float32."""
    steps = 500
    generator = torch.Generator().manual_seed(1)
    noise = torch.rand(2, steps, 1, 1, 1, 3, generator=generator, dtype=torch.float64)
    local = (gate * (0.9 + 0.2 * noise[0])).to(dtype)
    recurrent = (0.1 * local.double() * noise[1]).to(dtype)
    means = first_order_means(local, recurrent, max_lag=steps, compiled=compiled)
    tolerance = 1e-6 if dtype == torch.float32 else 1e-12
    with mp.workdps(50):
        for lag in (2, 9, 40, 100, 333, 500):
            anchors = steps - lag + 1
            truth = mpf(0)
            for start in range(anchors):
                gamma, correction = mpf(1), mpf(0)
                if start not in (0, anchors // 2, anchors - 1):
                    continue
                for t in range(start + lag - 1, start - 1, -1):
                    d, rho = (mpf(float(part[t, 0, 0, 0, 1])) for part in (local, recurrent))
                    gamma, correction = gamma * d, correction * d + gamma * rho
                truth = gamma + correction
                if abs(truth) < mpf(10) ** -300:
                    continue
                window = slice(start, start + lag)
                one = first_order_means(
                    local[window], recurrent[window], max_lag=lag, compiled=compiled
                )
                assert abs(one.first_order.signed[-1, 1].item() / truth - 1) < tolerance
    assert bool(means.zeroth.absolute.isfinite().all())


@pytest.mark.parametrize("compiled", PATHS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_closed_open_and_tiny_gates_are_exact(compiled: bool, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(2)
    choice = torch.randint(0, 4, (150, 2, 1, 1, 40), generator=generator)
    # Mostly open, so that long products with a single closed or tiny gate occur.
    gates = torch.tensor([1.0, 1e-30, 0.0, 0.7], dtype=dtype)
    rare = torch.rand(choice.shape, generator=generator) < 0.05
    local = gates[choice].where(rare, torch.ones((), dtype=dtype))
    recurrent = torch.rand(choice.shape, generator=generator).to(dtype) / 8
    means = first_order_means(local, recurrent, max_lag=150, compiled=compiled)
    tolerance = 1e-6 if dtype == torch.float32 else 1e-12
    for lag in (1, 2, 8, 40, 64, 100, 150):
        zeroth, first = expected_rates(local.double(), recurrent.double(), lag, 0, 0)
        for rates, got in ((zeroth, means.zeroth), (first, means.first_order)):
            assert relative(got.absolute[lag - 1], mean(rates.abs())) < tolerance


@needs_compiler
@given(SEEDS, SHAPES, SINGLE, st.sampled_from(["even", "spread", "uncoupled", "switching", "wide"]))
def test_compiled_and_torch_agree(seed: int, shape: dict, dtype: torch.dtype, gates: str) -> None:
    """Also where products of a block leave the range of floats, and that of doubles."""
    local, recurrent = factors(seed, **shape, lowest=0.9 if gates == "even" else 0.0)
    if gates == "uncoupled":
        local = local * torch.eye(shape["states"], dtype=torch.float64)[..., None]
    if gates == "switching":
        local[: len(local) // 2] *= 1e-5
    if gates == "wide":
        local = 1e-30**local
    local, recurrent = local.to(dtype), recurrent.to(dtype)
    source = factors(seed + 1, shape["steps"], shape["batch"], 1, shape["neurons"])[0]
    results = [
        first_order_means(
            local,
            recurrent,
            max_lag=shape["steps"],
            previous=shape["states"] - 1,
            source=source[..., 0, 0, :].to(dtype),
            compiled=compiled,
        )
        for compiled in (True, False)
    ]
    tolerance = 1e-6 if dtype == torch.float32 else 1e-12
    for one, other in zip(*results, strict=True):
        assert relative(one.absolute, other.absolute) < tolerance
        assert relative(one.signed, other.signed) < tolerance


@pytest.mark.parametrize("compiled", PATHS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    "gates",
    [
        # Values of one block too far apart for floats; for doubles; for floats in the older alone.
        [(96, 1e-2), (96, 1.0)],
        [(128, 1e-5), (128, 1.0)],
        [(32, 1e-6), (32, 1.0), (64, 1e-3)],
        # The scale of the last tile is below the smallest double, its value is not.
        [(64, 1.0), (1856, 2 ** (-990 / 1856)), (64, 1.0)],
    ],
    ids=["floats", "doubles", "older", "scale"],
)
def test_gates_may_change_for_good(
    compiled: bool, dtype: torch.dtype, gates: list[tuple[int, float]]
) -> None:
    local = torch.cat([torch.full((steps, 1, 1, 1), gate) for steps, gate in gates]).to(dtype)
    recurrent = local / 16
    steps = len(local)
    means = first_order_means(local, recurrent, max_lag=steps, compiled=compiled)
    tolerance = 1e-6 if dtype == torch.float32 else 1e-12
    for lag in (1, 2, 3, 65, steps):
        pair = expected_rates(local.double(), recurrent.double(), lag, 0, 0)
        for rates, got in zip(pair, (means.zeroth, means.first_order), strict=True):
            assert relative(got.absolute[lag - 1], mean(rates.abs())) < tolerance


@pytest.mark.parametrize("compiled", PATHS)
def test_blocks_may_be_wider_than_doubles(compiled: bool) -> None:
    """Gates over 26 decades: short lags would be lost where long ones set the scale."""
    uniform, recurrent = factors(145, 128, (), 1, 64, lowest=0.0)
    local = 1e-26**uniform
    means = first_order_means(local, recurrent, max_lag=128, compiled=compiled)
    for lag in (1, 2, 3, 20):
        pair = expected_rates(local, recurrent, lag, 0, 0)
        for rates, got in zip(pair, (means.zeroth, means.first_order), strict=True):
            assert relative(got.absolute[lag - 1], mean(rates.abs())) < 1e-12


@pytest.mark.parametrize("compiled", PATHS)
def test_the_factor_at_the_source_belongs_to_the_oldest_step(compiled: bool) -> None:
    local, recurrent = factors(5, steps=70)
    source = torch.rand(70, 2, 5, generator=torch.Generator().manual_seed(6), dtype=torch.float64)
    means = first_order_means(local, recurrent, max_lag=70, source=source, compiled=compiled)
    for lag in (1, 2, 33, 70):
        _, rates = expected_rates(local, recurrent, lag, 0, 0)
        wanted = mean((rates * source[: 71 - lag]).abs())
        assert relative(means.first_order.absolute[lag - 1], wanted) < 1e-12
        if lag > 1:
            anchored = mean((rates * source[lag - 1 :]).abs())
            assert relative(means.first_order.absolute[lag - 1], anchored) > 1e-3


@given(SEEDS, SHAPES)
def test_values_per_anchor_have_the_means(seed: int, shape: dict) -> None:
    local, recurrent = factors(seed, **shape)
    lags = shape["steps"]
    means = first_order_means(local, recurrent, max_lag=lags)
    anchors = first_order_per_anchor(local, recurrent, max_lag=lags)
    assert anchors.zeroth.shape == (lags, *local.shape[:-3])
    for lag in range(1, lags + 1):
        for rows, wanted in zip(anchors, means, strict=True):
            assert bool(rows[lag - 1, : lag - 1].isnan().all())
            got = rows[lag - 1, lag - 1 :].mean()
            assert relative(got, wanted.absolute[lag - 1].sum()) < 1e-12


@pytest.mark.parametrize("compiled", PATHS)
def test_wrong_versions_are_caught(compiled: bool) -> None:
    """Time backwards, the blocks transposed, zeroth for first order: none passes."""
    local, recurrent = factors(7, steps=40, states=2)
    local[..., 0, 1, :] *= 3
    options = {"max_lag": 40, "new": 0, "previous": 1, "compiled": compiled}
    right = first_order_means(local, recurrent, **options)
    _, rates = expected_rates(local, recurrent, 9, 0, 1)
    truth = mean(rates.abs())
    assert relative(right.first_order.absolute[8], truth) < 1e-12
    backwards = first_order_means(local.flip(0), recurrent.flip(0), **options)
    transposed = [part.transpose(-2, -3) for part in (local, recurrent)]
    turned = first_order_means(*transposed, **options)
    for wrong in (backwards.first_order, turned.first_order, right.zeroth):
        assert relative(wrong.absolute[8], truth) > 1e-3


@pytest.mark.parametrize("compiled", PATHS)
def test_what_does_not_fit_is_refused(compiled: bool) -> None:
    local, recurrent = factors(8, steps=10)
    bad = {
        "max_lag 11": {"max_lag": 11},
        "max_lag 0": {"max_lag": 0},
        "new 1": {"max_lag": 3, "new": 1},
        "source of shape": {"max_lag": 3, "source": local},
    }
    for message, options in bad.items():
        with pytest.raises(LonglagError, match=message):
            first_order_means(local, recurrent, compiled=compiled, **options)
    for wrong in (recurrent[:9], recurrent.float()):
        with pytest.raises(LonglagError, match="recurrent of"):
            envelope(local, wrong, max_lag=3, compiled=compiled)
    for value in (torch.nan, torch.inf):
        broken = recurrent.clone()
        broken[4, 0, 0, 0, 3] = value
        with pytest.raises(LonglagError, match="recurrent with a value that is not finite"):
            envelope(local, broken, max_lag=3, compiled=compiled)


@pytest.mark.parametrize("compiled", PATHS)
def test_an_overflow_is_told_with_its_lag(compiled: bool) -> None:
    local, recurrent = factors(9, steps=90)
    local[20:30] = 1e40
    envelope(local, recurrent, max_lag=7, compiled=compiled)
    with pytest.raises(LonglagError, match=r"lag 8: .*overflows.*lower max_lag"):
        envelope(local, recurrent, max_lag=80, compiled=compiled)
    with pytest.raises(LonglagError, match="lag 8:"):
        first_order_means(local, recurrent, max_lag=80, compiled=compiled)


def test_the_compiled_function_is_refused_where_it_cannot_run() -> None:
    half = torch.ones(3, 1, 1, 2, dtype=torch.float16)
    with pytest.raises(LonglagError, match="compiled=True"):
        envelope(half, half, max_lag=2, compiled=True)
    assert envelope(half, half, max_lag=2).tolist() == [4.0, 6.0]


@needs_compiler
def test_its_memory_is_small() -> None:
    local = torch.ones(1024, 1, 1, 1, 128)
    assert workspace_bytes(local, max_lag=1024) <= 2**20
    many = first_order_means(local, local, max_lag=1, compiled=True)
    assert many.zeroth.absolute.tolist() == [[1.0] * 128]
    assert first_order.envelope(local, local, max_lag=3).tolist() == [256.0, 384.0, 512.0]
