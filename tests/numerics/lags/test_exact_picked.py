"""Diagonals that are kept at some anchors are those of the products that end there."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from longlag.numerics.lags import exact_plan
from longlag.numerics.lags.exact import exact_means
from longlag.numerics.lags.exact_picked import Picked

BATCH, SIZE = 9, 3


def random_factors(seed: int, steps: int, states: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    width = states * SIZE
    shape = (steps, BATCH, width, width)
    return torch.randn(shape, generator=generator, dtype=torch.float64) / width**0.5


def explicit(
    factors: Tensor, pairs: Tensor, max_lag: int, place: tuple[int, int], source: Tensor | None
) -> Tensor:
    """The same diagonals from products formed one by one."""
    found = torch.zeros(max_lag, len(pairs), SIZE, dtype=torch.float64)
    new, previous = (slice(state * SIZE, (state + 1) * SIZE) for state in place)
    for number, (anchor, owner) in enumerate(pairs.tolist()):
        product = torch.eye(factors.shape[-1], dtype=torch.float64)
        for lag in range(1, min(max_lag, anchor + 1) + 1):
            product = product @ factors[anchor - lag + 1, owner]
            diagonal = product[new, previous].diagonal()
            if source is not None:
                diagonal = diagonal * source[anchor - lag + 1, owner]
            found[lag - 1, number] = diagonal
    return found


@given(
    st.integers(0, 999),
    st.integers(1, 45),
    st.integers(1, 2),
    st.sampled_from([None, True, False]),
    st.booleans(),
    st.integers(0, 16),
    st.data(),
)
def test_they_are_those_of_explicit_products_however_a_run_is_cut(
    seed: int,
    steps: int,
    states: int,
    direct: bool | None,
    weighted: bool,
    chunk: int,
    data: st.DataObject,
) -> None:
    max_lag = data.draw(st.integers(1, steps))
    place = data.draw(st.tuples(*[st.integers(0, states - 1)] * 2))
    pair = st.tuples(st.integers(0, steps - 1), st.integers(0, BATCH - 1))
    pairs = torch.tensor(data.draw(st.lists(pair, min_size=1, max_size=5)))
    factors = random_factors(seed, steps, states)
    source = random_factors(seed + 1, steps, states)[:, :, 0, :SIZE] if weighted else None
    for dtype, tolerance in ((torch.float64, 1e-12), (torch.float32, 1e-4)):
        picked = Picked(pairs, max_lag=max_lag, size=SIZE, device=factors.device)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(exact_plan, "_CHUNK_BYTES", 1 << chunk)
            exact_means(
                factors.to(dtype),
                max_lag=max_lag,
                size=SIZE,
                new=place[0],
                previous=place[1],
                source=source,
                direct=direct,
                picked=picked,
            )
        true = explicit(factors.to(dtype).double(), pairs, max_lag, place, source)
        assert picked.diagonals.dtype == torch.float64
        assert (picked.diagonals - true).abs().max() <= tolerance * true.abs().max().clamp(min=1)


@pytest.mark.parametrize("wrong", ["an anchor", "a sequence", "a lag"])
def test_wrong_versions_are_caught(wrong: str) -> None:
    factors, pairs = random_factors(1, 40, 1), torch.tensor([[35, 3], [20, 7]])
    picked = Picked(pairs, max_lag=30, size=SIZE, device=factors.device)
    exact_means(factors, max_lag=30, picked=picked)
    found, true = picked.diagonals, explicit(factors, pairs, 30, (0, 0), None)
    assert torch.allclose(found, true, rtol=0, atol=1e-13)
    assert (found[21:, 1] == 0).all(), "what reaches back before the first step"
    if wrong == "a lag":
        found = found.roll(1, 0)
    else:
        shift = torch.tensor([1, 0] if wrong == "an anchor" else [0, 1])
        true = explicit(factors, pairs + shift, 30, (0, 0), None)
    assert (found - true).abs().max() > 1e-3


def test_products_that_leave_float32_keep_their_digits() -> None:
    factors = 1e-3 * random_factors(2, 40, 1)
    pairs = torch.tensor([[39, 0], [39, 8], [33, 2]])
    picked = Picked(pairs, max_lag=40, size=SIZE, device=factors.device)
    exact_means(factors.float(), max_lag=40, picked=picked)
    true = explicit(factors.float().double(), pairs, 40, (0, 0), None)
    sizes = true.abs().amax(-1)
    assert sizes[-1, 0] < 1e-60
    reached = sizes > 0
    assert ((picked.diagonals - true).abs().amax(-1)[reached] < 1e-4 * sizes[reached]).all()
