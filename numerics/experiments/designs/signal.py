"""What a gradient shows of each lag: the networks of ``learned``, before, in and after training."""

from __future__ import annotations

from dataclasses import replace

from longlag.numerics.experiments.designs.learned import learned
from longlag.numerics.experiments.experiment import Choice, Experiment
from longlag.numerics.experiments.training import TrainingUnit

#: Before training, while it learns its first lags, and in the end.
_MOMENTS = {"smoke": (0, 40), "small": (0, 100, 800), "full": (0, 100, 800, 6400)}


def _design(choice: Choice) -> list[TrainingUnit]:
    units = [unit for unit in learned.design(choice) if isinstance(unit, TrainingUnit)]
    most = max(unit.sequences or 0 for unit in units)
    return [
        replace(unit, measured_at=_MOMENTS[choice.size], measures=("gain", "signal"))
        for unit in units
        if unit.sequences == most and not unit.shuffled
    ]


signal = Experiment(
    name="signal",
    title="is the signal of a lag its weight times an envelope, and which envelope?",
    source="theory page 6.3, after arXiv 2512.05790; the networks of the experiment learned",
    design=_design,
)
