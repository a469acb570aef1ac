"""Products over a lag: telescoping, leaks, gates that close, powers."""

from sympy import E, Product, Range, Rational, S, Sum, cos, exp, gamma, pi, sin, sqrt, symbols

from tests.theory.verify.relations.case import (
    CLOSED_UNIT,
    NONNEGATIVE,
    UNIT,
    bound,
    fails,
    holds,
    identity,
)

a, ell, k, m, n, r, rho, s, x = symbols("a ell k m n r rho s x")

CASES = (
    holds(
        "telescoping squares",
        identity(Product(1 - 1 / k**2, (k, 2, n)), (n + 1) / (2 * n), {n: S.Naturals}),
        "1 - 1/k² = (k-1)(k+1)/k² telescopes.",
    ),
    fails(
        "telescoping squares, one factor more",
        identity(Product(1 - 1 / k**2, (k, 2, n + 1)), (n + 1) / (2 * n), {n: S.Naturals}),
        "at n = 1: 3/4 against 1; the value is (n+2)/(2n+2).",
    ),
    holds(
        "doubling exponents",
        identity(
            Product(1 + x ** (2**k), (k, 0, n - 1)),
            (1 - x ** (2**n)) / (1 - x),
            {x: UNIT, n: S.Naturals},
        ),
        "(1-x)(1+x) = 1-x², again and again.",
    ),
    holds(
        "leak that falls like 1/k",
        identity(
            Product(1 - a / k, (k, 1, n)),
            gamma(n + 1 - a) / (gamma(1 - a) * gamma(n + 1)),
            {a: UNIT, n: S.Naturals},
        ),
        "Pochhammer symbols: (1-a)_n/n!.",
    ),
    holds(
        "Weierstrass' product inequality",
        bound(
            1 - Sum(a / (k + 1) ** 2, (k, 1, n)),
            Product(1 - a / (k + 1) ** 2, (k, 1, n)),
            {a: CLOSED_UNIT, n: S.Naturals},
        ),
        "∏(1-u_k) ≥ 1 - Σu_k for u_k in [0,1], by induction.",
    ),
    holds(
        "gates that close geometrically",
        bound(
            1 - s / (1 - rho),
            Product(1 - s * rho**k, (k, 0, ell)),
            {s: UNIT, rho: UNIT, ell: S.Naturals0},
        ),
        "∏(1-u_k) ≥ 1 - Σu_k and the geometric series.",
    ),
    holds(
        "harmonic leak below its power",
        bound(Product(1 - s / k, (k, 1, n)), n ** (-s), {s: CLOSED_UNIT, n: S.Naturals}),
        "Gautschi: Γ(n+1-s)/Γ(n+1) ≤ n^(-s), and Γ(1-s) ≥ 1.",
    ),
    holds(
        "harmonic growth below its power",
        bound(Product(1 + s / k, (k, 1, n)), (1 + s) * n**s, {s: NONNEGATIVE, n: S.Naturals}),
        "1 + s/k ≤ (1-1/k)^(-s) for k ≥ 2, Bernoulli, telescopes; equality at n = 1.",
    ),
    fails(
        "harmonic growth with a constant just too small",
        bound(
            Product(1 + s / k, (k, 1, n)),
            Rational(141, 125) * (n + 1) ** s,
            {s: UNIT, n: S.Naturals},
        ),
        "at s = 6/13, n = 1000: the quotient rises to 1/Γ(1+s), at most 1.12917, above 1.128.",
    ),
    fails(
        "Viète's product stopped at a finite number of factors",
        identity(Product(cos(x / 2**k), (k, 1, n)), sin(x) / x, {x: UNIT, n: Range(40, 80)}),
        "at x = 1/2, n = 40: the product is sin x/(2^n sin(x/2^n)), off by a factor 1 + 3e-26.",
    ),
    holds(
        "Viète's product",
        identity(
            Product(cos(x / 2**k), (k, 1, n)),
            sin(x) / (2**n * sin(x / 2**n)),
            {x: UNIT, n: S.Naturals},
        ),
        "sin x = 2 sin(x/2) cos(x/2), n times.",
    ),
    fails(
        "leak to third order with the wrong coefficient",
        bound((1 - s) ** ell, exp(-ell * (s + s**2 / 2 + s**3 / 2)), {s: UNIT, ell: S.Naturals}),
        "at s = 1/10, ell = 1: ln(1-s) = -s - s²/2 - s³/3 - …, not s³/2.",
    ),
    fails(
        "two populations of gates replaced by their mean",
        bound(
            (1 - s) ** m * (1 - r) ** n,
            (1 - (s + r) / 2) ** (m + n),
            {s: UNIT, r: UNIT, m: S.Naturals, n: S.Naturals},
        ),
        "at s = 1/100, r = 9/10, m = 9, n = 1: the mean must be weighted by m and n.",
    ),
    holds(
        "two populations of gates and their weighted mean",
        bound(
            (1 - s) ** m * (1 - r) ** n,
            (1 - (m * s + n * r) / (m + n)) ** (m + n),
            {s: UNIT, r: UNIT, m: S.Naturals, n: S.Naturals},
        ),
        "arithmetic and geometric mean of m + n factors.",
    ),
    holds(
        "leak over its own time scale",
        bound((1 - s) / E, (1 - s) ** (1 / s), {s: UNIT}),
        "ln(1-s)/s + 1 = -s/2 - s²/3 - … ≥ ln(1-s), term by term.",
    ),
    fails(
        "leak over its own time scale to second order",
        bound((1 - s) ** (1 / s), (1 - s / 2 - s**2 / 4) / E, {s: UNIT}),
        "at s = 1/100: the coefficient of s² is 5/24, below 1/4.",
    ),
    fails(
        "Wallis' product",
        bound(
            Product((2 * k - 1) / (2 * k), (k, 1, n)),
            1 / sqrt(pi * (n + Rational(26, 100))),
            {n: S.Naturals},
        ),
        "at n = 10: true up to n = 3; the constant is 1/4.",
    ),
)
