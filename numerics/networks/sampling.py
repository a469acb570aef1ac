"""Random networks of a cell: weights, drives, states and parameters to check on."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from sympy import Interval
from torch import Tensor

from longlag.numerics.networks.flat import Layout, default_sizes
from longlag.numerics.networks.network import Network
from longlag.theory.cells.cell import Cell
from longlag.theory.language.axes import NEURONS
from longlag.theory.language.flat import has_axes
from longlag.theory.language.symbols import Ranged
from longlag.theory.language.weights import FreeWeight


def sample_network(
    cell: Cell,
    generator: torch.Generator,
    *,
    size: int = 4,
    sizes: Mapping[str, int] | None = None,
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
        size: the number of neurons H, where no matrix of numbers fixes it; of a cell with axes the
            size of the first, see ``default_sizes``.
        sizes: of its axes by name, for a cell with axes; by default those of ``default_sizes``.
        batch: leading axes of states and drives.
        steps: the number of time steps T; drives then have a first axis of that length.
        weight_scale: weights are normal with standard deviation ``weight_scale``/√H.
        drive_scale: drives are normal with this standard deviation; a large one saturates gates.
            One with an interval is folded into it.
        dtype: of all tensors.

    Returns:
        The network; states are uniform in (−1, 1), parameters in (−3, 3), as far as their intervals
        reach; where one lies beyond, in the unit of it that is next.
    """
    axes = has_axes(cell.update)
    layout = Layout(cell, default_sizes(cell, size) | dict(sizes or {})) if axes else None
    size = size if axes else cell.sizes.get(NEURONS.name, size)
    shapes = cell.shapes(size) if layout is None else layout.arrays
    time = () if steps is None else (steps,)

    def normal(shape: tuple[int, ...], scale: float) -> Tensor:
        return scale * torch.randn(shape, generator=generator, dtype=torch.float64)

    def uniform(shape: tuple[int, ...], low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(shape, generator=generator, dtype=torch.float64)

    lives = {(s.role, s.name): s.interval for s in cell.symbols(Ranged) | set(cell.update)}

    def within(role: str, name: str, most: float) -> tuple[float, float]:
        return _ends(lives[role, name], most)

    state = {k: uniform((*batch, *s), *within("state", k, 1.0)) for k, s in shapes["state"].items()}
    drive = {
        k: _folded(normal((*time, *batch, *s), drive_scale), lives["drive", k])
        for k, s in shapes["drive"].items()
    }
    weight = {k: normal(s, weight_scale / size**0.5) for k, s in shapes["weight"].items()}
    for symbol in cell.given_weights:
        if isinstance(symbol, FreeWeight) and symbol.label in weight:
            weight[symbol.label] = _folded(weight[symbol.label], symbol.interval)
    parameter = {
        k: uniform(s, *within("parameter", k, 3.0)) for k, s in shapes["parameter"].items()
    }
    state, drive, weight, parameter = (
        {k: v.to(dtype) for k, v in group.items()} for group in (state, drive, weight, parameter)
    )
    if layout is not None:
        return layout.network(state, drive, weight, parameter, duration=steps or 1, masked=False)
    return Network(cell, state, drive, weight, parameter, duration=steps or 1)


def orthogonal_matrix(size: int, generator: torch.Generator) -> Tensor:
    """Draw an orthogonal matrix from the Haar measure, on which no direction is preferred.

    Source: Mezzadri, How to generate random matrices from the classical compact groups (2007).

    Args:
        size: the number of rows and columns H.
        generator: where the randomness comes from.

    Returns:
        The matrix in float64, shape (H, H).

    >>> matrix = orthogonal_matrix(3, torch.Generator().manual_seed(0))
    >>> torch.allclose(matrix @ matrix.mT, torch.eye(3, dtype=torch.float64))
    True
    """
    normal = torch.randn(size, size, generator=generator, dtype=torch.float64)
    factor, triangle = torch.linalg.qr(normal)
    # Without the signs the distribution is that of the algorithm: Householder's favours tr Q < 0.
    return factor * triangle.diagonal().sign()


def _ends(interval: Interval, most: float) -> tuple[float, float]:
    """Where a state or a parameter is drawn from."""
    start, end = float(interval.start), float(interval.end)
    low, high = max(start, -most), min(end, most)
    if low < high:
        return low, high
    return (start, min(start + 1, end)) if start >= most else (max(end - 1, start), end)


def _folded(values: Tensor, interval: Interval) -> Tensor:
    """Numbers of the line taken into an interval: past an end they come back from it."""
    start, end = float(interval.start), float(interval.end)
    if math.isfinite(start) and math.isfinite(end):
        turned = (values - start).remainder(2 * (end - start))
        return start + torch.minimum(turned, 2 * (end - start) - turned)
    if math.isfinite(start):
        return start + (values - start).abs()
    return end - (end - values).abs() if math.isfinite(end) else values
