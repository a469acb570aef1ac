"""Gram matrices of prefixes and suffixes, and the norms of products that they tell.

‖UV‖² = ⟨UᵀU, VVᵀ⟩. Both are symmetric, so that where there is a compiler only entries on and above
the diagonal are kept and multiplied, those above it doubled on one side. Sums are of matrices over
their norms: what is left of ‖U‖²‖V‖² may be little, and is off by the rounding of ‖UᵀU‖‖VVᵀ‖. Where
it is a small part of that, float64 takes the place of float32, and products are formed in place of
float64. Derived here.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import torch
from torch import Tensor

from longlag.numerics.compiled import load_library
from longlag.numerics.lags.exact_compiled import for_both_types, units
from longlag.numerics.lags.workspace import Workspace

#: Below this part of ‖UᵀU‖‖VVᵀ‖, ⟨UᵀU, VVᵀ⟩ has lost digits: norms of float32 are off by some 1e-6
#: (1e-7 as a rule, less than their products are), of float64 by some 1e-9.
CANCELLED = {torch.float32: 2.0**-6, torch.float64: 1e-7}


class Grams(NamedTuple):
    """AᵀA/‖A‖² of matrices A.

    Args:
        entries: packed, (x, times, entries), in float32 or float64.
        sizes: ‖A‖, packed, (x, times) in float64.
        spreads: ‖AᵀA‖/‖A‖², as the sizes.
    """

    entries: Tensor
    sizes: Tensor
    spreads: Tensor

    def since(self, first: int) -> Grams:
        """Return those from a time on."""
        return Grams(*(each[:, first:] for each in self))


@lru_cache(maxsize=1)
def _source() -> str:
    folder = files("longlag.numerics.lags")
    sizes, gram = (
        folder.joinpath(f"{name}.c").read_text("utf-8") for name in ("gram_sizes", "gram")
    )
    return "\n".join([sizes, for_both_types(gram)])


def _library() -> ctypes.CDLL | None:
    library = load_library(_source(), "gram")
    if library is not None and library.norms_across_float.argtypes is None:
        pointer, number, real = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double
        for function in (
            library.grams_of_floats,
            library.grams_of_doubles,
            library.wide_grams_of_floats,
            library.narrow_grams_of_doubles,
        ):
            function.argtypes = [pointer, *[number] * 6, real, *[pointer] * 4]
            function.restype = None
        for function in (library.norms_across_float, library.norms_across_double):
            function.argtypes = [pointer] * 6 + [number] * 5 + [real, pointer]
            function.restype = number
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


def gram_type(factors: torch.dtype, device: torch.device) -> torch.dtype:
    """Return in which type Gram matrices are told at first: that of the factors, if compiled.

    Args:
        factors: of the factors, whose products may have gone on in float64.
        device: where they are.
    """
    return torch.float64 if _library_for(device) is None else factors


def grams(matrices: Tensor, out: Tensor, workspace: Workspace, *, newer: bool) -> Grams:
    """Write AᵀA/‖A‖² of matrices A.

    Args:
        matrices: (count, inner, n, K), each packed, at equal distances along both axes.
        out: packed, (count, inner, entries) in float64, or in float32 where there is a compiler.
        workspace: memory to work in.
        newer: on which side of a seam they are: rows of both sides of ``out`` have the scalar
            products of Gram matrices.
    """
    count, inner, rows, columns = matrices.shape
    library = _library_for(matrices.device)
    if library is None:
        unit = workspace.take("unit", torch.float64, *matrices.shape)
        sizes = units(matrices, unit)
        flat = unit.flatten(0, 1)
        torch.bmm(flat.mT, flat, out=out.view(-1, columns, columns))
        return Grams(out, sizes, torch.linalg.vector_norm(out, dim=-1))
    sizes, spreads = torch.empty(2, count, inner, dtype=torch.float64)
    side = library.gram_side()
    room = workspace.take("panels", out.dtype, -(-columns // side) * side * rows)
    function = {
        (torch.float64, torch.float64): library.grams_of_doubles,
        (torch.float64, torch.float32): library.narrow_grams_of_doubles,
        (torch.float32, torch.float64): library.wide_grams_of_floats,
        (torch.float32, torch.float32): library.grams_of_floats,
    }[matrices.dtype, out.dtype]
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
        sizes.data_ptr(),
        spreads.data_ptr(),
        out.data_ptr(),
    )
    return Grams(out, sizes, spreads)


def norms_across(newer: Grams, older: Grams, out: Tensor) -> Tensor | None:
    """Write the norms ‖UV‖ of products across seams.

    Args:
        newer: of U, (x, i, ...), packed.
        older: of V, (x, j, ...), next to each other along j, at equal distances.
        out: packed, (x, i, j) in float64.

    Returns:
        The places (number, 3) of those that have lost their digits; None where none has.
    """
    least = CANCELLED[newer.entries.dtype]
    library = _library_for(out.device)
    if library is not None:
        narrow = newer.entries.dtype == torch.float32
        function = library.norms_across_float if narrow else library.norms_across_double
        lost = function(
            *(each.data_ptr() for each in (*newer, *older)),
            older.sizes.stride(0),
            *out.shape,
            newer.entries.shape[-1],
            least,
            out.data_ptr(),
        )
        return (out == -1).nonzero() if lost else None
    torch.bmm(newer.entries, older.entries.mT, out=out)
    sizes, spreads = (
        left[:, :, None] * right[:, None, :]
        for left, right in zip(newer[1:], older[1:], strict=True)
    )
    gone = (out < least * spreads) & (sizes > 0)
    out.clamp_(min=0).sqrt_().mul_(sizes)
    return gone.nonzero() if bool(gone.any()) else None
