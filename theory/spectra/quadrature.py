"""∫ g(ν) dν over any support by one rule: the trapezoidal rule where both ends are far away.

The support chooses the variable s that moves its ends to ±∞: ν = a + e^s on (a, ∞), and
ν = a + (b − a)/(1 + e^{−s}) on (a, b). A power of the distance from an end, however singular,
becomes an exponential of s; a log-normal density becomes a normal one; and e^{−νℓ} a step at
s = −ln ℓ, so that lags of 10^3000 cost no more than small ones. An end at which the integrand falls
more slowly, as (−ln ν)^{−2}, is stretched once more, s = w − e^{−w}. For an integrand that is
analytic around the line and gone at both ends, the error of the trapezoidal rule falls like
e^{−2πd/h} with the step h. Source: Trefethen and Weideman, SIAM Review 56 (2014), 385.

Possible issues: a feature narrower than a thousandth of s, or one far away from the bulk of g
behind 60 units of s of nothing, is not seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import mpmath

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import TooLargeError

#: Where the bulk of an integrand is looked for, in s, and around values that are known.
_SCANNED = tuple(range(-60, 61, 2))
_AROUND = tuple(range(-16, 17, 4))
_FINER = (1, 0.5, 0.25, 0.125, 0.0625)
#: An integral over s diverges if its integrand does not fall faster than 1/s between these: at 0
#: and ∞, and at an end beside which ν needs as many bits as s.
_TAIL, _TAIL_AT_END = (10**6, 10**9), (2**9, 2**12)
#: ln ν is followed to ±2^this, which leaves 10^−60 of a tail (−ln ν)^{−0.05}.
_FARTHEST = 4000
#: At an end beside which ν needs as many bits as s, it is followed so far.
_FARTHEST_AT_END = 2**15
#: How far from the bulk a light tail may be cut, in s; beyond, it is stretched.
_CUTS = (4, 8, 16, 32, 64)
_LARGEST_STEP, _MOST_POINTS = 0.5, 40_000
#: The rule with half the step has twice the digits, but for a power of its number of points.
_SHARE_OF_DIGITS = 0.6
_HALF = mpmath.mpf(0.5)
#: Of a sum of many terms, in units of the last place of the largest.
_ROUNDING = 64


@dataclass
class _Line:
    """The variable s of a support (low, high) that moves both ends to infinity."""

    low: Any
    high: Any
    known: dict[Any, tuple[Any, Any, int]] = field(default_factory=dict)

    def point(self, s: Any) -> tuple[Any, Any, int]:
        """Return ν and dν/ds at s, and the bits that ν needs to be told from its end."""
        if s not in self.known:
            self.known[s] = self._point(s)
        return self.known[s]

    def _point(self, s: Any) -> tuple[Any, Any, int]:
        bounded = not mpmath.isinf(self.high)
        away = mpmath.exp(-abs(s)) if bounded else mpmath.exp(s)
        width = (self.high - self.low) if bounded else 1
        distance = width * away / (1 + away) if bounded else away
        slope = distance / (1 + away) if bounded else away
        end = self.high if bounded and s > 0 else self.low
        bits = max(0, mpmath.mag(end) - mpmath.mag(distance)) if end else 0
        with mpmath.workprec(mpmath.mp.prec + bits):
            rate = end - distance if bounded and s > 0 else end + distance
        return rate, slope, bits

    def singular(self, side: int) -> bool:
        """Whether ν at this end, −1 or 1, is told from it only by its last bits."""
        return bool(self.low if side < 0 else not mpmath.isinf(self.high))


@lru_cache(maxsize=64)
def _line(low: Any, high: Any, precision: int) -> _Line:
    """The line of a support; its points serve every integrand at the same precision."""
    return _Line(low, high)


def integrate(
    integrand: Callable[[Any], Any], low: Any, high: Any, near: tuple[Any, ...] = ()
) -> Any:
    """Return ∫ g(ν) dν over a support, to the working precision.

    Args:
        integrand: g, from an mpf to an mpf; close to an end other than 0 it is asked with as many
            more bits as ν needs there.
        low: the lower end, ≥ 0.
        high: the upper end, may be ∞.
        near: values of ν > 0 around which g changes.

    Raises:
        LonglagError: where the quadrature does not settle, as for a divergent integral.

    >>> mpmath.nstr(integrate(lambda x: 1 / mpmath.sqrt(1 - x), mpmath.mpf(0), mpmath.mpf(1)))
    '2.0'
    """
    line = _line(low, high, mpmath.mp.prec)

    def transformed(s: Any) -> Any:
        side = 1 if s > 0 else -1
        farthest = _FARTHEST_AT_END if line.singular(side) else mpmath.inf
        if s and (abs(s) > farthest or mpmath.mag(s) > _FARTHEST):
            return mpmath.mpf(0)
        rate, slope, bits = line.point(s)
        try:
            with mpmath.workprec(mpmath.mp.prec + bits):
                found = integrand(rate)
        except TooLargeError:  # e^{−x} for a gigantic x
            return mpmath.mpf(0)
        return found * slope

    def height(s: Any) -> Any:
        return abs(transformed(mpmath.mpf(s)))

    for side in (-1, 1):
        distances = _TAIL_AT_END if line.singular(side) else _TAIL
        near_end, far = (height(side * distance) * distance for distance in distances)
        if far > 0 and far >= near_end:
            raise LonglagError(
                f"an integral up to nu = {mpmath.nstr(low if side < 0 else high, 6)}",
                "it diverges",
                "correct its density",
            )
    centres = [
        mpmath.nint(mpmath.log(at - low) - _log_left(at, low, high))
        for at in near
        if low < at < high
    ]
    looked_at = {mpmath.mpf(s) for s in _SCANNED}
    looked_at |= {centre + step for centre in centres for step in _AROUND}
    heights = {s: height(s) for s in looked_at}
    bulk = max(heights, key=heights.__getitem__)
    for step in _FINER:
        bulk = max((bulk, bulk - step, bulk + step), key=height)
    top = height(bulk)
    if not top or not mpmath.isfinite(top):
        return top
    seen = [s for s, found in heights.items() if found > mpmath.eps**2 * top]
    first, last = mpmath.floor(min([bulk, *seen])), mpmath.ceil(max([bulk, *seen]))
    left = _cut(lambda distance: height(first - distance) / top)
    right = _cut(lambda distance: height(last + distance) / top)
    stretched = _stretched(
        transformed, first if left is None else None, last if right is None else None
    )
    start = first - left if left is not None else _reach(stretched, first, -1, top)
    end = last + right if right is not None else _reach(stretched, last, 1, top)
    return _trapezoidal(stretched, start, end, top)


def _log_left(at: Any, low: Any, high: Any) -> Any:
    return mpmath.mpf(0) if mpmath.isinf(high) else mpmath.log(high - at)


def _cut(height: Callable[[Any], Any]) -> Any:
    """Return the distance at which nothing of a light tail is left; None for a heavy one."""
    for distance in _CUTS:
        if all(height(distance * far) < mpmath.eps**2 for far in (1, 1.5, 2)):
            return distance
    return None


def _stretched(integrand: Callable[[Any], Any], left: Any, right: Any) -> Callable[[Any], Any]:
    """Return g(s(w)) ds/dw with s = w − e^{left − w} + e^{w − right}, without what is None."""

    def value(w: Any) -> Any:
        below = mpmath.mpf(0) if left is None else mpmath.exp(left - w)
        above = mpmath.mpf(0) if right is None else mpmath.exp(w - right)
        return integrand(w - below + above) * (1 + below + above)

    return value


def _reach(integrand: Callable[[Any], Any], start: Any, side: int, top: Any) -> Any:
    """Return where nothing is left of a stretched tail, seen at three steps of 1 in a row."""
    gone, at = 0, start
    while gone < 3:
        at += side
        gone = gone + 1 if abs(integrand(at)) < mpmath.eps / 2**10 * top else 0
    return at


def _trapezoidal(integrand: Callable[[Any], Any], start: Any, end: Any, top: Any) -> Any:
    """Return the integral between two integers at which nothing is left; the step is halved."""
    step = mpmath.mpf(_LARGEST_STEP)
    total = mpmath.fsum(integrand(start + k * step) for k in range(int((end - start) / step) + 1))
    found = total * step
    while (end - start) / step < _MOST_POINTS:
        previous = found
        count = int((end - start) / step)
        total += mpmath.fsum(integrand(start + (k + _HALF) * step) for k in range(count))
        step /= 2
        found = total * step
        # An integrand of both signs may cancel down to the rounding of its largest values.
        rounding = _ROUNDING * mpmath.eps * top
        if abs(found - previous) <= max(mpmath.eps**_SHARE_OF_DIGITS * abs(found), rounding):
            return found
    raise LonglagError(
        f"an integral near {mpmath.nstr(found, 5)}",
        "the quadrature does not settle",
        "give a density that is smooth and integrable inside its support",
    )
