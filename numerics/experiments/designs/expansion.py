"""Does first order hold? Both splits over ε, size, weight scale and seeds; none left out."""

from __future__ import annotations

from longlag.numerics.experiments.expansion import ExpansionUnit
from longlag.numerics.experiments.experiment import Choice, Experiment

_CELLS = ("plain", "leaky", "const_gate", "shared_gate", "diag_gate", "gru", "lstm")
#: Sizes, scales and seeds.
_SIZES = {
    "smoke": ((8,), (0.2,), 2),
    "small": ((16, 64), (0.05, 0.1, 0.2), 10),
    "full": ((16, 64, 128), (0.05, 0.1, 0.2, 0.4), 20),
}


def _design(choice: Choice) -> list[ExpansionUnit]:
    sizes, scales, seeds = _SIZES[choice.size]
    return [
        ExpansionUnit(cell=cell, size=size, scale=scale, seed=seed)
        for cell in _CELLS
        for size in sizes
        for scale in scales
        for seed in range(choice.seeds or seeds)
    ]


expansion = Experiment(
    name="expansion",
    title="how much does first order leave out, in either split, and how does it scale?",
    source="arXiv 2508.12121, appendix: T 100, H 64, weights N(0, .2²), float64, slopes over ε",
    design=_design,
)
