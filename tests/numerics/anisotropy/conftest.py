"""Networks of every cell that ran over random drives."""

from __future__ import annotations

from functools import cache

import torch

from longlag.numerics.measurement.run import Run, ran
from longlag.numerics.networks.sampling import sample_network
from longlag.theory.cells import PAPER_CELLS as CELLS


@cache
def run_of(cell: str, steps: int = 20, size: int = 6, dtype: torch.dtype = torch.float64) -> Run:
    generator = torch.Generator().manual_seed(3)
    network = sample_network(
        CELLS[cell], generator, size=size, batch=(3,), steps=steps, dtype=dtype
    )
    return ran(network)


def jacobians(run: Run) -> torch.Tensor:
    """Every one-step Jacobian by the PyTorch functions, shape (T, B, n, n)."""
    from longlag.numerics.generate import generate

    return generate(run.cell, "torch").jacobian(*run.network.arguments).double()


def brute_force(run: Run, anchor: int, sequence: int, lag: int) -> torch.Tensor:
    """J_t J_{t−1} ⋯ J_{t−ℓ+1}, one after another."""
    every = jacobians(run)
    product = torch.eye(every.shape[-1], dtype=torch.float64)
    for step in range(anchor, anchor - lag, -1):
        product = product @ every[step, sequence]
    return product
