"""Density and survival of a stable law between its two series, as integrals of positive terms.

Nolan's form of Zolotarev's integral (Nolan 2020, theorem 3.3; Zolotarev 1986, (2.2.18)) follows the
path of constant phase of the Fourier integral: nothing oscillates and nothing cancels, so both
tails keep their relative accuracy. With eps = heaviness and z = x / scale > 0

    P(X > x) = 1/pi ∫ exp(-r) dtau over 0 < tau < (pi - eps)/alpha,
    r = (z^alpha sin(tau) sin(eps + (alpha-1) tau)^(alpha-1)
         / sin(eps + alpha tau)^alpha)^(1/(alpha-1)).

It says that, given the angle of Chambers, Mallows and Stuck, X > x is W > r for their exponential
W. The nodes are chosen once per law and serve every x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.special import expit, zeta

from longlag.numerics.stable.law import Law
from longlag.numerics.stable.parameters import Real

_ORDER = 16
# Panels over which Gauss and Legendre's rule of that order is exact to rounding: the integrand is
# analytic within pi of the real axis in logit(tau), and within pi/2 in log r.
_LOGIT_STEP, _LOG_RATE_STEP = 3.0, 2.0
# exp(-r) is 0 above this log r, and 1 below the other.
_LOG_RATE_MAX, _LOG_RATE_MIN = 7.0, -40.0
# Beyond this least rate, log density = -rate to rounding.
_LOG_FLOOR_MAX = 46.0
_HUGE = 1e300
_BLOCK = 64


@dataclass(frozen=True)
class Quadrature:
    """The nodes of one law for start <= z <= stop.

    Args:
        alpha: the tail index.
        log_rate: log(r - r_0) at the nodes for z = 1, shape (n,), ascending.
        log_floor: log r_0 for z = 1, where r_0 is the least rate; -inf unless the tail is light.
        weights: of dtau, shape (n,).
        mass_below: the sum of the weights before each node, shape (n + 1,).
    """

    alpha: float
    log_rate: Real
    log_floor: float
    weights: Real
    mass_below: Real

    @classmethod
    def of(cls, law: Law, start: float, stop: float) -> Quadrature:
        """Return the nodes for start <= z <= stop; stop is infinite for a light tail."""
        power = law.alpha / (law.alpha - 1)
        floor = -np.inf
        lowest = np.log(1e-16)
        most = power * np.log(stop)
        if law.heaviness == 0:
            floor = np.log(law.alpha - 1) - power * np.log(law.alpha)
            most = _LOG_FLOOR_MAX - floor
        else:
            # Below this tau lies too little mass to matter to P(X > stop).
            lowest += min(0.0, np.log(np.sin(law.heaviness)) - law.alpha * np.log(stop))
        dense = np.arange(lowest, 40, 0.02)
        rate = _log_rate(law, dense)[0]
        active = np.clip(rate, _LOG_RATE_MIN - most, _LOG_RATE_MAX - power * np.log(start))
        end = int(np.searchsorted(rate, active[-1])) + 1
        length = np.abs(np.diff(active[:end])) / _LOG_RATE_STEP + np.diff(dense[:end]) / _LOGIT_STEP
        ticks = np.concatenate([[0.0], np.cumsum(length)])
        edges = np.interp(
            np.linspace(0, ticks[-1], 1 + int(np.ceil(ticks[-1]))), ticks, dense[:end]
        )
        nodes, weights = leggauss(_ORDER)
        half = np.diff(edges)[:, None] / 2
        logit = (edges[:-1, None] + half * (1 + nodes)).ravel()
        rate, slope = _log_rate(law, logit)
        weights = (half * weights).ravel() * slope
        mass_below = np.concatenate([[0.0], np.cumsum(weights)])
        return cls(law.alpha, rate, floor, weights, mass_below)

    def logs(self, z: Real) -> tuple[Real, Real]:
        """Return log(scale f) and log P(X / scale > z), z of shape (m,)."""
        power = self.alpha / (self.alpha - 1)
        shift = power * np.log(z)
        with np.errstate(over="ignore"):
            floor = np.exp(shift + self.log_floor)
        shift = np.minimum(shift, _LOG_FLOOR_MAX - self.log_floor)
        zeroth, first = np.empty_like(z), np.empty_like(z)
        # Neighbours share the nodes at which their rates are neither 0 nor infinite.
        order = np.argsort(shift)
        for block in np.split(order, range(_BLOCK, z.size, _BLOCK)):
            zeroth[block], first[block] = self._moments(shift[block])
        survival = np.log(zeroth / np.pi) - floor
        density = np.log(power / np.pi * (first + np.minimum(floor, _HUGE) * zeroth) / z) - floor
        return density, survival

    def _moments(self, shift: Real) -> tuple[Real, Real]:
        """Return the integrals of exp(-r) and r exp(-r) over tau, for ascending shifts of log r."""
        if not shift.size:
            return shift, shift
        window = [_LOG_RATE_MIN - shift[-1], _LOG_RATE_MAX - shift[0]]
        start, stop = np.searchsorted(self.log_rate, window)
        weights = self.weights[start:stop]
        rate = shift[:, None] + self.log_rate[start:stop]
        np.minimum(rate, _LOG_RATE_MAX, out=rate)
        np.exp(rate, out=rate)
        decay = np.exp(-rate)
        zeroth = self.mass_below[start] + decay @ weights
        decay *= rate
        return zeroth, decay @ weights


def _log_rate(law: Law, logit: Real) -> tuple[Real, Real]:
    """Return log(r - r_0) at z = 1 and dtau / dlogit, at logit(tau / its greatest value)."""
    a, eps = law.alpha, law.heaviness
    most = np.pi * law.positivity
    tau, rest = most * expit(logit), most * expit(-logit)
    slope = tau * rest / most
    if eps == 0:
        # r / r_0 = 1 + O(tau^2): the logarithms of sin(x) / x keep the difference.
        excess = (
            _log_sinc(tau) + (a - 1) * _log_sinc((a - 1) * tau) - a * _log_sinc(a * tau, a * rest)
        )
        excess /= a - 1
        floor = np.log(a - 1) - a / (a - 1) * np.log(a)
        # log(expm1(y)) without overflow
        return floor + excess + np.log(-np.expm1(-excess)), slope
    # eps + alpha tau = pi - alpha rest; take the sine of the one that is small.
    below = np.sin(np.minimum(eps + a * tau, a * rest))
    above = np.sin(np.minimum(eps + (a - 1) * tau, a * rest + tau))
    return (np.log(np.sin(tau)) - a * np.log(below)) / (a - 1) + np.log(above), slope


def _log_sinc(x: Real, complement: Real | None = None) -> Real:
    """Return log(sin(x) / x), 0 <= x <= pi, with pi - x given where it may be small."""
    k = np.arange(1, 20)
    small = np.minimum(x, 1)
    series = -np.polynomial.polynomial.polyval(
        (small / np.pi) ** 2, np.concatenate([[0.0], zeta(2 * k) / k])
    )
    sine = np.sin(x if complement is None else np.minimum(x, complement))
    return np.where(x < 1, series, np.log(sine / x))
