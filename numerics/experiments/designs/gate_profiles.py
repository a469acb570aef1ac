"""Profiles of effective rates: does a product of gates tell the norm of the transport?"""

from __future__ import annotations

from longlag.numerics.experiments.experiment import Choice, Experiment
from longlag.numerics.experiments.training import TrainingUnit
from longlag.numerics.tasks.adding import Adding

_CELLS = ("leaky", "shared_gate", "diag_gate")
#: Size, updates and seeds: as published, and smaller.
_SIZES = {"smoke": (24, 60, 1), "small": (64, 800, 5), "full": (64, 800, 20)}
_PROBED = (0, 50, 200, 400, 600, 800)


def _design(choice: Choice) -> list[TrainingUnit]:
    size, updates, seeds = _SIZES[choice.size]
    measures = ("probe_loss", "sensitivity", "gradient_lags", "remainders") + (
        "norms_as_published",
    ) * choice.published
    return [
        TrainingUnit(
            cell=cell,
            task=Adding(steps=80, channels=4),
            size=size,
            optimiser="SGD",
            learning_rate=1e-2,
            batch=64,
            updates=updates,
            measured_at=tuple(update for update in _PROBED if update <= updates),
            measures=measures,
            seed=seed,
            biases=False,
            parameter={"alpha": 0.8} if cell == "leaky" else {},
            note="as published" if choice.published else "",
        )
        for cell in _CELLS
        for seed in range(choice.seeds or seeds)
    ]


gate_profiles = Experiment(
    name="gate_profiles",
    title="does a product of gates tell the norm of the transport, lag by lag?",
    source="arXiv 2508.12121, first series: adding, T 80, H 64, SGD 1e-2, fresh batches of 64",
    design=_design,
    defects=(
        "five iterations without the transpose, on products in reversed order, for the norm",
        "one factor more in the predictor of a gate than in the transport",
    ),
)
