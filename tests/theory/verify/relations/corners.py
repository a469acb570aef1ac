"""Bounds that are tight or fail in a corner, a tail, on a needle, near or on a diagonal."""

from sympy import (
    Abs,
    E,
    Heaviside,
    Interval,
    Max,
    Min,
    Rational,
    S,
    atan,
    exp,
    log,
    oo,
    pi,
    sign,
    sqrt,
    symbols,
)

from tests.theory.verify.relations.case import (
    CLOSED_UNIT,
    NONNEGATIVE,
    POSITIVE,
    UNIT,
    bound,
    fails,
    holds,
    identity,
)

x, y = symbols("x y")

CASES = (
    holds(
        "logarithm below x over a root",
        bound(log(1 + x) ** 2, x**2 / (1 + x), {x: POSITIVE}),
        "ln u ≤ √u - 1/√u for u ≥ 1.",
    ),
    holds("peak of x e^-x", bound(x * exp(-x), exp(-1), {x: POSITIVE}), "the maximum is at x = 1."),
    holds(
        "logarithm below a thousandth power",
        bound(log(x), 1000 * (x ** Rational(1, 1000) - 1), {x: POSITIVE}),
        "ln u ≤ u - 1 at u = x^(1/1000).",
    ),
    holds(
        "arctangent above its tail",
        bound(pi / 2 - 1 / x, atan(x), {x: POSITIVE}),
        "π/2 - arctan x = arctan(1/x) ≤ 1/x.",
    ),
    holds(
        "octagonal norm",
        bound(
            sqrt(x**2 + y**2),
            Max(x, y) + (sqrt(2) - 1) * Min(x, y),
            {x: NONNEGATIVE, y: NONNEGATIVE},
        ),
        "√(1+u²) is convex on [0,1] and equal to the chord at its ends.",
    ),
    holds(
        "root below its tangent at 4e-6",
        bound(sqrt(x), Rational(1, 1000) + 250 * x, {x: NONNEGATIVE}),
        "arithmetic and geometric mean; equality at x = 4e-6.",
    ),
    fails(
        "root below a line that cuts it at 4e-6",
        bound(sqrt(x), Rational(1, 1000) + 249 * x, {x: CLOSED_UNIT}),
        "at x = 4/1000000: only between 3.5e-6 and 4.6e-6.",
    ),
    holds(
        "product of two logistic variances",
        bound(x * (1 - x) * y * (1 - y), Rational(1, 16), {x: CLOSED_UNIT, y: CLOSED_UNIT}),
        "each is at most 1/4.",
    ),
    fails(
        "fourth power of the logarithm",
        bound(log(x) ** 4, x + 1360, {x: Interval(1, oo)}),
        "at x = 1615: the maximum of the difference is 1363, at ln x = 7.39.",
    ),
    fails(
        "flat function below a fifth power",
        bound(exp(-1 / x), 21 * x**5, {x: POSITIVE}),
        "at x = 1/5: the constant is (5/e)⁵ = 21.056.",
    ),
    holds(
        "flat function below a fifth power, sharp",
        bound(exp(-1 / x), (5 * x / E) ** 5, {x: POSITIVE}),
        "u⁵e^(-u) is largest at u = 5.",
    ),
    fails(
        "needle",
        bound(1 / (1 + 10**10 * (x - Rational(5, 17)) ** 2), Rational(99, 100), {x: CLOSED_UNIT}),
        "at x = 5/17: only within 1e-6 of it.",
    ),
    fails(
        "sign squared",
        identity(sign(x - y) ** 2, 1, {x: S.Reals, y: S.Reals}),
        "at x = 1, y = 1: the sign of 0 is 0.",
    ),
    holds(
        "two steps make one",
        identity(
            Abs(x - y), (x - y) * (Heaviside(x - y) - Heaviside(y - x)), {x: S.Reals, y: S.Reals}
        ),
        "on the diagonal both sides are 0 whatever the step is there.",
    ),
    fails(
        "near the diagonal",
        bound(x * y / 10**8, (x - y) ** 2, {x: POSITIVE, y: POSITIVE}),
        "at x = 1, y = 1: only where x/y is within 1e-4 of 1.",
    ),
    fails(
        "near the origin",
        bound(1 / (x + y), 10**5, {x: UNIT, y: UNIT}),
        "at x = 1/1000000, y = 1/1000000: only where x + y < 1e-5.",
    ),
    fails(
        "logarithm below a fiftieth power",
        bound(log(x), 145 + x ** Rational(1, 50), {x: POSITIVE}),
        "at x = 1e85: the difference is largest at ln x = 50 ln 50, 145.6.",
    ),
    holds(
        "logarithm below a fiftieth power, sharp",
        bound(log(x), 50 * log(50) - 50 + x ** Rational(1, 50), {x: POSITIVE}),
        "the difference is concave in ln x, with its maximum at ln x = 50 ln 50.",
    ),
)
