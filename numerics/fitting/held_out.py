"""How well a law says lags that it was not fitted to."""

from __future__ import annotations

import numpy as np

from longlag.numerics.fitting.curve import Curve
from longlag.numerics.fitting.least_squares import Solutions, fit_batch
from longlag.numerics.fitting.model import Model

#: Neighbouring lags are left out together: their errors hang together, so one alone is no news.
_PARTS = 5


def held_out_error(model: Model, curve: Curve, found: Solutions) -> float:
    """Return the mean weighted square of what a law misses at lags that were left out.

    Args:
        model: of the law.
        curve: the values.
        found: its fit to all of them, from which the fits to parts start.

    Returns:
        The mean over lags of w²(y − a − h)², in squared standard errors, or in squares of ln f
        where there are none; each of five neighbouring parts is left out once. Infinite where a
        part leaves fewer lags than parameters.
    """
    lags, values, weights = (x[curve.used] for x in (curve.lags, curve.log_values, curve.weights))
    parts = np.array_split(np.arange(lags.size), min(_PARTS, lags.size))
    if lags.size - max(map(len, parts)) < model.symbolic.size:
        return float("inf")
    left = np.tile(weights, (len(parts), 1))
    for row, part in zip(left, parts, strict=True):
        row[part] = 0.0
    start = np.tile(found.u, (len(parts), 1))
    fitted = fit_batch(model, lags, np.broadcast_to(values, left.shape), left, start)
    missed = weights * (values - fitted.a[:, None] - model.log_shape(lags, fitted.u))
    return float(np.mean(np.where(left == 0, missed, 0.0) ** 2) * len(parts))


__all__ = ["held_out_error"]
