"""The bound of products holds all over a ball, and its enclosures hold what they enclose."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from longlag.numerics.descent.bounds import bounds
from longlag.numerics.descent.network import DiagonalNetwork, symmetric_start
from longlag.numerics.descent.saturated_width import _root, saturated_width
from longlag.numerics.descent.saturation import SaturationBound, growth_exponent, saturation_bound
from longlag.numerics.descent.smoothness import NeuronDerivatives, neuron_derivatives
from longlag.theory.descent.activation import activation
from longlag.theory.descent.problem import Problem
from longlag.theory.errors import LonglagError

NAMES = st.sampled_from(["tanh", "sigmoid", "erf", "sin", "gaussian", "isru"])
SEEDS = st.integers(0, 2**32 - 1)
STEPS, DIMENSION, WIDTH = 12, 2, 32


def start(name: str, seed: int, alpha: float) -> tuple[DiagonalNetwork, Tensor, torch.Generator]:
    generator = torch.Generator().manual_seed(seed)
    network = symmetric_start(
        activation(name), width=WIDTH, dimension=DIMENSION, alpha=alpha, generator=generator
    )
    inputs = torch.randn(3, STEPS, DIMENSION, generator=generator, dtype=torch.float64)
    return network, inputs / inputs.norm(dim=-1, keepdim=True), generator


def derivatives(network: DiagonalNetwork, inputs: Tensor) -> NeuronDerivatives:
    """Of every neuron for every sequence, shape (sequence, neuron, step)."""
    shape = (len(inputs), network.width)
    return neuron_derivatives(
        network.activation,
        network.weight.expand(shape),
        network.input_weight.expand(*shape, DIMENSION),
        inputs[:, None].expand(*shape, STEPS, DIMENSION),
    )


def moved(
    network: DiagonalNetwork, reach_w: float, reach_u: float, generator: torch.Generator
) -> DiagonalNetwork:
    """Every neuron at the edge of its ball, in a random direction."""
    turn = torch.randn(network.width, DIMENSION, generator=generator, dtype=torch.float64)
    coins = torch.randn(network.width, generator=generator, dtype=torch.float64).sign()
    return network.with_parameters(
        network.weight + reach_w * coins,
        network.input_weight + reach_u * turn / turn.norm(dim=-1, keepdim=True),
    )


def largest_share(found: NeuronDerivatives, bound: SaturationBound) -> float:
    gradient = (found.gradient_norm / bound.gradient.mT).amax()
    return float(torch.maximum(gradient, (found.hessian_norm / bound.hessian.mT).amax()))


@given(NAMES, SEEDS, st.floats(0.3, 1.6))
def test_on_a_trajectory_its_own_slopes_bound_the_derivatives(
    name: str, seed: int, alpha: float
) -> None:
    network, inputs, _ = start(name, seed, alpha)
    found, bound = derivatives(network, inputs), saturation_bound(network, inputs)
    assert largest_share(found, bound) <= 1 + 1e-12
    # After one step the gradient is as large as its bound, so that nothing is given away there.
    assert largest_share(found, bound) > 1 - 1e-12
    worst = bounds(network.activation, alpha, STEPS)
    assert (bound.gradient <= torch.from_numpy(worst.gradient)[:, None] * (1 + 1e-12)).all()
    assert (bound.hessian <= torch.from_numpy(worst.hessian)[:, None] * (1 + 1e-12)).all()


@given(
    NAMES,
    SEEDS,
    st.floats(0.3, 1.6),
    st.sampled_from([0.0, 1e-6, 1e-3, 0.03, 0.3]),
    st.sampled_from([1e-6, 1e-3, 0.03, 0.3]),
)
def test_the_bound_holds_all_over_the_ball(
    name: str, seed: int, alpha: float, reach_w: float, reach_u: float
) -> None:
    network, inputs, generator = start(name, seed, alpha)
    bound = saturation_bound(network, inputs, reach_w=reach_w, reach_u=reach_u)
    for share in (0.0, 0.5, 1.0):
        there = moved(network, share * reach_w, share * reach_u, generator)
        found = derivatives(there, inputs)
        assert largest_share(found, bound) <= 1 + 1e-12
    worst = bounds(network.activation, alpha + reach_w, STEPS)
    assert (bound.hessian <= torch.from_numpy(worst.hessian)[:, None] * (1 + 1e-12)).all()


def test_values_that_only_the_ball_allows_count_as_well() -> None:
    # U = 0 at the start, and an input at the first step only: H is 0 there, but not in the ball.
    network = symmetric_start(
        activation("tanh"), width=2, dimension=1, alpha=0.1, generator=torch.Generator()
    )
    network = network.with_parameters(network.weight, torch.zeros_like(network.input_weight))
    inputs = torch.zeros(2, 1, dtype=torch.float64)
    inputs[0] = 1.0
    bound = saturation_bound(network, inputs, reach_u=0.5)
    there = network.with_parameters(network.weight, network.input_weight + 0.5)
    found = there.neuron_gradients(inputs).square().sum(-1).sqrt()
    assert (found <= bound.gradient).all()
    # Without what H may be there, g_2 = α g_1.
    assert (found[1] > 0.1 * bound.gradient[0]).all()


def test_the_trajectorys_own_slopes_do_not_bound_the_ball() -> None:
    network, inputs, generator = start("tanh", 0, 1.5)
    bound = saturation_bound(network, inputs)
    found = derivatives(moved(network, 0.1, 0.1, generator), inputs)
    assert largest_share(found, bound) > 2


@given(SEEDS, st.floats(0.3, 1.5), st.sampled_from([1e-4, 1e-2, 0.1]))
def test_networks_in_the_ball_obey_their_three_bounds(
    seed: int, alpha: float, reach: float
) -> None:
    network, inputs, generator = start("tanh", seed, alpha)
    bound = saturation_bound(network, inputs, reach_w=reach, reach_u=reach)
    there = moved(network, reach, reach, generator)
    rho = math.sqrt(2 * WIDTH) * reach
    signs = network.signs[:, None] / math.sqrt(WIDTH)
    before, after = (signs * n.neuron_gradients(inputs) for n in (network, there))
    steps = torch.cat(
        ((there.weight - network.weight)[:, None], there.input_weight - network.input_weight), -1
    )
    linear = network.outputs(inputs) + (before * steps).sum((-1, -2))
    slack = 1 + 1e-12
    remainder = (there.outputs(inputs) - linear).abs()
    assert (remainder <= slack * bound.linearisation_error(rho) + 1e-14).all()
    drift = (after - before).square().sum((-1, -2)).sqrt()
    assert (drift <= slack * bound.gradient_drift(rho)).all()
    assert (drift > bound.gradient_drift(rho) / 1e4).any()
    sizes = after.square().sum((-1, -2)).sqrt()
    assert (sizes <= slack * bound.network_gradient).all()
    assert (sizes > 0.9 * bound.network_gradient).any()


def test_neurons_that_are_driven_forget_and_idle_ones_do_not() -> None:
    network, _, generator = start("tanh", 1, 1.5)
    inputs = torch.randn(1, 100, DIMENSION, generator=generator, dtype=torch.float64)
    driven = growth_exponent(network, inputs, skip=10)
    assert (driven < 0).all()
    idle = growth_exponent(network, torch.zeros_like(inputs))
    assert torch.allclose(idle, torch.full_like(idle, math.log(1.5)), rtol=1e-12)


def test_idle_neurons_gain_nothing() -> None:
    network, inputs, _ = start("tanh", 1, 1.3)
    bound = saturation_bound(network, 1e-9 * inputs)
    floor = 1e-9 * sum(1.3**k for k in range(STEPS))
    assert (bound.gradient[:, -1] >= floor * (1 - 1e-6)).all()


def test_the_width_solves_its_own_equation() -> None:
    network, inputs, _ = start("tanh", 2, 1.3)
    problem = Problem(
        steps=STEPS,
        samples=3,
        dimension=DIMENSION,
        alpha=1.3,
        delta=0.1,
        epsilon=0.1,
        rho_w=1.5,
        rho_u=2.0,
    )
    found = saturated_width(network, inputs, problem)
    assert found.linearisation < found.width < found.worst_case / 10
    reach = 1 / math.sqrt(found.width)
    bound = saturation_bound(network, inputs, reach_w=1.5 * reach, reach_u=2 * reach)
    assert float(bound.mean_hessian.max()) == pytest.approx(found.mean_hessian, rel=1e-12)
    ell = float(bounds(network.activation, 1.3, STEPS).gradient[-1])
    union = math.log(2 * 3 * STEPS / 0.1)
    root = 2 * math.sqrt(2) * ell * math.sqrt(union) + (1.5**2 + 2**2) * (
        found.mean_hessian / 2 + 2 * found.root_mean_square_hessian
    )
    assert found.width == pytest.approx(4 * root**2 / 0.1, rel=5e-3)


def test_bad_input_is_refused() -> None:
    network, inputs, _ = start("tanh", 0, 0.9)
    for reach in (-0.1, math.inf, math.nan):
        with pytest.raises(LonglagError, match="it is a distance"):
            saturation_bound(network, inputs, reach_u=reach)
    with pytest.raises(LonglagError, match="double precision"):
        saturation_bound(network, inputs.float())
    problem = Problem(steps=5, samples=3, dimension=2, alpha=0.9, delta=0.1, epsilon=0.1)
    with pytest.raises(LonglagError, match=r"n, T, d = \(3, 5, 2\)"):
        saturated_width(network, inputs, problem)


@given(exponent=st.floats(0, 3), size=st.floats(1, 1e9))
def test_the_least_width_suffices_and_is_nearly_the_least(exponent: float, size: float) -> None:
    """m = c m^{−p} has the root c^{1/(1+p)}."""
    exact = size ** (1 / (1 + exponent))
    found = _root(lambda m: size * m**-exponent, size)
    assert size * found**-exponent <= found * (1 + 1e-12)
    assert exact * (1 - 1e-12) <= found <= exact * (1 + 2e-3)
