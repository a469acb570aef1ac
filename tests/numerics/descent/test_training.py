"""Runs of gradient descent, and the bounds beside them as numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from longlag.numerics.descent.network import DiagonalNetwork, symmetric_start
from longlag.numerics.descent.targets import Target, draw_map, draw_sequences
from longlag.numerics.descent.training import Run, gradient_descent, projected
from longlag.theory.descent.activation import activation
from longlag.theory.descent.convergence import drift_radius, risk_bound
from longlag.theory.descent.guarantee import Guarantee, drift_guarantee, problem_of
from longlag.theory.errors import LonglagError

SIZE = 0.3, 0.2
PROBLEM = problem_of(steps=5, samples=3, dimension=2, alpha=0.6, size=SIZE)


def drawn() -> tuple[Target, torch.Tensor, DiagonalNetwork]:
    generator = torch.Generator().manual_seed(0)
    inputs = draw_sequences(3, 5, 2, generator)
    transport = draw_map(2, generator, size_w=SIZE[0], size_u=SIZE[1])
    target = Target(activation("tanh"), 0.6, transport)
    start = symmetric_start(
        target.activation, width=20, dimension=2, alpha=0.6, generator=generator
    )
    return target, inputs, start


def run(step_size: float, iterations: int, radius: tuple[float, float] | None = None) -> Run:
    target, inputs, start = drawn()
    return gradient_descent(
        start,
        inputs,
        target.values(inputs),
        step_size=step_size,
        iterations=iterations,
        witness=target.witness(start),
        radius=radius,
    )


def test_a_step_goes_along_the_gradient_by_the_derived_recursion() -> None:
    target, inputs, start = drawn()
    exact = target.values(inputs)
    by_neuron = start.neuron_gradients(inputs) * start.signs[:, None] / start.width**0.5
    gap = start.outputs(inputs) - exact
    gradient = 2 * torch.einsum("nt,ntmp->mp", gap, by_neuron) / gap.numel()
    found = run(0.7, 1)
    moved = torch.cat((found.network.weight[:, None], found.network.input_weight), 1)
    here = torch.cat((start.weight[:, None], start.input_weight), 1)
    assert float((moved - here + 0.7 * gradient).abs().max()) < 1e-15
    assert found.risk[0] == pytest.approx(float(exact.square().mean()), rel=1e-13)
    lengths = torch.linalg.vector_norm(gradient, dim=1)
    assert found.drift[1] == pytest.approx(0.7 * 20**0.5 * float(lengths.max()), rel=1e-12)
    assert found.drift_w[1] == pytest.approx(
        0.7 * 20**0.5 * float(gradient[:, 0].abs().max()), rel=1e-12
    )


def test_what_a_run_keeps() -> None:
    target, inputs, start = drawn()
    found = run(0.5, 30)
    assert found.risk.shape == (31,)
    assert found.drift[0] == 0
    assert found.mean_risk.shape == (30,)
    assert found.mean_risk[2] == pytest.approx(found.risk[:3].mean(), rel=1e-14)
    witness = target.witness(start)
    squares = (witness.weight - start.weight).square().sum()
    squares = squares + (witness.input_weight - start.input_weight).square().sum()
    assert found.distance[0] == pytest.approx(float(squares), rel=1e-13)
    assert found.distance[0] <= sum(size**2 for size in SIZE)
    gap = found.network.outputs(inputs) - target.values(inputs)
    assert found.risk[-1] == pytest.approx(float(gap.square().mean()), rel=1e-12)
    assert found.risk[-1] < 0.2 * found.risk[0]


def test_projection_keeps_every_neuron_in_its_ball_and_matters() -> None:
    radius = 0.02, 0.03
    free, kept = run(0.5, 30), run(0.5, 30, radius)
    assert free.drift_w.max() > radius[0]
    assert kept.drift_w.max() <= radius[0] * (1 + 1e-12)
    assert kept.drift.max() <= math.hypot(*radius) * (1 + 1e-12)
    assert kept.drift.max() > 0.9 * math.hypot(*radius)
    assert kept.risk[-1] > 2 * free.risk[-1]


@given(st.integers(0, 99), st.floats(0.01, 2), st.floats(0.01, 2))
def test_a_projection_is_the_nearest_point(seed: int, first: float, second: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    change = torch.randn(30, 3, generator=generator, dtype=torch.float64)
    found = projected(change, (first, second))
    assert float(found[:, 0].abs().max()) <= first
    assert float(torch.linalg.vector_norm(found[:, 1:], dim=1).max()) <= second * (1 + 1e-14)
    assert torch.allclose(projected(found, (first, second)), found, rtol=0, atol=1e-15)
    inside = (change[:, 0].abs() <= first) & (
        torch.linalg.vector_norm(change[:, 1:], dim=1) <= second
    )
    assert torch.equal(found[inside], change[inside])
    # No point of the ball lies on the far side: ⟨x − Px, z − Px⟩ ≤ 0.
    others = projected(
        torch.randn(30, 3, generator=generator, dtype=torch.float64), (first, second)
    )
    assert float(((change - found) * (others - found)).sum(1).max()) <= 1e-13


def test_nothing_moves_at_the_edge_of_a_ball_without_room() -> None:
    found = run(0.5, 3, (0.0, 0.0))
    assert found.drift.max() == 0
    assert np.ptp(found.risk) == 0


def test_the_numbers_of_a_guarantee_are_the_sums() -> None:
    guarantee = Guarantee(PROBLEM, 400)
    length, curvature = math.sqrt(2), 4 / (3 * math.sqrt(3))

    def geometric(r: float, steps: int) -> float:
        return sum(r**k for k in range(steps))

    start, r = 0.6, 0.6 + SIZE[0] / 20
    gradient_start, gradient = length * geometric(start, 5), length * geometric(r, 5)
    hessian = sum(
        r**k * (2 * curvature * geometric(r, 5 - k) ** 2 + 2 * length * geometric(r, 4 - k))
        for k in range(5)
    )
    size = math.hypot(*SIZE)
    at_start = 2 * size * gradient_start * math.sqrt(math.log(2 * 3 * 5 / 0.05) / 400)
    assert guarantee.finite_width == pytest.approx(at_start, rel=1e-13)
    assert guarantee.linearisation == pytest.approx(hessian * size**2 / 40, rel=1e-13)
    misfit = at_start + 2.5 * hessian * size**2 / 20
    assert guarantee.misfit == pytest.approx(misfit, rel=1e-13)
    assert guarantee.step_size == pytest.approx(1 / (4 * gradient**2), rel=1e-13)
    bound = guarantee.value(risk_bound(), step_size=0.1, iterations=7)
    assert bound == pytest.approx(size**2 / 0.7 + 2 * misfit**2, rel=1e-13)


def test_the_drift_radius_solves_its_equation_and_no_smaller_one_does() -> None:
    problem = problem_of(steps=5, samples=3, dimension=2, alpha=0.6, size=(1e-4, 1e-4))
    guarantee, radius, step = drift_guarantee(problem, 10_000, iterations=40)
    again = guarantee.value(drift_radius(), step_size=step, iterations=40)
    assert again == pytest.approx(radius, rel=1e-8)
    assert again <= radius * (1 + 1e-9)
    for share in (0.5, 0.9, 0.99):
        smaller = Guarantee(problem, 10_000, share * radius)
        found = smaller.value(drift_radius(), step_size=smaller.step_size, iterations=40)
        assert found > share * radius


def test_where_no_radius_solves_it_nothing_is_said() -> None:
    with pytest.raises(LonglagError, match="no drift radius"):
        drift_guarantee(PROBLEM, 100, iterations=40)
