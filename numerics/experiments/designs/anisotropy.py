"""Anisotropy of transport and of gradients, on five tasks."""

from __future__ import annotations

from longlag.numerics.experiments.experiment import Choice, Experiment
from longlag.numerics.experiments.training import TrainingUnit
from longlag.numerics.tasks import Task
from longlag.numerics.tasks.adding import Adding
from longlag.numerics.tasks.autoregression import AR2
from longlag.numerics.tasks.linear import DelaySum, MovingAverage
from longlag.numerics.tasks.narma import NARMA

#: Cell, optimiser, learning rate: changed together, as published (defect 7).
_MODELS = (("plain", "Adam", 1e-3), ("shared_gate", "SGD", 1e-2), ("diag_gate", "SGD", 1e-2))
#: Size, updates, seeds, and how many of the tasks.
_SIZES = {"smoke": (24, 40, 1, 2), "small": (64, 1200, 3, 5), "full": (64, 1200, 20, 5)}
_CHECKPOINTS = (0, 400, 800, 1200)


def _tasks() -> tuple[Task, ...]:
    return (
        Adding(steps=120, channels=6),
        AR2(steps=120, channels=6),
        MovingAverage(steps=120, channels=6, window=8),
        DelaySum(steps=120, channels=6),
        NARMA(steps=120, order=10, channels=6),
    )


def _design(choice: Choice) -> list[TrainingUnit]:
    size, updates, seeds, tasks = _SIZES[choice.size]
    return [
        TrainingUnit(
            cell=cell,
            task=task,
            size=size,
            optimiser=optimiser,
            learning_rate=rate,
            batch=64,
            updates=updates,
            # The published checkpoints were saved after the update of that number, ours before.
            measured_at=tuple(at for at in _CHECKPOINTS if at <= updates),
            measures=("probe_loss", "directions_of_transport", "directions_of_gradients"),
            seed=seed,
            biases=False,
            same_batch=choice.published,
            note="as published" if choice.published else "",
        )
        for task in _tasks()[:tasks]
        for cell, optimiser, rate in _MODELS
        for seed in range(choice.seeds or seeds)
    ]


anisotropy = Experiment(
    name="anisotropy",
    title="how unequal are the directions of transport and of gradients, and is it predicted?",
    source="arXiv 2508.12121, second series: five tasks, T 120, H 64, 1200 updates, batches of 64",
    design=_design,
    defects=("every update of every seed and model sees the same 64 sequences",),
)
