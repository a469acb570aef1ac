"""What the shipped experiment ``signal`` measured: signals of lags beside envelopes, by run."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from longlag.derivations.learned.windows import CELLS, LAGS, NUMBERS, SEEDS, Run, weights, window
from longlag.derivations.results import shipped
from longlag.numerics.detection.required import required_samples

#: Before training, while the first lags are learned, and in the end.
MOMENTS = (0, 100, 800)
#: All leaves of the recurrence, or the input maps alone.
LEAVES = ("all", "input")
#: Error levels of a detected lag, as in ``measure_signal``.
_ERROR = 0.1


@cache
def by_lag(quantity: str, cell: str, seed: int, update: int = 0, leaves: str | None = "all") -> Any:
    """Return a measured quantity at the taught lags.

    Args:
        quantity: of the experiment ``signal``, such as ``target signal``, σ, or an envelope
            ``f exact``; envelopes and gains belong to no leaves.
        cell, seed: of the run.
        update: before which it was measured.
        leaves: whose gradient.
    """
    bare = quantity.startswith("f ") or quantity == "gain"
    labels = {"leaves": None if bare else leaves, "update": update, "cell": cell}
    table = shipped("signal")
    return np.asarray([table.by_seed(quantity=quantity, lag=lag, **labels)[seed] for lag in LAGS])


def shares(form: str, cell: str, seed: int, update: int = 0, *, owner: str | None = None) -> Any:
    """Return ln s/(c (T−ℓ) f) at the taught lags, the same number at each where the law holds.

    Args:
        form: of the envelope: ``exact``, ``operator``, ``read_out`` ….
        cell, seed, update: of the run.
        owner: the cell whose envelope is taken; its own by default.
    """
    signal = by_lag("target signal", cell, seed, update)
    envelope = by_lag(f"f {form}", owner or cell, seed, update)
    return np.log(signal / (weights(cell, seed) * envelope))


def spread(form: str, cell: str, seed: int, update: int = 0, *, owner: str | None = None) -> float:
    """Return ln of the largest less the smallest of ``shares`` over the lags.

    0 where the law fails by a factor of e from lag to lag, −∞ where it holds.
    """
    return float(np.log(np.ptp(shares(form, cell, seed, update, owner=owner))))


def required(cell: str, seed: int, update: int = 0, *, signal: str = "signal") -> Any:
    """Return N(ℓ) = (σ (q_{δ₁} + q_{δ₂})/s)² at the taught lags, σ the deviation over √2.

    The sequences that show a lag inside the gradient along its direction, where what other lags add
    is known, for noise of finite variance.

    Args:
        cell, seed, update: of the run.
        signal: s, ``target signal`` or ``signal``.
    """
    one = required_samples("mean", 2.0, 1.0, false_alarm=_ERROR, miss=_ERROR)
    scale = by_lag("deviation", cell, seed, update) / np.sqrt(2)
    return one * (scale / by_lag(signal, cell, seed, update)) ** 2


def slope(form: str, cell: str, seed: int, *, weighed: bool = True) -> float:
    """Return the slope over the lags of ln N on −2 ln(c (T−ℓ) f/σ) before training.

    It is 1 where s = c (T−ℓ) k f.

    Args:
        form: of the envelope.
        cell, seed: of the run.
        weighed: whether c (T−ℓ) is there; published laws leave it out.
    """
    scale = by_lag("deviation", cell, seed)
    factor = weights(cell, seed) if weighed else 1.0
    regressor = -2 * np.log(factor * by_lag(f"f {form}", cell, seed) / scale)
    found = np.polyfit(regressor, np.log(required(cell, seed, signal="target signal")), 1)
    return float(found[0])


def predicted_before() -> dict[Run, int]:
    """Return windows from signal and noise before training: lags with N(ℓ) ≤ N, in a row.

    Absolute: no factor is fitted to what is learned.
    """
    return {
        Run(cell, number, seed): window(required(cell, seed) <= number)
        for cell, seed in runs()
        for number in NUMBERS
    }


def foreign(cell: str) -> tuple[str, ...]:
    """Return the other cells, whose envelopes are the null."""
    return tuple(other for other in CELLS if other != cell)


def runs() -> list[tuple[str, int]]:
    """Return all pairs of a cell and a seed."""
    return [(cell, seed) for cell in CELLS for seed in SEEDS]


__all__ = [
    "LEAVES",
    "MOMENTS",
    "by_lag",
    "foreign",
    "predicted_before",
    "required",
    "runs",
    "shares",
    "slope",
    "spread",
]
