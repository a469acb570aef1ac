"""Cells crossed with optimisers, step sizes tuned on one grid, the same data for all."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import mean

from longlag.numerics.experiments.experiment import Choice, Experiment
from longlag.numerics.experiments.table import Row
from longlag.numerics.experiments.training import TrainingUnit
from longlag.numerics.tasks.linear import DelaySum

CELLS = ("plain", "leaky", "shared_gate", "diag_gate", "gru", "lstm")
#: Optimiser and options.
OPTIMISERS: tuple[tuple[str, dict[str, float]], ...] = (
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("Adam", {}),
    ("RMSprop", {}),
)
#: Every optimiser is tried at each of these; the adaptive ones need far smaller steps.
RATES = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
#: Size, steps of a sequence, updates to tune and to compare, seeds to tune and to compare.
_SIZES = {
    "smoke": (8, 24, 20, 20, 1, 2),
    "small": (32, 60, 120, 300, 1, 4),
    "full": (64, 120, 400, 1200, 3, 20),
}
#: Seeds of the comparison begin here, so that none of them chose a step size.
_FIRST = 100
_MEASURES = ("probe_loss", "sensitivity", "directions_of_transport")


def _unit(
    choice: Choice, cell: str, optimiser: tuple[str, dict[str, float]], rate: float, seed: int
) -> TrainingUnit:
    size, steps, tuning, updates, _, _ = _SIZES[choice.size]
    tuned = seed < _FIRST
    made = tuning if tuned else updates
    name, options = optimiser
    return TrainingUnit(
        cell=cell,
        task=DelaySum(steps=steps, channels=1, delays=(1, 4, 8, 16)),
        size=size,
        optimiser=name,
        options=options,
        learning_rate=rate,
        clip=1.0,
        batch=32,
        updates=made,
        measured_at=(made,) if tuned else (0, made),
        measures=("probe_loss",) if tuned else _MEASURES,
        seed=seed,
        note="tuning" if tuned else "comparison",
    )


def _design(choice: Choice) -> list[TrainingUnit]:
    seeds, cells = _SIZES[choice.size][4], CELLS
    return [
        _unit(choice, cell, optimiser, rate, seed)
        for cell in (cells if choice.size != "smoke" else cells[1:4:2])
        for optimiser in (OPTIMISERS if choice.size != "smoke" else OPTIMISERS[::2])
        for rate in (RATES if choice.size != "smoke" else RATES[2:4])
        for seed in range(seeds)
    ]


def _then(choice: Choice, rows: Sequence[Row]) -> list[TrainingUnit]:
    """The comparison at the step size whose mean loss after tuning is smallest."""
    losses: dict[tuple[object, object], dict[object, list[float]]] = defaultdict(dict)
    for row in rows:
        if row["note"] == "tuning" and row["quantity"] == "probe loss":
            held = losses[row["cell"], row["optimiser"]].setdefault(row["learning_rate"], [])
            held.append(float(row["value"] or math.inf))
    units = []
    for cell in CELLS:
        for optimiser in OPTIMISERS:
            label = optimiser[0] + (" with momentum" if optimiser[1] else "")
            tried = losses.get((cell, label))
            if tried is None:
                continue
            best = min(tried, key=lambda rate: mean(tried[rate]))
            seeds = range(_FIRST, _FIRST + (choice.seeds or _SIZES[choice.size][5]))
            units += [_unit(choice, cell, optimiser, float(best), seed) for seed in seeds]  # type: ignore[arg-type]
    return units


crossed = Experiment(
    name="crossed",
    title="is it the cell or the optimiser? six cells, four optimisers, step sizes tuned alike",
    source="longlag: what to run in place of the second series of arXiv 2508.12121 (defect 7)",
    design=_design,
    then=_then,
)
