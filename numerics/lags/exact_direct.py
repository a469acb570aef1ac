"""Exact diagonals one lag after the other: the plain way, which wins at short lags."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from longlag.numerics.lags.exact_reduce import Sums
from longlag.numerics.lags.exact_store import check_finite

#: Rough seconds on one core: of a small product, of one multiplication in a product, and of a step
#: in divide and conquer. Only their ratios matter, and those within a factor of two.
_PRODUCT, _MULTIPLICATION, _STEP = 5e-7, 1.5e-10, 3.3e-4
#: Products of as many anchors at a time as take less than this.
_CHUNK_BYTES = 2**26


def is_direct_cheaper(max_lag: int, size: int, width: int) -> bool:
    """Return whether a product for every anchor and lag costs less than divide and conquer.

    Args:
        max_lag: L.
        size: H, the rows of the block that are followed.
        width: n, the rows of a factor.
    """
    return (max_lag - 1) * (_PRODUCT + _MULTIPLICATION * size * width**2) < _STEP


def multiply_directly(
    read: Callable[[int, int], Tensor],
    sums: Sums,
    *,
    steps: int,
    rows: slice,
    columns: slice,
    source: Tensor | None,
    frobenius: bool,
    advance: Callable[[int], None],
) -> None:
    """Add every product M_{t,ℓ} = M_{t,ℓ−1} J_{t−ℓ+1} to sums, all anchors of a chunk at once.

    In float64, whatever the factors: no product that float64 can hold is lost.

    Args:
        read: (start, stop) ↦ checked factors of shape (stop − start, B, n, n).
        sums: what is added to.
        steps: T.
        rows: of the block.
        columns: of the block.
        source: (T, B, H) factors at the source steps.
        frobenius: whether norms are wanted.
        advance: called with the number of products done.
    """
    _, batch, width, _ = read(0, 1).shape
    size = rows.stop - rows.start
    chunk = max(1, _CHUNK_BYTES // (8 * batch * size * width))
    for start in range(0, steps, chunk):
        stop = min(start + chunk, steps)
        oldest = max(0, start - sums.max_lag + 1)
        factors = read(oldest, stop).double()
        check_finite(factors, oldest)
        product = factors[start - oldest :, :, rows]
        for lag in range(1, sums.max_lag + 1):
            first = max(start, lag - 1)
            if first >= stop:
                break
            if lag > 1:
                older = factors[first - lag + 1 - oldest : stop - lag + 1 - oldest]
                product = product[len(product) - (stop - first) :] @ older
            block = product[..., columns]
            diagonal = block.diagonal(dim1=-2, dim2=-1)
            if source is not None:
                diagonal = diagonal * source[first - lag + 1 : stop - lag + 1]
            norms = torch.linalg.matrix_norm(block) if frobenius else None
            _add(sums, lag, slice(first, stop), diagonal, norms)
            advance((stop - first) * batch)


def _add(sums: Sums, lag: int, anchors: slice, diagonal: Tensor, norms: Tensor | None) -> None:
    """Add diagonals (anchors, B, H) and norms (anchors, B) of one lag."""
    place = lag - 1
    sums.absolute[:, place] += diagonal.abs().sum((0, 1))
    sums.signed[:, place] += diagonal.sum((0, 1))
    if sums.per_anchor is not None:
        sums.per_anchor[:, place, anchors] = diagonal.abs().sum(-1).T
    if norms is None:
        return
    sums.frobenius[place] += norms.sum()
    if sums.frobenius_per_anchor is not None:
        sums.frobenius_per_anchor[:, place, anchors] = norms.T
