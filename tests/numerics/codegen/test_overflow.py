"""Jacobians stay finite where a factor of a product overflows and another is 0 before."""

from __future__ import annotations

from functools import cache

import mpmath
import numpy as np
import pytest
import torch
from sympy import Expr, Interval, atan, cosh, erf, exp, sinh, sqrt, symbols, tanh

from longlag.numerics import generate
from longlag.numerics.codegen.overflow import Products
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import Cell, drive, jacobian, parameter, recurrent, sigmoid, softplus, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.scalar.special import vanishing_product

h = state("h")
z = recurrent("z", h) + drive("z")
n = tanh(recurrent("n", h) + drive("n"))
a, b = parameter("a", Interval(0.5, 2)), parameter("b", Interval(0.5, 2))

#: Factors of h that are finite where something inside overflows.
FACTORS: dict[str, Expr] = {
    "gumbel": exp(-exp(z)),
    "gumbel of the other sign": exp(-exp(-z)),
    "complementary log-log": 1 - exp(-exp(z)),
    "gompertz": exp(-a * exp(-b * z)),
    "double of a double": exp(-exp(z)) * exp(-2 * exp(2 * z)),
    "of both signs": exp(-exp(z) - exp(-z)),
    "gaussian of a hyperbolic": exp(-(cosh(z) ** 2)),
    "tanh of an exponential": tanh(exp(z)),
    "sigmoid of an exponential": sigmoid(-exp(z)),
    "two functions": tanh(exp(2 * z)) * sigmoid(exp(z)),
    "softplus of an exponential": softplus(-exp(z)),
    "erf of a hyperbolic": erf(sinh(z)),
    "arc tangent": atan(exp(z)),
    "logistic by hand": 1 / (1 + exp(-z)),
    "square of a logistic": 1 / (1 + exp(z)) ** 2,
    "rational": 1 / (2 + exp(z) + exp(2 * z)),
    "secant": 1 / cosh(z),
    "root": 1 / sqrt(1 + exp(z)),
}


@cache
def cell_of(factor: Expr) -> Cell:
    return Cell("saturating", {h: factor * h + n})


def extreme(cell: Cell, value: float, dtype: torch.dtype) -> Network:
    """A network with one neuron whose drive of z is extreme."""
    network = sample_network(cell, torch.Generator().manual_seed(0), size=3, dtype=dtype)
    first = torch.tensor([value, 0, 0], dtype=dtype)
    return Network(
        cell,
        network.state,
        {**network.drive, "z": network.drive["z"] + first},
        network.weight,
        network.parameter,
    )


def truth(network: Network) -> np.ndarray:
    """The Jacobian in 60 digits, which overflow nowhere."""
    with mpmath.workdps(60):
        found = generate(network.cell, "mpmath").jacobian(*network.arguments)
        return np.array(found, dtype=float)


@pytest.mark.parametrize(
    ("dtype", "sizes", "tolerance"),
    [(torch.float64, (800.0, 400.0), 1e-12), (torch.float32, (90.0, 45.0), 1e-5)],
    ids=["float64", "float32"],
)
@pytest.mark.parametrize("name", FACTORS)
def test_a_factor_that_saturates_has_the_derivative_zero(
    name: str, dtype: torch.dtype, sizes: tuple[float, ...], tolerance: float
) -> None:
    cell = cell_of(FACTORS[name])
    for value in (*sizes, *(-size for size in sizes)):
        network = extreme(cell, value, dtype)
        expected = truth(network)
        arrays = [{k: v.numpy() for k, v in group.items()} for group in network.arguments]
        with np.errstate(over="ignore", under="ignore"):
            found = generate(cell, "numpy").jacobian(*arrays)
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
        found = generate(cell, "torch").jacobian(*network.arguments).numpy()
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", ["gumbel", "gaussian of a hyperbolic", "logistic by hand"])
def test_compiled_functions_saturate_alike(name: str) -> None:
    cell = cell_of(FACTORS[name])
    found = generate(cell, "compiled")
    for value in (800.0, -800.0):
        network = extreme(cell, value, torch.float64)
        matrix = found.jacobian(*network.arguments).numpy()
        np.testing.assert_allclose(matrix, truth(network), rtol=1e-12, atol=1e-12)
        # In the functions that vmap takes, too.
        batch = {key: values[None] for key, values in network.drive.items()}
        arguments = (network.state, batch, network.weight, network.parameter)
        mapped = torch.vmap(found.jacobian, in_dims=(None, 0, None, None))(*arguments)
        np.testing.assert_allclose(mapped[0].numpy(), matrix, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", FACTORS)
def test_elsewhere_only_rounding_changes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = cell_of(FACTORS[name])
    network = extreme(cell, 0.0, torch.float64)
    # Of a Jacobian, since what a cell generates is kept.
    guarded = generate(jacobian(cell), "torch")
    defined = "def vanishing_product("
    assert "vanishing_product(" in guarded.source.replace(defined, "")
    monkeypatch.setattr(Products, "marked", lambda self, expression: expression)
    plain = generate(jacobian(cell), "torch")
    assert "vanishing_product(" not in plain.source.replace(defined, "")
    found, expected = (each.jacobian(*network.arguments) for each in (guarded, plain))
    torch.testing.assert_close(found, expected, rtol=1e-14, atol=0)


def test_a_number_that_is_none_is_not_hidden() -> None:
    cell = cell_of(FACTORS["gumbel"])
    network = extreme(cell, float("nan"), torch.float64)
    assert generate(cell, "torch").jacobian(*network.arguments)[0].isnan().all()


@pytest.mark.parametrize("name", CELLS)
def test_no_cell_without_overflow_pays_for_it(name: str) -> None:
    found = jacobian(CELLS[name])
    products = Products(found.cell.graph)
    assert not products.growing
    for expression in found.coefficients.recurrent.values():
        assert products.marked(expression) is expression


@pytest.mark.parametrize(
    "factor", [exp(z) * sinh(z), exp(-z) * cosh(z), tanh(exp(-z)) * cosh(z) / 3, exp(z) ** a]
)
def test_what_need_not_vanish_is_left_alone(factor: Expr) -> None:
    found = jacobian(cell_of(factor))
    products = Products(found.cell.graph)
    for expression in found.coefficients.recurrent.values():
        for node in products.marked(expression).atoms(vanishing_product):
            # tanh' is 0 where e^{-z} overflows; cosh z does not go along.
            assert not node.args[1].has(cosh, sinh)


def test_to_sympy_it_is_the_product() -> None:
    x, y = symbols("x y", real=True)
    product = vanishing_product(x, y)
    assert product.diff(x) == y
    assert product.diff(y) == x
    assert product.is_real
    assert product.subs({x: 2, y: 3}) == 6
