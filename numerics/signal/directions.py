"""What a gradient is along a direction, sequence by sequence: its noise, tail and other lags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.gradients import Objective, gradients_by_sequence
from longlag.numerics.stable import quantile
from longlag.numerics.tail import (
    BlockScaling,
    TailIndex,
    block_differences,
    kogon_williams,
    maximum_likelihood,
    mcculloch,
)
from longlag.theory.errors import LonglagError

#: The fewest sequences from which the three estimators of α and κ are taken.
LEAST_FOR_TAIL = 256


@dataclass(frozen=True)
class Noise:
    """The noise of one projection over sequences that chose no direction.

    Args:
        alpha: the tail index that the law of N takes; NaN where none could be fitted.
        scale: the stable scale at this index; std/√2 of normal noise.
        estimates: α by every estimator that gives one; empty where α was given.
        scaling: κ of the mean by block differences; None where α was given.
        deviation: the standard deviation, of noise whose variance is finite.
    """

    alpha: float
    scale: float
    estimates: tuple[TailIndex, ...] = ()
    scaling: BlockScaling | None = None
    deviation: float = float("nan")

    @property
    def kappa(self) -> float:
        """The exponent α/(α−1) of the mean; infinite where no mean concentrates."""
        return self.alpha / (self.alpha - 1) if self.alpha > 1 else float("inf")


def project(
    objective: Objective,
    inputs: Float[Tensor, "T N D"],
    targets: Tensor,
    directions: Float[Tensor, "K P"],
    *,
    leaves: Sequence[str],
    chunk: int = 64,
) -> Float[Tensor, "N K"]:
    """Return ⟨g_i, v_k⟩ of every sequence; gradients are held for a chunk of them at a time.

    Args:
        objective: the loss as a function of its leaves.
        inputs: sequences, time first.
        targets: of them.
        directions: in the space of the leaves, K of them.
        leaves: in the order of the columns.
        chunk: sequences at a time.
    """
    found = []
    for start in range(0, inputs.shape[1], chunk):
        some = slice(start, start + chunk)
        rows = gradients_by_sequence(
            objective, inputs[:, some], targets[:, some], leaves=tuple(leaves)
        )
        found.append(rows @ directions.T)
    return torch.cat(found)


def noise_of(
    projection: Float[np.ndarray, " N"], *, alpha: float | None, level: float, seed: int
) -> Noise:
    """Return scale and tail of a projection.

    Args:
        projection: one number for every sequence.
        alpha: the tail index, where it is known; else it is fitted, from 256 numbers on.
        level: of the intervals.
        seed: of the bootstrap behind κ.

    Raises:
        LonglagError: projections that are all equal, or too few to fit.

    >>> normal = np.random.default_rng(0).normal(0, 3, 4000)
    >>> round(noise_of(normal, alpha=2, level=0.95, seed=0).scale, 1)  # 3/√2
    2.1
    """
    deviation = float(projection.std(ddof=1))
    if alpha is not None:
        return Noise(alpha, scale_at(projection, alpha), deviation=deviation)
    estimates = []
    for estimator in (maximum_likelihood, kogon_williams, mcculloch):
        try:
            estimates.append(estimator(projection, level=level))
        except LonglagError:
            continue  # an estimator may not reach this tail; those that do are reported
    scaling = block_differences(projection, seed=seed, level=level)
    if not estimates:
        return Noise(float("nan"), float("nan"), (), scaling, deviation)
    best = estimates[0]
    return Noise(best.alpha, best.scale, tuple(estimates), scaling, deviation)


def scale_at(projection: Float[np.ndarray, " N"], alpha: float) -> float:
    """Return the stable scale at a known index: std/√2, or from the quartiles below α = 2.

    Derived here: the quartiles of a symmetric stable law of scale σ are ±σ q_{1/4}.
    """
    if alpha == 2:
        return float(projection.std(ddof=1)) / sqrt(2)
    low, high = np.quantile(projection, (0.25, 0.75))
    return float(high - low) / (2 * float(quantile(0.75, alpha)))


__all__ = ["LEAST_FOR_TAIL", "Noise", "noise_of", "project", "scale_at"]
