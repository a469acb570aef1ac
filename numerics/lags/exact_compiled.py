"""Compiled passes over results of exact kernels, where there is a compiler, on a processor."""

from __future__ import annotations

import ctypes
from functools import lru_cache

import torch
from torch import Tensor

from longlag.numerics.compiled import load_library

#: Magnitudes between which float32 stays float32. A product of two matrices whose rows and columns
#: are all there has rows and columns above 1e-28, so that what falls below the smallest float32
#: (1e-38) is below 1e-10 of them: it is still exact to rounding, and may then leave for float64.
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

/* Magnitudes are compared as integers, which orders them as the numbers and NaN above all. */
static inline int32_t magnitude(const float *x) {
    int32_t bits;
    memcpy(&bits, x, 4);
    return bits & 0x7fffffff;
}
static inline int32_t as_bits(float x) { return magnitude(&x); }

/* Copies rows; returns whether each is zero or has its largest magnitude in [low, high]. */
int store(const float *restrict x, float *restrict y, int64_t rows, int64_t columns,
          float low, float high) {
    const int32_t lowest = as_bits(low), highest = as_bits(high);
    int safe = 1;
    for (int64_t r = 0; r < rows; r++, x += columns, y += columns) {
        int32_t most = 0;
        for (int64_t c = 0; c < columns; c++) {
            int32_t v = magnitude(x + c);
            y[c] = x[c];
            most = v > most ? v : most;
        }
        safe &= !(most > highest || (most < lowest && most > 0));
    }
    return safe;
}

/* Whether every row of matrices (and every column, if there is room to note them) is zero or has
   its largest magnitude in [low, high]. */
int within(const float *x, int64_t count, int64_t step, int64_t rows, int64_t columns,
           float low, float high, int32_t *room) {
    const int32_t lowest = as_bits(low), highest = as_bits(high);
    for (int64_t m = 0; m < count; m++, x += step) {
        if (room) memset(room, 0, columns * sizeof *room);
        for (int64_t r = 0; r < rows; r++) {
            const float *restrict row = x + r * columns;
            int32_t most = 0;
            if (room)
                for (int64_t c = 0; c < columns; c++) {
                    int32_t v = magnitude(row + c);
                    room[c] = v > room[c] ? v : room[c];
                    most = v > most ? v : most;
                }
            else
                for (int64_t c = 0; c < columns; c++) {
                    int32_t v = magnitude(row + c);
                    most = v > most ? v : most;
                }
            if (most > highest || (most < lowest && most > 0)) return 0;
        }
        if (room)
            for (int64_t c = 0; c < columns; c++)
                if (room[c] > highest || (room[c] < lowest && room[c] > 0)) return 0;
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
        library.store.argtypes = [pointer, pointer, number, number, real, real]
        library.within.argtypes = [pointer, *[number] * 4, real, real, pointer]
    return library


def library_for(values: Tensor) -> ctypes.CDLL | None:
    """Return the compiled passes, or None where only torch can work on a tensor."""
    return _library() if values.device.type == "cpu" else None


def rows_are_safe(rows: Tensor) -> bool:
    """Return whether every row of a contiguous matrix may be in its precision.

    Float64 may; float32 where the row is zero or between the safe magnitudes.
    """
    if rows.dtype == torch.float64:
        return True
    library = library_for(rows)
    if library is None:
        return bool(are_safe(torch.linalg.vector_norm(rows, torch.inf, dim=-1)).all())
    return bool(library.within(rows.data_ptr(), 1, 0, *rows.shape, SAFE_LOW, SAFE_HIGH, None))


def store_rows(rows: Tensor, target: Tensor) -> bool:
    """Copy a contiguous matrix to another and return whether its rows are safe."""
    library = library_for(rows)
    if rows.dtype == torch.float64 or library is None:
        target.copy_(rows)
        return rows_are_safe(rows)
    return bool(library.store(rows.data_ptr(), target.data_ptr(), *rows.shape, SAFE_LOW, SAFE_HIGH))


def matrices_are_safe(matrices: Tensor) -> bool:
    """Return whether every row and every column of matrices (count, n, m) is safe, and finite."""
    if matrices.dtype == torch.float64:
        return bool(matrices.sum().isfinite())
    library = library_for(matrices)
    packed = matrices.stride(-1) == 1 and matrices.stride(-2) == matrices.shape[-1]
    if library is None or not packed:
        largest = [torch.linalg.vector_norm(matrices, torch.inf, dim=axis) for axis in (-1, -2)]
        return all(bool(are_safe(each).all()) for each in largest)
    room = torch.empty(matrices.shape[-1], dtype=torch.int32)
    return bool(
        library.within(
            matrices.data_ptr(), len(matrices), matrices.stride(0), *matrices.shape[1:],
            SAFE_LOW, SAFE_HIGH, room.data_ptr(),
        )
    )  # fmt: skip


def are_safe(magnitudes: Tensor) -> Tensor:
    """Return which largest magnitudes may stay in float32; NaN may not."""
    inside = (magnitudes >= SAFE_LOW) & (magnitudes <= SAFE_HIGH)
    return inside | (magnitudes == 0)
