"""The window by its definition: the largest lag with N(ℓ) ≤ N, by bisection alone.

It knows nothing of inverse functions, slopes or closed forms, so it can check them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath

from longlag.theory.errors import LonglagError

#: Steps in ln ℓ while the last success is looked for from above.
_STEPS = 100


def bisect_log_window(
    log_sample_size: Callable[[Any], Any], log_samples: Any, lowest: Any, highest: Any
) -> Any:
    """Return ln sup{ℓ : ln N(ℓ) ≤ ln N}, to the working precision.

    Args:
        log_sample_size: ln N(ℓ) as a function of ln ℓ.
        log_samples: ln N.
        lowest: ln of the smallest lag looked at.
        highest: ln of a lag beyond the window.

    Returns:
        −∞ where no lag that was looked at succeeds.

    Raises:
        LonglagError: where the highest lag still succeeds.

    >>> round(float(bisect_log_window(lambda u: 2 * u, 3.0, 0, 10)), 12)
    1.5
    """
    low, high = mpmath.mpf(lowest), mpmath.mpf(highest)
    if log_sample_size(high) <= log_samples:
        raise LonglagError(
            f"lag e^{mpmath.nstr(high, 6)}", "bisection starts beyond the window",
            "start further out",
        )  # fmt: skip
    step = (high - low) / _STEPS
    # From above, so that an earlier failure cannot hide a later success.
    inside = next(
        (
            u
            for u in (high - k * step for k in range(1, _STEPS + 1))
            if log_sample_size(u) <= log_samples
        ),
        None,
    )
    if inside is None:
        return -mpmath.inf
    outside = inside + step
    for _ in range(mpmath.mp.prec + 20):
        middle = (inside + outside) / 2
        if log_sample_size(middle) <= log_samples:
            inside = middle
        else:
            outside = middle
    return inside
