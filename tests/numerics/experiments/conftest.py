"""A small experiment, registered for the tests of the runner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from longlag.numerics.experiments.experiment import EXPERIMENTS, Choice, Experiment
from longlag.numerics.experiments.training import TrainingUnit
from longlag.numerics.tasks.linear import ShortSum


def unit(**changes: object) -> TrainingUnit:
    given: dict[str, object] = {
        "cell": "diag_gate",
        "task": ShortSum(steps=7, window=3),
        "size": 4,
        "batch": 5,
        "updates": 20,
        "measured_at": (0, 11, 20),
        "measures": ("probe_loss",),
        "save_every": 4,
        "optimiser": "Adam",
    }
    return TrainingUnit(**(given | changes))  # type: ignore[arg-type]


def design(choice: Choice) -> list[TrainingUnit]:
    return [
        unit(cell=cell, seed=seed)
        for cell in ("plain", "diag_gate", "lstm")
        for seed in range(choice.seeds or 2)
    ]


@pytest.fixture
def tiny() -> Iterator[Experiment]:
    experiment = Experiment(name="tiny", title="a test", source="here", design=design)
    EXPERIMENTS.register("tiny", experiment)
    yield experiment
    del EXPERIMENTS._items["tiny"]
