"""A table of the symmetric stable log density, interpolated in x and in alpha."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline

from longlag.numerics.stable import pdf

# Above this the law is taken as normal: 2 − alpha multiplies the tail, so that none of it is left.
LARGEST_ALPHA = 2 - 1e-6

_ALPHAS = np.linspace(1, 2, 51)
# In u = log(1 + |x|): fine where the normal centre meets the tail, coarse along the power law. At
# the far end, x = 10⁵, the density differs from its power law by less than 10⁻⁵ of itself.
_NEAR, _FAR = np.log1p(40.0), np.log1p(1e5)
_U = np.concatenate([np.linspace(0, _NEAR, 186), np.linspace(_NEAR, _FAR, 81)[1:]])


class LogDensity(NamedTuple):
    """log p(x; alpha) and its two derivatives, each of the shape of x."""

    value: np.ndarray
    by_x: np.ndarray
    by_alpha: np.ndarray


@dataclass(frozen=True)
class DensityTable:
    """The symmetric stable density for 1 <= alpha <= 2, as a spline in alpha at fixed x.

    Not log p but p (1 + |x|)^(1 + alpha) is interpolated in alpha: near alpha = 2 the tail of p is
    proportional to 2 − alpha, linear where log p is singular; along x it is nearly constant.

    Args:
        flattened: p (1 + |x|)^(1 + alpha) as a spline over alpha, one column for each node of x.
    """

    flattened: CubicSpline

    def evaluate(self, x: Float[np.ndarray, " n"], alpha: float) -> LogDensity:
        """Return the log density at scale 1 and location 0, and its derivatives.

        Args:
            x: the points, shape (n,).
            alpha: in [1, LARGEST_ALPHA].
        """
        column = self.flattened(alpha)
        height = CubicSpline(_U, np.log(column))
        tilt = CubicSpline(_U, self.flattened(alpha, 1) / column)
        u = np.log1p(np.abs(x))
        inside = np.minimum(u, _FAR)
        by_u = np.where(u < _FAR, height(inside, 1), 0.0) - (1 + alpha)
        return LogDensity(
            height(inside) - (1 + alpha) * u, by_u * np.sign(x) * np.exp(-u), tilt(inside) - u
        )


@cache
def density_table() -> DensityTable:
    """Return the table, built at the first call in a process.

    >>> at_zero = density_table().evaluate(np.zeros(1), 1.5).value
    >>> round(float(np.exp(at_zero[0])), 6)  # Γ(1 + 1/alpha)/π
    0.287353
    """
    x = np.expm1(_U)
    densities = [1 / (np.pi * (1 + x**2))]  # alpha = 1: Cauchy
    densities += [np.asarray(pdf(x, alpha)) for alpha in _ALPHAS[1:]]
    flattened = np.stack(densities) * (1 + x) ** (1 + _ALPHAS[:, None])
    return DensityTable(CubicSpline(_ALPHAS, flattened))
