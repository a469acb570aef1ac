"""Transport is the ordered product, newest factor on the left; its terms are the powers of ε."""

from __future__ import annotations

from collections.abc import Sequence

import numpy
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Matrix, Rational, Symbol, binomial, zeros

from longlag.theory import LonglagError, jacobian, notation, transport
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.language.explicit import Explicit
from longlag.theory.language.maps import DenseWeight
from longlag.theory.language.matrix import IDENTITY, Diagonal, PositionSum, Product, Weight
from longlag.theory.language.symbols import Parameter
from tests.theory.cells.contract import exact_transport_is_the_product, terms_are_powers_of_epsilon
from tests.theory.language.oracle import EVERY, close, entries, number, one_step, same, weight

ell, d, r = notation.ell, notation.local_norm, notation.recurrent_norm
CHEAP = ["plain", "leaky", "const_gate", "shared_gate", "diag_gate", "no_local_part"]
# Lag 3 is in test_contract.
SIZES = [(name, 1, lag) for name in EVERY for lag in (0, 1, 2, 4)]
SIZES += [(name, 2, lag) for name in CHEAP for lag in range(4)]


def expand_product(
    local: Sequence[Matrix], recurrent: Sequence[Matrix], order: int
) -> list[Matrix]:
    """The terms of order 0…order of ∏(D_j + εR_j): P_i ← P_i D + P_{i−1} R, newest first."""
    size = local[0].shape[0] if local else 1
    terms = [sympy.eye(size), *(zeros(size) for _ in range(order))]
    for d, r in zip(local, recurrent, strict=True):
        for i in range(order, 0, -1):
            terms[i] = terms[i] * d + terms[i - 1] * r
        terms[0] = terms[0] * d
    return terms


@pytest.mark.parametrize(("name", "size", "lag"), SIZES)
def test_each_order_is_a_power_of_epsilon(name: str, size: int, lag: int) -> None:
    terms_are_powers_of_epsilon(EVERY[name], size, lag)


@pytest.mark.parametrize(("name", "size", "lag"), SIZES)
def test_the_exact_product_is_that_of_sympys_jacobians(name: str, size: int, lag: int) -> None:
    exact_transport_is_the_product(EVERY[name], size, lag)


@pytest.mark.parametrize("name", sorted(set(EVERY) - {"decoupled", "linear"}))
def test_the_newest_factor_stands_on_the_left(name: str) -> None:
    newest, older = (number(one_step(EVERY[name], 2, position).jacobian) for position in (0, 1))
    exact = transport(EVERY[name]).at(2).to_explicit(2, exact=True)
    assert close(exact, newest * older)
    assert not close(exact, older * newest)


@pytest.mark.parametrize("name", [*CHEAP, "lstm", "three_states"])
@pytest.mark.parametrize("lag", [1, 2, 3])
def test_the_recursion_over_jets_agrees_with_the_sum_over_positions(name: str, lag: int) -> None:
    steps = [one_step(EVERY[name], 2, position) for position in range(lag)]
    local = [step.local_value for step in steps]
    recurrent = [step.recurrent_value for step in steps]
    terms = expand_product(local, recurrent, lag)
    assert len(terms) == lag + 1
    found = jacobian(EVERY[name])
    for order, term in enumerate(terms):
        node = PositionSum(found.local, found.recurrent, sympy.Integer(lag), order)
        assert close(term, Explicit(EVERY[name].graph, 2).matrix(node))
    if lag > 1:
        backwards = expand_product(local[::-1], recurrent[::-1], lag)
        assert not close(sum(terms, zeros(*term.shape)), sum(backwards, zeros(*term.shape)))


@pytest.mark.parametrize(("name", "gate"), [("const_gate", "s"), ("leaky", "alpha")])
def test_a_constant_gate_leaves_powers_and_one_plain_sum(name: str, gate: str) -> None:
    s = next(iter(CELLS[name].symbols(Parameter)))
    assert s.name == gate
    n = next(node.value for node in CELLS[name].graph.values)
    crossing = Product((Diagonal(1 - n**2), Weight(DenseWeight("n"))))
    for order in range(4):
        scale = Diagonal(s**order * (1 - s) ** (ell - order))
        expected = (
            scale if order == 0 else Product((scale, PositionSum(IDENTITY, crossing, ell, order)))
        )
        assert transport(CELLS[name], order=3).term(order) == expected


@pytest.mark.parametrize(("name", "gate"), [("const_gate", "s"), ("leaky", "alpha")])
@pytest.mark.parametrize("lag", range(5))
def test_linear_regime_is_binomial(name: str, gate: str, lag: int) -> None:
    s, W = Symbol(gate, real=True), weight("n", 2)
    for order in range(lag + 1):
        found = transport(CELLS[name], order=order).at(lag).to_explicit(2)
        at_rest = found.xreplace({x: 0 for x in found.free_symbols if x.name[0] in "hd"})
        binomials = [
            binomial(lag, k) * (1 - s) ** (lag - k) * s**k * W**k for k in range(order + 1)
        ]
        assert same(at_rest, sum(binomials, zeros(2)))


@pytest.mark.parametrize("lag", range(5))
def test_without_a_local_part_only_the_full_crossing_is_left(lag: int) -> None:
    for order in range(lag):
        assert transport(CELLS["plain"], order=order).at(lag).to_explicit(2).is_zero_matrix
    full = transport(CELLS["plain"], order=lag).at(lag)
    assert close(full.to_explicit(2), full.to_explicit(2, exact=True))


def value(expression: sympy.Expr, lag: int, local: Rational, recurrent: Rational) -> Rational:
    return sympy.sympify(expression).subs({d: local, r: recurrent, ell: lag})


RATIONAL = st.fractions(min_value="1/100", max_value=5, max_denominator=100).map(Rational)


@given(lag=st.integers(0, 7), order=st.integers(0, 7), local=RATIONAL, recurrent=RATIONAL)
def test_remainder_bound_is_the_tail_of_the_binomial(
    lag: int, order: int, local: Rational, recurrent: Rational
) -> None:
    at = transport(CELLS["gru"], order=order).at(lag)
    tail = sum(
        binomial(lag, i) * local ** (lag - i) * recurrent**i for i in range(order + 1, lag + 1)
    )
    assert value(at.remainder_bound, lag, local, recurrent) == tail
    assert tail <= value(at.simple_remainder_bound, lag, local, recurrent)
    assert (tail == 0) == at.is_exact == (at.simple_remainder_bound == 0)


@given(lag=st.integers(0, 7), order=st.integers(0, 6), local=RATIONAL, recurrent=RATIONAL)
def test_a_symbolic_lag_means_every_lag(
    lag: int, order: int, local: Rational, recurrent: Rational
) -> None:
    symbolic = transport(CELLS["gru"], order=order)
    for bound in ("remainder_bound", "simple_remainder_bound"):
        general, special = getattr(symbolic, bound), getattr(symbolic.at(lag), bound)
        assert value(general, lag, local, recurrent) == value(special, lag, local, recurrent)


@given(seed=st.integers(0, 10**6), lag=st.integers(1, 6), order=st.integers(0, 4))
def test_the_remainder_stays_below_its_bound(seed: int, lag: int, order: int) -> None:
    generator = numpy.random.default_rng(seed)
    local = [numpy.diag(generator.integers(-9, 10, 3)) / 10 for _ in range(lag)]
    recurrent = [generator.integers(-9, 10, (3, 3)) / 20 for _ in range(lag)]
    product = numpy.linalg.multi_dot(
        [numpy.eye(3), *(a + b for a, b in zip(local, recurrent, strict=True))]
    )
    jets = expand_product([Matrix(a) for a in local], [Matrix(b) for b in recurrent], order)
    kept = numpy.array(sum(jets, zeros(3)), dtype=float)
    norms = [max(numpy.linalg.norm(m, 2) for m in part) for part in (local, recurrent)]
    at = transport(CELLS["gru"], order=order).at(lag)
    remainder = numpy.linalg.norm(product - kept, 2)
    for bound in (at.remainder_bound, at.simple_remainder_bound):
        assert remainder <= float(value(bound, lag, *norms)) * (1 + 1e-9) + 1e-12


@pytest.mark.parametrize("order", range(4))
def test_one_lag_beyond_the_order_both_bounds_are_the_one_product_left_out(order: int) -> None:
    at = transport(CELLS["gru"], order=order).at(order + 1)
    assert sympy.expand(at.remainder_bound) == at.simple_remainder_bound == r ** (order + 1)


def test_the_expansion_is_of_first_order_unless_another_is_asked_for() -> None:
    assert transport(CELLS["gru"]) == transport(CELLS["gru"], order=1)


def test_a_product_without_factors_is_one() -> None:
    assert expand_product([], [], 2) == [sympy.eye(1), zeros(1), zeros(1)]


def test_the_remainder_bound_is_attained_by_commuting_positive_factors() -> None:
    jets = expand_product([Matrix([[2]])] * 5, [Matrix([[3]])] * 5, 2)
    bound = transport(CELLS["gru"], order=2).at(5).remainder_bound
    assert 5**5 - sum(jets, zeros(1))[0] == value(bound, 5, 2, 3)


@pytest.mark.parametrize("bad", [-1, 1.0, True, "2", None, Symbol("n"), Rational(1, 2)])
def test_lag_and_order_are_counts(bad: object) -> None:
    calls = {"lag": transport(CELLS["plain"]).at, "order": lambda k: transport(CELLS["plain"], k)}
    for kind, call in calls.items():
        with pytest.raises(LonglagError) as caught:
            call(bad)
        assert str(caught.value).startswith(f"{kind} {bad!r}: ")
        assert str(caught.value).endswith("give an integer >= 0")


def test_a_symbolic_lag_cannot_be_written_out() -> None:
    with pytest.raises(LonglagError, match=r"^lag ell: .*\.at\(lag\)"):
        transport(CELLS["gru"]).to_explicit(1)


def test_a_symbol_of_each_step_bears_its_position() -> None:
    names = {x.name for x in transport(CELLS["leaky"]).at(2).to_explicit(1).free_symbols}
    varying = {x.name for p in range(2) for k in ("h", "d_n") for x in entries(k, 1)}
    assert names == {"alpha", "W_n_1_1"} | {f"{k}_at_{p}" for k in varying for p in range(2)}


@pytest.mark.parametrize("name", CELLS)
def test_lag_zero_is_printed_as_the_identity(name: str) -> None:
    text = transport(CELLS[name], order=1).at(0).latex()
    assert text.count("= I") == 2
