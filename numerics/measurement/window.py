"""The window of a measured envelope, which need not be monotone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from longlag.theory.errors import LonglagError


@dataclass(frozen=True)
class MeasuredWindow:
    """Which of the measured lags are learnable.

    The last learnable lag alone overstates a window with gaps, so the first that fails stands
    beside it; in a window without gaps it follows the last learnable one.

    Args:
        last: the largest learnable lag; None where none is.
        first_failure: the smallest lag that is not learnable; None where all are.
        learnable: the share of the measured lags that is learnable.
    """

    last: float | None
    first_failure: float | None
    learnable: float

    @property
    def has_gaps(self) -> bool:
        """Whether a lag fails below one that succeeds."""
        if self.last is None or self.first_failure is None:
            return False
        return self.first_failure < self.last


def measured_window(
    lags: Shaped[np.ndarray, " L"],
    envelope: Float[np.ndarray, " L"],
    *,
    samples: float,
    cost: float,
    kappa: float,
) -> MeasuredWindow:
    """Return the window of an envelope known at some lags.

    Args:
        lags: increasing, shape (L,).
        envelope: f at those lags, at least 0, shape (L,).
        samples: N > 0, sequences.
        cost: A > 0, the samples needed where f = 1.
        kappa: the concentration exponent, > 0.

    Returns:
        Last learnable lag and first failing one, by A f^{−κ} ≤ N. Source: arXiv 2512.05790; that
        both are needed, derived here.

    Raises:
        LonglagError: lags that do not increase, an envelope that is negative, NaN or infinite,
            different lengths, or numbers that are not positive.

    >>> measured_window(
    ...     np.array([1, 2, 3]), np.array([0.9, 0.1, 0.6]), samples=8.0, cost=1.0, kappa=2.0
    ... )
    MeasuredWindow(last=3.0, first_failure=2.0, learnable=0.6666666666666666)
    """
    if lags.shape != envelope.shape or lags.ndim != 1 or len(lags) == 0:
        raise LonglagError(
            f"lags of shape {lags.shape} and an envelope of shape {envelope.shape}",
            "they are two series of the same length",
            "give one value of f for each lag",
        )
    if not np.all(np.diff(lags) > 0):
        raise LonglagError("lags", "they increase", "sort them, each once")
    if not (np.all(np.isfinite(envelope)) and np.all(envelope >= 0)):
        raise LonglagError(
            "the envelope", "it is finite and not negative", "average its absolute values"
        )
    for name, value in (("samples", samples), ("cost", cost), ("kappa", kappa)):
        if not (np.isfinite(value) and value > 0):
            raise LonglagError(f"{name} {value}", f"{name} is positive", "give a number above 0")
    threshold = np.exp((np.log(cost) - np.log(samples)) / kappa)
    learnable = envelope >= threshold
    return MeasuredWindow(
        last=float(lags[learnable][-1]) if learnable.any() else None,
        first_failure=float(lags[~learnable][0]) if not learnable.all() else None,
        learnable=float(learnable.mean()),
    )
