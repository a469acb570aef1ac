"""Measured windows from shipped gains, and windows predicted before training."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import spearmanr

from longlag.derivations.results import shipped
from longlag.numerics.experiments import EXPERIMENTS, Choice
from longlag.numerics.experiments.training import TrainingUnit
from longlag.numerics.measurement import measure_transport
from longlag.numerics.tasks.multi_lag import MultiLag

CELLS = ("const_gate", "shared_gate", "diag_gate", "gru", "lstm")
LAGS = (2, 4, 8, 16, 32)
NUMBERS = (16, 128, 1024)
UPDATES = (100, 200, 400, 800)
SEEDS = (0, 1, 2)
#: A lag is learned when more than half of its coefficient is.
LEARNED = 0.5
#: Sequences on which an envelope before training is measured.
_PROBED = 4


class Run(NamedTuple):
    """One run at one of its moments.

    Args:
        cell: of the network.
        sequences: N that it was trained on.
        seed: of the run.
    """

    cell: str
    sequences: int
    seed: int


@cache
def gains(cell: str, sequences: int, update: int, *, shuffled: int = 0) -> Any:
    """Return the gain γ(ℓ) of every seed, shape (seeds, lags)."""
    table = shipped("learned")
    labels: dict[str, Any] = {"cell": cell, "sequences": sequences, "shuffled": shuffled}
    found = [table.by_seed(quantity="gain", update=update, lag=lag, **labels) for lag in LAGS]
    return np.asarray([[each[seed] for each in found] for seed in SEEDS])


def window(gain: Any) -> int:
    """Return the last lag up to which every taught lag is learned; 0 where the first is not."""
    last = 0
    for lag, value in zip(LAGS, gain, strict=True):
        if not value > LEARNED:
            break
        last = lag
    return last


def measured_windows(update: int) -> dict[Run, int]:
    """Return the window of every run after some updates; 0 and the last lag are censored."""
    return {
        Run(cell, number, seed): window(gains(cell, number, update)[place])
        for cell in CELLS
        for number in NUMBERS
        for place, seed in enumerate(SEEDS)
    }


@cache
def _units() -> dict[tuple[str, int], TrainingUnit]:
    units = EXPERIMENTS["learned"].units(Choice(size="small"))
    return {(u.cell, u.seed): u for u in units if isinstance(u, TrainingUnit)}


@cache
def envelope(cell: str, seed: int) -> tuple[float, ...]:
    """Return f(ℓ) before training at the taught lags: exact, mean over neurons."""
    unit = _units()[cell, seed]
    network = unit.session().detached()
    inputs = unit.probe(_PROBED).inputs
    report = measure_transport(network.network(inputs), max_lag=LAGS[-1])
    means = report.neuron_mean("exact")
    return tuple(float(means[lag - 1]) for lag in LAGS)


def weights(cell: str, seed: int) -> Any:
    """Return c(ℓ) (T−ℓ) at the taught lags: how much of the loss each is, and how often."""
    task = _units()[cell, seed].task
    assert isinstance(task, MultiLag)
    return np.asarray(
        [c * (task.steps - lag) for c, lag in zip(task.coefficients, LAGS, strict=True)]
    )


def signals(cell: str, seed: int) -> Any:
    """Return c(ℓ) (T−ℓ) f(ℓ) at the taught lags: what a gradient shows of each, up to one factor.

    Source: theory page 6.3.
    """
    return weights(cell, seed) * np.asarray(envelope(cell, seed))


def predicted_windows(factor: float) -> dict[Run, int]:
    """Return windows predicted before training: lags whose signal exceeds factor/√N, in a row.

    N(ℓ) = (σ/s(ℓ))^κ with κ = 2, as noise of finite variance has it; σ is one factor for all runs.
    """
    return {
        Run(cell, number, seed): window(signals(cell, seed) * math.sqrt(number) / factor * LEARNED)
        for cell in CELLS
        for number in NUMBERS
        for seed in SEEDS
    }


def time_scale_windows(factor: float) -> dict[Run, int]:
    """Return windows that know the envelope alone and not N: lags with f(ℓ) above a threshold."""
    return {
        Run(cell, number, seed): window(np.asarray(envelope(cell, seed)) / factor * LEARNED)
        for cell in CELLS
        for number in NUMBERS
        for seed in SEEDS
    }


class Agreement(NamedTuple):
    """How well predicted windows agree with measured ones.

    Args:
        rank: Spearman's correlation; NaN where one of them does not vary.
        log_ratio: mean |ln(predicted/measured)|, a window of 0 taken as half of the first lag.
    """

    rank: float
    log_ratio: float

    @property
    def told(self) -> str:
        """Both in words; a rank correlation only where there is one."""
        ranked = "" if math.isnan(self.rank) else f", rank {self.rank:.2f}"
        return f"log ratio {self.log_ratio:.3f}{ranked}"


def agreement(predicted: dict[Run, int], measured: dict[Run, int]) -> Agreement:
    """Return rank correlation and log ratio over all runs."""
    runs = list(measured)
    first, second = (np.asarray([each[run] for run in runs]) for each in (predicted, measured))
    varied = len(set(first)) > 1 and len(set(second)) > 1
    rank = float(spearmanr(first, second).statistic) if varied else math.nan
    least = LAGS[0] / 2
    ratio = np.log(np.maximum(first, least) / np.maximum(second, least))
    return Agreement(rank, float(np.abs(ratio).mean()))


@cache
def best_windows(kind: str, update: int) -> dict[Run, int]:
    """Return the windows of a kind of prediction at the one factor that suits it best.

    Args:
        kind: ``law``, ``time scale`` or ``same``: the same window for all runs.
        update: after which windows were measured.
    """
    measured = measured_windows(update)
    candidates = _candidates(kind, list(measured))
    return min(candidates, key=lambda found: agreement(found, measured).log_ratio)


def best(kind: str, update: int) -> Agreement:
    """Return the agreement of these windows with the measured ones; arguments as there."""
    return agreement(best_windows(kind, update), measured_windows(update))


def _candidates(kind: str, runs: list[Run]) -> Iterator[dict[Run, int]]:
    if kind == "same":
        for lag in (0, *LAGS):
            yield dict.fromkeys(runs, lag)
        return
    make = predicted_windows if kind == "law" else time_scale_windows
    every = [signals(c, s) * math.sqrt(n) for c in CELLS for s in SEEDS for n in NUMBERS]
    if kind != "law":
        every = [np.asarray(envelope(c, s)) for c in CELLS for s in SEEDS]
    low, high = np.min(every), np.max(every)
    for factor in np.geomspace(low, 2 * high, 120):
        yield make(float(factor))


__all__ = [
    "CELLS",
    "LAGS",
    "NUMBERS",
    "SEEDS",
    "UPDATES",
    "Agreement",
    "Run",
    "agreement",
    "best",
    "best_windows",
    "gains",
    "measured_windows",
    "predicted_windows",
    "weights",
    "window",
]
