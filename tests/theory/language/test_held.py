"""Values without a derivative, and derivatives that are declared, against PyTorch's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from sympy import Abs, Heaviside, Interval, tanh

from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.numerics.generate import generate
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import (
    Cell,
    LonglagError,
    drive,
    hold,
    parameter,
    recurrent,
    sigmoid,
    state,
    surrogate,
)
from longlag.theory.statement import Settings

h, v, x = state("h"), state("v"), drive("x")
BETA, THETA = parameter("beta", Interval.open(0, 1)), parameter("theta", Interval(0, 1))
SPIKE = surrogate(Heaviside(v - THETA), 1 / (1 + 25 * Abs(v - THETA)) ** 2)
SPIKING = Cell("spiking", {v: BETA * v * (1 - hold(SPIKE)) + recurrent("w", SPIKE) + x})
GATE = sigmoid(recurrent("z", h) + drive("z"))
HELD = Cell("held", {h: hold(GATE) * h + tanh(recurrent("n", h) + drive("n"))})


class Spike(torch.autograd.Function):
    """A step with the slope of a fast sigmoid."""

    @staticmethod
    def forward(ctx: object, above: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(above)  # type: ignore[attr-defined]
        return (above > 0).to(above)

    @staticmethod
    def backward(ctx: object, gradient: torch.Tensor) -> torch.Tensor:
        (above,) = ctx.saved_tensors  # type: ignore[attr-defined]
        return gradient / (1 + 25 * above.abs()) ** 2


@pytest.mark.parametrize("backend", ["torch", "compiled"])
def test_a_declared_slope_is_that_of_a_function_of_autograd(backend: str) -> None:
    network = sample_network(SPIKING, torch.Generator().manual_seed(1), size=4)
    beta, theta = network.parameter["beta"], network.parameter["theta"]

    def step(before: torch.Tensor) -> torch.Tensor:
        spike = Spike.apply(before - theta)
        kept = beta * before * (1 - spike.detach())
        return kept + network.weight["w"] @ spike + network.drive["x"]

    functions = generate(SPIKING, backend)
    torch.testing.assert_close(functions.step(*network.arguments)["v"], step(network.state["v"]))
    expected = torch.autograd.functional.jacobian(step, network.state["v"])
    torch.testing.assert_close(functions.jacobian(*network.arguments), expected)


@pytest.mark.parametrize("backend", ["torch", "compiled"])
def test_what_is_held_has_no_derivative(backend: str) -> None:
    network = sample_network(HELD, torch.Generator().manual_seed(1), size=4)
    weight, given = network.weight, network.drive

    def step(before: torch.Tensor) -> torch.Tensor:
        gate = torch.sigmoid(weight["z"] @ before + given["z"]).detach()
        return gate * before + torch.tanh(weight["n"] @ before + given["n"])

    expected = torch.autograd.functional.jacobian(step, network.state["h"])
    found = generate(HELD, backend).jacobian(*network.arguments)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("cell", [SPIKING, HELD], ids=lambda cell: cell.name)
def test_every_claim_of_such_a_cell_is_as_expected(cell: Cell) -> None:
    for one in derive_cell(cell).check(Settings(examples=2)).checked:
        assert one.as_expected, one.verdict


def test_gradients_of_a_step_of_generated_code_are_declared_too() -> None:
    network = sample_network(SPIKING, torch.Generator().manual_seed(1), size=4)
    start = network.state["v"].requires_grad_()
    new = generate(SPIKING).step({"v": start}, *network.arguments[1:])["v"]
    (gradient,) = torch.autograd.grad(new.sum(), start)
    J = generate(SPIKING).jacobian(*network.arguments)
    torch.testing.assert_close(gradient, J.sum(0).detach())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: surrogate(v * 2, x), "a slope is declared for one function"),
        (lambda: Cell("step", {h: Heaviside(h)}), "Heaviside jumps.*surrogate"),
        (lambda: Cell("inner", {h: surrogate(Heaviside(Abs(h)), h)}), "not differentiable"),
    ],
)
def test_what_has_no_slope_is_refused(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(LonglagError, match=message):
        wrong()
