"""Gram matrices of prefixes and suffixes, and the norms of products that they tell.

‖UV‖² = ⟨UᵀU, VVᵀ⟩. Both are symmetric, so that where there is a compiler only entries on and above
the diagonal are kept and multiplied, those above it doubled on one side. Sums are in float64, of
matrices over their norms: what is left of ‖U‖²‖V‖² may be little.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from importlib.resources import files

import torch
from torch import Tensor

from longlag.numerics.compiled import load_library
from longlag.numerics.lags.exact_compiled import units
from longlag.numerics.lags.workspace import Workspace

#: Below this share of ‖U‖²‖V‖², ⟨UᵀU, VVᵀ⟩ has lost digits and the product is formed.
CANCELLED = 1e-7


@lru_cache(maxsize=1)
def _source() -> str:
    return files("longlag.numerics.lags").joinpath("gram.c").read_text("utf-8")


def _library() -> ctypes.CDLL | None:
    library = load_library(_source(), "gram")
    if library is not None and library.norms_across.argtypes is None:
        pointer, number, real = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double
        for function in (library.grams_of_floats, library.grams_of_doubles):
            function.argtypes = [pointer, *[number] * 6, real, *[pointer] * 3]
            function.restype = None
        library.norms_across.argtypes = [pointer] * 4 + [number] * 5 + [real, pointer]
        library.norms_across.restype = number
        library.gram_side.restype = number
        library.gram_entries.argtypes, library.gram_entries.restype = [number], number
    return library


def _library_for(device: torch.device) -> ctypes.CDLL | None:
    return _library() if device.type == "cpu" else None


def gram_entries(width: int, device: torch.device) -> int:
    """Return how many numbers a Gram matrix of K columns is kept as.

    Args:
        width: K.
        device: where it is.
    """
    library = _library_for(device)
    return width**2 if library is None else int(library.gram_entries(width))


def grams(matrices: Tensor, out: Tensor, workspace: Workspace, *, newer: bool) -> Tensor:
    """Write AᵀA/‖A‖² of matrices A and return ‖A‖ (count, inner), in float64.

    Args:
        matrices: (count, inner, n, K), each packed, at equal distances along both axes.
        out: packed, (count, inner, entries) in float64.
        workspace: memory to work in.
        newer: on which side of a seam they are: rows of both sides of ``out`` have the scalar
            products of Gram matrices.
    """
    count, inner, rows, columns = matrices.shape
    library = _library_for(matrices.device)
    if library is None:
        unit = workspace.take("unit", torch.float64, *matrices.shape)
        found = units(matrices, unit)
        flat = unit.flatten(0, 1)
        torch.bmm(flat.mT, flat, out=out.view(-1, columns, columns))
        return found
    found = torch.empty(count, inner, dtype=torch.float64)
    side = library.gram_side()
    room = workspace.take("panels", torch.float64, -(-columns // side) * side * rows)
    single = matrices.dtype == torch.float32
    function = library.grams_of_floats if single else library.grams_of_doubles
    function(
        matrices.data_ptr(),
        count,
        matrices.stride(0),
        inner,
        matrices.stride(1),
        rows,
        columns,
        2.0 if newer else 1.0,
        room.data_ptr(),
        found.data_ptr(),
        out.data_ptr(),
    )
    return found


def norms_across(
    newer: tuple[Tensor, Tensor], older: tuple[Tensor, Tensor], out: Tensor
) -> Tensor | None:
    """Write the norms ‖UV‖ of products across seams.

    Args:
        newer: packed, (x, i, entries) and (x, i): what ``grams`` writes and returns of U.
        older: (x, j, entries) and (x, j) of V, next to each other along j, at equal distances.
        out: packed, (x, i, j) in float64.

    Returns:
        The places (number, 3) of those that have lost their digits; None where none has.
    """
    (left, left_sizes), (right, right_sizes) = newer, older
    library = _library_for(out.device)
    if library is not None:
        lost = library.norms_across(
            *(each.data_ptr() for each in (left, left_sizes, right, right_sizes)),
            right_sizes.stride(0),
            *out.shape,
            left.shape[-1],
            CANCELLED,
            out.data_ptr(),
        )
        return (out == -1).nonzero() if lost else None
    torch.bmm(left, right.mT, out=out)
    sizes = left_sizes[:, :, None] * right_sizes[:, None, :]
    gone = (out < CANCELLED) & (sizes > 0)
    out.clamp_(min=0).sqrt_().mul_(sizes)
    return gone.nonzero() if bool(gone.any()) else None
