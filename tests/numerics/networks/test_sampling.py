"""Random networks live in their domains, and orthogonal matrices prefer no direction."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from sympy import Interval, oo
from torch import Tensor

from longlag.numerics.memory.white_noise import recurrent_student
from longlag.numerics.networks.sampling import orthogonal_matrix, sample_network
from longlag.numerics.training.initial import initial_network
from longlag.theory import Cell, drive, parameter, state
from longlag.theory.cells import PAPER_CELLS as CELLS


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def of_student(size: int, generator: torch.Generator) -> Tensor:
    return recurrent_student(size, 1.0, generator, orthogonal=True).recurrent


def of_training(size: int, generator: torch.Generator) -> Tensor:
    task = torch.zeros(1, 1, 1, dtype=torch.float64)
    start = initial_network(
        CELLS["plain"],
        task,
        task,
        size=size,
        generator=generator,
        parameter=None,
        drive_bias=None,
        initialisation="orthogonal",
        recurrent_scale=1.0,
    )
    return start.weight["n"]


DRAWS: dict[str, Callable[[int, torch.Generator], Tensor]] = {
    "matrix": orthogonal_matrix,
    "student": of_student,
    "training": of_training,
}


@pytest.mark.parametrize("size", [1, 2, 24])
@pytest.mark.parametrize("name", DRAWS)
def test_orthogonal_draws_are_orthogonal_and_uniform(name: str, size: int) -> None:
    number = 400
    drawn = torch.stack([DRAWS[name](size, seeded(s)) for s in range(number)])
    identity = torch.eye(size, dtype=torch.float64)
    assert torch.allclose(drawn @ drawn.mT, identity.expand_as(drawn), atol=1e-13)
    # tr Q has mean 0 and variance 1 (1 too at H = 1), whatever the size; raw QR has −.035 H at 256.
    traces = drawn.diagonal(dim1=-2, dim2=-1).sum(-1)
    assert abs(traces.mean()) < 4 / number**0.5
    assert traces.var() == pytest.approx(1, abs=0.3)
    # No entry of the first column prefers a sign, as it does where Householder's method chose it.
    shares = (drawn[:, :, 0] > 0).double().mean(0)
    assert (shares - 0.5).abs().max() < 0.5 * 4.5 / number**0.5


@pytest.mark.parametrize(
    ("interval", "low", "high"),
    [
        (Interval(0, 1), 0, 1),
        (Interval(-oo, oo), -3, 3),
        (Interval.open(0, oo), 0, 3),
        (Interval(5, oo), 5, 6),
        (Interval(5, 5.5), 5, 5.5),
        (Interval(-oo, -7), -8, -7),
        (Interval(3, 4), 3, 4),
    ],
)
def test_parameters_are_drawn_from_where_they_live(
    interval: Interval, low: float, high: float
) -> None:
    h = state("h")
    cell = Cell("leak", {h: h * parameter("a", interval, per_neuron=True) + drive("d")})
    drawn = sample_network(cell, seeded(0), size=2000).parameter["a"]
    assert low <= drawn.min() <= low + 0.02 * (high - low)
    assert high - 0.02 * (high - low) <= drawn.max() <= high
    assert bool(torch.tensor([bool(interval.contains(x)) for x in drawn[:50].tolist()]).all())
