"""All estimators on one series, and what speaks against believing them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import combinations
from math import hypot, isfinite
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from jaxtyping import Float

from longlag.numerics.frames import frame
from longlag.numerics.tail.advice import (
    LONG,
    SURPRISE,
    Advice,
    advise,
    crossover,
    number,
    standard_error,
)
from longlag.numerics.tail.aggregation import Aggregation, aggregate
from longlag.numerics.tail.blocks import LEAST_BLOCKS, BlockScaling, block_differences
from longlag.numerics.tail.characteristic import kogon_williams
from longlag.numerics.tail.correlation import Dependence, dependence
from longlag.numerics.tail.data import check_data, check_level, spread
from longlag.numerics.tail.estimate import TailIndex
from longlag.numerics.tail.likelihood import maximum_likelihood
from longlag.numerics.tail.order_statistics import HillCurve, hill
from longlag.numerics.tail.plot import noise_figure
from longlag.numerics.tail.quantiles import mcculloch
from longlag.theory.errors import LonglagError
from longlag.theory.typeset.described import described

if TYPE_CHECKING:
    from pandas import DataFrame

MINIMUM = 400

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class NoiseReport:
    """What a series of noise says about alpha and about κ.

    Args:
        n: the number of samples.
        level: the confidence level of all intervals.
        seed: of the bootstrap.
        estimates: the parametric fits that exist: likelihood, characteristic function, quantiles.
        hill: the Hill curve, if it exists.
        scaling: the direct measurement of κ.
        aggregation: alpha on block sums, if it exists.
        dependence: the correlation times.
        comparison: one sentence: κ as predicted by the first fit, and as measured.
        warnings: sentences; none when nothing speaks against a stable law.
        advice: which κ to use in H_N, and why the two may disagree.
    """

    n: int
    level: float
    seed: int
    estimates: tuple[TailIndex, ...]
    hill: HillCurve | None
    scaling: BlockScaling
    aggregation: Aggregation | None
    dependence: Dependence
    comparison: str
    warnings: tuple[str, ...]
    advice: Advice

    def __repr__(self) -> str:
        told = f"noise of {self.n} samples: {self.comparison.rstrip('.')}"
        return described(
            told, "estimates", "scaling", "advice", "plot()", "to_frame()", "to_dict()"
        )

    def plot(self) -> Any:
        """Return a matplotlib figure: Hill estimates, and dispersion over the block size."""
        return noise_figure(self)

    def to_frame(self) -> DataFrame:
        """Return a frame with a row for each estimator of the tail index."""
        names = ("estimator", "alpha", "standard_error", "interval", "scale", "predicted_kappa")
        columns = {name: [getattr(each, name) for each in self.estimates] for name in names}
        intervals = columns.pop("interval")
        columns["low"], columns["high"] = ([ends[k] for ends in intervals] for k in (0, 1))
        return frame(columns, {"n": self.n, "level": self.level, "seed": self.seed})

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, dicts, strings and numbers for JSON, where null stands for ∞."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def noise_report(
    data: Float[np.ndarray, " n"],
    *,
    seed: int = 0,
    fitted_from: int | None = None,
    level: float = 0.95,
    replicates: int = 1000,
) -> NoiseReport:
    """Run every estimator of alpha and κ on a series and say where they contradict each other.

    Args:
        data: samples in the order in which they were recorded, shape (n,), n >= 400.
        seed: of the bootstrap in :func:`block_differences`.
        fitted_from: the smallest block size that κ is fitted to, as in :func:`block_differences`.
        level: of all intervals.
        replicates: the number of bootstrap samples, at least 20/(1 − level).

    Raises:
        LonglagError: bad data, or a bad argument. An estimator that fails on good data is a
            warning.

    >>> product = np.random.default_rng(0).normal(size=(2, 100_000)).prod(0)
    >>> noise_report(product, seed=0).comparison
    'Maximum likelihood fits alpha = 1.23, which predicts kappa = alpha/(alpha − 1) = 5.26 for the
    mean; block differences measure kappa = 2.10 [1.87, 2.31] on blocks of 32 to 1024.'
    """
    check_level(level)
    data = check_data(data, estimator="a noise report", minimum=MINIMUM)
    spread(data)
    failures: list[str] = []

    def attempt(name: str, estimator: Callable[[], T]) -> T | None:
        try:
            return estimator()
        except LonglagError as error:
            failures.append(f"{name} gives no estimate: {error}.")
            return None

    # Only this one has arguments of its own, whose errors are the caller's.
    scaling = block_differences(
        data, seed=seed, fitted_from=fitted_from, level=level, replicates=replicates
    )
    fits = (
        attempt("Maximum likelihood", lambda: maximum_likelihood(data, level=level)),
        attempt("Kogon–Williams", lambda: kogon_williams(data, level=level)),
        attempt("McCulloch", lambda: mcculloch(data, level=level)),
    )
    estimates = tuple(fit for fit in fits if fit is not None)
    curve = attempt("Hill", lambda: hill(data, level=level))
    sums = attempt("Aggregation", lambda: aggregate(data, level=level))
    memory = dependence(data)
    warnings = [
        *failures,
        *_repeated_values(data, estimates),
        *_disagreement(estimates),
        *(_drift(sums) if sums else ()),
        *_memory(memory, scaling),
        *_crossover(scaling),
        *(_no_evidence(estimates[0], scaling) if estimates else ()),
    ]
    return NoiseReport(
        n=data.size,
        level=level,
        seed=seed,
        estimates=estimates,
        hill=curve,
        scaling=scaling,
        aggregation=sums,
        dependence=memory,
        comparison=_comparison(estimates, scaling),
        warnings=tuple(warnings),
        advice=advise(data, estimates, scaling, sums, memory),
    )


def _comparison(estimates: tuple[TailIndex, ...], scaling: BlockScaling) -> str:
    measured = (
        f"block differences measure kappa = {number(scaling.kappa)}"
        f" [{number(scaling.interval[0])}, {number(scaling.interval[1])}]"
        f" on blocks of {scaling.fitted_from} to {scaling.block_sizes[-1]}."
    )
    if not estimates:
        return f"No stable law could be fitted; {measured}"
    fit = estimates[0]
    name = fit.estimator[0].upper() + fit.estimator[1:]
    return (
        f"{name} fits alpha = {fit.alpha:.2f}, which predicts kappa = alpha/(alpha − 1) ="
        f" {number(fit.predicted_kappa)} for the mean; {measured}"
    )


def _no_evidence(fit: TailIndex, scaling: BlockScaling) -> list[str]:
    predicted = -1 / fit.predicted_kappa
    beside = (
        f"alpha/(alpha − 1) = {number(fit.predicted_kappa)}, measured kappa ="
        f" {number(scaling.kappa)} [{number(scaling.interval[0])},"
        f" {number(scaling.interval[1])}]"
    )
    heavy = fit.interval[1] < 2
    if abs(predicted - scaling.slope) > SURPRISE * standard_error(
        scaling.slope_interval, scaling.level
    ):
        moral = " A fitted alpha < 2 is no evidence that kappa > 2." if heavy else ""
        return [f"The fitted alpha does not describe the mean: {beside}.{moral}"]
    low, high = scaling.interval
    if heavy and low <= 2 <= high:
        return [
            "A fitted alpha < 2 is no evidence that kappa > 2, and the measured interval holds 2:"
            f" {beside}. Record more samples to tell."
        ]
    return []


def _disagreement(estimates: tuple[TailIndex, ...]) -> list[str]:
    apart = [
        (first, second)
        for first, second in combinations(estimates, 2)
        if abs(first.alpha - second.alpha)
        > SURPRISE * hypot(first.standard_error, second.standard_error)
    ]
    if not apart:
        return []
    values = ", ".join(f"{fit.estimator} {fit.alpha:.3f}" for fit in estimates)
    return [
        f"The estimators of alpha disagree beyond their errors ({values}): no symmetric stable law"
        " fits."
    ]


def _drift(sums: Aggregation) -> list[str]:
    if abs(sums.drift) <= SURPRISE:
        return []
    values = ", ".join(
        f"{alpha:.2f} on sums of {size}"
        for size, alpha in zip(sums.block_sizes, sums.alphas, strict=True)
    )
    return [f"alpha drifts under addition ({values}): a stable law keeps its alpha."]


def _memory(memory: Dependence, scaling: BlockScaling) -> list[str]:
    if memory.time <= 1:
        return []
    what = "signs" if memory.sign_time >= memory.magnitude_time else "magnitudes"
    found = [
        f"The samples are not independent: their {what} are correlated over about"
        f" {memory.time:.0f} samples, and the intervals for alpha are too narrow."
    ]
    needed = LONG * memory.time
    if scaling.fitted_from < needed:
        found.append(
            f"Blocks of {scaling.fitted_from} samples are shorter than {LONG} correlation times:"
            " kappa measures the correlation rather than the noise; fit from blocks of"
            f" {2 ** (int(needed) - 1).bit_length()} samples, with a record at least"
            f" {2 * LEAST_BLOCKS} times as long."
        )
    return found


def _crossover(scaling: BlockScaling) -> list[str]:
    found = crossover(scaling)
    if found is None:
        return []
    size, slope = found
    return [
        f"The slope −1/kappa changes with the block size, from {slope:.2f} at {size} to"
        f" {scaling.slope:.2f} from {scaling.fitted_from} on: no one exponent holds, and"
        " beyond the largest block it may change further; compare with a larger"
        " fitted_from."
    ]


def _repeated_values(data: Float[np.ndarray, " n"], estimates: tuple[TailIndex, ...]) -> list[str]:
    end = np.isin(data, (data.min(), data.max()))
    inner = data[~end]
    distinct = np.unique(inner).size
    if distinct < 0.9 * inner.size:
        return [
            f"Only {distinct} of {inner.size} values between the extremes are distinct: rounded or"
            " repeated data are not draws from a continuous law."
        ]
    if end.sum() < max(5, data.size // 10_000):
        return []
    text = f"{end.sum()} samples equal the smallest or the largest value: clipped data."
    if estimates and 1 < estimates[0].alpha < 2:
        bound = float(np.abs(data - np.median(data)).max())
        reach = (bound / estimates[0].scale) ** estimates[0].alpha
        text += (
            f" Whatever alpha, the mean of more than about (bound/scale)^alpha = {reach:.2g} of"
            " them concentrates with kappa = 2."
        )
    return [text]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value
