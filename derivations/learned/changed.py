"""Do heavier tails compress what is learned, and broader spectra widen it? On trained networks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from longlag.derivations.learned.windows import LAGS, NUMBERS, SEEDS, UPDATES, gains, window
from longlag.derivations.results import Interval, interval, listed, measured, shipped
from longlag.numerics.experiments.designs.widened import KEPT
from longlag.theory.statement import Verdict

_PAPER = "arXiv 2512.05790"
_NUMBER, _LAST = NUMBERS[1], UPDATES[-1]
_SLOW, _FAST = (f"spread at one mean {kept}" for kept in KEPT)


@cache
def changed_gains(note: str, cell: str) -> Any:
    """Return the gains of runs in which one thing is changed, shape (seeds, lags)."""
    labels: dict[str, Any] = {"quantity": "gain", "update": _LAST, "note": note, "cell": cell}
    found = [shipped("widened").by_seed(lag=lag, **labels) for lag in LAGS]
    return np.asarray([[each[seed] for each in found] for seed in SEEDS])


def _logarithms(found: Any) -> Any:
    """ln of the windows of some runs; one below the first lag counts as half of it."""
    return np.asarray([math.log(max(window(gain), LAGS[0] / 2)) for gain in found])


def differences(note: str, cells: Sequence[str]) -> dict[str, Any]:
    """Return by cell ln of the window of changed runs less that of unchanged ones, by seed.

    Args:
        note: what is changed.
        cells: whose runs.
    """
    return {
        cell: _logarithms(changed_gains(note, cell)) - _logarithms(gains(cell, _NUMBER, _LAST))
        for cell in cells
    }


def _change(*, note: str, cells: Sequence[str], sign: int) -> Verdict:
    by_cell = differences(note, cells)
    found = interval(sign * np.concatenate(list(by_cell.values())))
    gained = interval(
        float(np.mean(one))
        for cell in cells
        for one in changed_gains(note, cell) - gains(cell, _NUMBER, _LAST)
    )
    each: dict[str, Interval] = {cell: interval(values) for cell, values in by_cell.items()}
    told = f"{'' if sign > 0 else 'minus '}change of ln window {found}; {listed(each)}"
    holds = True if found.low > 0 else False if found.high < 0 else None
    return measured(
        shipped("widened"), holds, f"{told}; mean gain {gained}", len(cells) * len(SEEDS)
    )
