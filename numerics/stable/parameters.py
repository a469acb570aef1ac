"""What the stable law accepts: every rule on its arguments, checked in one place."""

from __future__ import annotations

from math import isfinite
from operator import index

import numpy as np
from numpy.typing import ArrayLike, NDArray

from longlag.numerics.stable.law import Law
from longlag.theory.errors import LonglagError

Real = NDArray[np.float64]


def check_law(alpha: float, beta: float) -> Law:
    """Return the law of two scalars.

    Raises:
        LonglagError: alpha outside (1, 2], beta outside [-1, 1], or either not one real number.
    """
    a, b = _scalar("alpha", alpha), _scalar("beta", beta)
    if not 1 < a <= 2:
        raise LonglagError(
            f"alpha = {alpha!r}",
            "a stable law has 0 < alpha <= 2, and for alpha <= 1 its mean does not exist, so no"
            " average concentrates",
            "give 1 < alpha <= 2",
        )
    if not -1 <= b <= 1:
        raise LonglagError(
            f"beta = {beta!r}", "the skewness lies in [-1, 1]", "give -1 <= beta <= 1"
        )
    return Law(a, 0.0 if a == 2 else b)


def check_points(name: str, points: ArrayLike) -> Real:
    """Return an array of real numbers, infinities allowed.

    Raises:
        LonglagError: not numbers, complex numbers, or a NaN among them.
    """
    try:
        array = np.asarray(points)
    except ValueError as error:
        raise LonglagError(
            f"{name} = {points!r}", "the rows differ in length", "give rows of one length"
        ) from error
    if array.dtype.kind not in "iuf":
        raise LonglagError(
            f"{name} of type {array.dtype}", "the law lives on the real line", "give real numbers"
        )
    array = array.astype(np.float64)
    if np.isnan(array).any():
        where = tuple(int(i) for i in np.argwhere(np.isnan(array))[0])
        raise LonglagError(
            f"{name} = nan at index {where}",
            "NaN has no place on the real line",
            "drop or replace it",
        )
    return array


def check_probabilities(p: ArrayLike) -> Real:
    """Return an array of probabilities.

    Raises:
        LonglagError: as :func:`check_points`, or a number outside [0, 1].
    """
    array = check_points("p", p)
    outside = array[(array < 0) | (array > 1)]
    if outside.size:
        raise LonglagError(
            f"p = {float(outside[0])!r}", "a probability lies in [0, 1]", "give 0 <= p <= 1"
        )
    return array


def check_size(size: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape that a size asks for.

    Raises:
        LonglagError: not a count or a tuple of counts.
    """
    try:
        if isinstance(size, bool):
            raise TypeError
        shape = tuple(index(n) for n in size) if isinstance(size, tuple | list) else (index(size),)
    except TypeError as error:
        raise LonglagError(
            f"size = {size!r}", "a size is a count or a tuple of counts", "give integers >= 0"
        ) from error
    if any(n < 0 for n in shape):
        raise LonglagError(f"size = {size!r}", "a size counts samples", "give integers >= 0")
    return shape


def check_generator(rng: np.random.Generator) -> np.random.Generator:
    """Return the generator.

    Raises:
        LonglagError: anything but a NumPy Generator.
    """
    if not isinstance(rng, np.random.Generator):
        raise LonglagError(
            f"rng = {rng!r}",
            "randomness comes from an explicit NumPy Generator",
            "give numpy.random.default_rng(seed)",
        )
    return rng


def _scalar(name: str, value: float) -> float:
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "iuf" or not isfinite(array):
        raise LonglagError(
            f"{name} = {value!r}", f"{name} is one finite real number", "call once per law"
        )
    return float(array)
