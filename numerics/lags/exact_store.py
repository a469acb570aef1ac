"""Prefixes and suffixes of blocks of time, and how those of two neighbours become those of one.

The *prefix* of time t in a block is the product from its first time to t, the *suffix* that from t
to its last. Prefixes hold only the rows, suffixes only the columns of the block of states that is
asked for. Both are kept as (time, row, K), suffixes transposed, so that rows of all times are one
tall matrix and the rows of one neuron are equally spaced. The last row of each time is padding:
without it, rows of one neuron would be a power of two apart, which caches do not take.

Float32 stays in float32 while every row of every prefix and column of every suffix is zero or
within [1e-14, 1e14]; the first that leaves makes all go on in float64. No scale common to a matrix
would do: a neuron with gates of 1e-30 would vanish beside one with gates of 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from longlag.numerics.lags.exact_compiled import matrices_are_safe, store_rows
from longlag.numerics.lags.workspace import Workspace
from longlag.numerics.threads import shared


@dataclass(frozen=True)
class Layout:
    """The block of S·H × S·H matrices that is asked for.

    Args:
        size: H.
        states: S.
        new: the position of the state whose rows are taken.
        previous: the position of the state whose columns are taken.
    """

    size: int
    states: int
    new: int
    previous: int

    @property
    def width(self) -> int:
        """K = S·H."""
        return self.size * self.states

    @property
    def rows(self) -> slice:
        """The rows of the block."""
        return slice(self.new * self.size, (self.new + 1) * self.size)

    @property
    def columns(self) -> slice:
        """The columns of the block."""
        return slice(self.previous * self.size, (self.previous + 1) * self.size)


class Ends:
    """The prefixes and suffixes of equal blocks, in windows of several sequences.

    Args:
        workspace: where they are.
        layout: the block of states.
        windows: how many windows follow each other.
        sequences: how many sequences.
        window: the number of times in a window.
        dtype: the precision at first.

    Attributes:
        prefix: (windows, sequences, time, H + 1, K).
        suffix: the same, with the window before the first in front.
        totals: (blocks, K, K) the products of blocks, where they are not their last prefixes.
    """

    def __init__(
        self,
        workspace: Workspace,
        layout: Layout,
        *,
        windows: int,
        sequences: int,
        window: int,
        dtype: torch.dtype,
    ) -> None:
        self.workspace, self.layout, self.dtype = workspace, layout, dtype
        self._shape = (windows, sequences, window, layout.size + 1, layout.width)
        self.prefix, self.suffix = self._both(dtype)
        self.totals: Tensor | None = None

    def blocks(self, length: int) -> tuple[Tensor, Tensor]:
        """Return prefixes and suffixes by block of a length, (blocks, time, H + 1, K)."""
        shape = (-1, length, *self._shape[-2:])
        return self.prefix.view(shape), self.suffix[1:].view(shape)

    def merge(self, half: int, *, reach: int | None = None, last: bool = False) -> None:
        """Make the prefixes and suffixes of blocks those of blocks of twice the length.

        Args:
            half: the length of the blocks.
            reach: how many prefixes and suffixes are wanted of the new ones, and no products;
                None for all.
            last: whether of every two new blocks only what meets at their seam is wanted.
        """
        prefix, suffix = (each.unflatten(0, (-1, 2)) for each in self.blocks(half))
        if self.totals is not None:
            older, newer = self.totals.unflatten(0, (-1, 2)).unbind(1)
        else:
            older, newer = prefix[:, :, -1, :-1].unbind(1)
        wanted = half if reach is None else max(0, min(half, reach - half))
        step = 2 if last else 1
        safe = self._multiply(suffix[::step, 0, half - wanted :], newer[::step].mT)
        if self.totals is not None:
            self.totals = newer @ older
            safe = safe and matrices_are_safe(self.totals)
        rows = prefix[step - 1 :: step, 1, :wanted]
        safe = self._multiply(rows, older[step - 1 :: step]) and safe
        if not safe:
            self.widen()

    def widen(self) -> None:
        """Go on in float64."""
        if self.dtype == torch.float64:
            return
        self.dtype = torch.float64
        both = self._both(self.dtype)
        for narrow, wide in zip((self.prefix, self.suffix), both, strict=True):
            wide.copy_(narrow)
        self.prefix, self.suffix = both
        self.totals = None if self.totals is None else self.totals.double()

    def _both(self, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        windows, *rest = self._shape
        prefix = self.workspace.take("prefix", dtype, windows, *rest)
        return prefix, self.workspace.take("suffix", dtype, windows + 1, *rest)

    def _multiply(self, matrices: Tensor, factors: Tensor) -> bool:
        """Multiply (blocks, time, H + 1, K) in place, each block by its factor from the right.

        Returns:
            Whether rows are safe.
        """
        if matrices.shape[1] == 0:
            return True
        tall = matrices.flatten(1, 2)
        step = max(1, self.workspace.entries // tall[0].numel())
        height = min(tall.shape[1], max(1, self.workspace.entries // tall.shape[2]))

        def multiply(rows: Tensor, by: Tensor) -> bool:
            product = self.workspace.take("product", rows.dtype, *rows.shape)
            torch.bmm(rows, by, out=product)
            return store_rows(product, rows)

        return all(
            shared(
                [
                    partial(multiply, rows, by)
                    for some, by in zip(tall.split(step), factors.split(step), strict=True)
                    for rows in some.split(height, 1)
                ]
            )
        )
