"""A matrix stated by one entry is the matrix written out."""

from __future__ import annotations

import pytest
import sympy
from sympy import Symbol, tanh

from longlag.theory import Cell, LonglagError, drive, jacobian, recurrent, sigmoid, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.cells.entries import column, delta, explicit_entries, weight
from longlag.theory.language.maps import RowWeight
from longlag.theory.language.symbols import Parameter

h, c = state("h"), state("c")
n = tanh(recurrent("n", h) + drive("n"))


def same(left: sympy.Matrix, right: sympy.Matrix) -> bool:
    return bool((left - right).applyfunc(sympy.expand).is_zero_matrix)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_leaky(size: int) -> None:
    cell = CELLS["leaky"]
    (alpha,) = cell.symbols(Parameter)
    entry = (1 - alpha) * delta + alpha * (1 - n**2) * weight("n")
    assert same(explicit_entries(entry, cell, size), jacobian(cell).to_explicit(size))


def test_row_of_a_shared_gate_stands_at_the_column() -> None:
    cell = CELLS["shared_gate"]
    s = sigmoid(recurrent("s", h, shared=True) + drive("s", shared=True))
    slope = s * (1 - s) * (n - h) * column(RowWeight("s"))
    entry = (1 - s) * delta + s * (1 - n**2) * weight("n") + slope
    assert same(explicit_entries(entry, cell, 2), jacobian(cell).to_explicit(2))


def test_blocks_of_several_states() -> None:
    cell = Cell("pair", {h: tanh(c), c: c * h})
    entries = {("h", "c"): (1 - tanh(c) ** 2) * delta, ("c", "h"): c * delta, ("c", "c"): h * delta}
    assert same(explicit_entries(entries, cell, 2), jacobian(cell).to_explicit(2))


def test_strangers_are_refused() -> None:
    leaky = CELLS["leaky"]
    with pytest.raises(LonglagError, match="does not have"):
        explicit_entries(Symbol("beta") * delta, leaky, 1)
    with pytest.raises(LonglagError, match="state"):
        explicit_entries({("h", "c"): delta}, leaky, 1)
    with pytest.raises(LonglagError, match="blocks"):
        explicit_entries(delta, CELLS["lstm"], 1)
