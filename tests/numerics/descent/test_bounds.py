"""The recursions of the bounds give the sums of the theory, and logarithms where they overflow."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Symbol, exp

from longlag.numerics.descent.bounds import bounds, constants, log_of_positive
from longlag.theory.descent.activation import activation
from longlag.theory.descent.smoothness import gradient_bound, hessian_bound
from longlag.theory.descent.symbols import curvature_bound, slope_bound
from longlag.theory.errors import LonglagError

NAMES = st.sampled_from(["tanh", "sigmoid", "erf", "sin"])
#: Through the cutoff, and so near to it that closed forms lose most of their digits.
GAINS = st.one_of(
    st.floats(0.05, 2.0), st.sampled_from([1.0, 1 - 1e-9, 1 + 1e-9, 1 - 1e-4, 1 + 1e-4])
)


@given(NAMES, GAINS, st.floats(0.2, 3.0))
def test_recursions_give_the_sums(name: str, gain: float, input_norm: float) -> None:
    sigma = activation(name)
    numbers = constants(sigma, input_norm=input_norm)
    alpha = gain / numbers[slope_bound]
    found = bounds(sigma, alpha, 40, input_norm=input_norm)
    # The recursion multiplies α_m and s₁ as they were rounded.
    r = mpmath.mpf(alpha) * mpmath.mpf(numbers[slope_bound])
    for t in (1, 2, 3, 17, 40):
        for values, logs, stated in (
            (found.gradient, found.log_gradient, gradient_bound()),
            (found.hessian, found.log_hessian, hessian_bound()),
        ):
            exact = stated.value(t, r, numbers)
            assert abs(values[t - 1] / exact - 1) < 1e-12
            assert abs(logs[t - 1] - mpmath.log(exact)) < 1e-12 * max(1, abs(logs[t - 1]))
            # A steps that is off by one step shows.
            assert abs(values[t - 1] / stated.value(t + 1, r, numbers) - 1) > 1e-12 or gain < 0.6


def test_logarithms_go_on_where_the_bounds_overflow() -> None:
    sigma = activation("tanh")
    found = bounds(sigma, 1.5, 2000)
    assert math.isinf(found.gradient[-1])
    assert math.isinf(found.hessian[-1])
    exact = mpmath.log(hessian_bound().value(2000, 1.5, constants(sigma)))
    assert abs(found.log_hessian[-1] / exact - 1) < 1e-12
    assert np.all(np.isfinite(found.log_gradient))


def test_without_a_recurrent_weight_only_the_last_step_counts() -> None:
    found = bounds(activation("tanh"), 0.0, 4)
    assert np.allclose(found.gradient, math.sqrt(2), rtol=1e-15)
    # The Hessian still holds e_W ∇H_{t−1}ᵀ.
    assert found.hessian[1] - found.hessian[0] == pytest.approx(2 * math.sqrt(2), rel=1e-12)
    assert found.hessian[3] == found.hessian[1]


def test_constants_are_those_of_the_activation() -> None:
    numbers = constants(activation("tanh"), input_norm=2.0)
    assert numbers[curvature_bound] == pytest.approx(4 / (3 * math.sqrt(3)), rel=1e-15)


@pytest.mark.parametrize(
    ("alpha", "steps", "input_norm", "value"),
    [
        (0.5, 0, 1.0, "steps 0"),
        (-0.1, 5, 1.0, "alpha_m = -0.1"),
        (math.nan, 5, 1.0, "alpha_m = nan"),
        (0.5, 5, 0.0, "input norm 0.0"),
    ],
)
def test_bad_input_is_refused(alpha: float, steps: int, input_norm: float, value: str) -> None:
    with pytest.raises(LonglagError) as caught:
        bounds(activation("tanh"), alpha, steps, input_norm=input_norm)
    assert caught.value.value == value


def test_logarithms_are_refused_of_what_may_be_negative() -> None:
    x = Symbol("x", positive=True)
    with pytest.raises(LonglagError, match="only sums, products and powers"):
        log_of_positive(exp(x), {x: 0.0})
