"""The tail index by maximum likelihood on a table of the stable density."""

from __future__ import annotations

from math import exp, log

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize

from longlag.numerics.tail.characteristic import kogon_williams
from longlag.numerics.tail.data import check_data, check_level, spread
from longlag.numerics.tail.estimate import TailIndex, tail_index
from longlag.numerics.tail.table import LARGEST_ALPHA, density_table
from longlag.theory.errors import LonglagError

MINIMUM = 200

_SMALLEST_ALPHA = 1.0


def maximum_likelihood(data: Float[np.ndarray, " n"], *, level: float = 0.95) -> TailIndex:
    """Fit location, scale and alpha of a symmetric stable law by maximum likelihood.

    Maximises Σ_j log p((x_j − location)/scale; alpha) − n log scale over 1 <= alpha <= 2; the
    standard error comes from the mean outer product of the scores. Source: Nolan (2020), chapter
    4; the table is derived here.

    Args:
        data: independent samples, shape (n,), n >= 200.
        level: of the interval.

    Raises:
        LonglagError: bad data, too few distinct values, or data whose likelihood is largest at
            alpha = 1, below which the table does not reach.

    >>> normal = np.random.default_rng(0).normal(3, 2, 1000)
    >>> maximum_likelihood(normal).alpha > 1.95
    True
    """
    check_level(level)
    data = check_data(data, estimator="maximum likelihood", minimum=MINIMUM)
    centre, unit = spread(data)
    standardised = (data - centre) / unit
    table = density_table()

    def scores(parameters: np.ndarray) -> tuple[float, Float[np.ndarray, "three n"]]:
        location, log_scale, alpha = parameters
        z = (standardised - location) * exp(-log_scale)
        density = table.evaluate(z, float(alpha))
        by_location = -density.by_x * exp(-log_scale)
        by_log_scale = -1 - z * density.by_x
        mean = float(density.value.mean()) - float(log_scale)
        return mean, np.stack([by_location, by_log_scale, density.by_alpha])

    def descent(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        mean, score = scores(parameters)
        return -mean, -score.mean(1)

    # The regression fit, where it exists, is close; the box keeps the search inside the table.
    start = kogon_williams(data, level=level)
    first = (
        (start.location - centre) / unit,
        log(start.scale / unit),
        min(max(start.alpha, 1.05), 1.98),
    )
    box = [(-10.0, 10.0), (-5.0, 5.0), (_SMALLEST_ALPHA, LARGEST_ALPHA)]
    best = minimize(
        descent, first, jac=True, method="L-BFGS-B", bounds=box, options={"ftol": 1e-12}
    )
    location, log_scale, alpha = (float(p) for p in best.x)
    if alpha <= _SMALLEST_ALPHA:
        raise LonglagError(
            f"{data.size} samples with tails at least as heavy as the Cauchy law's",
            "the table holds 1 < alpha <= 2; for alpha <= 1 no mean concentrates",
            "look at kogon_williams for the index",
        )
    score = scores(best.x)[1]
    information = score @ score.T
    if not best.success or np.linalg.matrix_rank(information) < 3:
        raise LonglagError(
            f"{data.size} samples, {np.unique(data).size} of them distinct",
            "their likelihood has no single maximum over location, scale and alpha",
            "use block_differences, which assumes no law",
        )
    covariance = np.linalg.inv(information)
    return tail_index(
        estimator="maximum likelihood",
        n=data.size,
        alpha=2.0 if alpha >= LARGEST_ALPHA else alpha,
        scale=unit * exp(log_scale),
        location=centre + unit * location,
        standard_error=float(np.sqrt(covariance[2, 2])),
        level=level,
    )
