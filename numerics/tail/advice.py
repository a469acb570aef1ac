"""Two κ of one series, from alpha and measured: how far apart, why, and which one to use in H_N."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, inf, isfinite, sqrt

import numpy as np
from jaxtyping import Float
from scipy.stats import rankdata

from longlag.numerics.tail.aggregation import Aggregation
from longlag.numerics.tail.blocks import BlockScaling
from longlag.numerics.tail.correlation import Dependence
from longlag.numerics.tail.data import half_width
from longlag.numerics.tail.estimate import TailIndex

#: A difference of this many standard errors is called a contradiction: about ten comparisons are
#: made, and on a stable law one report in a hundred may warn without cause.
SURPRISE = 3.3
#: Adjacent blocks of ten correlation times still correlate by about 1/20.
LONG = 10
#: Above this alpha a sum becomes stable so slowly that no record shows the alpha of its tail.
_NEARLY_NORMAL = 1.9


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """κ of the mean as one estimator of alpha predicts it.

    Args:
        estimator: of alpha.
        kappa: alpha/(alpha − 1); ∞ for alpha <= 1.
        interval: of the interval of alpha.
        apart: predicted minus measured slope −1/κ, in standard errors of the difference.
    """

    estimator: str
    kappa: float
    interval: tuple[float, float]
    apart: float


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Which κ to use in H_N, and why.

    Args:
        predictions: one for every estimator of alpha.
        disagree: whether the first of them contradicts the measured κ.
        lag_one: rank correlation of neighbouring samples.
        reasons: likely ones: dependence, crossover, near_normal, mixture; name ↦ sentence.
        kappa: what to use; None where neither κ is to be trusted.
        interval: of it.
        text: the advice in a sentence or two.
    """

    predictions: tuple[Prediction, ...]
    disagree: bool
    lag_one: float
    reasons: dict[str, str]
    kappa: float | None
    interval: tuple[float, float] | None
    text: str


def advise(
    data: Float[np.ndarray, " n"],
    estimates: tuple[TailIndex, ...],
    scaling: BlockScaling,
    sums: Aggregation | None,
    memory: Dependence,
) -> Advice:
    """Return which κ to use in H_N.

    Args:
        data: samples in the order in which they were recorded, shape (n,).
        estimates: of alpha, the one to believe first.
        scaling: the measurement of κ.
        sums: alpha on block sums, if it exists.
        memory: the correlation times.
    """
    predictions = tuple(_prediction(fit, scaling) for fit in estimates)
    disagree = bool(predictions) and abs(predictions[0].apart) > SURPRISE
    ranks = rankdata(data)
    lag_one = float(np.corrcoef(ranks[:-1], ranks[1:])[0, 1])
    reasons = {
        **_dependence(lag_one, data.size, memory),
        **_crossover(scaling),
        **(_near_normal(estimates[0], scaling) if estimates else {}),
        **(_mixture(sums) if sums else {}),
    }
    needed = LONG * memory.time if "dependence" in reasons else 0
    measured = f"the measured kappa = {number(scaling.kappa)} {_shown(scaling.interval)}"
    reach = f"blocks of {scaling.fitted_from} to {scaling.block_sizes[-1]}"
    kappa: float | None = scaling.kappa
    interval: tuple[float, float] | None = scaling.interval
    if scaling.fitted_from < needed:
        kappa = interval = None
        text = (
            "Use neither kappa in H_N: alpha is fitted as if samples were independent, and the"
            f" blocks are shorter than the memory; measure again from blocks of {needed:.0f} on."
        )
    elif not predictions:
        text = f"Use {measured}: no stable law could be fitted."
    elif disagree or "mixture" in reasons:
        why = "alpha describes the samples and not their means"
        text = (
            f"Use {measured} in H_N: {why}. It was seen on {reach}; for N far beyond, record more."
        )
    elif needed:
        text = (
            f"Use {measured} in H_N: alpha supposes independent samples, blocks this long do not."
        )
    else:
        agreement = _agreement(predictions[0], scaling)
        kappa, interval = predictions[0].kappa, predictions[0].interval
        text = (
            f"Use kappa = alpha/(alpha − 1) = {number(kappa)} {_shown(interval)} in H_N for the"
            f" mean: {measured} {agreement}, and its interval is the wider one."
        )
        if interval[1] - interval[0] >= scaling.interval[1] - scaling.interval[0]:
            kappa, interval = scaling.kappa, scaling.interval
            text = f"Use {measured} in H_N: alpha {agreement}, and its interval is the wider one."
    if disagree and not reasons:
        reasons = {
            "unknown": "no dependence, crossover or mixture is seen: the law is not stable, or the"
            " record is too short to tell"
        }
    return Advice(
        predictions=predictions,
        disagree=disagree,
        lag_one=lag_one,
        reasons=reasons,
        kappa=kappa,
        interval=interval,
        text=text,
    )


def _prediction(fit: TailIndex, scaling: BlockScaling) -> Prediction:
    low, high = fit.interval
    # −1/κ = 1/alpha − 1 has the error of alpha over alpha².
    error = hypot(
        standard_error(scaling.slope_interval, scaling.level), fit.standard_error / fit.alpha**2
    )
    return Prediction(
        estimator=fit.estimator,
        kappa=fit.predicted_kappa,
        interval=(_kappa(high), _kappa(low)),
        apart=((1 / fit.alpha - 1) - scaling.slope) / error,
    )


def _agreement(prediction: Prediction, scaling: BlockScaling) -> str:
    """How the two κ stand to each other where nothing contradicts: intervals may lie apart."""
    (low, high), (least, most) = prediction.interval, scaling.interval
    if low <= most and least <= high:
        return "agrees with it"
    return (
        f"lies {abs(prediction.apart):.1f} standard errors away, where more than {SURPRISE} would"
        " contradict it"
    )


def _kappa(alpha: float) -> float:
    return alpha / (alpha - 1) if alpha > 1 else inf


def _dependence(lag_one: float, n: int, memory: Dependence) -> dict[str, str]:
    if abs(lag_one) * sqrt(n) <= SURPRISE and memory.time <= 1:
        return {}
    return {
        "dependence": f"neighbouring samples correlate (ranks, lag 1: {lag_one:.3f} ±"
        f" {1 / sqrt(n):.3f}; memory of about {memory.time:.0f} samples): a mean of n is a mean of"
        " fewer"
    }


def _crossover(scaling: BlockScaling) -> dict[str, str]:
    found = crossover(scaling)
    if found is None:
        return {}
    size, slope = found
    return {
        "crossover": f"finite size: the slope −1/kappa is {slope:.2f} at blocks of {size} and"
        f" {scaling.slope:.2f} from {scaling.fitted_from} on, so alpha holds for small N alone"
    }


def crossover(scaling: BlockScaling) -> tuple[int, float] | None:
    """Return a block size whose own slope contradicts the fitted one, and that slope."""
    own = standard_error(scaling.slope_interval, scaling.level)
    local = zip(scaling.block_sizes, scaling.local_slopes, scaling.local_intervals, strict=False)
    for size, slope, interval in local:
        error = hypot(own, standard_error(interval, scaling.level))
        if size < scaling.fitted_from and abs(slope - scaling.slope) > SURPRISE * error:
            return size, slope
    return None


def _near_normal(fit: TailIndex, scaling: BlockScaling) -> dict[str, str]:
    if not (_NEARLY_NORMAL < fit.alpha < 2 and fit.interval[1] < 2):
        return {}
    low, high = scaling.interval
    told = "cannot tell it from 2" if low <= 2 <= high else f"gives {number(scaling.kappa)}"
    return {
        "near_normal": f"alpha = {fit.alpha:.3f} is near 2: its kappa"
        f" {number(fit.predicted_kappa)} and 2 differ by less than most records show, and this one"
        f" {told}"
    }


def _mixture(sums: Aggregation) -> dict[str, str]:
    if sums.drift <= SURPRISE:
        return {}
    return {
        "mixture": f"a mixture of scales or a product: alpha rises under addition from"
        f" {sums.alphas[0]:.2f} to {sums.alphas[-1]:.2f} on sums of {sums.block_sizes[-1]}, and a"
        " stable law keeps its alpha"
    }


def standard_error(interval: tuple[float, float], level: float) -> float:
    """Return the standard error behind an interval."""
    return (interval[1] - interval[0]) / (2 * half_width(level))


def number(value: float) -> str:
    """Return a number in two decimals.

    >>> number(2.345), number(inf)
    ('2.35', '∞')
    """
    return f"{value:.2f}" if isfinite(value) else "∞"


def _shown(interval: tuple[float, float]) -> str:
    return f"[{number(interval[0])}, {number(interval[1])}]"
