"""Norms of high powers of RᵀR, which bound the largest singular value of R."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from importlib.resources import files

import torch
from torch import Tensor

from longlag.numerics.compiled import load_library
from longlag.numerics.lags.exact_compiled import for_both_types
from longlag.numerics.lags.workspace import Workspace
from longlag.theory.errors import LonglagError


@lru_cache(maxsize=1)
def _source() -> str:
    text = files("longlag.numerics.lags").joinpath("powers.c").read_text("utf-8")
    before = ["math.h", "stdint.h", "stdlib.h", "string.h"]
    side = "enum { SIDE = 16 };"
    return "\n".join([*(f"#include <{name}>" for name in before), side, for_both_types(text)])


def _library() -> ctypes.CDLL | None:
    library = load_library(_source(), "powers")
    if library is not None and library.powers_double.argtypes is None:
        pointer, number = ctypes.c_void_p, ctypes.c_int64
        for function in (library.powers_float, library.powers_double):
            function.restype = number
            function.argtypes = [pointer, *[number] * 3, ctypes.c_double, pointer, pointer]
    return library


def power_norms(factors: Tensor, times: int, workspace: Workspace) -> tuple[Tensor, Tensor]:
    """Return ‖R‖_F and ‖(RᵀR/‖R‖_F²)^{2^{times − 1}}‖_F of matrices R, in float64.

    Args:
        factors: R, (x, n, n), packed.
        times: how many products of matrices are formed.
        workspace: memory to work in.
    """
    tiny = torch.finfo(factors.dtype).tiny
    library = _library() if factors.is_cpu else None
    if library is not None:
        scale, norm = torch.empty(2, len(factors), dtype=torch.float64)
        single = factors.dtype == torch.float32
        function = library.powers_float if single else library.powers_double
        width, given = factors.shape[-1], factors.contiguous()
        if function(
            given.data_ptr(), len(given), width, times, tiny, scale.data_ptr(), norm.data_ptr()
        ):
            raise LonglagError(
                f"a matrix of {width} rows",
                "the memory for two of its powers cannot be had",
                "measure a smaller network",
            )
        return scale, norm
    scale = torch.linalg.matrix_norm(factors).clamp(min=tiny)
    names = ("power", "square")
    one, other = (workspace.take(name, factors.dtype, *factors.shape) for name in names)
    torch.div(factors, scale[..., None, None], out=one)
    torch.bmm(one.mT, one, out=other)
    for _ in range(times - 1):
        one, other = other, torch.bmm(other, other, out=one)
    return scale.double(), torch.linalg.matrix_norm(other).double()
