"""Every product J_t ⋯ J_s by midpoint divide and conquer, without forming it.

Blocks of time are united with their neighbours, level after level, all blocks and sequences at
once. The products across the seam of two come from the prefixes of the newer and the suffixes of
the older, see ``exact_cross``; then P_t ← P_t Tot, S_s ← Tot S_s, each a tall product, make the
prefixes and suffixes of both those of the whole. Windows that hold the longest lag are not united
any more, and products across the seams between them are all that is left. Derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from longlag.numerics.lags.exact_cross import Crossing, Seams
from longlag.numerics.lags.exact_formed import PIECES, Formed, Former, Stretch
from longlag.numerics.lags.exact_plan import Plan, pairs_between
from longlag.numerics.lags.exact_reduce import Sums
from longlag.numerics.lags.exact_store import Ends
from longlag.numerics.threads import SHARES, shared, thread_count

#: The most tasks that sequences are shared out to, each with sums of its own.
TASKS = 32


@dataclass(frozen=True)
class Division:
    """Divides a run and adds all its products to sums.

    Args:
        former: forms products of the smallest blocks.
        crossing: adds those across seams.
        plan: how the run is cut.
        dtype: of the factors.
        advance: called with the number of products that are done.
    """

    former: Former
    crossing: Crossing
    plan: Plan
    dtype: torch.dtype
    advance: Callable[[int], None]

    def conquer(self, sequences: Tensor) -> None:
        """Add all products of some sequences."""
        carried: Tensor | None = None
        plan = self.plan
        for first in range(0, plan.windows, plan.together):
            count = min(plan.together, plan.windows - first)
            ends = Ends(
                self.crossing.workspace,
                self.crossing.layout,
                windows=count,
                sequences=len(sequences),
                window=plan.window,
                dtype=self.dtype,
            )
            windows = torch.arange(first, first + count, device=sequences.device)
            starts = (windows * plan.window)[:, None].expand(-1, len(sequences))
            every = sequences.expand(count, -1)
            self._leaves(ends, starts, every)
            for level in range(plan.levels):
                self._unite(ends, plan.leaf << level, starts, every)
            carried = self._join(ends, carried, starts, every)

    def _leaves(self, ends: Ends, starts: Tensor, sequences: Tensor) -> None:
        """Form all products of the smallest blocks."""
        leaf, layout = self.plan.leaf, ends.layout
        times, owners = _blocks(starts, sequences, leaf, self.plan.window)
        prefix, suffix = ends.blocks(leaf)
        prefix[:, :, -1], suffix[:, :, -1] = 0, 0
        if layout.states > 1:
            shape = (len(times), layout.width, layout.width)
            ends.totals = torch.empty(shape, dtype=ends.dtype, device=times.device)
        inside = torch.arange(leaf, device=times.device)[:, None]
        step = max(1, PIECES * self.crossing.workspace.entries // (leaf * layout.width**2))
        spans = [slice(x, x + step) for x in range(0, len(times), step)]
        forms = partial(self._form, ends, leaf)

        def form(span: slice) -> Sums | None:
            return forms(Stretch(times[span] + inside, owners[span], 0, leaf), span)

        parts = shared([partial(form, span) for span in spans])
        if None in parts:
            # What has left float32 had no place yet.
            ends.widen()
            lost = [place for place, part in enumerate(parts) if part is None]
            again = shared([partial(form, spans[place]) for place in lost])
            for place, part in zip(lost, again, strict=True):
                parts[place] = part
        for part in parts:
            assert part is not None
            self.crossing.sums.take_in(part)
        self._count(times[:, None] + inside.T, times[:, None], times[:, None] + inside.T + 1)

    def _form(self, ends: Ends, leaf: int, stretch: Stretch, span: slice) -> Sums | None:
        """Form the products of some of the smallest blocks; None where ends do not hold them."""
        sums, layout, fits = self.crossing.sums.apart(lags=leaf), ends.layout, True

        def keep(formed: Formed) -> None:
            nonlocal fits
            fits = fits and not (formed.rows.dtype != ends.dtype == torch.float32)
            prefix, suffix = (each[span] for each in ends.blocks(leaf))
            prefix[:, formed.lag - 1, :-1] = formed.rows[0]
            suffix[:, leaf - formed.lag, :-1] = formed.last[..., layout.columns].mT
            if ends.totals is not None and formed.lag == leaf:
                ends.totals[span] = formed.last

        self.former.into(sums).add(stretch, keep)
        return sums if fits else None

    def _unite(self, ends: Ends, half: int, starts: Tensor, sequences: Tensor) -> None:
        """Add the products across the seams of blocks and their neighbours, and unite them."""
        prefix, suffix = (each.unflatten(0, (-1, 2)) for each in ends.blocks(half))
        times, owners = _blocks(starts, sequences, 2 * half, self.plan.window)
        self._cross(prefix[:, 1], suffix[:, 0], times + half, owners)
        window, alone = self.plan.window, self.plan.windows == 1
        if 2 * half < window:
            ends.merge(half, last=alone and 4 * half == window)
        elif not alone:
            ends.merge(half, reach=self.crossing.sums.max_lag - 1)

    def _join(
        self, ends: Ends, carried: Tensor | None, starts: Tensor, sequences: Tensor
    ) -> Tensor | None:
        """Add the products across the seams between windows; return the last suffixes."""
        if self.plan.windows == 1:
            return None
        if carried is not None and carried.dtype == torch.float64:
            ends.widen()
        newer, older = ends.prefix, ends.suffix[:-1]
        if carried is None:
            newer, older, starts, sequences = (
                part[1:] for part in (newer, older, starts, sequences)
            )
        else:
            older[0] = carried
        if len(newer):
            times, owners = starts.flatten(), sequences.flatten()
            self._cross(newer.flatten(0, 1), older.flatten(0, 1), times, owners)
        last = ends.suffix[-1]
        # In memory that was used before: fresh pages would cost as much as the copy.
        kept = self.crossing.workspace.take("carried", last.dtype, *last.shape)
        return kept.copy_(last)

    def _cross(self, newer: Tensor, older: Tensor, times: Tensor, sequences: Tensor) -> None:
        """Add the products of prefixes from some times on with suffixes up to them."""
        source, weights = self.former.source, None
        length = newer.shape[1]
        inside = torch.arange(length, device=times.device)
        before = times[:, None] - length + inside
        if source is not None:
            within = before.clamp(0, len(source) - 1)
            weights = source[within, sequences[:, None]]
        self.crossing.add(Seams(newer, older, times, sequences, weights))
        self._count(times[:, None] + inside, before[:, :1], times[:, None])

    def _count(self, anchors: Tensor, first: Tensor, stop: Tensor) -> None:
        shape = anchors.shape
        self.advance(
            pairs_between(
                anchors,
                first.expand(shape),
                stop.expand(shape),
                steps=self.former.steps,
                max_lag=self.crossing.sums.max_lag,
            )
        )


def divide(
    former: Former,
    sequences: Tensor,
    plan: Plan,
    dtype: torch.dtype,
    advance: Callable[[int], None],
) -> None:
    """Add every product to sums by dividing, some sequences on each thread where there are many.

    Args:
        former: forms products of the smallest blocks; what it adds to is what all are added to.
        sequences: which.
        plan: how the run is cut.
        dtype: of the factors.
        advance: called with the number of products that are done.
    """
    alone, few = thread_count() == 1, len(sequences) < SHARES

    def conquer(some: Tensor, sums: Sums, advance: Callable[[int], None]) -> None:
        shares = SHARES if few else 1
        crossing = Crossing(former.layout, former.workspace, sums, dtype=dtype, shares=shares)
        division = Division(former.into(sums), crossing, plan, dtype, advance)
        for together in some.split(plan.sequences):
            division.conquer(together)

    def apart(some: Tensor) -> tuple[Sums, int]:
        part, done = former.sums.apart(), [0]
        # Whoever asked to be told is told on the thread on which they asked.
        conquer(some, part, advance if alone else done.append)
        return part, sum(done)

    def take_in(found: tuple[Sums, int]) -> None:
        former.sums.take_in(found[0])
        if not alone:
            advance(found[1])

    if few:
        conquer(sequences, former.sums, advance)
        return
    some = sequences.split(max(plan.sequences, -(-len(sequences) // TASKS)))
    shared([partial(apart, each) for each in some], take_in)


def _blocks(starts: Tensor, sequences: Tensor, length: int, window: int) -> tuple[Tensor, Tensor]:
    """Return the first times and the sequences of the blocks of windows, in order."""
    inside = torch.arange(0, window, length, device=starts.device)
    times = starts[..., None] + inside
    return times.flatten(), sequences[..., None].expand(times.shape).flatten()
