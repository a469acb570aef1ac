"""The dense network: its tangent kernel, its transport, and its distance from linear."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from longlag.numerics.descent.dense import DenseNetwork, Direction, dense_start, ridge_error
from longlag.numerics.descent.targets import draw_sequences

WIDTH, HORIZON = 14, 5


def drawn(alpha: float = 0.9) -> tuple[DenseNetwork, torch.Tensor, torch.Generator]:
    generator = torch.Generator().manual_seed(0)
    network = dense_start(width=WIDTH, dimension=2, alpha=alpha, generator=generator)
    return network, draw_sequences(4, HORIZON, 2, generator), generator


def gradients(network: DenseNetwork, inputs: torch.Tensor) -> torch.Tensor:
    def outputs(weight: torch.Tensor, input_weight: torch.Tensor) -> torch.Tensor:
        return replace(network, weight=weight, input_weight=input_weight).last_output(inputs)

    parts = torch.func.jacrev(outputs, argnums=(0, 1))(network.weight, network.input_weight)
    return torch.cat([part.flatten(1) for part in parts], 1)


def test_the_tangent_kernel_is_that_of_autograd() -> None:
    network, inputs, _ = drawn()
    by_sequence = gradients(network, inputs)
    found = network.tangent_kernel(inputs, inputs[:3])
    assert float((found - by_sequence @ by_sequence[:3].mT).abs().max()) < 1e-13
    other = replace(network, weight=network.weight.mT)
    assert float((found - other.tangent_kernel(inputs, inputs[:3])).abs().max()) > 1e-3


def test_the_transport_is_the_jacobian_of_autograd() -> None:
    network, inputs, _ = drawn()
    sequence = inputs[0]
    hidden = network.hidden(sequence)
    recurrence = network.weight * network.alpha / WIDTH**0.5

    def last(before: torch.Tensor, lag: int) -> torch.Tensor:
        for x in sequence[HORIZON - lag :]:
            before = torch.tanh(recurrence @ before + network.input_weight @ x)
        return before

    products = network.transport(sequence)
    for lag in range(1, HORIZON):
        stated = torch.func.jacrev(lambda h, lag=lag: last(h, lag))(hidden[HORIZON - lag - 1])
        assert float((products[lag - 1] - stated).abs().max()) < 1e-14


def test_a_remainder_is_what_the_gradient_leaves() -> None:
    network, inputs, _ = drawn()
    change = network.steepest(inputs[0], 0.3)
    moved = replace(
        network, weight=network.weight + change[0], input_weight=network.input_weight + change[1]
    )
    linear = gradients(network, inputs[:1])[0] @ torch.cat([part.flatten() for part in change])
    gap = moved.last_output(inputs[:1]) - network.last_output(inputs[:1]) - linear
    assert network.remainder(inputs[0], change) == pytest.approx(abs(float(gap)), rel=1e-10)
    assert abs(float(linear)) > 1e-2


def test_the_steepest_change_has_its_length_in_the_rows_and_no_other_is_steeper() -> None:
    network, inputs, generator = drawn()
    slope = gradients(network, inputs[:1])[0]

    def length(change: Direction) -> float:
        rows = change[0] * network.alpha / WIDTH**0.5
        return float(torch.cat((rows.flatten(), change[1].flatten())).norm())

    def rise(change: Direction) -> float:
        return float(slope @ torch.cat([part.flatten() for part in change]))

    steepest = network.steepest(inputs[0], 0.3)
    assert length(steepest) == pytest.approx(0.3, rel=1e-13)
    for _ in range(20):
        noise = [
            0.1 * torch.randn(part.shape, generator=generator, dtype=part.dtype) * part.std()
            for part in steepest
        ]
        near = steepest[0] + noise[0], steepest[1] + noise[1]
        scale = 0.3 / length(near)
        assert rise((near[0] * scale, near[1] * scale)) < rise(steepest)


def test_the_most_curved_change_has_the_largest_eigenvalue() -> None:
    network, inputs, generator = drawn()

    def output(flat: torch.Tensor) -> torch.Tensor:
        weight, input_weight = flat.split([WIDTH**2, 2 * WIDTH])
        return network.output_of(inputs[0])(
            weight.reshape(WIDTH, WIDTH), input_weight.reshape(WIDTH, 2)
        )

    here = torch.cat((network.weight.flatten(), network.input_weight.flatten()))
    hessian = torch.autograd.functional.hessian(output, here)
    change = network.most_curved(inputs[0], 0.3, generator)
    direction = torch.cat([part.flatten() for part in change])
    assert float(direction.norm()) == pytest.approx(0.3, rel=1e-12)
    curvature = abs(float(direction @ hessian @ direction)) / 0.3**2
    assert curvature == pytest.approx(float(torch.linalg.eigvalsh(hessian).abs().max()), rel=0.05)


def test_the_recurrence_has_the_norm_of_the_quarter_circle() -> None:
    network = dense_start(
        width=300, dimension=1, alpha=0.7, generator=torch.Generator().manual_seed(0)
    )
    recurrence = network.weight * network.alpha / 300**0.5
    assert float(torch.linalg.matrix_norm(recurrence, 2)) == pytest.approx(1.4, rel=0.03)
    assert float(torch.linalg.eigvals(recurrence).abs().max()) == pytest.approx(0.7, rel=0.06)


def test_ridge_regression_fits_what_is_in_its_features_and_nothing_else() -> None:
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(300, 5, generator=generator, dtype=torch.float64)
    inside = features @ torch.randn(5, 1, generator=generator, dtype=torch.float64)
    outside = torch.randn(300, 1, generator=generator, dtype=torch.float64)
    labels = torch.cat((inside, outside), 1)
    errors = ridge_error(
        features[:150] @ features[:150].mT,
        features[150:] @ features[:150].mT,
        labels[:150],
        labels[150:],
        ridge=1e-9,
    )
    assert float(errors[0]) < 1e-10
    assert 0.9 < float(errors[1]) < 1.2
