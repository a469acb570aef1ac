"""The least value of a convex function of one variable, by bracketing and golden sections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath


def minimise_convex(function: Callable[[Any], Any], start: Any, accuracy: Any) -> Any:
    """Return where a convex function is least, to an absolute accuracy.

    Args:
        function: of an mpmath number; it may be infinite on the right, and is finite far left.
        start: where to look first, near the minimum for speed.
        accuracy: of the place.

    >>> x = minimise_convex(lambda x: (x - 3) ** 2, mpmath.mpf(0), mpmath.mpf("1e-6"))
    >>> abs(x - 3) < 1e-6
    True
    """
    low, high = _bracket(function, start)
    golden = (mpmath.sqrt(5) - 1) / 2
    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > accuracy:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = function(right)
    return (low + high) / 2


def _bracket(function: Callable[[Any], Any], start: Any) -> tuple[Any, Any]:
    """Two ends between which the minimum lies; steps double on the way out."""
    middle, reach = start, mpmath.mpf(1)
    while mpmath.isinf(function(middle)):
        middle, reach = middle - reach, 2 * reach
    low, high, reach = middle - 1, middle + 1, mpmath.mpf(1)
    at_middle = function(middle)
    while (at_low := function(low)) < at_middle:
        low, middle, high = low - reach, low, middle
        at_middle, reach = at_low, 2 * reach
    reach = mpmath.mpf(1)
    while (at_high := function(high)) < at_middle:
        low, middle, high = middle, high, high + reach
        at_middle, reach = at_high, 2 * reach
    return low, high
