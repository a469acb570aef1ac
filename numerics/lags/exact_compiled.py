"""Compiled passes over results of exact products, where there is a compiler, on a processor."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from importlib.resources import files
from typing import Any

import torch
from torch import Tensor

from longlag.numerics.compiled import load_library
from longlag.theory.errors import LonglagError

#: Magnitudes between which float32 stays float32. A product of two matrices whose rows and columns
#: are all there has rows and columns above 1e-28, so that what falls below the smallest float32
#: (1e-38) is below 1e-10 of them: it is still exact to rounding, and may then leave for float64.
SAFE_LOW, SAFE_HIGH = 1e-14, 1e14


def for_both_types(text: str) -> str:
    """Return C text over TYPE, of BYTES bytes, with NAMED(…) names, once for each type."""
    return "\n".join(
        f"#define TYPE {name}\n#define BYTES {size}\n#define NAMED(name) name##_{name}\n{text}\n"
        "#undef TYPE\n#undef BYTES\n#undef NAMED"
        for name, size in (("float", 4), ("double", 8))
    )


@lru_cache(maxsize=1)
def _source() -> str:
    """The text of the library."""
    folder = files("longlag.numerics.lags")
    passes, cross = (folder.joinpath(f"{name}.c").read_text("utf-8") for name in ("exact", "cross"))
    return "\n".join([passes, for_both_types(cross)])


def _library() -> ctypes.CDLL | None:
    """The library; it may be done without for a while only, so that none is not remembered."""
    library = load_library(_source(), "exact")
    if library is not None and library.within.argtypes is None:
        pointer, number, real = ctypes.c_void_p, ctypes.c_int64, ctypes.c_float
        for function in (library.reduce_float, library.reduce_double):
            function.argtypes = [pointer, *[number] * 4, *[pointer] * 2, number, pointer, number]
            function.restype = None
        for function in (library.units_of_floats, library.units_of_doubles):
            function.argtypes = [pointer, *[number] * 6, *[pointer] * 2]
            function.restype = None
        for function in (library.examine_floats, library.examine_doubles):
            function.argtypes = [pointer, *[number] * 7, real, real, *[pointer] * 2]
        for function in (library.cross_float, library.cross_double):
            arrays: list[Any] = [pointer, number, number] * 3
            ends: list[Any] = [pointer, pointer, number, pointer]
            function.argtypes = [*arrays, *[number] * 7, *ends]
            function.restype = number
        library.store.argtypes = [pointer, pointer, *[number] * 4, real, real]
        library.within.argtypes = [pointer, *[number] * 3, real, real, pointer]
    return library


def library_for(values: Tensor) -> ctypes.CDLL | None:
    """Return the compiled passes, or None where only torch can work on a tensor."""
    return _library() if values.device.type == "cpu" else None


def rows_are_safe(rows: Tensor) -> bool:
    """Return whether every row of packed matrices (..., n, m) may be in its precision.

    Float64 may; float32 where the row is zero or between the safe magnitudes.
    """
    if rows.dtype == torch.float64:
        return True
    library = library_for(rows)
    if library is None:
        return bool(_are_safe(torch.linalg.vector_norm(rows, torch.inf, dim=-1)).all())
    count, width = rows.numel() // rows.shape[-1], rows.shape[-1]
    return bool(library.within(rows.data_ptr(), 1, count, width, SAFE_LOW, SAFE_HIGH, None))


def store_rows(rows: Tensor, target: Tensor) -> bool:
    """Copy packed matrices (count, n, m) to where each is packed; return whether rows are safe."""
    library = library_for(rows)
    if rows.dtype == torch.float64 or library is None:
        target.copy_(rows)
        return rows_are_safe(rows)
    return bool(
        library.store(
            rows.data_ptr(),
            target.data_ptr(),
            len(rows),
            target.stride(0),
            *rows.shape[1:],
            SAFE_LOW,
            SAFE_HIGH,
        )
    )


def matrices_are_safe(matrices: Tensor) -> bool:
    """Return whether every row and column of packed matrices (..., n, m) is safe, and finite."""
    if matrices.dtype == torch.float64:
        return bool(matrices.sum().isfinite())
    library = library_for(matrices)
    if library is None:
        largest = [torch.linalg.vector_norm(matrices, torch.inf, dim=axis) for axis in (-1, -2)]
        return all(bool(_are_safe(each).all()) for each in largest)
    rows, columns = matrices.shape[-2:]
    room = torch.empty(columns, dtype=torch.int32)
    count = matrices.numel() // (rows * columns)
    return bool(
        library.within(
            matrices.data_ptr(), count, rows, columns, SAFE_LOW, SAFE_HIGH, room.data_ptr()
        )
    )


def units(matrices: Tensor, out: Tensor) -> Tensor:
    """Return Frobenius norms (count, inner), in float64, whose squares need not be representable.

    Args:
        matrices: shape (count, inner, n, m), each packed, at equal distances along both axes.
        out: packed, the same shape in float64: the matrices divided by their norms.
    """
    library = library_for(matrices)
    if library is None:
        scaled, peak, sizes = _scaled(matrices)
        torch.div(scaled, torch.where(sizes > 0, sizes, 1)[..., None, None], out=out)
        return peak * sizes
    found = torch.empty(matrices.shape[:2], dtype=torch.float64)
    single = matrices.dtype == torch.float32
    function = library.units_of_floats if single else library.units_of_doubles
    count, inner, rows, columns = matrices.shape
    function(
        matrices.data_ptr(),
        count,
        matrices.stride(0),
        inner,
        matrices.stride(1),
        rows,
        columns,
        found.data_ptr(),
        out.data_ptr(),
    )
    return found


def examine(matrices: Tensor, columns: slice, diagonals: Tensor, norms: Tensor | None) -> bool:
    """Write down diagonals and norms of matrices; return whether their rows are safe.

    Args:
        matrices: (count, inner, n, m), each packed, at equal distances along both axes.
        columns: n columns of them, which are looked at.
        diagonals: packed, (count, inner, n) in float64, where diagonals are written.
        norms: packed, (count, inner) in float64, where norms are; None to do without.
    """
    library = library_for(matrices)
    if library is None:
        block = matrices[..., columns]
        diagonals.copy_(block.diagonal(dim1=-2, dim2=-1))
        if norms is not None:
            _, peak, sizes = _scaled(block)
            torch.mul(peak, sizes, out=norms)
        return rows_are_safe(matrices)
    single = matrices.dtype == torch.float32
    function = library.examine_floats if single else library.examine_doubles
    count, inner, rows, width = matrices.shape
    return bool(
        function(
            matrices.data_ptr(),
            count,
            matrices.stride(0),
            inner,
            matrices.stride(1),
            rows,
            width,
            columns.start,
            SAFE_LOW,
            SAFE_HIGH,
            diagonals.data_ptr(),
            None if norms is None else norms.data_ptr(),
        )
    )


def add_diagonals(
    prefix: Tensor,
    suffix: Tensor,
    weights: Tensor | None,
    neurons: slice,
    base: int,
    sums: tuple[Tensor, Tensor],
    dense: Tensor | None,
) -> None:
    """Add the diagonals of all products across seams to sums by lag, neuron by neuron.

    It is for where there is a compiler.

    Args:
        prefix: (x, i, H + 1, K), each packed, at equal distances along the first two axes.
        suffix: (x, j, H + 1, K), as the prefixes.
        weights: (x, j, H) in float64, factors of the diagonals at the times of suffixes, or None.
        neurons: which.
        base: the lag of row i and column j is at base − i + j of the sums, none if that is
            negative.
        sums: of the magnitudes and of the diagonals, packed, (neurons, lags).
        dense: packed, (x, i, j), to which magnitudes are added; None to do without.

    Raises:
        LonglagError: there is no memory for a neuron's suffixes.
    """
    library = library_for(prefix)
    assert library is not None
    function = library.cross_float if prefix.dtype == torch.float32 else library.cross_double
    weighted: tuple[int | None, int, int] = (None, 0, 0)
    if weights is not None:
        weights = weights.contiguous()
        weighted = (weights.data_ptr(), weights.stride(0), weights.stride(1))
    failed = function(
        *(prefix.data_ptr(), prefix.stride(0), prefix.stride(1)),
        *(suffix.data_ptr(), suffix.stride(0), suffix.stride(1)),
        *weighted,
        *(len(prefix), prefix.shape[1], suffix.shape[1], prefix.shape[3]),
        *(neurons.start, neurons.stop, base),
        *(total.data_ptr() for total in sums),
        sums[0].shape[-1],
        None if dense is None else dense.data_ptr(),
    )
    if failed:
        raise LonglagError(
            f"{suffix.shape[1]} suffixes of {suffix.shape[3]} numbers",
            "the memory for those of one neuron cannot be had",
            "lower max_lag",
        )


def _scaled(matrices: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return matrices over their largest magnitudes, in float64, those, and what norms are left."""
    wide = matrices.double()
    peak = torch.linalg.vector_norm(wide, torch.inf, dim=(-2, -1))
    scaled = wide / torch.where(peak > 0, peak, 1)[..., None, None]
    return scaled, peak, torch.linalg.matrix_norm(scaled)


def _are_safe(magnitudes: Tensor) -> Tensor:
    """Return which largest magnitudes may stay in float32; NaN may not."""
    inside = (magnitudes >= SAFE_LOW) & (magnitudes <= SAFE_HIGH)
    return inside | (magnitudes == 0)
