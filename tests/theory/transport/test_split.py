"""The gate split: the Jacobian with the gates held fixed, and what their derivatives add."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy
from sympy import Matrix, tanh

from longlag.theory import Cell, LonglagError, drive, jacobian, recurrent, sigmoid, transport
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.language.matrix import ZERO, Diagonal, RankOne, Weight, add, is_zero, multiply
from longlag.theory.language.symbols import state
from longlag.theory.transport.entrywise import SymbolicEntries
from longlag.theory.transport.held_gates import is_gate_split, with_gates_as_inputs
from longlag.theory.transport.induction import bounds_at_every_lag, expands_at_every_lag
from tests.own_cells import OWN_CELLS
from tests.theory.language.oracle import EVERY, close, one_step

h = state("h")
SPLITS = ("leak", "gate")
ALL = {**EVERY, **OWN_CELLS}
GATES = {
    "plain": set(),
    "leaky": set(),
    "const_gate": set(),
    "shared_gate": {"s"},
    "diag_gate": {"z"},
    "gru": {"r", "z"},
    "gru_reset_before": {"r", "z"},
    "lstm": {"i", "f", "o"},
    "const_gate_layer_norm": set(),
    "gru_layer_norm": {"r", "z"},
}
UNGATED = [name for name, gates in GATES.items() if not gates]
GATED = [name for name, gates in GATES.items() if gates]


@pytest.mark.parametrize("name", CELLS)
def test_gates_follow_from_the_update(name: str) -> None:
    assert {value.name for value in CELLS[name].graph.gates} == GATES[name]


def test_a_gate_lies_between_zero_and_one_and_multiplies_what_changes_with_the_state() -> None:
    w, u = recurrent("w", h) + drive("w"), recurrent("u", h) + drive("u")
    updates = {
        "a candidate": sigmoid(w),
        "a candidate that leaks": h / 2 + sigmoid(w) / 2,
        "a gate and a candidate": (1 - sigmoid(u)) * h + sigmoid(u) * sigmoid(w),
        "a sign": tanh(u) * h + (1 - tanh(u)) * tanh(w),
    }
    gates = {name: {g.name for g in Cell("own", {h: v}).graph.gates} for name, v in updates.items()}
    assert gates == {
        "a candidate": set(),
        "a candidate that leaks": set(),
        "a gate and a candidate": {"u"},
        "a sign": set(),
    }


@pytest.mark.parametrize("name", ALL)
def test_the_parts_are_proved_and_add_up_to_the_jacobian_for_every_size(name: str) -> None:
    found = jacobian(ALL[name], split="gate")
    assert is_gate_split(found)
    assert SymbolicEntries(ALL[name]).agree(found.matrix, jacobian(ALL[name]).matrix)


@pytest.mark.parametrize("name", GATED)
def test_a_wrong_part_is_noticed(name: str) -> None:
    right = jacobian(CELLS[name], split="gate")
    # All that a gate moves counted as if it were held.
    assert not is_gate_split(replace(right, local=right.matrix, recurrent=ZERO))
    assert not is_gate_split(jacobian(CELLS[name]))


@pytest.mark.parametrize("name", CELLS)
def test_with_gates_as_inputs_no_gate_is_left(name: str) -> None:
    assert is_zero(jacobian(with_gates_as_inputs(CELLS[name]), split="gate").recurrent)


def test_the_parts_of_the_diagonal_and_of_the_shared_gate_are_those_of_the_paper() -> None:
    values = {v.value.name: v.value for v in CELLS["diag_gate"].graph.values}
    z, n = values["z"], values["n"]
    found = jacobian(CELLS["diag_gate"], split="gate")
    weights = {node.value.name: Weight(node.weight) for node in CELLS["diag_gate"].graph.maps}
    assert found.local == add(Diagonal(1 - z), multiply(Diagonal(z * (1 - n**2)), weights["n"]))
    (factor, weight) = found.recurrent.factors
    assert weight == weights["z"]
    assert sympy.expand(factor.entry - z * (1 - z) * (n - h)) == 0
    assert isinstance(jacobian(CELLS["shared_gate"], split="gate").recurrent, RankOne)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", EVERY)
def test_first_order_and_what_is_left_out_make_the_product(name: str, split: str) -> None:
    cell, lag = EVERY[name], 3
    steps = [one_step(cell, 1, position) for position in range(lag)]
    exact = sympy.prod(
        [s.local_value + s.recurrent_value for s in steps], Matrix.eye(len(cell.states))
    )
    orders = [
        transport(cell, order, split=split).at(lag).to_explicit(1) for order in range(lag + 1)
    ]
    assert close(orders[lag], transport(cell, split=split).at(lag).to_explicit(1, exact=True))
    assert close(orders[lag], exact)
    if name in UNGATED and split == "gate":
        assert close(orders[0], exact)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", CELLS)
def test_the_expansion_and_its_bound_hold_at_every_lag(name: str, split: str) -> None:
    found = transport(CELLS[name], order=2, split=split)
    assert expands_at_every_lag(found)
    assert found.is_exact or bounds_at_every_lag(found)


@pytest.mark.parametrize("name", CELLS)
def test_without_gates_nothing_is_left_out(name: str) -> None:
    found = transport(CELLS[name], order=0, split="gate")
    assert found.is_exact == (name in UNGATED)
    assert (found.remainder_bound == 0) == (name in UNGATED)
    assert ("exact" in str(found)) == (name in UNGATED)
    assert transport(CELLS[name], split="gate").at(1).is_exact


def test_the_error_falls_with_the_power_that_is_told() -> None:
    assert transport(CELLS["plain"]).at(5).error_order == 5
    assert transport(CELLS["plain"], split="gate").error_order is None
    assert transport(CELLS["gru"]).error_order == 2
    assert transport(CELLS["gru"], order=2, split="gate").error_order == 3
    assert transport(CELLS["gru"]).at(1).error_order is None


@pytest.mark.parametrize("name", GATED)
def test_displays_tell_the_splits_apart(name: str) -> None:
    leak, gate = (transport(CELLS[name], split=split) for split in SPLITS)
    assert r"\mathrm{gate}" in gate.latex()
    assert r"\mathrm{gate}" not in leak.latex()
    assert "A_{t-j}" in gate.latex()
    assert "G_{t-j}" in gate.latex()
    assert (
        jacobian(CELLS[name], split="gate")
        .latex()
        .lstrip()
        .startswith(r"\begin{aligned}" + "\nA_t")
    )
    assert "gate split" in str(gate)
    assert "leak split" in str(leak)


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(LonglagError, match="choose one of leak, gate"):
        transport(CELLS["gru"], split="gates")  # type: ignore[arg-type]
