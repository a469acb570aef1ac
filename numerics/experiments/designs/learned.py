"""What is learned: gain per lag over the number of sequences and of updates."""

from __future__ import annotations

import math

from longlag.numerics.experiments.experiment import Choice, Experiment
from longlag.numerics.experiments.training import TrainingUnit
from longlag.numerics.tasks.multi_lag import MultiLag

#: What the gates let in before training: a time scale of 19.5 steps for every cell.
_GATE = 0.05
_OPEN = math.log(_GATE / (1 - _GATE))
#: Cell ↦ its constant gate, or the bias that makes its gate slow. PyTorch's z and f keep.
_SLOW: dict[str, tuple[dict[str, float], dict[str, float]]] = {
    "const_gate": ({"s": _GATE}, {}),
    "shared_gate": ({}, {"s": _OPEN}),
    "diag_gate": ({}, {"z": _OPEN}),
    "gru": ({}, {"z": -_OPEN}),
    "lstm": ({}, {"f": -_OPEN}),
}
#: Neurons, steps, lags, sequences, updates, seeds.
_SIZES = {
    "smoke": (8, 24, (2, 8), (16, 64), 40, 1),
    "small": (32, 64, (2, 4, 8, 16, 32), (16, 128, 1024), 800, 3),
    "full": (32, 192, (8, 16, 32, 64, 96), (32, 64, 128, 256, 512, 1024, 2048, 4096), 6400, 5),
}
_COEFFICIENTS = (0.6, 0.5, 0.4, 0.3, 0.22)
_MOMENTS = (0, 100, 200, 400, 800, 1600, 3200, 6400)


def _design(choice: Choice) -> list[TrainingUnit]:
    size, steps, lags, numbers, updates, seeds = _SIZES[choice.size]
    task = MultiLag(
        steps=steps, channels=2, delays=lags, coefficients=_COEFFICIENTS[: len(lags)], noise=0.2
    )
    return [
        TrainingUnit(
            cell=cell,
            task=task,
            size=size,
            optimiser="Adam",
            learning_rate=1e-2,
            clip=1.0,
            batch=32,
            updates=updates,
            measured_at=tuple(at for at in _MOMENTS if at <= updates),
            measures=("probe_loss", "gain"),
            save_every=100,
            seed=seed,
            initialisation="orthogonal",
            parameter=parameter,
            drive_bias=bias,
            sequences=number,
            shuffled=shuffled,
        )
        for cell, (parameter, bias) in _SLOW.items()
        for number in numbers
        # The control is dear, and one number of sequences is enough to see that it learns nothing.
        for shuffled in ((False, True) if number == numbers[-1] else (False,))
        for seed in range(choice.seeds or seeds)
    ]


learned = Experiment(
    name="learned",
    title="which lags does a network learn, from how many sequences, in how many updates?",
    source="theory page 6.4, after arXiv 2512.05790: regression on several lags",
    design=_design,
)
