"""Scalar laws as functions: names, numbers, dtypes, shapes, saturation, text."""

from __future__ import annotations

import inspect
import keyword
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from sympy import (
    Abs,
    Dummy,
    Expr,
    Heaviside,
    Max,
    Piecewise,
    Rational,
    Symbol,
    exp,
    log,
    pi,
    sin,
    sqrt,
    symbols,
    tanh,
)

from longlag.numerics.codegen import BACKENDS, generate_scalar, get_backend, scalar_source
from longlag.numerics.codegen.prelude import defined_names
from longlag.theory import LonglagError, relu, sigmoid, softplus

x, y = symbols("x y", real=True)

AWKWARD = [
    "e",
    "pi",
    "exp",
    "np",
    "torch",
    "mpmath",
    "mpf",
    "constant",
    "arrays",
    "field",
    "frame",
    "frame_of",
    "where",
    "sqrt",
    "lambda",
    "None",
    "match",
    "print",
    "x0",
    "x1",
    "function",
    "H",
    "λ",
    "ℓ",
    r"\ell",
    r"\alpha_1",
    "x'",
    "2x",
    "a b",
    "x[0]",
    "_",
    "__class__",
    '"""',
    "#",
    "a;b",
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", AWKWARD)
def test_any_name_of_an_argument_works(name: str, backend: str) -> None:
    awkward = Symbol(name)
    shared = awkward * y + 1
    expression = shared**2 + exp(shared) / sqrt(shared) + Rational(1, 3) * pi
    function = generate_scalar(expression, [awkward, y], backend)
    wanted = expression.subs({awkward: Rational(3, 4), y: Rational(1, 2)}).evalf()
    assert float(function(0.75, 0.5)) == pytest.approx(float(wanted), rel=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_name_of_the_prelude_works_as_an_argument(backend: str) -> None:
    names = [*sorted(defined_names(get_backend(backend).prelude)), *keyword.kwlist]
    arguments = [Symbol(name) for name in names]
    expression = sum(n * symbol for n, symbol in enumerate(arguments)) + exp(-(arguments[0] ** 2))
    values = [float(n % 7) for n in range(len(arguments))]
    wanted = sum(n * value for n, value in enumerate(values)) + np.exp(-(values[0] ** 2))
    assert float(generate_scalar(expression, arguments, backend)(*values)) == pytest.approx(wanted)


def test_two_symbols_with_one_name_stay_apart() -> None:
    plain, positive = Symbol("a"), Symbol("a", positive=True)
    function = generate_scalar(plain - 10 * positive, [plain, positive])
    assert float(function(3.0, 2.0)) == -17.0


def test_temporaries_avoid_the_arguments() -> None:
    first, second = symbols("x0 x1")
    shared = sin(first * second)
    function = generate_scalar(shared / (1 + shared) + exp(first * second), [first, second])
    value = np.sin(0.06)
    assert float(function(0.2, 0.3)) == pytest.approx(value / (1 + value) + np.exp(0.06), rel=1e-15)


@pytest.mark.parametrize("name", ["two words", "lambda", "1st", "f();import os", "ø"])
def test_the_name_of_the_function_is_an_identifier(name: str) -> None:
    with pytest.raises(LonglagError, match="function name"):
        generate_scalar(x**2, [x], name=name)


LAW = (1 + x / 3) ** (-Rational(3, 2)) * exp(-y)


GIVEN: list[tuple[Any, Any]] = [
    (2.0, 0.5),
    (2, 0.5),
    ([1, 2, 3], 0.5),
    ([[1.0], [2.0]], np.array([0.1, 0.2, 0.3])),
    (np.array([1, 2, 3]), np.array(0.5)),
    (np.float64(2.0), [0.5, 1.5]),
    (torch.tensor([1, 2, 3]), 1),
    (torch.tensor([1.0, 2.0], dtype=torch.float64), 0.5),
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("given", GIVEN, ids=str)
def test_numbers_lists_and_arrays_are_taken(given: tuple[Any, Any], backend: str) -> None:
    if backend == "numpy" and isinstance(given[0], torch.Tensor):
        given = (given[0].numpy(), given[1])
    result = generate_scalar(LAW, [x, y], backend)(*given)
    first, second = (np.asarray(value, float) for value in given)
    wanted = (1 + first / 3) ** -1.5 * np.exp(-second)
    assert np.shape(result) == wanted.shape
    assert np.asarray(result, float) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("expression", [Rational(1, 3), pi, 2 * x, Heaviside(x), Max(x, 2), x - x])
def test_the_result_has_the_shape_of_the_arguments(expression: Expr, backend: str) -> None:
    array = get_backend(backend).array
    result = generate_scalar(expression, [x, y], backend)(array([1, 2])[:, None], array([1, 2, 3]))
    assert tuple(result.shape) == (2, 3)


@pytest.mark.parametrize("backend", BACKENDS)
def test_without_arguments_it_is_a_number(backend: str) -> None:
    assert float(generate_scalar(pi / 2, [], backend)()) == pytest.approx(np.pi / 2)


def test_multiprecision_follows_the_working_precision() -> None:
    function = generate_scalar(LAW / 7 + pi + Rational(1, 3), [x, y], "mpmath")
    exact = (LAW / 7 + pi + Rational(1, 3)).subs({x: 2, y: Rational(1, 2)})
    for digits in (20, 50, 120):
        with mpmath.workdps(digits):
            gap = abs(function(2, 0.5) - mpmath.mpmathify(exact.evalf(digits + 10)))
            assert gap < mpmath.mpf(10) ** (2 - digits)


MIXED = [
    x / 3 + sqrt(2) * y,
    Piecewise((Rational(1, 3), x > y), (0, True)),
    Heaviside(x, Rational(1, 3)) + Abs(y),
    Max(x, Rational(1, 3), y) * relu(x),
    log(2) + tanh(x) * sigmoid(y) + softplus(x),
    Rational(1, 3),
]


@pytest.mark.parametrize("expression", MIXED, ids=str)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_the_dtype_of_torch_follows_the_arguments(expression: Expr, dtype: str) -> None:
    wanted = getattr(torch, dtype)
    function = generate_scalar(expression, [x, y], "torch")
    one, other = torch.tensor([0.5, -1.0], dtype=wanted), torch.tensor(0.25, dtype=wanted)
    assert function(one, other).dtype == wanted
    assert function(one, 2).dtype == wanted
    assert function(0.5, one).dtype == wanted
    assert function(one.to("meta"), other.to("meta")).device.type == "meta"


@pytest.mark.parametrize("expression", MIXED, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_of_numpy_follows_the_arrays(expression: Expr, dtype: str) -> None:
    function = generate_scalar(expression, [x, y], "numpy")
    one = np.array([0.5, -1.0], dtype)
    for given in [(one, one), (one, 2), (0.5, one), (one, 0.25)]:
        assert function(*given).dtype == dtype


SATURATING = [
    *(f(x).diff(x, order) for f in (sigmoid, softplus, tanh) for order in range(3)),
    relu(x),
    relu(x).diff(x),
    sigmoid(x) * (1 - sigmoid(x)) * tanh(x),
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("expression", SATURATING, ids=str)
def test_saturation_is_finite(expression: Expr, backend: str) -> None:
    points = [-800.0, -40.0, 0.0, 40.0, 800.0]
    values = generate_scalar(expression, [x], backend)(get_backend(backend).array(points))
    exact = [float(expression.subs(x, int(point)).evalf(400)) for point in points]
    assert np.asarray(values, float) == pytest.approx(exact, rel=1e-12, abs=1e-17)


def test_small_gates_keep_their_relative_accuracy() -> None:
    points = torch.tensor([-700.0, -300.0, -50.0], dtype=torch.float64)
    for backend, given in (("torch", points), ("numpy", points.numpy())):
        values = generate_scalar(sigmoid(x), [x], backend)(given)
        assert np.asarray(values) == pytest.approx(np.exp(points.numpy()), rel=1e-13)
        values = generate_scalar(softplus(x), [x], backend)(given)
        assert np.asarray(values) == pytest.approx(np.exp(points.numpy()), rel=1e-13)


def test_torch_scalars_differentiate_and_batch() -> None:
    function = generate_scalar(LAW + Max(x, y) + softplus(x) * relu(y), [x, y], "torch")
    inputs = [torch.rand(3, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    assert torch.autograd.gradcheck(function, inputs)
    one, other = (value.detach() for value in inputs)
    assert torch.equal(torch.vmap(function)(one, other), function(one, other))
    batched = torch.vmap(function, in_dims=(0, None))(one, torch.tensor(0.5).double())
    assert torch.equal(batched, function(one, 0.5))
    slope = torch.vmap(torch.func.grad(generate_scalar(LAW, [x, y], "torch")))(one, other)
    assert torch.allclose(slope, generate_scalar(LAW.diff(x), [x, y], "torch")(one, other))


def test_the_source_is_short_and_says_what_it_is() -> None:
    lines = scalar_source((x * y + 1) ** 2 + exp(x * y + 1), [x, y], "numpy", "law").splitlines()
    assert lines[0] == '"""law(x, y) = (x*y + 1)**2 + exp(x*y + 1)'
    assert lines[2].startswith("For numpy, generated by longlag ")
    assert "    x0 = x*y + 1" in lines
    assert "    return x0**2 + exp(x0)" in lines
    assert "softplus" not in "\n".join(lines)


def test_long_sums_are_wrapped() -> None:
    expression = sum(sin(n * x) / (n + 1) for n in range(1, 40))
    source = scalar_source(expression, [x], "numpy")
    assert max(map(len, source.splitlines())) <= 100
    assert float(generate_scalar(expression, [x])(0.3)) == pytest.approx(
        float(expression.subs(x, Rational(3, 10)).evalf())
    )


@pytest.mark.parametrize(
    ("arguments", "match"),
    [([x], "symbols"), ([x, y, y], "different symbols"), ([x, "y"], "different symbols")],
)
def test_wrong_arguments_are_refused(arguments: list[Any], match: str) -> None:
    with pytest.raises(LonglagError, match=match):
        generate_scalar(x * y, arguments)


@pytest.mark.parametrize("expression", ["x**2", None, [x]])
def test_only_expressions_are_taken(expression: Any) -> None:
    with pytest.raises(LonglagError, match="SymPy expression"):
        generate_scalar(expression, [x])


def test_assumptions_of_the_symbols_are_kept() -> None:
    lag = Symbol("ell", integer=True, nonnegative=True)
    scale, place = Symbol("c", positive=True), Dummy("x")
    law = scale * (1 + lag) ** (-Rational(1, 2)) * Abs(scale) + sqrt(lag**2) + place
    values = generate_scalar(law, [lag, scale, place])(np.arange(4), 0.5, 1.0)
    assert values == pytest.approx(0.25 / np.sqrt(1 + np.arange(4)) + np.arange(4) + 1)


def test_inspection_shows_the_source() -> None:
    function = generate_scalar(LAW, [x, y], name="law")
    assert inspect.getsource(function).startswith("def law(x, y):")


def test_a_tuple_of_expressions_shares_what_they_have_in_common() -> None:
    source = scalar_source((exp(x * y), y * exp(x * y)), [x, y], "numpy")
    assert source.partition("import")[2].count("exp(x*y)") == 1
    value, slope = generate_scalar((exp(x * y), y * exp(x * y)), [x, y])(np.array([0.5, 1.0]), 2.0)
    assert np.allclose(slope, 2 * value, rtol=1e-15)


def test_each_of_a_tuple_of_expressions_has_the_shape_of_all_arguments() -> None:
    (only,) = generate_scalar((x + 1,), [x, y])(np.zeros(3), np.zeros((2, 1)))
    assert only.shape == (2, 3)
