"""The Hill estimates of the tail index, to look at rather than to trust."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from jaxtyping import Float

from longlag.numerics.tail.data import check_data, half_width
from longlag.theory.errors import LonglagError

MINIMUM = 100

# The curve is read off at these shares of the sample; the middle one is the summary.
_SHARES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
_SUMMARY = 0.05


@dataclass(frozen=True, kw_only=True)
class HillCurve:
    """Hill estimates over several numbers of order statistics.

    Args:
        estimator: "Hill".
        n: the number of samples.
        location: the median, taken off before the absolute values.
        order_statistics: the numbers k of largest absolute values.
        alphas: the estimate at each k.
        alpha: the estimate at k = 5 % of n, the summary.
        interval: alpha ∓ z alpha/√k, which assumes an exact power law beyond that point.
        level: the confidence level of the interval.
    """

    estimator: str
    n: int
    location: float
    order_statistics: tuple[int, ...]
    alphas: tuple[float, ...]
    alpha: float
    interval: tuple[float, float]
    level: float


def hill(data: Float[np.ndarray, " n"], *, level: float = 0.95) -> HillCurve:
    """Return the Hill estimates of the tail index over a range of order statistics.

    alpha_k = k / Σ_{i<=k} log(x_(i)/x_(k+1)), x_(1) >= x_(2) >= … the absolute deviations from the
    median. Source: Hill (1975).

    Warning: not an estimator for stable laws. Their power law sets in so far out that the curve
    crosses 2 for alpha above about 1.5 (at k = 5 % it is about 2.7 for alpha = 1.8), and it gives
    a finite number for data with no power law at all, such as normal ones. Read the drift over k:
    a true power law has none.

    Args:
        data: independent samples, shape (n,), n >= 100.
        level: of the interval.

    Raises:
        LonglagError: bad data, or ties at the median or among the largest values.

    >>> pareto = np.random.default_rng(0).pareto(1.5, 10_000) + 1
    >>> curve = hill(np.concatenate([pareto, -pareto]))
    >>> [round(alpha, 1) for alpha in curve.alphas[1:]]
    [1.5, 1.5, 1.5, 1.5, 1.5]
    """
    width = half_width(level)
    data = check_data(data, estimator="Hill", minimum=MINIMUM)
    location = float(np.median(data))
    ordered = np.sort(np.abs(data - location))[::-1]
    counts = tuple(sorted({max(round(share * data.size), 5) for share in _SHARES}))
    if ordered[counts[-1]] == 0 or ordered[0] == ordered[counts[0]]:
        raise LonglagError(
            f"{data.size} samples",
            "the largest deviations from the median are distinct and the others not all 0",
            "record with more digits, or without clipping",
        )
    logs = np.log(ordered[: counts[-1] + 1])
    means = {k: float((logs[:k] - logs[k]).mean()) for k in counts}
    k = max(round(_SUMMARY * data.size), 5)
    alpha = 1 / means[k]
    return HillCurve(
        estimator="Hill",
        n=data.size,
        location=location,
        order_statistics=counts,
        alphas=tuple(1 / means[count] for count in counts),
        alpha=alpha,
        interval=(max(alpha - width * alpha / sqrt(k), 0.0), alpha + width * alpha / sqrt(k)),
        level=level,
    )
