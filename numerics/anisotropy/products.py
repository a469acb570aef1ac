"""Products of one-step Jacobians at chosen anchors, newest factor on the left, never underflowing.

Each product is held as a matrix of Frobenius norm 1 and the logarithm of its norm: after a hundred
lags of a contracting network the product itself is below the smallest number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from longlag.numerics.lags.workspace import Workspace
from longlag.numerics.measurement.run import Run
from longlag.theory.errors import LonglagError


class UnitProducts(NamedTuple):
    """The products M_{t,ℓ} of one lag, M = e^logarithm · unit.

    Args:
        lag: ℓ.
        unit: shape (pairs, n, n), of Frobenius norm 1; 0 where the product is 0.
        logarithm: ln ‖M‖_F, −∞ where the product is 0.
    """

    lag: int
    unit: Float[Tensor, "pairs n n"]
    logarithm: Float[Tensor, " pairs"]


def draw_pairs(
    steps: int, sequences: int, count: int, *, max_lag: int, generator: torch.Generator
) -> Int[Tensor, "count two"]:
    """Draw pairs (anchor t, sequence) at random, with every anchor reaching the longest lag.

    Args:
        steps: the number of steps T.
        sequences: how many, B.
        count: how many pairs, drawn independently.
        max_lag: the longest lag, at most T.
        generator: where the randomness comes from.

    Raises:
        LonglagError: a lag beyond the sequence.
    """
    if not 1 <= max_lag <= steps:
        raise LonglagError(
            f"max_lag {max_lag}", f"these sequences have {steps} steps", f"give 1 to {steps}"
        )
    anchors = torch.randint(max_lag - 1, steps, (count,), generator=generator)
    return torch.stack([anchors, torch.randint(sequences, (count,), generator=generator)], 1)


def unit_products(
    run: Run, pairs: Int[Tensor, "pairs two"], lags: Sequence[int]
) -> Iterator[UnitProducts]:
    """Yield the products over some lags at some anchors, in float64, shortest lag first.

    M_{t,ℓ+1} = M_{t,ℓ} J_{t−ℓ}: the older factor comes from the right. Grown from the left, as
    published (defect 1 of arXiv 2508.12121), the order is reversed. Source: ``theory.transport``.

    Args:
        run: the network that ran.
        pairs: anchors and sequences.
        lags: which ones, ascending, from 1; every anchor reaches them.

    Raises:
        LonglagError: lags that are not ascending or reach before the first step.
    """
    anchors, sequences = pairs.unbind(1)
    earliest = int(anchors.min()) + 1
    if not lags or list(lags) != sorted(set(lags)) or lags[0] < 1 or lags[-1] > earliest:
        raise LonglagError(
            f"lags {list(lags)}",
            f"they ascend from 1 to {earliest}, which the earliest anchor reaches",
            "sort them, or draw pairs with max_lag",
        )
    doubled, workspace, wanted = run.in_double(), Workspace(run.device), set(lags)
    unit: Tensor | None = None
    logarithm = torch.zeros(len(pairs), dtype=torch.float64, device=run.device)
    for lag in range(1, lags[-1] + 1):
        factor = doubled.at(anchors - lag + 1, sequences, workspace)
        product = factor.clone() if unit is None else unit @ factor
        # In two steps: squares of entries below 1e−154 would vanish.
        largest = product.abs().amax((1, 2), keepdim=True)
        scaled = product / torch.where(largest > 0, largest, 1.0)
        norm = scaled.square().sum((1, 2), keepdim=True).sqrt()
        unit = scaled / torch.where(norm > 0, norm, 1.0)
        logarithm = logarithm + (largest * norm).log()[:, 0, 0]
        if lag in wanted:
            yield UnitProducts(lag, unit, logarithm)


__all__ = ["UnitProducts", "draw_pairs", "unit_products"]
