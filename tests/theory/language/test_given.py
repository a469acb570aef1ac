"""Matrices given as numbers, and factors that are functions of parameters."""

from __future__ import annotations

import pickle

import mpmath
import numpy as np
import pytest
import torch
from sympy import Interval, Matrix, Rational, exp, sqrt, tanh

from longlag.derivations.document.readback import require_read_back
from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.numerics.generate import generate
from longlag.numerics.networks.flat import Layout, default_sizes
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import (
    Cell,
    LonglagError,
    axis,
    drive,
    expm,
    parameter,
    recurrent,
    state,
    weight,
)
from longlag.theory.cells.catalogue.legendre_memory import legendre_window
from longlag.theory.statement import Settings

N, P = axis("N"), axis("P")
h, x = state("h"), drive("x")
THIRDS = Matrix([[0, Rational(1, 3)], [Rational(-1, 3), 1]])
A, W = weight("A", value=THIRDS), weight("W")
GAMMA = parameter("gamma", Interval(0, 1))
CELLS = {
    "fixed": Cell("fixed", {h: tanh(A(h) + x)}),
    "turned": Cell("turned", {h: tanh((A - 2 * A.T)(h) + W(h) + x)}),
    "scaled": Cell("scaled", {h: tanh(expm(sqrt(2) * exp(-GAMMA) * A - W / (1 + GAMMA))(h) + x)}),
}


def steps(name: str, w: torch.Tensor, gamma: torch.Tensor) -> object:
    """The matrix of each cell by hand."""
    a = torch.tensor([[0, 1 / 3], [-1 / 3, 1]], dtype=torch.float64)
    matrix = {
        "fixed": lambda: a,
        "turned": lambda: a - 2 * a.T + w,
        "scaled": lambda: torch.matrix_exp(2**0.5 * torch.exp(-gamma) * a - w / (1 + gamma)),
    }[name]()
    return lambda s, d: torch.tanh(matrix @ s + d)


@pytest.mark.parametrize("backend", ["torch", "compiled", "numpy", "mpmath"])
@pytest.mark.parametrize("name", CELLS)
def test_step_and_jacobian_are_those_written_by_hand(name: str, backend: str) -> None:
    network = sample_network(CELLS[name], torch.Generator().manual_seed(0), size=5)
    zero = torch.zeros((), dtype=torch.float64)
    update = steps(name, network.weight.get("W", zero), network.parameter.get("gamma", zero))
    s, d = network.state["h"], network.drive["x"]
    given = [
        {k: v if backend in ("torch", "compiled") else v.numpy() for k, v in group.items()}
        for group in network.arguments
    ]
    functions = generate(CELLS[name], backend)
    found = torch.as_tensor(np.asarray(functions.step(*given)["h"]).astype(float))
    torch.testing.assert_close(found, update(s, d), rtol=1e-14, atol=1e-15)  # type: ignore[operator]
    slope = torch.func.jacrev(update)(s, d)  # type: ignore[arg-type]
    J = torch.as_tensor(np.asarray(functions.jacobian(*given)).astype(float))
    torch.testing.assert_close(J, slope, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("name", CELLS)
def test_every_claim_of_such_a_cell_is_as_expected_and_read_back(name: str) -> None:
    derivation = derive_cell(CELLS[name])
    require_read_back(name, ((claim, claim.statement.tex) for claim in derivation.claims))
    for one in derivation.check(Settings(examples=2)).checked:
        assert one.as_expected, one.verdict


def test_numbers_are_no_weights_of_a_network_and_fix_its_size() -> None:
    assert CELLS["fixed"].weights == ()
    assert CELLS["turned"].weights == ("W",)
    assert CELLS["turned"].sizes == {"H": 2}
    network = sample_network(CELLS["turned"], torch.Generator().manual_seed(0), size=7)
    assert network.size == 2


def test_entries_are_exact_and_digits_are_kept() -> None:
    assert weight("A", value=[[0.1, 2]]).entries == Matrix([[Rational(1, 10), 2]])
    assert weight("A", value=np.array([[0.5]])).entries == Matrix([[Rational(1, 2)]])
    assert weight("A", value=torch.tensor([[1, 2]])).entries == Matrix([[1, 2]])
    with mpmath.workdps(40):
        third = generate(Cell("fixed", {h: A(h)}), "mpmath").step({"h": [0, 1]}, {}, {})["h"][0]
        assert mpmath.almosteq(third, mpmath.mpf(1) / 3, 1e-38)


def test_a_factor_is_differentiated_by_its_parameter() -> None:
    cell = CELLS["scaled"]
    network = sample_network(cell, torch.Generator().manual_seed(0))
    gamma = network.parameter["gamma"].clone().requires_grad_()
    functions = generate(cell, "torch")

    def new(value: torch.Tensor) -> torch.Tensor:
        return functions.step(*network.arguments[:3], {"gamma": value})["h"].sum()

    (slope,) = torch.autograd.grad(new(gamma), gamma)
    ahead, behind = (new(network.parameter["gamma"] + e) for e in (1e-6, -1e-6))
    assert slope.item() == pytest.approx((ahead - behind).item() / 2e-6, rel=1e-7)


def test_a_plain_number_keeps_its_digits_as_a_parameter() -> None:
    cell = CELLS["scaled"]
    network = sample_network(cell, torch.Generator().manual_seed(0))
    number = network.parameter["gamma"].item()
    functions = generate(cell, "torch")
    first, second = (
        functions.step(*network.arguments[:3], {"gamma": value})["h"]
        for value in (number, torch.tensor(number, dtype=torch.float64))
    )
    torch.testing.assert_close(first, second, rtol=1e-15, atol=0)


def test_a_rectangular_matrix_goes_from_one_axis_to_another() -> None:
    m, n = state("m", N), state("n", P)
    B = weight("B", value=[[1, 2, 3], [4, 5, 6]], over=N, to=P)
    cell = Cell("wide", {m: tanh(m + B.T(n)), n: B(m)})
    assert cell.sizes == {"N": 3, "P": 2}
    assert default_sizes(cell, 9) == {"N": 3, "P": 2}
    layout = Layout(cell, {"N": 3, "P": 2})
    states = {"m": torch.rand(3).double(), "n": torch.rand(2).double()}
    network = layout.network(states, {}, {})
    new = generate(network.cell).step(*network.arguments)
    b = torch.tensor([[1.0, 2, 3], [4, 5, 6]], dtype=torch.float64)
    torch.testing.assert_close(layout.array(new["n"], (P,)), b @ states["m"])
    expected = torch.tanh(states["m"] + b.T @ states["n"])
    torch.testing.assert_close(layout.array(new["m"], (N,)), expected)


def test_such_a_cell_can_be_sent() -> None:
    for cell in CELLS.values():
        assert pickle.loads(pickle.dumps(cell)) == cell
    assert weight("A", value=[[1]]) != weight("A", value=[[2]])


def test_the_window_of_legendre_keeps_a_constant_signal() -> None:
    A, B = legendre_window(5)
    assert A.LUsolve(B) == Matrix([-1, 0, 0, 0, 0])


COLUMN = weight("B", value=[[1], [2]], over=P, to=N)


def over_n(value: object) -> object:
    return weight("A", value=value, over=N)(state("m", N))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: weight("A", value=[1, 2]), r"write \[\[1\], \[2\]\] for a column"),
        (lambda: weight("A", value=[[1], [1, 2]]), "rows of 1 and 2 numbers: the rows"),
        (lambda: weight("A", value=[[]]), "equally long"),
        (lambda: weight("A", value=3), "a list of its rows"),
        (lambda: weight("A", value=[[1, float("nan")]]), r"entry \(1, 2\) of weight 'A', nan"),
        (lambda: weight("A", value=[[1, 1j]]), "finite real numbers"),
        (lambda: weight("A", value=[["x"]]), "finite real numbers"),
        (lambda: weight("A", value=[[GAMMA]]), "finite real numbers"),
        (lambda: weight("A", Interval(0, 1), value=[[1]]), "leave one of them out"),
        (
            lambda: Cell("a", {h: weight("A", value=[[1, 2]])(h)}),
            "1×2 matrix 'A' in cell 'a': its axis H has 1 entries, and 2 by its columns",
        ),
        (
            lambda: Cell("a", {h: A(h) + weight("B", value=[[1]])(h)}),
            "1×1 matrix 'B' in cell 'a': its axis H has 1 entries, and 2 by the 2×2 matrix 'A'",
        ),
        (
            lambda: Cell("a", {state("m", P): weight("A", value=[[1]], over=N)(state("m", P))}),
            "mixed over N has the axes P",
        ),
        (
            lambda: Layout(Cell("a", {state("m", N): over_n([[1]])}), {"N": 2}),
            "size 2 of axis 'N': a matrix of numbers in cell 'a' gives it 1 entries",
        ),
        (
            lambda: generate(CELLS["fixed"]).step({"h": torch.ones(3)}, {"x": torch.ones(3)}, {}),
            "state 'h' of 3 entries: a matrix of numbers in cell 'fixed' has 2 rows",
        ),
        (
            lambda: generate(CELLS["fixed"]).step(
                {"h": torch.ones(2)}, {"x": torch.ones(2)}, {"A": torch.ones(2, 2)}
            ),
            "weight 'A' is unknown",
        ),
        (
            lambda: Cell("a", {state("m", N): COLUMN(state("m", N))}),
            r"columns go over P and its rows over N, .* the axes N; transpose it: B\.T",
        ),
        (
            lambda: Cell("a", {state("m", N): (over_n([[1]]) + COLUMN.T(drive("u", P)))}),
            r"matrix B\.T .* transpose it: B$",
        ),
        (lambda: expm(COLUMN), "its columns go over P and its rows over N"),
        (
            lambda: Cell("a", {h: weight("B", value=[[1]], over=N)(h)}),
            "mixed over N has the axes H",
        ),
        (lambda: Cell("a", {h: weight("B", over=N)(h)}), "mixed over N has the axes H"),
        (lambda: W / A, "no quotient of matrices"),
        (lambda: Cell("a", {h: recurrent("A", h) + A(h)}), "bear this name"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(wrong: object, message: str) -> None:
    with pytest.raises(LonglagError, match=message):
        wrong()  # type: ignore[operator]
