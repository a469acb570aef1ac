"""Written out for H neurons: the same update, every symbol in its place, no two mistaken."""

from __future__ import annotations

import pytest
import sympy
from sympy import Expr, Symbol, tanh

from longlag.theory import Cell, LonglagError, drive, parameter, recurrent, sigmoid, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.language.explicit import Explicit
from longlag.theory.language.maps import MapValue
from longlag.theory.language.symbols import Parameter, Value
from tests.theory.language.oracle import EVERY, MADE_UP, one_step

h = state("h")


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("name", EVERY)
def test_maps_become_sums_over_neurons(name: str, size: int) -> None:
    previous, new = EVERY[name].to_explicit(size)
    assert previous == one_step(EVERY[name], size).previous
    assert new == one_step(EVERY[name], size).new


def test_a_gru_of_two_neurons_reads_as_on_paper() -> None:
    h1, h2, d, w1, w2 = (
        Symbol(k, real=True) for k in ("h_1", "h_2", "d_n_2", "W_n_2_1", "W_n_2_2")
    )
    assert CELLS["plain"].to_explicit(2)[1][1] == tanh(d + w1 * h1 + w2 * h2)
    row = [Symbol(f"u_s_{q}", real=True) for q in (1, 2)]
    gate = sigmoid(Symbol("d_s", real=True) + row[0] * h1 + row[1] * h2)
    assert all(new.has(gate) for new in CELLS["shared_gate"].to_explicit(2)[1])


@pytest.mark.parametrize("name", EVERY)
def test_neurons_are_interchangeable(name: str) -> None:
    """Swapping the indices 1 and 2 everywhere swaps the two neurons: no index is special."""

    def swapped(expression: Expr) -> Expr:
        flip = {"1": "2", "2": "1"}
        names = {
            x: "_".join(flip.get(p, p) for p in x.name.split("_")) for x in expression.free_symbols
        }
        return expression.xreplace({x: Symbol(name, real=True) for x, name in names.items()})

    new = EVERY[name].to_explicit(2)[1]
    for first in range(0, len(new), 2):
        assert sympy.expand(swapped(new[first]) - new[first + 1]) == 0


@pytest.mark.parametrize("name", EVERY)
def test_kept_values_expand_to_what_they_stand_for(name: str) -> None:
    cell = EVERY[name]
    kept, full = (Explicit(cell.graph, 2, keep_values=keep) for keep in (True, False))
    values = [node.value for node in cell.graph.nodes]
    for q in range(2):
        back = {kept.symbol(value, q): full.symbol(value, q) for value in values}
        for expression in cell.graph.update.values():
            short = kept.entry(expression, q)
            assert short.xreplace(back) == full.entry(expression, q)
            assert len(values) == 0 or short.free_symbols & set(back)


@pytest.mark.parametrize("name", EVERY)
def test_the_position_marks_what_varies_in_time_and_nothing_else(name: str) -> None:
    cell = EVERY[name]
    plain, third = Explicit(cell.graph, 2), Explicit(cell.graph, 2).at(3)
    constants = {symbol.name for symbol in cell.symbols(Parameter)}
    for expression in cell.graph.update.values():
        here, there = (writer.entry(expression, 0).free_symbols for writer in (plain, third))
        fixed = {
            x for x in here if x.name.startswith(("W_", "u_")) or x.name.rstrip("_12") in constants
        }
        moved = {Symbol(f"{x.name}_at_3", real=True) for x in here - fixed}
        assert there == fixed | moved


dz, hh, us = state("d_z"), state("h_1"), state("u_s")
#: Cells whose names read like those of the written-out symbols.
TREACHEROUS = {
    "a parameter named like its state": {h: h * parameter("h", per_neuron=True)},
    "a parameter named like a neuron": {h: h * parameter("h_1")},
    "a state named like a drive": {dz: dz * drive("z")},
    "a state named like a row": {us: us * recurrent("s", us, shared=True)},
    "a parameter named like a weight": {h: recurrent("n", h) * parameter("W_n_1_1")},
    "a parameter named like a step": {h: h * parameter("h_1_at_0")},
}


@pytest.mark.parametrize("position", [None, 0])
@pytest.mark.parametrize("name", TREACHEROUS)
def test_two_symbols_are_never_taken_for_one(name: str, position: int | None) -> None:
    """They stay apart, or the cell is refused in so many words."""
    cell = Cell("treacherous", TREACHEROUS[name])
    arguments = sum(len(group) for group in cell.shapes(1).values())
    try:
        writer = Explicit(cell.graph, 1, position)
        new = [writer.entry(expression, 0) for expression in cell.graph.update.values()]
    except LonglagError:
        return
    assert len(set().union(*(expression.free_symbols for expression in new))) == arguments


@pytest.mark.parametrize("size", [0, -1, 1.0, "2", None])
def test_a_network_has_a_number_of_neurons(size: object) -> None:
    with pytest.raises(LonglagError, match=r"^size .*: .*neuron; give an integer >= 1$"):
        CELLS["gru"].to_explicit(size)  # type: ignore[arg-type]


def test_only_nodes_can_be_written_out() -> None:
    with pytest.raises(TypeError, match="not a matrix node"):
        Explicit(CELLS["gru"].graph, 1).matrix("W")  # type: ignore[arg-type]


def test_values_and_maps_are_found_by_their_symbols() -> None:
    writer = Explicit(MADE_UP["one_map_two_gates"].graph, 1)
    inner = writer.symbol(MapValue("a"), 0)
    assert inner == Symbol("W_a_1_1", real=True) * Symbol("h_1", real=True)
    assert writer.symbol(Value("a"), 0) == sigmoid(inner + Symbol("d_a_1", real=True))
