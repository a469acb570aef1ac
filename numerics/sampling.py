"""Random networks of a cell: weights, drives, states and parameters to check on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from longlag.theory.cell import Cell
from longlag.theory.symbols import Parameter

Arrays = Mapping[str, Tensor]


@dataclass(frozen=True)
class Network:
    """The numbers that make a cell a network: the four arguments of its generated functions.

    Args:
        cell: the cell.
        state: the initial states, shape (..., H).
        drive: the drives, shape (..., H) for one step or (T, ..., H) for T steps.
        weight: the recurrent weights.
        parameter: the parameters.
    """

    cell: Cell
    state: Arrays
    drive: Arrays
    weight: Arrays
    parameter: Arrays

    @property
    def size(self) -> int:
        """The number of neurons H."""
        return next(iter(self.state.values())).shape[-1]

    @property
    def steps(self) -> int:
        """The number of time steps T of the drives; 1 for a cell without drives."""
        return next(iter(self.drive.values())).shape[0] if self.drive else 1

    @property
    def arguments(self) -> tuple[Arrays, Arrays, Arrays, Arrays]:
        """State, drive, weight and parameter."""
        return self.state, self.drive, self.weight, self.parameter

    def at(self, time: int, state: Arrays) -> Network:
        """Return the network of one step: the drives at ``time`` and the given states."""
        return replace(self, state=state, drive={k: v[time] for k, v in self.drive.items()})

    def describe(self) -> str:
        """Return the size, the dtype and the spread of the weights, for a counterexample."""
        scales = ", ".join(
            f"max|{name}| = {w.detach().abs().max().item():.3g}" for name, w in self.weight.items()
        )
        dtype = str(next(iter(self.state.values())).dtype).removeprefix("torch.")
        return f"H = {self.size}, {dtype}" + (f", {scales}" if scales else "")


def sample_network(
    cell: Cell,
    generator: torch.Generator,
    *,
    size: int = 4,
    batch: tuple[int, ...] = (),
    steps: int | None = None,
    weight_scale: float = 1.0,
    drive_scale: float = 1.0,
    dtype: torch.dtype = torch.float64,
) -> Network:
    """Draw a random network of a cell.

    Args:
        cell: the cell.
        generator: where the randomness comes from.
        size: the number of neurons H.
        batch: leading axes of states and drives.
        steps: the number of time steps T, drives then have a first axis of that length.
        weight_scale: weights are normal with standard deviation ``weight_scale``/√H.
        drive_scale: drives are normal with this standard deviation; a large one saturates gates.
        dtype: of all tensors.

    Returns:
        The network; states are uniform in (−1, 1), parameters uniform in their interval (cut to
        [−3, 3]).
    """
    shapes = cell.shapes(size)
    time = () if steps is None else (steps,)

    def normal(shape: tuple[int, ...], scale: float) -> Tensor:
        return scale * torch.randn(shape, generator=generator, dtype=torch.float64)

    def uniform(shape: tuple[int, ...], low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(shape, generator=generator, dtype=torch.float64)

    intervals = {s.name: s.interval for s in cell.symbols(Parameter) if isinstance(s, Parameter)}
    state = {k: uniform((*batch, *s), -1, 1) for k, s in shapes["state"].items()}
    drive = {k: normal((*time, *batch, *s), drive_scale) for k, s in shapes["drive"].items()}
    weight = {k: normal(s, weight_scale / size**0.5) for k, s in shapes["weight"].items()}
    parameter = {
        k: uniform(s, max(float(intervals[k].start), -3.0), min(float(intervals[k].end), 3.0))
        for k, s in shapes["parameter"].items()
    }
    groups = (state, drive, weight, parameter)
    return Network(cell, *({k: v.to(dtype) for k, v in group.items()} for group in groups))
