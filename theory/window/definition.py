"""The window by its definition: the largest lag with N(ℓ) ≤ N, between a success and a failure.

It knows nothing of inverse functions, slopes or closed forms, so it can check them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath

from longlag.theory.errors import LonglagError

#: Steps in ln ℓ while the last success is looked for from above.
_STEPS = 100
#: How far from a chord one looks, as a share of the bracket.
_ASIDE = mpmath.mpf(2) ** -10


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
            f"lag e^{mpmath.nstr(high, 6)}",
            "bisection starts beyond the window",
            "start further out",
        )
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
    return _closed_in(log_sample_size, log_samples, inside, inside + step)


def _closed_in(
    log_sample_size: Callable[[Any], Any], log_samples: Any, inside: Any, outside: Any
) -> Any:
    """The success beside a failure: between two bisections a chord, moved a little either way."""
    excess, lack = (log_samples - log_sample_size(u) for u in (inside, outside))
    for turn in range(2 * mpmath.mp.prec):
        middle = (inside + outside) / 2
        if middle in (inside, outside) or outside - inside <= mpmath.ldexp(
            max(1, abs(inside)), -mpmath.mp.prec
        ):
            break
        if turn % 3 and mpmath.isfinite(excess - lack) and excess > lack:
            chord = inside + (outside - inside) * excess / (excess - lack)
            aside = chord + (outside - inside) * (_ASIDE if turn % 3 == 1 else -_ASIDE)
            middle = aside if inside < aside < outside else middle
        found = log_samples - log_sample_size(middle)
        if found >= 0:
            inside, excess = middle, found
        else:
            outside, lack = middle, found
    return inside
