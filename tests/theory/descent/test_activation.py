"""An activation comes with its three constants, or is refused for what is wrong with it."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, Function, Rational, S, Symbol, atan, erf, exp, oo, pi, sin, sqrt, tanh

from longlag.theory.descent.activation import (
    ACTIVATIONS,
    Activation,
    activation,
    preactivation,
    read_activation,
)
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.functions import sigmoid, softplus
from longlag.theory.statement import Level

x, y = Symbol("x"), Symbol("y")

KNOWN: dict[str, tuple[Expr, Expr, Expr]] = {
    "tanh": (S.One, S.One, 4 / (3 * sqrt(3))),
    "sigmoid": (S.One, Rational(1, 4), sqrt(3) / 18),
    "erf": (S.One, 2 / sqrt(pi), 2 * sqrt(2) * exp(-S.Half) / sqrt(pi)),
    "sin": (S.One, S.One, S.One),
    "cos": (S.One, S.One, S.One),
    "atan": (S.One, S.One, 3 * sqrt(3) * pi / 16),
    "isru": (S.One, S.One, 48 * sqrt(5) / 125),
    "gaussian": (S.One, sqrt(2) * exp(-S.Half), S(2)),
}


def test_the_known_values_are_of_all_registered_activations() -> None:
    assert set(KNOWN) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_constants_of_registered_activations_are_proved(name: str) -> None:
    found = activation(name)
    assert found.name == name
    for constant, known in zip(found.constants, KNOWN[name], strict=True):
        assert sympy.simplify(constant - known) == 0
    assert {found.value.level, found.slope.level, found.curvature.level} == {Level.PROVED}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_constant_is_attained_where_it_is_said_to_be(name: str) -> None:
    found = activation(name)
    functions = (found.function, found.derivative, found.second)
    suprema = (found.value, found.slope, found.curvature)
    with mpmath.workdps(60):
        for function, supremum in zip(functions, suprema, strict=True):
            at = (
                sympy.Integer(10) ** 50 * sympy.sign(supremum.at)
                if abs(supremum.at) == oo
                else supremum.at
            )
            value = abs(evaluate(function, {preactivation: evaluate(at, {})}))
            assert mpmath.almosteq(value, evaluate(supremum.expression, {}), rel_eps=1e-45)


_SCALES = st.fractions(Rational(1, 5), 5, max_denominator=5).map(Rational)


@settings(max_examples=max(4, settings.default.max_examples // 3))
@given(
    name=st.sampled_from(["tanh", "sigmoid", "gaussian", "isru"]),
    size=_SCALES,
    rate=_SCALES,
    shift=_SCALES,
    flip=st.booleans(),
)
def test_the_constants_scale_with_the_activation(
    name: str, size: Rational, rate: Rational, shift: Rational, flip: bool
) -> None:
    """c σ(κa + b) has the constants c s₀, c κ s₁ and c κ² s₂: σ meets all of the line still."""
    signed = -rate if flip else rate
    moved = -size * ACTIVATIONS[name].subs(preactivation, signed * x + shift)
    for order, (constant, known) in enumerate(
        zip(activation(moved).constants, KNOWN[name], strict=True)
    ):
        expected = size * rate**order * known
        assert abs((constant / expected - 1).evalf(30)) < 1e-12


@pytest.mark.parametrize(
    ("text", "at_zero"),
    [
        ("besselk(0,1+a**2)", "besselk(0,1)"),
        ("LambertW(exp(-a**2))", "lambertw(1)"),
        ("E1(1+a**2)", "e1(1)"),
        ("1/gamma(2+a**2)", "1"),
        ("zeta(2+a**2)", "zeta(2)"),
    ],
)
def test_bounded_forms_of_special_functions_have_constants(text: str, at_zero: str) -> None:
    found = read_activation(text)
    assert float(found.value.upper) == pytest.approx(float(eval(at_zero, vars(mpmath))), rel=1e-14)
    step = Rational(1, 200)
    for derivative, supremum in ((found.derivative, found.slope), (found.second, found.curvature)):
        with mpmath.workdps(20):
            values = [abs(evaluate(derivative, {preactivation: k * step})) for k in range(1, 300)]
        assert 0.999 < float(max(values)) / float(supremum.upper) <= 1


def test_the_slope_is_that_of_the_function_and_not_of_its_value() -> None:
    """A wrong derivative has other constants."""
    found = activation(sin(2 * x) / 2)
    assert found.constants == (S.Half, 1, 2)
    assert found.derivative == sympy.cos(2 * preactivation)
    assert found.second == -2 * sin(2 * preactivation)


REFUSED: list[tuple[Any, str]] = [
    ("softplus", "^activation softplus: it is unbounded as a -> oo"),
    ("relu", "relu.a. is not twice differentiable"),
    ("leaky_relu", "not twice differentiable"),
    ("elu", "not twice differentiable"),
    ("softsign", "Abs.a. is not twice differentiable"),
    ("hardtanh", "not twice differentiable"),
    ("identity", "unbounded as a -> oo"),
    ("linear", "unbounded as a -> oo"),
    ("silu", "unbounded as a -> oo"),
    ("swish", "unbounded as a -> oo"),
    ("gelu", "unbounded as a -> oo"),
    ("mish", "unbounded as a -> oo"),
    ("tan", "no activation has this name; did you mean 'tanh'?"),
    (softplus(x), "unbounded as a -> oo"),
    (x, "unbounded as a -> oo"),
    (x**2, "unbounded as a -> oo"),
    (sympy.log(1 + x**2), "unbounded as a -> oo"),
    (exp(-x), "unbounded as a -> -oo"),
    (x * erf(x), "unbounded as a -> oo"),
    (sin(x**2), "^slope of activation .*no bound on it is found as a -> oo"),
    (sin(sqrt(1 + x**4)), "^slope of activation .*no bound on it is found as a -> oo"),
    (
        sin(x**2) / (1 + x**2) ** Rational(3, 4),
        "^second derivative of activation .*no bound on it is found",
    ),
    (sympy.tan(x), "a pole or is not real near a = 1.5707963"),
    (1 / x, "a pole or is not real near a = 0,"),
    (atan(1 / x), "a pole or is not real near a = 0,"),
    (sqrt(x), "a pole or is not real near a = -"),
    (sympy.log(x), "a pole or is not real near a = -"),
    (sympy.I * tanh(x), "not real"),
    (abs(x), "Abs.a. is not twice differentiable"),
    (sqrt(Symbol("r", real=True) ** 2), "Abs.a. is not twice differentiable"),
    (sympy.Max(-1, sympy.Min(1, x)), "not twice differentiable"),
    (sympy.sign(x), "not twice differentiable"),
    (sympy.Heaviside(x), "not twice differentiable"),
    (sympy.Piecewise((tanh(x), x > 0), (x, True)), "not twice differentiable"),
    (sympy.floor(x), "not known to be twice differentiable"),
    (Function("f")(x), "f.a. is not known to be twice differentiable"),
    (sympy.Integral(tanh(x), x), "not known to be twice differentiable"),
    (S(3), "function of one symbol, and has none"),
    (x * y, "function of one symbol, and has x, y"),
    (sin(x) ** 2 + sympy.cos(x) ** 2, "it is constant"),
    (tanh(x) ** 2 + sympy.sech(x) ** 2, "it is constant"),
    (3, "the name of an activation or a SymPy expression"),
    (None, "the name of an activation or a SymPy expression"),
    (sympy.Matrix([x]), "the name of an activation or a SymPy expression"),
]


@pytest.mark.parametrize(("given", "reason"), REFUSED, ids=str)
def test_what_the_bounds_do_not_hold_for_is_refused(given: Any, reason: str) -> None:
    with pytest.raises(LonglagError, match=reason) as caught:
        activation(given)
    assert "\n" not in str(caught.value)
    assert caught.value.remedy


def test_a_narrow_bump_far_out_is_not_constant() -> None:
    assert activation(tanh(x / 7) + exp(-((x - 300) ** 2))).value.lower > Rational(19, 10)


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("tanh", tanh(preactivation)),
        (" erf ", erf(preactivation)),
        ("tanh(2*x)/2", tanh(2 * preactivation) / 2),
        ("a/(1+a**2)", preactivation / (1 + preactivation**2)),
        ("sigmoid(a) - 0.5", sigmoid(preactivation) - S.Half),
    ],
)
def test_typed_activations_are_read(text: str, function: Expr) -> None:
    assert read_activation(text).function == function


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("softplus", "unbounded as a -> oo"),
        ("softplus(a)", "unbounded as a -> oo"),
        ("relu", "not twice differentiable"),
        ("tahn", "did you mean 'tanh'?"),
        ("tanh(a*x)", "one symbol, and has a, x"),
        ("a", "unbounded"),
        ("3", "has none"),
        ("", "empty"),
        ("__import__('os')", "."),
    ],
)
def test_typed_activations_are_refused_for_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(LonglagError, match=reason):
        read_activation(text)


def test_an_activation_is_certified_once() -> None:
    assert activation(tanh(x)) is activation(tanh(y))
    assert isinstance(activation("tanh"), Activation)


def test_an_activation_may_be_given_a_name_and_is_written_in_tex() -> None:
    found = activation(tanh(x) / 2, name="half")
    assert found.name == "half"
    assert found.latex() == r"\sigma(a) = \frac{\tanh{\left(a \right)}}{2}"
