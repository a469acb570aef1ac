"""What the law of every kind of cell says, beside networks with weights of their own."""

from __future__ import annotations

import numpy as np
import pytest

from longlag.numerics.generate import generate
from longlag.numerics.stability.laws import compare
from longlag.numerics.stability.whole import draw
from longlag.theory.cells import CELLS
from longlag.theory.stability.kinds import Law, structure

KINDS = [
    "gru",
    "shared_gate",
    "gru_layer_norm",
    "lstm_layer_norm",
    "ordered_neurons",
    "antisymmetric",
    "gated_antisymmetric",
    "orthogonal",
    "projected_lstm",
]


@pytest.mark.parametrize("name", KINDS)
def test_networks_agree_with_the_law(name: str) -> None:
    sizes = {"P": 32, "N": 128} if name == "projected_lstm" else None
    found = compare(CELLS[name], gain=3, size=128, draws=6, seed=0, sizes=sizes)
    assert found.found[0] == pytest.approx(found.stated[0], rel=0.12)
    assert found.found[1] == pytest.approx(found.stated[1], rel=0.1)


@pytest.mark.parametrize("name", ["delta_net", "gated_delta_net", "rwkv7", "mamba", "mlstm"])
def test_without_random_matrices_the_law_is_exact(name: str) -> None:
    found = compare(CELLS[name], gain=3, size=6, draws=3, seed=0)
    np.testing.assert_allclose(found.found, found.stated, rtol=1e-9)


def test_a_memory_agrees_within_what_is_left_to_chance() -> None:
    found = compare(CELLS["legendre_memory"], gain=3, size=96, draws=6, seed=1)
    assert abs(found.found[0] - found.stated[0]) < 5 * found.errors[0]
    assert found.found[1] == pytest.approx(found.stated[1], rel=0.03)


def test_the_law_of_independent_entries_fails_an_antisymmetric_matrix() -> None:
    found = compare(CELLS["antisymmetric"], gain=3, size=96, draws=3, seed=0, law=Law.INDEPENDENT)
    assert found.found[0] > 1.2 * found.stated[0]


def test_entries_that_a_vector_repeats_are_no_part_of_a_network() -> None:
    drawn = draw(CELLS["projected_lstm"], 0, size=9, sizes={"P": 3, "N": 8}, gain=1)
    assert drawn.jacobian().shape == (11, 11)
    whole = generate(drawn.cell).jacobian(*drawn.network.arguments)
    assert whole.shape == (16, 16)
    factors = drawn.factors(structure(CELLS["projected_lstm"]).dense)
    assert not factors.before[3:, :4, 0].any()
    assert not factors.after[3:, 0].any()
