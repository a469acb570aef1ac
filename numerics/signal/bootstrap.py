"""Intervals by drawing groups of sequences anew: of lengths, of scales, of N(ℓ)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from longlag.numerics.detection.required import required_samples
from longlag.numerics.signal.directions import Noise
from longlag.numerics.signal.geometry import gram
from longlag.numerics.tasks import stream


class Estimate(NamedTuple):
    """A number with its interval."""

    value: float
    low: float
    high: float


class Squares(NamedTuple):
    """Squared lengths, which noise may make negative, and the same in every resample.

    Args:
        value: shape (K,).
        resampled: shape (R, K).
    """

    value: Float[Tensor, " K"]
    resampled: Float[Tensor, "R K"]


@dataclass(frozen=True)
class Bootstrap:
    """Groups of both halves drawn anew.

    Args:
        drawn: the groups of half A and of half B in R resamples, each of shape (R, G/2).
        level: of the intervals.
    """

    drawn: tuple[Int[Tensor, "R half"], Int[Tensor, "R half"]]
    level: float

    @classmethod
    def over(cls, half: int, *, replicates: int, level: float, seed: int) -> Bootstrap:
        """Draw groups with replacement, each half by itself.

        Args:
            half: groups in a half.
            replicates: R.
            level: of the intervals.
            seed: of the draws.
        """
        first, second = (
            torch.randint(half, (replicates, half), generator=stream(seed, "groups", side))
            for side in ("A", "B")
        )
        return cls((first, second), level)

    def gram(self, products: Float[Tensor, "A B K K"]) -> Float[Tensor, "R K K"]:
        """Return the inner products of mean gradients in every resample."""
        first, second = (_weights(drawn).to(products) for drawn in self.drawn)
        return gram(products, (first, second))

    def length(self, squares: Squares, lag: int) -> Estimate:
        """Return a length from its square: 0 where the square is not positive.

        Args:
            squares: of all lags.
            lag: its place among them.
        """
        low, high = self._ends(squares.resampled[:, lag].numpy())
        ends = np.sqrt(np.clip([float(squares.value[lag]), low, high], 0, None))
        return Estimate(*ends.tolist())

    def mean(self, groups: Float[np.ndarray, "half size"]) -> Estimate:
        """Return the mean of numbers of the groups of half B."""
        resampled = groups.mean(1)[self.drawn[1].numpy()].mean(1)
        return Estimate(float(groups.mean()), *self._ends(resampled))

    def required(
        self,
        squares: Squares,
        lag: int,
        noise: Noise,
        groups: Float[np.ndarray, "half size"],
        errors: tuple[float, float],
    ) -> Estimate:
        """Return N = (σ (q_{δ₁} + q_{δ₂})/s)^κ, κ = α/(α−1); infinite where s² is not positive.

        Signal and scale are drawn anew, α is not: a scale at a given index is proportional to the
        distance of the quartiles. The test compares the mean of N numbers of scale σ with a
        threshold: error levels δ₁, δ₂. Derived here; exact for stable noise.

        Args:
            squares: s², of all lags.
            lag: its place among them.
            noise: of the projection.
            groups: the projection of the sequences of half B, by group.
            errors: δ₁ and δ₂.
        """
        if not noise.alpha > 1:
            return Estimate(float("inf"), float("inf"), float("inf"))
        one = required_samples("mean", noise.alpha, 1.0, false_alarm=errors[0], miss=errors[1])
        drawn = groups[self.drawn[1].numpy()].reshape(len(self.drawn[1]), -1)
        low, high = np.quantile(drawn, (0.25, 0.75), axis=1)
        spread = np.subtract(*np.quantile(groups, (0.75, 0.25)))
        scales = noise.scale * np.append(high - low, spread) / spread
        found = np.append(squares.resampled[:, lag].numpy(), float(squares.value[lag]))
        with np.errstate(divide="ignore"):
            ratio = scales / np.sqrt(np.clip(found, 0, None))
        needed = one * ratio**noise.kappa
        return Estimate(float(needed[-1]), *self._ends(needed[:-1]))

    def _ends(self, resampled: Float[np.ndarray, " R"]) -> tuple[float, float]:
        """The ends of the interval; taken among the resamples, of which some may be infinite."""
        tails = ((1 - self.level) / 2, (1 + self.level) / 2)
        low, high = np.quantile(resampled, tails, method="nearest")
        return float(low), float(high)


def _weights(drawn: Int[Tensor, "R half"]) -> Float[Tensor, "R half"]:
    """The share of every group in a resample."""
    counts = torch.zeros(drawn.shape, dtype=torch.float64)
    one = torch.ones(drawn.shape, dtype=torch.float64)
    return counts.scatter_add_(1, drawn, one) / drawn.shape[1]


__all__ = ["Bootstrap", "Estimate", "Squares"]
