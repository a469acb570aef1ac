"""Samples of a curve as it might have come out: drawn over sequences, never over lags."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr, stdtrit

from longlag.numerics.fitting.curve import Curve

#: ln f and its weights for every sample, shapes (B, L).
Samples: TypeAlias = tuple[Float[np.ndarray, "B L"], Float[np.ndarray, "B L"]]


def resampled(curve: Curve, replicates: int, generator: np.random.Generator) -> Samples | None:
    """Return samples of ln f with their weights.

    Args:
        curve: what was measured.
        replicates: B, how many.
        generator: of the draws.

    Returns:
        Of sequences the means of as many, drawn with replacement: what hangs together over the
        lags stays together. Of given errors independent normal errors. Without either, None:
        nothing tells how far the curve might have been another one.
    """
    if curve.errors is None:
        return None
    frame = (replicates, len(curve.lags))
    weights = np.broadcast_to(curve.weights, frame)
    if curve.sequences is None:
        noise = generator.standard_normal(frame)
        scale = np.where(curve.used, curve.errors / curve.values, 0.0)
        return curve.log_values + noise * scale, weights
    count = len(curve.sequences)
    shares = generator.multinomial(count, np.full(count, 1 / count), size=replicates) / count
    means = shares @ curve.sequences
    positive = means > 0
    values = np.log(means, out=np.zeros(frame), where=positive)
    return values, np.where(positive, weights, 0.0)


def expanded_levels(curve: Curve, level: float) -> tuple[float, float]:
    """Return the percentiles of bootstrap samples that bound an interval.

    Args:
        curve: whose number of sequences counts.
        level: of confidence.

    Returns:
        The lower and the upper share. Few sequences spread less than what they were drawn from, by
        (S−1)/S, and their own spread is uncertain, as Student's t says; the shares make up for
        both. Source: Hesterberg (2015), "What teachers should know about the bootstrap".

    >>> curve = Curve(np.arange(3.0), np.array([3.0, 2.0, 1.0]), np.full(3, 0.1))
    >>> low, high = expanded_levels(curve, 0.95)
    >>> round(low, 12), round(high, 12)
    (0.025, 0.975)
    """
    outside = (1 - level) / 2
    if curve.sequences is not None:
        count = len(curve.sequences)
        quantile = stdtrit(count - 1, outside) * np.sqrt(count / (count - 1))
        outside = float(ndtr(quantile))
    return outside, 1 - outside


__all__ = ["Samples", "expanded_levels", "resampled"]
