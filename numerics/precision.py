"""Arithmetic in the precision of the tensors that are given, whatever surrounds the call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import wraps
from typing import ParamSpec, TypeVar

import torch

#: Kinds of devices for which PyTorch may round products to half precision.
_DEVICES = ("cuda", "cpu", "xpu", "mps")

P = ParamSpec("P")
R = TypeVar("R")


def full_precision() -> AbstractContextManager[object]:
    """Return a context in which products keep the precision of their factors.

    Inside ``torch.autocast`` a product of float32 numbers is rounded to half precision; a
    transport is a product of many factors, of which nothing would be left.

    >>> a = torch.full((1, 1), 1 / 3)
    >>> with torch.autocast("cpu", torch.bfloat16), full_precision():
    ...     (a @ a).dtype
    torch.float32
    """
    reduced = [device for device in _DEVICES if torch.is_autocast_enabled(device)]
    if not reduced:
        return nullcontext()
    if len(reduced) == 1:
        return torch.autocast(reduced[0], enabled=False)
    return _on_none(reduced)


@contextmanager
def _on_none(devices: Sequence[str]) -> Iterator[None]:
    with ExitStack() as stack:
        for device in devices:
            stack.enter_context(torch.autocast(device, enabled=False))
        yield


def in_full_precision(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that runs in ``full_precision``."""

    @wraps(function)
    def precise(*args: P.args, **options: P.kwargs) -> R:
        with full_precision():
            return function(*args, **options)

    return precise
