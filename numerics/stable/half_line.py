"""The right half of a stable law: each formula where it is exact to rounding."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from longlag.numerics.stable.law import Law
from longlag.numerics.stable.parameters import Real
from longlag.numerics.stable.quadrature import Quadrature
from longlag.numerics.stable.series import CentralSeries, TailSeries
from longlag.theory.errors import LonglagError

_LEAST_ALPHA = 1.00001


@dataclass(frozen=True)
class HalfLine:
    """log f(x) and log P(X > x) for x >= 0; the other half is the half-line of -X.

    Args:
        law: the law, alpha < 2.
        central: for x near 0.
        quadrature: in between.
        tail: for large x.
    """

    law: Law
    central: CentralSeries
    quadrature: Quadrature
    tail: TailSeries

    @classmethod
    def of(cls, law: Law) -> HalfLine:
        """Prepare the series and the nodes of a law: some milliseconds.

        Raises:
            LonglagError: alpha so close to 1 that the nodes, about 10 / (alpha - 1), do not fit.
        """
        if law.alpha < _LEAST_ALPHA:
            raise LonglagError(
                f"alpha = {law.alpha!r}",
                f"densities and distribution functions are computed for alpha >= {_LEAST_ALPHA}",
                "give a larger alpha (sampling needs none)",
            )
        central, tail = CentralSeries.of(law), TailSeries.of(law)
        return cls(law, central, Quadrature.of(law, central.reach, tail.start), tail)

    def logs(self, x: Real) -> tuple[Real, Real]:
        """Return log f(x) and log P(X > x) for x >= 0 of shape (m,)."""
        z = x * np.exp(-self.law.log_scale)
        density, survival = np.full_like(z, -np.inf), np.full_like(z, -np.inf)
        near = z <= self.central.reach
        far = z >= self.tail.start
        between = ~near & ~far & (z < np.inf)
        density[near] = np.log(self.central.density(z[near]))
        survival[near] = np.log(self.law.positivity - self.central.mass(z[near]))
        density[between], survival[between] = self.quadrature.logs(z[between])
        if self.tail.coefficients.size:
            density[far], survival[far] = self.tail.logs(z[far])
        density -= self.law.log_scale
        return density, survival


@lru_cache(maxsize=128)
def half_line(law: Law) -> HalfLine:
    """Return the prepared right half of a law with alpha < 2."""
    return HalfLine.of(law)
