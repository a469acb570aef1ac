"""One's own Jacobian, rates and bounds: right ones hold, wrong ones fall with their network."""

from __future__ import annotations

import pytest
import sympy
import torch
from sympy import binomial, tanh
from torch import Tensor

from longlag.numerics.checks import check_jacobian, check_rates, check_transport_bound, stated_claim
from longlag.numerics.lags.rates import effective_rates
from longlag.theory import (
    Cell,
    LonglagError,
    drive,
    effective_learning_rates,
    jacobian,
    recurrent,
    sigmoid,
    state,
)
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.cells.entries import delta, weight
from longlag.theory.notation import ell, local_norm, recurrent_norm
from longlag.theory.statement import Kind, Level, Settings

h = state("h")
z = sigmoid(recurrent("z", h) + drive("z"))
n = tanh(recurrent("n", h) + drive("n"))
OWN = Cell("own", {h: (1 - z) * h + z * n})
RIGHT = (1 - z) * delta + z * (1 - n**2) * weight("n") + z * (1 - z) * (n - h) * weight("z")
WRONG = (1 - z) * delta + z * (1 - n**2) * weight("n") + z * (1 - z) * (h - n) * weight("z")
FEW = Settings(examples=4)
d, r = local_norm, recurrent_norm


def test_entry_is_proved_for_every_size_and_a_wrong_one_falls() -> None:
    right = check_jacobian(OWN, RIGHT, FEW)
    assert right.level is Level.PROVED
    assert "for every H" in right.method
    verdict = check_jacobian(OWN, WRONG, FEW)
    assert verdict.level is Level.REFUTED
    assert verdict.counterexample == "H = 1"
    assert verdict.sides.startswith("∂h_1/∂h_1 is ")
    assert all(part in verdict.sides for part in ("W_z = [[", "W_n = [[", "drive z = [", "h = ["))
    assert verdict.seed == 0


def test_wrong_entry_beside_the_diagonal_is_named() -> None:
    verdict = check_jacobian(OWN, RIGHT + z * (1 - n**2) * weight("n") * (delta - 1), FEW)
    assert verdict.level is Level.REFUTED
    assert verdict.counterexample == "H = 2"
    row, column = verdict.sides.split(" ")[0].split("/")
    assert row[-1] != column[-1]


def test_matrix_of_one_size() -> None:
    matrix = jacobian(OWN).to_explicit(2)
    right = check_jacobian(OWN, matrix, FEW)
    assert right.level is Level.PROVED
    assert "for H = 2" in right.method
    verdict = check_jacobian(OWN, matrix.T, FEW)
    assert verdict.level is Level.REFUTED
    assert verdict.counterexample == "H = 2"


def own_jacobian(state: dict, drive: dict, weight: dict, parameter: dict) -> Tensor:
    gate = torch.sigmoid(weight["z"] @ state["h"] + drive["z"])
    candidate = torch.tanh(weight["n"] @ state["h"] + drive["n"])
    opened = (gate * (1 - candidate**2))[:, None] * weight["n"]
    moved = (gate * (1 - gate) * (candidate - state["h"]))[:, None] * weight["z"]
    return torch.diag(1 - gate) + opened + moved


def test_python_function() -> None:
    assert check_jacobian(OWN, own_jacobian, FEW).level is Level.MEASURED
    verdict = check_jacobian(OWN, lambda *arguments: own_jacobian(*arguments).T, FEW)
    assert verdict.level is Level.REFUTED
    shape = check_jacobian(OWN, lambda *arguments: own_jacobian(*arguments)[:1], FEW)
    assert "shape" in shape.sides


def rates_of_one_step_less(local: Tensor, recurrent: Tensor) -> Tensor:
    return effective_rates(local, recurrent).first_order.roll(1, 0)


def test_rates() -> None:
    rates = effective_learning_rates(OWN)
    first, zeroth = rates.first_order.expression, rates.zeroth.expression
    assert check_rates(OWN, first, FEW).level is Level.MEASURED
    assert check_rates(OWN, zeroth, FEW, reading="zeroth").level is Level.MEASURED
    wrong = check_rates(OWN, zeroth, FEW)
    assert wrong.level is Level.REFUTED
    assert wrong.sides.startswith("the rate at lag ")
    assert "W_z = [[" in wrong.sides
    whole = check_rates(
        CELLS["lstm"], lambda *parts: effective_rates(*parts, new=1, previous=1)[1], FEW
    )
    assert whole.level is Level.MEASURED
    assert check_rates(OWN, rates_of_one_step_less, FEW).level is Level.REFUTED


@pytest.mark.parametrize(
    ("bound", "order", "holds"),
    [
        ((d + r) ** ell, None, True),
        ((d + r) ** (ell - 1), None, False),
        (sympy.Max(d, r) ** ell, None, False),
        (binomial(ell, 2) * r**2 * (d + r) ** (ell - 2), 1, True),
        (binomial(ell, 2) * r**2 * d ** (ell - 2) / 2, 1, False),
    ],
)
def test_bound_on_transport(bound: sympy.Expr, order: int | None, holds: bool) -> None:
    verdict = check_transport_bound(OWN, bound, Settings(examples=12), order=order)
    assert verdict.holds == holds
    assert holds or "above" in verdict.sides


def test_claim_refutes_its_wrong_version() -> None:
    claim = stated_claim("own", "J = …", check_jacobian, OWN, RIGHT, wrong={"sign": WRONG})
    assert claim.judge(FEW).holds
    assert not claim.misstated("sign").judge(FEW).holds
    bound = stated_claim(
        "norm", r"\|M\| \le (d+r)^\ell", check_transport_bound, OWN, (d + r) ** ell, kind=Kind.BOUND
    )
    assert bound.judge(FEW).level is Level.MEASURED


def test_bad_input_is_refused() -> None:
    x = sympy.Symbol("x")
    with pytest.raises(LonglagError, match="does not have"):
        check_jacobian(OWN, x * delta, FEW)
    with pytest.raises(LonglagError, match="written-out"):
        check_jacobian(OWN, sympy.Matrix([[x]]), FEW)
    with pytest.raises(LonglagError, match="square"):
        check_jacobian(OWN, sympy.ones(1, 2), FEW)
    with pytest.raises(LonglagError, match="alone"):
        check_transport_bound(OWN, x, FEW)
    with pytest.raises(LonglagError):
        check_rates(OWN, sympy.IndexedBase("D")[5 + ell], FEW)
    with pytest.raises(LonglagError, match="several states"):
        check_rates(CELLS["lstm"], x, FEW)
