"""The network before training: drawn weights, given or middling parameters, given biases."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Literal, TypeAlias

import torch
from sympy import Interval
from torch import Tensor

from longlag.numerics.training.network import TrainedNetwork
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.symbols import Parameter

Initialisation: TypeAlias = Literal["orthogonal", "normal", "uniform"]
Values: TypeAlias = Mapping[str, float | Tensor]


def initial_network(
    cell: Cell,
    inputs: Tensor,
    targets: Tensor,
    *,
    size: int,
    generator: torch.Generator,
    parameter: Values | None,
    drive_bias: Values | None,
    initialisation: Initialisation,
    recurrent_scale: float,
) -> TrainedNetwork:
    """Draw a network for a task, in the dtype and on the device of the inputs.

    Input maps and readout are normal with variance 1/D and 1/H, or uniform within ±1/√D and ±1/√H
    if the recurrent maps are uniform too. Arguments as for ``train``.

    Raises:
        LonglagError: a cell without drives, unknown names, values of another shape or outside
            their interval.
    """
    if not cell.drives:
        raise LonglagError(
            f"cell {cell.name!r}",
            "inputs enter a network through drives, and it has none",
            "add drive(name) to its update",
        )
    shapes, features = cell.shapes(size), inputs.shape[-1]
    outputs = targets.shape[-1] if targets.is_floating_point() else int(targets.max()) + 1

    # Drawn in one dtype on one device, so that a seed means the same everywhere.
    def entries(*shape: int) -> Tensor:
        if initialisation == "uniform":
            drawn = 2 * torch.rand(shape, generator=generator, dtype=torch.float64) - 1
        else:
            drawn = torch.randn(shape, generator=generator, dtype=torch.float64)
        return drawn / shape[-1] ** 0.5

    def recurrent(*shape: int) -> Tensor:
        # The row of a shared map cannot be orthogonal.
        if initialisation != "orthogonal" or len(shape) == 1:
            return recurrent_scale * entries(*shape)
        matrix = torch.empty(shape, dtype=torch.float64)
        return recurrent_scale * torch.nn.init.orthogonal_(matrix, generator=generator)

    intervals = {s.name: s.interval for s in cell.symbols(Parameter) if isinstance(s, Parameter)}
    middle = {name: _middle(interval) for name, interval in intervals.items()}
    values = _values("parameter", shapes["parameter"], middle, parameter, inputs)
    for name, value in values.items():
        if not all(intervals[name].contains(number) for number in value.reshape(-1).tolist()):
            raise LonglagError(
                f"parameter {name!r} from {value.min().item():g} to {value.max().item():g}",
                f"cell {cell.name!r} wants it in {intervals[name]}",
                "choose one inside",
            )
    zeros = dict.fromkeys(cell.drives, 0.0)
    return TrainedNetwork(
        cell=cell,
        weight={k: recurrent(*shape).to(inputs) for k, shape in shapes["weight"].items()},
        parameter=values,
        input_weight={
            k: entries(*shape, features).to(inputs) for k, shape in shapes["drive"].items()
        },
        input_bias=_values("drive_bias", shapes["drive"], zeros, drive_bias, inputs),
        readout_weight=entries(outputs, size).to(inputs),
        readout_bias=inputs.new_zeros(outputs),
        step_sizes={},
        losses=(),
        seconds=0.0,
    )


def _values(
    role: str,
    shapes: Mapping[str, tuple[int, ...]],
    default: Mapping[str, float],
    given: Values | None,
    like: Tensor,
) -> dict[str, Tensor]:
    """Return one tensor for each name, of what is given or else of the default."""
    given = given or {}
    for name in given:
        if name not in shapes:
            raise LonglagError(
                f"{role} {name!r}", "the cell has none of this name", f"choose from {list(shapes)}"
            )
    found = {}
    for name, shape in shapes.items():
        value = torch.as_tensor(given.get(name, default[name])).detach().to(like)
        if value.shape not in (torch.Size(), torch.Size(shape)):
            raise LonglagError(
                f"{role} {name!r} of shape {tuple(value.shape)}",
                f"it is a number or has shape {shape}",
                "reshape it",
            )
        found[name] = value.expand(shape).clone()
    return found


def _middle(interval: Interval) -> float:
    low, high = float(interval.start), float(interval.end)
    if isfinite(low) and isfinite(high):
        return (low + high) / 2
    return low + 1 if isfinite(low) else high - 1 if isfinite(high) else 0.0


__all__ = ["Initialisation", "Values", "initial_network"]
