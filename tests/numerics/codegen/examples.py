"""The small tools that the tests of the generator share."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from longlag.numerics import Generated, generate
from longlag.numerics.codegen import CoefficientFields, DiagonalFields
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import Cell

FUNCTIONS = ("step", "coefficients", "diagonals", "recurrent", "jacobian")


def network(
    cell: Cell, batch: tuple[int, ...] = (), size: int = 4, seed: int = 0, **options: Any
) -> Network:
    generator = torch.Generator().manual_seed(seed)
    return sample_network(cell, generator, batch=batch, size=size, **options)


@cache
def functions(cell: Cell, backend: str = "torch") -> Generated:
    return generate(cell, backend)


def leaves(result: Any) -> list[Any]:
    """The arrays of a result, in order."""
    if isinstance(result, dict):
        return [leaf for key in result for leaf in leaves(result[key])]
    if isinstance(result, (CoefficientFields, DiagonalFields, list, tuple)):
        return [leaf for part in result for leaf in leaves(part)]
    return [result]


def as_numpy(arguments: Any) -> list[dict[str, np.ndarray]]:
    return [{name: value.numpy() for name, value in group.items()} for group in arguments]


def largest_gap(left: Any, right: Any) -> float:
    """The largest difference of two results, relative to the largest number in them."""
    gaps, scale = [0.0], 1.0
    pairs = list(zip(leaves(left), leaves(right), strict=True))
    for one, other in pairs:
        one, other = (
            np.asarray(v.detach() if isinstance(v, Tensor) else v, float) for v in (one, other)
        )
        assert one.shape == other.shape
        if one.size:
            scale = max(scale, float(np.abs(other).max()))
            gaps.append(float(np.abs(one - other).max()))
    return max(gaps) / scale
