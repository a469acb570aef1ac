"""The concentration exponent κ measured without a model, from means of blocks of the data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from operator import index

import numpy as np
from jaxtyping import Float, Int

from longlag.numerics.tail.data import check_count, check_data, check_level
from longlag.theory.errors import LonglagError

# The largest blocks must be at least this many: the median of 63 differences has a standard error
# of about 16 %, and the bootstrap has 32 independent stretches to draw from.
LEAST_BLOCKS = 64
# More stretches to draw from only take memory.
_MOST_STRETCHES = 250
# The least for three block sizes, of which two are fitted.
MINIMUM = 4 * LEAST_BLOCKS


@dataclass(frozen=True, kw_only=True)
class BlockScaling:
    """How the mean of n samples concentrates as n grows, measured on blocks of the data.

    Args:
        estimator: "block differences".
        n: the number of samples.
        kappa: the exponent of dispersion ~ n^(−1/κ) over the fitted sizes; ∞ if means of longer
            blocks are no narrower.
        interval: of κ.
        level: the confidence level of the intervals.
        slope: −1/κ, the log-log slope over the fitted sizes.
        slope_interval: of the slope.
        fitted_from: the smallest block size that the slope is fitted to.
        block_sizes: the numbers of samples in a block, rising.
        differences: how many differences of adjacent blocks there are of each size.
        dispersions: the median absolute difference at each size, in the unit of the data.
        local_slopes: between each size and the next.
        local_kappas: −1/slope between each size and the next; the last ones tell of large N.
        local_intervals: of the local slopes.
        location: the median of the data, taken off before averaging.
        replicates: the number of bootstrap samples behind the intervals.
        seed: of the bootstrap.
    """

    estimator: str
    n: int
    kappa: float
    interval: tuple[float, float]
    level: float
    slope: float
    slope_interval: tuple[float, float]
    fitted_from: int
    block_sizes: tuple[int, ...]
    differences: tuple[int, ...]
    dispersions: tuple[float, ...]
    local_slopes: tuple[float, ...]
    local_kappas: tuple[float, ...]
    local_intervals: tuple[tuple[float, float], ...]
    location: float
    replicates: int
    seed: int


def block_differences(
    data: Float[np.ndarray, " n"],
    *,
    seed: int = 0,
    block_sizes: Iterable[int] | None = None,
    fitted_from: int | None = None,
    level: float = 0.95,
    replicates: int = 1000,
) -> BlockScaling:
    """Measure κ: how fast differences of means of adjacent blocks shrink with the block size.

    The dispersion s(n) is the median of |mean of one block − mean of the next|; a location drops
    out, and a stable law gives s(n) = s(1) n^(−(1 − 1/alpha)). The slope of log s over log n is
    fitted by least squares with weights equal to the numbers of differences. The interval is a
    percentile bootstrap over stretches of at least two largest blocks, the same ones at every
    size, so that it holds for dependence up to that length. Derived here.

    Args:
        data: samples in the order in which they were recorded, shape (n,), n >= 256.
        seed: of the bootstrap.
        block_sizes: at least two, the largest at most n/64; by default 1, 2, 4, …
        fitted_from: fit to block sizes from here on; by default the square root of the largest,
            since κ describes large N. Dependent data need it well above the correlation time.
        level: of the intervals.
        replicates: the number of bootstrap samples, at least 20/(1 − level).

    Raises:
        LonglagError: bad data; block sizes that do not fit; fewer than two of them to fit to; or a
            median difference of 0.

    >>> normal = np.random.default_rng(0).normal(3, 2, 100_000)
    >>> round(block_differences(normal, seed=0, fitted_from=1).kappa, 1)
    2.0
    """
    check_level(level)
    seed = check_count("seed", seed, least=0)
    # Ten resamples at least beyond each end of the interval.
    replicates = check_count("replicates", replicates, least=round(20 / (1 - level)))
    data = check_data(data, estimator="block differences", minimum=MINIMUM)
    sizes = _check_sizes(block_sizes, data.size)
    start = _check_start(fitted_from, sizes)
    location = float(np.median(data))
    centred = data - location
    gaps = [_gaps(centred, size) for size in sizes]
    dispersion = np.array([np.median(gap) for gap in gaps])
    if not dispersion.all():
        raise LonglagError(
            f"a median difference of 0 between blocks of {sizes[int(np.argmin(dispersion))]}",
            "the dispersion of a continuous law is positive, and here most blocks tie",
            "drop the repeated value if it marks missing data, or begin with larger blocks",
        )
    rng = np.random.default_rng(seed)
    resampled = _resampled_dispersions(gaps, sizes, dispersion, rng, replicates)
    x = np.log(sizes)
    fit = _slope_weights(x, np.where(np.asarray(sizes) >= start, [g.size for g in gaps], 0))
    slope, local = float(fit @ np.log(dispersion)), np.diff(np.log(dispersion)) / np.diff(x)
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(np.log(resampled) @ fit, tails)
    local_low, local_high = np.quantile(np.diff(np.log(resampled)) / np.diff(x), tails, axis=0)
    return BlockScaling(
        estimator="block differences",
        n=data.size,
        kappa=_kappa(slope),
        interval=(_kappa(float(low)), _kappa(float(high))),
        level=level,
        slope=slope,
        slope_interval=(float(low), float(high)),
        fitted_from=start,
        block_sizes=sizes,
        differences=tuple(gap.size for gap in gaps),
        dispersions=tuple(dispersion.tolist()),
        local_slopes=tuple(local.tolist()),
        local_kappas=tuple(_kappa(one) for one in local.tolist()),
        local_intervals=tuple(zip(local_low.tolist(), local_high.tolist(), strict=True)),
        location=location,
        replicates=replicates,
        seed=seed,
    )


def _kappa(slope: float) -> float:
    return -1 / slope if slope < 0 else float("inf")


def _gaps(centred: Float[np.ndarray, " n"], size: int) -> Float[np.ndarray, " gaps"]:
    """Return |differences| of the means of adjacent blocks."""
    blocks = centred.size // size
    means = centred[: blocks * size].reshape(blocks, size).mean(1)
    return np.abs(np.diff(means))


def _slope_weights(
    x: Float[np.ndarray, " sizes"], weights: Int[np.ndarray, " sizes"]
) -> Float[np.ndarray, " sizes"]:
    """Return the c for which c·y is the weighted least-squares slope of y over x."""
    centred = x - weights @ x / weights.sum()
    return np.asarray(weights * centred / (weights @ centred**2))


def _resampled_dispersions(
    gaps: list[Float[np.ndarray, " _"]],
    sizes: tuple[int, ...],
    dispersion: Float[np.ndarray, " sizes"],
    rng: np.random.Generator,
    replicates: int,
) -> Float[np.ndarray, "replicates sizes"]:
    """Return bootstrap medians, with the same stretches of data drawn at every block size.

    The median of a resample is read off the sorted differences at the level 1 − F, F the share of
    the resample at or below the median of the data: Bahadur's representation, for which it is
    enough to count, in each stretch, the differences at or below the median.
    """
    stretch = max(2 * sizes[-1], gaps[0].size * sizes[0] // _MOST_STRETCHES)
    # Every difference belongs to the stretch in which its first block begins.
    owners = [np.arange(gap.size) * size // stretch for gap, size in zip(gaps, sizes, strict=True)]
    stretches = 1 + max(int(owner[-1]) for owner in owners)
    drawn = rng.multinomial(stretches, np.full(stretches, 1 / stretches), size=replicates)
    medians = []
    for gap, owner, median in zip(gaps, owners, dispersion, strict=True):
        total = np.bincount(owner, minlength=stretches)
        below = np.bincount(owner, gap <= median, minlength=stretches)
        share = (drawn @ below) / (drawn @ total)
        centre = (gap <= median).mean() - 0.5  # half a step off for an odd number of differences
        medians.append(np.quantile(gap, np.clip(1 - share + centre, 0, 1)))
    return np.stack(medians, axis=1)


def _check_sizes(block_sizes: Iterable[int] | None, n: int) -> tuple[int, ...]:
    largest = n // LEAST_BLOCKS
    if block_sizes is None:
        return tuple(2**k for k in range(largest.bit_length()))
    try:
        sizes = tuple(sorted({index(size) for size in block_sizes}))
    except TypeError as error:
        raise LonglagError(
            f"block sizes {block_sizes!r}", "they count samples", "give integers >= 1"
        ) from error
    if len(sizes) < 2 or sizes[0] < 1:
        raise LonglagError(
            f"block sizes {list(sizes)}", "a slope needs two different sizes >= 1", "give more"
        )
    if sizes[-1] > largest:
        raise LonglagError(
            f"block size {sizes[-1]}",
            f"{n} samples give fewer than {LEAST_BLOCKS} blocks of it",
            f"give at most {largest}, or record {sizes[-1] * LEAST_BLOCKS} samples",
        )
    return sizes


def _check_start(fitted_from: int | None, sizes: tuple[int, ...]) -> int:
    if fitted_from is None:
        # Two sizes at least, also where the sizes given are few and far apart.
        return next(size for size in sizes if size >= min(sqrt(sizes[-1]), sizes[-2]))
    fitted_from = check_count("fitted_from", fitted_from, least=1)
    if sum(size >= fitted_from for size in sizes) < 2:
        raise LonglagError(
            f"fitted_from {fitted_from}",
            f"a slope needs two block sizes, and the largest are {sizes[-2]} and {sizes[-1]}",
            f"give at most {sizes[-2]}, or record more samples",
        )
    return next(size for size in sizes if size >= fitted_from)
