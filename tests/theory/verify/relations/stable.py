"""Stable laws: characteristic exponents, identities of the gamma function, κ = α/(α-1)."""

from sympy import Abs, Integral, Interval, Rational, S, cos, exp, gamma, oo, pi, sin, sqrt, symbols

from tests.theory.verify.relations.case import bound, exponent, fails, holds, identity

alpha, p, q, s, t, x = symbols("alpha p q s t x")
D = symbols("D")

CONSTANT = gamma(alpha) * sin(pi * alpha / 2) / pi

CASES = (
    holds(
        "κ and α are conjugate",
        identity((alpha - 1) / alpha + 1 / alpha, 1, {alpha: Interval.Lopen(1, 2)}),
        "1/κ + 1/α = 1.",
    ),
    fails(
        "the mean needs only κ = α",
        bound(alpha / (alpha - 1), alpha, {alpha: Interval.Lopen(1, 2)}),
        "at alpha = 3/2: 3 against 3/2; they agree at α = 2.",
    ),
    holds(
        "reflection on (1, 2)",
        identity(
            gamma(alpha) * gamma(1 - alpha) * sin(pi * alpha), pi, {alpha: Interval.open(1, 2)}
        ),
        "Euler's reflection formula.",
    ),
    holds(
        "tail constant in two forms",
        identity(
            CONSTANT, 1 / (2 * gamma(1 - alpha) * cos(pi * alpha / 2)), {alpha: Interval.open(1, 2)}
        ),
        "reflection and sin πα = 2 sin cos.",
    ),
    fails(
        "tail constant, factor two forgotten",
        identity(
            CONSTANT, 1 / (gamma(1 - alpha) * cos(pi * alpha / 2)), {alpha: Interval.open(1, 2)}
        ),
        "at alpha = 3/2: one is twice the other.",
    ),
    holds(
        "power mean of two scales",
        bound(
            Abs(s + t) ** alpha,
            2 ** (alpha - 1) * (Abs(s) ** alpha + Abs(t) ** alpha),
            {s: S.Reals, t: S.Reals, alpha: Interval(1, 2)},
        ),
        "convexity of |u|^α.",
    ),
    fails(
        "characteristic exponents are subadditive",
        bound(
            Abs(s + t) ** alpha,
            Abs(s) ** alpha + Abs(t) ** alpha,
            {s: S.Reals, t: S.Reals, alpha: Interval(1, 2)},
        ),
        "at s = 1, t = 1, alpha = 3/2: 2.83 against 2; true for α ≤ 1.",
    ),
    holds(
        "Clarkson's inequality",
        bound(
            Abs(s + t) ** alpha + Abs(s - t) ** alpha,
            2 * (Abs(s) ** alpha + Abs(t) ** alpha),
            {s: S.Reals, t: S.Reals, alpha: Interval.Lopen(0, 2)},
        ),
        "|u|^α is negative definite for α ≤ 2.",
    ),
    fails(
        "Clarkson's inequality a little beyond two",
        bound(
            Abs(s + t) ** alpha + Abs(s - t) ** alpha,
            2 * (Abs(s) ** alpha + Abs(t) ** alpha),
            {s: S.Reals, t: S.Reals, alpha: Interval.Lopen(0, Rational(201, 100))},
        ),
        "at s = 1, t = 1, alpha = 401/200: 2^α against 4.",
    ),
    holds(
        "density at zero",
        identity(
            Integral(exp(-(t**alpha)), (t, 0, oo)), gamma(1 + 1 / alpha), {alpha: Interval(1, 2)}
        ),
        "substitute u = t^α.",
    ),
    holds(
        "Cauchy's density",
        identity(
            Integral(cos(x * t) * exp(-t), (t, 0, oo)), 1 / (1 + x**2), {x: Interval(-20, 20)}
        ),
        "real part of 1/(1-ix).",
    ),
    fails(
        "normal density, variance doubled",
        identity(
            Integral(cos(x * t) * exp(-(t**2)), (t, 0, oo)),
            sqrt(pi) / 2 * exp(-(x**2) / 2),
            {x: Interval(-5, 5)},
        ),
        "at x = 1: e^(-x²/4) is right.",
    ),
    holds(
        "price of confidence",
        exponent(
            (CONSTANT * D) ** (1 / (alpha - 1)),
            1 / (alpha - 1),
            D,
            {alpha: Interval(Rational(6, 5), Rational(19, 10))},
        ),
        "q ~ (c/δ)^(1/α), to the power κ.",
    ),
    fails(
        "price of confidence as if N were a quantile",
        exponent(
            (1 + CONSTANT * D) ** (1 / (alpha - 1)),
            1 / alpha,
            D,
            {alpha: Interval(Rational(6, 5), Rational(19, 10))},
        ),
        "the exponent is 1/(alpha - 1): κ/α.",
    ),
    fails(
        "density at zero below .318",
        bound(gamma(1 + 1 / alpha) / pi, Rational(318, 1000), {alpha: Interval(1, 2)}),
        "at alpha = 1: 1/π = .31831; only below α = 1.003.",
    ),
    holds(
        "density at zero below Cauchy's",
        bound(gamma(1 + 1 / alpha), 1, {alpha: Interval(1, 2)}),
        "Γ ≤ 1 on [1, 2]; equality at α = 1.",
    ),
    holds(
        "scale of a mean falls",
        bound(
            (p + q) ** (1 / alpha) / (p + q),
            p ** (1 / alpha) / p,
            {p: S.Naturals, q: S.Naturals0, alpha: Interval(1, 2)},
        ),
        "N^(1/α-1) decreases.",
    ),
)
