"""Every product J_t ⋯ J_s by midpoint divide and conquer, without forming it.

An interval of time is split at its midpoint. For s ≤ mid < t the product is U_t V_s with the
*prefix* U_t from mid + 1 to t and the *suffix* V_s from s to mid. Its diagonal over all (t, s) is
one matrix product for every neuron q, Σ_p U_t[q, p] V_s[p, q]; its Frobenius norm is
‖UV‖² = ⟨UᵀU, VVᵀ⟩, one matrix product over K² entries. Then the prefixes and suffixes of the halves
become those of the whole: P_t ← P_t Tot, S_s ← Tot S_s, each one tall product. Derived here.

Prefixes hold only the rows, suffixes only the columns of the block that is asked for. Both are
kept as (time, row, K), suffixes transposed, so that rows of all times are one tall matrix and the
rows of one neuron are equally spaced. The last row of each time is padding: without it, rows of
one neuron would be a power of two apart, which caches do not take.

Float32 runs in float32 while every row of every prefix and suffix is zero or within [1e-14, 1e14];
the first that leaves makes its interval, and all above it, continue in float64. No scale common to
a matrix would do: a neuron with gates of 1e-30 would vanish beside one with gates of 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from longlag.numerics.kernels.exact_reduce import Sums, are_safe, rows_are_safe
from longlag.theory.errors import LonglagError

#: Entries of a piece of work that should stay in a processor's cache, and on an accelerator.
_CACHED, _PARALLEL = 1 << 17, 1 << 25
#: Factors that are copied in together.
_LOADED = 32
#: Below this share of ‖U‖²‖V‖², ⟨UᵀU, VVᵀ⟩ has lost digits and the product is formed.
_CANCELLED = 1e-7


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


@dataclass
class Interval:
    """A stretch of time whose prefixes, suffixes and product are known.

    Args:
        start: its first time.
        stop: the time after its last.
        dtype: of which store they are.
        total: the whole product where it cannot be read from the prefixes.
    """

    start: int
    stop: int
    dtype: torch.dtype
    total: Tensor | None


class Window:
    """One window of factors of one sequence, divided and conquered.

    Args:
        factors: shape (time, K, K), float32 or float64.
        layout: the block.
        source: (time, H), a factor of the diagonal for every source step, or None.
        anchor: the time of the first factor in the whole sequence.
        batch: which sequence of the batch it is.
        sums: where results go.
        frobenius: whether norms are wanted.
        advance: called with the number of products that are done.
    """

    def __init__(
        self,
        factors: Tensor,
        layout: Layout,
        source: Tensor | None,
        *,
        anchor: int,
        batch: int,
        sums: Sums,
        frobenius: bool,
        advance: Callable[[int], None],
    ) -> None:
        self.factors, self.layout, self.source = factors, layout, source
        self.anchor, self.batch, self.sums = anchor, batch, sums
        self.frobenius, self.advance = frobenius, advance
        self.length = len(factors)
        self.entries = _CACHED if factors.device.type == "cpu" else _PARALLEL
        self._stores: dict[torch.dtype, tuple[Tensor, Tensor]] = {}
        self._wide = [False] * self.length
        self._whole: Interval | None = None

    def conquer(self, *, prefix: bool, suffix: bool) -> None:
        """Add every product inside the window, and keep what its neighbours need.

        Args:
            prefix: whether a window before this one will ask for products across the seam.
            suffix: whether a window after it will.
        """
        self._whole = self._build(0, self.length, prefix=prefix, suffix=suffix)

    def join(self, earlier: Window) -> None:
        """Add every product up to the largest lag that ends here and begins in ``earlier``."""
        assert self._whole is not None
        assert earlier._whole is not None
        left = self._stores[self._whole.dtype][0]
        right = earlier._stores[earlier._whole.dtype][1]
        reach = self.sums.max_lag - 1
        strip = self.sums.strip
        for row in range(0, min(self.length, reach), strip):
            rows = left[row : min(row + strip, self.length, reach)]
            columns = right[: reach - row]
            common = torch.promote_types(rows.dtype, columns.dtype)
            weights = None if earlier.source is None else earlier.source.flip(0)[: len(columns)]
            self._cross(rows.to(common), columns.to(common), weights, row, 0)
            rest = reach - row - torch.arange(len(rows))
            self.advance(int(rest.clamp(0, len(columns)).sum()))

    def release_prefix(self) -> None:
        """Forget what only products that end in this window need."""
        assert self._whole is not None
        dtype = self._whole.dtype
        suffix = self._stores[dtype][1]
        self._stores = {dtype: (suffix[:0], suffix)}
        self.factors = self.factors[:0]

    def _build(
        self, start: int, stop: int, *,
        loaded: bool = False, prefix: bool = True, suffix: bool = True,
    ) -> Interval:  # fmt: skip
        if not loaded and stop - start <= _LOADED:
            # So late that the levels of this stretch find its factors in the cache.
            self._load(start, stop)
            loaded = True
        if stop - start == 1:
            dtype = torch.float64 if self._wide[start] else self.factors.dtype
            total = None if self.layout.states == 1 else self.factors[start].to(dtype)
            return Interval(start, stop, dtype, total)
        middle = (start + stop) // 2
        older = self._build(start, middle, loaded=loaded)
        newer = self._build(middle, stop, loaded=loaded)
        dtype = torch.promote_types(older.dtype, newer.dtype)
        for half in (older, newer):
            self._convert(half, dtype)
        weights = None if self.source is None else self.source[start:middle].flip(0)
        self._cross(self._prefix(newer), self._suffix(older), weights, 0, middle)
        self.advance((stop - middle) * (middle - start))
        return self._merge(older, newer, prefix=prefix, suffix=suffix)

    def _load(self, start: int, stop: int) -> None:
        """Copy factors into prefixes and suffixes, and take the products of one factor."""
        factors, layout = self.factors[start:stop], self.layout
        rows, columns = self._copy_in(start, stop, factors.dtype)
        if not self._are_plain(rows, columns):
            self._inspect(start, stop)
            if any(self._wide[start:stop]):
                self._copy_in(start, stop, torch.float64)
        block = factors[:, layout.rows, layout.columns]
        diagonals = block.diagonal(dim1=-2, dim2=-1).double()
        if self.source is not None:
            diagonals = diagonals * self.source[start:stop]
        norms = norm(block.double()) if self.frobenius else None
        self.sums.add_single(diagonals, norms, self.anchor + start, self.batch)
        self.advance(stop - start)

    def _copy_in(self, start: int, stop: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """Return the prefixes and suffixes of single factors."""
        factors, layout = self.factors[start:stop], self.layout
        part = Interval(start, stop, dtype, None)
        rows, columns = self._prefix(part), self._suffix(part)
        rows[:, : layout.size] = factors[:, layout.rows]
        for target, factor in zip(columns.unbind(), reversed(factors.unbind()), strict=True):
            target[: layout.size] = factor[:, layout.columns].mT
        return rows, columns

    def _are_plain(self, rows: Tensor, columns: Tensor) -> bool:
        """Whether a quick look shows that factors are finite and need no other precision."""
        if rows.dtype == torch.float64:
            return bool((rows.sum() + columns.sum()).isfinite()) and self.layout.states == 1
        safe = rows_are_safe(rows.flatten(0, 1)) and rows_are_safe(columns.flatten(0, 1))
        return safe and self.layout.states == 1

    def _inspect(self, start: int, stop: int) -> None:
        """Note which factors of a stretch begin in float64, and refuse what is not finite."""
        factors = self.factors[start:stop]
        norms = [torch.linalg.vector_norm(factors, torch.inf, dim=axis) for axis in (-1, -2)]
        largest = torch.stack(norms)
        finite = largest.isfinite().all(-1).all(0)
        if not finite.all():
            time = self.anchor + start + int(finite.logical_not().nonzero()[0])
            raise LonglagError(
                f"factor {time}", "it holds NaN or infinity", "give finite Jacobians"
            )
        if factors.dtype == torch.float32:
            self._wide[start:stop] = are_safe(largest).all(-1).all(0).logical_not().tolist()

    def _store(self, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """Return prefixes by time and suffixes by time from the last, (time, H + 1, K)."""
        if dtype not in self._stores:
            shape = (self.length, self.layout.size + 1, self.layout.width)
            pair = [torch.empty(shape, dtype=dtype, device=self.factors.device) for _ in range(2)]
            for store in pair:
                store[:, -1] = 0
            self._stores[dtype] = (pair[0], pair[1])
        return self._stores[dtype]

    def _prefix(self, part: Interval) -> Tensor:
        return self._store(part.dtype)[0][part.start : part.stop]

    def _suffix(self, part: Interval) -> Tensor:
        return self._store(part.dtype)[1][self.length - part.stop : self.length - part.start]

    def _total(self, part: Interval) -> Tensor:
        return self._prefix(part)[-1, :-1] if part.total is None else part.total

    def _convert(self, part: Interval, dtype: torch.dtype) -> None:
        """Continue an interval in another precision."""
        if part.dtype == dtype:
            return
        prefix, suffix = self._prefix(part), self._suffix(part)
        part.dtype = dtype
        part.total = None if part.total is None else part.total.to(dtype)
        self._prefix(part).copy_(prefix)
        self._suffix(part).copy_(suffix)

    def _merge(self, older: Interval, newer: Interval, *, prefix: bool, suffix: bool) -> Interval:
        """Return the interval of two, whose prefixes and suffixes it makes those of the whole."""
        whole = Interval(older.start, newer.stop, older.dtype, None)
        if not (prefix or suffix):
            return whole
        single = self.layout.states == 1
        total = self._total(newer) @ self._total(older)
        if total.dtype == torch.float32 and not (
            rows_are_safe(total) and rows_are_safe(total.mT.contiguous())
        ):
            for part in (older, newer):
                self._convert(part, torch.float64)
            total = self._total(newer) @ self._total(older)
        # With one state the product is also the last prefix and the first suffix.
        done = 1 if single else 0
        if suffix:
            count = older.stop - older.start - done
            self._multiply(
                self._suffix, older, count, (older, newer), lambda: self._total(newer).mT
            )
            if single:
                self._suffix(older)[-1, :-1] = total.mT
        if prefix:
            count = newer.stop - newer.start - done
            self._multiply(self._prefix, newer, count, (older, newer), lambda: self._total(older))
            if single:
                self._prefix(newer)[-1, :-1] = total
        whole.dtype = older.dtype
        whole.total = None if single else total.to(older.dtype)
        return whole

    def _multiply(
        self, read: Callable[[Interval], Tensor], part: Interval, count: int,
        halves: tuple[Interval, Interval], factor: Callable[[], Tensor],
    ) -> None:  # fmt: skip
        """Multiply the first ``count`` matrices of one half from the right, in place."""
        height = (self.layout.size + 1) * self.layout.width
        piece = max(1, self.entries // height)
        begin = 0
        while begin < count:
            target = read(part)[begin : min(begin + piece, count)]
            product = target.flatten(0, 1) @ factor()
            if product.dtype == torch.float32 and not rows_are_safe(product):
                for half in halves:
                    self._convert(half, torch.float64)
                continue
            target.copy_(product.view_as(target))
            begin += len(target)

    def _cross(
        self, rows: Tensor, columns: Tensor, weights: Tensor | None, first: int, seam: int
    ) -> None:
        """Add all products of prefixes and suffixes that meet at a seam.

        Args:
            rows: prefixes, (i, H + 1, K).
            columns: suffixes from the seam back, (j, H + 1, K).
            weights: (j, H), factors of the diagonal, or None.
            first: how many prefixes come before the first given.
            seam: the time of the seam in this window.
        """
        count, size = len(columns), self.layout.size
        high = min(len(rows), max(1, self.entries // count))
        neurons = min(size, max(1, self.entries // (high * count)))
        sums, anchor = self.sums, self.anchor + seam
        for top in range(0, len(rows), high):
            part, row = rows[top : top + high], first + top
            dense = None
            if sums.per_anchor is not None:
                dense = sums.absolute.new_zeros(len(part), count)
            for q in range(0, size, neurons):
                span = slice(q, min(q + neurons, size))
                left, right = part[:, span].transpose(0, 1), columns[:, span].permute(1, 2, 0)
                block = torch.bmm(left, right)
                if weights is not None:
                    block = block * weights[:, span].mT[:, None]
                sums.add_diagonals(block, q, row, dense)
            if dense is not None:
                sums.add_anchors(sums.per_anchor, dense, row, anchor, self.batch)
        if self.frobenius:
            self._cross_norms(rows, columns, first, anchor)

    def _cross_norms(self, rows: Tensor, columns: Tensor, first: int, anchor: int) -> None:
        """Add the Frobenius norms of all products of prefixes and suffixes at a seam."""
        piece = max(1, 8 * self.entries // self.layout.width**2)
        right = [_grams(part) for part in columns.split(piece)]
        for top in range(0, len(rows), piece):
            left, left_norms = _grams(rows[top : top + piece])
            blocks = []
            for number, (gram, norms) in enumerate(right):
                squares = left @ gram.mT
                scale = left_norms[:, None] * norms
                block = squares.clamp(min=0).sqrt() * scale
                lost = ((squares < _CANCELLED) & (scale > 0)).nonzero()
                for some in lost.split(piece):
                    i, j = some.unbind(1)
                    products = rows[top + i].double() @ columns[number * piece + j].double().mT
                    block[i, j] = norm(products)
                blocks.append(block)
            self.sums.add_norms(torch.cat(blocks, 1), first + top, anchor, self.batch)


def _grams(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Return AᵀA/‖A‖² as rows of K² entries, and ‖A‖, for A of shape (time, row, K)."""
    wide = rows.double()
    norms = norm(wide)
    unit = wide / torch.where(norms > 0, norms, 1)[:, None, None]
    return (unit.mT @ unit).flatten(1), norms


def norm(matrices: Tensor) -> Tensor:
    """Return Frobenius norms whose squares need not be representable."""
    peak = torch.linalg.vector_norm(matrices, torch.inf, dim=(-2, -1))
    scaled = matrices / torch.where(peak > 0, peak, 1)[..., None, None]
    return peak * torch.linalg.matrix_norm(scaled)
