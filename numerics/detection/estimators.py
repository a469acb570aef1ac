"""The estimators of ``longlag.theory.estimators`` as numbers: many replicates at once.

Noise has scale 1. Rows are sorted: the median needs it, the others are faster by it, and with all
estimators on the same draws it is done once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from longlag.numerics.detection.score import location_score
from longlag.numerics.stable import sf
from longlag.theory.estimators import ESTIMATORS
from longlag.theory.estimators.estimator import alpha as tail_index
from longlag.theory.notation import samples
from longlag.theory.registry import Registry

Draws = Float[np.ndarray, "replicates size"]
Estimates = Float[np.ndarray, " replicates"]

_SCORING_STEPS = 3
_MOST_HUBER_STEPS = 200


@dataclass(frozen=True)
class Procedure:
    """How an estimator is computed.

    Args:
        estimate: maps draws with sorted rows, and the tail index, to one estimate for each row.
        fewest: the smallest number of samples at which it does what it says.
    """

    estimate: Callable[[Draws, float], Estimates]
    fewest: int = 1


def mean(draws: Draws, alpha: float) -> Estimates:
    """Return the mean of each row."""
    return np.asarray(draws.mean(-1))


def median(draws: Draws, alpha: float) -> Estimates:
    """Return the median of each sorted row."""
    size = draws.shape[-1]
    return np.asarray(0.5 * (draws[:, (size - 1) // 2] + draws[:, size // 2]))


def huber(draws: Draws, alpha: float) -> Estimates:
    """Return the root c of Σ clip(x - c, ±k) of each row, by damped Newton steps from the median.

    Huber 1964; k is the estimator's threshold.
    """
    threshold = float(ESTIMATORS["huber"].threshold)
    centre = median(draws, alpha)
    for _ in range(_MOST_HUBER_STEPS):
        deviation = draws - centre[:, None]
        clipped = np.clip(deviation, -threshold, threshold)
        inside = (clipped == deviation).mean(-1)
        # The objective is convex with curvature at most 1, so dividing by more than 1/2 descends
        # from anywhere; near the root the share inside is the curvature, and the step is Newton's.
        step = clipped.mean(-1) / np.maximum(inside, 0.6)
        centre += step
        if np.abs(step).max() < 1e-10:
            return centre
    raise ArithmeticError(f"Huber's iteration moved on after {_MOST_HUBER_STEPS} steps")


def maximum_likelihood(draws: Draws, alpha: float) -> Estimates:
    """Return the most likely location of each row, by scoring from the median.

    Each step leaves an error smaller by a factor of the order of N^(-1/2).
    """
    score = location_score(float(alpha))
    centre = median(draws, alpha)
    for _ in range(_SCORING_STEPS):
        centre += score(draws - centre[:, None]).mean(-1) / score.information
    return centre


def fixed_clip(draws: Draws, alpha: float) -> Estimates:
    """Return the mean of the clipped draws of each row, over its response to a small signal."""
    return _clipped_mean(draws, alpha, float(ESTIMATORS["fixed_clip"].threshold))


def growing_clip(draws: Draws, alpha: float) -> Estimates:
    """Return the same at the threshold of this sample size."""
    size = draws.shape[-1]
    threshold = ESTIMATORS["growing_clip"].threshold
    return _clipped_mean(draws, alpha, float(threshold.subs({samples: size, tail_index: alpha})))


def _clipped_mean(draws: Draws, alpha: float, threshold: float) -> Estimates:
    return np.asarray(
        np.clip(draws, -threshold, threshold).mean(-1) / _response(threshold, float(alpha))
    )


@lru_cache(maxsize=256)
def _response(threshold: float, alpha: float) -> float:
    """The share of draws within ±threshold: d E clip(m + noise) / dm at m = 0."""
    return 1 - 2 * float(sf(threshold, alpha))


#: Under the names of ``longlag.theory.estimators.ESTIMATORS``.
PROCEDURES: Registry[Procedure] = Registry("estimator")
for _function in (mean, median, huber, fixed_clip, growing_clip):
    PROCEDURES.register(_function.__name__, Procedure(_function))
# Scoring from the median needs the median to be near.
PROCEDURES.register("maximum_likelihood", Procedure(maximum_likelihood, fewest=16))
