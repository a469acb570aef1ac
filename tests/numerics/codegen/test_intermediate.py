"""Generated functions of deep transitions, whose matrices are computed once, are autograd's."""

from __future__ import annotations

from functools import reduce

import mpmath
import numpy as np
import pytest
import torch
from sympy import Expr, tanh

from longlag.numerics.checks import subject
from longlag.numerics.checks.one_step import jacobian_discrepancy, parts_discrepancy
from longlag.numerics.generate import generate
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import CELLS, Cell, drive, jacobian, layer_norm, sigmoid, state
from longlag.theory import recurrent as map_of
from longlag.theory.cells.composition import substeps
from longlag.theory.language.matrix import intermediates

h = state("h")


def layer(s: Expr, number: int) -> Expr:
    t = sigmoid(map_of(f"t{number}", s) + (drive("t") if number == 0 else 0))
    return (1 - t) * s + t * tanh(map_of(f"n{number}", s))


def normed(s: Expr, number: int) -> Expr:
    return s / 2 + tanh(layer_norm(map_of(f"n{number}", s) + map_of(f"m{number}", s), f"n{number}"))


DEEP = [
    Cell("highway_8", {h: reduce(layer, range(8), h)}),
    Cell("normed_3", {h: reduce(normed, range(3), h)}),
    substeps(CELLS["leaky"], 6),
    substeps(CELLS["gru"], 3),
    substeps(CELLS["lstm"], 3),
]


@pytest.mark.parametrize("split", ["leak", "gate"])
@pytest.mark.parametrize("cell", DEEP, ids=lambda cell: cell.name)
def test_the_jacobian_and_its_parts_are_those_of_autograd(cell: Cell, split: str) -> None:
    found = subject(cell, split=split)
    network = sample_network(cell, torch.Generator().manual_seed(1), steps=1, weight_scale=0.7)
    assert intermediates(found.jacobian.matrix)
    assert jacobian_discrepancy(found, network) < 1e-12
    assert parts_discrepancy(found, network) < 1e-12


@pytest.mark.parametrize("cell", DEEP[:2], ids=lambda cell: cell.name)
def test_every_backend_gives_the_same(cell: Cell) -> None:
    generator = torch.Generator().manual_seed(2)
    network = sample_network(cell, generator, size=3, batch=(2,), steps=1)
    arguments = network.at(0, network.state).arguments
    plain = [{k: v.numpy() for k, v in group.items()} for group in arguments]
    expected = generate(cell, "torch")
    with mpmath.workdps(30):
        for backend in ("numpy", "compiled", "mpmath"):
            found = generate(cell, backend)
            given = arguments if backend == "compiled" else plain
            for name in ("jacobian", "recurrent", "diagonals"):
                ours = getattr(found, name)(*given)
                theirs = getattr(expected, name)(*arguments)
                pairs = zip(ours, theirs, strict=True) if name == "diagonals" else [(ours, theirs)]
                for one, other in pairs:
                    one = np.asarray(one, dtype=float)
                    np.testing.assert_allclose(one, other.numpy(), rtol=1e-11, atol=1e-12)


def test_each_is_computed_once() -> None:
    found = jacobian(DEEP[0])
    source = generate(DEEP[0], "numpy").source
    text = source[source.index("def jacobian") :]
    for each in intermediates(found.matrix):
        assert text.count(f"V{each.number} = ") == 1
