"""Intermediate matrices: the sum over all paths, in a number of terms that grows with the depth."""

from __future__ import annotations

import itertools
import pickle
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import reduce

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Rational, tanh

from longlag.theory import CELLS, Cell, drive, jacobian, layer_norm, mean, parameter, sigmoid, state
from longlag.theory import recurrent as map_of
from longlag.theory.cells.composition import substeps
from longlag.theory.language.explicit import Explicit
from longlag.theory.language.matrix import (
    Diagonal,
    Intermediate,
    Matrix,
    Sum,
    add,
    block,
    blocks,
    intermediates,
    multiply,
)
from longlag.theory.language.symbols import CellSymbol
from longlag.theory.transport.inductive import are_parts
from longlag.theory.transport.jacobian import Jacobian
from longlag.theory.transport.meetings import Cut, cut_graph, cut_where_paths_meet
from longlag.theory.transport.paths import Along, Assembler, Numbering

h = state("h")


def highway(s: Expr, name: str) -> Expr:
    t = sigmoid(map_of(f"t{name}", s) + drive(f"t{name}"))
    return (1 - t) * s + t * tanh(map_of(f"n{name}", s))


def residual(s: Expr, name: str) -> Expr:
    return s + parameter("step") * tanh(map_of(f"n{name}", s) + drive(f"n{name}"))


def towards(s: Expr, name: str) -> Expr:
    t = sigmoid(map_of(f"t{name}", s))
    return s + t * (tanh(map_of(f"n{name}", s)) - s)


def plain(s: Expr, name: str) -> Expr:
    return tanh(map_of(f"n{name}", s) + map_of(f"m{name}", s**2))


def centred(s: Expr, name: str) -> Expr:
    return s + sigmoid(map_of(f"n{name}", s - mean(s, f"mean{name}")))


LAYERS = [highway, residual, towards, plain, centred]


def composed(layers: list[Callable[[Expr, str], Expr]]) -> Cell:
    layered = enumerate(layers)
    return Cell("deep", {h: reduce(lambda s, each: each[1](s, str(each[0])), layered, h)})


def over_every_path(cell: Cell) -> Matrix:
    """R with a term for each path."""
    assembler = Assembler(Along(cut_graph(cell.graph, ())), Numbering())
    states = cell.graph.states
    return block([[assembler.crossing(i, j) for j in states] for i in states])


class AtAPoint(Explicit):
    """Numbers for gates, maps, weights and states alike: exact arithmetic at one point."""

    def _named(
        self, symbol: CellSymbol, name: str, neurons: tuple[int, ...], *, varies: bool
    ) -> Expr:
        return Rational(zlib.crc32(f"{symbol.role} {name} {neurons}".encode()) % 97 + 1, 100)


def at_a_point(cell: Cell, *matrices: Matrix) -> list[sympy.Matrix]:
    """Matrices of two neurons in exact arithmetic."""
    writer = AtAPoint(cell.graph, 2, keep_values=True)
    return [writer.matrix(each) for each in matrices]


@given(st.lists(st.sampled_from(LAYERS), min_size=1, max_size=4))
def test_intermediate_matrices_are_the_sum_over_all_paths(
    layers: list[Callable[[Expr, str], Expr]],
) -> None:
    cell = composed(layers)
    found, every = at_a_point(cell, jacobian(cell).recurrent, over_every_path(cell))
    assert found == every


def name(cell: Cell) -> str:
    return cell.name


@pytest.mark.parametrize("cell", [substeps(CELLS["gru"], 3), substeps(CELLS["lstm"], 2)], ids=name)
def test_they_are_so_for_several_states(cell: Cell) -> None:
    found, every = at_a_point(cell, jacobian(cell).recurrent, over_every_path(cell))
    assert found == every


@pytest.mark.parametrize("cell", [composed([highway] * 3), composed([residual] * 3)])
def test_both_splits_add_up_to_one_matrix(cell: Cell) -> None:
    leak, gate = at_a_point(cell, jacobian(cell).matrix, jacobian(cell, split="gate").matrix)
    assert leak == gate


def terms(found: Jacobian) -> int:
    whole = [found.recurrent, *(each.definition for each in intermediates(found.recurrent))]
    return sum(len(each.terms) if isinstance(each, Sum) else 1 for each in whole)


@pytest.mark.parametrize("layer", [highway, residual, towards, centred])
def test_a_layer_more_is_so_many_terms_more(layer: Callable[[Expr, str], Expr]) -> None:
    counts = [terms(jacobian(composed([layer] * depth))) for depth in range(3, 8)]
    steps = {later - earlier for earlier, later in itertools.pairwise(counts)}
    assert len(steps) == 1


def test_ten_layers_are_told_in_so_many_terms() -> None:
    assert terms(jacobian(composed([highway] * 10))) == 2 + 5 * 9


@pytest.mark.parametrize("name", ["gru", "lstm", "gru_reset_before", "peephole_lstm", "min_gru"])
def test_where_it_saves_nothing_nothing_is_named(name: str) -> None:
    found = jacobian(CELLS[name])
    assert not cut_where_paths_meet(found.cell.graph).meetings
    assert not intermediates(found.matrix)


def test_deviations_from_a_mean_still_add_up_to_nothing() -> None:
    s = highway(highway(h, "1"), "2")
    cell = Cell("normed", {h: tanh(layer_norm(map_of("n", s), "n"))})
    found = jacobian(cell)
    # W s, its mean and its variance, each through both layers; none of the mean of deviations.
    assert len(found.recurrent.terms) == 3 * 2


def test_what_stands_for_an_argument_is_taken_out_of_sums_of_either_sign() -> None:
    graph = composed([towards] * 2).graph
    cut: Cut = cut_graph(graph, [graph.maps[2].argument])
    (meeting,) = cut.meetings
    # s + t (n − s) as SymPy writes it.
    assert cut.graph.update["h"].coeff(meeting) != 0
    assert sympy.expand(cut.whole(cut.graph.update["h"]) - graph.update["h"]) == 0


def test_a_number_and_a_definition_are_one_matrix() -> None:
    definition = add(Diagonal(h), multiply(Diagonal(h), Diagonal(h)))
    one = Intermediate(1, definition)
    assert Intermediate(1, Diagonal(h + h**2)) is one
    assert Intermediate(2, definition) != one
    assert pickle.loads(pickle.dumps(one)) is one


@pytest.mark.parametrize("layer", [highway, residual, towards])
def test_deep_jacobians_are_proved_for_every_size(layer: Callable[[Expr, str], Expr]) -> None:
    found = jacobian(composed([layer] * 5))
    assert are_parts(found.cell, found.local, found.recurrent)


def test_a_wrong_intermediate_matrix_is_not_proved() -> None:
    found = jacobian(composed([highway] * 2))
    (only,) = intermediates(found.recurrent)
    wrong = Intermediate(1, multiply(Diagonal(sympy.S.NegativeOne), only.definition.terms[0]))

    def changed(node: Matrix) -> Matrix:
        factors = [wrong if f is only else f for f in getattr(node, "factors", (node,))]
        return multiply(*factors)

    ((recurrent,),) = blocks(found.recurrent)
    other = replace(found, recurrent=add(*map(changed, recurrent.terms)))
    assert not are_parts(found.cell, other.local, other.recurrent)
