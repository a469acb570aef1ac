"""Products that are formed, lag after lag: all of a short block of time, or all of short lags.

Below some ten factors a product for every pair costs less than dividing, and its norm is known
in the precision in which it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from longlag.numerics.lags.exact_compiled import examine, matrices_are_safe
from longlag.numerics.lags.exact_reduce import Sums
from longlag.numerics.lags.exact_store import Layout
from longlag.numerics.lags.workspace import Workspace
from longlag.theory.errors import LonglagError

#: (times, sequences), two arrays of one shape ↦ the factors of those pairs, (..., n, n).
Read = Callable[[Tensor, Tensor], Tensor]

#: Pieces of work are so many times larger here: every lag goes through them once more.
PIECES = 2


@dataclass(frozen=True)
class Formed:
    """Products of one lag.

    Args:
        lag: their lag.
        first: the position of the first anchor.
        rows: (anchors, x, H, K) the rows of the block of states.
        last: (x, K, K) the whole product at the last anchor.
    """

    lag: int
    first: int
    rows: Tensor
    last: Tensor


@dataclass(frozen=True)
class Stretch:
    """Blocks of anchors, of some sequences, and the factors that their products need.

    Args:
        times: (factors, x), the times of the factors; those outside 0 … T − 1 count as zero.
        sequences: (x,), the sequence of each block.
        earlier: how many factors come before the first anchor.
        max_lag: the longest lag; products reach back no further than the first factor.
    """

    times: Tensor
    sequences: Tensor
    earlier: int
    max_lag: int


class Former:
    """Forms products and adds them to sums.

    Args:
        read: returns factors.
        steps: T.
        layout: the block of states.
        source: (T, B, H), a factor of the diagonal for every source step, or None.
        workspace: memory to work in.
        sums: what is added to.
    """

    def __init__(
        self,
        read: Read,
        steps: int,
        layout: Layout,
        source: Tensor | None,
        workspace: Workspace,
        sums: Sums,
    ) -> None:
        self.read, self.steps, self.layout, self.source = read, steps, layout, source
        self.workspace, self.sums = workspace, sums

    def into(self, sums: Sums) -> Former:
        """Return what forms the same products, for other sums."""
        return Former(self.read, self.steps, self.layout, self.source, self.workspace, sums)

    def add(self, stretch: Stretch, each: Callable[[Formed], None] | None = None) -> None:
        """Add all products of a stretch.

        Args:
            stretch: which.
            each: called with the products of every lag, which are valid until it returns; from the
                first on that leave the range of float32 they are in float64.

        Raises:
            LonglagError: a factor is not finite.
        """
        factors = self._factors(stretch)
        if not matrices_are_safe(factors):
            _check_finite(factors, stretch.times)
            factors = factors.double()
        anchors, sums = stretch.times[stretch.earlier :], self.sums
        shape = (stretch.max_lag, *anchors.shape)
        diagonals = self.workspace.take("diagonals", torch.float64, *shape, self.layout.size)
        norms = self.workspace.take("norms", torch.float64, *shape) if sums.frobenius else None
        for formed in self._products(factors, stretch, diagonals, norms):
            if each is not None:
                each(formed)
        if self.source is not None:
            diagonals = diagonals * self._weights(stretch)
        sums.add_formed(diagonals, norms, anchors, stretch.sequences)

    def _factors(self, stretch: Stretch) -> Tensor:
        times = stretch.times
        inside = (times >= 0) & (times < self.steps)
        within = times.clamp(0, self.steps - 1)
        factors = self.read(within, stretch.sequences.expand(times.shape))
        if bool(inside.all()):
            return factors.contiguous()
        return factors.masked_fill(~inside[..., None, None], 0)

    def _weights(self, stretch: Stretch) -> Tensor:
        """Return factors of the diagonals, at the oldest factors of the products."""
        assert self.source is not None
        within = stretch.times.clamp(0, self.steps - 1)
        every = self.source[within, stretch.sequences.expand(within.shape)]
        count = len(every) - stretch.earlier
        lag, anchor = (torch.arange(n, device=every.device) for n in (stretch.max_lag, count))
        return every[(anchor + stretch.earlier - lag[:, None]).clamp(min=0)]

    def _products(
        self, factors: Tensor, stretch: Stretch, diagonals: Tensor, norms: Tensor | None
    ) -> Iterator[Formed]:
        """Yield M_{t,ℓ} = M_{t,ℓ−1} J_{t−ℓ+1} for all anchors at once, lag after lag."""

        def are_safe(formed: Formed) -> bool:
            place, first = formed.lag - 1, formed.first
            diagonals[place, :first] = 0
            if norms is not None:
                norms[place, :first] = 0
            kept = None if norms is None else norms[place, first:]
            safe = examine(formed.rows, self.layout.columns, diagonals[place, first:], kept)
            return safe and matrices_are_safe(formed.last)

        formed = Formed(1, 0, factors[stretch.earlier :, :, self.layout.rows], factors[-1])
        are_safe(formed)
        yield formed
        for _ in range(2, stretch.max_lag + 1):
            longer = self._longer(formed, factors, stretch.earlier)
            if not are_safe(longer):
                factors = factors.double()
                formed = replace(formed, rows=formed.rows.double(), last=formed.last.double())
                longer = self._longer(formed, factors, stretch.earlier)
                are_safe(longer)
            formed = longer
            yield formed

    def _longer(self, formed: Formed, factors: Tensor, earlier: int) -> Formed:
        """Return the products of the next lag."""
        lag = formed.lag + 1
        first = max(0, lag - 1 - earlier)
        left = formed.rows[first - formed.first :]
        start = first + earlier - lag + 1
        older = factors[start : start + len(left)]
        shape = (len(left) * left.shape[1], *left.shape[2:])
        out = self.workspace.take(f"formed {lag % 2}", left.dtype, *shape)
        torch.bmm(left.flatten(0, 1), older.flatten(0, 1), out=out)
        rows = out.unflatten(0, left.shape[:2])
        last = rows[-1] if self.layout.states == 1 else formed.last @ factors[-lag]
        return Formed(lag, first, rows, last)


def _check_finite(factors: Tensor, times: Tensor) -> None:
    """Refuse factors that are not finite."""
    wrong = ~factors.isfinite().flatten(2).all(2)
    if bool(wrong.any()):
        raise LonglagError(
            f"factor {int(times[wrong].min())}", "it holds NaN or infinity", "give finite Jacobians"
        )
