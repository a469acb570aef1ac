"""All products across a seam between two stretches of time, without forming them.

For s < seam ≤ t the product is U_t V_s with the prefix U_t from the seam on and the suffix V_s up
to it. Its diagonal over all (t, s) is for every neuron q one matrix product, Σ_p U_t[q,p] V_s[p,q];
its Frobenius norm is ‖UV‖² = ⟨UᵀU, VVᵀ⟩, one matrix product over K² entries. Derived here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from longlag.numerics.lags.exact_compiled import add_diagonals, library_for, units
from longlag.numerics.lags.exact_gram import Grams, gram_entries, gram_type, grams, norms_across
from longlag.numerics.lags.exact_reduce import Sums
from longlag.numerics.lags.exact_store import Layout
from longlag.numerics.lags.workspace import Workspace
from longlag.numerics.threads import shared

#: Where one of so many norms loses digits with Gram matrices of float32, these are in float64.
_MANY = 64


@dataclass(frozen=True)
class Seams:
    """Seams of some sequences, and the stretches of time that meet there.

    Args:
        prefix: (x, time, H + 1, K), from the seam on.
        suffix: (x, time, H + 1, K), up to the seam.
        times: (x,), the first time of the prefixes.
        sequences: (x,).
        weights: (x, time, H), factors of the diagonal at the times of the suffixes, or None.
    """

    prefix: Tensor
    suffix: Tensor
    times: Tensor
    sequences: Tensor
    weights: Tensor | None

    def part(self, seams: slice, rows: slice, first: int) -> Seams:
        """Return some seams with some times after them and, from the first on, those before."""
        return Seams(
            self.prefix[seams, rows],
            self.suffix[seams, first:],
            self.times[seams] + rows.start,
            self.sequences[seams],
            None if self.weights is None else self.weights[seams, first:],
        )


class Crossing:
    """Adds the products across seams to sums.

    Args:
        layout: the block of states.
        workspace: memory to work in.
        sums: what is added to.
        dtype: of the factors.
        shares: into how many shares the products across some seams are cut.
    """

    def __init__(
        self,
        layout: Layout,
        workspace: Workspace,
        sums: Sums,
        *,
        dtype: torch.dtype,
        shares: int = 1,
    ) -> None:
        self.dtype = dtype
        self.layout, self.workspace, self.sums, self.shares = layout, workspace, sums, shares
        #: Whether Gram matrices are in float64 whatever the products are in.
        self._wide = False

    def add(self, seams: Seams) -> None:
        """Add every product across the seams, up to the largest lag."""
        if self.sums.per_anchor is None and library_for(seams.prefix) is not None:
            # It leaves out what is beyond the largest lag by itself.
            base = self._base(seams, slice(0, 0), 0)
            size = self.layout.size
            step = -(-size // self.shares)
            neurons = [slice(q, min(q + step, size)) for q in range(0, size, step)]
            shared([partial(self._fused, seams, base, None, some) for some in neurons])
        else:
            for rows, first in self._strips(seams, self.workspace.entries // seams.suffix.shape[1]):
                self._diagonals(seams, rows, first)
        if self.sums.picked is not None:
            self.sums.picked.take_across(
                seams.prefix, seams.suffix, seams.weights, seams.times, seams.sequences
            )
        if self.sums.frobenius:
            self._norms(seams)

    def _strips(self, seams: Seams, highest: int) -> Iterator[tuple[slice, int]]:
        """Yield stretches of time after the seam, each with the first time it reaches before."""
        length, most = seams.prefix.shape[1], self.sums.max_lag
        capped = 2 * length > most
        high = min(max(1, highest), self.sums.strip if capped else length)
        stop = min(length, most - 1)
        for start in range(0, stop, high):
            yield slice(start, min(start + high, stop)), max(0, start + length + 1 - most)

    def _base(self, seams: Seams, rows: slice, first: int) -> int:
        """The place of the lag of the first row and column among the sums."""
        return self.sums.max_lag - 1 - rows.start - seams.suffix.shape[1] + first

    def _diagonals(self, seams: Seams, rows: slice, first: int) -> None:
        """Add diagonals of a stretch: as they appear, or in as few products of BLAS as may be."""
        count, size, base = len(seams.times), self.layout.size, self._base(seams, rows, first)
        columns = seams.suffix.shape[1] - first
        together = max(1, self.workspace.entries // ((rows.stop - rows.start) * columns))
        by_neuron = -(-count // together) * size < count * -(-size // together)
        compiled = library_for(seams.prefix) is not None
        step = together if by_neuron or compiled else 1
        for x in range(0, count, step):
            part = seams.part(slice(x, x + step), rows, first)
            dense = None
            if self.sums.per_anchor is not None:
                shape = (len(part.times), part.prefix.shape[1], columns)
                dense = self.sums.absolute.new_zeros(shape)
            if compiled:
                self._fused(part, base, dense, slice(0, size))
            elif by_neuron:
                self._by_neuron(part, base, dense)
            else:
                self._by_seam(part, together, base, dense)
            if dense is not None:
                self.sums.add_anchors(self.sums.per_anchor, dense, base, part.times, part.sequences)

    def _fused(self, seams: Seams, base: int, dense: Tensor | None, neurons: slice) -> None:
        """Add diagonals as they appear."""
        sums = self.sums.absolute, self.sums.signed
        add_diagonals(seams.prefix, seams.suffix, seams.weights, neurons, base, sums, dense)

    def _by_neuron(self, seams: Seams, base: int, dense: Tensor | None) -> None:
        """Add the diagonals of many seams, one product of all of them for each neuron."""
        left, right = seams.prefix, seams.suffix
        shape = (len(left), left.shape[1], right.shape[1])
        for q in range(self.layout.size):
            block = self.workspace.take("block", left.dtype, *shape)
            torch.bmm(left[:, :, q], right[:, :, q].mT, out=block)
            if seams.weights is not None:
                block = block * seams.weights[:, None, :, q]
            self.sums.add(block, q, base, apart=False, dense=dense)

    def _by_seam(self, seams: Seams, together: int, base: int, dense: Tensor | None) -> None:
        """Add the diagonals of one seam, one product of many neurons."""
        for q in range(0, self.layout.size, together):
            span = slice(q, min(q + together, self.layout.size))
            left, right = seams.prefix[0, :, span], seams.suffix[0, :, span]
            shape = (left.shape[1], left.shape[0], right.shape[0])
            block = self.workspace.take("block", left.dtype, *shape)
            torch.bmm(left.transpose(0, 1), right.permute(1, 2, 0), out=block)
            if seams.weights is not None:
                block = block * seams.weights[0, :, span].mT[:, None]
            self.sums.add(block, q, base, apart=True, dense=dense)

    def _norms(self, seams: Seams) -> None:
        """Add Frobenius norms, from Gram matrices of both sides."""
        length = seams.prefix.shape[1]
        entries = gram_entries(self.layout.width, seams.prefix.device)
        piece = max(1, 2 * self.workspace.entries // entries)
        together = max(1, min(piece // length, -(-len(seams.times) // self.shares)))
        spans = [slice(x, x + together) for x in range(0, len(seams.times), together)]

        narrow = gram_type(self.dtype, seams.prefix.device)
        dtype = torch.float64 if self._wide else narrow

        def add(span: slice) -> tuple[Sums, bool]:
            sums, wide = self.sums.apart(norms_alone=True), False
            older = self._grams(seams.suffix[span], dtype, newer=False)
            for rows, first in self._strips(seams, piece // len(older.entries)):
                wide = self._strip_norms(seams, span, rows, first, older, sums) or wide
            return sums, wide

        def add_strip(older: Grams, span: slice, strip: tuple[slice, int]) -> tuple[Sums, bool]:
            sums = self.sums.apart(norms_alone=True)
            return sums, self._strip_norms(seams, span, *strip, older, sums)

        if 2 * len(spans) >= self.shares:
            found = shared([partial(add, span) for span in spans])
        else:
            found = []
            for span in spans:
                older = self._grams_apart(seams.suffix[span], dtype)
                high = min(piece // len(older.entries), -(-length // self.shares))
                strips = list(self._strips(seams, high))
                found += shared([partial(add_strip, older, span, strip) for strip in strips])
        for sums, wide in found:
            self.sums.take_in(sums)
            self._wide = self._wide or wide

    def _strip_norms(
        self, seams: Seams, span: slice, rows: slice, first: int, older: Grams, sums: Sums
    ) -> bool:
        """Add the norms of a stretch of time after some seams with all before them that count.

        Returns:
            Whether float32 did not do for Gram matrices.
        """
        part, base = seams.part(span, rows, first), self._base(seams, rows, first)
        newer = self._grams(part.prefix, older.entries.dtype, newer=True)
        shape = (*newer.sizes.shape, older.sizes.shape[1] - first)
        block = self.workspace.take("shares", torch.float64, *shape)
        lost, wide = norms_across(newer, older.since(first), block), False
        if lost is not None and older.entries.dtype == torch.float32:
            wide = _MANY * len(lost) > block.numel()
        if wide:
            newer = self._grams(part.prefix, torch.float64, newer=True)
            lost = norms_across(newer, self._grams(part.suffix, torch.float64, newer=False), block)
        if lost is not None:
            self._form(block, lost, part)
        sums.add(block, sums.neurons, base, apart=False, dense=None)
        sums.add_anchors(sums.frobenius_per_anchor, block, base, part.times, part.sequences)
        return wide

    def _grams(self, matrices: Tensor, dtype: torch.dtype, *, newer: bool) -> Grams:
        """Return Gram matrices of A of shape (x, time, H + 1, K)."""
        shape = (*matrices.shape[:2], gram_entries(self.layout.width, matrices.device))
        whole = self.workspace.take("newer" if newer else "older", dtype, *shape)
        return grams(matrices[:, :, :-1], whole, self.workspace, newer=newer)

    def _grams_apart(self, matrices: Tensor, dtype: torch.dtype) -> Grams:
        """Return the same of the older side of few seams, some times on each thread."""
        count, length = matrices.shape[:2]
        entries = gram_entries(self.layout.width, matrices.device)
        whole = self.workspace.take("older", dtype, count, length, entries)
        step = -(-length // self.shares)

        def fill(x: int, times: slice) -> Grams:
            some = matrices[x : x + 1, times, :-1]
            return grams(some, whole[x : x + 1, times], self.workspace, newer=False)

        starts = range(0, length, step)
        tasks = [partial(fill, x, slice(t, t + step)) for x in range(count) for t in starts]
        parts = shared(tasks)
        sizes, spreads = (torch.cat([part[place] for part in parts], 1) for place in (1, 2))
        return Grams(whole, sizes.view(count, length), spreads.view(count, length))

    def _form(self, block: Tensor, lost: Tensor, seams: Seams) -> None:
        """Put in the norms of products that cancel, from the products themselves."""
        for some in lost.split(max(1, 8 * self.workspace.entries // self.layout.width**2)):
            x, i, j = some.unbind(1)
            products = seams.prefix[x, i].double() @ seams.suffix[x, j].double().mT
            block[x, i, j] = units(products[None], torch.empty_like(products)[None])[0]
