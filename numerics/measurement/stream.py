"""``measure_stream``: transport along an input of any length, in memory that the longest lag sets.

The network runs block by block from where it stood. Of every block the products are added whose
oldest factor it has, once the L − 1 steps after it are there, see ``segment``; then it is dropped.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from longlag.numerics.measurement.block import find_block
from longlag.numerics.measurement.budget import Budget
from longlag.numerics.measurement.comparison import Comparison
from longlag.numerics.measurement.footprint import check_memory, segment_length, streamed_memory
from longlag.numerics.measurement.intervals import BlockSeries
from longlag.numerics.measurement.origin import counts, provenance_of
from longlag.numerics.measurement.pieces import joined, pieces_of, run_pieces
from longlag.numerics.measurement.report import Provenance, TransportReport
from longlag.numerics.measurement.run import Run
from longlag.numerics.measurement.segment import (
    SegmentSums,
    local_factors,
    path_of,
    segment_sums,
    wanted_of,
)
from longlag.numerics.measurement.tally import Tally
from longlag.numerics.precision import in_full_precision
from longlag.numerics.threads import by_sharing
from longlag.theory.errors import LonglagError


@in_full_precision
@by_sharing
def measure_stream(
    module: object,
    blocks: np.ndarray | Tensor | Iterable[Any] | None = None,
    *,
    max_lag: int,
    steps: int | None = None,
    hx: Any = None,
    layer: int = 0,
    block: str | None = None,
    burn_in: int = 0,
    exact: bool = True,
    error_pairs: int = 16,
    seconds: float | None = None,
    precision: float | None = None,
    memory_limit: int | None = None,
    progress: Callable[[float], None] | None = None,
    begun: Callable[[float, int], None] | None = None,
) -> TransportReport:
    """Measure the transport of a network along an input that need not fit in memory.

    What it returns is what ``measure_transport`` returns of the whole input, to rounding, with
    intervals of every mean: Student's, over sequences or over blocks of anchors that are so long
    that those of neighbours are uncorrelated. Ctrl-C ends it with what is known by then, and the
    provenance says so.

    Args:
        module: as for ``measure_transport``, or what ``train`` returns; nothing that runs backwards
            in time. Of a Network its own drives are taken some steps at a time.
        blocks: the input, an array (T, D) or (T, N, D), time first, such as
            ``numpy.load(file, mmap_mode="r")``, or an iterator of such arrays of any number of
            steps each; None for a Network.
        max_lag: the longest lag L.
        steps: how many steps an iterator yields in all, if that is known: it is checked, and
            progress needs it.
        hx: the module's initial state; zeros if left out.
        layer: the layer of a stack.
        block: as for ``measure_transport``.
        burn_in: steps at the beginning whose factors are left out.
        exact: False leaves out what needs whole matrices.
        error_pairs: pairs of an anchor and a sequence at which the expansions are compared, spread
            evenly; up to twice as many where the number of steps is not known.
        seconds: time after which no further block is begun.
        precision: ends once half of every interval is below so much of its mean, at every lag.
        memory_limit: bytes that may be used; None asks the machine.
        progress: called with the share of the steps that is done, where their number is known.
        begun: called once, after two segments, with an estimate of all seconds (infinity where
            the number of steps is not known) and of the bytes.

    Raises:
        LonglagError: as ``measure_transport``; a stream that changes its width, that ends before
            the steps it is said to have or before a product of L factors, or that holds a value
            which is not finite; a budget that is not positive.

    >>> gru = torch.nn.GRU(1, 4)
    >>> report = measure_stream(gru, iter([torch.ones(30, 1)] * 40), max_lag=8)
    >>> report.exact.shape, report.provenance.steps
    (torch.Size([8]), 1200)
    """
    started = last = time.perf_counter()
    budget = Budget(seconds, precision)
    max_lag, burn_in, error_pairs = counts(max_lag, burn_in, error_pairs, steps)
    length = segment_length(max_lag)
    pieces = pieces_of(module, blocks, length=length, steps=steps, hx=hx, layer=layer)
    counts(max_lag, burn_in, error_pairs, pieces.steps)
    chosen = find_block(pieces.cell, block)
    total = None if pieces.steps is None else pieces.steps - burn_in
    work: _Work | None = None
    advance, ended = progress or (lambda share: None), ""
    with torch.no_grad():
        try:
            for run in _after(run_pieces(pieces), burn_in):
                if work is None:
                    laid_out = replace(run.network, layout=pieces.layout)
                    wanted = wanted_of(
                        laid_out, chosen, max_lag=max_lag, exact=exact, named=block is not None
                    )
                    needed = streamed_memory(
                        run.cell,
                        (length, *run.shape[1:]),
                        run.itemsize,
                        max_lag=max_lag,
                        pairs=error_pairs,
                        alone=wanted.kept is not None,
                        exact=exact,
                    )
                    check_memory(needed, memory_limit)
                    comparison = Comparison(wanted, total, run.shape[1], error_pairs)
                    provenance = provenance_of(run, chosen, pieces.dtype, burn_in, None)
                    work = _Work(
                        Tally(wanted, path_of(run.cell, chosen, wanted)), comparison, length
                    )
                work.extend(run)
                while work.ready:
                    work.measure(length)
                    if total is not None:
                        advance(work.done / total)
                    now = time.perf_counter()
                    # The first segment compiles what the others use.
                    if work.segments == 2 and begun is not None:
                        left = math.inf if total is None else (total - work.done) / length
                        begun(now - started + left * (now - last), sum(needed.values()))
                    last = now
                    if budget.is_spent(work.segments, work.readings, work.series.intervals):
                        ended = "time used" if budget.share >= 1 else "precise enough"
                        break
                if ended:
                    break
            if work is not None and not ended and work.held:
                work.measure(work.held)
        except KeyboardInterrupt:
            if work is None or not work.tally.known:
                raise
            ended = "interrupted"
    if work is None or not work.tally.known:
        seen = burn_in + (0 if work is None else work.done)
        raise LonglagError(
            f"a stream that ends after {seen} steps or fewer",
            f"less a burn-in of {burn_in} it holds no product of {max_lag} factors",
            "give a longer one, a smaller lag or a shorter burn-in",
        )
    if not ended:
        advance(1.0)
    return work.report(provenance, ended, time.perf_counter() - started)


@dataclass
class _Work:
    """What is known, and the steps of which not all products are."""

    tally: Tally
    comparison: Comparison
    length: int
    series: BlockSeries = field(init=False)
    segments: int = 0
    done: int = 0
    _kept: Run | None = None

    def __post_init__(self) -> None:
        wanted = self.tally.wanted
        readings = ["zeroth", "first_order", *(["exact"] if wanted.exact else [])]
        watched = readings[-1]
        if wanted.modulus:
            readings.append("modulus")
        matrices = ["frobenius", "remainder_bound"] if wanted.exact else []
        self.series = BlockSeries([*readings, *matrices], watched)

    @property
    def held(self) -> int:
        """How many steps wait for those after them."""
        return 0 if self._kept is None else self._kept.shape[0]

    @property
    def ready(self) -> bool:
        """Whether a whole segment is there, with the steps after it."""
        return self.held >= self.length + self.tally.wanted.max_lag - 1

    def extend(self, run: Run) -> None:
        """Take the next steps."""
        self._kept = run if self._kept is None else joined([self._kept, run])

    def measure(self, own: int) -> None:
        """Add the products whose oldest factor is one of the first steps, and drop these."""
        assert self._kept is not None
        reach = own + self.tally.wanted.max_lag - 1
        segment = _between(self._kept, 0, min(reach, self.held))
        sums: SegmentSums = segment_sums(segment, own, self.tally.wanted)
        self.comparison.take(segment, self.done, own)
        self.tally.path.add(local_factors(_between(segment, 0, own), self.tally.wanted))
        # All of this segment or, where it is interrupted, nothing of it.
        self.tally.take(sums)
        if bool((sums.products == self.length).all()):
            self.series.add(sums.totals, sums.products)
        self._kept = _between(self._kept, own, self.held)
        self.segments += 1
        self.done += own

    def readings(self) -> dict[str, Tensor]:
        return self.tally.means(readings_alone=True)

    def report(self, provenance: Provenance, ended: str, seconds: float) -> TransportReport:
        wanted = self.tally.wanted
        coverage = f"those of the first {self.done} steps, {ended}" if ended else "every anchor"
        told = replace(
            provenance,
            steps=self.done,
            size=wanted.entries,
            error_pairs=self.comparison.pairs,
            route="matrices" if wanted.kept is None else "diagonal",
            coverage=coverage,
            seconds=seconds,
        )
        return self.tally.report(told, self.comparison.missed(), self.series.intervals())


def _after(runs: Iterator[Run], burn_in: int) -> Iterator[Run]:
    """Leave out the first steps."""
    for run in runs:
        gone = min(burn_in, run.shape[0])
        burn_in -= gone
        if gone < run.shape[0]:
            yield run.without(gone) if gone else run


def _between(run: Run, start: int, stop: int) -> Run:
    return replace(run, network=run.part(slice(start, stop), slice(None)))


__all__ = ["measure_stream"]
