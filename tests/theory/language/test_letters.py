"""Two things of a cell never bear one letter, however they are named."""

from __future__ import annotations

import re

import pytest
from sympy import exp, log, tanh

from longlag.theory import Cell, drive, jacobian, mean, parameter, recurrent, relu, sigmoid, state
from longlag.theory.errors import LonglagError
from longlag.theory.language.letters import maps_in_a_row, neurons_between
from longlag.theory.language.norms import layer_norm
from longlag.theory.transport.rates import effective_learning_rates, rate_definitions

h, long = state("h"), state("hh")
w = recurrent("w", h)


def nested(depth: int) -> Cell:
    """A cell of one path over many maps."""
    value = h
    for level in range(depth):
        value = tanh(recurrent(f"a{level}", value))
    return Cell("nested", {h: value})


@pytest.mark.parametrize("depth", [1, 2, 5, 6, 12])
def test_a_path_over_many_maps_names_every_neuron_once(depth: int) -> None:
    cell = nested(depth)
    assert maps_in_a_row(cell.graph) == depth
    text = "\n".join(rate_definitions(effective_learning_rates(cell).first_order))
    inner = re.findall(r"\\sum_\{(\w)\}", text)
    assert len(inner) == len(set(inner)) == depth - 1


def test_a_path_longer_than_the_alphabet_is_refused() -> None:
    with pytest.raises(LonglagError, match="a path over 31 maps in a row: there are letters for"):
        neurons_between(h_graph := nested(1).graph, 30)
    assert h_graph.maps


def test_a_neuron_between_bears_no_letter_of_the_cell() -> None:
    cell = Cell("a", {h: tanh(recurrent("p", tanh(recurrent("k", h)))) * parameter("l")})
    assert neurons_between(cell.graph, 2) == ["m", "r"]


def test_blocks_of_states_with_long_names_are_told_apart() -> None:
    found = jacobian(Cell("a", {h: tanh(recurrent("w", long)) + h, long: h * long})).latex()
    names = [line.split("&=")[0].strip() for line in found.splitlines() if "&=" in line]
    assert r"D_t^{h,h}" in names
    assert r"D_t^{\mathrm{hh},h}" in names
    assert len(names) == len(set(names)) == 4


def test_a_parameter_and_a_gate_of_one_name_are_not_added_as_one_letter() -> None:
    gate = sigmoid(recurrent("f", h) + drive("f"))
    local = jacobian(Cell("a", {h: gate * h + parameter("f") * h})).latex().splitlines()[1]
    assert local == r"D_t &= \operatorname{diag}\left(f + y_{t}\right) \\"


def test_a_parameter_is_not_printed_as_the_number_of_neurons() -> None:
    found = Cell("a", {h: parameter("H") * (h - mean(h, "m"))}).latex()
    assert r"\tfrac{1}{H}" in found
    assert r"\mathrm{H}" in found
    found = jacobian(Cell("a", {h: tanh(layer_norm(w * parameter("H"), "n"))})).latex()
    assert not re.search(r"(?<!tfrac\{1\}\{)(?<!mathrm\{)H", found)


@pytest.mark.parametrize("function", [sigmoid, tanh, relu, exp, lambda x: log(1 + exp(x))])
def test_a_call_of_a_map_alone_has_one_pair_of_brackets(function) -> None:  # type: ignore[no-untyped-def]
    found = Cell("a", {h: function(w)}, allow_nondifferentiable=True).latex()
    assert "W_{w} h_{t-1}" in found
    assert not re.search(r"\\left\(\s*\\left\(", found)
    assert r"{\left(W_{w} h_{t-1}\right)}" not in found
