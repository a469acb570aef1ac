"""Memory is made once for each name and type, on large pages where it is large."""

from __future__ import annotations

import pytest
import torch

from longlag.numerics.lags.workspace import Workspace


@pytest.mark.parametrize("shape", [(3, 4), (600, 500), (0, 5)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_arrays_are_whole_and_used_again(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    workspace = Workspace(torch.device("cpu"))
    first = workspace.take("product", dtype, *shape)
    assert first.shape == shape
    assert first.dtype == dtype
    assert first.is_contiguous()
    first.fill_(1)
    smaller = workspace.take("product", dtype, shape[0], shape[1] - 1)
    assert smaller.data_ptr() == first.data_ptr()
    others = workspace.take("factor", dtype, *shape), workspace.take("product", torch.half, *shape)
    for other in others:
        other.fill_(2)
    assert bool((first == 1).all())


def test_a_larger_array_takes_the_place_of_a_smaller_one() -> None:
    workspace = Workspace(torch.device("cpu"))
    small = workspace.take("product", torch.float64, 2).fill_(1)
    large = workspace.take("product", torch.float64, 2**20).fill_(2)
    assert large.data_ptr() % 2**21 == 0, "it begins with a large page"
    assert small.tolist() == [1, 1]
    assert workspace.take("product", torch.float64, 2).data_ptr() == large.data_ptr()
