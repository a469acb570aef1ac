"""What is kept of every product: sums by lag of its diagonal and of its norm.

Sums are kept from the largest lag to the smallest. In a block of products across a seam, row i ends
i steps after the seam and column j begins in the older stretch, later ones nearer to the seam: one
row further the lag is one longer, one column further it is one shorter.
"""

from __future__ import annotations

from copy import copy

import torch
from torch import Tensor
from torch.nn.functional import pad

from longlag.numerics.lags.exact_compiled import library_for
from longlag.numerics.lags.exact_picked import Picked


class Sums:
    """Sums over anchors and sequences, by lag from the largest.

    Args:
        neurons: H.
        max_lag: L.
        anchors: how many, to keep each apart as well; None to keep sums only.
        sequences: how many.
        frobenius: whether norms come.
        device: where.
        picked: what diagonals at some anchors are kept in, in every share of the work, or None.

    Attributes:
        absolute: (H + 1, L) sums of the magnitude of the diagonal; the last row is of norms.
        signed: (H, L) sums of the diagonal, in the last row of norms once more.
        per_anchor: (sequences, anchors, room + L) sums over neurons of the magnitude, or None.
        frobenius_per_anchor: the same of the norm.
    """

    def __init__(
        self,
        neurons: int,
        max_lag: int,
        anchors: int | None,
        sequences: int,
        *,
        frobenius: bool,
        device: torch.device,
        picked: Picked | None = None,
    ) -> None:
        self.picked = picked
        self.neurons, self.max_lag, self.frobenius = neurons, max_lag, frobenius
        #: Rows of a block that reaches past the largest lag: as far do they reach past it.
        self.strip = max(8, max_lag // 8)
        kept = {"dtype": torch.float64, "device": device}
        self.absolute = torch.zeros(neurons + 1, max_lag, **kept)  # type: ignore[call-overload]
        self.signed = torch.zeros_like(self.absolute)
        self.per_anchor: Tensor | None = None
        self.frobenius_per_anchor: Tensor | None = None
        if anchors is not None:
            self.per_anchor = self.absolute.new_zeros(sequences, anchors, self.strip + max_lag)
            if frobenius:
                self.frobenius_per_anchor = torch.zeros_like(self.per_anchor)

    def apart(self, *, lags: int | None = None, norms_alone: bool = False) -> Sums:
        """Return sums for a share of the work, of none so far; anchors are kept in the same place.

        Args:
            lags: up to which lag; to the largest by default.
            norms_alone: whether no diagonals come.
        """
        part = copy(self)
        part.max_lag = self.max_lag if lags is None else min(lags, self.max_lag)
        part.neurons = 0 if norms_alone else self.neurons
        part.absolute = self.absolute.new_zeros(part.neurons + 1, part.max_lag)
        part.signed = torch.zeros_like(part.absolute)
        return part

    def take_in(self, part: Sums) -> None:
        """Add the sums of a share of the work."""
        rows, lags = part.absolute.shape
        self.absolute[-rows:, -lags:] += part.absolute
        self.signed[-rows:, -lags:] += part.signed

    def add_formed(
        self, diagonals: Tensor, norms: Tensor | None, times: Tensor, sequences: Tensor
    ) -> None:
        """Add products of lags 1, 2, ….

        Args:
            diagonals: (lags, anchors, x, H), zero where there is no product.
            norms: (lags, anchors, x), or None.
            times: (anchors, x), at which they end.
            sequences: (x,).
        """
        lags = min(len(diagonals), self.max_lag)
        span = slice(self.max_lag - lags, self.max_lag)
        magnitudes = diagonals[:lags].abs()
        self.absolute[:-1, span] += magnitudes.sum((1, 2)).flip(0).T
        self.signed[:-1, span] += diagonals[:lags].sum((1, 2)).flip(0).T
        if self.picked is not None:
            self.picked.take_formed(diagonals, times, sequences)
        if norms is not None:
            self.absolute[-1, span] += norms[:lags].sum((1, 2)).flip(0)
        if self.per_anchor is not None:
            at = (sequences.expand(times.shape), times, slice(-lags, None))
            self.per_anchor[at] = magnitudes.sum(-1).flip(0).movedim(0, -1)
            if self.frobenius_per_anchor is not None and norms is not None:
                self.frobenius_per_anchor[at] = norms[:lags].flip(0).movedim(0, -1)

    def add(
        self, block: Tensor, first: int, base: int, *, apart: bool, dense: Tensor | None
    ) -> None:
        """Add values of products of lag L − base + i − j, where that is not beyond L.

        Args:
            block: (n, i, j), contiguous.
            first: the neuron of the first number, or H where they are norms.
            base: fixes the lags.
            apart: whether the numbers n are neurons, which follow each other; or groups of one.
            dense: (n or 1, i, j), to which magnitudes are added: over neurons, or by group.
        """
        count, rows, columns = block.shape
        library = library_for(block)
        if library is not None:
            reduce = library.reduce_float if block.dtype == torch.float32 else library.reduce_double
            offset = first * self.max_lag * self.absolute.element_size()
            reduce(
                block.data_ptr(),
                count,
                rows,
                columns,
                base,
                self.absolute.data_ptr() + offset,
                self.signed.data_ptr() + offset,
                self.max_lag if apart else 0,
                None if dense is None else dense.data_ptr(),
                0 if apart else rows * columns,
            )
            return
        beyond = max(0, rows - 1 - base)
        target = slice(base - rows + 1 + beyond, base + columns)
        span = slice(first, first + (count if apart else 1))
        for total, values in ((self.signed, block), (self.absolute, block.abs())):
            by_lag = _by_lag(values.double()).sum(1)[:, beyond:]
            total[span, target] += by_lag if apart else by_lag.sum(0)
        if dense is not None:
            dense += block.abs().sum(0, dtype=torch.float64) if apart else block.abs()

    def add_anchors(
        self, target: Tensor | None, dense: Tensor, base: int, seams: Tensor, sequences: Tensor
    ) -> None:
        """Add magnitudes of products of lag L − base + i − j that end at seam + i.

        Args:
            target: ``per_anchor`` or ``frobenius_per_anchor``.
            dense: (x, i, j).
            base: fixes the lags.
            seams: (x,), the anchors of the first rows.
            sequences: (x,).
        """
        if target is None:
            return
        rows, columns = (torch.arange(n, device=dense.device) for n in dense.shape[1:])
        places = self.strip + base - rows[:, None] + columns
        times = seams[:, None, None] + rows[:, None]
        target[sequences[:, None, None], times, places] += dense


def _by_lag(block: Tensor) -> Tensor:
    """Return a block (n, i, j) as (n, i, j − i + rows − 1), zero where there is no j."""
    count, rows, columns = block.shape
    # A row begins one entry later in the view than in memory, so that a column is one lag.
    padded = pad(block, (rows - 1, rows - 1))
    width = padded.shape[-1]
    return padded.as_strided((count, rows, rows + columns - 1), (rows * width, width + 1, 1))
