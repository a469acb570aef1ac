"""Effective learning rates: diagonals of the first-order transport, in every reading by name."""

from __future__ import annotations

import pytest
import sympy
from sympy import Idx, IndexedBase, Matrix, S, Symbol, tanh

from longlag.theory import (
    Cell,
    EffectiveRates,
    LonglagError,
    drive,
    effective_learning_rates,
    sigmoid,
    softplus,
    state,
)
from longlag.theory import recurrent as map_of
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.notation import ell
from longlag.theory.notation import learning_rate as eta
from tests.theory.cells.contract import filled, rates_are_the_diagonal
from tests.theory.language.oracle import EVERY, close

SINGLE = [name for name in EVERY if len(EVERY[name].states) == 1]


def factor(letter: str, position: int) -> sympy.Indexed:
    return IndexedBase(letter, real=True)[Idx(position)]


@pytest.mark.parametrize("lag", range(5))
@pytest.mark.parametrize("name", EVERY)
def test_rates_are_the_diagonal_of_the_expansion(name: str, lag: int) -> None:
    rates_are_the_diagonal(EVERY[name], size=1, lag=lag)


@pytest.mark.parametrize("lag", range(5))
@pytest.mark.parametrize("name", SINGLE)
def test_a_symbolic_lag_means_every_lag(name: str, lag: int) -> None:
    rates = effective_learning_rates(EVERY[name])
    for rate in rates.readings:
        general = rate.expression.subs(ell, lag).doit()
        special = rate.at(lag)
        if rate.factor is None:  # one D for all cells; a cell without a local part has D = 0
            general, special = (filled(x, EVERY[name], 1, 0) for x in (general, special))
        assert close(Matrix([general]), Matrix([special]))


def test_zeroth_order_is_a_product_and_first_order_adds_one_crossing() -> None:
    rates = effective_learning_rates(CELLS["gru"])
    D, R = ([factor(letter, j) for j in range(3)] for letter in "DR")
    assert rates.zeroth.at(3) == eta * D[0] * D[1] * D[2]
    crossed = R[0] * D[1] * D[2] + D[0] * R[1] * D[2] + D[0] * D[1] * R[2]
    assert sympy.expand(rates.first_order.at(3) - eta * (D[0] * D[1] * D[2] + crossed)) == 0
    assert rates.first_order.at(0) == rates.zeroth.at(0) == eta


def test_the_positions_of_a_symbolic_lag_are_integers() -> None:
    expression = effective_learning_rates(CELLS["gru"]).first_order.expression
    positions = [symbol for symbol in expression.atoms(Symbol) if symbol.name in ("i", "j")]
    assert sorted(symbol.name for symbol in positions) == ["i", "j"]
    assert all(symbol.is_integer for symbol in positions)


def test_a_text_tells_what_the_readings_by_a_product_multiply() -> None:
    assert str(effective_learning_rates(CELLS["leaky"])).splitlines()[1:] == [
        "  zeroth",
        "  first_order",
        "  leak_product: eta * product over the lag of (1 - alpha)",
        "  open_gate_product: eta * product over the lag of (alpha)",
    ]


def test_no_division_so_a_closed_gate_is_harmless() -> None:
    """Γ(1 + Σ R/D) of the papers agrees where D ≠ 0; where D = 0 it loses the crossing."""
    D, R = ([factor(letter, j) for j in range(3)] for letter in "DR")
    ours = effective_learning_rates(CELLS["gru"]).first_order.at(3)
    printed = eta * sympy.prod(D) * (1 + sum(r / d for r, d in zip(R, D, strict=True)))
    assert sympy.expand(ours - printed) == 0
    closed = {D[1]: S.Zero}
    assert sympy.expand(ours.xreplace(closed) - eta * D[0] * R[1] * D[2]) == 0
    assert printed.xreplace(closed) != ours.xreplace(closed)


def triple(lag: int, f: list[Symbol], e: list[Symbol], C: list[Symbol]) -> tuple:
    """Γ and its correction for c → c of an LSTM, from the newest step to the oldest."""
    gamma, correction, pending = S.One, S.Zero, S.Zero
    for k in range(lag):
        correction = correction * f[k] + pending * e[k] * f[k]
        pending = gamma * C[k]
        gamma = gamma * f[k]
    return gamma, correction


@pytest.mark.parametrize("lag", range(6))
def test_lstm_agrees_with_the_recursion_of_a_triple(lag: int) -> None:
    f, e, C = ([Symbol(f"{letter}_{k}") for k in range(lag)] for letter in "feC")
    names = {}
    for k in range(lag):
        names |= {factor("D_c_c", k): f[k], factor("D_h_c", k): e[k] * f[k]}
        names |= {factor("R_c_h", k): C[k]}
    rates = effective_learning_rates(CELLS["lstm"])
    gamma, correction = triple(lag, f, e, C)
    assert sympy.expand(rates.zeroth.at(lag).xreplace(names) - eta * gamma) == 0
    first = rates.first_order.at(lag).xreplace(names)
    assert sympy.expand(first - eta * (gamma + correction)) == 0
    assert (correction != 0) == (lag >= 2)


def test_the_first_correction_of_the_lstm_appears_at_lag_two() -> None:
    rates = effective_learning_rates(CELLS["lstm"])
    assert rates.first_order.at(1) == rates.zeroth.at(1)
    correction = sympy.expand((rates.first_order.at(2) - rates.zeroth.at(2)) / eta)
    assert correction == factor("R_c_h", 0) * factor("D_h_c", 1)


#: What a neuron keeps of itself and what it takes in of the candidate, per step.
READINGS = {
    "plain": ("0", "1"),
    "leaky": ("1 - alpha", "alpha"),
    "const_gate": ("1 - s", "s"),
    "shared_gate": ("1 - s", "s"),
    "diag_gate": ("1 - z", "z"),
    "gru": ("z", "1 - z"),
    "gru_reset_before": ("1 - z", "z"),
    "lstm": ("f", "i"),
    "const_gate_layer_norm": ("1 - s", "s"),
    "gru_layer_norm": ("z", "1 - z"),
    "minimal_gated": ("1 - f", "f"),
    "one_map_two_gates": ("1 - a", "a"),
}


@pytest.mark.parametrize("name", READINGS)
def test_both_readings_exist_by_name_and_are_never_swapped(name: str) -> None:
    rates = effective_learning_rates(EVERY[name])
    leak, take = rates.leak_product, rates.open_gate_product
    assert (str(leak.factor), str(take.factor)) == READINGS[name]
    assert [rate.reading for rate in rates.readings] == [
        "zeroth",
        "first_order",
        # Where nothing leaks there is no such reading.
        *(["leak_product"] if leak.factor != 0 else []),
        "open_gate_product",
    ]
    assert leak.latex() != take.latex()
    G = [factor("G", j) for j in range(3)]
    assert leak.at(3) == take.at(3) == eta * G[0] * G[1] * G[2]


@pytest.mark.parametrize("name", sorted(set(READINGS) - {"plain", "lstm"}))
def test_a_neuron_keeps_what_it_does_not_take_in(name: str) -> None:
    rates = effective_learning_rates(EVERY[name])
    assert sympy.expand(rates.leak_product.factor + rates.open_gate_product.factor) == 1


def test_the_two_grus_mean_opposite_things_by_z() -> None:
    after, before = (effective_learning_rates(CELLS[k]) for k in ("gru", "gru_reset_before"))
    assert after.leak_product.factor == before.open_gate_product.factor
    assert after.open_gate_product.factor == before.leak_product.factor


h = state("h")
a, b = map_of("a", h), map_of("b", h)
NO_CANDIDATE = {
    "linear": a,
    "two_candidates": tanh(a) + tanh(b),
    "squared_candidate": tanh(a) ** 2,
    "product_of_candidates": tanh(a) * tanh(b),
}


@pytest.mark.parametrize("name", NO_CANDIDATE)
def test_without_a_single_candidate_there_is_no_open_gate(name: str) -> None:
    rates = effective_learning_rates(Cell(name, {h: NO_CANDIDATE[name]}))
    assert "open_gate_product" not in [rate.reading for rate in rates.readings]
    with pytest.raises(LonglagError, match=f"^open-gate product of cell '{name}': .*'h'.*leak"):
        _ = rates.open_gate_product


def test_several_states_have_no_scalar_expression() -> None:
    rates: EffectiveRates = effective_learning_rates(CELLS["lstm"])
    with pytest.raises(LonglagError, match=r"^first_order rate of cell 'lstm': .*\.at\(lag\)"):
        _ = rates.first_order.expression


@pytest.mark.parametrize(
    ("name", "carrier"), [("lstm", "c"), ("gru", "h"), ("plain", "h"), ("three_states", "h")]
)
def test_the_carrier_is_the_first_state_that_keeps_some_of_itself(name: str, carrier: str) -> None:
    rates = effective_learning_rates(EVERY[name])
    assert (rates.new, rates.previous) == (carrier, carrier)


@pytest.mark.parametrize("bad", [-1, 1.5, True, "2"])
def test_a_lag_is_a_count(bad: object) -> None:
    for rate in effective_learning_rates(CELLS["gru"]).readings:
        with pytest.raises(LonglagError, match=r"^lag .*: a lag counts factors; give an integer"):
            rate.at(bad)


def test_a_gate_of_any_function_is_told_from_the_candidate() -> None:
    h = state("h")
    kept = sympy.exp(-softplus(map_of("a", h) + drive("a")))
    mixed = tanh(map_of("n", h) + drive("n"))
    rates = effective_learning_rates(Cell("time_constant", {h: kept * h + (1 - kept) * mixed}))
    (gate,) = rates.leak_product.factor.free_symbols
    assert rates.open_gate_product.factor == 1 - gate
    swapped = Cell("sigmoid_candidate", {h: (1 - kept) * h + kept * sigmoid(map_of("n", h))})
    assert effective_learning_rates(swapped).open_gate_product.factor == gate


@pytest.mark.parametrize("ends", [("x", None), (None, "x"), ("x", "h"), ("h", "x"), ("", "c")])
def test_a_state_that_the_cell_has_not_is_refused_at_once(ends: tuple[str, str]) -> None:
    with pytest.raises(LonglagError, match="no such state") as raised:
        effective_learning_rates(CELLS["lstm"], *ends)
    assert "choose from h, c" in str(raised.value)
