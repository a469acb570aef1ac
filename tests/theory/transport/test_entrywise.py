"""The derivative by definition, at neurons that are symbols, is the Jacobian for every H."""

from __future__ import annotations

import pytest
import sympy
from sympy import Integer, Rational, sqrt, tanh

from longlag.theory import (
    Cell,
    average,
    axis,
    drive,
    jacobian,
    mean,
    parameter,
    recurrent,
    sigmoid,
    state,
    total,
)
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.cells.entries import column, delta, entry_chains, weight
from longlag.theory.language.maps import DenseWeight, RowWeight
from longlag.theory.language.matrix import Diagonal, RankOne, Weight, add, multiply
from longlag.theory.language.symbols import Parameter
from longlag.theory.notation import neurons
from longlag.theory.transport import entrywise
from longlag.theory.transport.entrywise import SymbolicEntries
from tests.own_cells import OWN_CELLS
from tests.theory.language.oracle import EVERY, close, one_step
from tests.theory.transport.test_jacobian import mutants

h, c = state("h"), state("c")
n = tanh(recurrent("n", h) + drive("n"))
ALL = {**EVERY, **OWN_CELLS}
#: Their comparison takes seconds.
LONG = {"gru_layer_norm"}


@pytest.mark.parametrize("name", sorted(set(ALL) - LONG))
def test_parts_are_those_of_the_definition(name: str) -> None:
    found = jacobian(ALL[name])
    assert SymbolicEntries(ALL[name]).are_parts(found.local, found.recurrent)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LONG))
def test_parts_of_a_long_update_are_those_of_the_definition(name: str) -> None:
    found = jacobian(ALL[name])
    assert SymbolicEntries(ALL[name]).are_parts(found.local, found.recurrent)


@pytest.mark.parametrize("name", sorted(set(EVERY) - LONG - {"decoupled"}))
def test_no_slip_of_the_pen_passes(name: str) -> None:
    cell = EVERY[name]
    entries, right = SymbolicEntries(cell), one_step(cell, 2).jacobian
    for slip, wrong in list(mutants(jacobian(cell)))[:6]:
        if not close(wrong.to_explicit(2), right):
            assert not entries.are_parts(wrong.local, wrong.recurrent), slip


def test_what_runs_through_a_map_is_not_local() -> None:
    found = jacobian(CELLS["leaky"])
    everything = add(found.local, found.recurrent)
    assert not SymbolicEntries(found.cell).are_parts(everything, add())


def test_deviations_from_a_mean_add_up_to_nothing() -> None:
    cell = Cell("centred", {h: mean((h - mean(h, "m")) ** 2, "v")})
    h_at, mean_of_h = state("h"), jacobian(cell).cell.graph.maps[0].value
    right = RankOne(Integer(1), 2 * (h_at - mean_of_h) / neurons)
    wrong = RankOne(Integer(1), 2 * h_at / neurons)
    entries = SymbolicEntries(cell)
    assert entries.agree(jacobian(cell).matrix, right)
    assert not entries.agree(jacobian(cell).matrix, wrong)
    more = multiply(RankOne(Integer(1), 1 / neurons), Diagonal(h_at - mean_of_h))
    ones = RankOne(Integer(1), Integer(1))
    assert entries.agree(multiply(more, ones), add())


def test_inner_neurons_have_no_names() -> None:
    a, b = Weight(DenseWeight("a")), Weight(DenseWeight("b"))
    cell = Cell("two", {h: recurrent("a", h) + recurrent("b", h)})
    entries, once = SymbolicEntries(cell), Diagonal(h)
    assert entries.agree(
        multiply(add(a, b), once, b), add(multiply(b, once, b), multiply(a, once, b))
    )
    assert not entries.agree(multiply(a, once, b), multiply(b, once, a))


def test_a_root_is_known_by_its_power() -> None:
    cell = OWN_CELLS["saturating"]
    root = sympy.sqrt(1 + h**2)
    assert SymbolicEntries(cell).agree(jacobian(cell).matrix, Diagonal(1 / root**3))
    assert not SymbolicEntries(cell).agree(jacobian(cell).matrix, Diagonal(1 / root))


def test_entries_of_ones_own_hold_for_every_size() -> None:
    cell = CELLS["shared_gate"]
    s = sigmoid(recurrent("s", h, shared=True) + drive("s", shared=True))
    slope = s * (1 - s) * (n - h) * column(RowWeight("s"))
    right = (1 - s) * delta + s * (1 - n**2) * weight("n") + slope
    for entry, holds in ((right, True), (right + delta * slope, False), (right - slope, False)):
        chains = entry_chains(entry, cell)
        assert chains is not None
        assert SymbolicEntries(cell).are_entries(chains) is holds
    assert entry_chains(delta / (1 + weight("n")), cell) is None


def test_blocks_that_are_left_out_are_zero() -> None:
    pair = Cell("pair", {h: tanh(c), c: c * h})
    entries = {("h", "c"): (1 - tanh(c) ** 2) * delta, ("c", "h"): c * delta, ("c", "c"): h * delta}
    for stated, holds in ((entries, True), ({**entries, ("h", "h"): delta}, False)):
        chains = entry_chains(stated, pair)
        assert chains is not None
        assert SymbolicEntries(pair).are_entries(chains) is holds


def test_what_is_too_large_is_not_seen() -> None:
    a = parameter("a")
    nest = h
    for depth in range(7):
        once, twice, third = (recurrent(f"{letter}{depth}", nest) for letter in "uvw")
        nest = tanh(once) + a * tanh(twice) + sigmoid(third)
    deep = Cell("deep", {h: nest})
    assert not SymbolicEntries(deep).are_parts(Diagonal(h), Diagonal(h))
    assert deep.symbols(Parameter) == {a}


def test_a_norm_inside_a_delta_rule_is_seen_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrywise, "_SECONDS", 2.0)
    N, P = axis("N"), axis("P")
    memory, key = state("W", N, P), drive("k", N)
    read = total(memory * key, over=N)
    centred = read - average(read, over=P)
    deviation = sqrt(average(centred**2, over=P) + Rational(1, 10**5))
    normed = centred / deviation
    error = normed - drive("v", P)
    slope = error - average(error, over=P) - normed * average(error * normed, over=P)
    slope /= deviation
    cell = Cell("normed", {memory: memory - sigmoid(drive("b", shared=True)) * key * slope})
    assert SymbolicEntries(cell).is_jacobian(jacobian(cell).matrix)
