"""Whether alpha survives addition: its estimates on sums of 1, 2, 4, … samples."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

import numpy as np
from jaxtyping import Float

from longlag.numerics.tail.characteristic import MINIMUM as LEAST_SUMS
from longlag.numerics.tail.characteristic import kogon_williams
from longlag.numerics.tail.data import check_data, check_level

MINIMUM = 2 * LEAST_SUMS

_SIZES = (1, 2, 4, 8, 16)


@dataclass(frozen=True, kw_only=True)
class Aggregation:
    """The tail index of sums over blocks of the data.

    Args:
        estimator: "Kogon–Williams on block sums".
        n: the number of samples.
        block_sizes: the numbers of samples in a sum.
        alphas: the estimate on the sums of each size.
        standard_errors: of the estimates.
        intervals: of the estimates.
        level: the confidence level of the intervals.
        drift: the change of alpha from the samples to the longest sums, in standard errors.
    """

    estimator: str
    n: int
    block_sizes: tuple[int, ...]
    alphas: tuple[float, ...]
    standard_errors: tuple[float, ...]
    intervals: tuple[tuple[float, float], ...]
    level: float
    drift: float


def aggregate(data: Float[np.ndarray, " n"], *, level: float = 0.95) -> Aggregation:
    """Estimate alpha on sums over blocks of 1, 2, 4, 8 and 16 samples.

    A stable law keeps its alpha: that is its definition. Every other law drifts, to 2 if its
    variance is finite. Sizes that would leave fewer than 200 sums are not taken.

    Args:
        data: samples in the order in which they were recorded, shape (n,), n >= 400.
        level: of the intervals.

    Raises:
        LonglagError: bad data, or sums that :func:`kogon_williams` cannot fit.

    >>> product = np.random.default_rng(0).normal(size=(2, 10_000)).prod(0)
    >>> [round(alpha, 1) for alpha in aggregate(product).alphas]
    [1.4, 1.6, 1.8, 1.9, 2.0]
    """
    check_level(level)
    data = check_data(data, estimator="aggregation", minimum=MINIMUM)
    centred = data - np.median(data)
    sizes = tuple(m for m in _SIZES if data.size // m >= LEAST_SUMS)
    sums = [centred[: data.size // m * m].reshape(-1, m).sum(1) for m in sizes]
    fits = [kogon_williams(total, level=level) for total in sums]
    drift = (fits[-1].alpha - fits[0].alpha) / hypot(
        fits[0].standard_error, fits[-1].standard_error
    )
    return Aggregation(
        estimator="Kogon–Williams on block sums",
        n=data.size,
        block_sizes=sizes,
        alphas=tuple(fit.alpha for fit in fits),
        standard_errors=tuple(fit.standard_error for fit in fits),
        intervals=tuple(fit.interval for fit in fits),
        level=level,
        drift=drift,
    )
