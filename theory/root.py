"""The last lag at which an envelope reaches a threshold: bracketed, bisected, enclosed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
from sympy import Expr

from longlag.theory.decay import ell
from longlag.theory.errors import LonglagError
from longlag.theory.evaluate import TooLargeError, evaluate
from longlag.theory.shape import Shape, decreases_between, value_at

#: Lags beyond e^(2^60) are not searched.
_FARTHEST = 60


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
    above = _above(envelope, threshold, shape)
    low, high, logarithmic = _bracket(envelope, above, shape.peak)
    to_lag: Callable[[Any], Any] = mpmath.exp if logarithmic else mpmath.mpf
    for _ in range(2 * mpmath.mp.prec):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if above(to_lag(middle)):
            low = middle
        else:
            high = middle
    lag = to_lag(low)
    log_lag = low if logarithmic else (mpmath.log(lag) if lag > 0 else -mpmath.inf)
    return Root(lag, log_lag, certify(envelope, threshold, shape, lag))


def first_crossing(envelope: Expr, threshold: Any, shape: Shape) -> Any:
    """Return the first lag with f(ℓ) < φ where f rises first, None where f only decreases.

    Returns:
        The smallest lag where it fails already there; then the window has a gap before it.
    """
    if shape.peak == shape.start:
        return None
    return shape.start if value_at(envelope, shape.start, shape.values) < threshold else None


def _above(envelope: Expr, threshold: Any, shape: Shape) -> Callable[[Any], bool]:
    def above(lag: Any) -> bool:
        try:
            return bool(value_at(envelope, lag, shape.values) >= threshold)
        except TooLargeError:
            # A decreasing envelope with a term beyond e^(2^4096) has long passed any threshold.
            return False

    return above


def _bracket(envelope: Expr, above: Callable[[Any], bool], peak: Any) -> tuple[Any, Any, bool]:
    """Two points around the crossing; beyond lag 1 they are logarithms of lags."""
    if not above(mpmath.mpf(max(peak, 1))):
        return mpmath.mpf(peak), mpmath.mpf(max(peak, 1)), False
    low = mpmath.log(max(peak, 1))
    for doubling in range(_FARTHEST):
        high = low + mpmath.mpf(2) ** doubling
        if not above(mpmath.exp(high)):
            return low, high, True
        low = high
    raise LonglagError(
        f"envelope {envelope}",
        f"its window ends beyond every lag searched, e^(2^{_FARTHEST})",
        "choose fewer samples, or an expression with a closed form",
    )


def certify(envelope: Expr, threshold: Any, shape: Shape, lag: Any) -> str:
    """Say how surely a lag is the last crossing.

    The crossing is enclosed: interval arithmetic shows f > φ just below the lag and f < φ just
    above. That no later one exists rests on the sign of df/dℓ, by SymPy or enclosed up to ten
    times the lag.
    """
    width = mpmath.mpf(10) ** (10 - mpmath.mp.dps)
    sides = (lag * (1 - width), lag * (1 + width))
    try:
        below, beyond = (
            evaluate(envelope, {**shape.values, ell: mpmath.iv.mpf(side)}, mpmath.iv) - threshold
            for side in sides
        )
        enclosed = below.a > 0 and beyond.b < 0
    except (LonglagError, TooLargeError, ValueError, TypeError, AttributeError):
        enclosed = False
    crossing = "enclosed by interval arithmetic" if enclosed else "bracketed"
    if shape.proof:
        return f"crossing {crossing}; f decreases by {shape.proof}"
    if decreases_between(shape.slope, max(shape.peak, lag / 10), 10 * lag, shape.values):
        return f"crossing {crossing}; f decreases around it, its slope enclosed below 0"
    return f"crossing {crossing}; f decreases wherever it was looked at"
