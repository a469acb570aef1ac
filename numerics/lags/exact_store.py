"""Prefixes and suffixes of intervals of time, and how those of two halves become those of one.

The *prefix* of time t in an interval is the product from its first time to t, the *suffix* that
from t to its last. Prefixes hold only the rows, suffixes only the columns of the block that is
asked for. Both are kept as (time, row, K), suffixes transposed and from the last time back, so
that rows of all times are one tall matrix and the rows of one neuron are equally spaced. The last
row of each time is padding: without it, rows of one neuron would be a power of two apart, which
caches do not take.

Float32 stays in float32 while every row of every prefix and column of every suffix is zero or
within [1e-14, 1e14]; the first that leaves makes its interval, and all above it, continue in
float64. No scale common to a matrix would do: a neuron with gates of 1e-30 would vanish beside
one with gates of 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from longlag.numerics.lags.exact_compiled import (
    matrices_are_safe,
    rows_are_safe,
    store_rows,
)
from longlag.numerics.lags.exact_tree import STRETCH, prefix_places, room, suffix_places
from longlag.theory.errors import LonglagError

#: Entries of a piece of work that should stay in a processor's cache, and on an accelerator.
_CACHED, _PARALLEL = 1 << 17, 1 << 25


def check_finite(factors: Tensor, first: int) -> None:
    """Refuse factors that are not finite.

    Args:
        factors: shape (steps, ..., n, n).
        first: the time of the first, for the message.
    """
    wrong = factors.isfinite().flatten(1).all(1).logical_not().nonzero()
    if len(wrong):
        raise LonglagError(
            f"factor {first + int(wrong[0])}", "it holds NaN or infinity", "give finite Jacobians"
        )


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


@dataclass(slots=True)
class Interval:
    """A stretch of time whose prefixes, suffixes and product are known, where they are wanted.

    The product is wanted where both prefixes and suffixes are.

    Args:
        start: its first time.
        stop: the time after its last.
        dtype: the precision they are in.
        total: the whole product, where it is not the last prefix.
        has_prefix: whether its prefixes are there.
        has_suffix: whether its suffixes are.
    """

    start: int
    stop: int
    dtype: torch.dtype
    total: Tensor | None = None
    has_prefix: bool = True
    has_suffix: bool = True


class Workspace:
    """Memory that outlives a window, since fresh pages cost as much as the work done in them."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        #: Entries of a piece of work.
        self.entries = _CACHED if device.type == "cpu" else _PARALLEL
        self._kept: dict[tuple[str, torch.dtype], Tensor] = {}

    def take(self, name: str, dtype: torch.dtype, *shape: int) -> Tensor:
        """Return a tensor that is valid until the next of its name is taken."""
        count = int(torch.Size(shape).numel())
        kept = self._kept.get((name, dtype))
        if kept is None or kept.numel() < count:
            kept = torch.empty(count, dtype=dtype, device=self.device)
            self._kept[name, dtype] = kept
        return kept[:count].view(shape)


class Store:
    """The prefixes and suffixes of one window of factors.

    Args:
        factors: shape (time, K, K), float32 or float64.
        layout: the block.
        workspace: where all lives that does not outlive the window.
        anchor: the time of the first factor in the whole sequence, for messages.
        prefix: whether all prefixes of the window are wanted.
        suffix: whether all its suffixes are, which then outlive it.
    """

    def __init__(
        self, factors: Tensor, layout: Layout, workspace: Workspace, *,
        anchor: int, prefix: bool, suffix: bool,
    ) -> None:  # fmt: skip
        self.factors, self.layout, self.workspace = factors, layout, workspace
        self.anchor, self._kept, length = anchor, suffix, len(factors)
        self._places = (
            prefix_places(0, length, prefix=prefix, suffix=suffix),
            suffix_places(0, length, prefix=prefix, suffix=suffix),
        )
        self._sizes = [room(places, length) for places in self._places]
        self._both: dict[torch.dtype, tuple[Tensor, Tensor]] = {}

    def prefix(self, part: Interval) -> Tensor:
        """Return prefixes by time, (time, H + 1, K)."""
        place = self._place(0, part.start)
        return self._of(part.dtype)[0][place : place + part.stop - part.start]

    def suffix(self, part: Interval) -> Tensor:
        """Return suffixes by time from the last, (time, H + 1, K)."""
        end = self._sizes[1] - self._place(1, part.start)
        return self._of(part.dtype)[1][end - (part.stop - part.start) : end]

    def _place(self, which: int, time: int) -> int:
        inside = time % STRETCH
        return self._places[which][time - inside] + inside

    def _of(self, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        if dtype not in self._both:
            shape = (self.layout.size + 1, self.layout.width)
            ends, begins = self._sizes
            prefix = self.workspace.take("prefix", dtype, ends, *shape)
            if self._kept:
                suffix = torch.empty(begins, *shape, dtype=dtype, device=self.factors.device)
            else:
                suffix = self.workspace.take("suffix", dtype, begins, *shape)
            both = (prefix, suffix)
            for each in both:
                each[:, -1] = 0
            self._both[dtype] = both
        return self._both[dtype]

    def keep_suffix(self, dtype: torch.dtype) -> Tensor:
        """Return all suffixes, and forget all else."""
        suffix = self._both[dtype][1]
        self._both.clear()
        self.factors = self.factors[:0]
        return suffix

    def total(self, part: Interval) -> Tensor:
        """Return the product of an interval."""
        return self.prefix(part)[-1, :-1] if part.total is None else part.total

    def convert(self, part: Interval, dtype: torch.dtype) -> None:
        """Continue an interval in another precision."""
        if part.dtype == dtype:
            return
        converted = replace(part, dtype=dtype)
        if part.has_prefix:
            self.prefix(converted).copy_(self.prefix(part))
        if part.has_suffix:
            self.suffix(converted).copy_(self.suffix(part))
        part.dtype = dtype
        part.total = None if part.total is None else part.total.to(dtype)

    def load(self, start: int, stop: int) -> tuple[list[Interval], Tensor]:
        """Make leaves of a stretch: pairs of factors, and one alone where their number is odd.

        Returns:
            The leaves, and the products of the pairs, (⌊time / 2⌋, K, K), which are valid until
            the next stretch.

        Raises:
            LonglagError: a factor is not finite.
        """
        factors = self.factors[start:stop]
        plain = matrices_are_safe(factors)
        if not plain:
            check_finite(factors, self.anchor + start)
        if not plain or not matrices_are_safe(products := self._pairs(factors)):
            factors = factors.double()
            products = self._pairs(factors)
        layout, dtype = self.layout, factors.dtype
        stretch = Interval(start, stop, dtype)
        prefix, suffix = self.prefix(stretch)[:, :-1], self.suffix(stretch)[:, :-1]
        prefix[::2] = factors[::2, layout.rows]
        prefix[1::2] = products[:, layout.rows]
        leaves = []
        for first in range(0, len(factors), 2):
            last = min(first + 1, len(factors) - 1)
            total = products[first // 2] if last > first else factors[first]
            suffix[-1 - last] = factors[last, :, layout.columns].mT
            suffix[-1 - first] = total[:, layout.columns].mT
            kept = total.clone() if layout.states > 1 else None
            leaves.append(Interval(start + first, start + last + 1, dtype, kept))
        return leaves, products

    def _pairs(self, factors: Tensor) -> Tensor:
        """Return J_1 J_0, J_3 J_2, …"""
        even = len(factors) // 2 * 2
        older, newer = factors[0:even:2], factors[1:even:2]
        return torch.bmm(
            newer, older, out=self.workspace.take("pairs", factors.dtype, *older.shape)
        )

    def merge(self, older: Interval, newer: Interval, *, prefix: bool, suffix: bool) -> Interval:
        """Return the interval of two, whose prefixes and suffixes it makes those of the whole.

        Args:
            older: the first half.
            newer: the second, in the same precision.
            prefix: whether prefixes of the whole are wanted.
            suffix: whether suffixes are.
        """
        whole = Interval(older.start, newer.stop, older.dtype, None, prefix, suffix)
        if not (prefix or suffix):
            return whole
        # With one state the product is the last prefix and the first suffix: it is taken once.
        shared = self.layout.states == 1 and prefix and suffix
        safe = True
        if self.layout.states > 1 and prefix and suffix:
            whole.total = self.total(newer) @ self.total(older)
            safe = matrices_are_safe(whole.total[None])
        if suffix:
            columns = self.suffix(older)
            columns = columns[:-1] if shared else columns
            safe = self._multiply(columns, self.total(newer).mT) and safe
        if prefix:
            safe = self._multiply(self.prefix(newer), self.total(older)) and safe
        if shared:
            first = self.suffix(older)[-1]
            first[:-1] = self.prefix(newer)[-1, :-1].mT
            safe = rows_are_safe(first) and safe
        if not safe:
            self.convert(whole, torch.float64)
        return whole

    def _multiply(self, matrices: Tensor, factor: Tensor) -> bool:
        """Multiply (time, H + 1, K) from the right in place; return whether rows are safe."""
        safe = True
        step = max(1, self.workspace.entries // matrices[0].numel()) if len(matrices) else 1
        for some in matrices.split(step):
            rows = some.flatten(0, 1)
            product = self.workspace.take("product", rows.dtype, *rows.shape)
            safe = store_rows(torch.mm(rows, factor, out=product), rows) and safe
        return safe

    def merge_all(self, halves: Interval, length: int) -> None:
        """Merge every two neighbours of a stretch of equal intervals, of matrices of one state.

        Args:
            halves: the stretch, whose length is a multiple of two intervals.
            length: the number of factors of an interval.
        """
        prefix, suffix = (
            each.unflatten(0, (-1, 2 * length))
            for each in (self.prefix(halves), self.suffix(halves))
        )
        # The last prefix of an interval is its product, the last suffix its transpose.
        older, newer = prefix[:, length - 1, :-1], suffix[:, length - 1, :-1]
        safe = self._multiply_all(suffix[:, length:-1], newer)
        safe = self._multiply_all(prefix[:, length:], older) and safe
        for number, total in enumerate(prefix[:, -1, :-1]):
            suffix[-1 - number, -1, :-1] = total.mT
        if not (safe and matrices_are_safe(suffix[:, -1])):
            self.convert(halves, torch.float64)

    def _multiply_all(self, matrices: Tensor, factors: Tensor) -> bool:
        """The same for many intervals, each with its own factor."""
        rows = matrices.flatten(1, 2)
        product = self.workspace.take("products", rows.dtype, *rows.shape)
        torch.bmm(rows, factors, out=product)
        safe = rows_are_safe(product.flatten(0, 1))
        rows.copy_(product)
        return safe
