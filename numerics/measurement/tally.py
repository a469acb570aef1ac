"""What is known so far of a run that is measured segment by segment, as a report."""

from __future__ import annotations

import torch
from torch import Tensor

from longlag.numerics.measurement.errors import ExpansionErrors, Missed
from longlag.numerics.measurement.intervals import Intervals
from longlag.numerics.measurement.report import OfMatrices, Provenance, TransportReport
from longlag.numerics.measurement.segment import SegmentSums, Wanted
from longlag.numerics.measurement.time_scales import LocalPath, folding_lags


class Tally:
    """Sums over all segments that were taken.

    Args:
        wanted: what is measured.
        path: the local path, to which whoever has its factors adds them.
    """

    def __init__(self, wanted: Wanted, path: LocalPath) -> None:
        self.wanted, self.path = wanted, path
        self._sums: SegmentSums | None = None
        self._sequences = torch.zeros(wanted.max_lag, dtype=torch.float64)

    def take(self, sums: SegmentSums) -> None:
        """Add a segment."""
        first = next(iter(sums.totals.values()))
        # A mean is over sequences too.
        self._sequences += sums.products * len(first)
        if self._sums is None:
            self._sums = sums
            return
        kept = self._sums
        self._sums = SegmentSums(
            {name: value + sums.absolute[name] for name, value in kept.absolute.items()},
            {name: value + sums.signed[name] for name, value in kept.signed.items()},
            {name: value.sum(0, keepdim=True) for name, value in kept.totals.items()},
            kept.products + sums.products,
        )
        for name, value in self._sums.totals.items():
            value += sums.totals[name].sum(0)

    @property
    def known(self) -> bool:
        """Whether there is a product at every lag."""
        return bool((self._sequences > 0).all())

    def means(self, *, readings_alone: bool = False) -> dict[str, Tensor]:
        """Return means over anchors and sequences, summed over neurons, shape (L,).

        Args:
            readings_alone: leave out norms and bounds.
        """
        assert self._sums is not None
        names = self._sums.absolute if readings_alone else self._sums.totals
        return {name: self._sums.totals[name].sum(0) / self._sequences for name in names}

    def report(
        self, provenance: Provenance, missed: Missed | None, intervals: Intervals | None
    ) -> TransportReport:
        """Return what is known.

        Args:
            provenance: what it depends on.
            missed: what the expansions miss at some anchors; None where that was not compared.
            intervals: how well the means are known.
        """
        sums, wanted = self._sums, self.wanted
        assert sums is not None
        count, size = self._sequences[:, None], wanted.entries
        means = self.means()
        per_neuron = {name: (v / count)[:, :size] for name, v in sums.absolute.items()}
        signed = {name: (value / count)[:, :size] for name, value in sums.signed.items()}
        matrices = None
        if wanted.exact:
            nothing = torch.zeros(wanted.max_lag, dtype=torch.float64)
            errors = ExpansionErrors(nothing, nothing)
            if wanted.kept is None:
                unknown = torch.full_like(nothing, torch.nan)
                errors = ExpansionErrors(unknown, unknown) if missed is None else missed.relative()
            matrices = OfMatrices(means["frobenius"], means["remainder_bound"], errors)
        angles = self.path.angles()
        return TransportReport(
            lags=torch.arange(1, wanted.max_lag + 1),
            per_neuron=per_neuron,
            per_neuron_signed=signed,
            time_scales=self.path.scales()[:size],
            folding_lags=folding_lags(list(per_neuron.values())[-1]),
            provenance=provenance,
            matrices=matrices,
            angles=None if angles is None else angles[:size],
            intervals=intervals,
        )
