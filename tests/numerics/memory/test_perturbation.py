"""The L¹ error of a perturbed mixture stays below its closed bound, and reaches it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from sympy import Rational

from longlag.numerics.memory.perturbation import (
    exponential_norm,
    parameters_of,
    perturbation,
    polynomial_mixture,
)
from longlag.theory import LonglagError
from longlag.theory.memory.reparametrisation import REPARAMETRISATIONS, Reparametrisation
from longlag.theory.memory.reparametrisation import radius as beta

# A small b lets the balanced map reach rates up to 100.
NUMBERS = {"a": Rational(1), "b": Rational(1, 100)}


def in_numbers(name: str) -> Reparametrisation:
    one = REPARAMETRISATIONS[name]
    return one.at({str(s): NUMBERS[str(s)] for s in one.domains or {}})


MAPS = {name: in_numbers(name) for name in ("direct", "exponential", "softplus", "rational")}
STABLE = ["exponential", "softplus", "rational"]


def drawn(seed: int, positive: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    generator = np.random.default_rng(seed)
    amplitudes = generator.standard_normal(5)
    rates = np.exp(generator.uniform(-3, 2, 5))
    return (np.abs(amplitudes) if positive else amplitudes), rates


@given(seed=st.integers(0, 10**6))
def test_the_norm_from_roots_is_the_quadrature(seed: int) -> None:
    amplitudes, rates = drawn(seed, positive=False)

    def integrand(s: float) -> float:
        return float(abs(amplitudes @ np.exp(-rates * np.exp(s)))) * float(np.exp(s))

    pieces = np.linspace(-25, 8, 200)
    found = sum(quad(integrand, a, b)[0] for a, b in pairwise(pieces))
    assert exponential_norm(amplitudes, rates) == pytest.approx(found, rel=1e-8)


@given(p=st.floats(0.01, 10), q=st.floats(0.01, 10))
def test_two_units_are_as_far_apart_as_their_times(p: float, q: float) -> None:
    found = exponential_norm(np.array([1.0, -1.0]), np.array([p, q]))
    assert found == pytest.approx(abs(1 / p - 1 / q), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("radius", [0.01, 0.3])
def test_no_perturbation_exceeds_the_bound(name: str, radius: float) -> None:
    for seed in range(3):
        amplitudes, rates = drawn(seed, positive=False)
        found = perturbation(
            amplitudes, rates, MAPS[name], radius, draws=20, generator=np.random.default_rng(seed)
        )
        assert 0 < found.drawn <= found.bound * (1 + 1e-12)


@pytest.mark.parametrize("name", ["direct", "exponential", "softplus"])
def test_positive_amplitudes_reach_the_bound(name: str) -> None:
    amplitudes, rates = drawn(1, positive=True)
    found = perturbation(
        amplitudes, rates, MAPS[name], 0.02, draws=5, generator=np.random.default_rng(0)
    )
    assert found.drawn == pytest.approx(found.bound, rel=1e-11)
    # A wrong version: bounded by the rates instead of the times of the units.
    wrong = float(amplitudes @ (rates * np.expm1(0.02))) / exponential_norm(amplitudes, rates)
    assert found.drawn != pytest.approx(wrong, rel=1e-2)


@pytest.mark.parametrize("name", STABLE)
@pytest.mark.parametrize("count", [8, 32])
def test_a_stable_map_keeps_a_long_memory_within_its_modulus(name: str, count: int) -> None:
    amplitudes, rates = polynomial_mixture(0.5, count, longest=1e6)
    one = MAPS[name]
    for radius in (0.1, 0.5):
        modulus = float(one.modulus.subs(beta, radius))
        found = perturbation(
            amplitudes, rates, one, radius, draws=3, generator=np.random.default_rng(0)
        )
        assert found.bound <= modulus * (1 + 1e-9)


def test_the_direct_map_breaks_at_the_slowest_rate() -> None:
    amplitudes, rates = polynomial_mixture(0.5, 16, longest=1e3)
    slowest = float(rates.min())

    def error(radius: float) -> float:
        return perturbation(
            amplitudes, rates, MAPS["direct"], radius, draws=0, generator=np.random.default_rng(0)
        ).drawn

    assert error(0.5 * slowest) < 1
    assert error(0.9999 * slowest) > 100
    assert error(1.0001 * slowest) == np.inf


def test_the_polynomial_mixture_is_close_to_its_kernel() -> None:
    amplitudes, rates = polynomial_mixture(0.5, 60, longest=1e6)
    times = np.geomspace(0.01, 1e4, 50)
    fitted = np.exp(-np.outer(times, rates)) @ amplitudes
    assert np.allclose(fitted, (1 + times) ** -1.5, rtol=1e-3)
    assert (amplitudes > 0).all()


def test_bad_input_is_refused() -> None:
    amplitudes, rates = drawn(0, positive=True)
    generator = np.random.default_rng(0)
    with pytest.raises(LonglagError, match="positive"):
        exponential_norm(amplitudes, -rates)
    with pytest.raises(LonglagError, match="one of each"):
        exponential_norm(amplitudes[:2], rates)
    with pytest.raises(LonglagError, match="not negative"):
        perturbation(amplitudes, rates, MAPS["direct"], -1.0, draws=1, generator=generator)
    with pytest.raises(LonglagError, match="does not reach"):
        parameters_of(np.array([200.0]), MAPS["rational"])
    with pytest.raises(LonglagError, match="in numbers"):
        parameters_of(rates, REPARAMETRISATIONS["rational"])
    with pytest.raises(LonglagError, match="positive"):
        polynomial_mixture(0.0, 5, longest=10.0)
