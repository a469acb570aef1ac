"""The compiled function of first-order rates: its text, joined from ``first_order_c``, and its use.

Each file of that folder holds one idea; ``work.c`` says how they fit together.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from longlag.numerics.compiled import load_library
from longlag.theory.errors import LonglagError

#: The files in the order in which they are joined: those of the middle once for each TYPE.
_FILES = (
    ("lanes", "work", "factors", "recurrence", "dual"),
    ("side", "tile", "pairs"),
    ("walk", "entry"),
)
#: TYPE, and BITS, an integer as wide. NAMED puts the type into a name.
_TYPES = (("double", "int64_t"), ("float", "int32_t"))
#: It keeps S×S blocks of each neuron in registers and on the stack.
_MOST_STATES = 3
_COMPILED_TYPES = (torch.float32, torch.float64)


def library_for(local: Tensor, compiled: bool | None) -> ctypes.CDLL | None:
    """Return the compiled function where it is to run on such tensors, else None.

    Args:
        local: factors of shape (T, *batch, S, S, H).
        compiled: True demands it, False refuses it, None takes it where it can run.

    Raises:
        LonglagError: it is demanded and cannot run.
    """
    if compiled is False:
        return None
    states = local.shape[-2]
    able = local.device.type == "cpu" and local.dtype in _COMPILED_TYPES and states <= _MOST_STATES
    library = _library() if able else None
    if compiled and library is None:
        raise LonglagError(
            f"compiled=True for {local.dtype} on {local.device} with {states} states",
            f"it needs a C compiler, float32 or float64 on the CPU, and at most "
            f"{_MOST_STATES} states",
            "leave out compiled, and PyTorch computes the same",
        )
    return library


def _library() -> ctypes.CDLL | None:
    """Return the library, built at its first use; None without a compiler, which is said once."""
    library = load_library(_source(), "first_order")
    if library is not None:
        integer, pointer = ctypes.c_int64, ctypes.c_void_p
        library.first_order.argtypes = [pointer] * 3 + [integer] * 12 + [pointer]
        library.first_order.restype = integer
        library.first_order_groups.argtypes = [integer] * 2
        library.first_order_groups.restype = integer
        library.first_order_workspace.argtypes = [integer] * 5
        library.first_order_workspace.restype = integer
    return library


@lru_cache(maxsize=1)
def _source() -> str:
    """Return the text of the library."""
    folder = Path(__file__).with_name("first_order_c")
    before, typed, after = (
        "\n".join((folder / f"{name}.c").read_text(encoding="utf-8") for name in names)
        for names in _FILES
    )
    by_type = "\n".join(
        f"#define TYPE {name}\n#define BITS {bits}\n#define NAMED(name) name##_{name}\n{typed}\n"
        "#undef TYPE\n#undef BITS\n#undef NAMED\n"
        for name, bits in _TYPES
    )
    return f"{before}\n{by_type}\n{after}"
