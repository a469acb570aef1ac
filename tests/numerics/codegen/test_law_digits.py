"""Windows of laws that fall by cancellation, to the digits of every type, on every backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from mpmath import mpf

from longlag.numerics import generate
from longlag.numerics.codegen import BACKENDS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.typed.parse import parse_expression

#: The law, its numbers, and H over φ.
CLOSED: dict[str, tuple[dict[str, float], Callable[..., Any]]] = {
    "c*(1-exp(-T/ell))": ({"c": 1.3, "T": 7.0}, lambda f, c, T: -T / mpmath.log1p(-f / c)),
    "1-exp(-1/ell)": ({}, lambda f: -1 / mpmath.log1p(-f)),
    "c*(1-exp(-T/ell))**b": (
        {"c": 1.3, "T": 7.0, "b": 0.5},
        lambda f, c, T, b: -T / mpmath.log1p(-((f / c) ** (1 / b))),
    ),
    "c-c*exp(-T/ell**2)": (
        {"c": 0.8, "T": 2.0},
        lambda f, c, T: mpmath.sqrt(-T / mpmath.log1p(-f / c)),
    ),
    "c*atan(t/ell)": ({"c": 1.3, "t": 7.0}, lambda f, c, t: t / mpmath.tan(f / c)),
    "c*tanh(t/ell)": ({"c": 1.3, "t": 7.0}, lambda f, c, t: t / mpmath.atanh(f / c)),
    "c*log(1+t/ell)": ({"c": 1.3, "t": 7.0}, lambda f, c, t: t / mpmath.expm1(f / c)),
    "1-tanh(ell/t)": ({"t": 7.0}, lambda f, t: t * (mpmath.log(2 - f) - mpmath.log(f)) / 2),
    "1/cosh(ell/t)": ({"t": 7.0}, lambda f, t: t * mpmath.acosh(1 / f)),
}

#: Types by name: the backend, how a number is made, the digits that are left of ln N.
TYPES: dict[str, tuple[str, Callable[[float], Any], float]] = {
    "numpy": ("numpy", np.float64, 2.3e-16),
    "numpy in single precision": ("numpy", lambda x: np.array([x], np.float32), 1.2e-7),
    "torch": ("torch", lambda x: torch.tensor(x, dtype=torch.float64), 2.3e-16),
    "torch in single precision": ("torch", lambda x: torch.tensor(x, dtype=torch.float32), 1.2e-7),
    "mpmath": ("mpmath", mpf, 1e-30),
}


def law_of(text: str) -> DecayLaw:
    return DecayLaw("typed", parse_expression(text, {"ell": ell}))


@pytest.mark.parametrize("samples", [20.0, 1e6, 1e12, 1e24, 1e40, 1e120])
@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("text", CLOSED)
def test_a_window_has_the_digits_of_its_type(text: str, kind: str, samples: float) -> None:
    own, truth = CLOSED[text]
    backend, number, rounding = TYPES[kind]
    if rounding > 1e-10 and samples > 1e24:
        pytest.skip("beyond the range of single precision")
    with mpmath.workdps(32):
        exact = [mpf(float(np.float32(v)) if rounding > 1e-10 else v) for v in own.values()]
        given = mpf(float(np.float32(samples)) if rounding > 1e-10 else samples)
        wanted = truth(1 / mpmath.sqrt(given), *exact)
        found = generate(law_of(text), backend).horizon(
            number(samples),
            {k: number(v) for k, v in own.items()},
            cost=number(1.0),
            kappa=number(2.0),
        )
        found = mpf(found.item() if hasattr(found, "item") else found)
        # ln N and its quotient are rounded; H takes their absolute error as its relative one,
        # times the exponent with which it grows.
        errors = 4 * rounding * (2 + mpmath.log(given)) * max(1, 1 / own.get("b", 1))
        assert abs(found / wanted - 1) <= errors


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_error_function_is_no_longer_formed_where_it_is_gone(backend: str) -> None:
    generated = generate(law_of("c*erfc(ell/T)"), backend)
    with mpmath.workdps(25):
        found = generated.horizon(50.0, {"c": 1.3, "T": 7.0}, cost=1.0, kappa=2.0)
        log_level = -mpmath.log(50) / 2

        def excess(lag: Any) -> Any:
            return mpmath.log(mpf(1.3) * mpmath.erfc(lag / 7)) - log_level

        wanted = mpmath.findroot(excess, 8)
        assert abs(mpf(float(found)) / wanted - 1) < 1e-15


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("text", CLOSED)
def test_local_exponents_keep_their_digits_far_out(text: str, backend: str) -> None:
    own, truth = CLOSED[text]
    generated = generate(law_of(text), backend)
    with mpmath.workdps(40):
        numbers = [mpf(v) for v in own.values()]

        def log_window(log_samples: Any) -> Any:
            return mpmath.log(truth(mpmath.exp(-log_samples / 2), *numbers))

        for samples in (1e4, 1e20):
            at = mpmath.log(mpf(samples))
            wanted = mpmath.diff(log_window, at)
            parameter = {k: np.float64(v) for k, v in own.items()}
            if backend == "torch":
                parameter = {k: torch.tensor(v, dtype=torch.float64) for k, v in own.items()}
            horizon = np.float64(log_window(at))
            given = torch.tensor(horizon) if backend == "torch" else horizon
            found = float(generated.local_exponent(given, parameter, kappa=2.0))
            assert found == pytest.approx(float(wanted), rel=1e-11)
