"""What measures share: the lags and pairs at which products are looked at, and rows of a lag."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from longlag.numerics.anisotropy import draw_pairs
from longlag.numerics.experiments.table import Entry
from longlag.numerics.experiments.training import PROBE, Moment

#: Lags at which products are looked at, as published, with those of the profiles between.
LAGS = (1, 2, 4, 8, 12, 16, 24, 32, 40)
#: Random pairs of an anchor and a sequence, for every lag the same.
PAIRS = 64


def lags_of(moment: Moment) -> tuple[int, ...]:
    """Return the lags that the sequences are long enough for, half of their steps at most."""
    return tuple(lag for lag in LAGS if lag <= max(1, moment.unit.task.steps // 2))


def pairs_of(moment: Moment) -> Tensor:
    """Return the pairs at which products are looked at, the same at every moment of a run."""
    generator, longest = moment.unit.stream("pairs"), lags_of(moment)[-1]
    return draw_pairs(moment.unit.task.steps, PROBE, PAIRS, max_lag=longest, generator=generator)


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


__all__ = ["LAGS", "PAIRS", "by_lag", "lags_of", "median", "pairs_of", "scalars"]
