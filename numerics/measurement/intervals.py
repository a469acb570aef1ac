"""How well the means of a measurement are known that has not seen every anchor, or all of time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from scipy.stats import t as student
from torch import Tensor

from longlag.numerics.measurement.blocks import LEAST_BLOCKS, block_means, independent_blocks
from longlag.numerics.measurement.footprint import KEPT_BLOCKS
from longlag.theory.errors import LonglagError

#: Of the intervals.
LEVEL = 0.95


@dataclass(frozen=True)
class Intervals:
    """Half widths of confidence intervals of means over anchors and sequences.

    Args:
        half: what is averaged ↦ half a width at lags 1…L, shape (L,), in the units of the mean:
            readings are sums over neurons, H f; NaN where too few blocks tell it.
        level: of confidence.
        estimator: what they are computed from, and what of, in words.
        blocks: from how many means of blocks.
        seed: by which blocks were drawn; None where they were taken in order.
    """

    half: Mapping[str, Float[Tensor, " L"]]
    level: float
    estimator: str
    blocks: int
    seed: int | None

    def relative(self, means: Mapping[str, Float[Tensor, " L"]]) -> float:
        """Return the largest half width over its mean, of some means; infinity if one is unknown.

        Args:
            means: what is averaged ↦ its mean at every lag.
        """
        worst = 0.0
        for name, mean in means.items():
            half = self.half[name]
            # A mean of exactly 0 that never varies is known.
            ratio = torch.where(half == 0, 0.0, half / mean.abs())
            if not bool(ratio.isfinite().all()):
                return math.inf
            worst = max(worst, float(ratio.max()))
        return worst

    def to_dict(self) -> dict[str, Any]:
        """Return them as plain numbers, for JSON."""
        return {
            "level": self.level,
            "estimator": self.estimator,
            "blocks": self.blocks,
            "seed": self.seed,
            "half_width": {name: plain(values) for name, values in self.half.items()},
        }


def plain(values: Tensor) -> Any:
    """Return nested lists, with None for what JSON has no number for.

    >>> plain(torch.tensor([[0.5, torch.inf]]))
    [[0.5, None]]
    """
    if values.ndim > 1:
        return [plain(row) for row in values]
    return [value if math.isfinite(value) else None for value in values.tolist()]


class BlockSeries:
    """Means of blocks of a stream in order of time, in memory that does not grow with it.

    Args:
        names: what is averaged.
        watched: the one whose correlation along time decides how long blocks are.
    """

    def __init__(self, names: Sequence[str], watched: str) -> None:
        self._names, self._watched = tuple(names), names.index(watched)
        self._blocks: list[Tensor] = []
        self._width = 1
        self._waiting: list[Tensor] = []

    def add(self, totals: Mapping[str, Float[Tensor, "B L"]], count: Float[Tensor, " L"]) -> None:
        """Take the sums of the next segment, of as many products at every lag as the others."""
        self._waiting.append(torch.stack([totals[name] / count for name in self._names], 1))
        if len(self._waiting) == self._width:
            self._blocks.append(torch.stack(self._waiting).mean(0))
            self._waiting = []
        if len(self._blocks) == 2 * KEPT_BLOCKS:
            self._blocks = [
                (one + two) / 2
                for one, two in zip(self._blocks[::2], self._blocks[1::2], strict=True)
            ]
            self._width *= 2

    def intervals(self) -> Intervals:
        """Return Student intervals of the means of the process, where they can be told.

        Of at least 8 sequences the means of each are compared, which are independent whatever the
        correlation along time. Of fewer, means of blocks, so long that those of neighbours are no
        more correlated than chance. Source: Flyvbjerg and Petersen 1989, as in
        ``blocks``.
        """
        unknown = torch.full((1, 1), torch.nan, dtype=torch.float64)
        if not self._blocks:
            return self._told(unknown.expand(len(self._names), 1), 0, "no whole block")
        series = torch.stack(self._blocks)
        count, sequences = series.shape[:2]
        if sequences >= LEAST_BLOCKS:
            parts, origin = series.mean(0), f"means of {sequences} sequences"
        elif count >= LEAST_BLOCKS:
            lags = 2 ** torch.arange(series.shape[-1].bit_length()) - 1
            number = independent_blocks(series[:, :, self._watched, lags[lags < series.shape[-1]]])
            parts = block_means(series, number).flatten(0, 1)
            origin = f"means of {number} blocks of anchors of each sequence, uncorrelated in time"
        else:
            return self._told(unknown.expand(series.shape[2:]), count, "too few blocks")
        half = _quantile(len(parts)) * parts.std(0) / math.sqrt(len(parts))
        return self._told(half, len(parts), f"Student, {origin}")

    def _told(self, half: Tensor, blocks: int, estimator: str) -> Intervals:
        by_name = dict(zip(self._names, half, strict=True))
        return Intervals(by_name, LEVEL, f"{estimator}; of the process", blocks, None)


def drawn_intervals(
    totals: Mapping[str, Float[Tensor, "n L"]],
    counts: Float[Tensor, "n L"],
    *,
    every: int,
    seed: int,
) -> Intervals:
    """Return intervals of what all blocks would give, from some that were drawn at random.

    The mean is a ratio R = Σ x/Σ c of sums and numbers of products, of n of N blocks drawn without
    replacement: its variance is (1 − n/N) n/(n−1) Σ (x − R c)²/(Σ c)². Source: Cochran, Sampling
    Techniques, 3rd ed., section 6.4. All blocks leave no error.

    Args:
        totals: what is averaged ↦ sums over the products of every block that was drawn.
        counts: how many products it has.
        every: N.
        seed: by which they were drawn.

    Raises:
        LonglagError: more blocks than there are.
    """
    number = len(counts)
    if number > every:
        raise LonglagError(
            f"{number} blocks of {every}", "they are drawn without replacement", "give them once"
        )
    half = {}
    for name, sums in totals.items():
        if number == every:
            half[name] = torch.zeros_like(sums[0])
        elif number < LEAST_BLOCKS:
            half[name] = torch.full_like(sums[0], torch.nan)
        else:
            whole = counts.sum(0)
            apart = sums - sums.sum(0) / whole * counts
            spread = apart.square().sum(0) * number / (number - 1)
            error = ((1 - number / every) * spread).sqrt() / whole
            half[name] = _quantile(number) * error
    told = f"ratio estimator, {number} of {every} blocks of anchors drawn without replacement"
    return Intervals(half, LEVEL, f"{told}; of the mean over all of them", number, seed)


def _quantile(number: int) -> float:
    return float(student.ppf((1 + LEVEL) / 2, number - 1))


__all__ = ["LEVEL", "BlockSeries", "Intervals", "drawn_intervals", "plain"]
