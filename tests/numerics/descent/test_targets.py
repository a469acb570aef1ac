"""Targets of the class F_ν: bounded maps, exact means, and the network that is near them."""

from __future__ import annotations

import math

import mpmath
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from longlag.numerics.descent.network import symmetric_start
from longlag.numerics.descent.targets import (
    Target,
    TransportMap,
    along,
    draw_map,
    draw_sequences,
    gaussian_grid,
)
from longlag.theory.descent.activation import activation
from longlag.theory.errors import LonglagError


def drawn(alpha: float, dimension: int, seed: int, steps: int = 4) -> tuple[Target, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    inputs = draw_sequences(3, steps, dimension, generator)
    transport = draw_map(dimension, generator, size_w=0.7, size_u=1.3)
    return Target(activation("tanh"), alpha, transport), inputs


@given(st.integers(1, 4), st.integers(0, 99), st.floats(1e-3, 2), st.floats(1e-3, 2))
def test_maps_are_bounded_and_reach_their_bounds(
    dimension: int, seed: int, size_w: float, size_u: float
) -> None:
    generator = torch.Generator().manual_seed(seed)
    transport = draw_map(dimension, generator, size_w=size_w, size_u=size_u)
    by_weight, by_input = transport(
        torch.randn(4000, generator=generator, dtype=torch.float64),
        3 * torch.randn(4000, dimension, generator=generator, dtype=torch.float64),
    )
    lengths = torch.linalg.vector_norm(by_input, dim=1)
    assert transport.size == pytest.approx(math.hypot(size_w, size_u))
    for found, size in ((by_weight.abs(), size_w), (lengths, size_u)):
        assert 0.9 * size <= float(found.max()) <= size * (1 + 1e-14)


@given(st.integers(1, 3), st.integers(0, 99))
def test_inputs_lie_in_the_unit_ball_and_fill_it(dimension: int, seed: int) -> None:
    inputs = draw_sequences(40, 50, dimension, torch.Generator().manual_seed(seed))
    norms = torch.linalg.vector_norm(inputs, dim=-1)
    assert float(norms.max()) <= 1
    # The share within half of the radius is 2^-d.
    assert float((norms < 0.5).double().mean()) == pytest.approx(0.5**dimension, abs=0.05)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.1])
def test_the_mean_is_that_of_quadrature_in_many_digits(alpha: float) -> None:
    target, inputs = drawn(alpha, 1, 0, steps=2)
    transport, x = target.transport, [float(v) for v in inputs[0, :, 0]]
    (kw, ku), (bw, bu) = transport.frequencies.tolist(), transport.phases.tolist()

    def integrand(sign: int, u: mpmath.mpf) -> mpmath.mpf:
        w = sign * mpmath.mpf(alpha)
        first, argument = mpmath.tanh(u * x[0]), w * mpmath.tanh(u * x[0]) + u * x[1]
        slope, earlier = mpmath.sech(argument) ** 2, mpmath.sech(u * x[0]) ** 2
        by_w, by_u = slope * first, slope * (x[1] + w * earlier * x[0])
        v_w = transport.size_w * mpmath.cos(kw[0] * w + kw[1] * u + bw)
        v_u = transport.size_u * mpmath.cos(ku[0] * w + ku[1] * u + bu)
        v_u *= float(transport.direction[0])
        return (by_w * v_w + by_u * v_u) * mpmath.npdf(u) / 2

    stated = sum(
        mpmath.quad(lambda u, s=sign: integrand(s, u), [-12, -4, 0, 4, 12]) for sign in (1, -1)
    )
    assert float(target.values(inputs)[0, 1]) == pytest.approx(float(stated), abs=1e-11)


def test_two_dimensions_agree_with_one_where_the_other_component_is_silent() -> None:
    target, inputs = drawn(0.8, 1, 3)
    one = target.transport
    padded = TransportMap(
        one.size_w,
        one.size_u,
        torch.cat((one.frequencies, torch.zeros(2, 1, dtype=torch.float64)), 1),
        one.phases,
        torch.cat((one.direction, torch.zeros(1, dtype=torch.float64))),
    )
    wide = Target(target.activation, 0.8, padded)
    silent = torch.cat((inputs, torch.zeros_like(inputs)), -1)
    assert float((wide.values(silent) - target.values(inputs)).abs().max()) < 1e-10


def test_the_grid_stands_for_the_start() -> None:
    for dimension in (1, 2):
        network, shares = gaussian_grid(activation("tanh"), 0.6, dimension, 0.25)
        assert float(shares.sum()) == pytest.approx(1, abs=1e-12)
        assert float(shares @ network.weight) == pytest.approx(0, abs=1e-15)
        variance = torch.einsum("m,mi,mj->ij", shares, network.input_weight, network.input_weight)
        assert torch.allclose(variance, torch.eye(dimension, dtype=torch.float64), atol=1e-11)


def test_the_linearised_witness_is_the_mean_over_its_neurons() -> None:
    # The inner product by autograd, with the whole network, against the mean over neurons.
    target, inputs = drawn(0.9, 2, 1)
    start = symmetric_start(
        target.activation,
        width=40,
        dimension=2,
        alpha=0.9,
        generator=torch.Generator().manual_seed(4),
    )
    witness = target.witness(start)
    change = witness.weight - start.weight, witness.input_weight - start.input_weight

    def outputs(weight: torch.Tensor, input_weight: torch.Tensor) -> torch.Tensor:
        return start.with_parameters(weight, input_weight).outputs(inputs)

    here = start.weight, start.input_weight
    linear = torch.func.jvp(outputs, here, change)[1]
    mean = along(start, inputs, *target.transport(*here)).mean(-1)
    assert float((linear - mean).abs().max()) < 1e-13
    # Without the signs the mirrored half takes back what the first half gives.
    unsigned = [part / 40**0.5 for part in target.transport(*here)]
    wrong = torch.func.jvp(outputs, here, tuple(unsigned))[1]
    assert float(wrong.abs().max()) < 1e-13 < float(mean.abs().max())


def test_what_the_grid_cannot_do_is_refused() -> None:
    generator = torch.Generator().manual_seed(0)
    many = Target(activation("tanh"), 0.5, draw_map(3, generator))
    with pytest.raises(LonglagError, match="dimension 3"):
        many.values(draw_sequences(1, 2, 3, generator))
    chaotic = Target(activation("tanh"), 2.5, draw_map(1, generator))
    with pytest.raises(LonglagError, match="over 30 steps"):
        chaotic.values(draw_sequences(1, 30, 1, generator))
