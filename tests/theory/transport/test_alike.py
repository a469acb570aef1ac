"""Axes along which the transport is one matrix: the Jacobian is G ⊗ I there, and nowhere else."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from longlag.numerics.generate import generate
from longlag.numerics.networks.sampling import sample_network
from longlag.theory.cells import CELLS
from longlag.theory.language.axes import Axis
from longlag.theory.transport.alike import alike_along

ONE_STATE = [n for n, cell in CELLS.items() if len(cell.axes) > 1 and len(cell.states) == 1]


def apart(name: str, along: Axis) -> Tensor:
    """The Jacobian with the entries along an axis first: (along, along, others, others)."""
    network = sample_network(CELLS[name], torch.Generator().manual_seed(0), size=4)
    assert network.layout is not None
    (state,) = network.cell.update
    shape, place = network.layout.shape(state.axes), state.axes.index(along)
    J = generate(network.cell).jacobian(*network.arguments).reshape(*shape, *shape)
    ordered = J.movedim((place, len(shape) + place), (0, 1))
    size = shape[place]
    return ordered.reshape(size, size, -1)


@pytest.mark.parametrize("name", ONE_STATE)
def test_the_jacobian_is_one_matrix_for_every_entry_along_such_an_axis(name: str) -> None:
    for axis in CELLS[name].axes:
        blocks = apart(name, axis) if axis in next(iter(CELLS[name].update)).axes else None
        if blocks is None:
            continue
        same = blocks.diagonal(dim1=0, dim2=1).mT
        off = blocks - torch.diag_embed(same.mT, dim1=0, dim2=1)
        is_one = bool((off == 0).all()) and bool((same - same[0]).abs().max() < 1e-14)
        assert is_one == (axis in alike_along(CELLS[name])), axis


def test_what_is_alike_is_told() -> None:
    assert [a.name for a in alike_along(CELLS["delta_net"])] == ["P"]
    assert [a.name for a in alike_along(CELLS["mamba2"])] == ["P", "N"]
    assert alike_along(CELLS["mamba"]) == alike_along(CELLS["gru"]) == ()
