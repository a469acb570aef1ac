"""Arithmetic in the precision of the tensors that are given, whatever surrounds the call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import wraps
from typing import ParamSpec, TypeVar

import torch

#: Kinds of devices for which PyTorch may round products to half precision.
_DEVICES = ("cuda", "cpu", "xpu", "mps")
#: What PyTorch calls products of float32 numbers whose factors are not rounded.
_WHOLE = "highest"

P = ParamSpec("P")
R = TypeVar("R")


def full_precision() -> AbstractContextManager[object]:
    """Return a context in which products keep the precision of their factors.

    Inside ``torch.autocast`` a product of float32 numbers is rounded to half precision, and after
    ``torch.set_float32_matmul_precision("high")`` a GPU rounds their factors to ten bits; a
    transport is a product of many factors, of which nothing would be left. A function that
    ``torch.compile`` traces is not told apart from what surrounds it by the latter.

    >>> a = torch.full((1, 1), 1 / 3)
    >>> with torch.autocast("cpu", torch.bfloat16), full_precision():
    ...     (a @ a).dtype
    torch.float32
    """
    reduced = [device for device in _DEVICES if torch.is_autocast_enabled(device)]
    rounded = not torch.compiler.is_compiling() and _rounded()
    if not reduced and not rounded:
        return nullcontext()
    if len(reduced) == 1 and not rounded:
        return torch.autocast(reduced[0], enabled=False)
    return _on_none(reduced)


def _rounded() -> bool:
    """Whether factors of float32 are rounded somewhere; a graph cannot ask."""
    return torch.get_float32_matmul_precision() != _WHOLE


@contextmanager
def _on_none(devices: Sequence[str]) -> Iterator[None]:
    before = torch.get_float32_matmul_precision()
    with ExitStack() as stack:
        for device in devices:
            stack.enter_context(torch.autocast(device, enabled=False))
        torch.set_float32_matmul_precision(_WHOLE)
        try:
            yield
        finally:
            torch.set_float32_matmul_precision(before)


def in_full_precision(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that runs in ``full_precision``."""

    @wraps(function)
    def precise(*args: P.args, **options: P.kwargs) -> R:
        with full_precision():
            return function(*args, **options)

    return precise
