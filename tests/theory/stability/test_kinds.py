"""Which law bounds a cell: by its kinds of matrices, and why none does."""

from __future__ import annotations

import pytest

from longlag.theory import Cell, LonglagError, drive, recurrent, state
from longlag.theory.cells import CELLS
from longlag.theory.language.given import weight
from longlag.theory.language.norms import mean
from longlag.theory.language.weights import expm
from longlag.theory.stability.kinds import Law, structure

OTHERS = {
    "shared_gate": Law.ROW,
    "shared_gate_layer_norm": Law.ROW,
    "gru_layer_norm": Law.SUMS,
    "lstm_layer_norm": Law.SUMS,
    "ordered_neurons": Law.SUMS,
    "projected_lstm": Law.RECTANGULAR,
    "antisymmetric": Law.ANTISYMMETRIC,
    "gated_antisymmetric": Law.ANTISYMMETRIC,
    "orthogonal": Law.ORTHOGONAL,
    "legendre_memory": Law.MEMORY,
    "delta_net": Law.RANK_ONE,
    "rwkv7": Law.RANK_ONE,
    "gru": Law.INDEPENDENT,
    "mamba": Law.LOCAL,
}


@pytest.mark.parametrize(("name", "law"), OTHERS.items())
def test_the_law_of_a_cell(name: str, law: Law) -> None:
    assert structure(CELLS[name]).law is law


def test_every_cell_of_the_catalogue_has_one() -> None:
    assert all(structure(cell).law for cell in CELLS.values())


h, W = state("h"), weight("W")
WITHOUT = {
    "share": Cell("share", {h: W(h) + drive("n") * W(h**2)}),
    "acts on states": Cell("fed", {h: recurrent("n", h) + mean(h, "m")}),
    "in other places": Cell("unequal", {h: W(h) + 2 * W.T(h)}),
    "not antisymmetric": Cell("grown", {h: expm(W + W.T)(h)}),
    "several rows": Cell(
        "rows", {h: recurrent("s", h, shared=True) + h * recurrent("t", h, shared=True)}
    ),
    "made of others": Cell("mixed", {h: expm(W - W.T)(h) + recurrent("n", h)}),
}


@pytest.mark.parametrize("why", WITHOUT)
def test_where_none_is_known_the_reason_is_told_in_one_line(why: str) -> None:
    with pytest.raises(LonglagError, match=why) as caught:
        structure(WITHOUT[why])
    assert "no law" in str(caught.value)
    assert "\n" not in str(caught.value)
