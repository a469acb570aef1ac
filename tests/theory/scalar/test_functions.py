"""σ, softplus and relu keep their names, and are what their exponential forms say."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Heaviside, Max, Rational, S, Symbol, diff, exp, log, oo, tanh
from sympy.core.function import ArgumentIndexError

from longlag.theory import LonglagError, relu, sigmoid, softplus
from longlag.theory.scalar.functions import SMOOTH

x = Symbol("x", real=True)
EXPLICIT = {sigmoid: 1 / (1 + exp(-x)), softplus: log(1 + exp(x)), relu: Max(x, 0)}
POINTS = st.fractions(-30, 30, max_denominator=1000).map(Rational)


def value(expression: sympy.Expr, at: Rational) -> sympy.Float:
    return expression.subs(x, at).evalf(50)


@pytest.mark.parametrize("function", EXPLICIT)
@given(at=POINTS)
def test_values_are_those_of_the_explicit_form(function: type, at: Rational) -> None:
    assert abs(value(function(x), at) - value(EXPLICIT[function], at)) < 1e-45


@pytest.mark.parametrize("function", EXPLICIT)
@given(at=POINTS.filter(lambda point: point != 0))
def test_derivatives_are_those_of_the_explicit_form(function: type, at: Rational) -> None:
    ours, theirs = diff(function(x), x), diff(EXPLICIT[function], x)
    assert abs(value(ours, at) - value(theirs, at)) < 1e-45
    second = diff(function(x), x, 2).subs(x, at).doit(), diff(EXPLICIT[function], x, 2)
    assert function is relu or abs(value(second[0], at) - value(second[1], at)) < 1e-45


@given(at=POINTS)
def test_the_algebra_that_the_papers_use(at: Rational) -> None:
    s = value(sigmoid(x), at)
    assert abs(s + value(sigmoid(-x), at) - 1) < 1e-45
    assert abs(2 * value(sigmoid(2 * x), at) - 1 - value(tanh(x), at)) < 1e-45
    assert abs(value(softplus(x) - softplus(-x), at) - at) < 1e-40
    assert 0 < s < 1


def test_derivatives_reuse_the_value_itself() -> None:
    assert diff(sigmoid(x), x) == sigmoid(x) * (1 - sigmoid(x))
    assert diff(softplus(x), x) == sigmoid(x)
    assert diff(relu(x), x) == Heaviside(x, 0)
    assert not diff(sigmoid(3 * x), x).has(exp)


def test_the_kink_takes_the_value_that_pytorch_takes() -> None:
    assert diff(relu(x), x).subs(x, 0) == 0
    assert relu(Symbol("p", positive=True)).is_Symbol
    assert relu(Symbol("n", negative=True)) == 0


def test_rational_values_are_exact() -> None:
    assert (sigmoid(0), sigmoid(oo), sigmoid(-oo)) == (S.Half, 1, 0)
    assert sigmoid(1).func is sigmoid


@pytest.mark.parametrize("far", [10**3, 10**5])
def test_saturation_neither_overflows_nor_rounds_to_the_bound(far: int) -> None:
    assert 0 < sigmoid(-far).evalf(20) < Rational(1, 10**400)
    assert abs(softplus(far).evalf(50) - far) < 1e-30


def test_signs_are_known() -> None:
    assert sigmoid(x).is_positive
    assert softplus(x).is_positive
    assert relu(x).is_nonnegative
    assert all(function(x).is_real for function in EXPLICIT)


@pytest.mark.parametrize("function", EXPLICIT)
def test_they_have_one_argument(function: type) -> None:
    with pytest.raises(LonglagError, match="it is a function of 1"):
        function(x, x)
    with pytest.raises(ArgumentIndexError):
        function(x).fdiff(2)


@pytest.mark.parametrize("function", SMOOTH, ids=lambda function: function.__name__)
def test_what_is_called_smooth_has_finite_derivatives_everywhere(function: type) -> None:
    for order in (1, 2):
        derivative = diff(function(x), x, order)
        assert not derivative.has(Heaviside, sympy.sign, sympy.DiracDelta, sympy.Derivative)
        assert all(value(derivative, at).is_finite for at in (-3, -1, 0, 1, 3))


def test_kinks_are_not_called_smooth() -> None:
    assert not set(SMOOTH) & {
        relu,
        sympy.Abs,
        sympy.sign,
        Max,
        sympy.Min,
        Heaviside,
        log,
        sympy.tan,
    }


@pytest.mark.parametrize("function", EXPLICIT)
def test_powers_print_at_the_name(function: type) -> None:
    name = r"\sigma" if function is sigmoid else rf"\operatorname{{{function.__name__}}}"
    assert sympy.latex(function(x)) == rf"{name}\left(x\right)"
    assert sympy.latex(function(x) ** 2) == rf"{name}^{{2}}\left(x\right)"
