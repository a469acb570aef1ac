"""What is kept of every product of a cross block: sums by lag of its diagonal and of its norm.

A cross block holds the products of one stretch of time with the one before it. Row i ends i steps
after the seam, column j begins j steps before it, so the product has lag i + j + 2: lags are
anti-diagonals.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache

import torch
from torch import Tensor

from longlag.numerics.compiled import load_library

#: Magnitudes between which rows of float32 stay. The product of two such rows is above 1e-28, so
#: that what falls below the smallest float32 (1e-38) is below 1e-10 of it.
SAFE_LOW, SAFE_HIGH = 1e-14, 1e14

_SOURCE = r"""
#include <math.h>
#include <stdint.h>
#include <string.h>

/* Sums over i, at i + j < limit, of g[q][i][j] and of its magnitude; dense sums it over q. */
#define REDUCE(NAME, TYPE) \
void NAME(const TYPE *g, int64_t neurons, int64_t rows, int64_t columns, int64_t limit, \
          double *absolute, double *plain, int64_t stride, double *dense) { \
    for (int64_t q = 0; q < neurons; q++) \
        for (int64_t i = 0; i < rows; i++) { \
            const TYPE *restrict x = g + (q * rows + i) * columns; \
            double *restrict a = absolute + q * stride + i, *restrict s = plain + q * stride + i; \
            int64_t n = limit - i < columns ? limit - i : columns; \
            for (int64_t j = 0; j < n; j++) { \
                double v = (double)x[j]; a[j] += fabs(v); s[j] += v; } \
            if (dense) { \
                double *restrict d = dense + i * columns; \
                for (int64_t j = 0; j < n; j++) d[j] += fabs((double)x[j]); } } }
REDUCE(reduce_float, float)
REDUCE(reduce_double, double)

/* Whether every row is zero or has its largest magnitude in [low, high]; NaN is not.
   Magnitudes are compared as integers, which orders them as the numbers and NaN above all. */
int rows_within(const float *x, int64_t rows, int64_t columns, float low, float high) {
    int32_t lowest, highest;
    memcpy(&lowest, &low, 4);
    memcpy(&highest, &high, 4);
    for (int64_t r = 0; r < rows; r++) {
        const float *row = x + r * columns;
        int32_t most = 0;
        for (int64_t c = 0; c < columns; c++) {
            int32_t bits;
            memcpy(&bits, row + c, 4);
            bits &= 0x7fffffff;
            most = bits > most ? bits : most;
        }
        if (most > highest || (most < lowest && most > 0)) return 0;
    }
    return 1;
}
"""


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL | None:
    library = load_library(_SOURCE, "exact")
    if library is not None:
        pointer, number, real = ctypes.c_void_p, ctypes.c_int64, ctypes.c_float
        for function in (library.reduce_float, library.reduce_double):
            function.argtypes = [pointer, *[number] * 4, pointer, pointer, number, pointer]
            function.restype = None
        library.rows_within.argtypes = [pointer, number, number, real, real]
    return library


def compiled_for(device: torch.device) -> bool:
    """Return whether tensors there are reduced by compiled code."""
    return device.type == "cpu" and _library() is not None


def rows_are_safe(rows: Tensor) -> bool:
    """Return whether every row of a matrix of float32 is zero or of a safe magnitude.

    Args:
        rows: shape (rows, columns), contiguous.
    """
    if compiled_for(rows.device):
        library = _library()
        assert library is not None
        return bool(library.rows_within(rows.data_ptr(), *rows.shape, SAFE_LOW, SAFE_HIGH))
    return bool(are_safe(torch.linalg.vector_norm(rows, torch.inf, dim=-1)).all())


def are_safe(magnitudes: Tensor) -> Tensor:
    """Return which largest magnitudes of rows may stay in float32; NaN may not."""
    inside = (magnitudes >= SAFE_LOW) & (magnitudes <= SAFE_HIGH)
    return inside | (magnitudes == 0)


class Sums:
    """Sums over anchors and batch, by lag.

    Args:
        neurons: H.
        max_lag: L.
        anchors: T, to keep every anchor apart as well; None to keep sums only.
        batch: its size.
        device: where.

    Attributes:
        absolute: (H, L) sums of the magnitude of the diagonal.
        signed: (H, L) sums of the diagonal.
        frobenius: (L,) sums of the norm.
        per_anchor: (batch, ≥ L, T) sums over neurons of the magnitude, or None.
        frobenius_per_anchor: the same of the norm.
    """

    def __init__(
        self, neurons: int, max_lag: int, anchors: int | None, batch: int, device: torch.device
    ) -> None:
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
            self.frobenius_per_anchor = torch.zeros_like(self.per_anchor)

    def add_single(self, diagonals: Tensor, norms: Tensor | None, anchor: int, batch: int) -> None:
        """Add products of one factor: diagonals (time, H), norms (time,)."""
        self.absolute[:, 0] += diagonals.abs().sum(0)
        self.signed[:, 0] += diagonals.sum(0)
        span = slice(anchor, anchor + len(diagonals))
        if self.per_anchor is not None:
            self.per_anchor[batch, 0, span] = diagonals.abs().sum(1)
        if norms is not None:
            self.frobenius[0] += norms.sum()
            if self.frobenius_per_anchor is not None:
                self.frobenius_per_anchor[batch, 0, span] = norms

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
        library = _library() if compiled_for(block.device) else None
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
