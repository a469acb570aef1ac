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

from dataclasses import dataclass

import torch
from torch import Tensor

from longlag.numerics.kernels.exact_compiled import (
    matrices_are_safe,
    matrices_by_safety,
    rows_are_safe,
)
from longlag.theory.errors import LonglagError

#: Entries of a piece of work that should stay in a processor's cache, and on an accelerator.
_CACHED, _PARALLEL = 1 << 17, 1 << 25


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
    """

    start: int
    stop: int
    dtype: torch.dtype
    total: Tensor | None


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
        kept: whether the suffixes outlive the window.
    """

    def __init__(
        self, factors: Tensor, layout: Layout, workspace: Workspace, *, anchor: int, kept: bool
    ) -> None:
        self.factors, self.layout, self.workspace = factors, layout, workspace
        self.anchor, self.kept, self.length = anchor, kept, len(factors)
        self._both: dict[torch.dtype, tuple[Tensor, Tensor]] = {}
        self._leaves: dict[int, Interval] = {}

    def prefix(self, part: Interval) -> Tensor:
        """Return prefixes by time, (time, H + 1, K)."""
        return self._of(part.dtype)[0][part.start : part.stop]

    def suffix(self, part: Interval) -> Tensor:
        """Return suffixes by time from the last, (time, H + 1, K)."""
        return self._of(part.dtype)[1][self.length - part.stop : self.length - part.start]

    def _of(self, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        if dtype not in self._both:
            shape = (self.length, self.layout.size + 1, self.layout.width)
            if self.kept:
                suffix = torch.empty(shape, dtype=dtype, device=self.factors.device)
            else:
                suffix = self.workspace.take("suffix", dtype, *shape)
            both = (self.workspace.take("prefix", dtype, *shape), suffix)
            for each in both:
                each[:, -1] = 0
            self._both[dtype] = both
        return self._both[dtype]

    def keep_suffix(self, dtype: torch.dtype) -> Tensor:
        """Return all suffixes, and forget all else."""
        suffix = self._both[dtype][1]
        self._both.clear()
        self._leaves.clear()
        self.factors = self.factors[:0]
        return suffix

    def total(self, part: Interval) -> Tensor:
        """Return the product of an interval."""
        return self.prefix(part)[-1, :-1] if part.total is None else part.total

    def convert(self, part: Interval, dtype: torch.dtype) -> None:
        """Continue an interval in another precision."""
        if part.dtype == dtype:
            return
        prefix, suffix = self.prefix(part), self.suffix(part)
        part.dtype = dtype
        part.total = None if part.total is None else part.total.to(dtype)
        self.prefix(part).copy_(prefix)
        self.suffix(part).copy_(suffix)

    def leaf(self, start: int) -> Interval:
        """Return the leaf that begins at a time of a loaded stretch, once."""
        return self._leaves.pop(start)

    def load(self, start: int, stop: int) -> Tensor:
        """Make leaves of a stretch: pairs of factors, and one alone where their number is odd.

        Returns:
            The products of the pairs, (⌊time / 2⌋, K, K), valid until the next stretch.

        Raises:
            LonglagError: a factor is not finite.
        """
        factors = self.factors[start:stop]
        even = len(factors) // 2 * 2
        older, newer = factors[0:even:2], factors[1:even:2]
        plain = matrices_are_safe(factors)
        if not plain:
            self._check_finite(factors, start)
        if plain or factors.dtype == torch.float64:
            products = self.workspace.take("pairs", factors.dtype, *older.shape)
            torch.bmm(newer, older, out=products)
            alone = [True] * len(factors)
        else:
            products = newer.double() @ older.double()
            alone = matrices_by_safety(factors).tolist()
        narrow = products.float() if factors.dtype == torch.float32 else products
        together = [True] * len(products)
        if not matrices_are_safe(narrow) and factors.dtype == torch.float32:
            together = matrices_by_safety(narrow).tolist()
        for begin in range(start, stop, 2):
            number = begin - start
            safe = all(alone[number : number + 2] + together[number // 2 : number // 2 + 1])
            dtype = factors.dtype if safe else torch.float64
            product = products[number // 2] if begin + 1 < stop else None
            self._leaves[begin] = self._leaf(begin, factors[number : number + 2], product, dtype)
        return products

    def _leaf(
        self, start: int, factors: Tensor, product: Tensor | None, dtype: torch.dtype
    ) -> Interval:
        """Return the interval of one factor, or of two and their product."""
        layout = self.layout
        part = Interval(start, start + len(factors), dtype, None)
        prefix, suffix = self.prefix(part)[:, :-1], self.suffix(part)[:, :-1]
        prefix[0] = factors[0, layout.rows]
        suffix[0] = factors[-1, :, layout.columns].mT
        if product is not None:
            prefix[1] = product[layout.rows]
            suffix[1] = product[:, layout.columns].mT
        if layout.states > 1:
            part.total = (factors[0] if product is None else product).to(dtype, copy=True)
        return part

    def _check_finite(self, factors: Tensor, start: int) -> None:
        wrong = factors.isfinite().flatten(1).all(1).logical_not().nonzero()
        if len(wrong):
            raise LonglagError(
                f"factor {self.anchor + start + int(wrong[0])}", "it holds NaN or infinity",
                "give finite Jacobians",
            )  # fmt: skip

    def merge(self, older: Interval, newer: Interval, *, prefix: bool, suffix: bool) -> Interval:
        """Return the interval of two, whose prefixes and suffixes it makes those of the whole.

        Args:
            older: the first half.
            newer: the second, in the same precision.
            prefix: whether prefixes of the whole are wanted.
            suffix: whether suffixes are.
        """
        whole = Interval(older.start, newer.stop, older.dtype, None)
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
            torch.mm(rows, factor, out=product)
            safe = rows_are_safe(product) and safe
            rows.copy_(product)
        return safe
