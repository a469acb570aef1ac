"""What a user does first, with SymPy and mpmath alone."""

from __future__ import annotations

import sys

import pytest
from sympy import S, Symbol, exp, tanh

from longlag.theory import (
    LAWS,
    Cell,
    DecayLaw,
    LonglagError,
    drive,
    effective_learning_rates,
    ell,
    jacobian,
    kappa,
    learnability_window,
    recurrent,
    sigmoid,
    solve_horizon,
    state,
    transport,
)
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.descent import Problem, activation, requirement
from longlag.theory.memory import KERNELS
from longlag.theory.statement import Kind, Relation, Settings
from longlag.theory.verify import claim

h = state("h")


def test_a_cell_of_ones_own() -> None:
    f = sigmoid(recurrent("f", h) + drive("f"))
    n = tanh(recurrent("n", f * h) + drive("n"))
    cell = Cell("mgu", {h: (1 - f) * h + f * n})
    assert "diag(1 - f)" in str(jacobian(cell))
    assert effective_learning_rates(cell).leak_product.factor.free_symbols
    assert transport(cell, order=2).at(8).remainder_bound != 0
    assert jacobian(cell).latex()


@pytest.mark.parametrize("name", CELLS)
def test_every_cell_has_a_jacobian(name: str) -> None:
    assert jacobian(CELLS[name]).latex()


def test_a_law_and_its_window() -> None:
    tau = Symbol("tau", positive=True)
    law = DecayLaw("gaussian", exp(-((ell / tau) ** 2)))
    assert learnability_window(law).horizon is not None
    found = solve_horizon(law, {"tau": 20}, samples=1e6, cost=2, kappa=kappa(1.5), digits=30)
    assert found.horizon > 0
    with pytest.raises(LonglagError):
        learnability_window(DecayLaw("rising", ell**2))
    assert all(learnability_window(each).sample_size for each in LAWS.values())


def test_a_claim_in_two_lines() -> None:
    x = Symbol("x", real=True)
    square = Relation(Kind.IDENTITY, (x + 1) ** 2, x**2 + 2 * x + 1, {x: S.Reals})
    assert claim("square", square).judge(Settings()).holds


def test_memory_and_descent() -> None:
    assert KERNELS["delayed"].laplace.free_symbols
    assert activation("tanh").constants[0] == 1
    problem = Problem(steps=20, samples=100, dimension=3, alpha=0.5, delta=0.1, epsilon=0.1)
    assert requirement(problem).width > 0


def test_theory_needs_no_arrays() -> None:
    if "torch" not in sys.modules:
        assert "numpy" not in sys.modules
