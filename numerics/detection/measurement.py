"""The exponent kappa from the smallest detectable signal at several sample sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from jaxtyping import Float, Int

from longlag.theory.estimators.concentration import kappa as derived_kappa

#: How often the errors are resampled.
_RESAMPLES = 2000


@dataclass(frozen=True, kw_only=True)
class KappaMeasurement:
    """The measured exponent of an estimator, with everything that it depends on.

    Args:
        estimator: its name.
        alpha: the tail index of the noise.
        kappa: minus the inverse slope of ln f(N) over ln N, by least squares.
        interval: for kappa, by the bootstrap over replicates.
        level: the interval's probability of covering, up to the bootstrap's error.
        sizes: the sample sizes N.
        detectable: f(N), the smallest mean detected with both error levels, in scales of the noise.
        errors: standard errors of ln f(N).
        local_slopes: of ln f over ln N between successive sizes; all near -1/kappa for a power law.
        replicates: samples simulated of each size.
        false_alarm: probability of a signal found where there is none.
        miss: probability of a signal of that mean not found.
        seed: of the random numbers.
    """

    estimator: str
    alpha: float
    kappa: float
    interval: tuple[float, float]
    level: float
    sizes: tuple[int, ...]
    detectable: tuple[float, ...]
    errors: tuple[float, ...]
    local_slopes: tuple[float, ...]
    replicates: int
    false_alarm: float
    miss: float
    seed: int

    @property
    def derived(self) -> float:
        """The exponent that ``estimators.concentration`` derives for the estimator."""
        return float(derived_kappa(self.alpha, self.estimator))

    def rejects(self, kappa: float) -> bool:
        """Return whether an exponent lies outside the interval."""
        low, high = self.interval
        return not low <= kappa <= high

    def summary(self) -> str:
        """Return the measurement in one line."""
        low, high = self.interval
        return (
            f"{self.estimator} at alpha = {self.alpha:g}: kappa = {self.kappa:.3f}, "
            f"{100 * self.level:g} % interval [{low:.3f}, {high:.3f}]; "
            f"N = {self.sizes[0]}..{self.sizes[-1]}; {self.replicates} replicates; seed {self.seed}"
        )


def measure(
    estimator: str,
    alpha: float,
    sizes: Sequence[int],
    errors: Sequence[Float[np.ndarray, " replicates"]],
    *,
    false_alarm: float,
    miss: float,
    level: float,
    seed: int = 0,
) -> KappaMeasurement:
    """Return the exponent that the errors at several sample sizes show.

    Args:
        estimator: its name.
        alpha: the tail index of the noise.
        sizes: sample sizes, increasing.
        errors: sorted absolute errors at each of them, independent from size to size.
        false_alarm: the error level without a signal.
        miss: the error level with one.
        level: of the interval.
        seed: that the errors came from; the bootstrap has a stream of its own.

    f(N) = q_{δ₁} + q_{δ₂}, upper quantiles of the symmetric error: without a signal the estimate
    passes the first with probability δ₁, and with the mean f(N) it misses it with δ₂. Derived here.
    """
    replicates = len(errors[0])
    ranks = np.array([_rank(false_alarm, replicates), _rank(miss, replicates)])
    point = np.array([_signal(sorted_errors, ranks) for sorted_errors in errors])
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0,)))
    resampled = np.array(
        [
            _signal(sorted_errors, _resampled_ranks(ranks, replicates, rng))
            for sorted_errors in errors
        ]
    )
    log_size = np.log(np.asarray(sizes, dtype=float))
    centred = log_size - log_size.mean()
    weights = centred / (centred @ centred)
    tail = (1 - level) / 2
    steepest, flattest = np.quantile(weights @ np.log(resampled), [tail, 1 - tail])
    return KappaMeasurement(
        estimator=estimator,
        alpha=float(alpha),
        kappa=_inverse(weights @ np.log(point)),
        interval=(_inverse(steepest), _inverse(flattest)),
        level=level,
        sizes=tuple(sizes),
        detectable=tuple(point.tolist()),
        errors=tuple(np.log(resampled).std(-1).tolist()),
        local_slopes=tuple((np.diff(np.log(point)) / np.diff(log_size)).tolist()),
        replicates=replicates,
        false_alarm=false_alarm,
        miss=miss,
        seed=seed,
    )


def _inverse(slope: float) -> float:
    """kappa of a slope; infinite where the error does not fall with N."""
    return -1 / float(slope) if slope < 0 else inf


def _rank(error_level: float, replicates: int) -> int:
    """The rank of the upper quantile of a symmetric error among the sorted absolute errors."""
    return min(max(round((1 - 2 * error_level) * (replicates + 1)), 1), replicates)


def _signal(
    sorted_errors: Float[np.ndarray, " replicates"], ranks: Int[np.ndarray, "*batch two"]
) -> Float[np.ndarray, "*batch"]:
    return np.asarray(sorted_errors[ranks - 1].sum(-1))


def _resampled_ranks(
    ranks: Int[np.ndarray, " two"], replicates: int, rng: np.random.Generator
) -> Int[np.ndarray, "resamples two"]:
    """Return the ranks that the two quantiles of a resample have in the sample.

    The k-th smallest of n uniform variates is Beta(k, n - k + 1), and given it the others above are
    uniform again: the bootstrap of two order statistics without drawing a single resample.
    """
    low, high = sorted(ranks.tolist())
    below = rng.beta(low, replicates - low + 1, _RESAMPLES)
    above = below
    if high > low:
        above = below + (1 - below) * rng.beta(high - low, replicates - high + 1, _RESAMPLES)
    places = np.ceil(np.stack((below, above), -1) * replicates).astype(np.intp)
    return np.asarray(np.clip(places, 1, replicates))
