"""Atoms of the language: roles keep equal names apart, flags say what varies."""

from __future__ import annotations

import copy
import pickle
from itertools import combinations

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Interval, Rational, oo, sqrt, tanh

from longlag.theory import Cell, drive, layer_norm, mean, parameter, recurrent, sigmoid, state
from longlag.theory.language.maps import (
    DenseWeight,
    LinearMap,
    MapValue,
    MeanWeight,
    RowWeight,
    SharedMapValue,
)
from longlag.theory.language.symbols import CellSymbol, SharedValue, Value, is_constant, is_shared

h = state("h")
ATOMS: dict[str, CellSymbol] = {
    "state": state("k"),
    "drive": drive("k"),
    "shared drive": drive("k", shared=True),
    "parameter": parameter("k"),
    "parameter in (0, 1)": parameter("k", Interval.open(0, 1)),
    "parameter in [0, 1)": parameter("k", Interval.Ropen(0, 1)),
    "parameter of a neuron": parameter("k", per_neuron=True),
    "dense weight": DenseWeight("k"),
    "row weight": RowWeight("k"),
    "mean weight": MeanWeight("k"),
    "map": MapValue("k"),
    "shared map": SharedMapValue("k"),
    "value": Value("k"),
    "shared value": SharedValue("k"),
}
SHARED = {"shared drive", "parameter", "parameter in (0, 1)", "parameter in [0, 1)"}
SHARED |= {"shared map", "shared value"}
CONSTANT = {name for name in ATOMS if name.startswith("parameter") or name.endswith("weight")}
MAPS = {
    "dense": recurrent("k", h),
    "row": recurrent("k", h, shared=True),
    "mean": mean(h, "k"),
    "another": recurrent("k", h**2),
}


@pytest.mark.parametrize(("first", "second"), list(combinations(ATOMS, 2)))
def test_one_name_in_two_roles_is_two_symbols(first: str, second: str) -> None:
    assert ATOMS[first] != ATOMS[second]
    assert ATOMS[first] - ATOMS[second] != 0
    assert sympy.diff(ATOMS[first] ** 2, ATOMS[second]) == 0


@pytest.mark.parametrize("kind", ATOMS)
def test_flags_say_how_a_symbol_varies(kind: str) -> None:
    assert ATOMS[kind].name == "k"
    assert ATOMS[kind].is_real
    assert is_shared(ATOMS[kind] + 1) == (kind in SHARED)
    assert is_constant(ATOMS[kind] + 1) == (kind in CONSTANT)
    assert not is_shared(ATOMS[kind] * h)
    assert not is_constant(ATOMS[kind] * h)


@pytest.mark.parametrize("kind", ATOMS)
@pytest.mark.parametrize(
    "route", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_copies_of_a_symbol_are_the_symbol(kind: str, route: object) -> None:
    symbol = ATOMS[kind]
    for expression in (symbol, tanh(symbol) + 1):
        copied = route(expression)  # type: ignore[operator]
        assert copied == expression
        assert hash(copied) == hash(expression)
    assert type(route(symbol)) is type(symbol)  # type: ignore[operator]
    assert getattr(route(symbol), "interval", None) == getattr(symbol, "interval", None)  # type: ignore[operator]


@pytest.mark.parametrize("kind", MAPS)
def test_a_map_is_known_by_its_weight_and_its_argument(kind: str) -> None:
    node = MAPS[kind]
    assert pickle.loads(pickle.dumps(node)) == node
    assert node.func(*node.args) == node
    assert node.shared == (kind in ("row", "mean"))
    assert [other for other, map_ in MAPS.items() if map_ == node] == [kind]


@given(low=st.integers(-5, 4), length=st.integers(1, 5))
def test_a_parameter_remembers_its_interval(low: int, length: int) -> None:
    for interval in (Interval(low, low + length), Interval.open(low, oo), sympy.S.Reals):
        assert parameter("k", interval).interval == interval
        assert parameter("k", interval) == parameter("k", interval)
        assert pickle.loads(pickle.dumps(parameter("k", interval))).interval == interval
    assert parameter("k", Interval(low, low + length)) != parameter("k")


def test_every_constructor_makes_its_role() -> None:
    assert [x.role for x in (state("k"), drive("k"), parameter("k"))] == [
        "state",
        "drive",
        "parameter",
    ]
    kinds = [type(node.weight) for node in MAPS.values()]
    assert kinds == [DenseWeight, RowWeight, MeanWeight, DenseWeight]
    assert isinstance(recurrent("k", 0 * h + 1), LinearMap)


def explicit(expression: Expr, point: dict[str, Rational]) -> list[Expr]:
    """The values of a per-neuron expression at three neurons."""
    new = Cell("probe", {h: expression}).to_explicit(3)[1]
    return [value.xreplace({x: point[x.name] for x in value.free_symbols}) for value in new]


VALUES = st.lists(st.fractions(-3, 3, max_denominator=20), min_size=3, max_size=3, unique=True)


@given(values=VALUES)
def test_layer_norm_centres_scales_and_forgets_shift_and_scale(values: list) -> None:
    def normed(of: Expr, epsilon: Rational, gain: int = 1, bias: int = 0) -> list[Expr]:
        point = {f"h_{q + 1}": Rational(value) for q, value in enumerate(values)}
        point |= {f"n_gain_{q}": Rational(gain) for q in (1, 2, 3)}
        point |= {f"n_bias_{q}": Rational(bias) for q in (1, 2, 3)}
        return explicit(layer_norm(of, "n", epsilon=epsilon), point)

    mean_of = sum(map(Rational, values)) / 3
    variance = sum((Rational(value) - mean_of) ** 2 for value in values) / 3
    out = normed(h, Rational(1, 7))
    assert sympy.simplify(sum(out)) == 0
    assert sympy.simplify(sum(x**2 for x in out) / 3 - variance / (variance + Rational(1, 7))) == 0
    assert sympy.simplify(out[0] * sqrt(variance + Rational(1, 7)) - (values[0] - mean_of)) == 0
    shifted = normed(5 * h + 2, Rational(25, 7))
    assert all(sympy.simplify(a - b) == 0 for a, b in zip(out, shifted, strict=True))
    affine = normed(h, Rational(1, 7), gain=3, bias=2)
    assert all(sympy.simplify(3 * a + 2 - b) == 0 for a, b in zip(out, affine, strict=True))


def test_layer_norm_takes_its_names_from_the_prefix() -> None:
    cell = Cell("normed", {h: layer_norm(recurrent("n", h), "p")})
    assert cell.weights == ("n",)
    assert cell.parameters == ("p_bias", "p_gain")
    assert cell.shapes(4)["parameter"] == {"p_bias": (4,), "p_gain": (4,)}
    assert sorted(node.value.name for node in cell.graph.maps) == ["n", "p_mean", "p_variance"]


def test_sigmoid_of_a_shared_number_is_shared() -> None:
    assert not is_shared(sigmoid(recurrent("s", h, shared=True) + h))
    assert is_shared(sigmoid(SharedMapValue("s") + drive("s", shared=True)))
