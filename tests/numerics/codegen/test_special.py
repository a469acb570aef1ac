"""The inverse functions of windows in double precision, over the whole range of doubles."""

# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Symbol

from longlag.numerics.codegen import BACKENDS, generate_scalar, get_backend
from longlag.theory.scalar.special import (
    expm1,
    log1mexp,
    log1p,
    log_expm1,
    lower_omega,
    wright_omega,
)

x = Symbol("x", real=True)


def exact_wright(point: float) -> Any:
    return mpmath.lambertw(mpmath.exp(point)).real


def exact_lower(point: float) -> Any:
    """w − ln w = x by bisection, which trusts no library with the branch."""
    with mpmath.workdps(mpmath.mp.dps + 330):
        excess = mpmath.mpf(point) - 1
        low, high = mpmath.sqrt(excess), 2 * (mpmath.sqrt(2 * excess) + excess)
        for _ in range(2 * mpmath.mp.prec):
            middle = (low + high) / 2
            below = middle - mpmath.log1p(middle) < excess
            low, high = (middle, high) if below else (low, middle)
        return 1 + low


def exact_log_expm1(point: float) -> Any:
    return point + mpmath.log(-mpmath.expm1(-mpmath.mpf(point)))


_LARGE = (1e3, 1e4, 1e8, 1e16, 1e20, 1e100, 1e154, 1e155, 1e300)
_BELOW_ONE = (-700.0, -300.0, -37.0, -31.0, -30.0, -29.9, -18.0, -1.5, -1e-9, 0.0, 0.5, 0.999)

GRID: dict[type[Expr], tuple[Callable[[float], Any], list[float]]] = {
    wright_omega: (exact_wright, [*_BELOW_ONE, 1.0, 1.001, 2.0, 9.0, 80.0, *_LARGE]),
    lower_omega: (
        exact_lower,
        [1 + 1e-15, 1 + 1e-12, 1 + 1e-8, 1.0001, 1.1, 1.5, 2.0, 3.0, 10.0, 700.0, *_LARGE],
    ),
    log_expm1: (
        exact_log_expm1,
        [1e-300, 1e-100, 1e-16, 1e-8, 1e-3, 0.1, 0.5, 0.7, 1.0, 5.0, 36.0, 40.0, 700.0, 1e4, 1e300],
    ),
    log1p: (
        lambda point: mpmath.log1p(point),
        [-0.99, -0.5, -1e-9, 1e-300, 1e-16, 1e-3, 1.0, 1e300],
    ),
    log1mexp: (
        lambda point: (
            mpmath.log(-mpmath.expm1(-mpmath.mpf(point)))
            if point < 1
            else mpmath.log1p(-mpmath.exp(-mpmath.mpf(point)))
        ),
        [1e-300, 1e-12, 1e-3, 0.5, 0.69, 0.7, 1.0, 5.0, 40.0, 300.0],
    ),
    expm1: (lambda point: mpmath.expm1(point), [-1e300, -40.0, -1.0, -1e-300, 1e-9, 1.0, 700.0]),
}
DOUBLE = [backend for backend in BACKENDS if backend != "mpmath"]


@pytest.mark.parametrize("backend", DOUBLE)
@pytest.mark.parametrize("function", GRID, ids=lambda function: function.__name__)
def test_double_precision_keeps_its_digits(function: type[Expr], backend: str) -> None:
    exact, points = GRID[function]
    array = get_backend(backend).array(points)
    values = np.asarray(generate_scalar(function(x), [x], backend)(array))
    for point, value in zip(points, values.tolist(), strict=True):
        with mpmath.workdps(40):
            wanted = exact(point)
            # Near its zero, at ln 2, a logarithm has only absolute digits.
            size = max(abs(wanted), 1) if function is log_expm1 else abs(wanted)
            assert abs(mpmath.mpf(value) - wanted) <= 4e-15 * size, point


@pytest.mark.parametrize("function", GRID, ids=lambda function: function.__name__)
def test_many_digits_keep_them(function: type[Expr]) -> None:
    exact, points = GRID[function]
    compute = generate_scalar(function(x), [x], "mpmath")
    for point in points:
        with mpmath.workdps(60):
            value = compute(point)
        with mpmath.workdps(80):
            wanted = exact(point)
            size = max(abs(wanted), 1) if function is log_expm1 else abs(wanted)
            assert abs(value - wanted) <= mpmath.mpf(10) ** -57 * size, point


@pytest.mark.parametrize("function", GRID, ids=lambda function: function.__name__)
def test_gradients_are_the_derivatives(function: type[Expr]) -> None:
    _, points = GRID[function]
    given = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(generate_scalar(function(x), [x], "torch")(given).sum(), given)
    wanted = generate_scalar(function(x).diff(x), [x], "torch")(given.detach())
    # At the branch point the derivative of lower_omega is as uncertain as its distance from it.
    near = given.detach() < 1.01 if function is lower_omega else torch.zeros_like(slope) > 0
    assert slope[~near].numpy() == pytest.approx(wanted[~near].numpy(), rel=1e-13)
    assert slope[near].numpy() == pytest.approx(wanted[near].numpy(), rel=1e-6)


def test_gradients_stay_finite_where_values_underflow() -> None:
    for function, point in (
        (wright_omega, -800.0),
        (lower_omega, 1.0),
        (log_expm1, 800.0),
        (log1mexp, 800.0),
        (log1mexp, 1e-300),
    ):
        given = torch.tensor(point, dtype=torch.float64, requires_grad=True)
        (slope,) = torch.autograd.grad(generate_scalar(function(x), [x], "torch")(given), given)
        assert slope.isfinite()


@given(st.floats(-700, 700))
def test_wright_omega_solves_its_equation(point: float) -> None:
    for backend in DOUBLE:
        array = get_backend(backend).array([point])
        omega = float(generate_scalar(wright_omega(x), [x], backend)(array)[0])
        assert omega + np.log(omega) == pytest.approx(point, rel=1e-14, abs=1e-14)


@given(st.floats(1, 700))
def test_lower_omega_solves_its_equation_on_its_branch(point: float) -> None:
    for backend in DOUBLE:
        array = get_backend(backend).array([point])
        omega = float(generate_scalar(lower_omega(x), [x], backend)(array)[0])
        assert omega >= 1
        assert omega - np.log(omega) == pytest.approx(point, rel=1e-14)


def test_the_two_branches_meet_at_one() -> None:
    for backend in BACKENDS:
        one = get_backend(backend).array([1.0])
        assert float(generate_scalar(lower_omega(x), [x], backend)(one)[0]) == 1
        assert float(generate_scalar(wright_omega(x), [x], backend)(one)[0]) == 1
