"""Transport within a budget: over blocks of anchors and sequences that are drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from longlag.numerics.measurement.block import Block
from longlag.numerics.measurement.budget import Budget
from longlag.numerics.measurement.errors import Missed
from longlag.numerics.measurement.footprint import block_steps
from longlag.numerics.measurement.intervals import Intervals, drawn_intervals
from longlag.numerics.measurement.report import Provenance, TransportReport
from longlag.numerics.measurement.run import Run
from longlag.numerics.measurement.segment import (
    Wanted,
    local_factors,
    path_of,
    segment_missed,
    segment_sums,
)
from longlag.numerics.measurement.tally import Tally
from longlag.numerics.tasks.streams import stream


def measure_drawn(
    run: Run,
    provenance: Provenance,
    block: Block,
    wanted: Wanted,
    *,
    budget: Budget,
    seed: int,
    error_pairs: int,
    given: int,
    progress: Callable[[float], None],
) -> TransportReport:
    """Measure blocks of a run, drawn without replacement, until a budget is spent.

    Where it suffices for all of them the means are those of ``measure_transport``. Ctrl-C ends it
    with what is known by then, and the provenance says so.

    Args:
        run: the run.
        provenance: what the numbers depend on.
        block: the states at both ends of the lag.
        wanted: what is measured.
        budget: of time, or a precision.
        seed: by which blocks are drawn.
        error_pairs: in how many blocks the expansions are compared at an anchor.
        given: how many steps there are, of which the run may have the first alone.
        progress: called with the share of the blocks or of the time, the larger one.
    """
    steps, sequences, _ = run.shape
    own = block_steps(steps, sequences, wanted.max_lag)
    starts = range(0, steps, own)
    every = len(starts) * sequences
    order = torch.randperm(every, generator=stream(seed, "anchors")).tolist()
    drawn, ended = _Drawn(Tally(wanted, path_of(run.cell, block, wanted)), every, seed), ""
    try:
        for number, place in enumerate(order, 1):
            start, owner = starts[place // sequences], place % sequences
            stop = min(start + own + wanted.max_lag - 1, steps)
            network = run.part(slice(start, stop), slice(owner, owner + 1))
            part = replace(run, network=network)
            drawn.measure(part, min(own, steps - start), compare=number <= error_pairs)
            progress(max(number / every, budget.share))
            if number == every or not drawn.tally.known:
                continue
            if budget.is_spent(number, drawn.readings, drawn.intervals):
                ended = "time used" if budget.share >= 1 else "precise enough"
                break
    except KeyboardInterrupt:
        if not drawn.tally.known:
            raise
        ended = "interrupted"
    told = provenance
    if ended or steps < given:
        inside = f" in the first {steps} of {given} steps" if steps < given else ""
        covered = f"{len(drawn.counts)} of {every} blocks of anchors{inside}"
        told = replace(provenance, coverage=f"{covered}, {ended or 'time used'}")
    return drawn.tally.report(
        replace(told, error_pairs=drawn.compared), drawn.missed, drawn.intervals()
    )


@dataclass
class _Drawn:
    """What is known of the blocks that were drawn."""

    tally: Tally
    every: int
    seed: int
    totals: list[dict[str, Tensor]] = field(default_factory=list)
    counts: list[Tensor] = field(default_factory=list)
    compared: int = 0
    missed: Missed | None = None

    def measure(self, segment: Run, own: int, *, compare: bool) -> None:
        """Measure one block, the whole of it or, where it is interrupted, nothing."""
        wanted = self.tally.wanted
        sums = segment_sums(segment, own, wanted)
        local = local_factors(segment, wanted)[:own]
        found = None
        reached = segment.shape[0] >= wanted.max_lag
        if compare and reached and wanted.exact and wanted.kept is None:
            found = segment_missed(segment, [(wanted.max_lag - 1, 0)], wanted)
        self.tally.path.add(local)
        self.tally.take(sums)
        self.totals.append({name: value[0] for name, value in sums.totals.items()})
        self.counts.append(sums.products)
        if found is not None:
            self.compared += 1
            before = self.missed
            added = found if before is None else [a + b for a, b in zip(before, found, strict=True)]
            self.missed = Missed(*added)

    def readings(self) -> dict[str, Tensor]:
        return self.tally.means(readings_alone=True)

    def intervals(self) -> Intervals:
        totals = {
            name: torch.stack([each[name] for each in self.totals]) for name in self.totals[0]
        }
        counts = torch.stack(self.counts)
        return drawn_intervals(totals, counts, every=self.every, seed=self.seed)


__all__ = ["measure_drawn"]
