"""Weights as objects: the same object is the same matrix, and others are made of it."""

from __future__ import annotations

import pickle
from collections.abc import Mapping

import pytest
import torch
from sympy import Interval, Matrix, oo, tanh

from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.numerics.generate import generate
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import (
    Cell,
    LonglagError,
    drive,
    expm,
    jacobian,
    parameter,
    recurrent,
    sigmoid,
    state,
    weight,
)
from longlag.theory.statement import Settings

h, x = state("h"), drive("x")
W, U, WAY = weight("W"), weight("U"), weight("way", Interval(0, oo))
GAMMA = parameter("gamma", Interval(0, 1))
GATE = sigmoid(W(h) + drive("z"))

TIED = {
    "antisymmetric": {h: h + tanh((W - W.T)(h) - GAMMA * h + x) / 10},
    "one_weight_on_two_arguments": {h: (1 - GATE) * h + GATE * tanh(W(GATE * h) + x)},
    "orthogonal": {h: tanh(expm(W - W.T)(h) + x)},
    "scaled_exponential": {h: tanh(expm(GAMMA * W @ U - 2 * U.T)(h) + x)},
    "low_rank": {h: tanh((U @ W)(h) + x - 2 * U.T(h))},
    "signed": {h: tanh(WAY(h) - U(h) + x)},
}
CELLS = {name: Cell(name, update) for name, update in TIED.items()}


def matrices(weights: Mapping[str, torch.Tensor], gamma: torch.Tensor) -> dict[str, object]:
    """The updates in PyTorch, written a second time by hand."""
    w, u = weights.get("W"), weights.get("U")
    return {
        "antisymmetric": lambda s, d: s + torch.tanh((w - w.T) @ s - gamma * s + d["x"]) / 10,
        "orthogonal": lambda s, d: torch.tanh(torch.matrix_exp(w - w.T) @ s + d["x"]),
        "scaled_exponential": lambda s, d: torch.tanh(
            torch.matrix_exp(gamma * w @ u - 2 * u.T) @ s + d["x"]
        ),
        "low_rank": lambda s, d: torch.tanh(u @ w @ s + d["x"] - 2 * u.T @ s),
        "signed": lambda s, d: torch.tanh(weights["way"] @ s - u @ s + d["x"]),
        "one_weight_on_two_arguments": lambda s, d: _gated(w, s, d),
    }


def _gated(w: torch.Tensor, s: torch.Tensor, d: Mapping[str, torch.Tensor]) -> torch.Tensor:
    z = torch.sigmoid(w @ s + d["z"])
    return (1 - z) * s + z * torch.tanh(w @ (z * s) + d["x"])


@pytest.mark.parametrize("backend", ["torch", "compiled", "numpy"])
@pytest.mark.parametrize("name", CELLS)
def test_step_and_jacobian_are_those_written_by_hand(name: str, backend: str) -> None:
    network = sample_network(CELLS[name], torch.Generator().manual_seed(0), size=5)
    update = matrices(network.weight, network.parameter.get("gamma", torch.zeros(())))[name]
    expected = update(network.state["h"], network.drive)  # type: ignore[operator]
    slope = torch.func.jacrev(update)(network.state["h"], network.drive)  # type: ignore[arg-type]
    functions = generate(CELLS[name], backend)
    given = [
        {k: v.numpy() if backend == "numpy" else v for k, v in group.items()}
        for group in network.arguments
    ]
    found = torch.as_tensor(1 * functions.step(*given)["h"])
    torch.testing.assert_close(found, expected, rtol=1e-13, atol=1e-14)
    torch.testing.assert_close(
        torch.as_tensor(functions.jacobian(*given)), slope, rtol=1e-13, atol=1e-14
    )


@pytest.mark.parametrize("name", CELLS)
def test_every_claim_of_a_cell_with_such_weights_is_as_expected(name: str) -> None:
    for one in derive_cell(CELLS[name]).check(Settings(examples=2)).checked:
        assert one.as_expected, one.verdict


def test_the_same_object_is_given_once() -> None:
    assert CELLS["one_weight_on_two_arguments"].weights == ("W",)
    assert CELLS["antisymmetric"].weights == ("W",)
    assert CELLS["scaled_exponential"].weights == ("W", "U")
    assert CELLS["scaled_exponential"].shapes(3)["weight"] == {"W": (3, 3), "U": (3, 3)}


def test_a_transpose_is_the_other_way_round_in_the_explicit_jacobian() -> None:
    cell = Cell("turned", {h: W.T(h)})
    w12, w21 = (jacobian(Cell("straight", {h: W(h)})).to_explicit(2)[i, 1 - i] for i in range(2))
    assert jacobian(cell).to_explicit(2)[0, 1] == w21
    assert jacobian(cell).to_explicit(2)[1, 0] == w12
    previous, new = cell.to_explicit(2)
    assert new.jacobian(previous) == Matrix(jacobian(cell).to_explicit(2))


def test_sums_and_products_are_taken_apart() -> None:
    assert (W - W.T)(h) == W(h) - W.T(h)
    assert (U @ W)(h) == U(W(h))
    assert (U @ W).T(h) == W.T(U.T(h))
    assert (2 * W)(h) == 2 * W(h)
    assert (GAMMA * W - U)(h) == GAMMA * W(h) - U(h)
    assert W.T.T is W
    assert expm(W.T) == expm(W).T


def test_a_sum_before_a_matrix_stands_in_brackets() -> None:
    turned = expm((GAMMA + 1) * W - 2 * U)
    assert turned.text == "expm((gamma + 1)*W - 2*U)"
    assert r"\left(\gamma + 1\right) W - 2 U" in Cell("turned", {h: tanh(turned(h))}).latex()


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_with_such_weights_can_be_sent(name: str) -> None:
    assert pickle.loads(pickle.dumps(CELLS[name])) == CELLS[name]


def test_weights_are_drawn_from_their_interval() -> None:
    network = sample_network(CELLS["signed"], torch.Generator().manual_seed(0), size=6)
    assert (network.weight["way"] > 0).all()
    assert (network.weight["U"] < 0).any()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: W * U, "written with @"),
        (lambda: h * (W - U), "the same at all times"),
        (lambda: expm(h), "it is no matrix"),
        (lambda: weight("W", Interval(1, 1)), "positive length"),
        (lambda: weight("2"), "identifier"),
        (lambda: Cell("two", {h: W(h) + weight("W", Interval(0, 1))(h)}), "bear this name"),
        (lambda: Cell("two", {h: recurrent("a", h) + recurrent("a", h**2)}), "bear this name"),
    ],
)
def test_what_is_no_matrix_is_refused(wrong: object, message: str) -> None:
    with pytest.raises(LonglagError, match=message):
        wrong()  # type: ignore[operator]
