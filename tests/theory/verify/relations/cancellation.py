"""Differences of nearly equal numbers, where rounding would refute what is true."""

from sympy import (
    Interval,
    Range,
    Rational,
    S,
    Sum,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    log,
    oo,
    sin,
    sqrt,
    symbols,
    tanh,
)

from tests.theory.verify.relations.case import (
    NONNEGATIVE,
    POSITIVE,
    UNIT,
    bound,
    fails,
    holds,
    identity,
)

ell, k, n, t, x, y = symbols("ell k n t x y")

CASES = (
    holds(
        "curvature of the cosine",
        bound((1 - cos(x)) / x**2, Rational(1, 2), {x: POSITIVE}),
        "1 - cos x ≤ x²/2.",
    ),
    holds(
        "one minus cosine", identity(1 - cos(x), 2 * sin(x / 2) ** 2, {x: S.Reals}), "half angle."
    ),
    holds(
        "difference quotient of the exponential",
        bound(1 + x / 2, (exp(x) - 1) / x, {x: POSITIVE}),
        "the series has positive terms.",
    ),
    fails(
        "difference quotient of the exponential to third order",
        bound(
            (exp(x) - 1) / x,
            1 + x / 2 + x**2 / 6 + x**3 / 23,
            {x: Interval.open(0, Rational(1, 4))},
        ),
        "at x = 6/25: 23 for 24 helps up to x = .22 only.",
    ),
    holds(
        "complementary error function",
        identity(erfc(x), 1 - erf(x), {x: NONNEGATIVE}),
        "definition; at 26 the difference is 1e-296.",
    ),
    fails(
        "complementary error function below half a normal",
        bound(erfc(x), exp(-(x**2)) / 2, {x: NONNEGATIVE}),
        "at x = 1/4: it holds from .53 on.",
    ),
    holds(
        "mean of a geometric sum",
        bound((1 - x**t) / (1 - x), t, {x: UNIT, t: Interval(1, oo)}),
        "convexity of u^t; the limit at x = 1 is t.",
    ),
    fails(
        "mean of a geometric sum for exponents from .99",
        bound((1 - x**t) / (1 - x), t, {x: UNIT, t: Interval(Rational(99, 100), oo)}),
        "at x = 1/2, t = 199/200: concave for t < 1.",
    ),
    holds(
        "difference of powers",
        identity(
            x**ell - y**ell,
            (x - y) * Sum(x**k * y ** (ell - 1 - k), (k, 0, ell - 1)),
            {x: POSITIVE, y: POSITIVE, ell: S.Naturals},
        ),
        "telescopes.",
    ),
    holds(
        "difference of roots",
        identity(sqrt(x + 1) - sqrt(x), 1 / (sqrt(x + 1) + sqrt(x)), {x: NONNEGATIVE}),
        "conjugate.",
    ),
    fails(
        "difference of roots to third order",
        bound(
            sqrt(x + 1) - sqrt(x),
            1 / (2 * sqrt(x)) - 1 / (8 * x ** Rational(3, 2)) + 1 / (17 * x ** Rational(5, 2)),
            {x: POSITIVE},
        ),
        "at x = 100: 1/16 is the coefficient; fails beyond 10.3 by 1e-6.",
    ),
    fails(
        "logarithm of one plus an inverse to second order",
        bound(x * log(1 + 1 / x), 1 - 1 / (2 * x) + Rational(33, 100) / x**2, {x: POSITIVE}),
        "at x = 1000: 1/3 is the coefficient; fails beyond 74 by 1e-7.",
    ),
    holds(
        "geometric sum at any lag",
        identity((1 - x**n) / (1 - x), Sum(x**k, (k, 0, n - 1)), {x: UNIT, n: S.Naturals}),
        "telescopes.",
    ),
    fails(
        "curvature of the hyperbolic cosine",
        bound(
            (cosh(x) - 1) / x**2, Rational(1, 2) + x**2 / 23, {x: Interval.open(0, Rational(6, 5))}
        ),
        "at x = 119/100: 23 for 24 helps up to 1.13.",
    ),
    holds("softplus above its argument", bound(x, log(1 + exp(x)), {x: S.Reals}), "e^x < 1 + e^x."),
    holds(
        "weighted geometric sum",
        bound(
            (1 - (n + 1) * x**n + n * x ** (n + 1)) / (1 - x) ** 2,
            n * (n + 1) / 2,
            {x: UNIT, n: S.Naturals},
        ),
        "Σ(k+1)x^k at x = 1, a removable singularity of second order.",
    ),
    fails(
        "telescoping powers, one factor too few",
        bound(
            (x + 1) ** n - x**n,
            n * (x + 1) ** (n - 1) - n * (n - 1) * (x + 1) ** (n - 2) / 2,
            {x: POSITIVE, n: Range(2, oo)},
        ),
        "at x = 1, n = 4: 15 against 8; the third term is positive.",
    ),
    holds(
        "telescoping powers",
        bound(n * x ** (n - 1), (x + 1) ** n - x**n, {x: POSITIVE, n: S.Naturals}),
        "mean value theorem.",
    ),
    fails(
        "hyperbolic tangent near one",
        identity(1 - tanh(x), 2 * exp(-2 * x), {x: Interval(20, 40)}),
        "at x = 20: 2e^(-2x)/(1+e^(-2x)), off by 4e-18 of itself.",
    ),
)
