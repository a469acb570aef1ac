"""The two power series of a stable density: in x about 0, in |x|^(-alpha) about infinity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.polynomial import polyval
from scipy.special import gammaln

from longlag.numerics.stable.law import Law
from longlag.numerics.stable.parameters import Real

_EPS = 2.0**-54
_MOST_TERMS = 80


@dataclass(frozen=True)
class CentralSeries:
    """Density and mass for 0 <= z <= reach, z = x / scale.

        scale f = 1/pi sum_{k>=1} (-1)^(k-1) Gamma(1 + k/alpha)/k! sin(k pi P(X>0)) z^(k-1)

    (Zolotarev 1986, (2.4.6)). It converges everywhere for alpha > 1, but like a geometric series
    as alpha -> 1, hence the reach.

    Args:
        coefficients: of z^0, z^1, … in scale f.
    """

    coefficients: Real
    reach: float = 0.5

    @classmethod
    def of(cls, law: Law) -> CentralSeries:
        """Return the series of a law, cut where its terms fall below rounding."""
        k = np.arange(1, _MOST_TERMS + 1)
        size = np.exp(gammaln(1 + k / law.alpha) - gammaln(1 + k)) / np.pi
        used = k[: 1 + int(np.flatnonzero(size * cls.reach**k * k > _EPS * size[0])[-1])]
        signs = np.where(used % 2, 1.0, -1.0)
        return cls(signs * size[: used.size] * np.sin(used * (np.pi * law.positivity)))

    def density(self, z: Real) -> Real:
        """Return scale f."""
        return np.asarray(polyval(z, self.coefficients))

    def mass(self, z: Real) -> Real:
        """Return P(0 < X / scale < z)."""
        k = np.arange(1, self.coefficients.size + 1)
        return z * np.asarray(polyval(z, self.coefficients / k))


@dataclass(frozen=True)
class TailSeries:
    """Log density and log survival for z >= start.

        scale f ~ 1/pi sum_{k>=1} Gamma(1 + k alpha)/k! sin(k heaviness) z^(-k alpha - 1)

    (Zolotarev 1986, (2.5.4)). It is asymptotic: `start` and the number of terms are those for
    which the first term left out is below rounding, compared with the first term.

    Args:
        alpha: the tail index.
        coefficients: of w, w^2, … in z scale f, with w = z^(-alpha); empty for a light tail.
        start: the least z; infinite for a light tail, which all terms miss.
    """

    alpha: float
    coefficients: Real
    start: float

    @classmethod
    def of(cls, law: Law) -> TailSeries:
        """Return the series of a law."""
        if law.heaviness == 0:
            return cls(law.alpha, np.empty(0), np.inf)
        k = np.arange(1, _MOST_TERMS + 1)
        log_size = gammaln(1 + k * law.alpha) - gammaln(1 + k)
        # The sine stays on the side of the first term alone: it is small where the tail is light
        # but for a trace, and then what the series misses must be small beside that trace.
        bound = log_size[0] + np.log(np.sin(law.heaviness) * _EPS)
        log_start = (log_size[1:] - bound) / (law.alpha * k[:-1])
        terms = 1 + int(np.argmin(log_start))
        coefficients = np.exp(log_size[:terms]) * np.sin(k[:terms] * law.heaviness) / np.pi
        return cls(law.alpha, coefficients, float(np.exp(log_start[terms - 1])))

    def logs(self, z: Real) -> tuple[Real, Real]:
        """Return log(scale f) and log P(X / scale > z)."""
        log_z = np.log(z)
        w = np.exp(-self.alpha * log_z)
        k = np.arange(1, self.coefficients.size + 1)
        density = np.log(polyval(w, self.coefficients))
        survival = np.log(polyval(w, self.coefficients / (k * self.alpha)))
        return density - (1 + self.alpha) * log_z, survival - self.alpha * log_z
