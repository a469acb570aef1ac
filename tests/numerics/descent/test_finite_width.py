"""Finite widths: the distance from the infinite width and from the linearisation."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from longlag.numerics.descent.finite_width import (
    finite_width_errors,
    last_hessians,
    linearisation_errors,
    moved_adversely,
    moved_randomly,
    slope_of_repeats,
)
from longlag.numerics.descent.network import DiagonalNetwork, symmetric_start
from longlag.numerics.descent.targets import Target, draw_map, draw_sequences
from longlag.theory.descent.activation import activation

RADIUS = 0.4, 0.7


def drawn(seed: int = 0, *, width: int = 12) -> tuple[Target, torch.Tensor, DiagonalNetwork]:
    generator = torch.Generator().manual_seed(seed)
    inputs = draw_sequences(3, 5, 2, generator)
    target = Target(activation("tanh"), 0.8, draw_map(2, generator))
    start = symmetric_start(
        target.activation, width=width, dimension=2, alpha=0.8, generator=generator
    )
    return target, inputs, start


def test_an_error_is_the_inner_product_with_the_gradient_minus_the_target() -> None:
    target, inputs, _ = drawn()
    errors = finite_width_errors(
        target, inputs, (4, 16), neurons=32, generator=torch.Generator().manual_seed(7)
    )
    assert {width: len(found) for width, found in errors.items()} == {4: 16, 16: 4}
    # The second start of width 16, put together from its neurons and by autograd.
    pool = symmetric_start(
        target.activation,
        width=64,
        dimension=2,
        alpha=0.8,
        generator=torch.Generator().manual_seed(7),
    )
    own = slice(8, 16)
    signs = pool.signs[own]
    start = DiagonalNetwork(
        target.activation,
        pool.weight[own].repeat(2),
        pool.input_weight[own].repeat(2, 1),
        torch.cat((signs, -signs)),
    )
    witness = target.witness(start)
    parameters = torch.cat((start.weight[:, None], start.input_weight), 1).requires_grad_()
    change = torch.cat((witness.weight[:, None], witness.input_weight), 1) - parameters.detach()
    outputs = start.with_parameters(parameters[:, 0], parameters[:, 1:]).outputs(inputs)
    exact = target.values(inputs)
    for j, t in ((0, 0), (1, 3), (2, 4)):
        (gradient,) = torch.autograd.grad(outputs[j, t], parameters, retain_graph=True)
        stated = (gradient * change).sum() - exact[j, t]
        assert float(errors[16][1, j, t] - stated) == pytest.approx(0, abs=1e-13)


def test_errors_of_many_starts_have_mean_zero() -> None:
    target, inputs, _ = drawn()
    errors = finite_width_errors(
        target, inputs, (8,), neurons=40_000, generator=torch.Generator().manual_seed(1)
    )[8]
    deviations = errors.mean(0) / (errors.std(0) / len(errors) ** 0.5)
    assert float(deviations.abs().max()) < 4


def test_hessians_are_those_of_autograd() -> None:
    _, inputs, start = drawn()
    found = last_hessians(start, inputs[0])
    for neuron in (0, 3):

        def last(own: torch.Tensor, neuron: int = neuron) -> torch.Tensor:
            weight, input_weight = start.weight.clone(), start.input_weight.clone()
            weight[neuron], input_weight[neuron] = own[0], own[1:]
            return start.with_parameters(weight, input_weight).hidden(inputs[0])[-1, neuron]

        here = torch.cat((start.weight[neuron : neuron + 1], start.input_weight[neuron]))
        stated = torch.autograd.functional.hessian(last, here)
        assert float((found[neuron] - stated).abs().max()) < 1e-13


@pytest.mark.parametrize("adverse", [True, False])
def test_neurons_are_moved_to_the_edge_of_their_balls(adverse: bool) -> None:
    _, inputs, start = drawn(width=40)
    moved = (
        moved_adversely(start, RADIUS, inputs[0])
        if adverse
        else moved_randomly(start, RADIUS, torch.Generator().manual_seed(0))
    )
    root = start.width**0.5
    by_weight = root * (moved.weight - start.weight).abs() / RADIUS[0]
    by_input = root * torch.linalg.vector_norm(moved.input_weight - start.input_weight, dim=1)
    furthest = torch.maximum(by_weight, by_input / RADIUS[1])
    assert float((furthest - 1).abs().max()) < 1e-12


def test_adverse_remainders_add_up_and_random_ones_do_not() -> None:
    _, inputs, start = drawn(width=400)
    sequence = inputs[:1]
    adverse = linearisation_errors(start, moved_adversely(start, RADIUS, inputs[0]), sequence)
    random = linearisation_errors(
        start, moved_randomly(start, RADIUS, torch.Generator().manual_seed(0)), sequence
    )
    assert float(adverse[0, -1].abs()) > 5 * float(random[0, -1].abs())
    assert float(adverse[0, -1]) > 0


def test_the_remainder_is_of_second_order() -> None:
    _, inputs, start = drawn()
    remainders = []
    for scale in (1.0, 0.5, 0.25):
        radius = 0.01 * scale, 0.01 * scale
        moved = moved_randomly(start, radius, torch.Generator().manual_seed(0))
        remainders.append(linearisation_errors(start, moved, inputs).abs().max())
    assert float(remainders[0] / remainders[1]) == pytest.approx(4, abs=0.05)
    assert float(remainders[1] / remainders[2]) == pytest.approx(4, abs=0.05)


def test_a_network_that_is_linear_in_its_parameters_has_no_remainder() -> None:
    _, inputs, start = drawn()
    start = start.with_parameters(0 * start.weight, 1e-9 * start.input_weight)
    moved = start.with_parameters(start.weight, 2 * start.input_weight)
    assert float(linearisation_errors(start, moved, inputs).abs().max()) < 1e-20


def test_slopes_of_power_laws() -> None:
    sizes = [4, 16, 64, 256]
    generator = np.random.default_rng(0)
    noise = np.exp(0.1 * generator.standard_normal((200, 4)))
    repeats = slope_of_repeats(sizes, 3 * np.array(sizes) ** -0.5 * noise)
    assert repeats.covers(-0.5)
    assert not repeats.covers(-0.45)
    # Of noise s, 1.97 s over the root of 200 Σ(ln m − mean)².
    spread = np.log(4) ** 2 * 5
    assert repeats.half_width == pytest.approx(1.97 * 0.1 / np.sqrt(200 * spread), rel=0.15)


def test_intervals_cover_as_often_as_they_say() -> None:
    sizes, generator = [1, 2, 4, 8], np.random.default_rng(1)
    covered = [
        slope_of_repeats(sizes, np.exp(generator.standard_normal((5, 4))), confidence=0.8).covers(0)
        for _ in range(2000)
    ]
    assert np.mean(covered) == pytest.approx(0.8, abs=0.03)
