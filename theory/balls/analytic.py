"""Whether values must be those of an analytic function, as enclosed integrals ask for.

Arb's integration asks on some balls for a function that is analytic there. Functions with cuts
then have no value where their argument touches the cut, and functions of conditions have none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_demanded = [False]


@contextmanager
def demanding_analytic(demanded: bool) -> Iterator[None]:
    """Demand analytic values, or not."""
    before = _demanded[0]
    _demanded[0] = bool(demanded)
    try:
        yield
    finally:
        _demanded[0] = before


def analytic_is_demanded() -> bool:
    """Whether only analytic values are of use."""
    return _demanded[0]
