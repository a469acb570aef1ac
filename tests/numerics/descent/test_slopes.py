"""Envelopes hold what an activation does over an interval, and hardly more."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational, S, sin
from torch import Tensor

from longlag.numerics.descent.slopes import envelope
from longlag.theory.descent.activation import Activation, activation, preactivation
from longlag.theory.statement import Level
from longlag.theory.suprema.supremum import Supremum

NAMES = st.sampled_from(["tanh", "sigmoid", "erf", "sin", "gaussian", "isru"])
CENTRES = st.one_of(st.floats(-6, 6), st.sampled_from([0.0, 15.9, -15.9, 17.0, -40.0]))
HALVES = st.one_of(st.floats(0, 4), st.sampled_from([0.0, 1e-9, 1e-3, 20.0]))
#: Cells are 1/512 wide; over one of them a bounded derivative changes a value by as little.
_RESOLUTION = 0.005


def number(value: float) -> Tensor:
    return torch.tensor([value], dtype=torch.float64)


@given(NAMES, CENTRES, HALVES)
def test_slope_and_curvature_are_enclosed_and_hardly_more(
    name: str, centre: float, half: float
) -> None:
    found = envelope(activation(name))
    inside = centre + half * torch.linspace(-1, 1, 4001, dtype=torch.float64)
    bounds = found.over(number(centre), number(half))
    for derivative, bound, supremum in zip(
        (found.slope, found.curvature), bounds, found.suprema[1:], strict=False
    ):
        largest = derivative(inside).abs().amax()
        assert largest <= bound * (1 + 1e-13)
        assert bound <= supremum
        if abs(centre) + half < 15:
            assert bound <= largest + _RESOLUTION
            # What is half a bound does not hold.
            assert largest > bound / 2 or bound < 2 * _RESOLUTION


@given(NAMES, CENTRES, HALVES)
def test_values_are_enclosed_and_hardly_more(name: str, centre: float, half: float) -> None:
    found = envelope(activation(name))
    inside = found.value(centre + half * torch.linspace(-1, 1, 4001, dtype=torch.float64))
    slope, _ = found.over(number(centre), number(half))
    middle, spread = found.values(number(centre), number(half), slope)
    assert (inside >= middle - spread - 1e-15).all()
    assert (inside <= middle + spread + 1e-15).all()
    if abs(centre) + half < 15:
        assert 2 * spread <= inside.amax() - inside.amin() + _RESOLUTION


@given(NAMES, st.floats(-6, 6))
def test_a_point_is_exact(name: str, centre: float) -> None:
    found = envelope(activation(name))
    at = number(centre)
    slope, curvature = found.over(at, torch.zeros_like(at))
    assert abs(slope - found.slope(at).abs()) <= 1e-13
    assert abs(curvature - found.curvature(at).abs()) <= 1e-13
    middle, half = found.values(at, torch.zeros_like(at), slope)
    assert middle == found.value(at)
    assert half == 0


def test_derivatives_are_those_of_the_function() -> None:
    sigma = activation("erf")
    found = envelope(sigma)
    for function, derivative in ((found.slope, sigma.derivative), (found.curvature, sigma.second)):
        exact = float(derivative.subs(preactivation, 0.3))
        assert float(function(number(0.3))) == pytest.approx(exact, rel=1e-14)


def test_without_a_bounded_third_derivative_the_second_is_worth_its_supremum() -> None:
    # By hand: the second derivative only creeps up to its supremum, 4, which is hard to certify.
    function = sin(preactivation**2) / (1 + preactivation**2)
    limits = (
        Supremum(S(limit), Rational(0), Rational(limit), None, Level.CERTIFIED, "by hand")
        for limit in (1, 2, 12)
    )
    found = envelope(Activation("chirp", function, *limits))
    assert found.suprema == (1.0, 2.0, 12.0, float("inf"))
    slope, curvature = found.over(number(2.0), number(0.1))
    inside = 2 + 0.1 * torch.linspace(-1, 1, 101, dtype=torch.float64)
    assert float(curvature) == 12.0
    assert found.slope(inside).abs().amax() <= float(slope) < 2
