"""The best fit of a curve, from many starting points: sums of squares have several valleys."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from longlag.numerics.fitting.least_squares import Solutions, fit_batch
from longlag.numerics.fitting.model import Model

#: Points that are only looked at, and of them those from which a fit starts.
_LOOKED_AT, _STARTED = 1024, 24
_BRIEF = 12
_FINISHED = 6


def best_fit(
    model: Model,
    lags: Float[np.ndarray, " L"],
    values: Float[np.ndarray, " L"],
    weights: Float[np.ndarray, " L"],
) -> Solutions:
    """Return the least sum of squares over starting points all over the domains.

    Args:
        model: of a law.
        lags: shape (L,).
        values: ln f, shape (L,).
        weights: one over their standard errors, shape (L,).

    Returns:
        One solution, B = 1. Points are random, the same for every curve, each logarithm between
        that of a tenth of 1/ℓ and ten ℓ, ℓ the longest lag: whether a parameter is a time, a rate
        or an exponent need not be known.
    """
    used = weights > 0
    lags, values, weights = lags[used], values[used], weights[used]
    if not model.dimensions:
        start = np.zeros((1, 0))
    else:
        reach = np.log(10 * lags[-1])
        points = np.random.default_rng(0).random((_LOOKED_AT, model.dimensions))
        start = reach * (2 * points - 1)
    for keep, steps in ((_STARTED, 0), (_FINISHED, _BRIEF), (1, None)):
        rows = (len(start), lags.size)
        found = fit_batch(
            model,
            lags,
            np.broadcast_to(values, rows),
            np.broadcast_to(weights, rows),
            start,
            **({} if steps is None else {"most_steps": steps}),
        )
        order = np.argsort(found.squares, kind="stable")[:keep]
        start = found.u[order]
    first = order[:1]
    return Solutions(found.u[first], found.a[first], found.squares[first])


__all__ = ["best_fit"]
