"""What is kept of every product of a cross block: sums by lag of its diagonal and of its norm.

A cross block holds the products of one stretch of time with the one before it. Row i ends i steps
after the seam, column j begins j steps before it, so the product has lag i + j + 2: lags are
anti-diagonals.
"""

from __future__ import annotations

import torch
from torch import Tensor

from longlag.numerics.lags.exact_compiled import library_for


class Sums:
    """Sums over anchors and batch, by lag.

    Args:
        neurons: H.
        max_lag: L.
        anchors: T, to keep every anchor apart as well; None to keep sums only.
        batch: its size.
        frobenius: whether norms come.
        device: where.

    Attributes:
        absolute: (H, L) sums of the magnitude of the diagonal.
        signed: (H, L) sums of the diagonal.
        frobenius: (L,) sums of the norm.
        per_anchor: (batch, ≥ L, T) sums over neurons of the magnitude, or None.
        frobenius_per_anchor: the same of the norm.
    """

    def __init__(
        self, neurons: int, max_lag: int, anchors: int | None, batch: int, *,
        frobenius: bool, device: torch.device,
    ) -> None:  # fmt: skip
        self.max_lag = max_lag
        # Strips of a capped block are this high at most, and reach as far past the cap.
        self.strip = max(8, max_lag // 16)
        kept = {"dtype": torch.float64, "device": device}
        self.absolute = torch.zeros(neurons, max_lag, **kept)  # type: ignore[call-overload]
        self.signed = torch.zeros_like(self.absolute)
        self.frobenius = self.absolute.new_zeros(max_lag)
        self.per_anchor: Tensor | None = None
        self.frobenius_per_anchor: Tensor | None = None
        if anchors is not None:
            self.per_anchor = self.absolute.new_zeros(batch, max_lag + self.strip, anchors)
            if frobenius:
                self.frobenius_per_anchor = torch.zeros_like(self.per_anchor)

    def add_formed(
        self, diagonals: Tensor, norms: Tensor | None, lag: int, anchors: slice, batch: int
    ) -> None:
        """Add products of one lag: diagonals (anchors, H), norms (anchors,)."""
        self.absolute[:, lag - 1] += diagonals.abs().sum(0)
        self.signed[:, lag - 1] += diagonals.sum(0)
        if self.per_anchor is not None:
            self.per_anchor[batch, lag - 1, anchors] = diagonals.abs().sum(1)
        if norms is not None:
            self.frobenius[lag - 1] += norms.sum()
            if self.frobenius_per_anchor is not None:
                self.frobenius_per_anchor[batch, lag - 1, anchors] = norms

    def add_diagonals(self, block: Tensor, neuron: int, row: int, dense: Tensor | None) -> None:
        """Add the diagonals of products of lag row + i + j + 2 for neurons from ``neuron`` on.

        Args:
            block: shape (neurons, i, j), contiguous.
            neuron: the first neuron.
            row: the first i.
            dense: (i, j), to which magnitudes are added over neurons; None to do without.
        """
        count, rows, columns = block.shape
        span = slice(neuron, neuron + count)
        limit = self.max_lag - 1 - row
        library = library_for(block)
        if library is not None:
            reduce = library.reduce_float if block.dtype == torch.float32 else library.reduce_double
            offset = (neuron * self.max_lag + row + 1) * self.absolute.element_size()
            reduce(
                block.data_ptr(), count, rows, columns, limit, self.absolute.data_ptr() + offset,
                self.signed.data_ptr() + offset, self.max_lag,
                None if dense is None else dense.data_ptr(),
            )  # fmt: skip
            return
        lags = min(limit, rows + columns - 1)
        target = slice(row + 1, row + 1 + lags)
        skewed = _by_lag(block)[..., :lags]
        self.signed[span, target] += skewed.sum(1, dtype=torch.float64)
        magnitudes = skewed.abs()
        self.absolute[span, target] += magnitudes.sum(1, dtype=torch.float64)
        if dense is not None:
            dense += block.abs().sum(0, dtype=torch.float64)

    def add_anchors(
        self, target: Tensor | None, dense: Tensor, row: int, seam: int, batch: int
    ) -> None:
        """Add a block of single values at lags row + i + j + 2 and anchors seam + row + i."""
        if target is None:
            return
        rows, columns = dense.shape
        by_lag, by_time = target.stride(1), target.stride(2)
        start = batch * target.stride(0) + (row + 1) * by_lag + (seam + row) * by_time
        target.as_strided((rows, columns), (by_lag + by_time, by_lag), start).add_(dense)

    def add_norms(self, block: Tensor, row: int, seam: int, batch: int) -> None:
        """Add norms, shape (i, j), of products of lag row + i + j + 2."""
        limit = self.max_lag - 1 - row
        rows, columns = block.shape
        lags = min(limit, rows + columns - 1)
        self.frobenius[row + 1 : row + 1 + lags] += _by_lag(block[None])[0, :, :lags].sum(0)
        self.add_anchors(self.frobenius_per_anchor, block, row, seam, batch)


def _by_lag(block: Tensor) -> Tensor:
    """Return a block (n, i, j) as (n, i, i + j), zero where there is no j."""
    count, rows, columns = block.shape
    width = columns + rows
    # A row begins one entry earlier in the view than in memory, so that a column is one lag.
    padded = torch.nn.functional.pad(block, (0, rows))
    return padded.as_strided((count, rows, width - 1), (rows * width, width - 1, 1))
