"""The nodes form an algebra: joined or multiplied nodes mean the sum or product of matrices."""

from __future__ import annotations

from itertools import pairwise

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Matrix, Rational, S

from longlag.theory import parameter, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.language import matrix as nodes
from longlag.theory.language.explicit import Explicit
from longlag.theory.language.maps import DenseWeight, MapValue, RowWeight, SharedMapValue
from longlag.theory.language.matrix import (
    IDENTITY,
    ZERO,
    Diagonal,
    OrderedProduct,
    PositionSum,
    Product,
    RankOne,
    Sum,
    Weight,
    add,
    block,
    blocks,
    mean_vanishes,
    multiply,
    split_constant,
)
from longlag.theory.language.symbols import is_constant, is_shared
from longlag.theory.notation import neurons
from tests.theory.language.oracle import close

h, c, v = state("h"), MapValue("n"), MapValue("s")
s, k = parameter("s"), parameter("k")
u = RowWeight("u")
CELL = CELLS["shared_gate"]
LEAVES = [
    ZERO,
    IDENTITY,
    Diagonal(S(2)),
    Diagonal(S(-2)),
    Diagonal(s),
    Diagonal(1 / s),
    Diagonal(h),
    Diagonal(s * h * (1 - h)),
    Weight(DenseWeight("A")),
    Weight(DenseWeight("B")),
    RankOne(h, u),
    RankOne(S.One, 1 / neurons),
    RankOne(s * h, h * u),
    RankOne(-h, u),
]


def explicit(node: nodes.Matrix) -> Matrix:
    return Explicit(CELL.graph, 2, keep_values=True).matrix(node)


def combine(parts: st.SearchStrategy) -> st.SearchStrategy:
    return st.builds(
        lambda operation, terms: operation(*terms),
        st.sampled_from([add, multiply]),
        st.lists(parts, min_size=2, max_size=3),
    )


NODES = st.recursive(st.sampled_from(LEAVES), combine, max_leaves=6)
SEVERAL = st.lists(NODES, min_size=1, max_size=3)


@given(terms=SEVERAL)
def test_add_is_the_sum(terms: list[nodes.Matrix]) -> None:
    assert close(explicit(add(*terms)), sum(map(explicit, terms), sympy.zeros(2)))


@given(factors=SEVERAL)
def test_multiply_is_the_product_in_order(factors: list[nodes.Matrix]) -> None:
    product = sympy.eye(2)
    for factor in factors:
        product = product * explicit(factor)
    assert close(explicit(multiply(*factors)), product)


def test_multiply_does_not_commute() -> None:
    A, B = LEAVES[8:10]
    assert not close(explicit(multiply(A, B)), explicit(multiply(B, A)))
    assert not close(explicit(multiply(Diagonal(h), A)), explicit(multiply(A, Diagonal(h))))


@given(node=NODES)
def test_results_are_flat_and_without_neutral_elements(node: nodes.Matrix) -> None:
    if isinstance(node, Sum) and node != ZERO:
        assert len(node.terms) > 1
        assert ZERO not in node.terms
        assert not any(isinstance(term, Sum) for term in node.terms)
        assert sum(isinstance(term, Diagonal) for term in node.terms) <= 1
    if isinstance(node, Product):
        assert len(node.factors) > 1
        assert not {ZERO, IDENTITY} & set(node.factors)
        assert not any(isinstance(factor, Product) for factor in node.factors)
        kinds = [isinstance(factor, Diagonal) for factor in node.factors]
        assert not any(a and b for a, b in pairwise(kinds))


@given(node=NODES)
def test_zero_and_one_are_neutral_and_zero_absorbs(node: nodes.Matrix) -> None:
    assert add(node) == add(node, ZERO) == add(ZERO, node)
    assert multiply(node) == multiply(node, IDENTITY) == multiply(IDENTITY, node)
    assert multiply(node, ZERO) == multiply(ZERO, node) == ZERO
    assert hash(add(node)) == hash(add(node, ZERO))


@given(node=NODES)
def test_the_constant_split_off_is_a_factor_and_truly_constant(node: nodes.Matrix) -> None:
    scalar, rest = split_constant(node)
    assert is_shared(scalar)
    assert is_constant(scalar)
    assert close(explicit(multiply(Diagonal(scalar), rest)), explicit(node))


@pytest.mark.parametrize(
    ("node", "scalar", "rest"),
    [
        (Diagonal(s * h), s, Diagonal(h)),
        (Diagonal(-2 * s * h), 2 * s, Diagonal(-h)),
        (Diagonal((1 - s) ** 2), (1 - s) ** 2, IDENTITY),
        (RankOne(3 * k * h, u), 3 * k, RankOne(h, u)),
        (Product((Diagonal(s * h), LEAVES[8])), s, Product((Diagonal(h), LEAVES[8]))),
        (Sum((Diagonal(s * h), RankOne(s, u))), s, Sum((Diagonal(h), RankOne(S.One, u)))),
        (Sum((Diagonal(s), RankOne(k * h, u))), 1, Sum((Diagonal(s), RankOne(k * h, u)))),
        (Diagonal(parameter("g", per_neuron=True)), 1, Diagonal(parameter("g", per_neuron=True))),
        (Diagonal(SharedMapValue("s")), 1, Diagonal(SharedMapValue("s"))),
    ],
)
def test_a_common_constant_is_split_off(node: object, scalar: object, rest: object) -> None:
    assert split_constant(node) == (scalar, rest)


MEAN = SharedMapValue("m")
MEANS = [(MEAN, h * v)]


@pytest.mark.parametrize("scale", [1, -1, -2, s, 1 / neurons, Rational(3, 7) * SharedMapValue("w")])
def test_deviations_from_a_mean_sum_to_zero_at_any_scale(scale: object) -> None:
    assert mean_vanishes(scale * (h * v - MEAN), S.One, MEANS)
    assert mean_vanishes(h * v - MEAN, scale, MEANS)


@pytest.mark.parametrize(
    "column",
    [
        h * v,
        MEAN,
        h * v + MEAN,
        2 * h * v - MEAN,
        h - MEAN,
        h * (h * v - MEAN),
        (h * v - MEAN) ** 2,
    ],
)
def test_anything_else_is_not_taken_for_zero(column: object) -> None:
    assert not mean_vanishes(S.One, column, MEANS)
    assert not mean_vanishes(S.One, h * v - MEAN, [])


@given(local=st.sampled_from(LEAVES), recurrent=st.sampled_from(LEAVES), lag=st.integers(1, 4))
def test_the_orders_of_a_product_sum_to_the_product(
    local: nodes.Matrix, recurrent: nodes.Matrix, lag: int
) -> None:
    orders = [
        explicit(PositionSum(local, recurrent, sympy.Integer(lag), order))
        for order in range(lag + 2)
    ]
    whole = explicit(OrderedProduct(add(local, recurrent), sympy.Integer(lag)))
    assert close(sum(orders, sympy.zeros(2)), whole)
    assert orders[-1].is_zero_matrix


def test_a_single_block_is_no_block() -> None:
    assert block([[IDENTITY]]) == IDENTITY
    assert blocks(IDENTITY) == ((IDENTITY,),)
    rows = ((IDENTITY, ZERO), (ZERO, Diagonal(h)))
    assert blocks(block(rows)) == rows
    assert hash(block(rows)) == hash(block([list(row) for row in rows]))


@pytest.mark.parametrize("scale", [S.One, 1 / neurons, neurons**2 / 7, -3 * s, 1 / s])
def test_either_side_of_a_sum_may_be_the_deviation(scale: object) -> None:
    deviation = h * v - MEAN
    for row, column in ((deviation, scale), (scale, deviation), (2 * deviation, scale / s)):
        assert mean_vanishes(row, column, MEANS)
    # One over a deviation is none, nor is its square.
    for row, column in ((1 / deviation, scale), (scale, 1 / deviation), (deviation, deviation)):
        assert not mean_vanishes(row, column, MEANS)
