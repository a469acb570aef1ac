"""What every cell must fulfil, registered, made up or the user's own: one function per promise."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable

import pytest
import sympy
from latex2mathml.converter import convert
from sympy import Expr, Indexed, Matrix, eye

from longlag.theory import Cell, LonglagError, effective_learning_rates, jacobian, transport
from longlag.theory.language.matrix import is_zero
from longlag.theory.notation import learning_rate
from tests.theory.language.oracle import LARGE, close, one_step, product_orders, same


def jacobian_is_sympys_own(cell: Cell, size: int = 2) -> None:
    """∂new/∂previous is what SymPy finds on the update written out for ``size`` neurons."""
    reference = one_step(cell, size).jacobian
    assert same(jacobian(cell).to_explicit(size), reference, settle=cell.name not in LARGE)


def terms_are_powers_of_epsilon(cell: Cell, size: int = 1, lag: int = 3) -> None:
    """To order k, the transport is the part of ∏(D + εR) up to ε^k; from order ℓ on it is exact."""
    coefficients = product_orders(cell, size, lag)
    for order in range(lag + 2):
        at = transport(cell, order=order).at(lag)
        assert close(at.to_explicit(size), sum(coefficients[: order + 1], 0 * coefficients[0]))
        assert at.is_exact == (order >= lag or is_zero(jacobian(cell).recurrent))


def exact_transport_is_the_product(cell: Cell, size: int = 1, lag: int = 3) -> None:
    """M = J_t J_{t−1} ⋯, newest on the left, with each J from SymPy."""
    product = eye(len(cell.states) * size)
    for position in range(lag):
        step = one_step(cell, size, position)
        product = product * (step.local_value + step.recurrent_value)
    assert close(transport(cell).at(lag).to_explicit(size, exact=True), product)


def rates_are_the_diagonal(cell: Cell, size: int = 2, lag: int = 2) -> None:
    """Zeroth and first-order rate of a neuron are diagonal entries of the expansion."""
    zeroth, first = [*product_orders(cell, size, lag), eye(len(cell.states) * size) * 0][:2]
    for row, new in enumerate(cell.states):
        for column, previous in enumerate(cell.states):
            rates = effective_learning_rates(cell, new, previous)
            for neuron in range(size):
                at = row * size + neuron, column * size + neuron
                for rate, expected in (
                    (rates.zeroth, zeroth[at]),
                    (rates.first_order, (zeroth + first)[at]),
                ):
                    found = filled(rate.at(lag), cell, size, neuron)
                    assert close(Matrix([found]), Matrix([expected]))


def filled(rate: Expr, cell: Cell, size: int, neuron: int) -> Expr:
    """A rate over η with D[j] and R[j] replaced by what they stand for in one network."""
    values = {}
    for factor in rate.atoms(Indexed):
        letter, *names = str(factor.base).split("_")
        a, b = (cell.states.index(name) * size + neuron for name in names or cell.states * 2)
        step = one_step(cell, size, int(factor.indices[0]))
        values[factor] = (step.local_value if letter == "D" else step.recurrent_value)[a, b]
    return sympy.sympify(rate).xreplace(values | {learning_rate: sympy.S.One})


def latex_is_sound(cell: Cell) -> None:
    """All LaTeX of a cell parses, balances, and shows letters, never the names of Python."""
    words = {"qq", *(a + b for a in cell.states for b in cell.states)}
    for text in latex_of(cell):
        assert_sound(text, words)


def latex_of(cell: Cell) -> list[str]:
    """Every text that a cell prints."""
    rates = effective_learning_rates(cell)
    texts = [cell.latex(), jacobian(cell).latex(), rates.latex()]
    texts += [reading.latex() for reading in rates.readings]
    for order in range(4):
        symbolic = transport(cell, order=order)
        texts += [symbolic.latex(), *(symbolic.at(lag).latex() for lag in (0, 1, 2, 3, 4, 5, 6))]
    return texts


def assert_sound(text: str, words: set[str]) -> None:
    """Raise AssertionError unless ``text`` is well-formed TeX over letters and ``words``."""
    convert(text)  # refuses double scripts, and \left and \begin without their partner
    bare = text.replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")
    assert text.count(r"\left") - text.count(r"\leftarrow") == text.count(r"\right")
    assert re.findall(r"\\begin\{(\w+)\}", text)[::-1] == re.findall(r"\\end\{(\w+)\}", text)
    assert "**" not in text
    assert "+ -" not in text
    letters = re.sub(r"\\(begin|end|mathrm|operatorname)\{[^}]*\}|\\[A-Za-z]+", " ", text)
    assert set(re.findall(r"[A-Za-z]{2,}", letters)) <= words


def copies_are_equal(cell: Cell) -> None:
    """Copies, shallow, deep and through pickle, are equal, hash alike and derive alike."""
    copies = [copy.copy(cell), copy.deepcopy(cell), pickle.loads(pickle.dumps(cell))]
    for other in [*copies, Cell(cell.name, dict(cell.update), cell.description, cell.source)]:
        assert other == cell
        assert hash(other) == hash(cell)
        assert other.states == cell.states
        assert jacobian(other).matrix == jacobian(cell).matrix


def what_it_lists_is_what_it_uses(cell: Cell) -> None:
    """States, drives, weights and parameters name every argument, and the shapes follow suit."""
    shapes = cell.shapes(3)
    named = {"state": cell.states, "drive": cell.drives, "parameter": cell.parameters}
    for role, names in (named | {"weight": cell.weights}).items():
        assert sorted(shapes[role]) == sorted(names)
    width = sum(sympy.prod(shape) for shape in shapes["weight"].values())
    step = one_step(cell, 3)
    weights = {x for x in step.new.free_symbols if x.name.startswith(("W_", "u_"))}
    assert len(weights) == width
    drives = {x for x in step.new.free_symbols if x.name.startswith("d_")}
    assert len(drives) == sum(sympy.prod(shape) for shape in shapes["drive"].values())


def refuses_states_it_lacks(cell: Cell) -> None:
    """An unknown state is refused by name, with those to choose from."""
    for call in (jacobian(cell).block, lambda *names: effective_learning_rates(cell, *names)):
        with pytest.raises(LonglagError) as caught:
            call(cell.states[0], "nobody")
        assert caught.value.value == "state 'nobody'"
        assert caught.value.remedy == f"choose from {', '.join(cell.states)}"


CONTRACT: tuple[Callable[[Cell], None], ...] = (
    jacobian_is_sympys_own,
    terms_are_powers_of_epsilon,
    exact_transport_is_the_product,
    rates_are_the_diagonal,
    latex_is_sound,
    copies_are_equal,
    what_it_lists_is_what_it_uses,
    refuses_states_it_lacks,
)
