"""Heavier tails, broader spectra, other time scales: what do they change of what is learned?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from longlag.numerics.experiments.designs.learned import learned
from longlag.numerics.experiments.experiment import Choice, Experiment
from longlag.numerics.experiments.training import TrainingUnit
from longlag.numerics.tasks.multi_lag import MultiLag

TAILS = (1.5, 1.2)
#: Standard deviation over neurons of ln(leak/(1−leak)) before training.
SPREAD = 1.0
#: Cell ↦ the drive of its gate, if every neuron has its own, and the sign of the bias that slows.
OWN_GATES = {"diag_gate": ("z", -1), "gru": ("z", 1), "lstm": ("f", 1)}
#: What a spread leaves as it is in the mean, and which way the middle moves for it: 1/leak is
#: 1 + e^{±bias} and a small leak e^{∓bias}, whose means take half of the variance.
KEPT = {"time scale": -1, "rate": 1}
#: Cell ↦ where its gate begins in the published runs, as they are coded: a forget gate of one half,
#: and an update of .05, which in PyTorch's layout is what a neuron keeps.
PUBLISHED = {"gru": {"z": math.log(0.05 / 0.95)}, "lstm": {"f": 0.0}}


def _design(choice: Choice) -> list[TrainingUnit]:
    units = [unit for unit in learned.design(choice) if isinstance(unit, TrainingUnit)]
    number = sorted({unit.sequences or 0 for unit in units})[1]
    return [
        changed
        for unit in units
        if unit.sequences == number and not unit.shuffled
        for changed in _changed(unit)
    ]


def _changed(unit: TrainingUnit) -> Iterator[TrainingUnit]:
    """The run with one thing other than in ``learned``, the same number of sequences and seed."""
    task = unit.task
    assert isinstance(task, MultiLag)
    measured = [at for at in unit.measured_at if at]
    unit = replace(unit, measured_at=tuple(measured), measures=("gain",))
    for tail in TAILS:
        yield replace(unit, task=replace(task, noise_tail=tail), note=f"tail {tail}")
    if unit.cell in OWN_GATES:
        drive, slower = OWN_GATES[unit.cell]
        for kept, way in KEPT.items():
            bias = unit.drive_bias[drive] + way * slower * SPREAD**2 / 2
            yield replace(
                unit,
                drive_bias={drive: bias},
                bias_spread={drive: SPREAD},
                note=f"spread at one mean {kept}",
            )
    if unit.cell in PUBLISHED:
        yield replace(unit, drive_bias=PUBLISHED[unit.cell], note="published time scale")


widened = Experiment(
    name="widened",
    title="do heavier tails compress what is learned, do broader spectra widen it?",
    source="arXiv 2512.05790, its two sentences on trained networks; beside the experiment learned",
    design=_design,
)

__all__ = ["KEPT", "OWN_GATES", "PUBLISHED", "SPREAD", "TAILS", "widened"]
