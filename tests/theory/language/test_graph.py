"""The update taken apart: it can be put together again, and the chain rule runs along its edges."""

from __future__ import annotations

import pytest
import sympy
from sympy import Expr, Interval, Pow, exp, simplify, sqrt, tanh

from longlag.theory import (
    Cell,
    axis,
    drive,
    jacobian,
    parameter,
    recurrent,
    sigmoid,
    softplus,
    state,
    total,
)
from longlag.theory.language.domains import rough_parts
from longlag.theory.language.graph import Graph, MapNode, ValueNode, build_graph
from longlag.theory.language.maps import LinearMap, MapValue
from longlag.theory.language.symbols import (
    CellSymbol,
    Drive,
    SharedValue,
    State,
    Value,
    is_constant,
    is_shared,
)
from tests.theory.language.oracle import EVERY

h, c = state("h"), state("c")


def together(graph: Graph, expression: Expr, *, maps: bool = True) -> Expr:
    """Put named values, and maps if asked, back into an expression over the graph."""
    back: dict[CellSymbol, Expr] = {}
    for node in graph.nodes:
        if isinstance(node, ValueNode):
            back[node.value] = node.definition.xreplace(back)
        elif maps:
            back[node.value] = LinearMap(node.weight, node.argument.xreplace(back))
    return expression.xreplace(back)


@pytest.mark.parametrize("name", EVERY)
def test_put_together_it_is_the_update(name: str) -> None:
    cell = EVERY[name]
    for symbol, expression in cell.update.items():
        assert together(cell.graph, cell.graph.update[symbol.name]) == expression


@pytest.mark.parametrize("name", EVERY)
def test_every_node_comes_after_what_it_depends_on(name: str) -> None:
    known: set[CellSymbol] = set()
    for node in EVERY[name].graph.nodes:
        inside = node.argument if isinstance(node, MapNode) else node.definition
        assert inside.atoms(MapValue, Value) <= known
        assert not inside.atoms(LinearMap)
        known.add(node.value)
    for expression in EVERY[name].graph.update.values():
        assert expression.atoms(MapValue, Value) <= known


@pytest.mark.parametrize("name", EVERY)
def test_names_are_unique_and_values_are_named_after_what_they_gate(name: str) -> None:
    graph = EVERY[name].graph
    values = [node.value.name for node in graph.values]
    maps = [node.value.name for node in graph.maps]
    assert len(set(values)) == len(values)
    assert len(set(maps)) == len(maps)
    assert not set(values) & set(EVERY[name].states)
    for node in graph.values:
        assert isinstance(node.value, SharedValue) == is_shared(node.definition)
        assert not is_constant(node.definition)


@pytest.mark.parametrize("name", EVERY)
def test_the_chain_rule_agrees_with_differentiating_the_whole(name: str) -> None:
    graph = EVERY[name].graph
    variables = [State(state) for state in EVERY[name].states]
    variables += [node.value for node in graph.maps]
    for expression in [*graph.update.values(), *(node.argument for node in graph.maps)]:
        whole = together(graph, expression, maps=False)
        for variable in variables:
            ours = together(graph, graph.derivative(expression, variable), maps=False)
            assert sympy.expand(ours - whole.diff(variable)) == 0


def test_the_chain_rule_does_not_forget_the_inner_derivative() -> None:
    graph = EVERY["lstm"].graph
    c_prev = State("c")
    naive = graph.update["h"].diff(c_prev)
    assert naive == 0
    assert graph.derivative(graph.update["h"], c_prev) != 0


def test_gates_keep_their_names_through_differentiation() -> None:
    gru = EVERY["gru"]
    z, n = Value("z"), Value("n")
    derivative = gru.graph.derivative(gru.graph.update["h"], MapValue("z"))
    assert sympy.expand(derivative - (h - n) * z * (1 - z)) == 0
    assert not derivative.has(sigmoid, tanh)


def test_equal_values_and_equal_maps_are_one_node() -> None:
    gate = sigmoid(recurrent("z", h) + drive("z"))
    graph = build_graph({h: gate * h, c: gate * c})
    assert len(graph.maps) == len(graph.values) == 1


def test_two_values_of_one_map_have_two_names() -> None:
    a = recurrent("a", h)
    graph = build_graph({h: sigmoid(a) * h + tanh(a) + sympy.cos(a)})
    assert len({node.value for node in graph.values}) == 3
    assert [node.value.name for node in graph.maps] == ["a"]


def test_a_value_named_like_a_state_would_be_renamed() -> None:
    graph = build_graph({h: tanh(recurrent("h", h))})
    assert [node.value.name for node in graph.values] != ["h"]
    assert graph.maps[0].value == MapValue("h")


CANDIDATES = {
    "gru": "n",
    "lstm": "g",
    "plain": "n",
    "shared_gate": "n",
    "gru_layer_norm": "n",
    "linear": None,
    "three_levels": "n",
}


@pytest.mark.parametrize("name", CANDIDATES)
def test_the_candidate_is_the_one_value_that_gates_mix_in(name: str) -> None:
    carrier = "c" if name == "lstm" else "h"
    found = EVERY[name].graph.candidate(carrier)
    assert (found and found.name) == CANDIDATES[name]


def test_what_a_gate_is_made_of_is_no_candidate() -> None:
    amount = softplus(drive("d"))
    selective = Cell("selective", {h: exp(-amount) * h + amount * drive("x")})
    assert selective.graph.candidate("h") == drive("x")
    both = Cell("both", {h: exp(-amount) * h + tanh(drive("n")) * amount})
    assert both.graph.candidate("h") is not None
    assert both.graph.definition(both.graph.candidate("h")) == tanh(drive("n"))


N, P = axis("N"), axis("P")
S, k, v = state("S", N, P), drive("k", N), drive("v", P)
beta = sigmoid(drive("beta", shared=True))

#: Updates of a matrix state, and the drive that they take in.
TAKEN_IN = {
    "an outer product takes in either": (S / 2 + k * v, None),
    "its scale is none": (S / 2 + exp(drive("i", shared=True)) * k * v, None),
    "the value of a delta rule": (S + beta * k * (v - total(k * S, over=N)), v),
    "what the gate leaves": (sigmoid(k) * S + (1 - sigmoid(k)) * v, v),
    "a value that others are taken over": (S / 2 + v * beta - total(v * S, over=P), None),
}


@pytest.mark.parametrize("name", TAKEN_IN)
def test_what_a_matrix_takes_in_is_a_drive_that_is_spread(name: str) -> None:
    update, expected = TAKEN_IN[name]
    graph = Cell("matrix", {S: update}).graph
    found = graph.candidate("S")
    assert (found and graph.written(found).atoms(Drive)) == (expected and {expected})


def test_a_drive_that_is_a_gate_may_open_for_a_candidate_and_no_other_may() -> None:
    w = tanh(recurrent("n", h))
    on, off = drive("on", Interval(0, 1)), drive("off")
    turned = Cell("turned", {h: on * w + (1 - on) * h})
    assert turned.graph.written(turned.graph.candidate("h")) == w
    assert (
        Cell("scaled", {h: off * sigmoid(recurrent("n", h) + off) + h / 2}).graph.candidate("h")
        is None
    )


def test_a_drive_that_a_map_moves_too_is_no_candidate() -> None:
    x = drive("x")
    assert Cell("twice", {h: h / 2 + x + recurrent("w", x * h)}).graph.candidate("h") is None
    inside = h / 2 + x * sigmoid(recurrent("w", h * sigmoid(x)))
    assert Cell("inside", {h: inside}).graph.candidate("h") is None


def test_a_gate_alone_is_no_candidate() -> None:
    gate = sigmoid(recurrent("z", h))
    assert Cell("forget", {h: gate * h}).graph.candidate("h") is None


def test_roughness_names_the_innermost_culprit() -> None:
    k = parameter("k")
    assert next(rough_parts(tanh(1 + sympy.Abs(h)) ** 2)).part == sympy.Abs(h)
    assert next(rough_parts(recurrent("n", sympy.sqrt(h)))).part == sympy.sqrt(h)
    assert "negative" in next(rough_parts(sympy.sqrt(h))).reason
    assert "by zero at h = 0" in next(rough_parts(1 / h)).reason
    assert "positive" in next(rough_parts(sympy.log(h))).reason
    for smooth in (h**3 * tanh(h), sympy.Abs(k) * h, 1 / (1 + h**2), sympy.S.Half, k):
        assert not list(rough_parts(smooth))


def test_a_root_keeps_its_name_through_the_derivative() -> None:
    a = recurrent("a", h)
    cell = Cell("rooted", {h: h / sqrt(1 + a**2)})
    value = next(node.value for node in cell.graph.values)
    derivative = jacobian(cell).coefficients.recurrent["h", "a"]
    assert value in derivative.free_symbols
    assert not [power for power in derivative.atoms(Pow) if not power.exp.is_integer]
    previous, new = cell.to_explicit(1)
    difference = jacobian(cell).to_explicit(1) - new.jacobian(previous)
    assert difference.applyfunc(simplify).is_zero_matrix
