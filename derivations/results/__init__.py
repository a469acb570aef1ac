"""Shipped numbers of experiments, intervals over seeds, and claims that they decide."""

from __future__ import annotations

from longlag.derivations.results.curves import curve
from longlag.derivations.results.judged import above, listed, live_claim, measured, measured_claim
from longlag.derivations.results.letters import Letters
from longlag.derivations.results.tables import (
    Interval,
    Shipped,
    at_lags,
    interval,
    paired,
    shipped,
    slopes,
)

__all__ = [
    "Interval",
    "Letters",
    "Shipped",
    "above",
    "at_lags",
    "curve",
    "interval",
    "listed",
    "live_claim",
    "measured",
    "measured_claim",
    "paired",
    "shipped",
    "slopes",
]
