"""A cell taken apart around its maps says the same as its Jacobian."""

from __future__ import annotations

import pytest
from sympy import Matrix, Rational, S, eye, simplify, symbols

from longlag.theory import LonglagError, jacobian
from longlag.theory.cells import CELLS
from longlag.theory.language.matrix import Diagonal, Product, Weight, blocks
from longlag.theory.stability.linearised import at_rest, linearised


@pytest.mark.parametrize("name", ["plain", "diag_gate", "gru", "lstm", "oscillators", "scrn"])
def test_single_maps_are_the_terms_of_the_recurrent_part(name: str) -> None:
    found = linearised(CELLS[name])
    rows = blocks(jacobian(CELLS[name]).recurrent)
    for i, row in enumerate(rows):
        for j, entry in enumerate(row):
            terms = entry.terms if hasattr(entry, "terms") else (entry,)
            told = dict.fromkeys(found.maps, S.Zero)
            for term in terms:
                assert isinstance(term, Product)
                weight = next(f.symbol.name for f in term.factors if isinstance(f, Weight))
                told[weight] = S.One
                for factor in term.factors:
                    if isinstance(factor, Diagonal):
                        told[weight] *= factor.entry
            for k, map_ in enumerate(found.maps):
                assert simplify(found.after[i, k] * found.before[k, j] - told[map_]) == 0


def test_an_eigenvalue_is_where_the_response_of_the_maps_returns_them() -> None:
    # One neuron: the weights are numbers, and det(λ − J) vanishes where det(1 − w T(λ)) does.
    rest = at_rest(CELLS["recurrent_highway"], {})
    weights = symbols("w1:7")
    response = rest.response(symbols("x"))
    characteristic = (eye(6) - Matrix.diag(*weights) * response).det()
    kept = Rational(1, 2)
    whole = S.One
    for w in (weights[1], weights[3], weights[5]):
        whole *= kept + kept * w
    assert simplify(characteristic.subs(symbols("x"), whole)) == 0


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("shared_gate", "a row vector"),
        ("gru_layer_norm", "a mean over neurons"),
        ("orthogonal", "made of others"),
        ("antisymmetric", "made of others"),
        ("projected_lstm", "not square"),
        ("delta_net", "a fixed matrix"),
    ],
)
def test_other_matrices_are_refused_in_one_line(name: str, why: str) -> None:
    with pytest.raises(LonglagError, match=why) as caught:
        linearised(CELLS[name])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["scrn", "rwkv"])
def test_a_cell_that_does_not_rest_at_zero_is_refused(name: str) -> None:
    with pytest.raises(LonglagError, match="does not rest"):
        at_rest(CELLS[name], dict.fromkeys(CELLS[name].parameters, Rational(1, 2)))
