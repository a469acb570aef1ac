"""What every estimator asks of its data, its level and its seed."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import require_count


def check_data(
    data: Float[np.ndarray, " n"], *, estimator: str, minimum: int
) -> Float[np.ndarray, " n"]:
    """Return the data as a float64 array that the estimator can work with.

    Args:
        data: numbers in the order in which they were recorded, shape (n,).
        estimator: its name, for the messages.
        minimum: the least n that the estimator accepts.

    Raises:
        LonglagError: not real numbers, not 1-D, fewer than ``minimum``, NaN or infinite values,
            or all values equal.

    >>> check_data([1, 2, 4], estimator="Hill", minimum=3)
    array([1., 2., 4.])
    """
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise LonglagError("data", "they form one array", "give a flat list of numbers") from error
    if array.dtype.kind not in "iuf":
        raise LonglagError(
            f"data of type {array.dtype}", "an estimator takes real numbers", "convert to float"
        )
    if array.ndim != 1:
        raise LonglagError(
            f"data of shape {array.shape}",
            "an estimator takes one series of numbers",
            "give a 1-D array, such as data.ravel() or one column",
        )
    if array.size < minimum:
        raise LonglagError(
            f"{array.size} samples", f"{estimator} needs at least {minimum}", "record more samples"
        )
    array = array.astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise LonglagError(
            f"{bad.size} of {array.size} samples not finite, the first {array[bad[0]]} at index"
            f" {bad[0]}",
            "an estimator takes finite numbers",
            "find out where they come from, then drop them",
        )
    if array.min() == array.max():
        raise LonglagError(
            f"{array.size} samples all equal to {float(array[0])!r}",
            "a constant has no noise to measure",
            "check which quantity was recorded",
        )
    return array


def spread(data: Float[np.ndarray, " n"]) -> tuple[float, float]:
    """Return the median and half the interquartile range, a first location and scale.

    Raises:
        LonglagError: half of the values or more coincide, so that the quartiles do.
    """
    low, middle, high = np.quantile(data, (0.25, 0.5, 0.75))
    if not high > low:
        raise LonglagError(
            f"quartiles both {float(low)!r}",
            "a continuous law has distinct quartiles, and here half of the samples tie",
            "drop the repeated value if it marks missing data, or record with more digits",
        )
    return float(middle), float(high - low) / 2


def check_level(level: float) -> float:
    """Return a confidence level.

    Raises:
        LonglagError: a level outside (0, 1).
    """
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
        raise LonglagError(
            f"level {level!r}", "a confidence level lies strictly between 0 and 1", "give 0.95"
        )
    return float(level)


def check_count(name: str, value: int, *, least: int) -> int:
    """Return an integer.

    Args:
        name: for the message.
        value: the integer.
        least: the smallest allowed.

    Raises:
        LonglagError: no integer, or less than ``least``.

    >>> check_count("seed", np.int64(3), least=0)
    3
    """
    return require_count(name, value, f"it is an integer >= {least}", least=least)


def half_width(level: float) -> float:
    """Return the half-width of a two-sided normal interval, in standard errors.

    >>> round(half_width(0.95), 4)
    1.96
    """
    return float(ndtri((1 + check_level(level)) / 2))
