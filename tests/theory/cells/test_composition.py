"""Cells in turn and substeps: one step of the new is a step of each, with the same weights."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.numerics.generate import generate
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import CELLS, LonglagError, in_turn, substeps
from longlag.theory.statement import Settings

TWICE = ["leaky", "gru", "const_gate_layer_norm", "delta_net", "oscillators", "antisymmetric"]


@pytest.mark.parametrize("name", TWICE)
def test_two_substeps_are_two_steps_under_the_same_drives(name: str) -> None:
    cell = CELLS[name]
    network = sample_network(cell, torch.Generator().manual_seed(0), size=3)
    once, twice = generate(cell), generate(substeps(cell, 2))
    middle = once.step(*network.arguments)
    step = network.drive, network.weight, network.parameter
    found, expected = twice.step(network.state, *step), once.step(middle, *step)
    for state in cell.states:
        torch.testing.assert_close(found[state], expected[state])
    product = once.jacobian(middle, *step) @ once.jacobian(network.state, *step)
    torch.testing.assert_close(twice.jacobian(network.state, *step), product)


@pytest.mark.parametrize("name", ["leaky", "delta_net"])
def test_every_claim_of_substeps_is_as_expected(name: str) -> None:
    for one in derive_cell(substeps(CELLS[name], 2)).check(Settings(examples=2)).checked:
        assert one.as_expected, one.verdict


def test_maps_of_one_name_are_one_weight() -> None:
    assert set(in_turn("both", [CELLS["gru"], CELLS["plain"]]).weights) == {"r", "z", "n"}
    assert "W_{n}" in substeps(CELLS["plain"], 2).latex()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: in_turn("none", []), "of no cells"),
        (lambda: in_turn("two", [CELLS["gru"], CELLS["lstm"]]), "its states are h, c, not h"),
        (lambda: substeps(CELLS["gru"], 0), "substeps 0"),
        (lambda: substeps(CELLS["shared_gate"], 2), "two different maps bear this name"),
    ],
)
def test_what_cannot_be_joined_is_refused(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(LonglagError, match=message):
        wrong()
