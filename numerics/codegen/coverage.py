"""The one list of scalar expressions that every backend must print and evaluate.

A new backend is right when ``failures(name)`` yields nothing: every expression and its derivatives,
printed and evaluated at the sample points, agree with SymPy's own evaluation in many digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import mpmath
import sympy
from sympy import (
    Abs,
    E,
    Expr,
    Float,
    Function,
    Heaviside,
    Max,
    Min,
    Piecewise,
    Pow,
    Rational,
    S,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    besselk,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    expint,
    gamma,
    log,
    loggamma,
    lowergamma,
    pi,
    sign,
    sin,
    sinh,
    sqrt,
    symbols,
    tan,
    tanh,
    uppergamma,
)

from longlag.numerics.codegen.backends import get_backend
from longlag.numerics.codegen.scalar import generate_scalar
from longlag.theory.scalar.functions import hold, relu, sigmoid, softplus, surrogate
from longlag.theory.scalar.special import (
    expm1,
    log1mexp,
    log1p,
    log_expm1,
    lower_omega,
    vanishing_product,
    wright_omega,
)

#: The arguments of every expression.
x, y = symbols("x y", real=True)

#: Binary fractions, so that every backend gets the same numbers exactly.
ANYWHERE = ((0.75, -1.5), (-2.25, 0.625), (3.5, 2.5), (-0.125, -3.0))
POSITIVE = ((0.75, 1.5), (2.25, 0.625), (3.5, 2.5), (0.125, 3.0))
GENTLE = ((0.75, -1.5), (-1.25, 0.625), (1.125, 0.5), (-0.125, -3.0))
INSIDE = ((0.5, -0.25), (-0.875, 0.125), (0.0625, 0.75))
WITH_ZERO = ((0.0, 1.5), (-2.25, 0.0), (3.5, 3.5), *ANYWHERE)
NEGATIVE_BASE = ((-1.5, 2.0), (-0.75, -3.0))


@dataclass(frozen=True)
class Case:
    """One expression of the list.

    Args:
        name: what it covers.
        expression: over x and y.
        points: pairs (x, y) to evaluate at.
        differentiable: whether its derivatives are covered as well.
    """

    name: str
    expression: Expr
    points: tuple[tuple[float, float], ...] = ANYWHERE
    differentiable: bool = True

    @property
    def expressions(self) -> dict[str, Expr]:
        """The expression and its derivatives, by label."""
        found = {self.name: self.expression}
        if self.differentiable:
            for variable in (x, y):
                found[f"d {self.name} / d {variable}"] = self.expression.diff(variable)
        return found


def _functions() -> Iterator[Case]:
    """Every named function of one variable."""
    for function in (
        sigmoid,
        softplus,
        tanh,
        exp,
        sin,
        cos,
        tan,
        atan,
        sinh,
        cosh,
        asinh,
        erf,
        erfc,
    ):
        yield Case(function.__name__, function(x) + y, GENTLE)
        yield Case(f"{function.__name__} of a product", function(-x * y / 2) * x, GENTLE)
    for function in (expm1, wright_omega):
        yield Case(function.__name__, function(x) + y, GENTLE)
        yield Case(f"{function.__name__} far out", function(40 * x) * y, ANYWHERE)
    yield Case("log_expm1", log_expm1(x) * log_expm1(300 * x), POSITIVE)
    yield Case("log1p", log1p(x) + y * log1p(x / 2**40), POSITIVE)
    yield Case(
        "log1mexp", log1mexp(x) + y * log1mexp(x / 2**40) + 2**30 * log1mexp(8 * x), POSITIVE
    )
    yield Case("lower_omega", lower_omega(1 + x) + y * lower_omega(1 + 300 * x), POSITIVE)
    branch_point = lower_omega(1 + x / 2**20)
    yield Case("lower_omega near 1", branch_point, POSITIVE, differentiable=False)
    yield Case("vanishing_product", vanishing_product(x, y + 1) - vanishing_product(x * y, x))
    yield Case("acosh", acosh(1 + x) * y, POSITIVE)
    yield Case("infinity", Piecewise((S.Infinity, x > 9), (S.NegativeInfinity, x < -9), (y, True)))
    yield Case("log", log(x) * y, POSITIVE)
    yield Case("asin", asin(x) + y, INSIDE)
    yield Case("acos", acos(x) + y, INSIDE)
    yield Case("relu", relu(x) * y, WITH_ZERO)
    yield Case("hold", hold(x) * y, differentiable=False)
    slope = 1 / (1 + y**2)
    yield Case("surrogate", surrogate(Heaviside(x, 0), slope), WITH_ZERO, differentiable=False)
    yield Case("Abs", Abs(x - y) + Abs(y), WITH_ZERO)
    yield Case("sign", sign(x) * y, WITH_ZERO, differentiable=False)
    for at_zero in (0, Rational(1, 2), 1):
        step = Heaviside(x, at_zero) - 2 * Heaviside(y - x, at_zero)
        yield Case(f"Heaviside with {at_zero} at zero", step, WITH_ZERO, differentiable=False)


COVERAGE: tuple[Case, ...] = (
    Case("sum", x + y),
    Case("difference", x - y),
    Case("sum with a leading minus", -x + y - 3),
    Case("minus a sum", -(x + y) * x),
    Case("number times a sum", 2 * (x + y) - 3 * (x - 2 * y)),
    Case("product", 3 * x * y),
    Case("product of sums", (x + y) * (x - 2 * y) * (1 - x)),
    Case("integer", x + 7),
    Case("integer alone", S(3)),
    Case("large integer", (x + 2**70) / 3**45),
    Case("rational", Rational(2, 3) * x - Rational(1, 7)),
    Case("rational alone", Rational(1, 3)),
    Case("negative rational", Rational(-1, 3) * x ** Rational(2, 3), POSITIVE),
    Case("float", Float("0.1") * x + Float(0.1 + 0.2) - Float("1e-30") * y),
    Case("negative float", x - Float("2.5") * y + Float("-0.7")),
    Case("float of many digits", Float("0.1234567890123456789012345678901234567890", 40) * x),
    Case("float exponent", x ** Float("-0.7"), POSITIVE),
    Case("pi", pi * x + pi / 3),
    Case("e", E * x + E**2),
    Case("functions of constants", log(2) * x + sqrt(2) * y + sin(1) - tanh(Rational(1, 3))),
    Case("constant roots", 2 ** Rational(1, 3) * x / sqrt(pi) - sqrt(5) ** 3),
    Case("square", x**2),
    Case("minus a square", -(x**2)),
    Case("square of a negation", Pow(-x, 2, evaluate=False)),
    Case("cube of a sum", (x - y) ** 3),
    Case("negative power", x**-2 + y**-3),
    Case("reciprocal", 1 / x - 1 / (x * y)),
    Case("reciprocal of a sum", 1 / (x - y)),
    Case("square root", sqrt(x) + sqrt(x + y), POSITIVE),
    Case("reciprocal square root", 1 / sqrt(x) - y / sqrt(x * y + 1), POSITIVE),
    Case("power -3/2", x ** Rational(-3, 2) * y, POSITIVE),
    Case("power 5/2", (x + y) ** Rational(5, 2), POSITIVE),
    Case("cube root", x ** Rational(1, 3) / y, POSITIVE),
    Case("symbolic power", x**y, POSITIVE),
    Case("symbolic power of a negation", (-x) ** y, ((-0.75, 1.5), (-2.25, 0.625))),
    Case("power of a negative base", x ** (y + 3), NEGATIVE_BASE, differentiable=False),
    Case("negative symbolic power", x ** (-y), POSITIVE),
    Case("power with a number below", 2 ** (-x) + Rational(1, 3) ** y),
    Case("power tower", x ** (y**2), POSITIVE),
    Case("power of a power", (x**y) ** x, POSITIVE),
    Case("power of a product", (x * y) ** (x - y), POSITIVE),
    Case("power of a quotient", (x / y) ** y, POSITIVE),
    Case("power of a reciprocal", (1 / x) ** y, POSITIVE),
    Case("power with a quotient above", x ** (1 / sqrt(y)), POSITIVE),
    Case("quotient", x / y),
    Case("quotient with a product below", x / (2 * y)),
    Case("reciprocal of a quotient", 1 / (x / y) + x / (y / (x + 1))),
    Case("quotient of quotients", (x / (y + 1)) / (y / (x - 1)) / 3),
    Case("quotient with powers below", x / (y**2 * (x + 1) ** 3)),
    Case("minus a quotient", -x / y - 2 / (3 * y)),
    Case("gaussian", exp(-(x**2) / 2) / sqrt(2 * pi)),
    Case("power law", (1 + x / y) ** (-Rational(3, 2)), POSITIVE),
    Case("nested functions", tanh(x * sigmoid(y) - log(1 + exp(x))) ** 2),
    Case("shared subexpressions", (x * y + 1) ** 2 + sin(x * y + 1) / (x * y + 1)),
    Case("minimum", Min(x, y), WITH_ZERO),
    Case("maximum", Max(x, y), WITH_ZERO),
    Case("minimum of three", Min(x, y, -x * y), WITH_ZERO),
    Case("maximum of three", Max(x, y, 1), WITH_ZERO),
    Case("minimum with a number", Min(x, Rational(1, 2)) + Min(2, y), WITH_ZERO),
    Case("maximum with a number", Max(0, x) * Max(y, -1), WITH_ZERO),
    Case("pieces", Piecewise((x**2, x > 0), (y, x < -1), (-x, True)), WITH_ZERO),
    Case("pieces of numbers", x * Piecewise((Rational(1, 3), x <= y), (0, True)), WITH_ZERO),
    Case(
        "pieces with joined conditions",
        Piecewise((x, (x > 0) & (y > 0)), (y, (x > 1) | (y < -1)), (1, sympy.Eq(x, y)), (2, True)),
        WITH_ZERO,
    ),
    *_functions(),
)

#: Functions that a backend may decline; one that has a function has it right.
OPTIONAL: tuple[Case, ...] = (
    Case("gamma", gamma(x) * y, POSITIVE, differentiable=False),
    Case("loggamma", loggamma(2 + x) * y, POSITIVE, differentiable=False),
    Case("lowergamma", lowergamma(Rational(3, 2), x) * y, POSITIVE),
    Case("lowergamma of two", lowergamma(y, x), POSITIVE, differentiable=False),
    Case("uppergamma", uppergamma(Rational(3, 2), x) * y, POSITIVE),
    Case("uppergamma far out", uppergamma(y, 40 * x), POSITIVE, differentiable=False),
    Case("expint", expint(1, x) + y * expint(1, 100 * x), POSITIVE),
    Case("expint of order 3", expint(3, x) * y, POSITIVE, differentiable=False),
    Case("besselk", besselk(0, x) * y + besselk(1, 30 * x), POSITIVE),
    Case("besselk of two", besselk(y, x), POSITIVE, differentiable=False),
)


def covered(backend: str) -> Iterator[Case]:
    """Yield the cases that a backend must evaluate: the list, and what it has besides."""
    yield from COVERAGE
    table = get_backend(backend).functions
    for case in OPTIONAL:
        if {type(node) for node in case.expression.atoms(Function)} <= set(table):
            yield case


def failures(
    backend: str, tolerance: float = 1e-14, cases: Iterable[Case] | None = None, digits: int = 60
) -> Iterator[str]:
    """Yield one line for every expression of the list that a backend gets wrong.

    Args:
        backend: the name of a registered backend.
        tolerance: the largest relative error.
        cases: the expressions, by default all that the backend must evaluate.
        digits: the precision of SymPy's evaluation.
    """
    for case in covered(backend) if cases is None else cases:
        for label, expression in case.expressions.items():
            try:
                error = _largest_error(expression, case.points, backend, digits)
            except Exception as problem:  # whatever goes wrong is the backend's failure
                yield f"{label}: {type(problem).__name__}: {problem}"
                continue
            if not error <= tolerance:
                yield f"{label}: relative error {float(error):.2g} in {expression}"


def _largest_error(
    expression: Expr, points: tuple[tuple[float, float], ...], backend: str, digits: int
) -> Any:
    """The largest relative error of the generated function over the points."""
    function = generate_scalar(expression, (x, y), backend)
    array = get_backend(backend).array
    values = function(*(array(column) for column in zip(*points, strict=True)))
    # SymPy would round exact numbers to the precision of the floats beside them.
    expression = expression.xreplace({f: Rational(f) for f in expression.atoms(Float)})
    errors = []
    for point, value in zip(points, values, strict=True):
        number = value if isinstance(value, mpmath.mpf) else mpmath.mpf(float(value))
        exact = dict(zip((x, y), map(Rational, point), strict=True))
        wanted = mpmath.mpmathify(expression.xreplace(exact).evalf(digits))
        with mpmath.workdps(digits):
            errors.append(abs(number - wanted) / (abs(wanted) or 1))
    return max(errors)
