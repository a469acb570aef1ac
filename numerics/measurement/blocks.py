"""Errors of means over time: blocks so long that their means are no longer correlated."""

from __future__ import annotations

import math

from jaxtyping import Float
from torch import Tensor

#: Fewer blocks of a sequence tell no error; below this many standard errors no correlation is seen.
LEAST_BLOCKS, _SEEN = 8, 2.0


def block_means(series: Float[Tensor, "T B *k"], blocks: int) -> Float[Tensor, "blocks B *k"]:
    """Return the means over equal blocks of time, the longest that leave out fewest first steps.

    Args:
        series: of every step and sequence.
        blocks: how many for each sequence, at most T.
    """
    length = len(series) // blocks
    kept = series[len(series) - length * blocks :]
    return kept.reshape(blocks, length, *series.shape[1:]).mean(1)


def independent_blocks(series: Float[Tensor, "T B k"]) -> int:
    """Return how many blocks each sequence can be cut into so that their means are uncorrelated.

    Blocks are doubled until the correlation of neighbours is no more than chance, for each of the k
    series at most two standard errors of their number. Source: Flyvbjerg and Petersen 1989.

    Args:
        series: of every step and sequence; −∞ where something is lost counts as no correlation.

    Returns:
        From 8, if the sequences are long enough, to T; 8 too where correlations last.
    """
    steps = len(series)
    blocks = steps
    while blocks // 2 >= LEAST_BLOCKS:
        means = block_means(series, blocks)
        apart = means - means.mean((0, 1))
        variance = apart.square().mean((0, 1))
        neighbours = (apart[1:] * apart[:-1]).mean((0, 1)) / variance
        seen = _SEEN / math.sqrt(blocks * means.shape[1])
        if not bool((neighbours.nan_to_num(0.0) > seen).any()):
            break
        blocks //= 2
    return max(blocks, min(LEAST_BLOCKS, steps))


__all__ = ["LEAST_BLOCKS", "block_means", "independent_blocks"]
