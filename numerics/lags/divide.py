"""Every product J_t ⋯ J_s by midpoint divide and conquer, without forming it.

An interval of time is split at its midpoint. For s ≤ mid < t the product is U_t V_s with the
prefix U_t from mid + 1 to t and the suffix V_s from s to mid. Its diagonal over all (t, s) is one
matrix product for every neuron q, Σ_p U_t[q, p] V_s[p, q]; its Frobenius norm is
‖UV‖² = ⟨UᵀU, VVᵀ⟩, one matrix product over K² entries. Then the prefixes and suffixes of the halves
become those of the whole: P_t ← P_t Tot, S_s ← Tot S_s, each one tall product. Derived here.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from longlag.numerics.lags.exact_reduce import Sums
from longlag.numerics.lags.exact_store import Interval, Layout, Store, Workspace
from longlag.numerics.lags.exact_tree import STRETCH, middle, newer_first

#: Below this share of ‖U‖²‖V‖², ⟨UᵀU, VVᵀ⟩ has lost digits and the product is formed.
_CANCELLED = 1e-7


class Window:
    """One window of factors of one sequence, divided and conquered.

    Args:
        factors: shape (time, K, K), float32 or float64.
        layout: the block.
        source: (time, H), a factor of the diagonal for every source step, or None.
        workspace: memory to work in.
        sums: where results go.
        anchor: the time of the first factor in the whole sequence.
        batch: which sequence of the batch it is.
        last: whether no window comes after it.
        frobenius: whether norms are wanted.
        advance: called with the number of products that are done.
    """

    def __init__(
        self,
        factors: Tensor,
        layout: Layout,
        source: Tensor | None,
        workspace: Workspace,
        sums: Sums,
        *,
        anchor: int,
        batch: int,
        last: bool,
        frobenius: bool,
        advance: Callable[[int], None],
    ) -> None:
        self.layout, self.source, self.workspace, self.sums = layout, source, workspace, sums
        self.anchor, self.batch, self.last = anchor, batch, last
        self.frobenius, self.advance = frobenius, advance
        self.length = len(factors)
        self._wanted = {"prefix": anchor > 0, "suffix": not last}
        self._store = Store(factors, layout, workspace, anchor=anchor, **self._wanted)
        self._suffix: Tensor | None = None

    def conquer(self, earlier: Window | None) -> None:
        """Add every product that ends in this window, up to the largest lag.

        Args:
            earlier: the window before it, itself conquered, or None at the beginning.
        """
        whole = self._build(0, self.length, **self._wanted)
        if earlier is not None:
            self._join(self._store.prefix(whole), earlier)
        if not self.last:
            self._suffix = self._store.keep_suffix(whole.dtype)

    def _join(self, prefix: Tensor, earlier: Window) -> None:
        """Add every product up to the largest lag that ends here and begins in ``earlier``."""
        assert earlier._suffix is not None
        reach = self.sums.max_lag - 1
        weights = None if earlier.source is None else earlier.source.flip(0)
        height = min(self.length, reach)
        for first in range(0, height, self.sums.strip):
            rows = prefix[first : min(first + self.sums.strip, height)]
            columns = earlier._suffix[: reach - first]
            common = torch.promote_types(rows.dtype, columns.dtype)
            part = None if weights is None else weights[: len(columns)]
            self._cross(rows.to(common), columns.to(common), part, first, 0)
            self.advance(sum(min(len(columns), reach - first - i) for i in range(len(rows))))

    def _build(self, start: int, stop: int, *, prefix: bool, suffix: bool) -> Interval:
        """Add every product inside an interval and return it, with what is wanted of it."""
        if stop - start <= STRETCH:
            part = self._stretch(start, stop)
            part.has_prefix, part.has_suffix = prefix, suffix
            return part
        seam = middle(start, stop)
        if newer_first(prefix=prefix, suffix=suffix):
            newer = self._build(seam, stop, prefix=True, suffix=suffix)
            older = self._build(start, seam, prefix=prefix, suffix=True)
        else:
            older = self._build(start, seam, prefix=prefix, suffix=True)
            newer = self._build(seam, stop, prefix=True, suffix=suffix)
        return self._unite(older, newer, prefix=prefix, suffix=suffix)

    def _unite(self, older: Interval, newer: Interval, *, prefix: bool, suffix: bool) -> Interval:
        """Add every product across a seam and return the interval of both sides."""
        dtype = torch.promote_types(older.dtype, newer.dtype)
        for half in (older, newer):
            self._store.convert(half, dtype)
        self._cross_inside(older, newer)
        return self._store.merge(older, newer, prefix=prefix, suffix=suffix)

    def _cross_inside(self, older: Interval, newer: Interval) -> None:
        """Add every product across a seam in this window."""
        weights = None if self.source is None else self.source[older.start : older.stop].flip(0)
        rows, columns = self._store.prefix(newer), self._store.suffix(older)
        self._cross(rows, columns, weights, 0, newer.start)
        self.advance(len(rows) * len(columns))

    def _stretch(self, start: int, stop: int) -> Interval:
        """Add every product of a stretch of factors that a cache holds, level by level."""
        parts, pairs = self._store.load(start, stop)
        source = None if self.source is None else self.source[start:stop]
        self._add_formed(self._store.factors[start:stop], source, 1, start, 1)
        if len(pairs):
            source = None if source is None else source[: 2 * len(pairs) : 2]
            self._add_formed(pairs, source, 2, start + 1, 2)
        if self.layout.states > 1 or stop - start < STRETCH:
            while len(parts) > 1:
                rest = parts[len(parts) // 2 * 2 :]
                both = zip(parts[::2], parts[1::2], strict=False)
                parts = [self._unite(a, b, prefix=True, suffix=True) for a, b in both] + rest
            return parts[0]
        whole, length = Interval(start, stop, parts[0].dtype), 2
        while length < stop - start:
            for time in range(start, stop, 2 * length):
                seam, end = time + length, time + 2 * length
                older = Interval(time, seam, whole.dtype)
                self._cross_inside(older, Interval(seam, end, whole.dtype))
            self._store.merge_all(whole, length)
            length *= 2
        return whole

    def _add_formed(
        self, products: Tensor, source: Tensor | None, lag: int, time: int, step: int
    ) -> None:
        """Add products that exist, whose anchors are ``step`` apart."""
        block = products[:, self.layout.rows, self.layout.columns]
        diagonals = block.diagonal(dim1=-2, dim2=-1).double()
        if source is not None:
            diagonals = diagonals * source
        first = self.anchor + time
        anchors = slice(first, first + step * len(block), step)
        norms = norm(block.double()) if self.frobenius else None
        self.sums.add_formed(diagonals, norms, lag, anchors, self.batch)
        self.advance(len(block))

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
        high = min(len(rows), max(1, self.workspace.entries // count))
        neurons = min(size, max(1, self.workspace.entries // (high * count)))
        sums, anchor = self.sums, self.anchor + seam
        for top in range(0, len(rows), high):
            part, row = rows[top : top + high], first + top
            dense = None
            if sums.per_anchor is not None:
                dense = sums.absolute.new_zeros(len(part), count)
            for q in range(0, size, neurons):
                span = slice(q, min(q + neurons, size))
                left, right = part[:, span].transpose(0, 1), columns[:, span].permute(1, 2, 0)
                shape = (len(left), len(part), count)
                block = self.workspace.take("block", part.dtype, *shape)
                torch.bmm(left, right, out=block)
                if weights is not None:
                    block = block * weights[:, span].mT[:, None]
                sums.add_diagonals(block, q, row, dense)
            if dense is not None:
                sums.add_anchors(sums.per_anchor, dense, row, anchor, self.batch)
        if self.frobenius:
            self._cross_norms(rows, columns, first, anchor)

    def _cross_norms(self, rows: Tensor, columns: Tensor, first: int, anchor: int) -> None:
        """Add the Frobenius norms of all products of prefixes and suffixes at a seam."""
        piece = max(1, 8 * self.workspace.entries // self.layout.width**2)
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
