"""Fresh arrays on large pages: most of the time of filling a fresh array goes to its page faults.

The system hands out memory page by page as it is first written. Where Linux is asked for pages of
2 MiB instead of 4 KiB, filling a large array for the first time takes a fraction of the time.
"""

from __future__ import annotations

import ctypes
import sys
from functools import lru_cache
from typing import Any

from torch import Tensor

_PAGE = 1 << 21
_HUGE_PAGES = 14  # MADV_HUGEPAGE

#: Smaller arrays would hold no whole large page that is theirs alone.
_SMALLEST = 2 * _PAGE


def fresh(like: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return an array of the dtype of ``like`` whose numbers are not set yet.

    Args:
        like: gives the dtype and the device, the CPU.
        shape: of the array.
    """
    array = like.new_empty(shape)
    advise = _advice()
    if array.nbytes >= _SMALLEST and advise is not None:
        start = -(-array.data_ptr() // _PAGE) * _PAGE
        length = (array.data_ptr() + array.nbytes) // _PAGE * _PAGE - start
        # Only advice: where it is refused, pages are small.
        advise(start, length, _HUGE_PAGES)
    return array


def fresh_at_page(like: Tensor, count: int) -> Tensor:
    """Return a vector that begins with a large page and ends with one: all of it is on such pages.

    It is for work, not for results, since there is room around it that it keeps alive.

    Args:
        like: gives the dtype and the device, the CPU.
        count: the length of the vector.
    """
    size = like.element_size()
    pages = -(-count * size // _PAGE)
    room = like.new_empty((pages + 1) * _PAGE // size)
    before = -room.data_ptr() % _PAGE
    advise = _advice()
    if advise is not None:
        advise(room.data_ptr() + before, pages * _PAGE, _HUGE_PAGES)
    return room[before // size : before // size + count]


@lru_cache(maxsize=1)
def _advice() -> Any:
    """The system's function for advice on memory; None where large pages are not asked for."""
    if not sys.platform.startswith("linux"):
        return None
    function = ctypes.CDLL(None).madvise
    function.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return function
