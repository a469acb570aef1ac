"""What measures share: the network of a moment as it runs over its probe, and rows of a lag."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from longlag.numerics.anisotropy import draw_pairs
from longlag.numerics.experiments.table import Entry
from longlag.numerics.experiments.training import Moment
from longlag.numerics.measurement.run import Run, ran

#: Lags at which products are looked at, as published, with those of the profiles between.
LAGS = (1, 2, 4, 8, 12, 16, 24, 32, 40)
#: Random pairs of an anchor and a sequence, for every lag the same.
PAIRS = 64
#: Sequences of the probe.
PROBE = 12


def probe_run(moment: Moment, sequences: int = PROBE) -> Run:
    """Return the network as it runs over the first sequences of its probe."""
    return ran(moment.network.network(moment.probe(sequences).inputs))


def lags_of(run: Run) -> tuple[int, ...]:
    """Return the lags that the sequences are long enough for, half of their steps at most."""
    return tuple(lag for lag in LAGS if lag <= max(1, run.shape[0] // 2))


def pairs_of(moment: Moment, run: Run) -> Tensor:
    """Return the pairs at which products are looked at, the same at every moment of a run."""
    steps, sequences, _ = run.shape
    generator = moment.unit.stream("pairs")
    return draw_pairs(steps, sequences, PAIRS, max_lag=lags_of(run)[-1], generator=generator)


def by_lag(
    quantity: str, lags: tuple[int, ...], values: Tensor, **labels: Entry
) -> list[dict[str, Entry]]:
    """Return a row for every lag."""
    return [
        {"quantity": quantity, "lag": lag, "value": float(value), **labels}
        for lag, value in zip(lags, values, strict=True)
    ]


def scalars(values: Mapping[str, float]) -> list[dict[str, Entry]]:
    """Return a row for every number."""
    return [{"quantity": name, "value": float(value)} for name, value in values.items()]


def median(values: Tensor) -> Tensor:
    """Return the median over the last axis of the finite values; NaN where there are none."""
    return torch.nanmedian(torch.where(values.isfinite(), values, torch.nan), -1).values


__all__ = [
    "LAGS",
    "PAIRS",
    "PROBE",
    "by_lag",
    "lags_of",
    "median",
    "pairs_of",
    "probe_run",
    "scalars",
]
