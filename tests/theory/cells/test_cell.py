"""A cell is a value: fixed once made, equal when written alike, with its states in order."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from sympy import Float, Rational, tanh

from longlag.theory import Cell, jacobian, recurrent, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.language.matrix import Diagonal
from tests.theory.language.oracle import EVERY, MADE_UP

h, c = state("h"), state("c")


def test_the_same_map_in_two_places_is_one_map() -> None:
    assert MADE_UP["one_map_two_gates"].weights == ("a",)
    assert len(MADE_UP["one_map_two_gates"].graph.maps) == 1


def test_order_of_states_is_the_order_of_blocks_and_tells_cells_apart() -> None:
    one = Cell("pair", {h: tanh(c), c: tanh(h)})
    other = Cell("pair", {c: tanh(h), h: tanh(c)})
    assert one.states == ("h", "c")
    assert other.states == ("c", "h")
    assert jacobian(one).to_explicit(1) != jacobian(other).to_explicit(1)
    assert one != other


def test_equal_cells_hash_alike_and_different_ones_differ() -> None:
    cells = list(EVERY.values())
    for i, first in enumerate(cells):
        for j, second in enumerate(cells):
            assert (first == second) == (i == j)
            assert first != second or hash(first) == hash(second)
    assert Cell("a", {h: h / 2}) != Cell("b", {h: h / 2})
    assert Cell("a", {h: h / 2}) != Cell("a", {h: h / 3})


def test_a_cell_does_not_change() -> None:
    update = {h: h / 2}
    made = Cell("frozen", update)
    update[h] = h / 3
    assert made.update[h] == h / 2
    with pytest.raises(TypeError):
        made.update[h] = h  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        made.name = "other"  # type: ignore[misc]


def test_a_drive_named_like_a_shared_map_is_shared_as_well() -> None:
    assert CELLS["shared_gate"].shapes(7)["drive"] == {"n": (7,), "s": (1,)}
    assert CELLS["diag_gate"].shapes(7)["drive"] == {"n": (7,), "z": (7,)}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (0.9, Rational(9, 10)),
        (1 / 3, Rational("0.3333333333333333")),
        (1e-300, Rational(1, 10**300)),
        (Float("0.1234567890123456789", 30), Rational(Float("0.1234567890123456789", 30))),
        (Float("1e400"), Rational(Float("1e400"))),
    ],
)
def test_a_decimal_is_the_fraction_that_it_writes(typed: float, meant: Rational) -> None:
    cell = Cell("decimal", {h: typed * h + tanh(typed * recurrent("w", typed * h))})
    assert cell == Cell("decimal", {h: meant * h + tanh(meant * recurrent("w", meant * h))})
    assert not any(expression.has(Float) for expression in cell.update.values())
    assert jacobian(cell).local == Diagonal(meant)
