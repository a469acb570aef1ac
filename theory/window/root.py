"""The last lag at which an envelope reaches a threshold: bracketed, bisected, enclosed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
from sympy import Expr

from longlag.theory.balls.nodes import from_mpmath
from longlag.theory.balls.program import NoEnclosureError
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import TooLargeError
from longlag.theory.window.shape import Shape, range_over, rises_again, sign_of_slope, value_at

#: Lags beyond e^(2^60) are not searched, nor are those below e^(−2^12).
_FARTHEST = 60
_NEAREST = 12


@dataclass(frozen=True)
class Root:
    """A crossing f(ℓ) = φ, by its lag and the lag's logarithm, with how surely it is known."""

    lag: Any
    log_lag: Any
    certificate: str


def last_crossing(envelope: Expr, threshold: Any, shape: Shape) -> Root:
    """Return the last lag with f(ℓ) ≥ φ.

    Args:
        envelope: f over ``ell`` and parameters, with f(peak) ≥ φ.
        threshold: φ > 0.
        shape: what ``examine`` found.

    Returns:
        The root to the working precision, with its certificate.

    Raises:
        LonglagError: f stays above φ as far as e^(2^60).
    """
    excess = _excess(envelope, threshold, shape)
    low, high = _bracket(envelope, excess, shape.peak)
    # The digits before the point of ln H are lost to H.
    with mpmath.workprec(mpmath.mp.prec + max(0, mpmath.mag(high) if high else 0)):
        low = low if mpmath.isinf(low) else _narrowed(excess, low, high)
        lag = mpmath.exp(low)
    return Root(lag, low, certify(envelope, threshold, shape, lag))


def _narrowed(excess: Callable[[Any], Any], low: Any, high: Any) -> Any:
    """Bisect, and between two bisections follow a secant a little too far, to close in on it."""
    below, beyond = excess(low), excess(high)
    for step in range(2 * mpmath.mp.prec):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if step % 3 and mpmath.isfinite(below - beyond) and below != beyond:
            secant = low + (high - low) * below / (below - beyond)
            nudge = (high - low) * mpmath.mpf(2) ** -12
            aside = secant + nudge if step % 3 == 1 else secant - nudge
            middle = aside if low < aside < high else middle
        found = excess(middle)
        if found >= 0:
            low, below = middle, found
        else:
            high, beyond = middle, found
    return low


def first_crossing(envelope: Expr, threshold: Any, shape: Shape) -> Any:
    """Return the first lag with f(ℓ) < φ where f rises first, None where f only decreases.

    Returns:
        The smallest lag where it fails already there; then the window has a gap before it.
    """
    if shape.peak == shape.start:
        return None
    return shape.start if value_at(envelope, shape.start, shape.values) < threshold else None


def _excess(envelope: Expr, threshold: Any, shape: Shape) -> Callable[[Any], Any]:
    """ln f − ln φ as a function of ln ℓ."""
    log_threshold = mpmath.log(threshold)

    def excess(log_lag: Any) -> Any:
        value = value_at(envelope, mpmath.exp(log_lag), shape.values)
        return mpmath.log(value) - log_threshold if value > 0 else -mpmath.inf

    return excess


def _bracket(envelope: Expr, excess: Callable[[Any], Any], peak: Any) -> tuple[Any, Any]:
    """The logarithms of two lags around the crossing."""
    summit = mpmath.log(peak) if peak > 0 else -mpmath.inf
    low = high = max(summit, mpmath.mpf(0))
    if excess(low) < 0:
        for doubling in range(_NEAREST):
            low = max(high - mpmath.mpf(2) ** doubling, summit)
            if low == summit or excess(low) >= 0:
                return low, high
            high = low
        return summit, high
    step, growing = mpmath.mpf(1), 2
    for _ in range(2 * _FARTHEST):
        try:
            if excess(low + step) < 0:
                return low, low + step
        except TooLargeError:
            # Less far, as far as f can be computed.
            step, growing = step / 2, 1
            continue
        low, step = low + step, step * growing
        if low > mpmath.mpf(2) ** _FARTHEST:
            break
    raise LonglagError(
        f"envelope {envelope}",
        f"its window ends beyond every lag searched, e^{mpmath.nstr(low, 3)}, if it ends",
        "choose fewer samples, or an expression with a closed form",
    )


def certify(envelope: Expr, threshold: Any, shape: Shape, lag: Any) -> str:
    """Say how surely a lag is the last crossing.

    The crossing is enclosed: interval arithmetic shows f > φ just below the lag and f < φ just
    above. That no later one exists rests on the sign of df/dℓ, by SymPy or enclosed up to ten
    times the lag.

    Raises:
        LonglagError: f is found to rise on the way.
    """
    width = mpmath.mpf(10) ** (10 - mpmath.mp.dps)
    level = from_mpmath(threshold)
    try:
        below, beyond = (
            range_over(envelope, side, side, shape.values)
            for side in (lag * (1 - width), lag * (1 + width))
        )
        enclosed = bool(below.low > level and beyond.high < level)
    except NoEnclosureError:
        enclosed = False
    crossing = "enclosed by interval arithmetic" if enclosed else "bracketed"
    if shape.proof:
        return f"crossing {crossing}; f decreases by {shape.proof}"
    # Not from the maximum itself, where the slope is zero.
    nearest = max(shape.peak * (1 + mpmath.mpf(2) ** -20), lag / 10)
    falls, rising = sign_of_slope(shape.slope, nearest, 10 * lag, shape.values)
    if rising is not None:
        raise rises_again(envelope, rising)
    if falls:
        return f"crossing {crossing}; f decreases around it, its slope enclosed below 0"
    return f"crossing {crossing}; f decreases wherever it was looked at"
