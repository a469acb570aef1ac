"""Branches of roots, logarithms, inverse functions; powers of negatives."""

from sympy import (
    Abs,
    Interval,
    Rational,
    S,
    Union,
    acos,
    arg,
    asin,
    atan,
    cos,
    exp,
    log,
    oo,
    pi,
    sinh,
    sqrt,
    symbols,
    tan,
)

from tests.theory.verify.relations.case import NONNEGATIVE, POSITIVE, UNIT, fails, holds, identity

x, y = symbols("x y")

NEGATIVE = Interval.open(-oo, 0)
LAMBDA = sqrt(x - 1)

CASES = (
    fails("root of a square", identity(sqrt(x**2), x, {x: S.Reals}), "at x = -1: 1 against -1."),
    holds(
        "root of a square, modulus",
        identity(sqrt(x**2), Abs(x), {x: S.Reals}),
        "the root is not negative.",
    ),
    holds(
        "logarithm of a product",
        identity(log(x * y), log(x) + log(y), {x: POSITIVE, y: POSITIVE}),
        "both are positive.",
    ),
    fails(
        "root of a product of negatives",
        identity(sqrt(x * y), sqrt(x) * sqrt(y), {x: NEGATIVE, y: NEGATIVE}),
        "at x = -1, y = -1: 1 against i² = -1.",
    ),
    holds(
        "root of a product of positives",
        identity(sqrt(x * y), sqrt(x) * sqrt(y), {x: NONNEGATIVE, y: NONNEGATIVE}),
        "both are real.",
    ),
    fails(
        "arctangent of the inverse",
        identity(atan(x) + atan(1 / x), pi / 2, {x: Union(NEGATIVE, POSITIVE)}),
        "at x = -1: -π/2 on the left half line.",
    ),
    holds(
        "arctangent of the inverse on the right",
        identity(atan(x) + atan(1 / x), pi / 2, {x: POSITIVE}),
        "complementary angles.",
    ),
    holds(
        "sum of arctangents in the unit square",
        identity(atan(x) + atan(y), atan((x + y) / (1 - x * y)), {x: UNIT, y: UNIT}),
        "xy < 1.",
    ),
    fails(
        "sum of arctangents up to 1.01",
        identity(
            atan(x) + atan(y),
            atan((x + y) / (1 - x * y)),
            {x: UNIT, y: Interval.open(0, Rational(101, 100))},
        ),
        "at x = 999/1000, y = 1005/1000: π is missing where xy > 1, 5e-5 of the domain.",
    ),
    fails(
        "cube root of a cube",
        identity((x**3) ** Rational(1, 3), x, {x: S.Reals}),
        "at x = -1: the principal root of -1 is complex.",
    ),
    holds(
        "cube root of a cube on the right",
        identity((x**3) ** Rational(1, 3), x, {x: NONNEGATIVE}),
        "monotone there.",
    ),
    fails(
        "inverse cosine of a cosine",
        identity(acos(cos(x)), x, {x: Interval(0, Rational(63, 20))}),
        "at x = 3149/1000: only beyond π = 3.1416; the domain ends at 3.15.",
    ),
    holds(
        "inverse cosine of a cosine up to π",
        identity(acos(cos(x)), x, {x: Interval(0, pi)}),
        "the principal range.",
    ),
    holds(
        "half the arctangent",
        identity(tan(atan(x) / 2), (sqrt(1 + x**2) - 1) / x, {x: POSITIVE}),
        "half angle; the right side cancels for small x.",
    ),
    fails(
        "argument of a real number",
        identity(arg(x), 0, {x: Union(NEGATIVE, POSITIVE)}),
        "at x = -1: π.",
    ),
    holds(
        "nested root",
        identity(sqrt(x + 2 * LAMBDA), 1 + LAMBDA, {x: Interval(1, oo)}),
        "(1+√(x-1))² = x + 2√(x-1).",
    ),
    fails(
        "nested root with a minus sign",
        identity(sqrt(x - 2 * LAMBDA), LAMBDA - 1, {x: Interval(Rational(19, 10), oo)}),
        "at x = 19/10: only below 2, where 1 - √(x-1) is right.",
    ),
    holds(
        "nested root with a minus sign, modulus",
        identity(sqrt(x - 2 * LAMBDA), Abs(LAMBDA - 1), {x: Interval(1, oo)}),
        "the root is not negative.",
    ),
    holds(
        "gudermannian",
        identity(2 * atan(exp(x)) - pi / 2, atan(sinh(x)), {x: S.Reals}),
        "equal derivatives and 0 at 0.",
    ),
    fails(
        "double arctangent as an arcsine",
        identity(2 * atan(x), asin(2 * x / (1 + x**2)), {x: S.Reals}),
        "at x = 2: 2.214 against .927; it holds on [-1, 1].",
    ),
    holds(
        "double arctangent as an arcsine on [-1, 1]",
        identity(2 * atan(x), asin(2 * x / (1 + x**2)), {x: Interval(-1, 1)}),
        "the double angle stays within ±π/2.",
    ),
)
