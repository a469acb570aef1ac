"""An input that comes in blocks, whatever their lengths: checked, and cut into equal ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard

import numpy as np
import torch
from torch import Tensor

from longlag.theory.errors import LonglagError


def is_array(blocks: object) -> TypeGuard[np.ndarray | Tensor]:
    """Return whether an input is one array, mapped into memory or there, and no iterator."""
    return isinstance(blocks, np.ndarray | Tensor)


def cut(
    blocks: np.ndarray | Tensor | Iterable[Any], length: int, *, steps: int | None, like: Tensor
) -> Iterator[Tensor]:
    """Yield an input in blocks of some steps, the last one as short as it is.

    Args:
        blocks: an array (T, D) or (T, N, D), of which no more than a block is read at a time, or
            what yields such arrays, time first, of any number of steps.
        length: steps of a block.
        steps: how many there are in all; None where that is not known.
        like: a tensor of the dtype and device that the blocks get.

    Raises:
        LonglagError: what is no array of real numbers, a change of width, values that are not
            finite, more or fewer steps than there are said to be.

    >>> [len(each) for each in cut(iter([torch.ones(3, 1)] * 3), 4, steps=9, like=torch.ones(1))]
    [4, 4, 1]
    """
    waiting: list[Tensor] = []
    held = seen = 0
    for piece in _checked(blocks, length, like):
        seen += len(piece)
        if steps is not None and seen > steps:
            raise LonglagError(
                f"a stream of {seen} steps or more",
                f"it was said to have {steps}",
                "say how many there are, or leave steps out",
            )
        while len(piece):
            part = piece[: length - held]
            waiting.append(part)
            held += len(part)
            piece = piece[len(part) :]
            if held == length:
                yield torch.cat(waiting)
                waiting, held = [], 0
    if steps is not None and seen < steps:
        raise LonglagError(
            f"a stream that ends after {seen} steps",
            f"it was said to have {steps}",
            f"measure those with steps={seen}, or give the rest",
        )
    if waiting:
        yield torch.cat(waiting)


def array_steps(blocks: np.ndarray | Tensor) -> int:
    """Return how many steps an array has, once it is known to be an input.

    Raises:
        LonglagError: no axis of time and of features.
    """
    if blocks.ndim not in (2, 3) or 0 in blocks.shape:
        raise LonglagError(
            f"input of shape {tuple(blocks.shape)}",
            "a stream is (T, D) or (T, N, D), time first, no axis empty",
            "reshape it",
        )
    return len(blocks)


def require_finite(blocks: np.ndarray | Tensor, length: int, like: Tensor) -> None:
    """Read an array once, so that what cannot be measured is known before hours of work.

    Args:
        blocks: the array.
        length: how many steps are read at a time.
        like: a tensor of the dtype in which its values have to be finite.

    Raises:
        LonglagError: the first step that holds a value which is not finite.
    """
    for _ in _checked(blocks, length, like):
        pass


def _checked(blocks: Any, length: int, like: Tensor) -> Iterator[Tensor]:
    """Yield blocks as tensors, each checked by itself and against the first."""
    seen, width = 0, None
    for block in _slices(blocks, length) if is_array(blocks) else _iterated(blocks):
        piece = _tensor(block, seen).to(like)
        array_steps(piece)
        if width is None:
            width = piece.shape[1:]
        if piece.shape[1:] != width:
            raise LonglagError(
                f"a block of shape {tuple(piece.shape)} at step {seen}",
                f"the steps before have the shape {tuple(width)}",
                "give every step the same sequences and features",
            )
        # One sum finds whether there is any; which step, is looked for then.
        if not bool(piece.sum().isfinite()):
            wrong = ~piece.isfinite().flatten(1).all(1)
            if bool(wrong.any()):
                dtype = str(piece.dtype).removeprefix("torch.")
                raise LonglagError(
                    f"the input at step {seen + int(wrong.int().argmax())}",
                    f"it holds NaN or infinity as {dtype}, and states after it would, too",
                    "clean it, or measure the steps before",
                )
        yield piece
        seen += len(piece)


def _slices(array: np.ndarray | Tensor, length: int) -> Iterator[np.ndarray | Tensor]:
    array_steps(array)
    for start in range(0, len(array), length):
        yield array[start : start + length]


def _iterated(blocks: object) -> Iterator[Any]:
    try:
        found = iter(blocks)  # type: ignore[call-overload]
    except TypeError:
        raise LonglagError(
            f"input of type {type(blocks).__name__}",
            "a stream is an array, mapped into memory or not, or yields arrays",
            "give numpy.load(file, mmap_mode='r'), a tensor or an iterator of blocks",
        ) from None
    yield from found


def _tensor(block: object, seen: int) -> Tensor:
    if isinstance(block, np.ndarray) and block.dtype.kind in "biuf":
        # By way of doubles: files may hold numbers in the byte order of another machine.
        return torch.from_numpy(np.ascontiguousarray(block, dtype=np.float64))
    if isinstance(block, Tensor) and not block.is_complex() and block.layout == torch.strided:
        return block.detach()
    shown = f" of {block.dtype}" if isinstance(block, np.ndarray | Tensor) else ""
    raise LonglagError(
        f"a block of type {type(block).__name__}{shown} at step {seen}",
        "a module takes real numbers, in arrays (t, D) or (t, N, D)",
        "convert it with numpy.asarray",
    )


__all__ = ["array_steps", "cut", "is_array", "require_finite"]
