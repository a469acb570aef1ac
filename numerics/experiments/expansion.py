"""A unit that trains nothing: what is left out of a product whose recurrent part is scaled by ε."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

import torch
from torch import Tensor

from longlag.numerics.experiments.table import Entry
from longlag.numerics.experiments.unit import UNITS, Performed, Unit, Workplace
from longlag.numerics.generate import generate
from longlag.numerics.lags.products import expand, parts, trajectory
from longlag.numerics.networks.network import Network
from longlag.numerics.tasks.streams import stream
from longlag.theory import CELLS
from longlag.theory.scalar.parameters import require_count
from longlag.theory.transport.jacobian import Split, jacobian

#: ε from 1e−5 to 1, three to a decade; the slope is that of the five smallest.
EPSILONS = (*(base * 10.0**power for power in range(-5, 0) for base in (1, 3)), 1.0)
_SLOPE_POINTS = 5
_FREQUENCIES, _SPAN, _NOISE = (0.03, 0.06, 0.09), 12.0, 0.05


@dataclass(frozen=True, kw_only=True)
class ExpansionUnit(Unit):
    """Expand ∏(D + εR) of one random network to first order in ε, in both splits.

    The inputs are sin(wt + phase) with w = .03, .06, .09 on t in [0, 12] and noise of .05; all
    weights, of inputs too, are normal with one deviation. The remainder is the sum of the terms of
    higher order, so that nothing is subtracted, however small ε. Source: arXiv 2508.12121,
    appendix.

    Args:
        cell: a name in ``CELLS``.
        size: the number of neurons H.
        steps: the number of time steps T.
        scale: the standard deviation of the weights.
        lags: ℓ, of products that end at the last step.
        seed: of weights, phases and noise.
    """

    kind: ClassVar[str] = "expansion"

    cell: str
    size: int = 64
    steps: int = 100
    scale: float = 0.2
    lags: tuple[int, ...] = (1, 2, 5, 10, 20)
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse names and counts that no network has."""
        _ = CELLS[self.cell]
        require_count("size", self.size, "a network has neurons", least=1)
        for lag in self.lags:
            require_count("lag", lag, "it counts factors", least=1, most=self.steps)

    @property
    def labels(self) -> dict[str, Entry]:
        """Cell, size, scale and seed."""
        return {"cell": self.cell, "size": self.size, "scale": self.scale, "seed": self.seed}

    def network(self) -> Network:
        """Return the network, with drives of every step."""
        cell, random = CELLS[self.cell], stream(self.seed, "expansion", self.cell)

        def normal(*shape: int) -> Tensor:
            return torch.randn(shape, generator=random, dtype=torch.float64)

        frequency = torch.tensor(_FREQUENCIES, dtype=torch.float64)
        time = torch.linspace(0, _SPAN, self.steps, dtype=torch.float64)[:, None]
        phase = 2 * torch.pi * torch.rand(3, generator=random, dtype=torch.float64)
        inputs = torch.sin(frequency * time + phase) + _NOISE * normal(self.steps, 3)
        shapes = cell.shapes(self.size)
        return Network(
            cell,
            {
                name: torch.zeros(shape, dtype=torch.float64)
                for name, shape in shapes["state"].items()
            },
            {
                name: inputs @ (self.scale * normal(3, *shape))
                for name, shape in shapes["drive"].items()
            },
            {name: self.scale * normal(*shape) for name, shape in shapes["weight"].items()},
            {
                name: torch.full(shape, 0.5, dtype=torch.float64)
                for name, shape in shapes["parameter"].items()
            },
        )

    def perform(self, workplace: Workplace) -> Performed:
        """Expand; see ``Unit.perform``."""
        network = self.network()
        run = trajectory(generate(CELLS[self.cell], "torch"), network)
        rows: list[dict[str, Entry]] = []
        for split in get_args(Split):
            both = parts(generate(jacobian(run.cell, split), "torch"), run)
            for lag in self.lags:
                terms = expand(both.local[:lag], both.recurrent[:lag], lag)
                where: dict[str, Entry] = {"split": split, "lag": lag}
                rows += [where | row for row in _of_terms(terms)]
        return Performed(rows)


def _of_terms(terms: Tensor) -> list[dict[str, Entry]]:
    """Rows of one product: remainders over ε, their slope, and that at ε = 1 relative to M₁."""
    orders = torch.arange(len(terms), dtype=torch.float64)
    higher = []
    for epsilon in EPSILONS:
        weighted = epsilon ** orders[2:, None, None] * terms[2:]
        higher.append(float(weighted.sum(0).norm()))
    kept = float((terms[0] + terms[1]).norm())
    rows: list[dict[str, Entry]] = [
        {"quantity": "remainder", "epsilon": epsilon, "value": value}
        for epsilon, value in zip(EPSILONS, higher, strict=True)
    ]
    # Without a local part nothing is kept beyond lag 1.
    if kept:
        rows.append({"quantity": "relative remainder", "value": higher[-1] / kept})
    # Without a remainder there is no slope, and a slope of roundoff says nothing.
    if higher[-1] > 0:
        x = torch.tensor(EPSILONS[:_SLOPE_POINTS], dtype=torch.float64).log()
        y = torch.tensor(higher[:_SLOPE_POINTS], dtype=torch.float64).log()
        x, y = x - x.mean(), y - y.mean()
        rows.append({"quantity": "slope", "value": float((x * y).sum() / x.square().sum())})
    return rows


UNITS.register(ExpansionUnit.kind, ExpansionUnit)

__all__ = ["EPSILONS", "ExpansionUnit"]
