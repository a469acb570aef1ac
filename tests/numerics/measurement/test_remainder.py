"""The bound of the remainder: valid, without cancellation, and the closed form at equal norms."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from longlag.numerics.compiled import on_torch_alone
from longlag.numerics.measurement.remainder import local_norms, recurrent_norms, remainder_bounds
from longlag.theory import transport
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.notation import local_norm, recurrent_norm

SEEDS = st.integers(0, 2**31)


@given(SEEDS, st.integers(1, 12), st.sampled_from([1e-12, 1.0, 1e12]))
def test_the_norm_of_a_matrix_is_bounded_from_above_and_nearly_reached(
    seed: int, size: int, scale: float
) -> None:
    generator = torch.Generator().manual_seed(seed)
    for dtype, slack in ((torch.float64, 1e-12), (torch.float32, 1e-5)):
        matrix = scale * torch.randn(5, size, size, generator=generator, dtype=torch.float64)
        true = torch.linalg.matrix_norm(matrix, 2)
        bound = recurrent_norms(matrix.to(dtype))
        assert bool((bound >= true * (1 - 1e-7)).all())
        assert bool((bound <= true * size ** (1 / 32) * (1 + slack + size * 1e-6)).all())


def test_a_matrix_of_zeros_has_norm_zero_and_a_rank_one_matrix_its_own() -> None:
    assert recurrent_norms(torch.zeros(2, 3, 3)).tolist() == [0.0, 0.0]
    column, row = torch.tensor([3.0, 4.0]).double(), torch.tensor([5.0, 12.0]).double()
    assert float(recurrent_norms(torch.outer(column, row))) == pytest.approx(65, rel=1e-12)


@pytest.mark.parametrize("size", [3, 16, 40, 64])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_columns_of_zeros_are_left_out_and_change_nothing(size: int, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(size)
    matrix = torch.randn(6, size, size, generator=generator, dtype=dtype)
    # None, the first half, the last half, every other, all but one, all.
    there = torch.ones(6, size, dtype=torch.bool)
    there[1, : size // 2], there[2, size // 2 :], there[3, ::2] = False, False, False
    there[4, 1:], there[5] = False, False
    matrix *= there[:, None]
    found = recurrent_norms(matrix)
    with on_torch_alone():
        alone = recurrent_norms(matrix)
    assert torch.allclose(found, alone, rtol=1e-12 if dtype == torch.float64 else 1e-5)
    true = torch.linalg.matrix_norm(matrix.double(), 2)
    counts = there.sum(1).clamp(min=1).double()
    assert bool((found >= true * (1 - 1e-7)).all())
    assert bool((found <= true * counts ** (1 / 32) * (1 + 1e-4)).all())


@given(SEEDS, st.integers(1, 3))
def test_the_norm_of_local_blocks_is_bounded(seed: int, states: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    local = torch.randn(4, 2, states, states, 5, generator=generator, dtype=torch.float64)
    true = torch.linalg.matrix_norm(local.movedim(-1, 2), 2).amax(-1)
    bound = local_norms(local)
    assert bool((bound >= true * (1 - 1e-14)).all())
    if states == 1:
        assert torch.allclose(bound, true, rtol=1e-14)


@pytest.mark.parametrize("lag", [1, 2, 3, 8])
def test_at_equal_norms_it_is_the_closed_form_of_the_theory(lag: int) -> None:
    d, r = torch.full((10, 2), 0.75).double(), torch.full((10, 2), 0.5).double()
    found = remainder_bounds(d, r, max_lag=8)[lag - 1]
    bound = transport(CELLS["gru"]).at(lag).remainder_bound
    expected = float(bound.subs({local_norm: 0.75, recurrent_norm: 0.5}))
    assert float(found) == pytest.approx(expected, rel=1e-13)
    second_order = transport(CELLS["gru"], order=2).at(lag).remainder_bound
    if lag > 1:
        assert float(second_order.subs({local_norm: 0.75, recurrent_norm: 0.5})) < expected


@given(SEEDS, st.integers(2, 40), st.sampled_from([1e-9, 1e-3, 1.0]))
def test_nothing_cancels_however_small_the_recurrent_part(
    seed: int, steps: int, scale: float
) -> None:
    generator = torch.Generator().manual_seed(seed)
    d, r = torch.rand(2, steps, 1, generator=generator, dtype=torch.float64)
    r = scale * r
    found = remainder_bounds(d, r, max_lag=steps)[-1]
    with mp.workdps(60):
        ds, rs = ([mpf(float(v)) for v in part.flatten()] for part in (d, r))
        words = mp.fprod(a + b for a, b in zip(ds, rs, strict=True))
        once = mp.fsum(
            rs[j] * mp.fprod(a for i, a in enumerate(ds) if i != j) for j in range(steps)
        )
        expected = words - mp.fprod(ds) - once
    assert float(found) == pytest.approx(float(expected), rel=1e-12)
