"""A stable law and the constants that its formulas share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import atan, atan2, log1p, pi, tan


@dataclass(frozen=True)
class Law:
    """A stable law in Nolan's S1, scale 1, location 0.

    With z = x / scale it is Zolotarev's: log of its characteristic function =
    -|t|^alpha exp(-i angle sign t).

    Args:
        alpha: the tail index, 1 < alpha <= 2.
        beta: the skewness, in [-1, 1].

    >>> Law(1.5, 0.0).positivity
    0.5
    """

    alpha: float
    beta: float

    @cached_property
    def _tangent(self) -> float:
        """-tan(pi alpha / 2), by whichever end of 1 < alpha <= 2 is near, where it is exact."""
        if self.alpha > 1.5:
            return tan(pi / 2 * (2 - self.alpha))
        return 1 / tan(pi / 2 * (self.alpha - 1))

    @cached_property
    def angle(self) -> float:
        """The angle alpha theta_0 = arctan(beta tan(pi alpha / 2)), in (-pi/2, pi/2)."""
        return atan(-self.beta * self._tangent)

    @cached_property
    def log_scale(self) -> float:
        """-log(cos angle) / alpha, the log of the scale that takes S1 to Zolotarev's form."""
        return 0.5 * log1p((self.beta * self._tangent) ** 2) / self.alpha

    @cached_property
    def heaviness(self) -> float:
        """pi (1 - alpha P(X > 0)), in [0, pi): 0 exactly where the right tail is light.

        The right tail is P(X > x) ~ Gamma(alpha) sin(heaviness) / pi * (x / scale)^(-alpha). It
        is the difference pi (2 - alpha) / 2 - angle as one arctangent, which keeps its relative
        accuracy as alpha -> 2 or beta -> -1.
        """
        t = self._tangent
        return atan2((1 + self.beta) * t, 1 - self.beta * t * t)

    @cached_property
    def positivity(self) -> float:
        """P(X > 0) (Zolotarev 1986, section 2.2)."""
        return 0.5 if self.beta == 0 else (pi - self.heaviness) / (pi * self.alpha)

    def reflected(self) -> Law:
        """Return the law of -X."""
        return Law(self.alpha, -self.beta)
