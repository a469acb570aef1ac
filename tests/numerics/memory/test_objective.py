"""J, its gradient and its Hessian agree with quadrature, autograd and many digits, everywhere."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational, exp, sin, sqrt

from longlag.numerics.memory import objective as module
from longlag.numerics.memory.integrals import density, l2_distance
from longlag.numerics.memory.objective import numeric_objective
from longlag.numerics.memory.transform import numeric_transform
from longlag.theory.errors import LonglagError
from longlag.theory.memory import KERNELS, Kernel, rate, time

NUMBERS: dict[str, dict[str, Any]] = {
    "exponential": {"a": 1, "b": 2},
    "polynomial": {"c": 1, "tau": 1, "omega": Rational(1, 4)},
    "bump": {"c": 1, "mu": 4, "s": Rational(1, 2)},
    "delayed": {"a": 1, "b": 1, "c": 1, "s": 1, "omega": Rational(1, 16)},
    "two_parts": {},
    "airy": {},
}
EVERY = pytest.mark.parametrize("name", list(NUMBERS))
A, W = np.array([0.5, 0.7, -0.2]), np.array([0.3, 1.1, 4.0])
START = np.concatenate([A, W])


def kernel(name: str) -> Kernel:
    return KERNELS[name].at(NUMBERS[name])


def test_every_registered_kernel_is_tested_here() -> None:
    assert list(KERNELS) == list(NUMBERS)


@EVERY
@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(0.02, 20)), min_size=1, max_size=5))
def test_the_value_is_the_squared_distance(name: str, units: list[tuple[float, float]]) -> None:
    a, w = np.array(units).T
    found, scale = numeric_objective(kernel(name)).value(a, w), np.sum(np.abs(a)) ** 2 / w.min() + 1
    assert found == pytest.approx(l2_distance(kernel(name), a, w) ** 2, abs=1e-11 * scale)


@EVERY
def test_gradient_and_hessian_are_those_of_the_value(name: str) -> None:
    plain, differentiable = (numeric_objective(kernel(name), b) for b in ("numpy", "torch"))
    x = torch.tensor(START, requires_grad=True)
    (slope,) = torch.autograd.grad(differentiable.value(x[:3], x[3:]), x)
    curvature = torch.autograd.functional.hessian(
        lambda y: differentiable.value(y[:3], y[3:]), x.detach()
    )
    np.testing.assert_allclose(np.concatenate(plain.gradient(A, W)), slope, rtol=0, atol=1e-13)
    np.testing.assert_allclose(plain.hessian(A, W), curvature, rtol=0, atol=1e-12)
    own = torch.cat(differentiable.gradient(x[:3], x[3:])).detach()
    np.testing.assert_allclose(own, slope, rtol=0, atol=1e-13)
    found = differentiable.hessian(x[:3], x[3:]).detach()
    np.testing.assert_allclose(found, curvature, rtol=0, atol=1e-12)


@EVERY
def test_the_gradient_is_that_of_a_quadrature_of_the_square(name: str) -> None:
    # 60 panels of 40 nodes in t: another rule than the one in use.
    points, weights = np.polynomial.legendre.leggauss(40)
    edges = np.concatenate([[0], np.geomspace(0.05, 2e6, 160)])
    t = ((edges[1:] + edges[:-1])[:, None] + np.diff(edges)[:, None] * points).ravel() / 2
    share = (np.diff(edges)[:, None] / 2 * weights).ravel()
    nodes, measure, rho = (torch.tensor(v) for v in (t, share, density(kernel(name))(t)))
    x = torch.tensor(START, requires_grad=True)
    gap = (x[:3] * torch.exp(-nodes[:, None] * x[3:])).sum(1) - rho
    (slope,) = torch.autograd.grad((measure * gap**2).sum(), x)
    found = np.concatenate(numeric_objective(kernel(name)).gradient(A, W))
    np.testing.assert_allclose(found, slope, rtol=0, atol=1e-10)


@EVERY
def test_many_digits_agree_and_are_consistent_with_themselves(name: str) -> None:
    # The transform of Ai has no closed form: every rate costs a quadrature of many digits.
    a, w = (A[:1], W[:1]) if name == "airy" else (A, W)
    digits = 20 if name == "airy" else 50
    plain = numeric_objective(kernel(name))
    with mpmath.workdps(digits):
        exact = numeric_objective(kernel(name), "mpmath")
        value, slope = exact.value(a, w), np.concatenate(exact.gradient(a, w))
        assert abs(value - mpmath.mpf(float(plain.value(a, w)))) < 1e-13
        if name != "airy":
            step = mpmath.mpf(10) ** -15
            shifted = [exact.value([*a[:2], a[2] + s * step], w) for s in (1, -1)]
            assert abs((shifted[0] - shifted[1]) / (2 * step) - slope[2]) < 1e-25
            curvature = exact.hessian(a, w)
            shifted = [exact.gradient(a, [w[0] + s * step, *w[1:]])[1][0] for s in (1, -1)]
            assert abs((shifted[0] - shifted[1]) / (2 * step) - curvature[3, 3]) < 1e-25
    np.testing.assert_allclose(
        np.concatenate(plain.gradient(a, w)), slope.astype(float), atol=1e-13
    )


def test_the_torch_objective_passes_gradcheck() -> None:
    objective = numeric_objective(kernel("delayed"), "torch")
    units = [torch.tensor(v, requires_grad=True) for v in (A, W)]
    assert torch.autograd.gradcheck(objective.value, units)
    assert torch.autograd.gradgradcheck(objective.value, units)


def test_a_wrong_sign_of_the_transform_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    objective = numeric_objective(kernel("delayed"))
    found = objective.value(A, W)
    right = module.terms("numpy")
    pair, single = right.value
    wrong = module.Terms((pair, lambda *v: -single(*v)), right.gradient, right.hessian)
    monkeypatch.setattr(module, "terms", lambda _: wrong)
    assert abs(objective.value(A, W) - found) > 0.1


@pytest.mark.parametrize("length", [2, 16, 60])
@pytest.mark.parametrize("w", [1e-4, 0.9, 30.0, 900.0])
def test_the_transform_of_a_late_bump_keeps_its_digits(length: int, w: float) -> None:
    bump = KERNELS["bump"].at({"c": 1, "mu": length, "s": 1})
    found = numeric_transform(bump)
    assert found.method.startswith("quadrature")
    with mpmath.workdps(40):
        z = (mpmath.mpf(w) - length) / mpmath.sqrt(2)
        true = (
            mpmath.sqrt(mpmath.pi / 2)
            * mpmath.exp(mpmath.mpf(w) ** 2 / 2 - length * mpmath.mpf(w))
            * mpmath.erfc(z)
        )
    if w < 700 / length:  # beyond, it is no float64 any more
        np.testing.assert_allclose(found(np.array([w]))[0], float(true), rtol=1e-12)


def test_kernels_of_a_user_need_no_closed_form() -> None:
    box = Kernel("wave", exp(-time) * sin(3 * time) / sqrt(time))
    objective = numeric_objective(box)
    # ∫ e^{−(1+w)t} sin(3t)/√t dt = Im √(π/(1 + w − 3i))
    exact = [mpmath.im(mpmath.sqrt(mpmath.pi / (1 + w - 3j))) for w in W]
    np.testing.assert_allclose(objective.transform(W), np.array(exact, float), rtol=1e-12)


@pytest.mark.parametrize(
    ("a", "w", "what"),
    [
        ([1.0], [0.0], "rate 0"),
        ([1.0], [-1.0], "rate -1"),
        ([1.0], [float("nan")], "nan"),
        ([float("inf")], [1.0], "inf"),
        ([1.0, 2.0], [1.0], "shape"),
        ([], [], "shape"),
        ([1.0], [1e9], "rates="),
        ([1.0 + 2j], [1.0], "imaginary"),
        ([1.0], np.array([1j]), "imaginary"),
        (torch.tensor([1j]), [1.0], "imaginary"),
    ],
)
@pytest.mark.parametrize("backend", ["numpy", "torch", "mpmath"])
def test_units_out_of_range_are_refused(backend: str, a: Any, w: Any, what: str) -> None:
    with pytest.raises(LonglagError, match=what):
        numeric_objective(kernel("exponential"), backend).gradient(a, w)


@pytest.mark.parametrize("backend", ["numpy", "mpmath"])
def test_kernels_without_numbers_or_integrals_are_refused(backend: str) -> None:
    with pytest.raises(LonglagError, match="parameters"):
        numeric_objective(KERNELS["delayed"], backend)
    with pytest.raises(LonglagError, match="converge"):
        numeric_objective(Kernel("slow", 1 / (1 + time)), backend)
    with pytest.raises(LonglagError, match="converge"):
        numeric_objective(Kernel("steep", exp(-time) / time ** Rational(3, 4)), backend)
    with pytest.raises(LonglagError, match="backend"):
        numeric_objective(kernel("airy"), "fortran")


def test_a_range_of_rates_out_of_order_is_refused() -> None:
    with pytest.raises(LonglagError, match="smallest"):
        numeric_objective(kernel("airy"), rates=(2.0, 1.0))


def test_a_wrong_closed_form_is_refused() -> None:
    wrong = Kernel("wrong", exp(-time), closed_transform=1 / (rate + 2))
    with pytest.raises(LonglagError, match="correct the closed form"):
        numeric_objective(wrong)
