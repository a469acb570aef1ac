"""Masses of kernels that cancel, spike, decay slowly or oscillate on and on, by other ways."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from longlag.cli.reading.kernels import read_kernel
from longlag.numerics.memory.density import density
from longlag.numerics.memory.integrals import energy, l1_distance, mass
from longlag.numerics.memory.oscillation import cutoff, fitted_tail, slow_oscillation
from longlag.numerics.memory.rounding import rounding_error
from longlag.numerics.memory.transform import kernel_rule, numeric_transform
from longlag.theory import LonglagError
from longlag.theory.memory.kernel import time

#: A kernel and its mass in closed form.
MASSES: dict[str, float] = {
    "exp(-t)*(1-cos(t))": 0.5,
    "(exp(-t)-exp(-2*t))/t": math.log(2),
    "log(1+1/t**2)": math.pi,
    "-exp(-t)": 1.0,
    "(1-(1+t)*exp(-t))/t**2": 1.0,
    "(1-exp(-t)-t*exp(-t))/t**2*exp(-t)": 1 - math.log(2),
    "(sqrt(1+t**2)-t)**3": 3 / 8,
    "(1/t-1/sinh(t))/t": math.log(2),
    "log(1+1/t)**2": math.pi**2 / 3,
    "(exp(-3*t)-exp(-t))/t*2": 2 * math.log(3),
    "t**(-0.4)*exp(-t)": math.gamma(0.6),
    "besselk(0,t)": math.pi / 2,
    "exp(-1/t)/t**2": 1.0,
    "exp(-sqrt(t))": 2.0,
    "(1+t)**(-1.05)": 20.0,
    "1/cosh(t)**2": 1.0,
    "erfc(sqrt(t))": 0.5,
}


@pytest.mark.parametrize("text", MASSES)
def test_the_mass_of_a_kernel(text: str) -> None:
    assert mass(read_kernel(text, {})) == pytest.approx(MASSES[text], rel=1e-11)


#: The same of kernels whose tails oscillate.
OSCILLATING: dict[str, float] = {
    "sin(t)**2/t**2": math.pi / 2,
    "(1-cos(t))/t**2": math.pi / 2,
    "sin(t)**4/t**4": math.pi / 3,
    # ∫ sin²t t^{−a} dt = −2^{a−2} Γ(1−a) cos(π(1−a)/2)
    "sin(t)**2/t**1.3": float(-(2 ** mp.mpf(-0.7)) * mp.gamma(mp.mpf(-0.3)) * mp.cos(mp.pi * 0.15)),
    "sin(t)**2/t**1.7": float(-(2 ** mp.mpf(-0.3)) * mp.gamma(mp.mpf(-0.7)) * mp.cos(mp.pi * 0.35)),
    "sin(t/30)**2/t**2": math.pi / 60,
}


@pytest.mark.parametrize("text", OSCILLATING)
def test_the_mass_of_a_kernel_that_oscillates_on_and_on(text: str) -> None:
    assert mass(read_kernel(text, {})) == pytest.approx(OSCILLATING[text], rel=1e-8)


def test_kinks_of_an_oscillating_kernel_are_followed() -> None:
    # Σ of half periods; beyond the last the average 2/π of |cos|.
    edges = [mp.mpf(0), *(mp.pi * (k + mp.mpf(1) / 2) for k in range(300))]
    near = mp.quad(lambda t: abs(mp.cos(t)) / (1 + t * t), edges)
    expected = near + 2 / mp.pi * mp.atan(1 / edges[-1])
    assert mass(read_kernel("cos(t)/(1+t**2)", {})) == pytest.approx(float(expected), rel=1e-7)


@pytest.mark.parametrize(
    "text",
    ["sin(t)/(1+t)", "cos(t)/(1+t)**0.9", "sin(t)**2", "1+sin(t)/t", "sin(t)**2/t", "1/(t-1)"],
)
def test_what_has_no_mass_is_refused(text: str) -> None:
    with pytest.raises(LonglagError, match="its integral does not") as told:
        mass(read_kernel(text, {}))
    assert "behaves like" not in str(told.value) or "towards" in str(told.value)


def test_energy_and_distance_of_an_oscillating_kernel() -> None:
    kernel = read_kernel("sin(t)**2/t**2", {})
    assert energy(kernel) == pytest.approx(math.pi / 3, rel=1e-8)
    assert l1_distance(kernel, [0.0], [1.0]) == pytest.approx(math.pi / 2, rel=1e-6)


@given(rate=st.floats(-5, 4).map(lambda exponent: 10**exponent))
def test_the_transform_of_an_oscillating_kernel(rate: float) -> None:
    transform = numeric_transform(read_kernel("sin(t)**2/t**2", {}))
    with mp.workdps(30):
        w = mp.mpf(rate)
        # ∫ sin²t/t² e^{−wt} dt
        expected = mp.atan(2 / w) - w / 4 * mp.log(1 + 4 / w**2)
    assert transform(np.array([rate]))[0] == pytest.approx(float(expected), rel=1e-8)


@given(rate=st.floats(-5, 5).map(lambda exponent: 10**exponent))
def test_the_transform_of_a_difference(rate: float) -> None:
    transform = numeric_transform(read_kernel("(exp(-t)-exp(-2*t))/t", {}))
    expected = mpmath.log1p(1 / (1 + mpmath.mpf(rate)))
    assert transform(np.array([rate]))[0] == pytest.approx(float(expected), rel=1e-11)


@pytest.mark.parametrize("text", ["t**(-0.4)*exp(-t)", "t**(-0.45)/(1+t)", "log(1+1/t**2)"])
def test_a_spike_at_0_is_resolved(text: str) -> None:
    assert len(kernel_rule(read_kernel(text, {})).nodes) < 5000


@pytest.mark.parametrize("text", [text for text in MASSES if text != "-exp(-t)"])
def test_a_density_has_the_digits_of_a_double(text: str) -> None:
    kernel = read_kernel(text, {})
    times = np.geomspace(1e-12, 30, 40)
    found = density(kernel)(times)
    with mp.workdps(60):
        for at, value in zip(times.tolist(), found.tolist(), strict=True):
            assert abs(value - kernel.value(at)) <= 1e-12 * abs(kernel.value(at)) + 1e-300


def test_the_error_of_an_expression_bounds_what_rounding_does() -> None:
    from sympy import cos, exp, log, sqrt

    for rho in (1 - cos(time), log(1 + 1 / time**2), (time - sqrt(1 + time**2)) ** 3 * exp(time)):
        error = rounding_error(rho)
        for at in (0.001, 0.3, 7.0, 90.0):
            exact = float(rho.subs(time, mpmath.mpf(at)).evalf(50))
            rounded = float(
                eval(
                    str(rho),
                    {"cos": math.cos, "log": math.log, "exp": math.exp, "sqrt": math.sqrt, "t": at},
                )
            )
            assert abs(rounded - exact) <= 2.3e-16 * float(error.subs(time, at))


def test_a_cutoff_is_smooth_from_one_to_nothing() -> None:
    x = np.linspace(0, 3, 3001)
    values = cutoff(x)
    assert np.all(np.diff(values) <= 0)
    assert np.all(values[x <= 1] == 1)
    assert np.all(values[x >= 2] == 0)
    assert np.max(np.abs(np.diff(values, 4))) < 1e-8


@given(power=st.floats(1.1, 4), size=st.floats(0.5, 2))
def test_a_tail_is_fitted_from_what_lies_before_it(power: float, size: float) -> None:
    def integral(places: np.ndarray) -> np.ndarray:
        return size - places ** (1 - power) - 3 * places**-power

    tail = fitted_tail(integral, 1024.0)
    assert tail is not None
    assert tail.total == pytest.approx(size, rel=1e-7)
    if power < 2:
        assert tail.power == pytest.approx(power, rel=1e-3)


def test_a_divergent_tail_is_not_fitted() -> None:
    assert fitted_tail(np.log, 1024.0) is None
    assert fitted_tail(lambda places: places**0.1, 1024.0) is None


def test_only_slow_oscillations_are_taken_for_such() -> None:
    assert slow_oscillation(lambda t: np.exp(-t) * np.cos(50 * t)) is None
    assert slow_oscillation(lambda t: 1 / (1 + t)) is None
    assert slow_oscillation(lambda t: np.cos(t) / t**2) == 2048.0
